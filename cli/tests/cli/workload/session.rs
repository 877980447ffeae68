//! The clients of one process: a transactional producer, an idempotent one, a consumer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tidemill_client::{
    AutoOffsetReset, BlockingConsumer, BlockingProducer, Consumer, ConsumerConfig, IsolationLevel, Producer,
    ProducerConfig, RebalanceListener, TopicPartition, TransactionError,
};
use tidemill_history::GroupView;

use super::{TOPIC, World, partitions};

pub(super) const GROUP: &str = "auditors";
const POLL_TIMEOUT: Duration = Duration::from_millis(20);
const LEAVE_TIMEOUT: Duration = Duration::from_millis(500);
/// Short, so that a member that crashed holds the group up for less than the time between two kills.
const SESSION_TIMEOUT: Duration = Duration::from_millis(500);
const HEARTBEAT_INTERVAL: Duration = Duration::from_millis(50);
const MAX_POLL_RECORDS: u32 = 40;
/// How often an operation that timed out is called again before it is given up.
const PATIENCE: u32 = 3;

/// Values by key, as a micro-operation tells them.
pub(super) type Returned = BTreeMap<String, Vec<(i64, u64)>>;

/// Notes which partitions changed hands.
#[derive(Debug, Default)]
struct Moved {
    keys: Mutex<BTreeSet<String>>,
}

impl Moved {
    fn note(&self, partitions: &[TopicPartition]) {
        self.keys.lock().extend(partitions.iter().map(ToString::to_string));
    }
}

struct Listener(Arc<Moved>);

impl RebalanceListener for Listener {
    fn on_assigned(&self, _consumer: &BlockingConsumer, partitions: &[TopicPartition]) {
        self.0.note(partitions);
    }

    fn on_revoked(&self, _consumer: &BlockingConsumer, partitions: &[TopicPartition]) {
        self.0.note(partitions);
    }
}

/// The clients of one process.
pub(super) struct Session {
    pub(super) process: u64,
    pub(super) transactional: BlockingProducer,
    pub(super) idempotent: BlockingProducer,
    pub(super) consumer: BlockingConsumer,
    pub(super) subscribed: bool,
    /// The next offset of each partition that was polled.
    pub(super) positions: BTreeMap<TopicPartition, i64>,
    /// What the last transaction stored for the group; it counts if it was committed.
    pub(super) stored: Option<GroupView>,
    moved: Arc<Moved>,
}

impl Session {
    /// New clients; the transactional producer takes its id over from the process before it.
    pub(super) fn open(world: &World, slot: u64) -> Self {
        let idempotent = Producer::connect(ProducerConfig::new(&world.listen)).unwrap().blocking();
        Self {
            process: world.process(),
            transactional: transactional(world, slot),
            idempotent,
            consumer: consumer(world, false),
            subscribed: false,
            positions: BTreeMap::new(),
            stored: None,
            moved: Arc::default(),
        }
    }

    /// Polls from now on exactly these partitions, on from where it was.
    pub(super) fn assign(&mut self, world: &World, wanted: &[TopicPartition]) {
        let subscribed = std::mem::replace(&mut self.subscribed, false);
        self.leave();
        self.consumer = consumer(world, false);
        self.consumer.assign(wanted.to_vec()).unwrap();
        for partition in wanted {
            let known = self.positions.get(partition).copied().filter(|_| !subscribed).unwrap_or(0);
            self.consumer.seek(partition, known).unwrap();
        }
        self.positions.clear();
    }

    /// Leaves the group, so that the others need not wait for its session to end; a crash does not.
    fn leave(&self) {
        self.consumer.close(LEAVE_TIMEOUT);
    }

    /// Polls from now on what the group gives it.
    pub(super) fn subscribe(&mut self, world: &World) {
        self.subscribed = true;
        self.leave();
        self.positions.clear();
        self.consumer = consumer(world, true);
        let listener = Arc::new(Listener(Arc::clone(&self.moved)));
        self.consumer.subscribe_with(&[TOPIC], listener).unwrap();
    }

    pub(super) fn poll(&mut self) -> Result<Returned, String> {
        let polled = self.consumer.poll(POLL_TIMEOUT).map_err(|error| error.to_string())?;
        let mut returned = Returned::new();
        for batch in polled.batches() {
            let values = returned.entry(batch.topic_partition().to_string()).or_default();
            for record in batch.records() {
                let record = record.map_err(|error| error.to_string())?;
                let text = std::str::from_utf8(record.value.unwrap()).unwrap();
                values.push((record.offset, text.parse().unwrap()));
            }
            self.positions.insert(batch.topic_partition().clone(), batch.next_offset());
        }
        Ok(returned)
    }

    /// Goes back to where it was before a transaction that was aborted; a group does that by itself at its next
    /// rebalance, and is not held to it.
    pub(super) fn rewind(&mut self, before: BTreeMap<TopicPartition, i64>) {
        for partition in self.positions.keys().filter(|_| !self.subscribed) {
            let position = before.get(partition).copied();
            // Partitions that were polled for the first time begin again where they were assigned.
            let position = position.unwrap_or(0);
            self.consumer.seek(partition, position).unwrap();
        }
        self.positions = before;
    }

    /// The keys that changed hands since the last call.
    pub(super) fn take_moved(&self) -> Vec<String> {
        std::mem::take(&mut *self.moved.keys.lock()).into_iter().collect()
    }
}

fn transactional(world: &World, slot: u64) -> BlockingProducer {
    let mut config = ProducerConfig::new(&world.listen);
    config.transactional_id = Some(format!("clerk-{slot}"));
    let producer = Producer::connect(config).unwrap().blocking();
    settle(|| producer.init_transactions()).unwrap_or_else(|error| panic!("slot {slot}: {error}"));
    producer
}

/// Calls again what timed out: that is how its outcome is learnt.
pub(super) fn settle(
    mut operation: impl FnMut() -> Result<(), TransactionError>,
) -> Result<(), TransactionError> {
    let mut result = operation();
    for _ in 0..PATIENCE {
        if !matches!(result, Err(TransactionError::Timeout { .. })) {
            break;
        }
        result = operation();
    }
    result
}

pub(super) fn consumer(world: &World, in_group: bool) -> BlockingConsumer {
    let mut config = ConsumerConfig::new(&world.listen);
    config.group_id = in_group.then(|| GROUP.to_owned());
    config.session_timeout = SESSION_TIMEOUT;
    config.heartbeat_interval = HEARTBEAT_INTERVAL;
    config.enable_auto_commit = false;
    config.auto_offset_reset = AutoOffsetReset::Earliest;
    config.isolation_level = IsolationLevel::ReadCommitted;
    config.max_poll_records = MAX_POLL_RECORDS;
    Consumer::connect(config).unwrap().blocking()
}

/// A consumer of every partition from its beginning.
pub(super) fn reader(world: &World) -> BlockingConsumer {
    let consumer = consumer(world, false);
    consumer.assign(partitions()).unwrap();
    consumer.seek_to_beginning(&partitions()).unwrap();
    consumer
}
