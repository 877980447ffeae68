//! One record batch as received: its header's fields and its bytes, which are sliced, never copied.
//!
//! [`RecordBatch::decode_next`] checks what must hold before the rest can be trusted to be a batch: length,
//! format version, a sane offset range. The checksum is checked on request, the records while they are read.

use super::header::{CHECKSUM_START, HEADER_BYTES, LENGTH_OVERHEAD_BYTES, MAGIC, MAGIC_POSITION};
use super::record::{RecordSet, RecordSetOrigin};
use super::{BatchHeader, Compression, CompressionError, RecordError, TimestampType, decompress};
use bytes::Bytes;

/// Why bytes are not a batch that can be used.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The input ends inside a batch. A fetch response may end so, if the broker is older than version 0.11.
    #[error("record batch needs {needed} bytes, {available} are left")]
    Incomplete {
        /// Bytes the batch takes, or at least takes if its length is not there yet.
        needed: usize,
        /// Bytes that are left.
        available: usize,
    },
    /// The length field is smaller than a header or negative.
    #[error("record batch at offset {base_offset} has the impossible length {length}")]
    InvalidLength {
        /// The batch's base offset field.
        base_offset: i64,
        /// The length field.
        length: i32,
    },
    /// The format version is not 2.
    #[error("record batch at offset {base_offset} has format version {magic}, only 2 is supported")]
    UnsupportedMagic {
        /// The batch's base offset field.
        base_offset: i64,
        /// The format version found.
        magic: i8,
    },
    /// The last offset delta is negative or leads beyond the largest offset.
    #[error("record batch at offset {base_offset} has the impossible last offset delta {last_offset_delta}")]
    InvalidOffsetDelta {
        /// The batch's base offset field.
        base_offset: i64,
        /// The delta found.
        last_offset_delta: i32,
    },
    /// The checksum does not match the bytes.
    #[error(
        "record batch at offset {base_offset} has checksum {stored:#010x}, its bytes give {computed:#010x}"
    )]
    ChecksumMismatch {
        /// The batch's base offset field.
        base_offset: i64,
        /// The checksum in the header.
        stored: u32,
        /// The checksum of the bytes.
        computed: u32,
    },
    /// The codec number is unknown.
    #[error("record batch at offset {base_offset} names the unknown compression type {id}")]
    UnknownCompression {
        /// The batch's base offset field.
        base_offset: i64,
        /// The number found.
        id: u8,
    },
    /// The records cannot be decompressed within the caller's limit.
    #[error("cannot decompress the record batch at offset {base_offset}")]
    Decompression {
        /// The batch's base offset field.
        base_offset: i64,
        /// What went wrong.
        source: CompressionError,
    },
    /// A record inside cannot be read.
    #[error("record {index} of the batch at offset {base_offset} is malformed")]
    Record {
        /// The batch's base offset field.
        base_offset: i64,
        /// Position of the record in the batch, from 0.
        index: i32,
        /// What went wrong.
        source: RecordError,
    },
}

/// One record batch, format version 2. Invariant: `bytes` is exactly the batch that `header` describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordBatch {
    header: BatchHeader,
    bytes: Bytes,
}

impl RecordBatch {
    /// Splits the next batch off the front of `input`; `None` when `input` is empty.
    ///
    /// Neither the checksum nor the records are looked at. After an error `input` is unchanged.
    ///
    /// # Errors
    /// [`BatchError`] if the input does not begin with a complete batch of format version 2.
    pub fn decode_next(input: &mut Bytes) -> Result<Option<Self>, BatchError> {
        if input.is_empty() {
            return Ok(None);
        }
        let header = Self::peek_header(input)?;
        let size = header.size_bytes();
        if input.len() < size {
            return Err(BatchError::Incomplete { needed: size, available: input.len() });
        }
        Ok(Some(Self { header, bytes: input.split_to(size) }))
    }

    /// Reads the header at the front of `input` and checks it as [`Self::decode_next`] does; the records need
    /// not be there.
    ///
    /// # Errors
    /// As [`Self::decode_next`].
    pub fn peek_header(input: &[u8]) -> Result<BatchHeader, BatchError> {
        let available = input.len();
        // Formats 0 and 1 are shorter: name the version before asking for bytes they do not have.
        let Some(&magic) = input.get(MAGIC_POSITION) else {
            return Err(BatchError::Incomplete { needed: HEADER_BYTES, available });
        };
        let magic = magic.cast_signed();
        if magic != MAGIC {
            let (base_offset, _) = input.split_first_chunk().expect("the magic byte lies behind the offset");
            return Err(BatchError::UnsupportedMagic {
                base_offset: i64::from_be_bytes(*base_offset),
                magic,
            });
        }
        let Some(bytes) = input.first_chunk::<HEADER_BYTES>() else {
            return Err(BatchError::Incomplete { needed: HEADER_BYTES, available });
        };
        let header = BatchHeader::decode(bytes);
        let base_offset = header.base_offset;
        if header.size_bytes() < HEADER_BYTES {
            return Err(BatchError::InvalidLength { base_offset, length: header.batch_length });
        }
        let last_offset_delta = header.last_offset_delta;
        if last_offset_delta < 0 || base_offset.checked_add(i64::from(last_offset_delta) + 1).is_none() {
            return Err(BatchError::InvalidOffsetDelta { base_offset, last_offset_delta });
        }
        Ok(header)
    }

    /// The header's fields.
    #[must_use]
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The whole batch, header included, as received.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The whole batch, header included, as received.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// Bytes of the whole batch.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Offset of the first record as the batch was written.
    #[must_use]
    pub fn base_offset(&self) -> i64 {
        self.header.base_offset
    }

    /// Offset of the last record as the batch was written, inclusive.
    #[must_use]
    pub fn last_offset(&self) -> i64 {
        self.header.last_offset()
    }

    /// Whether the batch holds a control record instead of data.
    #[must_use]
    pub fn is_control(&self) -> bool {
        self.header.attributes.is_control()
    }

    /// Whether the batch belongs to a transaction.
    #[must_use]
    pub fn is_transactional(&self) -> bool {
        self.header.attributes.is_transactional()
    }

    /// What the timestamps of the records mean.
    #[must_use]
    pub fn timestamp_type(&self) -> TimestampType {
        self.header.attributes.timestamp_type()
    }

    /// The codec of the records.
    ///
    /// # Errors
    /// [`BatchError::UnknownCompression`] for the numbers 5 to 7.
    pub fn compression(&self) -> Result<Compression, BatchError> {
        let base_offset = self.header.base_offset;
        self.header.attributes.compression().map_err(|id| BatchError::UnknownCompression { base_offset, id })
    }

    /// Compares the stored checksum with the bytes.
    ///
    /// # Errors
    /// [`BatchError::ChecksumMismatch`] if they differ.
    pub fn verify_checksum(&self) -> Result<(), BatchError> {
        let computed = crc32c::crc32c(&self.bytes[CHECKSUM_START..]);
        let BatchHeader { base_offset, crc: stored, .. } = self.header;
        if computed == stored {
            Ok(())
        } else {
            Err(BatchError::ChecksumMismatch { base_offset, stored, computed })
        }
    }

    /// Checks that the batch holds as many whole records as its header says, unfolding it into at most `limit`
    /// bytes if it is compressed.
    ///
    /// # Errors
    /// [`BatchError::Record`] if it does not; as [`Self::records`] otherwise.
    pub fn verify_record_count(&self, limit: usize) -> Result<(), BatchError> {
        self.records(limit)?.verify_lengths()
    }

    /// The bytes after the header: the records, compressed or not.
    #[must_use]
    pub fn payload(&self) -> Bytes {
        self.bytes.slice(HEADER_BYTES..)
    }

    /// Makes the records readable: slices them, or decompresses them into at most `limit` bytes.
    ///
    /// # Errors
    /// [`BatchError::UnknownCompression`]; [`BatchError::Decompression`] if the compressed bytes are damaged
    /// or grow beyond `limit`.
    pub fn records(&self, limit: usize) -> Result<RecordSet, BatchError> {
        let base_offset = self.header.base_offset;
        let decompressed = |codec| {
            decompress(codec, &self.bytes[HEADER_BYTES..], limit)
                .map_err(|source| BatchError::Decompression { base_offset, source })
        };
        match self.compression()? {
            Compression::None => Ok(self.uncompressed()),
            codec => Ok(RecordSet::new(decompressed(codec)?, self.record_origin())),
        }
    }

    fn uncompressed(&self) -> RecordSet {
        RecordSet::new(self.payload(), self.record_origin())
    }

    fn record_origin(&self) -> RecordSetOrigin {
        let header = &self.header;
        let append_time =
            (self.timestamp_type() == TimestampType::LogAppendTime).then_some(header.max_timestamp);
        RecordSetOrigin {
            base_offset: header.base_offset,
            base_timestamp: header.base_timestamp,
            append_time,
            record_count: header.record_count,
        }
    }

    /// The header once the broker has set the time of all records to `append_time_ms`, with its new checksum
    /// (topic config `message.timestamp.type=LogAppendTime`). The bytes after the header stay as they are.
    #[must_use]
    pub fn header_with_append_time(&self, append_time_ms: i64) -> BatchHeader {
        let mut header = self.header;
        header.attributes = header.attributes.with_timestamp_type(TimestampType::LogAppendTime);
        header.max_timestamp = append_time_ms;
        header.crc = header.checksum(&self.bytes[HEADER_BYTES..]);
        header
    }

    /// The same batch under another header, which must describe the same payload; copies the bytes.
    ///
    /// The length and the checksum are set to what they must be; everything else is taken from `header`.
    #[must_use]
    pub fn with_header(&self, mut header: BatchHeader) -> Self {
        let payload = &self.bytes[HEADER_BYTES..];
        header.batch_length = self.header.batch_length;
        header.crc = header.checksum(payload);
        let mut bytes = Vec::with_capacity(self.bytes.len());
        bytes.extend_from_slice(&header.encode());
        bytes.extend_from_slice(payload);
        Self { header, bytes: bytes.into() }
    }
}

/// The value of the length field for a batch of `size` bytes; `None` if it does not fit.
pub(super) fn length_field(size: usize) -> Option<i32> {
    i32::try_from(size.checked_sub(LENGTH_OVERHEAD_BYTES)?).ok()
}
