//! What to fetch from whom: the consumer's state machine for positions and records.
//!
//! ```text
//!              committed offset          reset to an end or a time
//! assigned ──> AwaitCommitted ─────────> AwaitReset ──┐
//!                    │ found                          │ found
//!                    └────────────> Fetching <────────┘        OFFSET_OUT_OF_RANGE: back to AwaitReset
//! ```
//!
//! Each broker has at most one Fetch under way, with every partition it leads whose buffer has room. Fetching
//! runs ahead of polling: a partition has the position of its poller and, behind what is buffered, the offset to
//! fetch next. Answers name the partition's generation; a seek starts another one and drops what is late.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use tidemill_environment::{Now, SeededRandom};
use tidemill_protocol::ErrorCode;

use super::buffered::{Aborted, Buffered, ReadOptions, fetched_end};
use super::errors::PollError;
use super::polled::ConsumedBatch;
use crate::cluster::Metadata;
use crate::config::{AutoOffsetReset, ConsumerConfig};
use crate::connection::Backoff;
use crate::list_offsets::{EARLIEST, LATEST};
use crate::{OffsetAndMetadata, OffsetAndTimestamp, TopicPartition};

/// Errors that may wait for the next poll.
const MAX_WAITING_ERRORS: usize = 1_000;

/// Where a partition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// Offset of the next record.
    pub(super) offset: i64,
    /// Epoch of the leader that wrote the record before it; -1 if unknown.
    pub(super) epoch: i32,
}

/// Where a reset leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResetTo {
    /// The first record not older than this, or one of Kafka's special values.
    Timestamp(i64),
    /// The first record that is at most this old when it is asked for.
    Age(Duration),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    AwaitCommitted,
    AwaitReset(ResetTo),
    Fetching,
    /// The caller was told of an error; a seek starts the partition again.
    Stopped,
}

#[derive(Debug)]
pub(super) struct Partition {
    generation: u64,
    phase: Phase,
    position: Position,
    fetch: Position,
    asking: bool,
    only_when_drained: bool,
    not_before: Duration,
    failures: u32,
    paused: bool,
    /// Assigned, but the owner has not been told yet.
    held: bool,
    buffered: Buffered,
    high_watermark: Option<i64>,
    last_stable_offset: Option<i64>,
}

/// One partition of a Fetch request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FetchTarget {
    pub(super) partition: TopicPartition,
    pub(super) generation: u64,
    pub(super) position: Position,
    pub(super) leader_epoch: i32,
}

/// One partition of a ListOffsets request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResetTarget {
    pub(super) partition: TopicPartition,
    pub(super) generation: u64,
    pub(super) timestamp: i64,
    pub(super) leader_epoch: i32,
}

/// What to ask.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FetchEffect {
    Fetch { node: i32, targets: Vec<FetchTarget> },
    ListOffsets { node: i32, targets: Vec<ResetTarget> },
    FetchCommitted { partitions: Vec<(TopicPartition, u64)> },
    RefreshMetadata,
}

/// What a broker said about one partition of a Fetch.
#[derive(Debug)]
pub(super) struct FetchAnswer {
    pub(super) code: ErrorCode,
    pub(super) high_watermark: i64,
    pub(super) last_stable_offset: i64,
    /// End offset of the epoch of our position, if the log was cut below it.
    pub(super) diverging_end: Option<i64>,
    pub(super) aborted: Vec<Aborted>,
    pub(super) records: Bytes,
}

/// Settings of the state machine.
#[derive(Debug, Clone)]
pub(super) struct FetcherSettings {
    pub(super) reset: AutoOffsetReset,
    pub(super) partition_bytes: usize,
    pub(super) buffer_bytes: usize,
    pub(super) read: ReadOptions,
    pub(super) backoff: Backoff,
}

impl FetcherSettings {
    /// Takes the settings out of a consumer's configuration.
    pub(super) fn of(config: &ConsumerConfig, backoff: Backoff) -> Self {
        Self {
            reset: config.auto_offset_reset,
            partition_bytes: config.max_partition_fetch_bytes as usize,
            buffer_bytes: usize::try_from(config.fetch_buffer_bytes).unwrap_or(usize::MAX),
            read: ReadOptions { check_crcs: config.check_crcs, isolation_level: config.isolation_level },
            backoff,
        }
    }
}

/// The state machine.
#[derive(Debug)]
pub(super) struct Fetcher {
    settings: FetcherSettings,
    partitions: BTreeMap<TopicPartition, Partition>,
    busy_nodes: BTreeSet<i32>,
    next_generation: u64,
    /// Partitions in the order in which polls serve them.
    turn: VecDeque<TopicPartition>,
    errors: VecDeque<PollError>,
    random: SeededRandom,
}

impl Fetcher {
    /// Makes a fetcher without partitions.
    pub(super) fn new(settings: FetcherSettings, random: SeededRandom) -> Self {
        Self {
            settings,
            partitions: BTreeMap::new(),
            busy_nodes: BTreeSet::new(),
            next_generation: 0,
            turn: VecDeque::new(),
            errors: VecDeque::new(),
            random,
        }
    }

    /// Adds a partition; with `use_committed` its position is the committed offset, if there is one.
    pub(super) fn add(&mut self, partition: TopicPartition, use_committed: bool, held: bool) {
        if self.partitions.contains_key(&partition) {
            return;
        }
        let generation = self.new_generation();
        let phase = if use_committed { Phase::AwaitCommitted } else { self.initial_reset(&partition) };
        let nowhere = Position { offset: -1, epoch: -1 };
        self.turn.push_back(partition.clone());
        self.partitions.insert(
            partition,
            Partition {
                generation,
                phase,
                position: nowhere,
                fetch: nowhere,
                asking: false,
                only_when_drained: false,
                not_before: Duration::ZERO,
                failures: 0,
                paused: false,
                held,
                buffered: Buffered::default(),
                high_watermark: None,
                last_stable_offset: None,
            },
        );
    }

    /// Takes a partition away.
    pub(super) fn remove(&mut self, partition: &TopicPartition) {
        self.partitions.remove(partition);
        self.turn.retain(|known| known != partition);
    }

    /// Lets the partitions the owner now knows of be fetched.
    pub(super) fn release_held(&mut self) {
        self.partitions.values_mut().for_each(|partition| partition.held = false);
    }

    /// Returns the partitions.
    pub(super) fn assignment(&self) -> impl Iterator<Item = &TopicPartition> {
        self.partitions.keys()
    }

    /// Sets the position.
    pub(super) fn seek(&mut self, partition: &TopicPartition, position: Position) -> bool {
        self.restart(partition, Phase::Fetching, position)
    }

    /// Sets the position to the offset of `timestamp` (or one of Kafka's special values).
    pub(super) fn seek_to_time(&mut self, partition: &TopicPartition, timestamp: i64) -> bool {
        self.restart(partition, Phase::AwaitReset(ResetTo::Timestamp(timestamp)), Position { offset: -1, epoch: -1 })
    }

    /// Pauses or resumes.
    pub(super) fn set_paused(&mut self, partition: &TopicPartition, paused: bool) -> bool {
        self.partitions.get_mut(partition).map(|state| state.paused = paused).is_some()
    }

    /// Returns the paused partitions.
    pub(super) fn paused(&self) -> Vec<TopicPartition> {
        let paused = self.partitions.iter().filter(|(_, state)| state.paused);
        paused.map(|(partition, _)| partition.clone()).collect()
    }

    /// Returns the position; `Some(None)` if it is not known yet, `None` if the partition is not assigned.
    pub(super) fn position(&self, partition: &TopicPartition) -> Option<Option<Position>> {
        let state = self.partitions.get(partition)?;
        Some((state.position.offset >= 0).then_some(state.position))
    }

    /// Returns what to commit for everything that was polled.
    pub(super) fn consumed(&self) -> BTreeMap<TopicPartition, OffsetAndMetadata> {
        let known = self.partitions.iter().filter(|(_, state)| state.position.offset >= 0);
        known.map(|(partition, state)| (partition.clone(), committable(state.position))).collect()
    }

    /// Returns the end of the partition as far as consumers see, as last fetched.
    pub(super) fn visible_end(&self, partition: &TopicPartition) -> Option<i64> {
        let state = self.partitions.get(partition)?;
        match self.settings.read.isolation_level {
            crate::IsolationLevel::ReadUncommitted => state.high_watermark,
            crate::IsolationLevel::ReadCommitted => state.last_stable_offset,
        }
    }

    /// Takes an error for the caller.
    pub(super) fn take_error(&mut self) -> Option<PollError> {
        self.errors.pop_front()
    }

    /// Notes an error for the caller.
    pub(super) fn report(&mut self, error: PollError) {
        if self.errors.len() < MAX_WAITING_ERRORS {
            self.errors.push_back(error);
        }
    }

    /// Decides what to ask now; also returns when to ask again if nothing happens before.
    pub(super) fn drain(&mut self, now: Now, view: &Metadata) -> (Vec<FetchEffect>, Option<Duration>) {
        let mut plan = Plan { now_ms: now.wall_ms, ..Plan::default() };
        let buffered: usize = self.partitions.values().map(|state| state.buffered.size_bytes()).sum();
        let has_room = buffered < self.settings.buffer_bytes;
        for (partition, state) in &mut self.partitions {
            if state.asking || state.held {
                continue;
            }
            let fetchable = has_room
                && !state.paused
                && state.buffered.size_bytes() < self.settings.partition_bytes
                && (!state.only_when_drained || state.buffered.is_empty());
            if state.phase == Phase::Stopped || (state.phase == Phase::Fetching && !fetchable) {
                continue;
            }
            if state.not_before > now.monotonic {
                plan.wake_no_later_than(state.not_before);
                continue;
            }
            plan.add(partition, state, view, &self.busy_nodes);
        }
        for targets in plan.fetches.values() {
            self.mark_asking(targets.iter().map(|target| &target.partition));
        }
        for targets in plan.resets.values() {
            self.mark_asking(targets.iter().map(|target| &target.partition));
        }
        self.mark_asking(plan.committed.iter().map(|(partition, _)| partition));
        self.busy_nodes.extend(plan.fetches.keys());
        (plan.effects(), plan.wake_at)
    }

    /// Takes in what a broker answered to a Fetch; `None` if it did not answer.
    pub(super) fn on_fetch(
        &mut self,
        node: i32,
        targets: Vec<FetchTarget>,
        answers: Option<HashMap<TopicPartition, FetchAnswer>>,
        now: Duration,
    ) {
        self.busy_nodes.remove(&node);
        let mut answers = answers.unwrap_or_default();
        for target in targets {
            let Some(state) = self.current(&target.partition, target.generation) else { continue };
            state.asking = false;
            match answers.remove(&target.partition) {
                Some(answer) => self.on_partition_answer(&target, answer, now),
                // No answer, or one without the partition: its topic id is not known there yet.
                None => self.back_off(&target.partition, now),
            }
        }
    }

    /// Takes in the offset that a reset asked for; `Err` if it could not be had.
    pub(super) fn on_reset(
        &mut self,
        target: &ResetTarget,
        answer: Result<Option<OffsetAndTimestamp>, ErrorCode>,
        now: Duration,
    ) {
        let Some(state) = self.current(&target.partition, target.generation) else { return };
        state.asking = false;
        match answer {
            Ok(Some(found)) => {
                let position = Position { offset: found.offset, epoch: found.leader_epoch.unwrap_or(-1) };
                self.start_at(&target.partition, position);
            }
            // No record is young enough: begin with what is written next.
            Ok(None) => state.phase = Phase::AwaitReset(ResetTo::Timestamp(LATEST)),
            Err(code) if code.is_retriable() => self.back_off(&target.partition, now),
            Err(code) => self.stop(&target.partition, code),
        }
    }

    /// Takes in a committed offset, `None` if there is none; `Err` if it could not be had.
    pub(super) fn on_committed(
        &mut self,
        (partition, generation): (&TopicPartition, u64),
        answer: Result<Option<OffsetAndMetadata>, ErrorCode>,
        now: Duration,
    ) {
        if self.current(partition, generation).is_none() {
            return;
        }
        let reset = self.initial_reset_phase();
        let Some(state) = self.current(partition, generation) else { return };
        state.asking = false;
        match answer {
            Ok(Some(committed)) => {
                let epoch = committed.leader_epoch.unwrap_or(-1);
                self.start_at(partition, Position { offset: committed.offset, epoch });
            }
            Ok(None) => match reset {
                Some(phase) => state.phase = phase,
                None => {
                    state.phase = Phase::Stopped;
                    self.report(PollError::NoOffset { partition: partition.clone() });
                }
            },
            Err(code) if code.is_retriable() || code == ErrorCode::UnstableOffsetCommit => {
                self.back_off(partition, now);
            }
            Err(code) => self.stop(partition, code),
        }
    }

    /// Takes what was fetched, at most `max_records` records and whole batches where possible.
    pub(super) fn take(&mut self, max_records: usize) -> Result<Vec<ConsumedBatch>, PollError> {
        let mut batches = Vec::new();
        let mut left = max_records;
        for _ in 0..self.turn.len() {
            let Some(partition) = self.turn.front().cloned() else { break };
            self.take_from(&partition, &mut left, &mut batches)?;
            if left == 0 {
                break;
            }
            self.turn.rotate_left(1);
        }
        Ok(batches)
    }

    fn take_from(
        &mut self,
        partition: &TopicPartition,
        left: &mut usize,
        batches: &mut Vec<ConsumedBatch>,
    ) -> Result<(), PollError> {
        let read = self.settings.read;
        let Some(state) = self.partitions.get_mut(partition) else { return Ok(()) };
        if state.paused || state.held || state.phase != Phase::Fetching {
            return Ok(());
        }
        while *left > 0 && !state.buffered.is_empty() {
            match state.buffered.take(partition, state.position.offset, *left, read) {
                Ok(None) => break,
                Ok(Some(batch)) => {
                    state.position = Position { offset: batch.end_offset, epoch: batch.leader_epoch };
                    *left -= batch.count.min(*left);
                    if batch.count > 0 {
                        batches.push(batch);
                    }
                }
                // What was read so far comes first; the next poll meets the damage again.
                Err(_) if !batches.is_empty() => {
                    state.buffered.clear();
                    state.fetch = state.position;
                    break;
                }
                Err(source) => {
                    let offset = state.position.offset;
                    state.buffered.clear();
                    state.fetch = state.position;
                    return Err(PollError::Corrupt { partition: partition.clone(), offset, source });
                }
            }
        }
        Ok(())
    }

    fn on_partition_answer(&mut self, target: &FetchTarget, answer: FetchAnswer, now: Duration) {
        let partition = &target.partition;
        match answer.code {
            ErrorCode::None => {}
            ErrorCode::OffsetOutOfRange => return self.on_out_of_range(partition),
            code if code.is_retriable() => return self.back_off(partition, now),
            code => return self.stop(partition, code),
        }
        if let Some(end_offset) = answer.diverging_end {
            return self.on_truncated(partition, end_offset);
        }
        let Some(state) = self.partitions.get_mut(partition) else { return };
        state.failures = 0;
        state.high_watermark = Some(answer.high_watermark);
        state.last_stable_offset = Some(answer.last_stable_offset);
        match fetched_end(&answer.records) {
            Ok(None) => {}
            Ok(Some(end)) => {
                state.fetch = Position { offset: end.next_offset, epoch: end.leader_epoch };
                let whole = answer.records.slice(..end.size_bytes);
                state.buffered.push(whole, answer.aborted, answer.high_watermark);
            }
            Err(source) => {
                let offset = state.fetch.offset;
                state.phase = Phase::Stopped;
                self.report(PollError::Corrupt { partition: partition.clone(), offset, source });
            }
        }
    }

    fn on_out_of_range(&mut self, partition: &TopicPartition) {
        let reset = self.initial_reset_phase();
        let Some(state) = self.partitions.get_mut(partition) else { return };
        if !state.buffered.is_empty() {
            // What is buffered is still good; ask again once it is polled.
            state.only_when_drained = true;
            return;
        }
        let offset = state.fetch.offset;
        match reset {
            Some(phase) => {
                tracing::info!(%partition, offset, "position is outside the log; resetting");
                state.phase = phase;
            }
            None => {
                state.phase = Phase::Stopped;
                self.report(PollError::OffsetOutOfRange { partition: partition.clone(), offset });
            }
        }
    }

    fn on_truncated(&mut self, partition: &TopicPartition, end_offset: i64) {
        let Some(offset) = self.partitions.get(partition).map(|state| state.fetch.offset) else { return };
        if self.settings.reset == AutoOffsetReset::None {
            let partition = partition.clone();
            if let Some(state) = self.partitions.get_mut(&partition) {
                state.phase = Phase::Stopped;
            }
            self.report(PollError::Truncated { partition, offset, end_offset });
        } else {
            tracing::warn!(%partition, offset, end_offset, "the log was truncated below the position");
            self.seek(partition, Position { offset: end_offset.min(offset), epoch: -1 });
        }
    }

    fn start_at(&mut self, partition: &TopicPartition, position: Position) {
        if let Some(state) = self.partitions.get_mut(partition) {
            state.phase = Phase::Fetching;
            state.position = position;
            state.fetch = position;
            state.failures = 0;
            state.only_when_drained = false;
        }
    }

    fn stop(&mut self, partition: &TopicPartition, code: ErrorCode) {
        if let Some(state) = self.partitions.get_mut(partition) {
            state.phase = Phase::Stopped;
        }
        self.report(PollError::Refused { partition: partition.clone(), code });
    }

    /// Waits before the partition is asked for again, with fresh metadata.
    fn back_off(&mut self, partition: &TopicPartition, now: Duration) {
        let Some(state) = self.partitions.get_mut(partition) else { return };
        state.failures = state.failures.saturating_add(1);
        state.not_before = now + self.settings.backoff.delay(state.failures, &mut self.random);
    }

    fn current(&mut self, partition: &TopicPartition, generation: u64) -> Option<&mut Partition> {
        self.partitions.get_mut(partition).filter(|state| state.generation == generation)
    }

    fn restart(&mut self, partition: &TopicPartition, phase: Phase, position: Position) -> bool {
        let generation = self.new_generation();
        let Some(state) = self.partitions.get_mut(partition) else { return false };
        state.generation = generation;
        state.phase = phase;
        state.position = position;
        state.fetch = position;
        state.asking = false;
        state.only_when_drained = false;
        state.not_before = Duration::ZERO;
        state.buffered.clear();
        true
    }

    fn mark_asking<'a>(&mut self, partitions: impl Iterator<Item = &'a TopicPartition>) {
        for partition in partitions {
            if let Some(state) = self.partitions.get_mut(partition) {
                state.asking = true;
            }
        }
    }

    fn new_generation(&mut self) -> u64 {
        self.next_generation += 1;
        self.next_generation
    }

    fn initial_reset(&mut self, partition: &TopicPartition) -> Phase {
        self.initial_reset_phase().unwrap_or_else(|| {
            self.report(PollError::NoOffset { partition: partition.clone() });
            Phase::Stopped
        })
    }

    /// Returns where `auto.offset.reset` leads, `None` if nowhere.
    fn initial_reset_phase(&self) -> Option<Phase> {
        match self.settings.reset {
            AutoOffsetReset::Earliest => Some(Phase::AwaitReset(ResetTo::Timestamp(EARLIEST))),
            AutoOffsetReset::Latest => Some(Phase::AwaitReset(ResetTo::Timestamp(LATEST))),
            AutoOffsetReset::ByDuration(age) => Some(Phase::AwaitReset(ResetTo::Age(age))),
            AutoOffsetReset::None => None,
        }
    }
}

fn committable(position: Position) -> OffsetAndMetadata {
    OffsetAndMetadata {
        offset: position.offset,
        leader_epoch: (position.epoch >= 0).then_some(position.epoch),
        metadata: String::new(),
    }
}

/// The questions of one drain.
#[derive(Default)]
struct Plan {
    now_ms: i64,
    fetches: BTreeMap<i32, Vec<FetchTarget>>,
    resets: BTreeMap<i32, Vec<ResetTarget>>,
    committed: Vec<(TopicPartition, u64)>,
    leaderless: bool,
    wake_at: Option<Duration>,
}

impl Plan {
    fn wake_no_later_than(&mut self, at: Duration) {
        self.wake_at = Some(self.wake_at.map_or(at, |known| known.min(at)));
    }

    fn add(
        &mut self,
        partition: &TopicPartition,
        state: &mut Partition,
        view: &Metadata,
        busy_nodes: &BTreeSet<i32>,
    ) {
        if state.phase == Phase::AwaitCommitted {
            self.committed.push((partition.clone(), state.generation));
            return;
        }
        let found = view.partition(&partition.topic, partition.partition);
        let Some((leader, leader_epoch)) = found.and_then(|found| Some((found.leader?, found.leader_epoch))) else {
            self.leaderless = true;
            return;
        };
        // After a failure the leader may be another one by now.
        self.leaderless |= state.failures > 0;
        match state.phase {
            Phase::AwaitReset(to) => self.resets.entry(leader).or_default().push(ResetTarget {
                partition: partition.clone(),
                generation: state.generation,
                timestamp: match to {
                    ResetTo::Timestamp(timestamp) => timestamp,
                    ResetTo::Age(age) => {
                        let age_ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
                        self.now_ms.saturating_sub(age_ms).max(0)
                    }
                },
                leader_epoch,
            }),
            Phase::Fetching if !busy_nodes.contains(&leader) => {
                self.fetches.entry(leader).or_default().push(FetchTarget {
                    partition: partition.clone(),
                    generation: state.generation,
                    position: state.fetch,
                    leader_epoch,
                });
            }
            _ => {}
        }
    }

    fn effects(&self) -> Vec<FetchEffect> {
        let mut effects = Vec::new();
        if self.leaderless {
            effects.push(FetchEffect::RefreshMetadata);
        }
        let fetches = self.fetches.clone().into_iter();
        effects.extend(fetches.map(|(node, targets)| FetchEffect::Fetch { node, targets }));
        let resets = self.resets.clone().into_iter();
        effects.extend(resets.map(|(node, targets)| FetchEffect::ListOffsets { node, targets }));
        if !self.committed.is_empty() {
            effects.push(FetchEffect::FetchCommitted { partitions: self.committed.clone() });
        }
        effects
    }
}
