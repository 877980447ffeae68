//! Reads a file of flights: the CSV of nycflights13, plain or compressed with gzip, in order of departure.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, ensure};
use flate2::read::MultiGzDecoder;

/// The most that a file may unfold to; all flights of a year are 34 MB.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;
/// The columns that the demo needs.
const NEEDED: [&str; 3] = ["dep_delay", "origin", "time_hour"];
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];

/// January 2013, which comes with the program.
const JANUARY: &[u8] = include_bytes!("../../../examples/flights/flights-2013-01.csv.gz");

/// One flight of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flight {
    /// The whole line.
    pub(crate) line: String,
    /// The airport that it left from.
    pub(crate) origin: String,
    /// The hour of its scheduled departure, UTC, as the file writes it: `2013-01-01T10:00:00Z`.
    pub(crate) time_hour: String,
    /// Minutes; `None` where the file says NA: the flight did not depart.
    pub(crate) dep_delay: Option<i64>,
}

/// Reads `path`, or the month that comes with the program; sorted by scheduled hour, otherwise in the file's order.
pub(crate) fn read(path: Option<&Path>) -> anyhow::Result<Vec<Flight>> {
    let bytes = match path {
        Some(path) => std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?,
        None => JANUARY.to_vec(),
    };
    let name =
        path.map_or_else(|| "the flights of January 2013".to_owned(), |path| path.display().to_string());
    parse(&unfold(&bytes)?).with_context(|| format!("cannot use {name}"))
}

fn unfold(bytes: &[u8]) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = if bytes.starts_with(&GZIP_MAGIC) {
        MultiGzDecoder::new(bytes).take(MAX_BYTES + 1).read_to_string(&mut text)
    } else {
        bytes.take(MAX_BYTES + 1).read_to_string(&mut text)
    };
    read.context("it is neither UTF-8 text nor gzip of it")?;
    ensure!(u64::try_from(text.len())? <= MAX_BYTES, "it is larger than {MAX_BYTES} bytes");
    Ok(text)
}

fn parse(text: &str) -> anyhow::Result<Vec<Flight>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().context("it is empty")?.split(',').collect();
    let mut columns = [0; NEEDED.len()];
    for (column, name) in columns.iter_mut().zip(NEEDED) {
        *column = header
            .iter()
            .position(|title| *title == name)
            .with_context(|| format!("its first line names no column {name:?}"))?;
    }
    let [dep_delay, origin, time_hour] = columns;
    let mut flights = Vec::new();
    for (index, line) in lines.enumerate() {
        let number = index + 2;
        let cells: Vec<&str> = line.split(',').collect();
        ensure!(
            cells.len() == header.len(),
            "line {number} has {} cells, the first line has {}",
            cells.len(),
            header.len()
        );
        let delay = match cells[dep_delay] {
            "NA" => None,
            minutes => Some(minutes.parse().with_context(|| {
                format!("line {number}: dep_delay is {minutes:?}, expected minutes or NA")
            })?),
        };
        flights.push(Flight {
            line: line.to_owned(),
            origin: cells[origin].to_owned(),
            time_hour: cells[time_hour].to_owned(),
            dep_delay: delay,
        });
    }
    ensure!(!flights.is_empty(), "it holds no flight");
    // RFC 3339 in UTC sorts as text.
    flights.sort_by(|one, other| one.time_hour.cmp(&other.time_hour));
    Ok(flights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn january_comes_with_the_program() {
        let flights = read(None).unwrap();
        assert_eq!(flights.len(), 27_004);
        assert!(flights.is_sorted_by_key(|flight| flight.time_hour.as_str()));
    }

    #[test]
    fn a_file_that_is_not_of_this_shape_is_refused_with_the_place() {
        for (text, expected) in [
            ("", "it is empty"),
            ("a,b\n", "names no column \"dep_delay\""),
            ("dep_delay,origin,time_hour\n", "it holds no flight"),
            ("dep_delay,origin,time_hour\n1,EWR\n", "line 2 has 2 cells, the first line has 3"),
            ("dep_delay,origin,time_hour\nsoon,EWR,2013-01-01T10:00:00Z\n", "line 2: dep_delay is \"soon\""),
        ] {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
    }
}
