//! What was fetched of one partition and not yet polled, and how it becomes batches.

use std::collections::{HashSet, VecDeque};

use bytes::Bytes;
use tidemill_protocol::records::{BatchError, ControlType, RecordBatch, RecordSet};

use super::polled::ConsumedBatch;
use crate::TopicPartition;
use crate::config::IsolationLevel;

/// Bytes a batch may grow to when it is decompressed.
const MAX_DECOMPRESSED_BYTES: usize = 256 * 1024 * 1024;

/// A transaction that was aborted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Aborted {
    pub(super) producer_id: i64,
    pub(super) first_offset: i64,
}

/// The records of one Fetch answer.
#[derive(Debug)]
struct Fetched {
    rest: Bytes,
    /// Aborted transactions that begin at or after the next batch, in order of their first offset.
    aborted: VecDeque<Aborted>,
    high_watermark: i64,
}

/// A batch of which a part was polled.
#[derive(Debug)]
struct Cut {
    set: RecordSet,
    end_offset: i64,
    leader_epoch: i32,
    high_watermark: i64,
}

/// How batches are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadOptions {
    pub(super) check_crcs: bool,
    pub(super) isolation_level: IsolationLevel,
}

/// Fetched bytes of one partition, in offset order.
#[derive(Debug, Default)]
pub(super) struct Buffered {
    fetched: VecDeque<Fetched>,
    cut: Option<Cut>,
    size_bytes: usize,
    /// Producers whose current transaction is known to be aborted.
    aborting: HashSet<i64>,
}

/// Where the whole batches of a Fetch answer end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FetchedEnd {
    pub(super) next_offset: i64,
    pub(super) leader_epoch: i32,
    pub(super) size_bytes: usize,
}

/// Reads only the headers of `records`; a batch that is cut short at the end does not count.
pub(super) fn fetched_end(records: &Bytes) -> Result<Option<FetchedEnd>, BatchError> {
    let mut end = None;
    let mut position = 0;
    while let Some(rest) =
        records.get(position..).filter(|rest| rest.len() >= tidemill_protocol::records::HEADER_BYTES)
    {
        let header = RecordBatch::peek_header(rest)?;
        if header.size_bytes() > rest.len() {
            break;
        }
        position += header.size_bytes();
        end = Some(FetchedEnd {
            next_offset: header.end_offset(),
            leader_epoch: header.partition_leader_epoch,
            size_bytes: position,
        });
    }
    Ok(end)
}

impl Buffered {
    /// Returns the bytes that wait.
    pub(super) fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.fetched.is_empty() && self.cut.is_none()
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Adds the whole batches of a Fetch answer.
    pub(super) fn push(&mut self, records: Bytes, aborted: Vec<Aborted>, high_watermark: i64) {
        self.size_bytes += records.len();
        let mut aborted = aborted;
        aborted.sort_unstable_by_key(|transaction| transaction.first_offset);
        self.fetched.push_back(Fetched { rest: records, aborted: aborted.into(), high_watermark });
    }

    /// Takes the next batch from `position` on with at most `max_records` records (at least 1).
    ///
    /// A batch without records is returned as well: it moves the position.
    pub(super) fn take(
        &mut self,
        partition: &TopicPartition,
        position: i64,
        max_records: usize,
        options: ReadOptions,
    ) -> Result<Option<ConsumedBatch>, BatchError> {
        let cut = match self.cut.take() {
            Some(cut) => cut,
            None => match self.next_batch(position, options)? {
                Some(batch) => batch,
                None => return Ok(None),
            },
        };
        let (count, end_offset) = limit(&cut, position, max_records)?;
        let batch = ConsumedBatch {
            partition: partition.clone(),
            set: cut.set.clone(),
            from_offset: position,
            end_offset,
            count,
            high_watermark: cut.high_watermark,
            leader_epoch: cut.leader_epoch,
        };
        if end_offset < cut.end_offset {
            self.cut = Some(cut);
        } else if self.fetched.front().is_some_and(|fetched| fetched.rest.is_empty()) {
            self.fetched.pop_front();
        }
        Ok(Some(batch))
    }

    /// Reads the next batch that is not entirely before `position`.
    fn next_batch(&mut self, position: i64, options: ReadOptions) -> Result<Option<Cut>, BatchError> {
        while let Some(fetched) = self.fetched.front_mut() {
            let before = fetched.rest.len();
            let decoded = RecordBatch::decode_next(&mut fetched.rest);
            self.size_bytes = self.size_bytes.saturating_sub(before - fetched.rest.len());
            let Some(batch) = decoded? else {
                self.fetched.pop_front();
                continue;
            };
            if batch.last_offset() < position {
                continue;
            }
            if options.check_crcs {
                batch.verify_checksum()?;
            }
            let high_watermark = fetched.high_watermark;
            let aborted = note_aborted(&mut self.aborting, &mut fetched.aborted, &batch, options)?;
            let hidden = aborted || batch.is_control();
            let header = *batch.header();
            let set = if hidden { empty_set(&batch)? } else { batch.records(MAX_DECOMPRESSED_BYTES)? };
            return Ok(Some(Cut {
                set,
                end_offset: header.end_offset(),
                leader_epoch: header.partition_leader_epoch,
                high_watermark,
            }));
        }
        Ok(None)
    }
}

/// Follows the aborted transactions up to `batch`; whether the batch belongs to one.
fn note_aborted(
    aborting: &mut HashSet<i64>,
    aborted: &mut VecDeque<Aborted>,
    batch: &RecordBatch,
    options: ReadOptions,
) -> Result<bool, BatchError> {
    if options.isolation_level == IsolationLevel::ReadUncommitted {
        return Ok(false);
    }
    while let Some(next) = aborted.front().filter(|next| next.first_offset <= batch.last_offset()) {
        aborting.insert(next.producer_id);
        aborted.pop_front();
    }
    let producer_id = batch.header().producer_id;
    if batch.is_control() {
        let records = batch.records(MAX_DECOMPRESSED_BYTES)?;
        let first = records.iter().next().transpose()?;
        let control = first.and_then(|record| ControlType::from_key(record.key?).ok());
        if control == Some(ControlType::Abort) {
            aborting.remove(&producer_id);
        }
        return Ok(true);
    }
    Ok(batch.is_transactional() && aborting.contains(&producer_id))
}

/// The records of a batch that the caller must not see.
fn empty_set(batch: &RecordBatch) -> Result<RecordSet, BatchError> {
    let mut header = *batch.header();
    header.record_count = 0;
    header.attributes = header.attributes.with_compression(tidemill_protocol::records::Compression::None);
    header.batch_length = 49;
    let bytes = Bytes::copy_from_slice(&header.encode());
    let mut input = bytes;
    match RecordBatch::decode_next(&mut input)? {
        Some(empty) => empty.records(0),
        None => batch.records(MAX_DECOMPRESSED_BYTES),
    }
}

/// Returns how many records from `position` on are handed out, and the offset behind them.
fn limit(cut: &Cut, position: i64, max_records: usize) -> Result<(usize, i64), BatchError> {
    let stated = usize::try_from(cut.set.stated_count()).unwrap_or(0);
    let begins_here = match cut.set.iter().next() {
        None => return Ok((0, cut.end_offset)),
        Some(first) => first?.offset >= position,
    };
    if begins_here && stated <= max_records {
        return Ok((stated, cut.end_offset));
    }
    let mut count = 0;
    for record in cut.set.iter() {
        let record = record?;
        if record.offset < position {
            continue;
        }
        if count == max_records {
            return Ok((count, record.offset));
        }
        count += 1;
    }
    Ok((count, cut.end_offset))
}
