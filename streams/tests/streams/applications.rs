//! What an application promises, from the first record to a restart.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tidemill_streams::serde::{nullable, string};
use tidemill_streams::{
    Application, ApplicationState, Consumed, Grouped, Materialized, Produced, StreamsBuilder, ThreadError,
    TimeWindows, Topology,
};

use crate::cluster::{Cluster, PATIENCE, eventually};

const MINUTE: Duration = Duration::from_secs(60);

/// Counts words per minute; keys must be found, so there is a repartition topic.
fn counting() -> Topology {
    let builder = StreamsBuilder::new();
    builder
        .stream("words", Consumed::with(nullable(string()), string()))
        .group_by(|_, word| word.clone(), Grouped::with(string(), string()).named("by-word"))
        .windowed_by(TimeWindows::of_size(MINUTE).grace(MINUTE * 60))
        .count(Materialized::named("counts"))
        .to_stream()
        .to("word-counts", Produced::inherited());
    builder.build().unwrap()
}

/// 40 words a round, each of 10 words four times, over two minutes.
fn words() -> Vec<(String, i64)> {
    (0..40).map(|number| (format!("word-{}", number % 10), (number % 2) * 60_000)).collect()
}

fn produce_words(cluster: &Cluster) {
    let words = words();
    cluster.produce("words", words.iter().map(|(word, timestamp)| (word.as_str(), *timestamp)));
}

fn counts(application: &Application) -> BTreeMap<String, i64> {
    let store = application.window_store::<String, i64>("counts").unwrap();
    let entries = store.all(usize::MAX).unwrap_or_default();
    entries.into_iter().map(|entry| (entry.key.to_string(), entry.value)).collect()
}

fn expected_counts(rounds: i64) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for (word, timestamp) in words() {
        *counts.entry(format!("[{word}@{timestamp}/{}]", timestamp + 60_000)).or_insert(0) += rounds;
    }
    counts
}

fn wait_for_counts(application: &Application, rounds: i64) {
    let expected = expected_counts(rounds);
    eventually("the counts of all words", || counts(application), |counts| *counts == expected);
}

#[test]
fn records_go_through_repartition_topic_store_and_output_topic() {
    let cluster = Cluster::start();
    cluster.create_topic("words", 2);
    cluster.create_topic("word-counts", 2);
    let application =
        cluster.start_application(&counting(), &cluster.config("counting", &cluster.state_dir("one")));
    produce_words(&cluster);
    wait_for_counts(&application, 1);
    assert_eq!(application.close(PATIENCE), ApplicationState::Stopped);
    let mut latest = BTreeMap::new();
    for (key, value, _) in cluster.read_all("word-counts") {
        latest.insert(key.unwrap(), i64::from_be_bytes(value.unwrap().try_into().unwrap()));
    }
    assert_eq!(latest.len(), 10);
    assert!(latest.values().all(|count| *count == 4), "{latest:?}");
    let repartitioned = cluster.read_all("counting-by-word-repartition");
    assert_eq!(repartitioned.len(), 40);
    let changelog = cluster.read_all("counting-counts-changelog");
    assert!(
        changelog.iter().all(|(key, ..)| key.as_ref().unwrap().ends_with(&[0; 4])),
        "window keys end in a sequence"
    );
}

#[test]
fn a_restart_goes_on_where_the_last_commit_was() {
    let cluster = Cluster::start();
    cluster.create_topic("words", 2);
    cluster.create_topic("word-counts", 2);
    let config = cluster.config("counting", &cluster.state_dir("one"));
    for round in 1..=3 {
        let application = cluster.start_application(&counting(), &config);
        produce_words(&cluster);
        wait_for_counts(&application, round);
        assert_eq!(application.close(PATIENCE), ApplicationState::Stopped);
        assert_eq!(application.metrics().dropped_records, 0);
    }
    assert_eq!(cluster.read_all("counting-by-word-repartition").len(), 120);
}

#[test]
fn state_that_is_gone_is_restored_from_the_changelog() {
    let cluster = Cluster::start();
    cluster.create_topic("words", 2);
    cluster.create_topic("word-counts", 2);
    let config = |instance: &str| {
        let mut config = cluster.config("counting", &cluster.state_dir(instance));
        // Another machine: it must not wait until the session of the first one ends.
        config.static_membership = false;
        config
    };
    let application = cluster.start_application(&counting(), &config("one"));
    produce_words(&cluster);
    wait_for_counts(&application, 1);
    application.close(PATIENCE);
    let application = cluster.start_application(&counting(), &config("two"));
    assert_eq!(counts(&application), expected_counts(1), "restored before anything was processed");
    produce_words(&cluster);
    wait_for_counts(&application, 2);
}

#[test]
fn state_that_is_ahead_of_a_replaced_changelog_is_not_believed() {
    let cluster = Cluster::start();
    cluster.create_topic("words", 2);
    cluster.create_topic("word-counts", 2);
    let config = cluster.config("counting", &cluster.state_dir("one"));
    let application = cluster.start_application(&counting(), &config);
    produce_words(&cluster);
    wait_for_counts(&application, 1);
    application.close(PATIENCE);
    for (_, deleted) in cluster.admin().delete_topics(&["counting-counts-changelog"]).unwrap() {
        deleted.unwrap();
    }
    let application = cluster.start_application(&counting(), &config);
    assert_eq!(counts(&application), BTreeMap::new());
    produce_words(&cluster);
    wait_for_counts(&application, 1);
}

#[test]
fn two_threads_share_the_tasks() {
    let cluster = Cluster::start();
    cluster.create_topic("words", 4);
    cluster.create_topic("word-counts", 2);
    let mut config = cluster.config("counting", &cluster.state_dir("one"));
    config.threads = 2;
    let application = cluster.start_application(&counting(), &config);
    produce_words(&cluster);
    wait_for_counts(&application, 1);
    assert_eq!(application.close(PATIENCE), ApplicationState::Stopped);
}

#[test]
fn a_panic_ends_the_application_and_not_the_process_and_its_work_is_done_again() {
    let cluster = Cluster::start();
    cluster.create_topic("words", 2);
    cluster.create_topic("word-counts", 2);
    let config = cluster.config("counting", &cluster.state_dir("one"));
    let poisoned = Arc::new(AtomicBool::new(true));
    let topology = {
        let (builder, poisoned) = (StreamsBuilder::new(), Arc::clone(&poisoned));
        builder
            .stream("words", Consumed::with(nullable(string()), string()))
            .named("poison")
            .filter(move |_, word| {
                !(word == "word-7" && poisoned.load(Ordering::Relaxed)) || panic!("word-7 is poison")
            })
            .group_by(|_, word| word.clone(), Grouped::with(string(), string()).named("by-word"))
            .windowed_by(TimeWindows::of_size(MINUTE).grace(MINUTE * 60))
            .count(Materialized::named("counts"));
        builder.build().unwrap()
    };
    let application = cluster.start_application(&topology, &config);
    produce_words(&cluster);
    assert_eq!(application.wait_until_stopped(PATIENCE), ApplicationState::Failed);
    let failure = application.failure().unwrap();
    assert!(matches!(*failure, ThreadError::Task(_)));
    assert!(failure.to_string().ends_with("node poison: user code panicked: word-7 is poison"), "{failure}");
    drop(application);
    poisoned.store(false, Ordering::Relaxed);
    let application = cluster.start_application(&topology, &config);
    let repaired = eventually("every word counted", || counts(&application), |counts| counts.len() == 10);
    assert!(repaired.values().all(|count| *count >= 4), "at least once: {repaired:?}");
}

#[test]
fn a_missing_source_topic_and_an_unfit_internal_topic_are_named() {
    let cluster = Cluster::start();
    let config = cluster.config("counting", &cluster.state_dir("one"));
    let error = Application::start(&counting(), &config).err().unwrap();
    assert_eq!(error.to_string(), "source topics do not exist: words");
    cluster.create_topic("words", 2);
    cluster.create_topic("counting-counts-changelog", 1);
    let error = Application::start(&counting(), &config).err().unwrap().to_string();
    assert!(
        error.contains("counting-counts-changelog") && error.contains("1 partitions, 2 are needed"),
        "{error}"
    );
}

#[test]
fn a_second_application_on_the_same_state_directory_is_refused() {
    let cluster = Cluster::start();
    cluster.create_topic("words", 1);
    let config = cluster.config("counting", &cluster.state_dir("one"));
    let _application = cluster.start_application(&counting(), &config);
    let error = Application::start(&counting(), &config).err().unwrap().to_string();
    assert!(error.contains("is used by another process"), "{error}");
}

#[test]
fn a_second_instance_takes_over_half_of_the_tasks_and_all_when_the_first_leaves() {
    let cluster = Cluster::start();
    cluster.create_topic("words", 2);
    cluster.create_topic("word-counts", 2);
    let config = |instance: &str| {
        let mut config = cluster.config("counting", &cluster.state_dir(instance));
        config.static_membership = false;
        config
    };
    let first = cluster.start_application(&counting(), &config("one"));
    produce_words(&cluster);
    wait_for_counts(&first, 1);
    let second = cluster.start_application(&counting(), &config("two"));
    let together = || {
        let mut together = counts(&first);
        together.extend(counts(&second));
        together
    };
    eventually(
        "two owners of a part each",
        || (counts(&first), counts(&second)),
        |(first, second)| {
            !first.is_empty() && !second.is_empty() && first.keys().all(|key| !second.contains_key(key))
        },
    );
    produce_words(&cluster);
    eventually("the counts of both", together, |counts| *counts == expected_counts(2));
    assert_eq!(first.close(PATIENCE), ApplicationState::Stopped);
    wait_for_counts(&second, 2);
    produce_words(&cluster);
    wait_for_counts(&second, 3);
    assert_eq!(second.close(PATIENCE), ApplicationState::Stopped);
}
