//! The transactional copier under `kill -9` of copiers and broker (Kafka's `transactions_test`): the output equals the
//! input, in order, and a concurrent read_committed reader never sees anything else.
//!
//! Each copier is a process of its own that moves one partition, 750 records a transaction, the group's offsets
//! inside. `ROUNDS` scales the records; `make faults` copies 100,000.

mod process;

use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tidemill_client::{
    Consumer, ConsumerConfig, IsolationLevel, Producer, ProducerConfig, ProducerRecord, TopicPartition,
};
use tidemill_environment::{Random, SeededRandom};

use super::process::{Broker, free_port};
use super::rounds::{rounds, seed};
use super::wire::Wire;
use super::wire::reading::read_settled;

const INPUT: &str = "orders";
const OUTPUT: &str = "orders-copied";
const PARTITIONS: i32 = 2;
const GROUP: &str = "copiers";
/// Records for each of `ROUNDS`.
const RECORDS_A_ROUND: u64 = 500;
/// Every so many copied records something is killed, the broker and a copier in turn.
const KILL_EVERY: u64 = 2_500;
const POLL_TIMEOUT: Duration = Duration::from_millis(100);
/// Steps of a twentieth of a second without progress before the test gives up.
const MAX_STALLED_STEPS: u32 = 2_400;

#[test]
fn the_copy_equals_the_input_in_order_whatever_is_killed() {
    let (records, seed) = (rounds(12, 1) * RECORDS_A_ROUND, seed(83));
    let each = records / u64::from(PARTITIONS.unsigned_abs());
    let mut random = SeededRandom::new(seed);
    let dir = tempfile::tempdir().unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    let mut broker = Broker::start_with(dir.path(), &listen, &[]);
    let mut wire = Wire::connect(&listen);
    wire.create_topic(INPUT, PARTITIONS, &[]);
    wire.create_topic(OUTPUT, PARTITIONS, &[]);
    fill(&listen, each);
    let readers: Vec<Reader> =
        (0..PARTITIONS).map(|partition| Reader::start(&listen, partition, each)).collect();
    let mut copiers: Vec<Child> =
        (0..PARTITIONS).map(|partition| process::start(&listen, partition, each)).collect();
    let seen = || readers.iter().map(|reader| reader.seen.load(Ordering::SeqCst)).sum::<u64>();
    let (mut next_kill, mut copier_kills, mut broker_kills) = (KILL_EVERY / 4, 0, 0);
    let (mut last, mut stalled) = (0, 0);
    while seen() < records {
        if seen() >= next_kill {
            next_kill += KILL_EVERY / 2 + random.below(KILL_EVERY);
            if broker_kills <= copier_kills {
                broker.kill();
                broker = Broker::start_with(dir.path(), &listen, &[]);
                broker_kills += 1;
            } else {
                let partition = i32::try_from(random.below(u64::from(PARTITIONS.unsigned_abs()))).unwrap();
                let copier = &mut copiers[usize::try_from(partition).unwrap()];
                copier.kill().unwrap();
                copier.wait().unwrap();
                *copier = process::start(&listen, partition, each);
                copier_kills += 1;
            }
        }
        stalled = if seen() == last { stalled + 1 } else { 0 };
        last = seen();
        assert!(
            stalled < MAX_STALLED_STEPS,
            "seed {seed}: stands still at {last} of {records}:\n{}",
            broker.log()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    copiers.iter_mut().for_each(|copier| assert!(copier.wait().unwrap().success(), "a copier failed"));
    readers.into_iter().for_each(Reader::finish);
    verify(&listen, each, seed);
    assert!(broker_kills >= records / 20_000, "seed {seed}: the broker was killed {broker_kills} times");
    println!(
        "copier: {records} records, {copier_kills} copiers and {broker_kills} brokers killed, {records} copied in \
         order, 0 lost, 0 duplicated, 0 seen that were aborted"
    );
}

fn fill(bootstrap: &str, each: u64) {
    let producer = Producer::connect(ProducerConfig::new(bootstrap)).unwrap().blocking();
    for value in 0..each {
        for partition in 0..PARTITIONS {
            let record = ProducerRecord::new(INPUT).partition(partition).value(value.to_string());
            producer.send_with(record, |result| assert!(result.is_ok(), "{result:?}")).unwrap();
        }
    }
    producer.flush().unwrap();
}

/// What is in the output at the end, read without our client.
fn verify(bootstrap: &str, each: u64, seed: u64) {
    let mut wire = Wire::connect(bootstrap);
    for partition in 0..PARTITIONS {
        let seen = read_settled(&mut wire, OUTPUT, partition);
        let wrong = seen.values().into_iter().zip(0..).find(|(value, expected)| value != expected);
        assert_eq!(wrong, None, "seed {seed}: partition {partition}");
        assert_eq!(u64::try_from(seen.records.len()).unwrap(), each, "seed {seed}: partition {partition}");
    }
    assert_eq!(wire.committed_offset(GROUP, INPUT), i64::try_from(each).unwrap(), "seed {seed}");
}

/// Reads the copy while it is made; fails at the first record that is not the next one.
struct Reader {
    seen: Arc<AtomicU64>,
    ending: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Reader {
    fn start(bootstrap: &str, partition: i32, each: u64) -> Self {
        let mut config = ConsumerConfig::new(bootstrap);
        config.isolation_level = IsolationLevel::ReadCommitted;
        let consumer = Consumer::connect(config).unwrap().blocking();
        let partition = TopicPartition::new(OUTPUT, partition);
        consumer.assign(vec![partition.clone()]).unwrap();
        consumer.seek_to_beginning(&[partition]).unwrap();
        let (seen, ending) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (seen_too, ending_too) = (Arc::clone(&seen), Arc::clone(&ending));
        let thread = std::thread::spawn(move || {
            let mut next = 0;
            while !ending_too.load(Ordering::SeqCst) {
                for batch in consumer.poll(POLL_TIMEOUT).unwrap().batches() {
                    for record in batch.records().map(|record| record.unwrap()) {
                        let value: u64 = std::str::from_utf8(record.value.unwrap()).unwrap().parse().unwrap();
                        assert_eq!(value, next, "{} offset {}", batch.topic_partition(), record.offset);
                        next += 1;
                    }
                }
                seen_too.store(next, Ordering::SeqCst);
            }
            assert_eq!(next, each, "more was copied than there is");
        });
        Self { seen, ending, thread }
    }

    fn finish(self) {
        self.ending.store(true, Ordering::SeqCst);
        self.thread.join().unwrap();
    }
}
