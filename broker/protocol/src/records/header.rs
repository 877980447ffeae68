//! The header of a record batch, format version 2. All integers big-endian.
//!
//! ```text
//!  0 base_offset            i64   set by the broker
//!  8 batch_length           i32   bytes that follow this field
//! 12 partition_leader_epoch i32   set by the broker
//! 16 magic                  i8    2
//! 17 crc                    u32   CRC32C of everything from byte 21 to the end
//! 21 attributes             i16   0-2 compression, 3 append time, 4 transactional, 5 control, 6 delete horizon
//! 23 last_offset_delta      i32
//! 27 base_timestamp         i64   the delete horizon if bit 6 is set (KIP-534)
//! 35 max_timestamp          i64   the append time if bit 3 is set
//! 43 producer_id            i64
//! 51 producer_epoch         i16
//! 53 base_sequence          i32
//! 57 record_count           i32
//! 61 records, compressed or not
//! ```
//!
//! The base offset and the leader epoch lie outside the checksum, so that a broker places a batch in its log
//! by writing a new prefix and the received bytes after it. This file checks nothing: see
//! [`RecordBatch`](super::RecordBatch).

use super::Compression;
use bytes::{Buf, BufMut};

/// Bytes of a batch in front of its records.
pub const HEADER_BYTES: usize = 61;

/// Bytes in front of the magic byte: all that a broker changes when it places a batch.
pub const PREFIX_BYTES: usize = 16;

/// Bytes in front of the part that `batch_length` counts.
pub(super) const LENGTH_OVERHEAD_BYTES: usize = 12;

/// Where the bytes begin that the checksum covers.
pub(super) const CHECKSUM_START: usize = 21;

/// Where the magic byte lies, in every format version.
pub(super) const MAGIC_POSITION: usize = 16;

/// The only format version that is supported.
pub(super) const MAGIC: i8 = 2;

/// What the timestamps of a batch mean (topic config `message.timestamp.type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TimestampType {
    /// Each record carries the time its producer gave it.
    #[default]
    CreateTime,
    /// Every record has the time at which the broker appended the batch: the header's `max_timestamp`.
    LogAppendTime,
}

/// The attribute bits of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Attributes(pub i16);

impl Attributes {
    const COMPRESSION_MASK: i16 = 0b0000_0111;
    const LOG_APPEND_TIME: i16 = 0b0000_1000;
    const TRANSACTIONAL: i16 = 0b0001_0000;
    const CONTROL: i16 = 0b0010_0000;
    const DELETE_HORIZON: i16 = 0b0100_0000;

    /// The codec of the records, or the number of an unknown one.
    ///
    /// # Errors
    /// The codec's number (5 to 7) if no codec has it.
    pub fn compression(self) -> Result<Compression, u8> {
        let id = (self.0 & Self::COMPRESSION_MASK).to_le_bytes()[0];
        Compression::from_id(id).ok_or(id)
    }

    /// What the timestamps mean.
    #[must_use]
    pub fn timestamp_type(self) -> TimestampType {
        if self.has(Self::LOG_APPEND_TIME) { TimestampType::LogAppendTime } else { TimestampType::CreateTime }
    }

    /// Whether the batch belongs to a transaction.
    #[must_use]
    pub fn is_transactional(self) -> bool {
        self.has(Self::TRANSACTIONAL)
    }

    /// Whether the batch holds a control record instead of data.
    #[must_use]
    pub fn is_control(self) -> bool {
        self.has(Self::CONTROL)
    }

    /// Whether the base timestamp is the time after which tombstones may go (KIP-534).
    #[must_use]
    pub fn has_delete_horizon(self) -> bool {
        self.has(Self::DELETE_HORIZON)
    }

    /// The same attributes with another codec.
    #[must_use]
    pub fn with_compression(self, compression: Compression) -> Self {
        Self((self.0 & !Self::COMPRESSION_MASK) | i16::from(compression.id()))
    }

    /// The same attributes with another meaning of timestamps.
    #[must_use]
    pub fn with_timestamp_type(self, timestamp_type: TimestampType) -> Self {
        self.with(Self::LOG_APPEND_TIME, timestamp_type == TimestampType::LogAppendTime)
    }

    /// The same attributes with the transactional bit set or cleared.
    #[must_use]
    pub fn with_transactional(self, transactional: bool) -> Self {
        self.with(Self::TRANSACTIONAL, transactional)
    }

    /// The same attributes with the control bit set or cleared.
    #[must_use]
    pub fn with_control(self, control: bool) -> Self {
        self.with(Self::CONTROL, control)
    }

    /// The same attributes with the delete-horizon bit set or cleared.
    #[must_use]
    pub fn with_delete_horizon(self, delete_horizon: bool) -> Self {
        self.with(Self::DELETE_HORIZON, delete_horizon)
    }

    fn has(self, bit: i16) -> bool {
        self.0 & bit != 0
    }

    fn with(self, bit: i16, set: bool) -> Self {
        Self(if set { self.0 | bit } else { self.0 & !bit })
    }
}

/// The fields of a batch header, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHeader {
    /// Offset of the first record when the batch was written; compaction keeps it.
    pub base_offset: i64,
    /// Bytes after this field.
    pub batch_length: i32,
    /// Epoch of the leader that placed the batch; -1 before.
    pub partition_leader_epoch: i32,
    /// Format version: 2.
    pub magic: i8,
    /// CRC32C of everything from the attributes on.
    pub crc: u32,
    /// Codec, meaning of timestamps, transactional, control, delete horizon.
    pub attributes: Attributes,
    /// Last offset minus base offset; compaction keeps it.
    pub last_offset_delta: i32,
    /// What the records' timestamp deltas are relative to, milliseconds.
    pub base_timestamp: i64,
    /// Largest timestamp of the records, or the append time, milliseconds; -1 if none.
    pub max_timestamp: i64,
    /// Id of the idempotent producer, or -1.
    pub producer_id: i64,
    /// Epoch of the idempotent producer, or -1.
    pub producer_epoch: i16,
    /// Sequence number of the first record, or -1.
    pub base_sequence: i32,
    /// Records in the batch. Below `last_offset_delta + 1` after compaction; 0 if all are gone.
    pub record_count: i32,
}

impl BatchHeader {
    /// Reads the fields without judging them.
    #[must_use]
    pub fn decode(bytes: &[u8; HEADER_BYTES]) -> Self {
        let mut input = bytes.as_slice();
        Self {
            base_offset: input.get_i64(),
            batch_length: input.get_i32(),
            partition_leader_epoch: input.get_i32(),
            magic: input.get_i8(),
            crc: input.get_u32(),
            attributes: Attributes(input.get_i16()),
            last_offset_delta: input.get_i32(),
            base_timestamp: input.get_i64(),
            max_timestamp: input.get_i64(),
            producer_id: input.get_i64(),
            producer_epoch: input.get_i16(),
            base_sequence: input.get_i32(),
            record_count: input.get_i32(),
        }
    }

    /// Writes the fields as they are.
    #[must_use]
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        let mut output = bytes.as_mut_slice();
        output.put_i64(self.base_offset);
        output.put_i32(self.batch_length);
        output.put_i32(self.partition_leader_epoch);
        output.put_i8(self.magic);
        output.put_u32(self.crc);
        output.put_i16(self.attributes.0);
        output.put_i32(self.last_offset_delta);
        output.put_i64(self.base_timestamp);
        output.put_i64(self.max_timestamp);
        output.put_i64(self.producer_id);
        output.put_i16(self.producer_epoch);
        output.put_i32(self.base_sequence);
        output.put_i32(self.record_count);
        bytes
    }

    /// Computes the checksum over these fields and `records`, the bytes after the header.
    #[must_use]
    pub fn checksum(&self, records: &[u8]) -> u32 {
        let header = self.encode();
        crc32c::crc32c_append(crc32c::crc32c(&header[CHECKSUM_START..]), records)
    }

    /// The first [`PREFIX_BYTES`] of the batch once placed at `base_offset` by the leader of `leader_epoch`.
    /// The rest of the batch, with its checksum, stays valid after it.
    #[must_use]
    pub fn placement_prefix(&self, base_offset: i64, leader_epoch: i32) -> [u8; PREFIX_BYTES] {
        let mut prefix = [0; PREFIX_BYTES];
        let mut output = prefix.as_mut_slice();
        output.put_i64(base_offset);
        output.put_i32(self.batch_length);
        output.put_i32(leader_epoch);
        prefix
    }

    /// Bytes of the whole batch. Saturates for lengths that [`RecordBatch`](super::RecordBatch) refuses.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        usize::try_from(self.batch_length).unwrap_or(0) + LENGTH_OVERHEAD_BYTES
    }

    /// Offset of the last record as the batch was written, inclusive.
    #[must_use]
    pub fn last_offset(&self) -> i64 {
        self.base_offset.saturating_add(i64::from(self.last_offset_delta))
    }

    /// The offset after the batch, exclusive end.
    #[must_use]
    pub fn end_offset(&self) -> i64 {
        self.last_offset().saturating_add(1)
    }

    /// Sequence number of the last record; sequences wrap from `i32::MAX` to 0. -1 without a sequence.
    #[must_use]
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence < 0 {
            self.base_sequence
        } else {
            sequence_after(self.base_sequence, self.last_offset_delta)
        }
    }

    /// Whether an idempotent producer wrote the batch.
    #[must_use]
    pub fn has_producer_id(&self) -> bool {
        self.producer_id > super::NO_PRODUCER_ID
    }
}

/// The sequence number `count` records after `sequence`; both not negative. Numbers wrap from `i32::MAX` to 0.
///
/// # Panics
/// Never for numbers that are not negative.
#[must_use]
pub fn sequence_after(sequence: i32, count: i32) -> i32 {
    let modulus = i64::from(i32::MAX) + 1;
    let next = (i64::from(sequence) + i64::from(count)) % modulus;
    i32::try_from(next).expect("a remainder of 2^31 fits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sequence_wraps_from_the_largest_number_to_zero() {
        assert_eq!(sequence_after(i32::MAX, 0), i32::MAX);
        assert_eq!(sequence_after(i32::MAX, 1), 0);
        assert_eq!(sequence_after(i32::MAX - 1, 4), 2);
    }

    #[test]
    fn attributes_change_one_property_at_a_time() {
        let attributes = Attributes::default()
            .with_compression(Compression::Zstd)
            .with_timestamp_type(TimestampType::LogAppendTime)
            .with_transactional(true)
            .with_delete_horizon(true);
        assert_eq!(attributes.0, 0b101_1100);
        assert_eq!(attributes.compression(), Ok(Compression::Zstd));
        assert!(!attributes.is_control());
        assert_eq!(attributes.with_transactional(false).0, 0b100_1100);
        assert_eq!(Attributes(7).compression(), Err(7));
    }
}
