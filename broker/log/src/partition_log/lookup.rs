//! Finding records by time, and aborted transactions by offset.

use super::{PartitionLog, ReadError};
use crate::batch_scan::{BatchScan, ScanError};
use crate::segment::Segment;
use crate::transaction_index::AbortedTransaction;
use crate::validation::MAX_UNCOMPRESSED_BYTES;
use std::ops::Range;
use tidemill_protocol::records::{BatchError, RecordBatch};

/// A record found by its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordPosition {
    /// The record's timestamp, milliseconds.
    pub timestamp: i64,
    /// The record's offset.
    pub offset: i64,
    /// The leader epoch of its batch.
    pub leader_epoch: i32,
}

impl PartitionLog {
    /// Finds the first record at or after the log start whose timestamp is `timestamp` or later (ListOffsets).
    /// Looks into compressed batches. `None` if there is no such record.
    ///
    /// # Errors
    /// [`ReadError::Scan`] if the disk fails or a batch is damaged.
    pub fn offset_for_timestamp(&self, timestamp: i64) -> Result<Option<RecordPosition>, ReadError> {
        let storage = &*self.storage;
        for segment in &self.segments {
            if segment.largest_timestamp(storage)?.timestamp < timestamp {
                continue;
            }
            if let Some(found) = self.find_in_segment(segment, timestamp)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn find_in_segment(
        &self,
        segment: &Segment,
        timestamp: i64,
    ) -> Result<Option<RecordPosition>, ScanError> {
        let storage = &*self.storage;
        let from = segment.times.offset_before(storage, timestamp)?.unwrap_or(segment.base_offset());
        let start = segment.offsets.position_of(storage, from.max(self.log_start_offset))?;
        let file = segment.open_log(storage)?;
        let mut scan = BatchScan::new(&file, start, segment.size_bytes());
        while let Some((position, header)) = scan.next_header()? {
            if header.max_timestamp < timestamp || header.last_offset() < self.log_start_offset {
                continue;
            }
            let Some(batch) = segment.read_batch(storage, position)? else {
                break;
            };
            let found = first_record_from(&batch, timestamp, self.log_start_offset);
            let found = found.map_err(|source| damaged(segment, position, source))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Finds the record with the largest timestamp, the first of several (ListOffsets, KIP-734). `None` if no
    /// record has a timestamp.
    ///
    /// # Errors
    /// [`ReadError::Scan`] if the disk fails or a batch is damaged.
    pub fn max_timestamp_offset(&self) -> Result<Option<RecordPosition>, ReadError> {
        let storage = &*self.storage;
        let mut largest = None;
        for segment in &self.segments {
            let candidate = segment.largest_timestamp(storage)?;
            if candidate.timestamp >= 0 && largest.is_none_or(|timestamp| candidate.timestamp > timestamp) {
                largest = Some(candidate.timestamp);
            }
        }
        let Some(timestamp) = largest else {
            return Ok(None);
        };
        match self.offset_for_timestamp(timestamp)? {
            Some(found) => Ok(Some(found)),
            None => self.max_timestamp_of_records(),
        }
    }

    /// As [`Self::max_timestamp_offset`], when the largest timestamp is that of a batch whose records compaction
    /// has removed: walks over all headers.
    fn max_timestamp_of_records(&self) -> Result<Option<RecordPosition>, ReadError> {
        let storage = &*self.storage;
        let mut largest = None;
        for segment in &self.segments {
            let file = segment.open_log(storage)?;
            let mut scan = BatchScan::new(&file, 0, segment.size_bytes());
            while let Some((_, header)) = scan.next_header()? {
                if header.record_count > 0 && header.last_offset() >= self.log_start_offset {
                    largest = largest.max(Some(header.max_timestamp));
                }
            }
        }
        match largest.filter(|timestamp| *timestamp >= 0) {
            Some(timestamp) => self.offset_for_timestamp(timestamp),
            None => Ok(None),
        }
    }

    /// The aborted transactions that overlap `range`, sorted by first offset (Fetch, `aborted_transactions`).
    ///
    /// # Errors
    /// [`ReadError::Scan`] if the disk fails.
    pub fn aborted_transactions(&self, range: Range<i64>) -> Result<Vec<AbortedTransaction>, ReadError> {
        let mut found = Vec::new();
        for segment in &self.segments[self.segment_index(range.start)..] {
            if segment.transactions.collect(self.storage(), range.clone(), &mut found)? {
                break;
            }
        }
        found.sort_by_key(|transaction| transaction.first_offset);
        Ok(found)
    }
}

/// The first record of `batch` at or after `start_offset` with `timestamp` or a later one.
fn first_record_from(
    batch: &RecordBatch,
    timestamp: i64,
    start_offset: i64,
) -> Result<Option<RecordPosition>, BatchError> {
    for record in &batch.records(MAX_UNCOMPRESSED_BYTES)? {
        let record = record?;
        if record.timestamp >= timestamp && record.offset >= start_offset {
            let leader_epoch = batch.header().partition_leader_epoch;
            return Ok(Some(RecordPosition {
                timestamp: record.timestamp,
                offset: record.offset,
                leader_epoch,
            }));
        }
    }
    Ok(None)
}

fn damaged(segment: &Segment, position: u64, source: BatchError) -> ScanError {
    ScanError::Damaged { path: segment.path().to_path_buf(), position, source }
}
