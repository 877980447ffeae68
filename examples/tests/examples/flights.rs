//! The flights of January 2013 on the test driver, against a batch computation that shares no code with the topology.

use std::collections::BTreeMap;
use std::io::Read;

use tidemill_examples::flights::{HourSummary, INPUT_TOPIC, OUTPUT_TOPIC, WINDOW_SIZE, topology};
use tidemill_streams::serde::{nullable, parsed, string, time_windowed};
use tidemill_streams::{CommitRule, Emission, Record, RunSize, TestDriverOptions, TopologyTestDriver};

/// Scheduled, departed and summed delay per airport and `time_hour`.
type Hours = BTreeMap<(String, String), (u64, u64, i64)>;

fn january() -> anyhow::Result<String> {
    let file = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/flights/flights-2013-01.csv.gz"
    ))?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file.as_slice()).read_to_string(&mut text)?;
    Ok(text)
}

/// Finds columns by the header's names and never parses a date.
fn batch(text: &str) -> anyhow::Result<Hours> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let mut hours = Hours::new();
    for line in lines {
        let row: BTreeMap<&str, &str> = names.iter().copied().zip(line.split(',')).collect();
        let hour = hours
            .entry((row["origin"].to_owned(), row["time_hour"].to_owned()))
            .or_default();
        hour.0 += 1;
        if row["dep_delay"] != "NA" {
            hour.1 += 1;
            hour.2 += row["dep_delay"].parse::<i64>()?;
        }
    }
    Ok(hours)
}

/// Writes milliseconds as the file writes hours; the data is of January 2013.
fn time_hour(ms: i64) -> String {
    const JANUARY_2013_MS: i64 = 1_356_998_400_000;
    let hours = (ms - JANUARY_2013_MS) / 3_600_000;
    match (hours / 24 + 1, hours % 24) {
        (32, hour) => format!("2013-02-01T{hour:02}:00:00Z"),
        (day, hour) => format!("2013-01-{day:02}T{hour:02}:00:00Z"),
    }
}

fn streamed(text: &str, options: TestDriverOptions) -> anyhow::Result<(Hours, usize)> {
    let driver = TopologyTestDriver::with_options(&topology()?, options)?;
    let input = driver.input_topic(INPUT_TOPIC, nullable(string()), string());
    let records = text.lines().map(|line| Record::new(None, line.to_owned(), 0));
    input.pipe_queued(records.collect())?;
    driver.commit()?;
    let output = driver.output_topic(
        OUTPUT_TOPIC,
        time_windowed(string(), WINDOW_SIZE),
        parsed::<HourSummary>(),
    );
    let updates = output.read_key_values()?;
    let count = updates.len();
    assert_eq!(driver.metrics().late_records, 0);
    let hours = updates.into_iter().map(|(key, summary)| {
        let hour = (key.key, time_hour(key.window.start_ms));
        (hour, (summary.scheduled, summary.departed, summary.delay_minutes))
    });
    Ok((hours.collect(), count))
}

#[test]
fn january_has_the_windows_of_the_batch_computation() -> anyhow::Result<()> {
    let text = january()?;
    let expected = batch(&text)?;
    assert_eq!(expected.values().map(|hour| hour.0).sum::<u64>(), 27_004);
    assert_eq!(expected.len(), 1_642);
    let (hours, updates) = streamed(&text, TestDriverOptions::default())?;
    assert_eq!(hours, expected);
    assert_eq!(
        updates, 1_642,
        "coalesced emission writes each window once a commit"
    );
    Ok(())
}

#[test]
fn january_is_the_same_with_every_update_and_with_runs_of_any_size() -> anyhow::Result<()> {
    let text = january()?;
    let expected = batch(&text)?;
    for run_size in [
        RunSize::AtMost(1),
        RunSize::Random(7),
        RunSize::AtMost(usize::MAX),
    ] {
        let commit = CommitRule::default();
        let options = TestDriverOptions {
            emission: Emission::EveryUpdate,
            run_size,
            commit,
            ..TestDriverOptions::default()
        };
        let (hours, updates) = streamed(&text, options)?;
        assert_eq!(hours, expected);
        assert_eq!(updates, 27_004);
    }
    Ok(())
}
