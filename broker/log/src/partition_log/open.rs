//! Opening a log: what is in the directory, what of it can be trusted, what must be read again.

use super::append::marker_of;
use super::maintenance::MaintenanceError;
use super::sync::SyncState;
use super::{PartitionLog, SyncError};
use crate::batch_scan::{BatchScan, ScanError};
use crate::checkpoint::{Checkpoint, CheckpointError, CheckpointFile};
use crate::compaction::{SWAP_LOG_SUFFIX, finish_swap};
use crate::config::{LogConfig, millis};
use crate::file_names::{
    CHECKPOINT, LEADER_EPOCHS, LEFTOVERS, LOG, SNAPSHOT, offset_file_name, parse_offset_file_name,
};
use crate::leader_epochs::LeaderEpochs;
use crate::producer_state::{ProducerStates, snapshot};
use crate::recovery::{RecoveryBounds, RecoveryError, RecoveryReport, recover};
use crate::segment::{FileSizes, Segment};
use crate::storage::{Storage, StorageError, read_file};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use tidemill_environment::Now;

/// How a log is opened.
#[derive(Debug, Clone, Copy)]
pub struct OpenOptions {
    /// The log was closed before the process ended, so its indexes and its end can be trusted.
    pub clean: bool,
}

/// Why a log could not be opened. Nothing was changed that a later attempt would miss.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The disk failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The checkpoint is damaged or of a later version.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The batches are damaged in a way that a crash does not explain.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// A batch in a segment that was closed cannot be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// What was recovered could not be synced.
    #[error(transparent)]
    Sync(#[from] SyncError),
}

impl PartitionLog {
    /// Opens the log in `directory`, or makes an empty one there.
    ///
    /// A log that was closed is opened without reading its batches. After an unclean stop everything behind the
    /// recovery point is verified: a torn end is cut, indexes are rebuilt, what is left is synced. Valid batches
    /// behind damage that no crash explains are never dropped: opening fails and names the place.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(
        storage: Arc<dyn Storage>,
        directory: &Path,
        config: LogConfig,
        options: OpenOptions,
        now: Now,
    ) -> Result<(Self, RecoveryReport), OpenError> {
        let sizes = prepare_directory(&*storage, directory)?;
        let checkpoint = CheckpointFile::open(&*storage, directory.join(CHECKPOINT))?;
        let (epochs, has_epochs) = LeaderEpochs::open(&*storage, directory.join(LEADER_EPOCHS))?;
        let mut log = Self {
            segments: segments_of(directory, &sizes),
            directory: directory.to_path_buf(),
            config,
            log_start_offset: checkpoint.written().log_start_offset,
            epochs,
            producers: ProducerStates::default(),
            snapshots: snapshots_of(&sizes),
            checkpoint: Arc::new(checkpoint),
            sync: SyncState::new(0),
            active_since_ms: now.wall_ms,
            damage: Default::default(),
            storage,
        };
        log.drop_segments_below_start()?;
        let bounds = RecoveryBounds {
            recovery_point: log.checkpoint.written().recovery_point,
            index_interval_bytes: log.config.index_interval_bytes,
            clean: options.clean,
        };
        let (report, rebuilt_from) = recover(&*log.storage, &mut log.segments, &sizes, bounds)?;
        log.settle_bounds(now)?;
        log.load_epochs(has_epochs, rebuilt_from)?;
        log.load_producers(now, rebuilt_from)?;
        log.remove_stray_snapshots()?;
        log.store_recovered(rebuilt_from)?;
        Ok((log, report))
    }

    /// Removes segments below the log start that a crash brought back.
    fn drop_segments_below_start(&mut self) -> Result<(), StorageError> {
        let start = self.log_start_offset;
        let closed = self.segments.len().saturating_sub(1);
        let count =
            self.segments[..closed].iter().take_while(|segment| segment.end_offset() <= start).count();
        for segment in self.segments.drain(..count) {
            segment.remove(&*self.storage)?;
        }
        Ok(())
    }

    /// Makes the segments and the log start agree with each other.
    fn settle_bounds(&mut self, now: Now) -> Result<(), OpenError> {
        let start = self.log_start_offset;
        if self.segments.is_empty() {
            self.segments.push(Segment::create(&*self.storage, &self.directory, start)?);
            self.sync.note_directory_change();
        }
        self.log_start_offset = start.max(self.segments[0].base_offset());
        if self.end_offset() < start {
            // Records below the start were deleted, and those above it never reached the disk.
            match self.truncate_fully_and_start_at(start, now) {
                Ok(()) => {}
                Err(MaintenanceError::Storage(error)) => return Err(error.into()),
                Err(MaintenanceError::Scan(error)) => return Err(error.into()),
                Err(MaintenanceError::Refused(error)) => return Err(error.into()),
                Err(MaintenanceError::OffsetOutOfRange { .. }) => {
                    unreachable!("a log can begin at any offset that is not negative")
                }
            }
        }
        Ok(())
    }

    /// Brings the leader epochs in line with the batches: of rebuilt segments, or of all if the file is lost.
    fn load_epochs(&mut self, has_epochs: bool, rebuilt_from: Option<usize>) -> Result<(), OpenError> {
        let storage = Arc::clone(&self.storage);
        let end_offset = self.end_offset();
        self.epochs.truncate_end(&*storage, end_offset)?;
        let recovery_point = self.checkpoint.written().recovery_point;
        let from = if has_epochs { rebuilt_from.unwrap_or(self.segments.len()) } else { 0 };
        for segment in self.segments.iter().skip(from) {
            let file = segment.open_log(&*storage)?;
            let mut scan = BatchScan::new(&file, 0, segment.size_bytes());
            while let Some((_, header)) = scan.next_header()? {
                // The file was there before the batches: what it does not know of, a flipped bit has made.
                if has_epochs && header.base_offset < recovery_point {
                    continue;
                }
                self.epochs.assign(&*storage, header.partition_leader_epoch, header.base_offset)?;
            }
        }
        self.epochs.truncate_start(&*storage, self.log_start_offset)?;
        Ok(())
    }

    /// Folds the producer state from the last usable snapshot to the end of the log, and with it the transaction
    /// indexes of the segments from `rebuilt_from` on.
    pub(super) fn load_producers(&mut self, now: Now, rebuilt_from: Option<usize>) -> Result<(), ScanError> {
        let storage = Arc::clone(&self.storage);
        let newest = rebuilt_from.and_then(|index| self.segments.get(index)).map(Segment::base_offset);
        if let Some(newest) = newest {
            self.remove_snapshots(|offset| offset > newest)?;
        }
        let (states, start) = self.load_snapshot()?;
        self.producers = states;
        for index in 0..self.segments.len() {
            if self.segments[index].end_offset() <= start {
                continue;
            }
            let file = self.segments[index].open_log(&*storage)?;
            let from = self.segments[index].offsets.position_of(&*storage, start)?;
            let mut scan = BatchScan::new(&file, from, self.segments[index].size_bytes());
            while let Some((position, header)) = scan.next_header()? {
                if header.base_offset < start || !header.has_producer_id() {
                    continue;
                }
                let mut marker = None;
                if header.attributes.is_control()
                    && let Some(batch) = self.segments[index].read_batch(&*storage, position)?
                {
                    marker = marker_of(&batch).ok().flatten();
                }
                let aborted = match (header.attributes.is_control(), marker) {
                    (true, None) => None,
                    _ => self.note_producer(&header, marker.as_ref(), now.wall_ms),
                };
                if let Some(aborted) = aborted.filter(|_| rebuilt_from.is_some_and(|from| index >= from)) {
                    self.segments[index].transactions.push(aborted);
                }
            }
        }
        self.producers.forget_finished(self.end_offset());
        self.producers.expire(now.wall_ms, millis(self.config.producer_expiration));
        Ok(())
    }

    /// The newest snapshot that can be read, and its offset; nothing, and the log start, if there is none.
    fn load_snapshot(&mut self) -> Result<(ProducerStates, i64), StorageError> {
        // One from before the first segment lacks the batches in between, which are gone.
        let usable = self.segments[0].base_offset()..=self.end_offset();
        self.remove_snapshots(|offset| !usable.contains(&offset))?;
        while let Some(offset) = self.snapshots.last().copied() {
            let path = self.directory.join(offset_file_name(offset, SNAPSHOT));
            match snapshot::decode(&read_file(&*self.storage, &path)?.unwrap_or_default()) {
                Ok(states) => return Ok((states, offset)),
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "producer snapshot is not used");
                    self.remove_snapshots(|found| found == offset)?;
                }
            }
        }
        Ok((ProducerStates::default(), self.segments[0].base_offset()))
    }

    /// Removes snapshots that belong to no segment, except the newest.
    fn remove_stray_snapshots(&mut self) -> Result<(), StorageError> {
        let newest = self.snapshots.last().copied();
        let bases: BTreeSet<i64> = self.segments.iter().map(Segment::base_offset).collect();
        self.remove_snapshots(|offset| Some(offset) != newest && !bases.contains(&offset))
    }

    /// Makes what was recovered durable, so that the whole log counts as synced.
    ///
    /// What lies behind the recovery point is written once more: if a sync failed before, the page cache may hold
    /// bytes that it takes for written and no later sync would write.
    fn store_recovered(&mut self, rebuilt_from: Option<usize>) -> Result<(), OpenError> {
        let storage = Arc::clone(&self.storage);
        let end_offset = self.end_offset();
        if let Some(from) = rebuilt_from {
            let recovery_point = self.checkpoint.written().recovery_point;
            for segment in self.segments.iter_mut().skip(from) {
                segment.rewrite_from(&*storage, recovery_point)?;
                segment.open_log(&*storage)?.sync_data()?;
                segment.set_synced();
                for file in segment.complete_indexes(&*storage)? {
                    file.sync_data()?;
                }
            }
            storage.sync_directory(&self.directory)?;
            // Lower than before if acknowledged records are gone: their offsets will name others.
            let checkpoint = Checkpoint { recovery_point: end_offset, ..self.checkpoint.written() };
            self.checkpoint.truncated_to(&*storage, checkpoint)?;
        }
        self.sync.note_start(end_offset);
        Ok(())
    }
}

/// Makes the directory if it does not exist, removes what a crash left behind, and lists the rest.
fn prepare_directory(storage: &dyn Storage, directory: &Path) -> Result<FileSizes, StorageError> {
    storage.create_directory(directory)?;
    finish_swap(storage, directory)?;
    let mut sizes = FileSizes::new();
    for entry in storage.list(directory)?.into_iter().filter(|entry| !entry.is_directory) {
        if entry.name.ends_with(SWAP_LOG_SUFFIX) {
            let reason =
                "another program's compaction was interrupted here: let that program open the log once";
            let source = std::io::Error::new(std::io::ErrorKind::InvalidData, reason);
            return Err(StorageError::new("use", &directory.join(entry.name), source));
        }
        if LEFTOVERS.iter().any(|ending| entry.name.ends_with(ending)) {
            storage.remove_file(&directory.join(&entry.name))?;
        } else {
            sizes.insert(entry.name, entry.size_bytes);
        }
    }
    if sizes.is_empty()
        && let Some(parent) = directory.parent()
    {
        storage.sync_directory(parent)?;
    }
    let is_orphan = |name: &String| match parse_offset_file_name(name) {
        Some((_, LOG | SNAPSHOT)) | None => false,
        Some((offset, _)) => !sizes.contains_key(&offset_file_name(offset, LOG)),
    };
    let orphans: Vec<String> = sizes.keys().filter(|name| is_orphan(name)).cloned().collect();
    for name in orphans {
        storage.remove_file(&directory.join(&name))?;
        sizes.remove(&name);
    }
    Ok(sizes)
}

fn offsets_of<'a>(sizes: &'a FileSizes, ending: &'static str) -> impl Iterator<Item = i64> + 'a {
    sizes.keys().filter_map(move |name| match parse_offset_file_name(name) {
        Some((offset, found)) if found == ending => Some(offset),
        _ => None,
    })
}

/// The segments in the directory; each closed one ends where the next begins.
fn segments_of(directory: &Path, sizes: &FileSizes) -> Vec<Segment> {
    let mut segments: Vec<_> =
        offsets_of(sizes, LOG).map(|offset| Segment::new(directory, offset, sizes)).collect();
    for index in 1..segments.len() {
        let end_offset = segments[index].base_offset();
        segments[index - 1].set_end_offset(end_offset);
    }
    segments
}

fn snapshots_of(sizes: &FileSizes) -> BTreeSet<i64> {
    offsets_of(sizes, SNAPSHOT).collect()
}
