//! Builds one batch, record by record: the hot path of the producer, also used by coordinators and compaction.
//!
//! Sizes are computed before anything is written, so a record costs one reservation and no allocation of its
//! own. Uncompressed records are written behind the room of the header and never moved again; compressed
//! batches are compressed once, in [`BatchBuilder::build`].

use super::batch::length_field;
use super::header::{HEADER_BYTES, MAGIC};
use super::{
    Attributes, BatchHeader, Compression, CompressionError, HeaderRef, NO_LEADER_EPOCH, NO_PRODUCER_EPOCH,
    NO_PRODUCER_ID, NO_SEQUENCE, NO_TIMESTAMP, RecordRef, TimestampType, compress,
};
use crate::primitives::varint::{encode_varint, encode_varlong, varint_size, varlong_size};
use bytes::Bytes;

/// Who wrote a batch, and where it stands in that producer's sequence of records (KIP-98).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerIdentity {
    /// The producer's id.
    pub id: i64,
    /// The producer's epoch.
    pub epoch: i16,
    /// Sequence number of the batch's first record; -1 in control batches.
    pub base_sequence: i32,
}

/// What kind of batch to build.
#[derive(Debug, Clone)]
pub struct BatchOptions {
    /// The codec of the records.
    pub compression: Compression,
    /// The codec's level, on its own scale; `None` is its default.
    pub level: Option<i32>,
    /// What the timestamps mean. With [`TimestampType::LogAppendTime`] the records' largest one becomes the
    /// append time of all.
    pub timestamp_type: TimestampType,
    /// The idempotent producer, if any; see [`BatchBuilder::set_producer`].
    pub producer: Option<ProducerIdentity>,
    /// Whether the batch belongs to a transaction.
    pub transactional: bool,
    /// Whether the batch holds a control record.
    pub control: bool,
    /// Offset of the first record; producers leave it at 0.
    pub base_offset: i64,
    /// Epoch of the leader; producers leave it at -1.
    pub leader_epoch: i32,
    /// The time after which tombstones and transaction markers of the batch may go, milliseconds: compaction
    /// sets it, in place of the base timestamp (KIP-534).
    pub delete_horizon_ms: Option<i64>,
    /// Bytes, uncompressed and with the header, that a batch of several records never passes. The first
    /// record is taken whatever its size.
    pub size_limit: usize,
    /// Bytes to allocate at once.
    pub initial_capacity: usize,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self {
            compression: Compression::None,
            level: None,
            timestamp_type: TimestampType::CreateTime,
            producer: None,
            transactional: false,
            control: false,
            base_offset: 0,
            leader_epoch: NO_LEADER_EPOCH,
            delete_horizon_ms: None,
            size_limit: usize::MAX,
            initial_capacity: 512,
        }
    }
}

/// A batch in the making. Invariant: `buffer` is the room of the header followed by complete records.
#[derive(Debug)]
pub struct BatchBuilder {
    options: BatchOptions,
    buffer: Vec<u8>,
    base_timestamp: i64,
    max_timestamp: i64,
    next_offset_delta: i32,
    record_count: i32,
}

impl BatchBuilder {
    /// Starts an empty batch.
    #[must_use]
    pub fn new(options: BatchOptions) -> Self {
        let mut buffer = Vec::with_capacity(options.initial_capacity.max(HEADER_BYTES));
        buffer.resize(HEADER_BYTES, 0);
        Self {
            base_timestamp: options.delete_horizon_ms.unwrap_or(NO_TIMESTAMP),
            options,
            buffer,
            max_timestamp: NO_TIMESTAMP,
            next_offset_delta: 0,
            record_count: 0,
        }
    }

    /// Appends a record at the next offset; returns its offset relative to the batch's first, or `None` if the
    /// record does not fit (see [`BatchOptions::size_limit`]).
    ///
    /// `timestamp` is in milliseconds since the epoch.
    pub fn try_append(
        &mut self,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[HeaderRef<'_>],
    ) -> Option<i32> {
        let fields = RecordFields { timestamp, key, value, headers: headers.iter().copied() };
        self.append_fields(self.next_offset_delta, fields)
    }

    /// Appends a record of another batch at its own offset, which must lie behind the last one appended.
    /// Returns `None` if it does not fit or lies before, or too far behind, the batch's base offset.
    pub fn try_append_record(&mut self, record: &RecordRef<'_>) -> Option<i32> {
        let offset_delta = record.offset.checked_sub(self.options.base_offset)?;
        let offset_delta =
            i32::try_from(offset_delta).ok().filter(|delta| *delta >= self.next_offset_delta)?;
        let RecordRef { timestamp, key, value, ref headers, .. } = *record;
        self.append_fields(offset_delta, RecordFields { timestamp, key, value, headers: headers.clone() })
    }

    /// Says who writes the batch; a producer knows its first sequence number only when it sends.
    pub fn set_producer(&mut self, producer: ProducerIdentity) {
        self.options.producer = Some(producer);
    }

    /// Makes the batch end at `last_offset_delta`, which lies at or behind the last record: compaction removes
    /// records and keeps the range of offsets.
    pub fn extend_to(&mut self, last_offset_delta: i32) {
        self.next_offset_delta = self.next_offset_delta.max(last_offset_delta.saturating_add(1));
    }

    /// Records appended so far.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.record_count).expect("the count starts at zero and rises")
    }

    /// Whether no record was appended yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.record_count == 0
    }

    /// Bytes of the batch so far, uncompressed, header included.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Largest timestamp so far, or -1.
    #[must_use]
    pub fn max_timestamp(&self) -> i64 {
        self.max_timestamp
    }

    /// Compresses the records, writes the header and returns the batch.
    ///
    /// # Errors
    /// [`CompressionError`] if the codec fails or the batch passes 2 GiB.
    pub fn build(mut self) -> Result<Bytes, CompressionError> {
        let codec = self.options.compression;
        if codec != Compression::None {
            let mut compressed = Vec::with_capacity(HEADER_BYTES + self.buffer.len() / 2);
            compressed.resize(HEADER_BYTES, 0);
            compress(codec, self.options.level, &self.buffer[HEADER_BYTES..], &mut compressed)?;
            self.buffer = compressed;
        }
        let limit = i32::MAX.unsigned_abs() as usize;
        let batch_length = length_field(self.buffer.len())
            .ok_or(CompressionError::TooLarge { codec: codec.name(), limit })?;
        let header = self.header(batch_length);
        self.buffer[..HEADER_BYTES].copy_from_slice(&header.encode());
        Ok(self.buffer.into())
    }

    fn header(&self, batch_length: i32) -> BatchHeader {
        let options = &self.options;
        let producer = options.producer.unwrap_or(ProducerIdentity {
            id: NO_PRODUCER_ID,
            epoch: NO_PRODUCER_EPOCH,
            base_sequence: NO_SEQUENCE,
        });
        let mut header = BatchHeader {
            base_offset: options.base_offset,
            batch_length,
            partition_leader_epoch: options.leader_epoch,
            magic: MAGIC,
            crc: 0,
            attributes: Attributes::default()
                .with_compression(options.compression)
                .with_timestamp_type(options.timestamp_type)
                .with_transactional(options.transactional)
                .with_control(options.control)
                .with_delete_horizon(options.delete_horizon_ms.is_some()),
            last_offset_delta: (self.next_offset_delta - 1).max(0),
            base_timestamp: self.base_timestamp,
            max_timestamp: self.max_timestamp,
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            base_sequence: producer.base_sequence,
            record_count: self.record_count,
        };
        header.crc = header.checksum(&self.buffer[HEADER_BYTES..]);
        header
    }

    fn append_fields<'a, H>(&mut self, offset_delta: i32, record: RecordFields<'a, H>) -> Option<i32>
    where
        H: ExactSizeIterator<Item = HeaderRef<'a>> + Clone,
    {
        let is_first = self.record_count == 0;
        let takes_first = is_first && self.options.delete_horizon_ms.is_none();
        let base_timestamp = if takes_first { record.timestamp } else { self.base_timestamp };
        let timestamp_delta = record.timestamp.wrapping_sub(base_timestamp);
        let body_size = record.size(timestamp_delta, offset_delta);
        let length = i32::try_from(body_size).ok()?;
        let size = varint_size(length) + body_size;
        let after = self.buffer.len().checked_add(size)?;
        if !is_first && after > self.options.size_limit {
            return None;
        }
        let next_offset_delta = offset_delta.checked_add(1)?;
        self.buffer.reserve(size);
        encode_varint(length, &mut self.buffer);
        record.write(timestamp_delta, offset_delta, &mut self.buffer);
        debug_assert_eq!(self.buffer.len(), after, "the size was computed from the same fields");
        self.base_timestamp = base_timestamp;
        self.max_timestamp = self.max_timestamp.max(record.timestamp);
        self.next_offset_delta = next_offset_delta;
        self.record_count += 1;
        Some(offset_delta)
    }
}

/// A record about to be written.
struct RecordFields<'a, H> {
    timestamp: i64,
    key: Option<&'a [u8]>,
    value: Option<&'a [u8]>,
    headers: H,
}

impl<'a, H: ExactSizeIterator<Item = HeaderRef<'a>> + Clone> RecordFields<'a, H> {
    /// Bytes of the record after its length field. Fields beyond 2 GiB give a sum beyond 2 GiB.
    #[inline]
    fn size(&self, timestamp_delta: i64, offset_delta: i32) -> usize {
        let headers: usize = self
            .headers
            .clone()
            .map(|header| nullable_size(Some(header.key)) + nullable_size(header.value))
            .sum();
        1 + varlong_size(timestamp_delta)
            + varint_size(offset_delta)
            + nullable_size(self.key)
            + nullable_size(self.value)
            + varint_size(wire_length(self.headers.len()))
            + headers
    }

    #[inline]
    fn write(&self, timestamp_delta: i64, offset_delta: i32, output: &mut Vec<u8>) {
        output.push(0);
        encode_varlong(timestamp_delta, output);
        encode_varint(offset_delta, output);
        write_nullable(self.key, output);
        write_nullable(self.value, output);
        encode_varint(wire_length(self.headers.len()), output);
        for header in self.headers.clone() {
            write_nullable(Some(header.key), output);
            write_nullable(header.value, output);
        }
    }
}

/// A length as the wire has it. Saturates: the record is refused before a saturated length is written.
#[inline]
fn wire_length(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

#[inline]
fn nullable_size(field: Option<&[u8]>) -> usize {
    field.map_or(1, |bytes| varint_size(wire_length(bytes.len())) + bytes.len())
}

#[inline]
fn write_nullable(field: Option<&[u8]>, output: &mut Vec<u8>) {
    match field {
        None => encode_varint(-1, output),
        Some(bytes) => {
            encode_varint(wire_length(bytes.len()), output);
            output.extend_from_slice(bytes);
        }
    }
}
