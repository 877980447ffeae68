//! The batch computation, and the file it computes from.

use std::collections::BTreeMap;
use std::io::Read;

/// Scheduled, departed and summed delay per airport and `time_hour`.
pub(super) type Hours = BTreeMap<(String, String), (u64, u64, i64)>;

pub(super) fn january() -> anyhow::Result<String> {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/flights/flights-2013-01.csv.gz"))?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file.as_slice()).read_to_string(&mut text)?;
    Ok(text)
}

/// Finds columns by the header's names and never parses a date.
pub(super) fn batch(text: &str) -> anyhow::Result<Hours> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let mut hours = Hours::new();
    for line in lines {
        let row: BTreeMap<&str, &str> = names.iter().copied().zip(line.split(',')).collect();
        let hour = hours.entry((row["origin"].to_owned(), row["time_hour"].to_owned())).or_default();
        hour.0 += 1;
        if row["dep_delay"] != "NA" {
            hour.1 += 1;
            hour.2 += row["dep_delay"].parse::<i64>()?;
        }
    }
    Ok(hours)
}

/// Writes milliseconds as the file writes hours; the data is of January 2013.
pub(super) fn time_hour(ms: i64) -> String {
    const JANUARY_2013_MS: i64 = 1_356_998_400_000;
    let hours = (ms - JANUARY_2013_MS) / 3_600_000;
    match (hours / 24 + 1, hours % 24) {
        (32, hour) => format!("2013-02-01T{hour:02}:00:00Z"),
        (day, hour) => format!("2013-01-{day:02}T{hour:02}:00:00Z"),
    }
}
