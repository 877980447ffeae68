//! Appending batches: validate, judge the producer, place, roll, write, note.

use super::{PartitionLog, SyncError};
use crate::config::{LogConfig, TopicCompression, millis};
use crate::file_names::{SNAPSHOT, offset_file_name};
use crate::producer_state::{ProducerError, StoredBatch, Verdict, snapshot};
use crate::segment::Segment;
use crate::storage::{OpenMode, StorageError};
use crate::transaction_index::AbortedTransaction;
use crate::validation::{Admission, AppendOrigin, MAX_UNCOMPRESSED_BYTES, ValidationError, validate};
use bytes::Bytes;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::IoSlice;
use tidemill_environment::{Now, Recoverable, Recovery};
use tidemill_protocol::records::{
    Attributes, BatchBuilder, BatchError, BatchHeader, BatchOptions, CompressionError, EndTransactionMarker,
    HEADER_BYTES, NO_SEQUENCE, NO_TIMESTAMP, ProducerIdentity, RecordBatch, TimestampType,
};

/// Who appends and in which leader epoch.
#[derive(Debug, Clone, Copy)]
pub struct AppendOptions {
    /// Who appends.
    pub origin: AppendOrigin,
    /// The leader epoch that the batches get; ignored for [`AppendOrigin::Replica`], whose batches have theirs.
    pub leader_epoch: i32,
}

/// Where appended batches lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendedInfo {
    /// Offset of the first record.
    pub base_offset: i64,
    /// Offset of the last record, inclusive.
    pub last_offset: i64,
    /// The time the broker gave the records, if the topic says so (`message.timestamp.type=LogAppendTime`).
    pub log_append_time_ms: Option<i64>,
    /// The log's first readable offset.
    pub log_start_offset: i64,
    /// The batch was stored before: nothing was appended, the offsets are those it got then.
    pub duplicate: bool,
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The batch breaks a rule.
    #[error(transparent)]
    Invalid(#[from] ValidationError),
    /// The batch does not follow what its producer wrote.
    #[error(transparent)]
    Producer(#[from] ProducerError),
    /// The records could not be encoded anew with the topic's codec.
    #[error("cannot encode the records with the topic's compression.type")]
    Compression(#[source] CompressionError),
    /// The disk failed; the log is as before.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The log refuses writes.
    #[error(transparent)]
    Refused(#[from] SyncError),
}

impl Recoverable for AppendError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::Invalid(ValidationError::Malformed(_)) => Recovery::Corrupt,
            Self::Invalid(_) | Self::Compression(_) => Recovery::Fatal,
            Self::Producer(ProducerError::OldEpoch { .. } | ProducerError::CoordinatorFenced { .. }) => {
                Recovery::Fenced
            }
            Self::Producer(_) => Recovery::Abort,
            Self::Storage(_) | Self::Refused(_) => Recovery::Retry,
        }
    }
}

/// Batches that satisfy what a configuration asks of them, in the codec that it asks for.
#[derive(Debug)]
pub struct ValidatedBatches(Vec<RecordBatch>);

impl ValidatedBatches {
    /// Splits `records` into batches, checks every one, and encodes those anew that have another codec than the
    /// topic's.
    ///
    /// # Errors
    /// [`AppendError::Invalid`] and [`AppendError::Compression`].
    pub fn new(
        records: Bytes,
        origin: AppendOrigin,
        config: &LogConfig,
        now: Now,
    ) -> Result<Self, AppendError> {
        let batches = validate(records, origin, config, now.wall_ms)?;
        let TopicCompression::Codec { codec, level } = config.compression else {
            return Ok(Self(batches));
        };
        let recode = |batch: RecordBatch| {
            if origin == AppendOrigin::Replica
                || batch.is_control()
                || batch.compression().ok() == Some(codec)
            {
                return Ok(batch);
            }
            let options = BatchOptions { compression: codec, level, ..BatchOptions::default() };
            let batch = encode_anew(&batch, options)?;
            let (size, limit) = (batch.size_bytes(), config.max_message_bytes);
            if size as u64 > u64::from(limit) {
                return Err(ValidationError::TooLarge { size, limit }.into());
            }
            Ok(batch)
        };
        batches.into_iter().map(recode).collect::<Result<_, _>>().map(Self)
    }
}

/// A batch that has its final header.
struct PlacedBatch {
    header: BatchHeader,
    encoded_header: [u8; HEADER_BYTES],
    records: Bytes,
    marker: Option<EndTransactionMarker>,
}

impl PartitionLog {
    /// Appends batches at the end of the log: one from a client, one or more otherwise.
    ///
    /// The records' bytes are not copied: they are written as received after a rebuilt header, unless the
    /// topic's `compression.type` asks for another codec. The data is in the page cache on return; see
    /// [`PartitionLog::begin_sync`]. On an error nothing is appended.
    ///
    /// # Errors
    /// [`AppendError`]; only [`AppendError::Refused`] is permanent for the log.
    pub fn append(
        &mut self,
        records: Bytes,
        options: AppendOptions,
        now: Now,
    ) -> Result<AppendedInfo, AppendError> {
        self.check_writable()?;
        let batches = ValidatedBatches::new(records, options.origin, &self.config, now)?;
        self.append_validated(batches, options, now)
    }

    /// As [`PartitionLog::append`], for batches that were checked before, with a configuration of this log and the
    /// same origin. Looks at headers only, so that whoever locks the log holds it no longer than the write takes.
    ///
    /// # Errors
    /// As [`PartitionLog::append`].
    pub fn append_validated(
        &mut self,
        batches: ValidatedBatches,
        options: AppendOptions,
        now: Now,
    ) -> Result<AppendedInfo, AppendError> {
        self.check_writable()?;
        let mut placed = Vec::with_capacity(batches.0.len());
        let mut next_offset = self.end_offset();
        for batch in batches.0 {
            let marker = marker_of(&batch)?;
            if let Some(stored) = self.judge_producer(batch.header(), marker.as_ref(), options.origin)? {
                return Ok(self.duplicate_info(&stored));
            }
            let batch = self.place(batch, marker, next_offset, (options, now.wall_ms))?;
            next_offset = batch.header.end_offset();
            placed.push(batch);
        }
        self.roll_for(&placed, now)?;
        let base_offset = placed.first().map_or(next_offset, |batch| batch.header.base_offset);
        for batch in &placed {
            let BatchHeader { partition_leader_epoch, base_offset, .. } = batch.header;
            self.epochs.assign(&*self.storage, partition_leader_epoch, base_offset)?;
        }
        self.write(&placed)?;
        self.note(&placed, now);
        let stamped = options.origin != AppendOrigin::Replica
            && self.config.timestamp_type == TimestampType::LogAppendTime;
        Ok(AppendedInfo {
            base_offset,
            last_offset: next_offset - 1,
            log_append_time_ms: stamped.then_some(now.wall_ms),
            log_start_offset: self.log_start_offset,
            duplicate: false,
        })
    }

    /// Tells whether the log takes a transactional batch of a coordinator from this producer now: it is not fenced, and
    /// its transaction is open here or `admission` is about the one that is about to begin.
    ///
    /// # Errors
    /// [`ProducerError`].
    pub fn check_transactional(
        &self,
        producer_id: i64,
        producer_epoch: i16,
        admission: Admission,
    ) -> Result<(), ProducerError> {
        let header = self.coordinator_header(producer_id, producer_epoch, false);
        self.judge_producer(&header, None, AppendOrigin::Coordinator)?;
        self.producers.check_admission(&header, Some(admission))
    }

    /// Tells whether the log takes a marker from this producer's coordinator now.
    ///
    /// # Errors
    /// [`ProducerError`], the same that the append would have.
    pub fn check_marker(
        &self,
        producer_id: i64,
        producer_epoch: i16,
        marker: &EndTransactionMarker,
    ) -> Result<(), ProducerError> {
        let header = self.coordinator_header(producer_id, producer_epoch, true);
        self.judge_producer(&header, Some(marker), AppendOrigin::Coordinator).map(|_| ())
    }

    /// The header that a coordinator's batch of one record would get.
    fn coordinator_header(&self, producer_id: i64, producer_epoch: i16, control: bool) -> BatchHeader {
        BatchHeader {
            base_offset: self.end_offset(),
            batch_length: 0,
            partition_leader_epoch: 0,
            magic: 2,
            crc: 0,
            attributes: Attributes::default().with_transactional(true).with_control(control),
            last_offset_delta: 0,
            base_timestamp: NO_TIMESTAMP,
            max_timestamp: NO_TIMESTAMP,
            producer_id,
            producer_epoch,
            base_sequence: NO_SEQUENCE,
            record_count: 1,
        }
    }

    fn judge_producer(
        &self,
        header: &BatchHeader,
        marker: Option<&EndTransactionMarker>,
        origin: AppendOrigin,
    ) -> Result<Option<StoredBatch>, ProducerError> {
        if !header.has_producer_id() || origin == AppendOrigin::Replica {
            return Ok(None);
        }
        match (marker, origin) {
            (Some(marker), _) => self.producers.check_marker(header, marker).map(|()| None),
            (None, AppendOrigin::Client) => self.judge_client(header, None),
            (None, AppendOrigin::AdmittedClient(admission)) => self.judge_client(header, Some(admission)),
            (None, _) => self.producers.check_epoch(header).map(|()| None),
        }
    }

    fn judge_client(
        &self,
        header: &BatchHeader,
        admission: Option<Admission>,
    ) -> Result<Option<StoredBatch>, ProducerError> {
        match self.producers.check_batch(header)? {
            Verdict::Append => self.producers.check_admission(header, admission).map(|()| None),
            Verdict::Duplicate(stored) => Ok(Some(stored)),
        }
    }

    fn duplicate_info(&self, stored: &StoredBatch) -> AppendedInfo {
        let stamped = self.config.timestamp_type == TimestampType::LogAppendTime;
        AppendedInfo {
            base_offset: stored.base_offset(),
            last_offset: stored.last_offset,
            log_append_time_ms: stamped.then_some(stored.timestamp),
            log_start_offset: self.log_start_offset,
            duplicate: true,
        }
    }

    /// Gives a batch its place; `context` is how and when it is appended.
    fn place(
        &self,
        batch: RecordBatch,
        marker: Option<EndTransactionMarker>,
        offset: i64,
        context: (AppendOptions, i64),
    ) -> Result<PlacedBatch, AppendError> {
        let (options, wall_ms) = context;
        if options.origin == AppendOrigin::Replica {
            let header = *batch.header();
            if header.base_offset < offset {
                return Err(ValidationError::OffsetGap { found: header.base_offset, expected: offset }.into());
            }
            return Ok(PlacedBatch::new(header, &batch, marker));
        }
        let mut header = match self.config.timestamp_type {
            TimestampType::LogAppendTime => batch.header_with_append_time(wall_ms),
            TimestampType::CreateTime => *batch.header(),
        };
        header.base_offset = offset;
        header.partition_leader_epoch = options.leader_epoch;
        Ok(PlacedBatch::new(header, &batch, marker))
    }

    fn roll_for(&mut self, placed: &[PlacedBatch], now: Now) -> Result<(), StorageError> {
        let size: u64 = placed.iter().map(|batch| batch.header.size_bytes() as u64).sum();
        let last_offset = placed.last().map_or(0, |batch| batch.header.last_offset());
        let timestamp = placed.iter().map(|batch| batch.header.max_timestamp).max().unwrap_or(-1);
        let active = self.active();
        let entries = u64::from(self.config.segment_index_bytes);
        let is_full = active.size_bytes() + size > u64::from(self.config.segment_bytes)
            || active.offsets.len() >= entries / 8
            || active.times.len() + 1 >= entries / 12
            || last_offset - active.base_offset() > i64::from(i32::MAX);
        let is_old = self.active_age_ms(timestamp, now) > self.active_age_limit_ms();
        if !active.is_empty() && (is_full || is_old) { self.roll(now) } else { Ok(()) }
    }

    /// Age of the last segment when a batch with `timestamp` comes: by the records' time, if they have one.
    pub(super) fn active_age_ms(&self, timestamp: i64, now: Now) -> i64 {
        match self.active().first_timestamp() {
            Some(first) if first >= 0 && timestamp >= 0 => timestamp.saturating_sub(first),
            _ => now.wall_ms.saturating_sub(self.active_since_ms),
        }
    }

    /// The age at which the last segment is rolled: `segment.ms` less a jitter that its place decides, so that it
    /// stays the same from one look to the next.
    pub(super) fn active_age_limit_ms(&self) -> i64 {
        let limit = millis(self.config.segment_age);
        let jitter = millis(self.config.segment_jitter).min(limit).unsigned_abs();
        if jitter == 0 {
            return limit;
        }
        let mut place = DefaultHasher::new();
        (&self.directory, self.active().base_offset()).hash(&mut place);
        limit - (place.finish() % jitter).cast_signed()
    }

    /// Closes the last segment and begins a new one.
    pub(super) fn roll(&mut self, now: Now) -> Result<(), StorageError> {
        let base_offset = self.end_offset();
        let storage = std::sync::Arc::clone(&self.storage);
        let indexes = self.active_mut().complete_indexes(&*storage)?;
        self.write_snapshot()?;
        let segment = Segment::create(&*storage, &self.directory, base_offset)?;
        self.sync.note_side_files(indexes);
        self.sync.note_directory_change();
        self.segments.push(segment);
        self.active_since_ms = now.wall_ms;
        Ok(())
    }

    /// Writes the producer state before the end offset. Not synced: a torn snapshot is recognised.
    pub(super) fn write_snapshot(&mut self) -> Result<(), StorageError> {
        let offset = self.end_offset();
        let file =
            self.storage.open(&self.directory.join(offset_file_name(offset, SNAPSHOT)), OpenMode::Create)?;
        let content = snapshot::encode(&self.producers);
        file.set_len(0)?;
        file.write_all_at(&mut [IoSlice::new(&content)], 0)?;
        self.snapshots.insert(offset);
        self.sync.note_side_files([file]);
        self.sync.note_directory_change();
        Ok(())
    }

    fn write(&mut self, placed: &[PlacedBatch]) -> Result<(), StorageError> {
        let mut parts = Vec::with_capacity(placed.len() * 2);
        for batch in placed {
            parts.push(IoSlice::new(&batch.encoded_header));
            parts.push(IoSlice::new(&batch.records));
        }
        let storage = std::sync::Arc::clone(&self.storage);
        let Err(failure) = self.active_mut().write(&*storage, &mut parts) else {
            return Ok(());
        };
        if !failure.undone {
            self.sync.fail(super::sync::describe(&failure.error));
        }
        Err(failure.error)
    }

    /// Notes what was written. An index that cannot be read or written now is completed with later batches.
    fn note(&mut self, placed: &[PlacedBatch], now: Now) {
        let storage = std::sync::Arc::clone(&self.storage);
        let interval = self.config.index_interval_bytes;
        let mut result = Ok(());
        for batch in placed {
            self.sync.note_written(batch.header.size_bytes() as u64);
            result = result.and(self.active_mut().note_batch(&*storage, &batch.header, interval));
            let aborted = self.note_producer(&batch.header, batch.marker.as_ref(), now.wall_ms);
            if let Some(aborted) = aborted {
                self.active_mut().transactions.push(aborted);
            }
        }
        if let Err(error) = result.and_then(|()| self.active_mut().flush_indexes_if_due(&*storage)) {
            tracing::warn!(error = super::sync::describe(&error), "index entries are not written yet");
        }
    }

    /// Notes a stored batch in the producer state. Returns the transaction that it aborts, if it does.
    pub(super) fn note_producer(
        &mut self,
        header: &BatchHeader,
        marker: Option<&EndTransactionMarker>,
        wall_ms: i64,
    ) -> Option<AbortedTransaction> {
        let Some(marker) = marker else {
            self.producers.note_batch(header, wall_ms);
            return None;
        };
        self.producers.note_marker(header, marker, wall_ms)
    }
}

impl PlacedBatch {
    fn new(header: BatchHeader, batch: &RecordBatch, marker: Option<EndTransactionMarker>) -> Self {
        Self { header, encoded_header: header.encode(), records: batch.payload(), marker }
    }
}

/// The transaction marker in a control batch; `None` for data and for control records that end no transaction.
pub(crate) fn marker_of(batch: &RecordBatch) -> Result<Option<EndTransactionMarker>, ValidationError> {
    if !batch.is_control() {
        return Ok(None);
    }
    let records = batch.records(MAX_UNCOMPRESSED_BYTES).map_err(ValidationError::Malformed)?;
    let Some(record) = records.iter().next() else {
        return Ok(None);
    };
    let record = record.map_err(ValidationError::Malformed)?;
    let (key, value) = (record.key.unwrap_or_default(), record.value.unwrap_or_default());
    Ok(EndTransactionMarker::decode(key, value).ok())
}

/// The same records under another codec.
fn encode_anew(batch: &RecordBatch, options: BatchOptions) -> Result<RecordBatch, AppendError> {
    let malformed = |error: BatchError| AppendError::from(ValidationError::Malformed(error));
    let header = batch.header();
    let producer = header.has_producer_id().then_some(ProducerIdentity {
        id: header.producer_id,
        epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
    });
    let mut builder = BatchBuilder::new(BatchOptions {
        producer,
        timestamp_type: batch.timestamp_type(),
        transactional: batch.is_transactional(),
        base_offset: header.base_offset,
        ..options
    });
    for record in &batch.records(MAX_UNCOMPRESSED_BYTES).map_err(malformed)? {
        let record = record.map_err(malformed)?;
        if builder.try_append_record(&record).is_none() {
            let rule = "the offsets of the records do not rise one by one";
            return Err(ValidationError::InvalidRecord { rule, faults: Vec::new() }.into());
        }
    }
    let mut bytes = builder.build().map_err(AppendError::Compression)?;
    Ok(RecordBatch::decode_next(&mut bytes)
        .map_err(malformed)?
        .expect("a batch that was just built is there"))
}
