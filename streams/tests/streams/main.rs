//! What a user of the library sees: text forms, results whatever the size of runs, applications on a broker.

#![expect(clippy::unwrap_used, reason = "a test that cannot make its world must stop")]

mod applications;
mod cluster;
mod describe;
mod run_sizes;
