//! Scheduled flights, departures and departure delay per origin airport and scheduled hour.
//!
//! `topology` is the program, `flight` the line of the input file it reads, `hour_summary` what it writes. The data of January 2013 is
//! next to them, with its provenance.

mod flight;
mod hour_summary;
mod topology;

pub use flight::Flight;
pub use hour_summary::HourSummary;
pub use topology::{INPUT_TOPIC, OUTPUT_TOPIC, STORE, WINDOW_SIZE, topology};
