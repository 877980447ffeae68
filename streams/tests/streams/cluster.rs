//! One broker and the clients a test needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tidemill_broker::{Broker, BrokerConfig};
use tidemill_client::{
    Admin, AdminConfig, AutoOffsetReset, BlockingAdmin, Consumer, ConsumerConfig, NewTopic, OffsetSpec,
    Producer, ProducerConfig, ProducerRecord, TopicPartition,
};
use tidemill_environment::{Clock, SystemClock};
use tidemill_streams::{Application, ApplicationState, StreamsConfig, Topology};

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A record as a test sees it: key, value, timestamp.
pub(crate) type Row = (Option<Vec<u8>>, Option<Vec<u8>>, i64);

pub(crate) struct Cluster {
    broker: Broker,
    folder: TempDir,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let broker = Broker::start(BrokerConfig::for_tests(&folder.path().join("broker"))).unwrap();
        Self { broker, folder }
    }

    pub(crate) fn state_dir(&self, instance: &str) -> PathBuf {
        self.folder.path().join(instance)
    }

    pub(crate) fn admin(&self) -> BlockingAdmin {
        Admin::connect(AdminConfig::new(&self.broker.bootstrap_servers())).unwrap().blocking()
    }

    pub(crate) fn create_topic(&self, name: &str, partitions: i32) {
        for (_, created) in self.admin().create_topics(vec![NewTopic::new(name, partitions)]).unwrap() {
            created.unwrap();
        }
    }

    /// Sends records without keys and waits until all are acknowledged.
    pub(crate) fn produce<'a>(&self, topic: &str, values: impl IntoIterator<Item = (&'a str, i64)>) {
        let mut config = ProducerConfig::new(&self.broker.bootstrap_servers());
        config.linger = Duration::from_millis(20);
        let producer = Producer::connect(config).unwrap().blocking();
        let deliveries: Vec<_> = values
            .into_iter()
            .map(|(value, timestamp)| {
                let record = ProducerRecord::new(topic).value(value.to_owned()).timestamp(timestamp);
                producer.send(record).unwrap()
            })
            .collect();
        producer.flush().unwrap();
        for delivery in deliveries {
            delivery.wait().unwrap();
        }
    }

    /// Reads all that a topic holds now, partition by partition.
    pub(crate) fn read_all(&self, topic: &str) -> Vec<Row> {
        let admin = self.admin();
        let described = admin.describe_topics(&[topic]).unwrap().remove(0).1.unwrap();
        let partitions: Vec<TopicPartition> = (0..described.partitions.len())
            .map(|number| TopicPartition::new(topic, i32::try_from(number).unwrap()))
            .collect();
        let wanted = partitions.iter().map(|partition| (partition.clone(), OffsetSpec::Latest)).collect();
        let mut left: BTreeMap<TopicPartition, i64> = admin
            .list_offsets(&wanted)
            .unwrap()
            .into_iter()
            .map(|(partition, found)| (partition, found.unwrap().map_or(0, |found| found.offset)))
            .filter(|(_, end)| *end > 0)
            .collect();
        let mut config = ConsumerConfig::new(&self.broker.bootstrap_servers());
        config.auto_offset_reset = AutoOffsetReset::Earliest;
        let consumer = Consumer::connect(config).unwrap().blocking();
        consumer.assign(left.keys().cloned().collect()).unwrap();
        let mut rows = Vec::new();
        while !left.is_empty() {
            let polled = consumer.poll(PATIENCE).unwrap();
            assert!(!polled.is_empty(), "{topic} is not read to its end: {left:?}");
            for batch in polled.batches() {
                for record in batch.records().map(Result::unwrap) {
                    rows.push((
                        record.key.map(<[u8]>::to_vec),
                        record.value.map(<[u8]>::to_vec),
                        record.timestamp,
                    ));
                }
                if left.get(batch.topic_partition()).is_some_and(|end| batch.next_offset() >= *end) {
                    left.remove(batch.topic_partition());
                }
            }
        }
        rows
    }

    /// Starts an application and waits until all its tasks run.
    pub(crate) fn start_application(&self, topology: &Topology, config: &StreamsConfig) -> Application {
        let application = Application::start(topology, config).unwrap();
        let state = application.wait_until_running(PATIENCE);
        assert_eq!(state, ApplicationState::Running, "{:?}", application.failure());
        application
    }

    pub(crate) fn config(&self, application_id: &str, state_dir: &Path) -> StreamsConfig {
        let mut config = StreamsConfig::new(application_id, &self.broker.bootstrap_servers());
        config.state_dir = state_dir.to_path_buf();
        config.commit_interval = Duration::from_millis(50);
        config.poll = Duration::from_millis(20);
        // Members hear of a rebalance with their next heartbeat.
        let key = "consumer.heartbeat.interval.ms".to_owned();
        config.client_properties.insert(key, "100".to_owned());
        config
    }
}

/// Reads a condition again and again until it holds.
pub(crate) fn eventually<T: std::fmt::Debug>(
    what: &str,
    mut read: impl FnMut() -> T,
    holds: impl Fn(&T) -> bool,
) -> T {
    let clock = SystemClock::new();
    let deadline = clock.now().monotonic + PATIENCE;
    loop {
        let value = read();
        if holds(&value) {
            return value;
        }
        assert!(clock.now().monotonic < deadline, "{what} did not come true; last: {value:?}");
        std::thread::yield_now();
    }
}
