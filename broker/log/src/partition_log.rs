//! The log of one partition: segments in a row, the last of which is written.
//!
//! Laws: log start <= synced offset <= log end. Offsets rise by one per record appended and never name other
//! bytes again, unless the log is truncated. After a failed sync, or a write that could not be undone, the log
//! refuses writes until it is opened again, because nobody knows which bytes the disk has.
//!
//! In reading order: `open`, `append`, `sync`, `read`, `lookup`, `maintenance`.

mod append;
mod lookup;
mod maintenance;
mod open;
mod read;
mod sync;

pub(crate) use append::marker_of;
pub use append::{AppendError, AppendOptions, AppendedInfo, ValidatedBatches};
pub use lookup::RecordPosition;
pub use maintenance::MaintenanceError;
pub use open::{OpenError, OpenOptions};
pub use read::{Chunk, FileRegion, LogRead, ReadError};
pub use sync::{SyncError, SyncOutcome, SyncTicket};

use crate::checkpoint::CheckpointFile;
use crate::config::LogConfig;
use crate::leader_epochs::{EpochOffset, LeaderEpochs};
use crate::producer_state::{ProducerState, ProducerStates};
use crate::scrub::KnownDamage;
use crate::segment::Segment;
use crate::storage::{Storage, StorageError};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use sync::SyncState;

/// The log of one partition.
#[derive(Debug)]
pub struct PartitionLog {
    storage: Arc<dyn Storage>,
    directory: PathBuf,
    config: LogConfig,
    /// By rising base offset, never empty; the last one is written.
    segments: Vec<Segment>,
    log_start_offset: i64,
    epochs: LeaderEpochs,
    producers: ProducerStates,
    /// Offsets of the producer snapshots in the directory.
    snapshots: BTreeSet<i64>,
    checkpoint: Arc<CheckpointFile>,
    sync: SyncState,
    /// When the last segment was made or opened, by the wall clock: its age if its records have no timestamps.
    active_since_ms: i64,
    damage: KnownDamage,
}

impl PartitionLog {
    /// Where the log's files are.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The first offset that can be read.
    #[must_use]
    pub fn start_offset(&self) -> i64 {
        self.log_start_offset
    }

    /// The offset that the next record gets.
    #[must_use]
    pub fn end_offset(&self) -> i64 {
        self.active().end_offset()
    }

    /// Everything below this offset survives a power loss.
    #[must_use]
    pub fn synced_offset(&self) -> i64 {
        self.sync.synced_offset()
    }

    /// Bytes of all segments' batches.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.segments.iter().map(Segment::size_bytes).sum()
    }

    /// Number of segments, the one being written included.
    #[must_use]
    pub fn segment_count(&self) -> usize {
        self.segments.len()
    }

    /// What the topic's configuration says.
    #[must_use]
    pub fn config(&self) -> &LogConfig {
        &self.config
    }

    /// Uses another configuration from the next call on.
    pub fn set_config(&mut self, config: LogConfig) {
        self.config = config;
    }

    /// The largest leader epoch in the log.
    #[must_use]
    pub fn latest_epoch(&self) -> Option<i32> {
        self.epochs.latest()
    }

    /// The largest leader epoch up to `epoch` and where it ended, exclusive (OffsetForLeaderEpoch, KIP-101).
    /// `None` if `epoch` is larger than all in the log, or the log has none.
    #[must_use]
    pub fn end_offset_for_epoch(&self, epoch: i32) -> Option<EpochOffset> {
        self.epochs.end_offset_for(epoch, self.end_offset())
    }

    /// The leader epoch of the record at `offset`.
    #[must_use]
    pub fn epoch_of(&self, offset: i64) -> Option<i32> {
        self.epochs.epoch_of(offset)
    }

    /// What is known of one producer.
    pub fn producer(&self, producer_id: i64) -> Option<&ProducerState> {
        self.producers.get(producer_id)
    }

    /// The idempotent and transactional producers, by rising id (DescribeProducers).
    pub fn producers(&self) -> impl Iterator<Item = (i64, &ProducerState)> {
        self.producers.iter()
    }

    /// The end of what is decided: below it every transaction is finished, and its marker lies below
    /// `high_watermark`. Never above `high_watermark`, and never below the log start: an open transaction may have
    /// begun with records that were deleted since.
    #[must_use]
    pub fn last_stable_offset(&self, high_watermark: i64) -> i64 {
        self.producers.last_stable_offset(high_watermark).max(self.log_start_offset)
    }

    /// Forgets finished transactions whose markers lie below `high_watermark`, which never falls.
    pub fn forget_finished_transactions(&mut self, high_watermark: i64) {
        self.producers.forget_finished(high_watermark);
    }

    /// The segments that are not written any more.
    pub(crate) fn closed_segments(&self) -> &[Segment] {
        &self.segments[..self.segments.len() - 1]
    }

    /// The first segment that begins at `offset` or behind it.
    pub(crate) fn segment_from(&self, offset: i64) -> Option<&Segment> {
        self.segments.get(self.segments.partition_point(|segment| segment.base_offset() < offset))
    }

    pub(crate) fn first_base_offset(&self) -> i64 {
        self.segments[0].base_offset()
    }

    pub(crate) fn active_base_offset(&self) -> i64 {
        self.active().base_offset()
    }

    /// Everything below was synced, indexes of closed segments included, and recovery relies on it.
    pub(crate) fn recovery_point(&self) -> i64 {
        self.checkpoint.written().recovery_point.min(self.synced_offset())
    }

    pub(crate) fn epoch_starts(&self) -> &[EpochOffset] {
        self.epochs.starts()
    }

    pub(crate) fn damage(&self) -> &KnownDamage {
        &self.damage
    }

    pub(crate) fn damage_mut(&mut self) -> &mut KnownDamage {
        &mut self.damage
    }

    pub(crate) fn storage(&self) -> &dyn Storage {
        &*self.storage
    }

    pub(crate) fn shared_storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// Puts `copy` in the place of the closed segments in `range`; returns those.
    pub(crate) fn exchange_segments(
        &mut self,
        range: std::ops::Range<usize>,
        mut copy: Segment,
        end_offset: i64,
    ) -> Vec<Segment> {
        copy.set_end_offset(end_offset);
        let bases: BTreeSet<i64> = self.segments[range.clone()].iter().map(Segment::base_offset).collect();
        self.damage.forget(|base_offset| bases.contains(&base_offset));
        self.segments.splice(range, [copy]).collect()
    }

    /// Lets the next sync cover the names in the directory.
    pub(crate) fn note_directory_change(&mut self) {
        self.sync.note_directory_change();
    }

    /// Removes the producer snapshots at `offsets`, except the newest of all.
    pub(crate) fn remove_snapshots_at(&mut self, offsets: &BTreeSet<i64>) -> Result<(), StorageError> {
        let newest = self.snapshots.last().copied();
        self.remove_snapshots(|offset| offsets.contains(&offset) && Some(offset) != newest)
    }

    fn active(&self) -> &Segment {
        self.segments.last().expect("a log has a segment at all times")
    }

    fn active_mut(&mut self) -> &mut Segment {
        self.segments.last_mut().expect("a log has a segment at all times")
    }

    /// Index of the segment that contains `offset`, or would.
    fn segment_index(&self, offset: i64) -> usize {
        self.segments.partition_point(|segment| segment.base_offset() <= offset).saturating_sub(1)
    }
}
