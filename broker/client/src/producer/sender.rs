//! What to send when: the producer's state machine.
//!
//! It sees partitions by number ([`SlotId`]), batches as opaque payloads, answers as values, and time as a
//! parameter. It decides which batches form which request, keeps what is under way, retries, renumbers and
//! expires. It opens no batch: those that still collect records stay in the [`BatchSource`] until they are due.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tidemill_environment::SeededRandom;

use super::effects::{
    BatchSource, Divisible, Effect, Failure, Gate, OutgoingBatch, Readiness, SenderSettings, SlotId,
};
use super::tracked::{Next, Numbering, Tracked, TrackedPartition};

/// Batches of one partition that may be under way; brokers remember five per producer.
const MAX_IN_FLIGHT_PER_PARTITION: usize = 5;

/// One broker.
#[derive(Debug, Default)]
pub(super) struct NodeState {
    pub(super) in_flight: usize,
    pub(super) not_before: Duration,
    /// Partition to begin with, so that none starves when requests are full.
    pub(super) first_slot: SlotId,
}

/// The state machine.
#[derive(Debug)]
pub(super) struct Sender<B> {
    pub(super) settings: SenderSettings,
    pub(super) partitions: Vec<TrackedPartition<B>>,
    pub(super) active: BTreeSet<SlotId>,
    pub(super) nodes: BTreeMap<i32, NodeState>,
    pub(super) requests: HashMap<u64, (i32, Vec<SlotId>)>,
    pub(super) next_request: u64,
    pub(super) identity: Option<(i64, i16)>,
    pub(super) acquiring: bool,
    gate: Gate,
    pub(super) effects: Vec<Effect<B>>,
    pub(super) wake_at: Option<Duration>,
    pub(super) random: SeededRandom,
}

impl<B: Clone + Divisible> Sender<B> {
    /// Makes a sender that has nothing to send.
    pub(super) fn new(settings: SenderSettings, random: SeededRandom) -> Self {
        let gate = if settings.transactional { Gate::Shut } else { Gate::Open };
        Self {
            settings,
            gate,
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

    /// Says which partitions may begin new batches.
    pub(super) fn set_gate(&mut self, gate: Gate) {
        self.gate = gate;
    }

    /// Numbers what every partition sends from now on anew; only while nothing is unacknowledged.
    pub(super) fn begin_epoch(&mut self, id: i64, epoch: i16) {
        self.identity = Some((id, epoch));
        for partition in &mut self.partitions {
            debug_assert!(
                partition.batches.is_empty(),
                "an epoch begins when nothing of the last one is open"
            );
            partition.numbering = None;
        }
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
            if !self.acquiring && !self.settings.transactional {
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

    /// Gives up everything that is not under way.
    pub(super) fn give_up_all(
        &mut self,
        failure: &Failure,
        source: &mut dyn BatchSource<B>,
    ) -> Vec<Effect<B>> {
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

    /// Gives up what was never sent in any of the first `slots` partitions.
    pub(super) fn drop_unsent(
        &mut self,
        slots: usize,
        reason: &Arc<str>,
        source: &mut dyn BatchSource<B>,
    ) -> Vec<Effect<B>> {
        for slot in 0..slots {
            while let Some(taken) = source.take(slot) {
                let failure = Failure::Dropped { reason: Arc::clone(reason) };
                self.effects.push(Effect::Finish { payload: taken.payload, outcome: Err(failure) });
            }
        }
        std::mem::take(&mut self.effects)
    }

    pub(super) fn partition(&mut self, slot: SlotId) -> &mut TrackedPartition<B> {
        if slot >= self.partitions.len() {
            self.partitions.resize_with(slot + 1, TrackedPartition::default);
        }
        &mut self.partitions[slot]
    }

    fn wake_no_later_than(&mut self, at: Duration) {
        self.wake_at = Some(self.wake_at.map_or(at, |known| known.min(at)));
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
                    self.effects
                        .push(Effect::Finish { payload: batch.payload.clone(), outcome: Err(failure) });
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
            let may_begin = readiness != Readiness::Empty && self.gate.admits(slot);
            if next == Next::Wait || (next == Next::New && !may_begin) {
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
            Next::New => self.gate.admits(slot) && source.readiness(slot, now) == Readiness::Ready,
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
            Next::New if !self.gate.admits(slot) => return None,
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
        if partition.is_lost && !partition.renumber() {
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
