//! January on the test driver.

use tidemill_examples::flights::{HourSummary, INPUT_TOPIC, OUTPUT_TOPIC, WINDOW_SIZE, topology};
use tidemill_streams::serde::{nullable, parsed, string, time_windowed};
use tidemill_streams::{CommitRule, Emission, Record, RunSize, TestDriverOptions, TopologyTestDriver};

use super::batch::{Hours, batch, january, time_hour};

fn streamed(text: &str, options: TestDriverOptions) -> anyhow::Result<(Hours, usize)> {
    let driver = TopologyTestDriver::with_options(&topology()?, options)?;
    let input = driver.input_topic(INPUT_TOPIC, nullable(string()), string());
    let records = text.lines().map(|line| Record::new(None, line.to_owned(), 0));
    input.pipe_queued(records.collect())?;
    driver.commit()?;
    let output =
        driver.output_topic(OUTPUT_TOPIC, time_windowed(string(), WINDOW_SIZE), parsed::<HourSummary>());
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
    assert_eq!(updates, 1_642, "coalesced emission writes each window once a commit");
    Ok(())
}

#[test]
fn january_is_the_same_with_every_update_and_with_runs_of_any_size() -> anyhow::Result<()> {
    let text = january()?;
    let expected = batch(&text)?;
    for run_size in [RunSize::AtMost(1), RunSize::Random(7), RunSize::AtMost(usize::MAX)] {
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
