//! `kill -9` while four idempotent producers run with acks=all: what was acknowledged is still there, once, in order.
//!
//! `ROUNDS` sets the number of kills (default 3; `make faults` runs 100). The moment of each kill is drawn from a
//! seed and counted in acknowledgements, so that it falls into the middle of the producers' work.

mod checker;
mod producers;

use std::collections::BTreeMap;
use std::time::Duration;

use tidemill_client::{Admin, AdminConfig, Consumer, ConsumerConfig, NewTopic, OffsetSpec, TopicPartition};
use tidemill_environment::{Random, SeededRandom};

use super::process::{Broker, free_port};
use checker::{Placed, Stamp};
use producers::Producers;

const TOPIC: &str = "orders";
const PARTITIONS: i32 = 4;
const DEFAULT_ROUNDS: u64 = 3;
const SEED: u64 = 9;
/// Acknowledgements before a kill: from this many on ...
const MIN_ACKNOWLEDGED: u64 = 1_000;
/// ... to this many more.
const SPREAD: u64 = 2_000;
const POLL_TIMEOUT: Duration = Duration::from_secs(30);

#[test]
fn acknowledged_records_survive_kill_9_once_and_in_order() {
    let rounds = std::env::var("ROUNDS").map_or(DEFAULT_ROUNDS, |rounds| rounds.parse().unwrap());
    let dir = tempfile::tempdir().unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    let mut random = SeededRandom::new(SEED);
    let mut broker = Broker::start_with(dir.path(), &listen, &[]);
    create_topic(&listen);
    let producers = Producers::start(&listen, TOPIC, PARTITIONS);
    let mut in_flight_kills = 0;
    for round in 0..rounds {
        let wanted = MIN_ACKNOWLEDGED + random.next_u64() % SPREAD;
        assert!(producers.wait_for_acknowledgements(wanted), "round {round} stands still:\n{}", broker.log());
        in_flight_kills += u64::from(producers.unanswered() > 0);
        broker.kill();
        broker = Broker::start_with(dir.path(), &listen, &[]);
    }
    assert!(
        producers.wait_for_acknowledgements(1),
        "nothing moves after the last restart:\n{}",
        broker.log()
    );
    let work = producers.finish();
    let log = read_back(&listen);
    let report = checker::check(&work.acknowledged, &log);
    println!(
        "kill -9: {rounds} rounds, {in_flight_kills} with requests in flight; {} acknowledged, {} given up; {report}",
        work.acknowledged.len(),
        work.given_up
    );
    assert!(report.is_clean(), "{report}\n{}", report.examples());
    assert!(work.acknowledged.len() as u64 >= rounds * MIN_ACKNOWLEDGED);
    assert!(in_flight_kills * 2 > rounds, "only {in_flight_kills} of {rounds} kills met requests in flight");
}

fn create_topic(bootstrap: &str) {
    let admin = Admin::connect(AdminConfig::new(bootstrap)).unwrap().blocking();
    let results = admin.create_topics(vec![NewTopic::new(TOPIC, PARTITIONS)]).unwrap();
    assert!(results.iter().all(|(_, result)| result.is_ok()), "{results:?}");
}

/// Everything that the topic holds.
fn read_back(bootstrap: &str) -> Vec<Placed> {
    let partitions: Vec<TopicPartition> =
        (0..PARTITIONS).map(|partition| TopicPartition::new(TOPIC, partition)).collect();
    let admin = Admin::connect(AdminConfig::new(bootstrap)).unwrap().blocking();
    let latest: BTreeMap<TopicPartition, OffsetSpec> =
        partitions.iter().map(|partition| (partition.clone(), OffsetSpec::Latest)).collect();
    let ends: BTreeMap<TopicPartition, i64> = admin
        .list_offsets(&latest)
        .unwrap()
        .into_iter()
        .map(|(partition, offset)| (partition, offset.unwrap().unwrap().offset))
        .collect();
    let consumer = Consumer::connect(ConsumerConfig::new(bootstrap)).unwrap().blocking();
    consumer.assign(partitions.clone()).unwrap();
    consumer.seek_to_beginning(&partitions).unwrap();
    let mut positions: BTreeMap<TopicPartition, i64> = partitions.into_iter().map(|key| (key, 0)).collect();
    let mut log = Vec::new();
    while positions.iter().any(|(partition, position)| *position < ends[partition]) {
        let polled = consumer.poll(POLL_TIMEOUT).unwrap();
        assert!(!polled.is_empty(), "nothing more arrives: {positions:?} of {ends:?}");
        for batch in polled.batches() {
            for record in batch.records() {
                let record = record.unwrap();
                let stamp = Stamp::from_bytes(record.value.unwrap());
                log.push(Placed { partition: batch.partition(), offset: record.offset, stamp });
            }
            positions.insert(batch.topic_partition().clone(), batch.next_offset());
        }
    }
    log
}
