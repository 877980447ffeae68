//! What happens to a log besides appends and reads: retention, deletion of records, truncation, closing.
//!
//! Order of effects, so that a crash at any point leaves a log that opens: the log start is stored before old
//! segments go; newer segments go before older ones when the end is cut.

use super::PartitionLog;
use crate::batch_scan::ScanError;
use crate::checkpoint::Checkpoint;
use crate::config::millis;
use crate::file_names::{SNAPSHOT, offset_file_name};
use crate::segment::Segment;
use crate::storage::{Storage, StorageError};
use std::path::PathBuf;
use std::sync::Arc;
use tidemill_environment::Now;

/// Why a log could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum MaintenanceError {
    /// The disk failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A stored batch cannot be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The log refuses writes.
    #[error(transparent)]
    Refused(#[from] super::SyncError),
    /// The offset lies outside the log: OFFSET_OUT_OF_RANGE.
    #[error("offset {requested} is outside {log_start}..={limit} of {}", directory.display())]
    OffsetOutOfRange {
        /// The log's directory.
        directory: PathBuf,
        /// The offset asked for.
        requested: i64,
        /// First readable offset.
        log_start: i64,
        /// Largest offset allowed.
        limit: i64,
    },
}

impl PartitionLog {
    /// Closes the last segment if it is older than `segment.ms` although nothing is appended. Returns whether.
    ///
    /// # Errors
    /// [`MaintenanceError`] if the disk fails or the log refuses writes.
    pub fn roll_if_due(&mut self, now: Now) -> Result<bool, MaintenanceError> {
        let is_due = self.active_age_ms(now.wall_ms, now) > self.active_age_limit_ms();
        if self.active().is_empty() || !is_due {
            return Ok(false);
        }
        self.check_writable()?;
        self.roll(now)?;
        Ok(true)
    }

    /// Deletes the oldest closed segments by age (`retention.ms`, counted from a segment's largest timestamp),
    /// by size (`retention.bytes`) and those below the log start; forgets producers that expired. Nothing at or
    /// above `high_watermark` goes. Returns how many segments went.
    ///
    /// A topic that is compacted only keeps its segments. Segments whose records have no timestamps never grow
    /// too old.
    ///
    /// # Errors
    /// [`MaintenanceError`] if the disk fails; what was deleted stays deleted.
    pub fn apply_retention(&mut self, high_watermark: i64, now: Now) -> Result<usize, MaintenanceError> {
        self.producers.expire(now.wall_ms, millis(self.config.producer_expiration));
        self.producers.forget_finished(high_watermark);
        if self.config.cleanup.delete && self.is_expired(self.active(), now)? && !self.active().is_empty() {
            self.check_writable()?;
            self.roll(now)?;
        }
        let deletable = self.count_deletable(high_watermark, now)?;
        if deletable == 0 {
            return Ok(0);
        }
        let start_offset = self.segments[deletable].base_offset().max(self.log_start_offset);
        self.advance_start(start_offset)?;
        self.remove_below_start()
    }

    /// How many of the oldest segments may go; never the last one.
    fn count_deletable(&self, high_watermark: i64, now: Now) -> Result<usize, StorageError> {
        let mut excess = match self.config.retention_bytes {
            Some(limit) if self.config.cleanup.delete => self.size_bytes().saturating_sub(limit),
            _ => 0,
        };
        let mut count = 0;
        for segment in &self.segments[..self.segments.len() - 1] {
            let below_start = segment.end_offset() <= self.log_start_offset;
            let too_large = segment.size_bytes() <= excess && excess > 0;
            // Compaction may have left nothing of a segment: then nothing keeps those behind it.
            let too_old =
                self.config.cleanup.delete && (segment.is_empty() || self.is_expired(segment, now)?);
            if segment.end_offset() > high_watermark || !(below_start || too_large || too_old) {
                break;
            }
            excess = excess.saturating_sub(segment.size_bytes());
            count += 1;
        }
        Ok(count)
    }

    fn is_expired(&self, segment: &Segment, now: Now) -> Result<bool, StorageError> {
        let Some(retention) = self.config.retention else {
            return Ok(false);
        };
        let largest = segment.largest_timestamp(&*self.storage)?.timestamp;
        Ok(largest >= 0 && now.wall_ms.saturating_sub(largest) > millis(retention))
    }

    /// Makes `offset` the log start: records below can no longer be read (DeleteRecords). Durable on return;
    /// segments that lie below it as a whole are deleted. An offset below the log start changes nothing.
    ///
    /// # Errors
    /// [`MaintenanceError::OffsetOutOfRange`] if `offset` lies behind the end of the log; the caller compares
    /// with the high watermark.
    pub fn delete_records_before(&mut self, offset: i64) -> Result<(), MaintenanceError> {
        if offset > self.end_offset() || offset < 0 {
            let (requested, log_start, limit) = (offset, self.log_start_offset, self.end_offset());
            let directory = self.directory.clone();
            return Err(MaintenanceError::OffsetOutOfRange { directory, requested, log_start, limit });
        }
        if offset <= self.log_start_offset {
            return Ok(());
        }
        self.advance_start(offset)?;
        self.remove_below_start().map(drop)
    }

    fn advance_start(&mut self, offset: i64) -> Result<(), StorageError> {
        if offset > self.log_start_offset {
            self.checkpoint.set_log_start(&*self.storage, offset)?;
            self.log_start_offset = offset;
            self.epochs.truncate_start(&*self.storage, offset)?;
        }
        Ok(())
    }

    fn remove_below_start(&mut self) -> Result<usize, MaintenanceError> {
        let start = self.log_start_offset;
        let closed = &self.segments[..self.segments.len() - 1];
        let count = closed.iter().take_while(|segment| segment.end_offset() <= start).count();
        if count > 0 && self.has_unsynced_closed_segments() {
            // The producer state of what goes must be durable in the snapshot at the start of what stays.
            self.sync_everything()?;
        }
        for segment in self.segments.drain(..count).collect::<Vec<_>>() {
            tracing::info!(path = %segment.path().display(), start, "deleted segment");
            segment.remove(&*self.storage)?;
            self.sync.note_directory_change();
        }
        let first = self.segments[0].base_offset();
        self.damage.forget(|base_offset| base_offset < first);
        self.remove_snapshots(|offset| offset < first)?;
        Ok(count)
    }

    pub(super) fn remove_snapshots(&mut self, is_obsolete: impl Fn(i64) -> bool) -> Result<(), StorageError> {
        for offset in self.snapshots.iter().copied().filter(|offset| is_obsolete(*offset)).collect::<Vec<_>>()
        {
            self.storage.remove_file(&self.directory.join(offset_file_name(offset, SNAPSHOT)))?;
            self.snapshots.remove(&offset);
            self.sync.note_directory_change();
        }
        Ok(())
    }

    /// Cuts the log so that it ends at `offset`, or at the start of the batch that contains it. For followers
    /// whose log diverges from the leader's; never below the log start. Durable on return. An offset at or behind the end changes nothing.
    ///
    /// # Errors
    /// [`MaintenanceError`] if the disk fails, which makes the log refuse writes.
    pub fn truncate_to(&mut self, offset: i64, now: Now) -> Result<(), MaintenanceError> {
        if offset >= self.end_offset() {
            return Ok(());
        }
        if offset < self.log_start_offset {
            return self.truncate_fully_and_start_at(offset, now);
        }
        self.check_writable()?;
        self.failing(|log| log.cut_end(offset, now))
    }

    fn cut_end(&mut self, offset: i64, now: Now) -> Result<(), MaintenanceError> {
        let storage = Arc::clone(&self.storage);
        let cut = self.segments[self.segment_index(offset)].find_batch(&*storage, offset)?;
        // The batch that contains the offset goes as a whole, and nothing of it counts as synced any more.
        let end_offset = cut.map_or(offset, |(_, header)| header.base_offset.min(offset));
        if end_offset < self.log_start_offset {
            return self.restart_at(self.log_start_offset, now);
        }
        let written = self.checkpoint.written();
        let recovery_point = written.recovery_point.min(end_offset);
        self.checkpoint.truncated_to(&*storage, Checkpoint { recovery_point, ..written })?;
        while self.active().base_offset() >= offset && self.segments.len() > 1 {
            let segment = self.segments.pop().expect("there are two or more");
            segment.remove(&*storage)?;
            storage.sync_directory(&self.directory)?;
        }
        let active = self.active_mut();
        if let Some((position, header)) = active.find_batch(&*storage, offset)? {
            active.truncate(&*storage, position, header.base_offset)?;
        }
        active.load_tail(&*storage)?;
        let end_offset = active.end_offset();
        self.epochs.truncate_end(&*storage, end_offset)?;
        self.remove_snapshots(|snapshot| snapshot > end_offset)?;
        self.damage.forget(|_| true);
        self.sync.note_truncation(end_offset);
        self.active_since_ms = now.wall_ms;
        self.load_producers(now, None)?;
        self.sync_everything()
    }

    /// Removes everything and begins an empty log at `offset`. Durable on return.
    ///
    /// # Errors
    /// [`MaintenanceError`] if the disk fails, which makes the log refuse writes.
    pub fn truncate_fully_and_start_at(&mut self, offset: i64, now: Now) -> Result<(), MaintenanceError> {
        self.check_writable()?;
        self.failing(|log| log.restart_at(offset, now))
    }

    fn restart_at(&mut self, offset: i64, now: Now) -> Result<(), MaintenanceError> {
        let checkpoint = Checkpoint { log_start_offset: offset, recovery_point: offset };
        let storage = Arc::clone(&self.storage);
        for segment in self.segments.iter().rev() {
            segment.remove(&*storage)?;
            storage.sync_directory(&self.directory)?;
        }
        self.remove_snapshots(|_| true)?;
        self.damage.forget(|_| true);
        self.segments = vec![Segment::create(&*storage, &self.directory, offset)?];
        self.checkpoint.truncated_to(&*storage, checkpoint)?;
        self.epochs.clear(&*storage)?;
        self.producers = Default::default();
        self.log_start_offset = offset;
        self.active_since_ms = now.wall_ms;
        self.sync = super::sync::SyncState::new(offset);
        Ok(storage.sync_directory(&self.directory)?)
    }

    /// Runs a change that cannot be taken back half way: an error makes the log refuse writes.
    pub(crate) fn failing(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<(), MaintenanceError>,
    ) -> Result<(), MaintenanceError> {
        let result = change(self);
        if let Err(error) = &result {
            self.sync.fail(super::sync::describe(error));
        }
        result
    }

    /// Syncs on the spot.
    pub(super) fn sync_everything(&mut self) -> Result<(), MaintenanceError> {
        let outcome = self.begin_sync().run();
        Ok(self.complete_sync(outcome)?)
    }

    /// Writes what waits in memory, syncs it and lets the files go: a log that was closed so may be opened as
    /// clean.
    ///
    /// # Errors
    /// [`MaintenanceError`] if the disk fails or the log had refused writes: open it as unclean then.
    pub fn close(mut self) -> Result<(), MaintenanceError> {
        self.check_writable()?;
        let storage = Arc::clone(&self.storage);
        let end_offset = self.end_offset();
        let is_settled =
            self.checkpoint.written().recovery_point == end_offset && self.synced_offset() == end_offset;
        if !is_settled || self.active().has_pending_entries() {
            let indexes = self.active_mut().complete_indexes(&*storage)?;
            self.sync.note_side_files(indexes);
        }
        if !self.snapshots.contains(&end_offset) && end_offset > 0 {
            self.write_snapshot()?;
        }
        if self.has_unsynced_closed_segments() || self.synced_offset() != end_offset {
            self.sync_everything()?;
        }
        for segment in &self.segments {
            segment.close(&*storage);
        }
        Ok(())
    }

    /// Removes the log and its directory.
    ///
    /// # Errors
    /// [`StorageError`] if the disk fails; what is left can be removed with
    /// [`delete_directory`](PartitionLog::delete_directory).
    pub fn delete(self) -> Result<(), StorageError> {
        for segment in &self.segments {
            segment.close(&*self.storage);
        }
        Self::delete_directory(&*self.storage, &self.directory)
    }

    /// Removes a partition's directory and the files in it, for instance one whose deletion a crash cut short.
    ///
    /// # Errors
    /// [`StorageError`] if the disk fails.
    pub fn delete_directory(storage: &dyn Storage, directory: &std::path::Path) -> Result<(), StorageError> {
        for entry in storage.list(directory)? {
            storage.remove_file(&directory.join(entry.name))?;
        }
        storage.remove_directory(directory)?;
        match directory.parent() {
            Some(parent) => storage.sync_directory(parent),
            None => Ok(()),
        }
    }
}
