//! Making appends durable, off the log's lock: group commit.
//!
//! ```text
//! begin_sync (under the lock) -> ticket.run() (no lock; slow) -> complete_sync (under the lock)
//! ```
//!
//! A ticket covers everything appended before it began: batches, the names of new segments, the indexes and
//! producer snapshots of segments closed since. Many appends share one.
//! Now and then a ticket also stores the recovery point, so that a restart after a crash has little to read.
//!
//! Tickets of one log sync one after the other. Otherwise the second of two could find the pages that the first
//! failed to write marked as clean, and report success.

use super::PartitionLog;
use crate::checkpoint::CheckpointFile;
use crate::segment::Segment;
use crate::storage::{Storage, StorageError, StoredFile};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Synced bytes after which the recovery point is stored.
const CHECKPOINT_INTERVAL_BYTES: u64 = 16 << 20;

/// A log that no longer accepts writes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} refuses writes until it is opened again: {reason}", directory.display())]
pub struct SyncError {
    /// The log's directory.
    pub directory: PathBuf,
    /// What happened to it.
    pub reason: String,
}

/// What is synced and what is not. Invariant: `failure` is never taken back.
#[derive(Debug)]
pub(super) struct SyncState {
    synced_offset: i64,
    failure: Option<String>,
    /// Names made, renamed or removed in the directory so far, and how many of these changes are durable.
    directory_changes: u64,
    directory_synced: u64,
    /// Indexes of closed segments and producer snapshots that are not synced.
    side_files: Vec<Arc<StoredFile>>,
    bytes_since_checkpoint: u64,
    gate: Arc<SyncGate>,
}

/// Lets one ticket sync at a time, and none after one that failed.
#[derive(Debug, Default)]
struct SyncGate {
    failed: Mutex<bool>,
}

impl SyncState {
    /// Everything below `synced_offset` is durable.
    pub(super) fn new(synced_offset: i64) -> Self {
        Self {
            synced_offset,
            failure: None,
            directory_changes: 0,
            directory_synced: 0,
            side_files: Vec::new(),
            bytes_since_checkpoint: 0,
            gate: Arc::default(),
        }
    }

    pub(super) fn synced_offset(&self) -> i64 {
        self.synced_offset
    }

    pub(super) fn note_directory_change(&mut self) {
        self.directory_changes += 1;
    }

    pub(super) fn note_side_files(&mut self, files: impl IntoIterator<Item = Arc<StoredFile>>) {
        self.side_files.extend(files);
    }

    pub(super) fn note_written(&mut self, bytes: u64) {
        self.bytes_since_checkpoint += bytes;
    }

    pub(super) fn note_truncation(&mut self, end_offset: i64) {
        self.synced_offset = self.synced_offset.min(end_offset);
    }

    pub(super) fn note_start(&mut self, start_offset: i64) {
        self.synced_offset = self.synced_offset.max(start_offset);
    }

    pub(super) fn fail(&mut self, reason: String) {
        tracing::error!(reason, "log refuses writes");
        self.failure.get_or_insert(reason);
    }
}

/// What has to be synced so that everything appended before [`PartitionLog::begin_sync`] is durable.
#[derive(Debug)]
#[must_use = "nothing is durable before the ticket has run and was completed"]
pub struct SyncTicket {
    storage: Arc<dyn Storage>,
    files: Vec<Arc<StoredFile>>,
    /// The directory and how many of its changes a sync covers.
    directory: Option<(PathBuf, u64)>,
    end_offset: i64,
    generation: u64,
    checkpoint: Option<Arc<CheckpointFile>>,
    gate: Arc<SyncGate>,
}

impl SyncTicket {
    /// The end offset that the log has reached for sure once the ticket has completed.
    #[must_use]
    pub fn end_offset(&self) -> i64 {
        self.end_offset
    }

    /// Syncs; takes as long as the disk takes. A sync that panicked counts as one that failed.
    pub fn run(self) -> SyncOutcome {
        let gate = Arc::clone(&self.gate);
        let mut failed = gate.failed.lock().unwrap_or_else(|panicked| {
            let mut failed = panicked.into_inner();
            *failed = true;
            failed
        });
        let result = if *failed { Err(self.refused()) } else { self.sync() };
        *failed = result.is_err();
        SyncOutcome { ticket: self, result }
    }

    fn refused(&self) -> StorageError {
        let directory = self.files.first().map(|file| file.path()).unwrap_or_else(|| Path::new(""));
        StorageError::new("sync", directory, io::Error::other("an earlier sync of this log failed"))
    }

    fn sync(&self) -> Result<(), StorageError> {
        for file in &self.files {
            file.sync_data()?;
        }
        if let Some((directory, _)) = &self.directory {
            self.storage.sync_directory(directory)?;
        }
        match &self.checkpoint {
            Some(checkpoint) => {
                checkpoint.raise_recovery_point(&*self.storage, self.end_offset, self.generation)
            }
            None => Ok(()),
        }
    }
}

/// What became of a [`SyncTicket`].
#[derive(Debug)]
#[must_use = "the log learns of it in complete_sync"]
pub struct SyncOutcome {
    ticket: SyncTicket,
    result: Result<(), StorageError>,
}

impl PartitionLog {
    /// Collects what must be synced for everything appended so far to be durable.
    pub fn begin_sync(&mut self) -> SyncTicket {
        let mut files: Vec<_> = self.segments.iter().filter_map(Segment::unsynced).cloned().collect();
        files.extend_from_slice(&self.sync.side_files);
        let directory_is_due = self.sync.directory_changes > self.sync.directory_synced;
        let directory = directory_is_due.then(|| (self.directory.clone(), self.sync.directory_changes));
        let closes_segments = !self.sync.side_files.is_empty();
        let checkpoint_is_due =
            closes_segments || self.sync.bytes_since_checkpoint >= CHECKPOINT_INTERVAL_BYTES;
        if checkpoint_is_due {
            self.sync.bytes_since_checkpoint = 0;
        }
        SyncTicket {
            storage: Arc::clone(&self.storage),
            files,
            directory,
            end_offset: self.end_offset(),
            generation: self.checkpoint.generation(),
            checkpoint: checkpoint_is_due.then(|| Arc::clone(&self.checkpoint)),
            gate: Arc::clone(&self.sync.gate),
        }
    }

    /// Notes what a ticket has achieved: raises the synced offset, or makes the log refuse writes.
    ///
    /// # Errors
    /// [`SyncError`] if the sync failed: what was appended since the last one that did not may be lost.
    pub fn complete_sync(&mut self, outcome: SyncOutcome) -> Result<(), SyncError> {
        let SyncOutcome { ticket, result } = outcome;
        if let Err(error) = result {
            self.sync.fail(describe(&error));
        }
        self.check_writable()?;
        if ticket.generation != self.checkpoint.generation() {
            // The log was truncated meanwhile: the ticket may speak of bytes that are no longer there.
            return Ok(());
        }
        let end_offset = self.end_offset();
        for segment in &mut self.segments {
            let is_last = segment.end_offset() == end_offset;
            if segment.end_offset() <= ticket.end_offset && (!is_last || ticket.end_offset == end_offset) {
                segment.set_synced();
            }
        }
        self.sync.side_files.retain(|file| !ticket.files.iter().any(|synced| Arc::ptr_eq(file, synced)));
        if let Some((_, changes)) = ticket.directory {
            self.sync.directory_synced = self.sync.directory_synced.max(changes);
        }
        self.sync.synced_offset = self.sync.synced_offset.max(ticket.end_offset);
        Ok(())
    }

    /// Whether closed segments wait to be synced. Where acknowledgements do not wait for syncs, the owner should
    /// run a ticket now: the files stay open until then.
    #[must_use]
    pub fn has_unsynced_closed_segments(&self) -> bool {
        !self.sync.side_files.is_empty()
    }

    /// Says whether the log accepts writes.
    ///
    /// # Errors
    /// [`SyncError`] if it refuses them.
    pub fn check_writable(&self) -> Result<(), SyncError> {
        match &self.sync.failure {
            Some(reason) => Err(SyncError { directory: self.directory.clone(), reason: reason.clone() }),
            None => Ok(()),
        }
    }
}

/// An error with its causes, in one line.
pub(super) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
