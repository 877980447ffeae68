//! One folder a story, each run and checked by the tests.
//!
//! `flights`: departures and delays per airport and hour, the topology of `tidemill demo`.

pub mod flights;
