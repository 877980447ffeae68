//! One folder a story, each run and checked by the tests.
//!
//! `flights`: departures and delays per airport and hour, the topology of `tidemill demo`.
//! `invoices`: an invoice for each order, exactly once, with the client alone.

pub mod flights;
pub mod invoices;
