//! The cluster under test, and what most tests begin with.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tidemill_broker::{Broker, BrokerConfig};
use tidemill_client::{
    Admin, AdminConfig, AutoOffsetReset, BlockingAdmin, BlockingConsumer, BlockingProducer, Consumer,
    ConsumerConfig, NewTopic, Producer, ProducerConfig, ProducerRecord, TopicPartition,
};
use tidemill_environment::{Clock, SystemClock};

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How long one poll waits.
pub(crate) const POLL: Duration = Duration::from_millis(100);

struct Embedded {
    broker: Broker,
    _data: TempDir,
}

static EMBEDDED: OnceLock<Embedded> = OnceLock::new();
static NAMES: AtomicU32 = AtomicU32::new(0);

/// Returns where the cluster is, starting one if none is given.
pub(crate) fn bootstrap() -> String {
    match std::env::var("TIDEMILL_TEST_BOOTSTRAP") {
        Ok(address) => address,
        Err(_) => EMBEDDED
            .get_or_init(|| {
                let data = TempDir::new().unwrap();
                let broker = Broker::start(BrokerConfig::for_tests(data.path())).unwrap();
                Embedded { broker, _data: data }
            })
            .broker
            .bootstrap_servers(),
    }
}

/// Returns a name no other test uses, in this run or another.
pub(crate) fn fresh(prefix: &str) -> String {
    let number = NAMES.fetch_add(1, Ordering::Relaxed);
    let wall_ms = SystemClock::new().now().wall_ms;
    format!("{prefix}-{wall_ms}-{}-{number}", std::process::id())
}

pub(crate) fn admin() -> BlockingAdmin {
    Admin::connect(AdminConfig::new(&bootstrap())).unwrap().blocking()
}

/// Creates a topic of its own.
pub(crate) fn topic(prefix: &str, partitions: i32) -> String {
    let name = fresh(prefix);
    let results = admin().create_topics(vec![NewTopic::new(&name, partitions)]).unwrap();
    assert!(results.iter().all(|(_, result)| result.is_ok()), "{results:?}");
    // Brokers learn of a topic after the controller: wait, or the next call may not find it.
    eventually("the topic", || {
        let described = admin().describe_topics(&[&name]).unwrap().remove(0).1;
        described.ok().map(drop)
    });
    name
}

pub(crate) fn producer(change: impl FnOnce(&mut ProducerConfig)) -> BlockingProducer {
    let mut config = ProducerConfig::new(&bootstrap());
    change(&mut config);
    Producer::connect(config).unwrap().blocking()
}

/// Makes a consumer that begins at the start of the log.
pub(crate) fn consumer(change: impl FnOnce(&mut ConsumerConfig)) -> BlockingConsumer {
    let mut config = ConsumerConfig::new(&bootstrap());
    config.auto_offset_reset = AutoOffsetReset::Earliest;
    config.fetch_max_wait = Duration::from_millis(50);
    change(&mut config);
    Consumer::connect(config).unwrap().blocking()
}

pub(crate) fn partitions(topic: &str, count: i32) -> Vec<TopicPartition> {
    (0..count).map(|partition| TopicPartition::new(topic, partition)).collect()
}

/// Writes `0..count` as values, in order, to each partition.
pub(crate) fn fill(topic: &str, partition_count: i32, count: u32) {
    let producer = producer(|_| ());
    for partition in 0..partition_count {
        for number in 0..count {
            let record = ProducerRecord::new(topic).partition(partition).value(number.to_string());
            drop(producer.send(record).unwrap());
        }
    }
    producer.flush().unwrap();
}

/// Time since the process began to be asked.
pub(crate) fn elapsed() -> Duration {
    static CLOCK: OnceLock<SystemClock> = OnceLock::new();
    CLOCK.get_or_init(SystemClock::new).now().monotonic
}

/// Repeats `step` until it returns something.
pub(crate) fn eventually<T>(what: &str, mut step: impl FnMut() -> Option<T>) -> T {
    let started = elapsed();
    loop {
        if let Some(found) = step() {
            return found;
        }
        assert!(elapsed() - started < PATIENCE, "{what} did not happen within {PATIENCE:?}");
    }
}

/// Values by partition, in the order received.
pub(crate) type Received = BTreeMap<i32, Vec<String>>;

/// Polls once and adds what came.
pub(crate) fn poll_into(consumer: &BlockingConsumer, received: &mut Received) -> usize {
    let polled = consumer.poll(POLL).unwrap();
    for batch in polled.batches() {
        for record in batch.records() {
            let value = record.unwrap().value.map(|value| String::from_utf8(value.to_vec()).unwrap());
            received.entry(batch.partition()).or_default().push(value.unwrap_or_default());
        }
    }
    polled.record_count()
}

/// Polls until `count` records came.
pub(crate) fn read(consumer: &BlockingConsumer, count: usize) -> Received {
    let mut received = Received::new();
    eventually(&format!("reading {count} records"), || {
        poll_into(consumer, &mut received);
        (received.values().map(Vec::len).sum::<usize>() >= count).then_some(())
    });
    received
}

/// Returns `0..count` as texts.
pub(crate) fn numbers(count: u32) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}
