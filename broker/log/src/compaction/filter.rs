//! What of one batch stays.
//!
//! ```text
//! every record stays          -> the batch as it is
//! some stay                   -> a batch of those, same offsets, sequence numbers, codec
//! none stays                  -> nothing; or an empty batch, where its header still tells something
//! tombstones or unneeded markers stay for the first time -> the batch gets a delete horizon (KIP-534)
//! ```

use super::key_map::KeyMap;
use super::pass::CompactionError;
use super::transactions::MarkerFate;
use crate::validation::MAX_UNCOMPRESSED_BYTES;
use bytes::Bytes;
use tidemill_protocol::records::{
    BatchBuilder, BatchError, BatchHeader, BatchOptions, Compression, ProducerIdentity, RecordBatch,
    RecordRef,
};

/// What a pass goes by.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    pub(super) keys: &'a KeyMap,
    /// The map covers everything below this offset, which is the end of a batch.
    pub(super) mapped_end: i64,
    pub(super) now_ms: i64,
    pub(super) delete_retention_ms: i64,
}

/// What the transaction of a batch says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Data that counts.
    Committed,
    /// Data of an aborted transaction.
    Aborted,
    /// A marker.
    Marker(MarkerFate),
}

/// What stays of a batch.
#[derive(Debug)]
pub(super) enum Remains {
    /// All of it.
    Whole,
    /// These bytes, which are a batch with this many records.
    Rewritten(Bytes, u64),
    /// Nothing.
    Nothing,
}

impl Filter<'_> {
    /// Judges a batch. `keep_empty` says that its header is needed even if no record stays.
    pub(super) fn judge(
        &self,
        batch: &RecordBatch,
        standing: Standing,
        keep_empty: bool,
    ) -> Result<Remains, CompactionError> {
        let header = batch.header();
        let horizon = header.attributes.has_delete_horizon().then_some(header.base_timestamp);
        let is_past_horizon = horizon.is_some_and(|horizon| horizon <= self.now_ms);
        match standing {
            _ if header.record_count == 0 && keep_empty => Ok(Remains::Whole),
            _ if header.record_count == 0 => Ok(Remains::Nothing),
            Standing::Aborted => nothing(batch, keep_empty),
            Standing::Marker(MarkerFate::Needed(_)) => Ok(Remains::Whole),
            Standing::Marker(MarkerFate::Unneeded) if is_past_horizon => nothing(batch, keep_empty),
            Standing::Marker(MarkerFate::Unneeded) if horizon.is_some() => Ok(Remains::Whole),
            Standing::Marker(MarkerFate::Unneeded) => self.rewrite(batch, Some(self.new_horizon()), |_| true),
            // The keys behind the map's end are not known yet.
            Standing::Committed if header.base_offset >= self.mapped_end => Ok(Remains::Whole),
            Standing::Committed => self.judge_data(batch, (horizon, is_past_horizon), keep_empty),
        }
    }

    fn judge_data(
        &self,
        batch: &RecordBatch,
        (horizon, is_past_horizon): (Option<i64>, bool),
        keep_empty: bool,
    ) -> Result<Remains, CompactionError> {
        let stays = |record: &RecordRef<'_>| {
            // Records without a key come from before the topic was compacted; nothing can supersede them.
            let Some(key) = record.key else {
                return false;
            };
            let is_last = self.keys.last_offset(key).is_none_or(|last| record.offset >= last);
            is_last && (record.value.is_some() || !is_past_horizon)
        };
        let (mut staying, mut tombstones) = (0, 0);
        for record in &batch.records(MAX_UNCOMPRESSED_BYTES)? {
            let record = record?;
            if stays(&record) {
                staying += 1;
                tombstones += i32::from(record.value.is_none());
            }
        }
        if staying == 0 {
            return nothing(batch, keep_empty);
        }
        let needs_horizon = tombstones > 0 && horizon.is_none();
        if staying == batch.header().record_count && !needs_horizon {
            return Ok(Remains::Whole);
        }
        let horizon = if needs_horizon { Some(self.new_horizon()) } else { horizon };
        self.rewrite(batch, horizon, stays)
    }

    fn new_horizon(&self) -> i64 {
        self.now_ms.saturating_add(self.delete_retention_ms)
    }

    /// A batch of those records for which `stays` holds.
    fn rewrite(
        &self,
        batch: &RecordBatch,
        delete_horizon_ms: Option<i64>,
        stays: impl Fn(&RecordRef<'_>) -> bool,
    ) -> Result<Remains, CompactionError> {
        let options = BatchOptions {
            compression: batch.compression()?,
            delete_horizon_ms,
            initial_capacity: batch.size_bytes(),
            ..options_of(batch)
        };
        let mut builder = BatchBuilder::new(options);
        for record in &batch.records(MAX_UNCOMPRESSED_BYTES)? {
            let record = record?;
            if stays(&record) && builder.try_append_record(&record).is_none() {
                let BatchHeader { base_offset, last_offset_delta, .. } = *batch.header();
                return Err(BatchError::InvalidOffsetDelta { base_offset, last_offset_delta }.into());
            }
        }
        builder.extend_to(batch.header().last_offset_delta);
        let count = builder.len() as u64;
        Ok(Remains::Rewritten(builder.build()?, count))
    }
}

fn options_of(batch: &RecordBatch) -> BatchOptions {
    let header = batch.header();
    let producer = header.has_producer_id().then_some(ProducerIdentity {
        id: header.producer_id,
        epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
    });
    BatchOptions {
        timestamp_type: batch.timestamp_type(),
        producer,
        transactional: batch.is_transactional(),
        control: batch.is_control(),
        base_offset: header.base_offset,
        leader_epoch: header.partition_leader_epoch,
        ..BatchOptions::default()
    }
}

/// Nothing, or the batch without its records: its offsets, producer, sequence numbers and largest timestamp.
fn nothing(batch: &RecordBatch, keep_empty: bool) -> Result<Remains, CompactionError> {
    if !keep_empty {
        return Ok(Remains::Nothing);
    }
    let mut builder = BatchBuilder::new(BatchOptions { compression: Compression::None, ..options_of(batch) });
    builder.extend_to(batch.header().last_offset_delta);
    let mut bytes = builder.build()?;
    let empty = RecordBatch::decode_next(&mut bytes)?.expect("a batch that was just built is there");
    let header = BatchHeader { max_timestamp: batch.header().max_timestamp, ..*empty.header() };
    Ok(Remains::Rewritten(empty.with_header(header).into_bytes(), 0))
}
