//! The offset index of a segment (`.index`): where batches lie, one entry every `index.interval.bytes`.
//!
//! ```text
//! offset minus the segment's base offset   i32   the last offset of a batch
//! position                                 i32   where that batch begins in the .log file
//! ```

use crate::entry_file::{Entry, EntryFile};
use crate::storage::{Storage, StorageError};
use bytes::{Buf, BufMut};

/// Where a batch begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OffsetEntry {
    /// The batch's last offset.
    pub(crate) offset: i64,
    /// Its first byte in the segment.
    pub(crate) position: u32,
}

impl Entry for OffsetEntry {
    const SIZE: usize = 8;

    fn encode(&self, base_offset: i64, output: &mut Vec<u8>) {
        let relative =
            u32::try_from(self.offset - base_offset).expect("a segment rolls before its offsets pass 2^31");
        output.put_u32(relative);
        output.put_u32(self.position);
    }

    fn decode(base_offset: i64, mut bytes: &[u8]) -> Self {
        Self { offset: base_offset + i64::from(bytes.get_u32()), position: bytes.get_u32() }
    }
}

/// The offset index of one segment. Offsets and positions rise together.
pub(crate) type OffsetIndex = EntryFile<OffsetEntry>;

impl OffsetIndex {
    /// Where to begin looking for the batch that contains `offset`: at or before it.
    pub(crate) fn position_of(&self, storage: &dyn Storage, offset: i64) -> Result<u64, StorageError> {
        let entry = self.last_before(storage, |entry| entry.offset <= offset)?;
        Ok(entry.map_or(0, |entry| u64::from(entry.position)))
    }

    /// The last batch start in the index that lies at or before `position`.
    pub(crate) fn batch_before(&self, storage: &dyn Storage, position: u64) -> Result<u64, StorageError> {
        let entry = self.last_before(storage, |entry| u64::from(entry.position) <= position)?;
        Ok(entry.map_or(0, |entry| u64::from(entry.position)))
    }

    /// Removes the entries of batches that begin at `position` or behind it.
    pub(crate) fn cut_at(&mut self, storage: &dyn Storage, position: u64) -> Result<(), StorageError> {
        let count = self.count_before(storage, |entry| u64::from(entry.position) < position)?;
        self.truncate(storage, count)
    }
}
