//! What a fetcher learns from the brokers' answers.

use std::collections::HashMap;
use std::time::Duration;

use tidemill_protocol::ErrorCode;

use super::buffered::fetched_end;
use super::errors::PollError;
use super::fetch_plan::{FetchTarget, ResetTarget};
use super::fetcher::{FetchAnswer, Fetcher};
use super::partition_state::{Partition, Phase, Position, ResetTo};
use crate::config::AutoOffsetReset;
use crate::list_offsets::LATEST;
use crate::{OffsetAndMetadata, OffsetAndTimestamp, TopicPartition};

impl Fetcher {
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
            let Some(state) = self.current(&target.partition, target.generation) else {
                continue;
            };
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
        let Some(state) = self.current(&target.partition, target.generation) else {
            return;
        };
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
        let Some(state) = self.current(partition, generation) else {
            return;
        };
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
        let Some(state) = self.partitions.get_mut(partition) else {
            return;
        };
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
        let Some(state) = self.partitions.get_mut(partition) else {
            return;
        };
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
        let Some(offset) = self.partitions.get(partition).map(|state| state.fetch.offset) else {
            return;
        };
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
            state.start_at(position);
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
        let Some(state) = self.partitions.get_mut(partition) else {
            return;
        };
        state.failures = state.failures.saturating_add(1);
        state.not_before = now + self.settings.backoff.delay(state.failures, &mut self.random);
    }

    fn current(&mut self, partition: &TopicPartition, generation: u64) -> Option<&mut Partition> {
        self.partitions.get_mut(partition).filter(|state| state.generation == generation)
    }
}
