//! The size of runs is a matter of speed alone: everything a topology writes is the same with runs of one record.

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};
use tidemill_streams::serde::{bytes, i64, nullable, string};
use tidemill_streams::{
    CommitRule, Consumed, Emission, Grouped, Materialized, Produced, Record, RunSize, StreamsBuilder,
    TaskMetrics, TestDriverOptions, TimeWindows, Topology, TopologyTestDriver,
};

/// Everything the topology writes, topic by topic.
const TOPICS: [&str; 5] = [
    "results",
    "app-counts-changelog",
    "app-windows-changelog",
    "app-totals-changelog",
    "app-by-parity-repartition",
];

/// Stores, a repartition topic, late records, and a topic that is reached by three paths.
fn topology() -> Topology {
    let builder = StreamsBuilder::new();
    let numbers = builder.stream("numbers", Consumed::with(nullable(string()), i64()));
    let grouped = numbers.group_by_key(Grouped::inherited());
    let counts = grouped.count(Materialized::named("counts")).to_stream();
    counts.to("results", Produced::inherited());
    counts
        .map_values(|count| count.map(|count| -count))
        .to("results", Produced::with(nullable(string()), nullable(i64())));
    grouped
        .windowed_by(TimeWindows::of_size(Duration::from_millis(10)).advance_by(Duration::from_millis(4)))
        .reduce(|sum, number| sum + number, Materialized::named("windows"))
        .to_stream()
        .map(|window, sum| (window.key, sum))
        .to("results", Produced::with(nullable(string()), nullable(i64())));
    numbers
        .flat_map_values(|number| vec![number; usize::try_from(number % 3).unwrap_or(0)])
        .group_by(|_, number| number % 2, Grouped::with(i64(), i64()).named("by-parity"))
        .aggregate(|| 0, |_, number, total| total + number, Materialized::named("totals").value_serde(i64()))
        .to_stream()
        .to("totals", Produced::inherited());
    builder.build().unwrap()
}

type Written = Vec<Vec<(Option<Bytes>, Option<Bytes>, i64)>>;

fn written(
    records: &[(Option<String>, i64, i64)],
    emission: Emission,
    run_size: RunSize,
) -> (Written, TaskMetrics) {
    let options = TestDriverOptions {
        application_id: "app".to_owned(),
        emission,
        run_size,
        commit: CommitRule::Interval(Duration::from_secs(30)),
        ..TestDriverOptions::default()
    };
    let driver = TopologyTestDriver::with_options(&topology(), options).unwrap();
    let input = driver.input_topic("numbers", nullable(string()), i64());
    for half in records.chunks(records.len() / 2 + 1) {
        let records = half.iter().map(|(key, value, timestamp)| Record::new(key.clone(), *value, *timestamp));
        input.pipe_queued(records.collect()).unwrap();
        driver.advance_wall_clock(Duration::from_secs(31)).unwrap();
    }
    let read = |topic: &str| {
        let output = driver.output_topic(topic, nullable(bytes()), nullable(bytes()));
        let records = output.read_records().unwrap();
        records.into_iter().map(|record| (record.key, record.value, record.timestamp)).collect()
    };
    (TOPICS.iter().chain(&["totals"]).map(|topic| read(topic)).collect(), driver.metrics())
}

fn records() -> impl Strategy<Value = Vec<(Option<String>, i64, i64)>> {
    let key = proptest::option::weighted(0.9, "[abc]{1,2}");
    proptest::collection::vec((key, 0_i64..20, 0_i64..60), 1..120)
}

proptest! {
    #[test]
    fn any_batching_writes_what_single_records_write(records in records(), seed in any::<u64>(), every in any::<bool>()) {
        let emission = if every { Emission::EveryUpdate } else { Emission::Coalesced };
        let one_by_one = written(&records, emission, RunSize::AtMost(1));
        prop_assert_eq!(&written(&records, emission, RunSize::Random(seed)), &one_by_one);
        prop_assert_eq!(&written(&records, emission, RunSize::AtMost(usize::MAX)), &one_by_one);
    }
}

#[test]
fn coalesced_emission_ends_where_every_update_ends() {
    let key = || Some("a".to_owned());
    let records: Vec<_> = (0..30).map(|number| (key(), number, number)).collect();
    let (every, _) = written(&records, Emission::EveryUpdate, RunSize::AtMost(7));
    let (coalesced, _) = written(&records, Emission::Coalesced, RunSize::AtMost(7));
    assert_eq!(every[1..4], coalesced[1..4], "changelogs are written once a key and commit either way");
    assert!(coalesced[0].len() < every[0].len());
}
