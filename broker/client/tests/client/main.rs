//! The client against a real broker.
//!
//! Without `TIDEMILL_TEST_BOOTSTRAP` one embedded broker serves all tests; with it they run against the cluster
//! at that address (see `kafka/run.sh`). Topics and groups have names of their own, so tests run in parallel.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod administration;
mod cluster;
mod consuming;
mod groups;
mod producing;
mod proxy;
mod transaction_administration;
mod transactions;
