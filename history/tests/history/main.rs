//! The checker judged: histories of a correct log are clean, each planted anomaly is found.
//!
//! * `model`: a small log with transactions, aborts, unknown ends, rebalances; it writes valid histories from a seed;
//! * `mutations`: one planted anomaly each;
//! * `verdicts`: clean histories, planted anomalies, the cases worked out by hand;
//! * `format`: what a reader accepts and refuses.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod format;
mod model;
mod mutations;
mod verdicts;
