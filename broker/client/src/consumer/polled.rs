//! What a poll returns: batches whose records are read in place.

use std::sync::Arc;

use bytes::Bytes;
use tidemill_protocol::records::{BatchError, RecordIter, RecordRef, RecordSet};

use crate::TopicPartition;

/// Records of one batch of one partition, in offset order. Cloning shares the bytes.
#[derive(Debug, Clone)]
pub struct ConsumedBatch {
    pub(super) partition: TopicPartition,
    pub(super) set: RecordSet,
    pub(super) from_offset: i64,
    pub(super) end_offset: i64,
    pub(super) count: usize,
    pub(super) high_watermark: i64,
    pub(super) leader_epoch: i32,
}

impl ConsumedBatch {
    /// Returns the topic.
    #[must_use]
    pub fn topic(&self) -> &Arc<str> {
        &self.partition.topic
    }

    /// Returns the number of the partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.partition.partition
    }

    /// Returns topic and partition.
    #[must_use]
    pub fn topic_partition(&self) -> &TopicPartition {
        &self.partition
    }

    /// Returns the number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no records: the batch only moves the position, past offsets that compaction removed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the offset behind which the batch ends: the position after it, and what to commit for it.
    #[must_use]
    pub fn next_offset(&self) -> i64 {
        self.end_offset
    }

    /// Returns the last offset the batch covers; its record may have been removed by compaction.
    #[must_use]
    pub fn last_offset(&self) -> i64 {
        self.end_offset - 1
    }

    /// Returns the end of what consumers could see when the batch was fetched.
    #[must_use]
    pub fn high_watermark(&self) -> i64 {
        self.high_watermark
    }

    /// Returns the epoch of the leader that wrote the batch; -1 if unknown.
    #[must_use]
    pub fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    /// Iterates over the records in place.
    #[must_use]
    pub fn records(&self) -> Records<'_> {
        Records { records: self.set.iter(), from_offset: self.from_offset, end_offset: self.end_offset }
    }

    /// Returns the bytes that the records borrow from; fields can be sliced out of them without copying
    /// ([`Bytes::slice_ref`]).
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        self.set.payload()
    }
}

/// Iterates over the records of a [`ConsumedBatch`]. The first damaged record ends the iteration.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    records: RecordIter<'a>,
    from_offset: i64,
    end_offset: i64,
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<RecordRef<'a>, BatchError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.records.next()? {
                Ok(record) if record.offset < self.from_offset => {}
                Ok(record) if record.offset >= self.end_offset => return None,
                record => return Some(record),
            }
        }
    }
}

/// What a poll returned. Empty if nothing arrived in time.
#[derive(Debug, Clone, Default)]
pub struct Polled {
    pub(super) batches: Vec<ConsumedBatch>,
}

impl Polled {
    /// Iterates over the batches; those of one partition are in offset order.
    pub fn batches(&self) -> std::slice::Iter<'_, ConsumedBatch> {
        self.batches.iter()
    }

    /// Returns the batches.
    #[must_use]
    pub fn into_batches(self) -> Vec<ConsumedBatch> {
        self.batches
    }

    /// Returns the number of records in all batches.
    #[must_use]
    pub fn record_count(&self) -> usize {
        self.batches.iter().map(ConsumedBatch::len).sum()
    }

    /// Whether there are no batches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }
}
