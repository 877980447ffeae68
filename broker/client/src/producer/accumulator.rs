//! Collects records into batches, one open batch per partition.
//!
//! Sending threads append straight into the open batch under the partition's lock; nothing is allocated per
//! record. A batch is closed when the next record does not fit, when somebody flushes, or when the sender takes
//! it; the sending task is woken for new batches only, not for each record.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tidemill_environment::{Random, SeededRandom};
use tidemill_protocol::records::{BatchBuilder, BatchOptions, HEADER_BYTES, HeaderRef};
use tokio::sync::Notify;

use super::batch::ClosedBatch;
use super::buffer_memory::{BufferMemory, BufferReservation};
use super::delivery::{BatchDelivery, Delivery, Place};
use super::effects::{BatchSource, Readiness, SlotId, TakenBatch};
use crate::TopicPartition;

/// Most bytes a record adds beyond key, value and headers.
pub(super) const RECORD_OVERHEAD_BYTES: usize = 32;

/// What the accumulator needs to know of the configuration.
#[derive(Debug, Clone)]
pub(super) struct AccumulatorOptions {
    pub(super) batch_size: usize,
    pub(super) linger: Duration,
    pub(super) batch: BatchOptions,
}

/// A record whose partition is chosen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Appended<'a> {
    pub(super) timestamp: i64,
    pub(super) key: Option<&'a [u8]>,
    pub(super) value: Option<&'a [u8]>,
    pub(super) headers: &'a [HeaderRef<'a>],
    /// Most bytes the record can take in a batch.
    pub(super) size: usize,
}

/// Why a record was not appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotAppended {
    /// The buffer has no room for another batch of this size.
    NoMemory { size: usize },
    /// The record would open another batch although its partition has had its share.
    SwitchPartition,
    /// The producer was closed.
    Closed,
    /// No transaction is open.
    NoTransaction,
}

/// One partition.
#[derive(Debug)]
pub(super) struct Slot {
    id: SlotId,
    pub(super) partition: TopicPartition,
    queue: Mutex<SlotQueue>,
}

#[derive(Debug, Default)]
struct SlotQueue {
    closed: VecDeque<TakenBatch<Arc<ClosedBatch>>>,
    open: Option<OpenBatch>,
}

#[derive(Debug)]
struct OpenBatch {
    builder: BatchBuilder,
    delivery: Arc<BatchDelivery>,
    created: Duration,
    memory: BufferReservation,
}

impl OpenBatch {
    fn close(self) -> TakenBatch<Arc<ClosedBatch>> {
        let records = i32::try_from(self.builder.len()).expect("a batch counts its records in an i32");
        let payload = Arc::new(ClosedBatch::new(self.builder, self.delivery, self.memory));
        TakenBatch { payload, records, created: self.created }
    }
}

/// The partitions of one topic.
#[derive(Debug)]
pub(super) struct TopicSlots {
    pub(super) slots: Vec<Arc<Slot>>,
    sticky: Arc<Sticky>,
}

/// The partition that records without key go to, and the bytes it has had.
#[derive(Debug)]
struct Sticky {
    partition: AtomicUsize,
    bytes: AtomicUsize,
    random: Mutex<SeededRandom>,
}

impl TopicSlots {
    /// Returns the sticky partition.
    pub(super) fn sticky_partition(&self) -> usize {
        self.sticky.partition.load(Ordering::Relaxed).min(self.slots.len().saturating_sub(1))
    }

    /// Chooses another sticky partition than `current`, unless another thread did so already.
    pub(super) fn switch_sticky(&self, current: usize) {
        let mut random = self.sticky.random.lock();
        self.sticky.bytes.store(0, Ordering::Relaxed);
        if self.sticky.partition.load(Ordering::Relaxed) != current || self.slots.len() < 2 {
            return;
        }
        let others = self.slots.len() as u64 - 1;
        let step = 1 + usize::try_from(random.below(others)).expect("below the number of partitions");
        self.sticky.partition.store((current + step) % self.slots.len(), Ordering::Relaxed);
    }
}

/// Everything that was accepted and not yet taken by the sender.
#[derive(Debug)]
pub(super) struct Accumulator {
    options: AccumulatorOptions,
    pub(super) memory: Arc<BufferMemory>,
    /// By name: a producer has few.
    topics: RwLock<BTreeMap<Arc<str>, Arc<TopicSlots>>>,
    slots: RwLock<Vec<Arc<Slot>>>,
    woken: Mutex<Vec<SlotId>>,
    /// Notified when there is something for the sending task.
    pub(super) wake: Notify,
    unfinished: Mutex<HashMap<u64, Arc<BatchDelivery>>>,
    closed: AtomicBool,
    /// No transaction is open in which records could be accepted.
    held: AtomicBool,
    random_seed: Mutex<SeededRandom>,
}

impl Accumulator {
    /// Makes an empty accumulator.
    pub(super) fn new(options: AccumulatorOptions, memory: Arc<BufferMemory>, random: SeededRandom) -> Self {
        Self {
            options,
            memory,
            topics: RwLock::new(BTreeMap::new()),
            slots: RwLock::new(Vec::new()),
            woken: Mutex::new(Vec::new()),
            wake: Notify::new(),
            unfinished: Mutex::new(HashMap::new()),
            closed: AtomicBool::new(false),
            held: AtomicBool::new(false),
            random_seed: Mutex::new(random),
        }
    }

    /// Returns the partitions of `topic` if they are known.
    pub(super) fn topic(&self, topic: &str) -> Option<Arc<TopicSlots>> {
        self.topics.read().get(topic).map(Arc::clone)
    }

    /// Makes room for `count` partitions of `topic`; partitions are never taken away.
    pub(super) fn set_partitions(&self, topic: &Arc<str>, count: usize) {
        let mut topics = self.topics.write();
        let known = topics.get(topic);
        let mut slots = known.map(|known| known.slots.clone()).unwrap_or_default();
        if slots.len() >= count {
            return;
        }
        let sticky = known.map(|known| Arc::clone(&known.sticky)).unwrap_or_else(|| {
            let mut random = SeededRandom::new(self.random_seed.lock().next_u64());
            let partition = usize::try_from(random.below(count as u64)).expect("below a usize");
            Arc::new(Sticky {
                partition: AtomicUsize::new(partition),
                bytes: AtomicUsize::new(0),
                random: Mutex::new(random),
            })
        });
        let mut all = self.slots.write();
        for partition in slots.len()..count {
            let partition = i32::try_from(partition).expect("partitions are numbered by an i32");
            let partition = TopicPartition { topic: Arc::clone(topic), partition };
            let slot = Arc::new(Slot { id: all.len(), partition, queue: Mutex::new(SlotQueue::default()) });
            all.push(Arc::clone(&slot));
            slots.push(slot);
        }
        topics.insert(Arc::clone(topic), Arc::new(TopicSlots { slots, sticky }));
    }

    /// Returns every partition, by number.
    pub(super) fn slots(&self) -> Vec<Arc<Slot>> {
        self.slots.read().clone()
    }

    /// Returns the number of partitions.
    pub(super) fn slot_count(&self) -> usize {
        self.slots.read().len()
    }

    /// Appends a record to `slot`; `sticky` is given when the sticky partition was chosen. The clock is read only
    /// if a batch is opened.
    pub(super) fn append(
        &self,
        slot: &Slot,
        record: &Appended<'_>,
        sticky: Option<&TopicSlots>,
        now: impl FnOnce() -> Duration,
    ) -> Result<Delivery, NotAppended> {
        let mut queue = slot.queue.lock();
        // Looked at under the lock: what is accepted is seen by `is_empty`, which decides that sending may end.
        if self.is_closed() {
            return Err(NotAppended::Closed);
        }
        if self.held.load(Ordering::Acquire) {
            return Err(NotAppended::NoTransaction);
        }
        if let Some(open) = &mut queue.open
            && let Some(delivery) = open.append(record)
        {
            drop(queue);
            self.count_sticky(sticky, record.size);
            return Ok(delivery);
        }
        if sticky.is_some_and(|topic| self.has_had_its_share(topic, record.size)) {
            return Err(NotAppended::SwitchPartition);
        }
        let size = self.options.batch_size.max(record.size + HEADER_BYTES);
        let memory = self.memory.try_reserve(size).ok_or(NotAppended::NoMemory { size })?;
        // Behind a closed batch that waits already, another one is no news to the sender.
        let is_news = queue.closed.is_empty();
        if let Some(full) = queue.open.take() {
            queue.closed.push_back(full.close());
        }
        let mut open = self.open(slot, memory, now());
        let delivery = open.append(record).expect("the first record fits whatever its size");
        self.unfinished.lock().insert(delivery_key(&open.delivery), Arc::clone(&open.delivery));
        queue.open = Some(open);
        drop(queue);
        self.count_sticky(sticky, record.size);
        if is_news {
            self.woken.lock().push(slot.id);
            self.wake.notify_one();
        }
        Ok(delivery)
    }

    fn open(&self, slot: &Slot, memory: BufferReservation, now: Duration) -> OpenBatch {
        OpenBatch {
            builder: BatchBuilder::new(self.options.batch.clone()),
            delivery: Arc::new(BatchDelivery::new(slot.partition.clone())),
            created: now,
            memory,
        }
    }

    fn count_sticky(&self, sticky: Option<&TopicSlots>, size: usize) {
        if let Some(topic) = sticky {
            topic.sticky.bytes.fetch_add(size, Ordering::Relaxed);
        }
    }

    fn has_had_its_share(&self, topic: &TopicSlots, size: usize) -> bool {
        topic.slots.len() > 1
            && topic.sticky.bytes.load(Ordering::Relaxed) + size + HEADER_BYTES >= self.options.batch_size
    }

    /// Forgets a batch whose callers were told.
    pub(super) fn finished(&self, delivery: &Arc<BatchDelivery>) {
        self.unfinished.lock().remove(&delivery_key(delivery));
        // A batch that was divided is done when both its parts are.
        if let Some(whole) = delivery.whole().filter(|whole| whole.is_finished()) {
            self.finished(&whole);
        }
    }

    /// Closes every open batch so that it is due at once; returns what is unacknowledged now.
    pub(super) fn flush(&self) -> Vec<Arc<BatchDelivery>> {
        for slot in self.slots() {
            let mut queue = slot.queue.lock();
            if let Some(open) = queue.open.take() {
                queue.closed.push_back(open.close());
                self.woken.lock().push(slot.id);
            }
        }
        self.wake.notify_one();
        self.unfinished.lock().values().map(Arc::clone).collect()
    }

    /// Says whether records are accepted, for producers of transactions; what was refused never becomes a batch.
    pub(super) fn accept(&self, accepted: bool) {
        self.held.store(!accepted, Ordering::Release);
    }

    /// Refuses further records.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Whether the producer was closed.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Whether nothing waits to be taken. Once this is so after [`Self::close`], it stays so.
    pub(super) fn is_empty(&self) -> bool {
        self.slots.read().iter().all(|slot| {
            let queue = slot.queue.lock();
            queue.open.is_none() && queue.closed.is_empty()
        })
    }

    /// Returns the partitions that have had a new batch since the last call.
    pub(super) fn take_woken(&self) -> Vec<SlotId> {
        std::mem::take(&mut *self.woken.lock())
    }
}

/// Identifies a batch while it lives.
fn delivery_key(delivery: &Arc<BatchDelivery>) -> u64 {
    Arc::as_ptr(delivery).addr() as u64
}

impl OpenBatch {
    fn append(&mut self, record: &Appended<'_>) -> Option<Delivery> {
        let offset_delta =
            self.builder.try_append(record.timestamp, record.key, record.value, record.headers)?;
        let place = Place { offset_delta, timestamp: record.timestamp };
        Some(Delivery::new(Arc::clone(&self.delivery), place))
    }
}

impl BatchSource<Arc<ClosedBatch>> for &Accumulator {
    fn readiness(&mut self, slot: SlotId, now: Duration) -> Readiness {
        let slots = self.slots.read();
        let queue = slots[slot].queue.lock();
        match &queue.open {
            _ if !queue.closed.is_empty() => Readiness::Ready,
            None => Readiness::Empty,
            Some(_) if self.is_closed() || self.memory.is_short() => Readiness::Ready,
            Some(open) if open.created + self.options.linger <= now => Readiness::Ready,
            Some(open) => Readiness::At(open.created + self.options.linger),
        }
    }

    fn peek(&mut self, slot: SlotId) -> Option<(usize, Duration)> {
        let slots = self.slots.read();
        let queue = slots[slot].queue.lock();
        match queue.closed.front() {
            // Closed batches are at most this large, unless one record alone is larger.
            Some(batch) => Some((self.options.batch_size, batch.created)),
            None => queue.open.as_ref().map(|open| (open.builder.size_bytes(), open.created)),
        }
    }

    fn take(&mut self, slot: SlotId) -> Option<TakenBatch<Arc<ClosedBatch>>> {
        let slots = self.slots.read();
        let mut queue = slots[slot].queue.lock();
        queue.closed.pop_front().or_else(|| queue.open.take().map(OpenBatch::close))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_accumulator_refuses_records_and_is_empty_only_when_all_were_taken() {
        let batch = BatchOptions::default();
        let options = AccumulatorOptions { batch_size: 1_024, linger: Duration::from_secs(60), batch };
        let accumulator = Accumulator::new(options, BufferMemory::new(1 << 20), SeededRandom::new(1));
        accumulator.set_partitions(&Arc::from("orders"), 1);
        let slot = Arc::clone(&accumulator.slots()[0]);
        let record = Appended { timestamp: 1, key: None, value: Some(b"v"), headers: &[], size: 64 };
        let append = || accumulator.append(&slot, &record, None, || Duration::ZERO).map(drop);
        assert_eq!(append(), Ok(()));
        accumulator.close();
        assert_eq!(append(), Err(NotAppended::Closed));
        assert!(!accumulator.is_empty(), "a batch that lingers was accepted and must be sent");
        assert!((&accumulator).take(0).is_some());
        assert!(accumulator.is_empty());
    }
}
