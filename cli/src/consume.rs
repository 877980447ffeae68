//! `tidemill consume`: prints the records of a topic.

mod reading;
mod record_row;

use std::process::ExitCode;

use clap::Args;

use crate::arguments::{Connection, Output, point_in_time};
use crate::interrupt::Interrupt;
use crate::output;

/// Arguments of `tidemill consume`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without --follow it begins at the first record and stops at the end of the topic as it was when \
    it began; with --follow it begins at the end. With --group it begins where the group stopped."
)]
pub(crate) struct ConsumeArguments {
    /// Topic to read
    topic: String,
    #[command(flatten)]
    start: Start,
    /// A partition to read; may be given several times. Without it all of them
    #[arg(short, long = "partition", value_name = "PARTITION", conflicts_with = "group")]
    partitions: Vec<i32>,
    /// Read as a member of this consumer group, and commit what was printed
    #[arg(short, long)]
    group: Option<String>,
    /// Stop after this many records
    #[arg(short = 'n', long, value_name = "RECORDS")]
    count: Option<u64>,
    /// Wait for more records at the end
    #[arg(short, long)]
    follow: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    connection: Connection,
}

/// Where to begin.
#[derive(Debug, Args)]
#[group(multiple = false)]
struct Start {
    /// Begin at the first record
    #[arg(long)]
    from_beginning: bool,
    /// Begin at this offset of every partition; negative counts back from the end
    #[arg(long, value_name = "OFFSET", allow_negative_numbers = true, conflicts_with = "group")]
    offset: Option<i64>,
    /// Begin at the first record of this time or later, RFC 3339 or milliseconds
    #[arg(long, value_name = "TIME", value_parser = point_in_time, conflicts_with = "group")]
    from_time: Option<i64>,
}

pub(crate) fn run(arguments: &ConsumeArguments) -> anyhow::Result<ExitCode> {
    let interrupt = Interrupt::watch()?;
    let mut reading = reading::Reading::start(arguments)?;
    let mut printer = record_row::Printer::new(arguments.output.format);
    let mut left = arguments.count.unwrap_or(u64::MAX);
    while left > 0 && !interrupt.came() && (arguments.follow || !reading.at_end()) {
        let printed = reading.poll(left, &mut printer)?;
        output::write(&printer.take())?;
        reading.commit()?;
        left -= printed;
    }
    output::write(&printer.finish())?;
    reading.close();
    eprintln!("read {}", output::counted(arguments.count.unwrap_or(u64::MAX) - left, "record"));
    Ok(ExitCode::SUCCESS)
}
