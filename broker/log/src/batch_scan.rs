//! Walks over the batches of a segment file: their headers only, or whole batches.

use crate::storage::{StorageError, StoredFile};
use bytes::Bytes;
use std::path::PathBuf;
use tidemill_protocol::records::{BatchError, BatchHeader, HEADER_BYTES, RecordBatch};

/// Bytes read at once while headers are walked: about one index interval.
const HEADER_WINDOW: usize = 4 << 10;

/// Bytes read at once while whole batches are walked.
const BATCH_WINDOW: usize = 1 << 20;

/// Why a stored batch could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The disk failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The bytes are no batch.
    #[error("{} holds no valid batch at byte {position}", path.display())]
    Damaged {
        /// The segment file.
        path: PathBuf,
        /// Where the batch should begin.
        position: u64,
        /// What is wrong with it.
        source: BatchError,
    },
}

/// Reads `file[start..end]` batch by batch.
pub(crate) struct BatchScan<'a> {
    file: &'a StoredFile,
    /// Where the next batch begins.
    position: u64,
    end: u64,
    /// Bytes of the file, from `window_start` on.
    window: Bytes,
    window_start: u64,
    /// Bytes read at once while whole batches are walked.
    batch_window: usize,
}

impl<'a> BatchScan<'a> {
    /// `start` must be the beginning of a batch.
    pub(crate) fn new(file: &'a StoredFile, start: u64, end: u64) -> Self {
        Self {
            file,
            position: start,
            end,
            window: Bytes::new(),
            window_start: start,
            batch_window: BATCH_WINDOW,
        }
    }

    /// Reads about `bytes` at once while whole batches are walked.
    pub(crate) fn with_batch_window(self, bytes: usize) -> Self {
        Self { batch_window: bytes, ..self }
    }

    /// Where the next batch begins.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Returns the next batch's header and position, and steps over the batch.
    pub(crate) fn next_header(&mut self) -> Result<Option<(u64, BatchHeader)>, ScanError> {
        let Some(remaining) = self.remaining() else {
            return Ok(None);
        };
        let wanted = usize::try_from(remaining).unwrap_or(usize::MAX).min(HEADER_BYTES);
        self.fill(wanted, HEADER_WINDOW)?;
        let bytes = self.buffered();
        let position = self.position;
        let header = RecordBatch::peek_header(&bytes).map_err(|source| self.damaged(source))?;
        let needed = header.size_bytes();
        if needed as u64 > remaining {
            let available = usize::try_from(remaining).unwrap_or(usize::MAX);
            return Err(self.damaged(BatchError::Incomplete { needed, available }));
        }
        self.position += needed as u64;
        Ok(Some((position, header)))
    }

    /// Returns the next batch with its checksum verified.
    pub(crate) fn next_batch(&mut self) -> Result<Option<RecordBatch>, ScanError> {
        let Some(remaining) = self.remaining() else {
            return Ok(None);
        };
        let remaining = usize::try_from(remaining).unwrap_or(usize::MAX);
        self.fill(remaining.min(HEADER_BYTES), self.batch_window)?;
        let header = RecordBatch::peek_header(&self.buffered()).map_err(|source| self.damaged(source))?;
        self.fill(remaining.min(header.size_bytes()), self.batch_window)?;
        let mut input = self.buffered().slice(..header.size_bytes().min(self.buffered().len()));
        let batch = RecordBatch::decode_next(&mut input).map_err(|source| self.damaged(source))?;
        let batch = batch.expect("the input begins with a header");
        batch.verify_checksum().map_err(|source| self.damaged(source))?;
        self.position += batch.size_bytes() as u64;
        Ok(Some(batch))
    }

    fn remaining(&self) -> Option<u64> {
        self.end.checked_sub(self.position).filter(|remaining| *remaining > 0)
    }

    /// The window's bytes from the next batch on.
    fn buffered(&self) -> Bytes {
        let skipped = usize::try_from(self.position - self.window_start).unwrap_or(usize::MAX);
        self.window.slice(skipped.min(self.window.len())..)
    }

    /// Makes sure that `wanted` bytes from the next batch on are in the window; they must lie before the end.
    fn fill(&mut self, wanted: usize, window_bytes: usize) -> Result<(), StorageError> {
        if self.buffered().len() >= wanted {
            return Ok(());
        }
        let remaining = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        let mut window = vec![0; wanted.max(window_bytes).min(remaining)];
        self.file.read_exact_at(&mut window, self.position)?;
        self.window = window.into();
        self.window_start = self.position;
        Ok(())
    }

    fn damaged(&self, source: BatchError) -> ScanError {
        ScanError::Damaged { path: self.file.path().to_path_buf(), position: self.position, source }
    }
}
