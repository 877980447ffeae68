//! Reading by offset: which bytes of which file to send.

use super::PartitionLog;
use crate::batch_scan::ScanError;
use crate::scrub::DamagedBatch;
use crate::storage::{StorageError, StoredFile};
use bytes::Bytes;
use std::path::PathBuf;
use std::sync::Arc;
use tidemill_environment::{Recoverable, Recovery};

/// Bytes of a segment file. They stay readable while this is held, even if the segment is deleted.
#[derive(Debug, Clone)]
pub struct FileRegion {
    /// The open file.
    pub file: Arc<StoredFile>,
    /// First byte.
    pub position: u64,
    /// Number of bytes.
    pub len: u32,
}

impl FileRegion {
    /// Reads the bytes.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    pub fn read(&self) -> Result<Bytes, StorageError> {
        let mut bytes = vec![0; self.len as usize];
        self.file.read_exact_at(&mut bytes, self.position)?;
        Ok(bytes.into())
    }
}

/// A piece of what was read.
#[derive(Debug, Clone)]
pub enum Chunk {
    /// Bytes in memory.
    Bytes(Bytes),
    /// Bytes in a file, to be sent with `sendfile`.
    FileRegion(FileRegion),
}

/// Whole batches, in offset order.
#[derive(Debug, Clone)]
pub struct LogRead {
    /// The batches' bytes, one after the other; empty if there is nothing to read.
    pub chunks: Vec<Chunk>,
    /// Bytes of all chunks.
    pub size_bytes: u32,
    /// Base offset of the first batch, which may lie below the offset asked for; that offset if nothing is read.
    pub first_offset: i64,
    /// The offset after the last batch: where to read on.
    pub end_offset: i64,
}

impl LogRead {
    /// Reads all chunks into memory, for readers inside the broker.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    pub fn into_bytes(self) -> Result<Bytes, StorageError> {
        let mut pieces = Vec::with_capacity(self.chunks.len());
        for chunk in self.chunks {
            pieces.push(match chunk {
                Chunk::Bytes(bytes) => bytes,
                Chunk::FileRegion(region) => region.read()?,
            });
        }
        match pieces.len() {
            1 => Ok(pieces.remove(0)),
            _ => Ok(pieces.concat().into()),
        }
    }

    fn nothing_at(offset: i64) -> Self {
        Self { chunks: Vec::new(), size_bytes: 0, first_offset: offset, end_offset: offset }
    }
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The offset was deleted or does not exist yet: OFFSET_OUT_OF_RANGE.
    #[error("offset {requested} is outside {log_start}..={log_end} of {}", directory.display())]
    OffsetOutOfRange {
        /// The log's directory.
        directory: PathBuf,
        /// The offset asked for.
        requested: i64,
        /// First readable offset.
        log_start: i64,
        /// End offset.
        log_end: i64,
    },
    /// The scrub found the batch damaged: CORRUPT_MESSAGE.
    #[error("{} is damaged at byte {}, where offset {} begins: {}", .0.path.display(), .0.position, .0.offset, .0.reason)]
    Damaged(Box<DamagedBatch>),
    /// The disk failed: KAFKA_STORAGE_ERROR. Or a stored batch is damaged: CORRUPT_MESSAGE.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl From<StorageError> for ReadError {
    fn from(error: StorageError) -> Self {
        Self::Scan(error.into())
    }
}

impl Recoverable for ReadError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::OffsetOutOfRange { .. } => Recovery::Fatal,
            Self::Scan(ScanError::Storage(_)) => Recovery::Retry,
            Self::Damaged(_) | Self::Scan(ScanError::Damaged { .. }) => Recovery::Corrupt,
        }
    }
}

impl PartitionLog {
    /// Reads whole batches of one segment, beginning with the one that contains `fetch_offset`.
    ///
    /// Stops before `max_bytes` (as stored, compressed) and before `end_offset` (exclusive; the high watermark or
    /// the last stable offset). With `at_least_one` the first batch is returned even if it is larger than
    /// `max_bytes`, so that a consumer with a small buffer advances (KIP-74). An offset inside a batch returns
    /// that batch.
    ///
    /// # Errors
    /// [`ReadError::OffsetOutOfRange`] if `fetch_offset` lies outside the log; an offset equal to the end of the
    /// log reads nothing. [`ReadError::Damaged`] and [`ReadError::Scan`] if the batch is damaged.
    pub fn read(
        &self,
        fetch_offset: i64,
        max_bytes: u32,
        end_offset: i64,
        at_least_one: bool,
    ) -> Result<LogRead, ReadError> {
        let (log_start, log_end) = (self.log_start_offset, self.end_offset());
        if fetch_offset < log_start || fetch_offset > log_end {
            let directory = self.directory.clone();
            return Err(ReadError::OffsetOutOfRange {
                directory,
                requested: fetch_offset,
                log_start,
                log_end,
            });
        }
        let end_offset = end_offset.min(log_end);
        if fetch_offset >= end_offset {
            return Ok(LogRead::nothing_at(fetch_offset));
        }
        let storage = &*self.storage;
        // A compacted segment may hold nothing from the offset on: the next one does.
        for segment in &self.segments[self.segment_index(fetch_offset)..] {
            let Some((position, header)) = segment.find_batch(storage, fetch_offset)? else {
                // Unless damage there hides it.
                match self.damage.in_read(segment.base_offset(), fetch_offset, 0..0) {
                    Some(damaged) => return Err(ReadError::Damaged(Box::new(damaged.clone()))),
                    None => continue,
                }
            };
            if header.end_offset() > end_offset {
                return Ok(LogRead::nothing_at(fetch_offset));
            }
            let limit = position + u64::from(max_bytes);
            let after_first = position + header.size_bytes() as u64;
            let (end, next_offset) = if after_first <= limit {
                segment.find_end(storage, (position, header.base_offset), limit, end_offset)?
            } else if at_least_one {
                (after_first, header.end_offset())
            } else {
                return Ok(LogRead::nothing_at(fetch_offset));
            };
            let damaged = self.damage.in_read(segment.base_offset(), fetch_offset, position..end);
            let (end, next_offset) = match damaged {
                // What lies in front of the damage is served, the damage itself never, and nothing skips it.
                Some(damaged) if damaged.position > position => (damaged.position, damaged.offset),
                Some(damaged) => return Err(ReadError::Damaged(Box::new(damaged.clone()))),
                None => (end, next_offset),
            };
            let len = u32::try_from(end - position).expect("a segment is smaller than 2 GiB");
            let file = segment.open_log(storage)?;
            return Ok(LogRead {
                chunks: vec![Chunk::FileRegion(FileRegion { file, position, len })],
                size_bytes: len,
                first_offset: header.base_offset,
                end_offset: next_offset,
            });
        }
        Ok(LogRead::nothing_at(fetch_offset))
    }
}
