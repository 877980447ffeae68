//! What to send when: the producer's state machine.
//!
//! It sees partitions by number ([`SlotId`]), batches as opaque payloads, answers as values, and time as a
//! parameter. It decides which batches form which request, keeps what is under way, retries, renumbers and
//! expires. It opens no batch: those that still collect records stay in the [`BatchSource`] until they are due.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tidemill_environment::SeededRandom;
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::ProducerIdentity;

use super::delivery::Written;
use super::tracked::{Next, Numbering, Tracked, TrackedPartition};
use crate::connection::Backoff;

/// Number of a partition within one producer.
pub(super) type SlotId = usize;

/// Batches of one partition that may be under way; brokers remember five per producer.
const MAX_IN_FLIGHT_PER_PARTITION: usize = 5;

/// What the sender needs to know of the configuration.
#[derive(Debug, Clone)]
pub(super) struct SenderSettings {
    pub(super) idempotent: bool,
    pub(super) max_in_flight: usize,
    pub(super) max_request_size: usize,
    pub(super) delivery_timeout: Duration,
    pub(super) retries: u32,
    pub(super) backoff: Backoff,
}

/// When a partition's next batch may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readiness {
    /// There is none.
    Empty,
    /// It may collect records until then.
    At(Duration),
    /// It is due.
    Ready,
}

/// A batch as the source hands it over.
#[derive(Debug)]
pub(super) struct TakenBatch<B> {
    pub(super) payload: B,
    pub(super) records: i32,
    pub(super) created: Duration,
}

/// Where batches come from.
pub(super) trait BatchSource<B> {
    /// Says when the next batch of `slot` is due.
    fn readiness(&mut self, slot: SlotId, now: Duration) -> Readiness;
    /// Bytes of the next batch of `slot`, and when its first record was accepted.
    fn peek(&mut self, slot: SlotId) -> Option<(usize, Duration)>;
    /// Takes the next batch of `slot`, due or not.
    fn take(&mut self, slot: SlotId) -> Option<TakenBatch<B>>;
}

/// One batch of a request.
#[derive(Debug, Clone)]
pub(super) struct OutgoingBatch<B> {
    pub(super) slot: SlotId,
    pub(super) payload: B,
    pub(super) identity: Option<ProducerIdentity>,
}

/// Why a batch is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    Refused { code: ErrorCode, message: Option<Arc<str>> },
    Timeout { last: Option<Arc<str>> },
    Encode { reason: Arc<str> },
}

/// What to do.
#[derive(Debug)]
pub(super) enum Effect<B> {
    /// Send these batches to the broker, in order.
    Produce { request: u64, node: i32, batches: Vec<OutgoingBatch<B>> },
    /// Ask for a producer id.
    AcquireIdentity,
    /// The view of the cluster is stale.
    RefreshMetadata,
    /// Tell the batch's callers.
    Finish { payload: B, outcome: Result<Written, Failure> },
}

/// What a broker said about one batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BatchAnswer {
    Written(Written),
    Error { code: ErrorCode, message: Option<Arc<str>> },
    /// The batch never left: its payload cannot be encoded.
    Unencodable { reason: Arc<str> },
}

#[derive(Debug, Default)]
struct NodeState {
    in_flight: usize,
    not_before: Duration,
    /// Partition to begin with, so that none starves when requests are full.
    first_slot: SlotId,
}

/// The state machine.
#[derive(Debug)]
pub(super) struct Sender<B> {
    settings: SenderSettings,
    partitions: Vec<TrackedPartition<B>>,
    active: BTreeSet<SlotId>,
    nodes: BTreeMap<i32, NodeState>,
    requests: HashMap<u64, (i32, Vec<SlotId>)>,
    next_request: u64,
    identity: Option<(i64, i16)>,
    acquiring: bool,
    effects: Vec<Effect<B>>,
    wake_at: Option<Duration>,
    random: SeededRandom,
}

impl<B: Clone> Sender<B> {
    /// Makes a sender that has nothing to send.
    pub(super) fn new(settings: SenderSettings, random: SeededRandom) -> Self {
        Self {
            settings,
            partitions: Vec::new(),
            active: BTreeSet::new(),
            nodes: BTreeMap::new(),
            requests: HashMap::new(),
            next_request: 0,
            identity: None,
            acquiring: false,
            effects: Vec::new(),
            wake_at: None,
            random,
        }
    }

    /// Notes that the source may have batches for `slot`.
    pub(super) fn wake(&mut self, slot: SlotId) {
        self.partition(slot);
        self.active.insert(slot);
    }

    /// Notes who leads `slot`.
    pub(super) fn set_leader(&mut self, slot: SlotId, leader: Option<i32>) {
        self.partition(slot).leader = leader;
    }

    /// Notes the producer id that was acquired; `None` if acquiring failed and is to be tried again.
    pub(super) fn set_identity(&mut self, identity: Option<(i64, i16)>) {
        self.acquiring = false;
        self.identity = identity;
    }

    /// Whether nothing is unacknowledged and nothing waits.
    pub(super) fn is_idle(&self) -> bool {
        self.active.is_empty()
    }

    /// Decides what to do now; also returns when to ask again if nothing happens before.
    pub(super) fn drain(
        &mut self,
        now: Duration,
        source: &mut dyn BatchSource<B>,
    ) -> (Vec<Effect<B>>, Option<Duration>) {
        self.wake_at = None;
        self.expire(now, source);
        if self.settings.idempotent && self.identity.is_none() && !self.active.is_empty() {
            if !self.acquiring {
                self.acquiring = true;
                self.effects.push(Effect::AcquireIdentity);
            }
            return (std::mem::take(&mut self.effects), self.wake_at);
        }
        let (ready, leaderless) = self.sendable(now, source);
        if leaderless {
            self.effects.push(Effect::RefreshMetadata);
        }
        for (node, slots) in ready {
            while self.form_request(node, &slots, now, source) {}
        }
        (std::mem::take(&mut self.effects), self.wake_at)
    }

    /// Takes in a broker's answer to request `request`.
    pub(super) fn on_answer(
        &mut self,
        request: u64,
        answers: Vec<(SlotId, BatchAnswer)>,
        throttle: Duration,
        now: Duration,
    ) {
        let Some((node, slots)) = self.requests.remove(&request) else { return };
        if let Some(state) = self.nodes.get_mut(&node) {
            state.in_flight = state.in_flight.saturating_sub(1);
            state.not_before = state.not_before.max(now + throttle);
        }
        let mut answers: HashMap<SlotId, BatchAnswer> = answers.into_iter().collect();
        for slot in slots {
            let answer = answers.remove(&slot).unwrap_or_else(|| BatchAnswer::Error {
                code: ErrorCode::UnknownServerError,
                message: Some(Arc::from("the answer does not name the partition")),
            });
            self.on_batch_answer(slot, request, answer, now);
        }
    }

    /// Takes in that request `request` got no answer: whether its batches are in the log is unknown.
    pub(super) fn on_failure(&mut self, request: u64, reason: &str, now: Duration) {
        let Some((node, slots)) = self.requests.remove(&request) else { return };
        if let Some(state) = self.nodes.get_mut(&node) {
            state.in_flight = state.in_flight.saturating_sub(1);
        }
        self.effects.push(Effect::RefreshMetadata);
        let reason: Arc<str> = Arc::from(reason);
        for slot in slots {
            if let Some(index) = self.partition(slot).carried_by(request) {
                self.retry_later(slot, index, Arc::clone(&reason), now);
            }
        }
    }

    /// Gives up everything that is not under way.
    pub(super) fn give_up_all(&mut self, failure: &Failure, source: &mut dyn BatchSource<B>) -> Vec<Effect<B>> {
        for slot in self.active.iter().copied().collect::<Vec<_>>() {
            let mut payloads: Vec<B> = Vec::new();
            self.partitions[slot].batches.retain(|batch| {
                let stays = batch.in_flight.is_some();
                if !stays {
                    payloads.push(batch.payload.clone());
                }
                stays
            });
            while let Some(taken) = source.take(slot) {
                payloads.push(taken.payload);
            }
            let finished = |payload| Effect::Finish { payload, outcome: Err(failure.clone()) };
            self.effects.extend(payloads.into_iter().map(finished));
        }
        std::mem::take(&mut self.effects)
    }

    fn partition(&mut self, slot: SlotId) -> &mut TrackedPartition<B> {
        if slot >= self.partitions.len() {
            self.partitions.resize_with(slot + 1, TrackedPartition::default);
        }
        &mut self.partitions[slot]
    }

    fn wake_no_later_than(&mut self, at: Duration) {
        self.wake_at = Some(self.wake_at.map_or(at, |known| known.min(at)));
    }

    fn on_batch_answer(&mut self, slot: SlotId, request: u64, answer: BatchAnswer, now: Duration) {
        let Some(index) = self.partition(slot).carried_by(request) else { return };
        match answer {
            BatchAnswer::Written(written) => self.acknowledge(slot, index, written),
            BatchAnswer::Unencodable { reason } => self.give_up(slot, index, Failure::Encode { reason }),
            BatchAnswer::Error { code: ErrorCode::DuplicateSequenceNumber, .. } => {
                self.acknowledge(slot, index, Written { base_offset: -1, append_time: -1 });
            }
            BatchAnswer::Error { code, message } => self.on_error(slot, index, (code, message), now),
        }
    }

    fn acknowledge(&mut self, slot: SlotId, index: usize, written: Written) {
        let partition = self.partition(slot);
        partition.failures = 0;
        let batch = partition.batches.remove(index).expect("the place was just found");
        if let (Some(numbering), Some(identity)) = (&mut partition.numbering, batch.identity) {
            numbering.established |= numbering.epoch == identity.epoch && numbering.id == identity.id;
        }
        self.effects.push(Effect::Finish { payload: batch.payload, outcome: Ok(written) });
    }

    fn give_up(&mut self, slot: SlotId, index: usize, failure: Failure) {
        let batch = self.partition(slot).batches.remove(index).expect("the place was just found");
        self.effects.push(Effect::Finish { payload: batch.payload, outcome: Err(failure) });
    }

    fn on_error(
        &mut self,
        slot: SlotId,
        index: usize,
        (code, message): (ErrorCode, Option<Arc<str>>),
        now: Duration,
    ) {
        let lost_sequence = self.settings.idempotent
            && matches!(
                code,
                ErrorCode::OutOfOrderSequenceNumber
                    | ErrorCode::UnknownProducerId
                    | ErrorCode::InvalidProducerEpoch
            );
        let retries = self.settings.retries;
        let attempts = self.partition(slot).batches[index].attempts;
        if lost_sequence || (code.is_retriable() && attempts <= retries) {
            if is_stale_metadata(code) {
                self.effects.push(Effect::RefreshMetadata);
            }
            if lost_sequence && index == 0 {
                // Everything before it is settled, so it is not in the log, and nothing behind it can be.
                self.partition(slot).batches[0].identity = None;
            }
            self.retry_later(slot, index, Arc::from(code.name()), now);
        } else {
            self.give_up(slot, index, Failure::Refused { code, message });
        }
    }

    fn retry_later(&mut self, slot: SlotId, index: usize, reason: Arc<str>, now: Duration) {
        let failures = self.partition(slot).failures.saturating_add(1);
        let delay = self.settings.backoff.delay(failures, &mut self.random);
        let partition = self.partition(slot);
        partition.failures = failures;
        partition.not_before = partition.not_before.max(now + delay);
        let batch = &mut partition.batches[index];
        batch.in_flight = None;
        batch.last = Some(reason);
        if batch.expired {
            partition.batches.remove(index);
        }
    }

    /// Gives up what is older than `delivery.timeout.ms`, sent or not.
    fn expire(&mut self, now: Duration, source: &mut dyn BatchSource<B>) {
        let timeout = self.settings.delivery_timeout;
        for slot in self.active.iter().copied().collect::<Vec<_>>() {
            while source.peek(slot).is_some_and(|(_, created)| created + timeout <= now) {
                let Some(taken) = source.take(slot) else { break };
                let failure = Failure::Timeout { last: None };
                self.effects.push(Effect::Finish { payload: taken.payload, outcome: Err(failure) });
            }
            let mut next_deadline = source.peek(slot).map(|(_, created)| created + timeout);
            let partition = &mut self.partitions[slot];
            for batch in &mut partition.batches {
                let deadline = batch.created + timeout;
                if deadline > now {
                    next_deadline = Some(next_deadline.map_or(deadline, |known| known.min(deadline)));
                } else if !batch.expired {
                    batch.expired = true;
                    let failure = Failure::Timeout { last: batch.last.clone() };
                    self.effects.push(Effect::Finish { payload: batch.payload.clone(), outcome: Err(failure) });
                }
            }
            partition.batches.retain(|batch| !batch.expired || batch.in_flight.is_some());
            if let Some(deadline) = next_deadline {
                self.wake_no_later_than(deadline);
            }
        }
    }

    /// Groups the partitions that can send now by their leader; also says whether one lacks a leader.
    fn sendable(
        &mut self,
        now: Duration,
        source: &mut dyn BatchSource<B>,
    ) -> (BTreeMap<i32, Vec<SlotId>>, bool) {
        let mut by_node: BTreeMap<i32, Vec<SlotId>> = BTreeMap::new();
        let mut due_nodes = BTreeSet::new();
        let mut leaderless = false;
        for slot in self.active.iter().copied().collect::<Vec<_>>() {
            let readiness = source.readiness(slot, now);
            let partition = &self.partitions[slot];
            if partition.batches.is_empty() && readiness == Readiness::Empty {
                self.active.remove(&slot);
                continue;
            }
            let next = partition.next(self.max_in_flight_per_partition());
            if next == Next::Wait || (next == Next::New && readiness == Readiness::Empty) {
                continue;
            }
            let (not_before, leader) = (partition.not_before, partition.leader);
            if not_before > now {
                self.wake_no_later_than(not_before);
                continue;
            }
            let Some(leader) = leader else {
                leaderless = true;
                continue;
            };
            if self.is_under_way_elsewhere(slot, leader) {
                continue;
            }
            match readiness {
                Readiness::At(at) if next == Next::New => self.wake_no_later_than(at),
                _ => drop(due_nodes.insert(leader)),
            }
            by_node.entry(leader).or_default().push(slot);
        }
        // A request that goes out anyway takes along what still lingers.
        by_node.retain(|node, _| due_nodes.contains(node));
        (by_node, leaderless)
    }

    /// Whether `slot` has a batch that must not wait any longer.
    fn is_due(&self, slot: SlotId, now: Duration, source: &mut dyn BatchSource<B>) -> bool {
        match self.partitions[slot].next(self.max_in_flight_per_partition()) {
            Next::Wait => false,
            Next::Retry(_) => true,
            Next::New => source.readiness(slot, now) == Readiness::Ready,
        }
    }

    /// Forms one request to `node` out of `slots`; `false` if nothing is due or there is no room for it.
    fn form_request(
        &mut self,
        node: i32,
        slots: &[SlotId],
        now: Duration,
        source: &mut dyn BatchSource<B>,
    ) -> bool {
        if !slots.iter().any(|slot| self.is_due(*slot, now, source)) {
            return false;
        }
        let state = self.nodes.entry(node).or_default();
        let (not_before, first) = (state.not_before, state.first_slot);
        if state.in_flight >= self.settings.max_in_flight {
            return false;
        }
        if not_before > now {
            self.wake_no_later_than(not_before);
            return false;
        }
        let request = self.next_request;
        let start = slots.iter().position(|slot| *slot >= first).unwrap_or(0);
        let mut room = self.settings.max_request_size;
        let mut batches = Vec::new();
        for slot in slots[start..].iter().chain(&slots[..start]).copied() {
            let size = source.peek(slot).map_or(0, |(size, _)| size);
            if !batches.is_empty() && size > room {
                self.nodes.entry(node).or_default().first_slot = slot;
                break;
            }
            if let Some(batch) = self.send_next(slot, request, source) {
                room = room.saturating_sub(size);
                batches.push(batch);
            }
        }
        if batches.is_empty() {
            return false;
        }
        let carried = batches.iter().map(|batch| batch.slot).collect();
        self.next_request += 1;
        self.nodes.entry(node).or_default().in_flight += 1;
        self.requests.insert(request, (node, carried));
        self.effects.push(Effect::Produce { request, node, batches });
        true
    }

    /// Puts the next batch of `slot` under way in `request`.
    fn send_next(
        &mut self,
        slot: SlotId,
        request: u64,
        source: &mut dyn BatchSource<B>,
    ) -> Option<OutgoingBatch<B>> {
        let index = match self.partitions[slot].next(self.max_in_flight_per_partition()) {
            Next::Wait => return None,
            Next::Retry(index) => index,
            Next::New => {
                let taken = source.take(slot)?;
                let partition = &mut self.partitions[slot];
                partition.batches.push_back(Tracked {
                    payload: taken.payload,
                    records: taken.records,
                    created: taken.created,
                    identity: None,
                    in_flight: None,
                    attempts: 0,
                    last: None,
                    expired: false,
                });
                partition.batches.len() - 1
            }
        };
        if !self.prepare_numbers(slot, index) {
            return None;
        }
        let batch = &mut self.partitions[slot].batches[index];
        batch.in_flight = Some(request);
        batch.attempts = batch.attempts.saturating_add(1);
        Some(OutgoingBatch { slot, payload: batch.payload.clone(), identity: batch.identity })
    }

    /// Gives the batch at `index` its numbers, under a new epoch if the broker lost the old sequence.
    ///
    /// `false` if the producer id has no epoch left: the batch waits for another id.
    fn prepare_numbers(&mut self, slot: SlotId, index: usize) -> bool {
        let Some((id, epoch)) = self.identity.filter(|_| self.settings.idempotent) else {
            return !self.settings.idempotent;
        };
        let partition = &mut self.partitions[slot];
        let lost = index == 0 && partition.batches[0].attempts > 0 && partition.batches[0].identity.is_none();
        if lost && partition.numbering.is_some() && !partition.renumber() {
            self.identity = None;
            return false;
        }
        let first = Numbering { id, epoch, next_sequence: 0, established: false };
        partition.numbering.get_or_insert(first);
        partition.number(index);
        true
    }

    fn max_in_flight_per_partition(&self) -> usize {
        self.settings.max_in_flight.min(MAX_IN_FLIGHT_PER_PARTITION)
    }

    /// Whether a batch of `slot` is under way to another broker than `leader`: it must settle first.
    fn is_under_way_elsewhere(&self, slot: SlotId, leader: i32) -> bool {
        let requests = self.partitions[slot].batches.iter().filter_map(|batch| batch.in_flight);
        requests.filter_map(|request| self.requests.get(&request)).any(|(node, _)| *node != leader)
    }
}

/// Whether the error says that another broker leads.
fn is_stale_metadata(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::NotLeaderOrFollower
            | ErrorCode::LeaderNotAvailable
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::UnknownTopicId
            | ErrorCode::FencedLeaderEpoch
            | ErrorCode::UnknownLeaderEpoch
            | ErrorCode::ReplicaNotAvailable
            | ErrorCode::ListenerNotFound
            | ErrorCode::KafkaStorageError
    )
}
