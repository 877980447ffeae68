//! What a user of the library sees: text forms, results whatever the size of runs.

#![expect(clippy::unwrap_used, reason = "a test that cannot make its world must stop")]

mod describe;
mod run_sizes;
