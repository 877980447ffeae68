//! What a pass covers, decided while the log is locked: whole closed segments that no write touches any more.

use super::key_map::KeyMapOptions;
use super::pass::{Compaction, LastRecord, PlannedSegment, Settings};
use crate::batch_scan::BatchScan;
use crate::config::millis;
use crate::partition_log::{MaintenanceError, PartitionLog, ReadError};
use crate::segment::Segment;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tidemill_environment::Now;

/// How much of a log a pass would cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactionState {
    /// Below this offset every key has one value already, as far as earlier passes could see.
    pub first_dirty_offset: i64,
    /// A pass stops before this offset, which is the beginning of a segment.
    pub end_offset: i64,
    /// Bytes of segments that earlier passes covered.
    pub clean_bytes: u64,
    /// Bytes of segments that were not covered and can be.
    pub cleanable_bytes: u64,
    /// By how much the oldest dirty record has passed `max.compaction.lag.ms` (KIP-354); zero if it has not.
    pub overdue: Duration,
}

impl CompactionState {
    /// The dirty share of what a pass would read, between 0 and 1.
    #[must_use]
    pub fn dirty_ratio(&self) -> f64 {
        let total = self.clean_bytes + self.cleanable_bytes;
        #[expect(clippy::cast_precision_loss, reason = "a share, which may be rounded")]
        let ratio = self.cleanable_bytes as f64 / total.max(1) as f64;
        ratio
    }

    /// Whether a pass is due: the dirty share passes `min_ratio`, or records wait too long.
    #[must_use]
    pub fn is_due(&self, min_ratio: f64) -> bool {
        self.cleanable_bytes > 0 && (self.dirty_ratio() > min_ratio || self.overdue > Duration::ZERO)
    }
}

/// What a pass may use.
#[derive(Debug, Clone, Copy)]
pub struct CompactionOptions {
    /// The map of keys.
    pub key_map: KeyMapOptions,
    /// `log.cleaner.io.buffer.size`, or a thread's share of it: bytes read and written at once.
    pub io_buffer_bytes: usize,
}

impl PartitionLog {
    /// Says how much of the log a pass would cover. `checkpoint` is where the last one ended; one that lies outside
    /// the log is not believed.
    ///
    /// A pass never covers the segment being written, open transactions, anything at or above `high_watermark`,
    /// what a power loss could take, and segments with records younger than `min.compaction.lag.ms`.
    ///
    /// # Errors
    /// [`ReadError::Scan`] if the disk fails.
    pub fn compaction_state(
        &self,
        checkpoint: Option<i64>,
        high_watermark: i64,
        now: Now,
    ) -> Result<CompactionState, ReadError> {
        let range = self.start_offset()..=self.end_offset();
        let first_dirty_offset =
            checkpoint.filter(|offset| range.contains(offset)).unwrap_or(self.start_offset());
        let closed = self.closed_segments();
        let count = self.count_cleanable(first_dirty_offset, high_watermark, now)?;
        let end_offset = closed.get(count).map_or(self.active_base_offset(), Segment::base_offset);
        let is_clean = |segment: &&Segment| segment.end_offset() <= first_dirty_offset;
        let (clean, dirty): (Vec<&Segment>, Vec<&Segment>) = closed[..count].iter().partition(is_clean);
        let bytes = |segments: &[&Segment]| segments.iter().map(|segment| segment.size_bytes()).sum();
        Ok(CompactionState {
            first_dirty_offset,
            end_offset,
            clean_bytes: bytes(&clean),
            cleanable_bytes: bytes(&dirty),
            overdue: self.overdue(&dirty, now)?,
        })
    }

    /// How many of the closed segments a pass may cover.
    fn count_cleanable(
        &self,
        first_dirty_offset: i64,
        high_watermark: i64,
        now: Now,
    ) -> Result<usize, ReadError> {
        let settled = self.last_stable_offset(high_watermark).min(self.recovery_point());
        let lag_ms = millis(self.config().min_compaction_lag);
        let mut count = 0;
        for segment in self.closed_segments() {
            let is_dirty = segment.end_offset() > first_dirty_offset;
            let is_young = lag_ms > 0
                && is_dirty
                && segment.largest_timestamp(self.storage())?.timestamp > now.wall_ms.saturating_sub(lag_ms);
            if segment.end_offset() > settled || is_young {
                break;
            }
            count += 1;
        }
        Ok(count)
    }

    fn overdue(&self, dirty: &[&Segment], now: Now) -> Result<Duration, ReadError> {
        let Some(lag) = self.config().max_compaction_lag else {
            return Ok(Duration::ZERO);
        };
        let mut oldest = i64::MAX;
        for segment in dirty {
            let file = segment.open_log(self.storage())?;
            let first = BatchScan::new(&file, 0, segment.size_bytes()).next_header()?;
            let timestamp = first.map_or(-1, |(_, header)| header.max_timestamp);
            if timestamp > 0 {
                oldest = oldest.min(timestamp);
            }
        }
        let late_ms = now.wall_ms.saturating_sub(millis(lag)).saturating_sub(oldest);
        Ok(Duration::from_millis(u64::try_from(late_ms).unwrap_or(0)))
    }

    /// Begins a pass over what `state` says; it runs without the log, and hands it copies to take over.
    ///
    /// Once the log could not take one over, the pass must end: what it would write could be in the way of the
    /// recovery.
    ///
    /// # Errors
    /// [`MaintenanceError`] if the disk fails or the log refuses writes.
    pub fn begin_compaction(
        &self,
        state: &CompactionState,
        options: CompactionOptions,
        now: Now,
    ) -> Result<Compaction, MaintenanceError> {
        self.check_writable()?;
        let covered =
            self.closed_segments().iter().take_while(|segment| segment.end_offset() <= state.end_offset);
        let mut segments = Vec::new();
        for segment in covered {
            let is_first_dirty =
                (segment.base_offset() + 1..segment.end_offset()).contains(&state.first_dirty_offset);
            let dirty_position = match is_first_dirty {
                true => segment.offsets.position_of(self.storage(), state.first_dirty_offset)?,
                false => 0,
            };
            segments.push(PlannedSegment::new(segment, dirty_position));
        }
        let range = self.first_base_offset()..state.end_offset;
        let aborted = self.aborted_transactions(range).map_err(|error| match error {
            ReadError::Scan(error) => MaintenanceError::Scan(error),
            ReadError::OffsetOutOfRange { .. } | ReadError::Damaged(_) => {
                unreachable!("any range may be asked for, and only the index is read")
            }
        })?;
        let config = self.config();
        let settings = Settings {
            directory: self.directory().to_path_buf(),
            segment_bytes: u64::from(config.segment_bytes),
            segment_index_bytes: u64::from(config.segment_index_bytes),
            index_interval_bytes: config.index_interval_bytes,
            delete_retention_ms: millis(config.delete_retention),
            now_ms: now.wall_ms,
            options,
        };
        Ok(Compaction::new(
            Arc::clone(self.shared_storage()),
            settings,
            (segments, *state),
            (aborted, self.last_records()),
        ))
    }

    /// Where each producer wrote last: what must stay for its state to be found again.
    fn last_records(&self) -> HashMap<i64, LastRecord> {
        let last = |state: &crate::ProducerState| match state.batches.last() {
            Some(batch) => LastRecord::Data { last_offset: batch.last_offset },
            None => LastRecord::Marker { epoch: state.epoch },
        };
        self.producers().map(|(producer_id, state)| (producer_id, last(state))).collect()
    }
}
