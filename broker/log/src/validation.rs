//! What a batch must satisfy before it is appended. Records are decoded only where the rule needs them.
//!
//! Everything is checked by header, except: keys of a compacted topic, the lower timestamp bound if one is set.
//! Uncompressed records are walked by their lengths, so that a record count that lies is found.

use crate::config::{LogConfig, millis};
use bytes::Bytes;
use tidemill_protocol::records::{
    BatchError, BatchHeader, NO_TIMESTAMP, RecordBatch, RecordRef, TimestampType,
};

/// Most bytes that the records of one batch may take when decompressed.
pub(crate) const MAX_UNCOMPRESSED_BYTES: usize = 100 << 20;

/// Records of a refused batch that are named one by one.
const MAX_RECORD_FAULTS: usize = 100;

/// Who appends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendOrigin {
    /// A producer: one batch, no control records, sequences checked. A batch of a transaction needs one that is open in
    /// this log.
    Client,
    /// A producer whose transaction may begin in this log, by the word of its coordinator.
    AdmittedClient(Admission),
    /// This broker's coordinators: their own records and transaction markers.
    Coordinator,
    /// A leader's log: batches that have their offsets and epochs.
    Replica,
}

/// What a transaction coordinator said of a producer that is about to write to a log (KIP-890).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// Where the log ended when the coordinator was asked: a transaction that ended since is another one.
    pub asked_at: i64,
    /// Whether each transaction of the producer has an epoch of its own, so that its first batch in a log that does
    /// not know the producer must have sequence number 0.
    pub begins_at_zero: bool,
}

impl AppendOrigin {
    fn is_client(self) -> bool {
        matches!(self, Self::Client | Self::AdmittedClient(_))
    }
}

/// What is wrong with one record of a refused batch (Produce, `record_errors`, KIP-467).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFault {
    /// Position of the record in the batch, from 0.
    pub batch_index: i32,
    /// What is wrong with it.
    pub message: String,
}

/// Why a batch is refused before anything is written.
#[derive(Debug, thiserror::Error)]
pub enum ValidationError {
    /// The bytes are no intact batches: CORRUPT_MESSAGE, or the version is not supported.
    #[error("the records are malformed")]
    Malformed(#[source] BatchError),
    /// A producer sent no batch or several.
    #[error("expected one record batch, found {found}")]
    BatchCount {
        /// 0, or 2 for two or more.
        found: usize,
    },
    /// The batch is larger than `max.message.bytes`: MESSAGE_TOO_LARGE.
    #[error("the record batch has {size} bytes, more than max.message.bytes = {limit}")]
    TooLarge {
        /// Bytes of the batch.
        size: usize,
        /// The limit.
        limit: u32,
    },
    /// The batch is larger than a segment: RECORD_LIST_TOO_LARGE.
    #[error("the records have {size} bytes, more than segment.bytes = {limit}")]
    LargerThanSegment {
        /// Bytes of the records.
        size: usize,
        /// The limit.
        limit: u32,
    },
    /// A rule of the format or the topic is broken: INVALID_RECORD.
    #[error("{rule}")]
    InvalidRecord {
        /// The rule.
        rule: &'static str,
        /// The records that break it, if single records do; at most 100.
        faults: Vec<RecordFault>,
    },
    /// A timestamp is outside the topic's bounds: INVALID_TIMESTAMP.
    #[error("timestamp {found} is outside {min}..={max}")]
    InvalidTimestamp {
        /// The timestamp, milliseconds.
        found: i64,
        /// Smallest that is allowed.
        min: i64,
        /// Largest that is allowed.
        max: i64,
        /// The records, if they are known; at most 100.
        faults: Vec<RecordFault>,
    },
    /// A replicated batch does not follow the end of the log.
    #[error("replicated batch begins at offset {found}, the log ends at {expected}")]
    OffsetGap {
        /// The batch's base offset.
        found: i64,
        /// The log's end offset.
        expected: i64,
    },
}

/// Splits `records` into batches and checks every one.
pub(crate) fn validate(
    mut records: Bytes,
    origin: AppendOrigin,
    config: &LogConfig,
    wall_ms: i64,
) -> Result<Vec<RecordBatch>, ValidationError> {
    let size = records.len();
    if size as u64 > u64::from(config.segment_bytes) {
        return Err(ValidationError::LargerThanSegment { size, limit: config.segment_bytes });
    }
    let mut batches = Vec::with_capacity(1);
    while let Some(batch) = RecordBatch::decode_next(&mut records).map_err(ValidationError::Malformed)? {
        if origin.is_client() && !batches.is_empty() {
            return Err(ValidationError::BatchCount { found: 2 });
        }
        check_batch(&batch, origin, config, wall_ms)?;
        batches.push(batch);
    }
    if batches.is_empty() { Err(ValidationError::BatchCount { found: 0 }) } else { Ok(batches) }
}

fn check_batch(
    batch: &RecordBatch,
    origin: AppendOrigin,
    config: &LogConfig,
    wall_ms: i64,
) -> Result<(), ValidationError> {
    batch.verify_checksum().map_err(ValidationError::Malformed)?;
    batch.compression().map_err(ValidationError::Malformed)?;
    if origin == AppendOrigin::Replica {
        return Ok(());
    }
    let (size, limit) = (batch.size_bytes(), config.max_message_bytes);
    // A transaction ends whatever the limit is: only the broker writes control batches, and they are small.
    if size as u64 > u64::from(limit) && !batch.is_control() {
        return Err(ValidationError::TooLarge { size, limit });
    }
    check_header(batch.header(), origin)?;
    batch.verify_record_count(MAX_UNCOMPRESSED_BYTES).map_err(ValidationError::Malformed)?;
    check_timestamps(batch, config, wall_ms)?;
    if config.cleanup.compact && !batch.is_control() { check_keys(batch) } else { Ok(()) }
}

fn check_header(header: &BatchHeader, origin: AppendOrigin) -> Result<(), ValidationError> {
    let client = origin.is_client();
    let broken = if header.record_count <= 0 || header.record_count - 1 != header.last_offset_delta {
        "the record count differs from the offset range of the batch"
    } else if client && header.attributes.is_control() {
        "only the broker writes control batches"
    } else if client && header.attributes.timestamp_type() == TimestampType::LogAppendTime {
        "only the broker sets the append time"
    } else if client && header.has_producer_id() && header.base_sequence < 0 {
        "a batch with a producer id needs a sequence number"
    } else if client && header.has_producer_id() && header.producer_epoch < 0 {
        "a batch with a producer id needs a producer epoch"
    } else if header.attributes.is_transactional() && !header.has_producer_id() {
        "a transactional batch needs a producer id"
    } else {
        return Ok(());
    };
    Err(ValidationError::InvalidRecord { rule: broken, faults: Vec::new() })
}

fn check_timestamps(batch: &RecordBatch, config: &LogConfig, wall_ms: i64) -> Result<(), ValidationError> {
    if config.timestamp_type == TimestampType::LogAppendTime || batch.is_control() {
        return Ok(());
    }
    let min = config.timestamp_before_max.map_or(i64::MIN, |limit| wall_ms.saturating_sub(millis(limit)));
    let max = config.timestamp_after_max.map_or(i64::MAX, |limit| wall_ms.saturating_add(millis(limit)));
    let allowed = |timestamp: i64| timestamp == NO_TIMESTAMP || (min..=max).contains(&timestamp);
    let largest = batch.header().max_timestamp;
    if allowed(largest) && config.timestamp_before_max.is_none() {
        return Ok(());
    }
    let fault = |record: &RecordRef<'_>| {
        (!allowed(record.timestamp))
            .then(|| format!("timestamp {} is outside {min}..={max}", record.timestamp))
    };
    let faults = find_faults(batch, fault)?;
    if faults.is_empty() && allowed(largest) {
        return Ok(());
    }
    Err(ValidationError::InvalidTimestamp { found: largest, min, max, faults })
}

fn check_keys(batch: &RecordBatch) -> Result<(), ValidationError> {
    let fault =
        |record: &RecordRef<'_>| record.key.is_none().then(|| "a compacted topic needs keys".to_owned());
    let faults = find_faults(batch, fault)?;
    if faults.is_empty() {
        return Ok(());
    }
    Err(ValidationError::InvalidRecord {
        rule: "a compacted topic does not accept records without key",
        faults,
    })
}

/// Decodes the records and collects what `fault` says about them.
fn find_faults(
    batch: &RecordBatch,
    fault: impl Fn(&RecordRef<'_>) -> Option<String>,
) -> Result<Vec<RecordFault>, ValidationError> {
    let records = batch.records(MAX_UNCOMPRESSED_BYTES).map_err(ValidationError::Malformed)?;
    let mut faults = Vec::new();
    for (batch_index, record) in (0..).zip(&records) {
        let record = record.map_err(ValidationError::Malformed)?;
        if faults.len() < MAX_RECORD_FAULTS
            && let Some(message) = fault(&record)
        {
            faults.push(RecordFault { batch_index, message });
        }
    }
    Ok(faults)
}
