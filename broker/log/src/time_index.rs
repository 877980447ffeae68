//! The time index of a segment (`.timeindex`): the largest timestamp so far, whenever the offset index grows.
//!
//! ```text
//! timestamp                                i64   milliseconds
//! offset minus the segment's base offset   i32   the last offset of the first batch that reached it
//! ```
//!
//! Everything before that batch is older than the entry's timestamp.

use crate::entry_file::{Entry, EntryFile};
use crate::storage::{Storage, StorageError};
use bytes::{Buf, BufMut};

/// A timestamp and the offset that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampOffset {
    /// Milliseconds since the epoch.
    pub timestamp: i64,
    /// Offset in the partition.
    pub offset: i64,
}

impl Entry for TimestampOffset {
    const SIZE: usize = 12;

    fn encode(&self, base_offset: i64, output: &mut Vec<u8>) {
        let relative =
            u32::try_from(self.offset - base_offset).expect("a segment rolls before its offsets pass 2^31");
        output.put_i64(self.timestamp);
        output.put_u32(relative);
    }

    fn decode(base_offset: i64, mut bytes: &[u8]) -> Self {
        Self { timestamp: bytes.get_i64(), offset: base_offset + i64::from(bytes.get_u32()) }
    }
}

/// The time index of one segment. Timestamps and offsets rise together.
pub(crate) type TimeIndex = EntryFile<TimestampOffset>;

impl TimeIndex {
    /// An offset before which every record is older than `timestamp`; `None` if only the segment's start is.
    pub(crate) fn offset_before(
        &self,
        storage: &dyn Storage,
        timestamp: i64,
    ) -> Result<Option<i64>, StorageError> {
        Ok(self.last_before(storage, |entry| entry.timestamp <= timestamp)?.map(|entry| entry.offset))
    }

    /// Adds an entry unless its timestamp is no news.
    pub(crate) fn note(&mut self, storage: &dyn Storage, entry: TimestampOffset) -> Result<(), StorageError> {
        match self.last(storage)? {
            Some(last) if entry.timestamp <= last.timestamp || entry.offset <= last.offset => Ok(()),
            _ => {
                self.push(entry);
                Ok(())
            }
        }
    }

    /// Removes the entries at `offset` and behind it.
    pub(crate) fn cut_at(&mut self, storage: &dyn Storage, offset: i64) -> Result<(), StorageError> {
        let count = self.count_before(storage, |entry| entry.offset < offset)?;
        self.truncate(storage, count)
    }
}
