//! The transaction index of a segment (`.txnindex`): the aborted transactions whose markers lie in it.
//!
//! ```text
//! version              i16   0
//! producer_id          i64
//! first_offset         i64   of the transaction's first record
//! last_offset          i64   of the marker
//! last_stable_offset   i64   when the marker was appended
//! ```

use crate::entry_file::{Entry, EntryFile};
use crate::storage::{Storage, StorageError};
use bytes::{Buf, BufMut};

/// An aborted transaction in one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbortedTransaction {
    /// The producer whose transaction it was.
    pub producer_id: i64,
    /// Offset of the transaction's first record.
    pub first_offset: i64,
    /// Offset of the marker, inclusive.
    pub last_offset: i64,
    /// The last stable offset right after the marker.
    pub last_stable_offset: i64,
}

const VERSION: i16 = 0;

impl Entry for AbortedTransaction {
    const SIZE: usize = 34;

    fn encode(&self, _base_offset: i64, output: &mut Vec<u8>) {
        output.put_i16(VERSION);
        output.put_i64(self.producer_id);
        output.put_i64(self.first_offset);
        output.put_i64(self.last_offset);
        output.put_i64(self.last_stable_offset);
    }

    fn decode(_base_offset: i64, mut bytes: &[u8]) -> Self {
        // Version 0 is the only one; later ones would keep its fields in front (Kafka's own rule).
        let _version = bytes.get_i16();
        Self {
            producer_id: bytes.get_i64(),
            first_offset: bytes.get_i64(),
            last_offset: bytes.get_i64(),
            last_stable_offset: bytes.get_i64(),
        }
    }
}

/// The transaction index of one segment, by rising marker offset.
pub(crate) type TransactionIndex = EntryFile<AbortedTransaction>;

impl TransactionIndex {
    /// Appends to `found` the transactions that overlap `start..end`. Returns whether later segments cannot
    /// hold any more.
    pub(crate) fn collect(
        &self,
        storage: &dyn Storage,
        range: std::ops::Range<i64>,
        found: &mut Vec<AbortedTransaction>,
    ) -> Result<bool, StorageError> {
        let first = self.count_before(storage, |entry| entry.last_offset < range.start)?;
        for entry in self.read_from(storage, first)? {
            if entry.first_offset < range.end {
                found.push(entry);
            }
            if entry.last_stable_offset >= range.end {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes the transactions whose markers lie at `offset` or behind it.
    pub(crate) fn cut_at(&mut self, storage: &dyn Storage, offset: i64) -> Result<(), StorageError> {
        let count = self.count_before(storage, |entry| entry.last_offset < offset)?;
        self.truncate(storage, count)
    }
}
