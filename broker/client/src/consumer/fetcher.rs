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

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use tidemill_environment::{Now, SeededRandom};
use tidemill_protocol::ErrorCode;

use super::buffered::{Aborted, ReadOptions};
use super::errors::PollError;
use super::fetch_plan::{FetchEffect, Plan};
use super::partition_state::{Partition, Phase, Position, ResetTo};
use super::polled::ConsumedBatch;
use crate::cluster::Metadata;
use crate::config::{AutoOffsetReset, ConsumerConfig};
use crate::connection::Backoff;
use crate::list_offsets::{EARLIEST, LATEST};
use crate::{OffsetAndMetadata, TopicPartition};

/// Errors that may wait for the next poll.
const MAX_WAITING_ERRORS: usize = 1_000;

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
    pub(super) settings: FetcherSettings,
    pub(super) partitions: BTreeMap<TopicPartition, Partition>,
    pub(super) busy_nodes: BTreeSet<i32>,
    pub(super) next_generation: u64,
    /// Partitions in the order in which polls serve them.
    pub(super) turn: VecDeque<TopicPartition>,
    pub(super) errors: VecDeque<PollError>,
    pub(super) random: SeededRandom,
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
        self.turn.push_back(partition.clone());
        self.partitions.insert(partition, Partition::new(generation, phase, held));
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
        self.restart(partition, Phase::AwaitReset(ResetTo::Timestamp(timestamp)), Position::UNKNOWN)
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
        known.map(|(partition, state)| (partition.clone(), state.position.committable())).collect()
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
            let may_fetch = has_room && state.has_room(self.settings.partition_bytes);
            if !state.may_ask(may_fetch) {
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

    /// Takes what was fetched, at most `max_records` records and whole batches where possible.
    pub(super) fn take(&mut self, max_records: usize) -> Result<Vec<ConsumedBatch>, PollError> {
        let mut batches = Vec::new();
        let mut left = max_records;
        for _ in 0..self.turn.len() {
            let Some(partition) = self.turn.front().cloned() else {
                break;
            };
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
        let Some(state) = self.partitions.get_mut(partition) else {
            return Ok(());
        };
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

    fn restart(&mut self, partition: &TopicPartition, phase: Phase, position: Position) -> bool {
        let generation = self.new_generation();
        let Some(state) = self.partitions.get_mut(partition) else {
            return false;
        };
        state.restart(generation, phase, position);
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
    pub(super) fn initial_reset_phase(&self) -> Option<Phase> {
        match self.settings.reset {
            AutoOffsetReset::Earliest => Some(Phase::AwaitReset(ResetTo::Timestamp(EARLIEST))),
            AutoOffsetReset::Latest => Some(Phase::AwaitReset(ResetTo::Timestamp(LATEST))),
            AutoOffsetReset::ByDuration(age) => Some(Phase::AwaitReset(ResetTo::Age(age))),
            AutoOffsetReset::None => None,
        }
    }
}
