//! The records of one batch, read in place: keys, values and headers borrow from the (decompressed) payload.
//!
//! ```text
//! length            varint    bytes that follow
//! attributes        i8        unused
//! timestamp_delta   varlong   from the batch's base timestamp
//! offset_delta      varint    from the batch's base offset; holes after compaction
//! key_length        varint    -1 for null, then the key
//! value_length      varint    -1 for null, then the value
//! header_count      varint    then each: key length, key, value length (-1 for null), value
//! ```
//!
//! A record count or a length from the wire is compared with the bytes that remain; nothing is allocated for
//! it. A record is checked to its last byte before it is handed out, so its headers can be read without errors.

use super::BatchError;
use crate::primitives::varint::{VarintError, decode_varint, decode_varlong};
use bytes::Bytes;
use std::borrow::Cow;

/// Why a record could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A variable-length integer is cut off or too wide.
    #[error("field {field} is not a number")]
    Number {
        /// The field's name.
        field: &'static str,
        /// What is wrong with it.
        source: VarintError,
    },
    /// A length is negative where null is not allowed, or points beyond the record.
    #[error("field {field} has length {length}, {available} bytes are left")]
    Length {
        /// The field's name.
        field: &'static str,
        /// The length found.
        length: i32,
        /// Bytes left where the field begins.
        available: usize,
    },
    /// The record, or the payload, has bytes after its last field.
    #[error("{extra} bytes are left after the last {field}")]
    TrailingBytes {
        /// `field` of a record, `record` of a batch.
        field: &'static str,
        /// How many bytes.
        extra: usize,
    },
    /// The record ends before its attributes.
    #[error("the record has no attributes")]
    NoAttributes,
}

/// One record; borrows from the batch's payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRef<'a> {
    /// Offset in the partition.
    pub offset: i64,
    /// Milliseconds since the epoch; the append time if the batch says so; -1 if none.
    pub timestamp: i64,
    /// The key, or `None` for null.
    pub key: Option<&'a [u8]>,
    /// The value, or `None` for null (a tombstone in a compacted topic).
    pub value: Option<&'a [u8]>,
    /// The headers in their order; keys may repeat.
    pub headers: HeaderIter<'a>,
}

/// One header of a record; borrows from the batch's payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderRef<'a> {
    /// The key's bytes: UTF-8 unless the producer broke the rule.
    pub key: &'a [u8],
    /// The value, or `None` for null.
    pub value: Option<&'a [u8]>,
}

impl<'a> HeaderRef<'a> {
    /// The key as text; bytes that are not UTF-8 are replaced, as the Java client does.
    #[must_use]
    pub fn key_text(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.key)
    }
}

/// Iterates over the headers of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderIter<'a> {
    remaining: usize,
    fields: Fields<'a>,
}

impl<'a> Iterator for HeaderIter<'a> {
    type Item = HeaderRef<'a>;

    fn next(&mut self) -> Option<HeaderRef<'a>> {
        self.remaining = self.remaining.checked_sub(1)?;
        Some(self.fields.header().expect("the headers were read once when the record was checked"))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.remaining, Some(self.remaining))
    }
}

impl ExactSizeIterator for HeaderIter<'_> {}

/// What the records' own fields are relative to.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordSetOrigin {
    pub(super) base_offset: i64,
    pub(super) base_timestamp: i64,
    pub(super) append_time: Option<i64>,
    pub(super) record_count: i32,
}

/// The readable records of one batch: owns (or shares) the bytes that [`RecordRef`]s borrow.
#[derive(Debug, Clone)]
pub struct RecordSet {
    payload: Bytes,
    origin: RecordSetOrigin,
}

impl RecordSet {
    pub(super) fn new(payload: Bytes, origin: RecordSetOrigin) -> Self {
        Self { payload, origin }
    }

    /// Records the header promises. Only a hint until the iteration has ended without an error.
    #[must_use]
    pub fn stated_count(&self) -> i32 {
        self.origin.record_count
    }

    /// The uncompressed records, from which a record's fields can be sliced without copying.
    #[must_use]
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Steps from record to record by their lengths; checks that they end with the payload.
    pub(super) fn verify_lengths(&self) -> Result<(), BatchError> {
        let mut records = self.iter();
        while records.index < self.origin.record_count {
            if let Err(source) = records.fields.sized("record") {
                return Err(records.fail(source));
            }
            records.index += 1;
        }
        match records.fields.rest.len() {
            0 => Ok(()),
            extra => Err(records.fail(RecordError::TrailingBytes { field: "record", extra })),
        }
    }

    /// Iterates over the records. The first error ends the iteration.
    #[must_use]
    pub fn iter(&self) -> RecordIter<'_> {
        RecordIter { fields: Fields { rest: &self.payload }, origin: self.origin, index: 0 }
    }
}

impl<'a> IntoIterator for &'a RecordSet {
    type Item = Result<RecordRef<'a>, BatchError>;
    type IntoIter = RecordIter<'a>;

    fn into_iter(self) -> RecordIter<'a> {
        self.iter()
    }
}

/// Iterates over the records of a [`RecordSet`].
#[derive(Debug, Clone)]
pub struct RecordIter<'a> {
    fields: Fields<'a>,
    origin: RecordSetOrigin,
    index: i32,
}

impl<'a> RecordIter<'a> {
    #[cold]
    fn fail(&mut self, source: RecordError) -> BatchError {
        let index = self.index;
        self.index = i32::MAX;
        self.fields = Fields::default();
        BatchError::Record { base_offset: self.origin.base_offset, index, source }
    }

    fn decode(&mut self) -> Result<RecordRef<'a>, RecordError> {
        let mut body = Fields { rest: self.fields.sized("record")? };
        body.rest = body.rest.get(1..).ok_or(RecordError::NoAttributes)?;
        let timestamp_delta = body.varlong("timestamp delta")?;
        let offset_delta = body.varint("offset delta")?;
        let key = body.nullable("key")?;
        let value = body.nullable("value")?;
        let headers = body.headers()?;
        // Deltas of hostile batches may lead anywhere: wrap instead of panicking.
        let timestamp = self
            .origin
            .append_time
            .unwrap_or_else(|| self.origin.base_timestamp.wrapping_add(timestamp_delta));
        let offset = self.origin.base_offset.wrapping_add(i64::from(offset_delta));
        Ok(RecordRef { offset, timestamp, key, value, headers })
    }
}

impl<'a> Iterator for RecordIter<'a> {
    type Item = Result<RecordRef<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.origin.record_count {
            let extra = self.fields.rest.len();
            return (extra > 0)
                .then(|| Err(self.fail(RecordError::TrailingBytes { field: "record", extra })));
        }
        match self.decode() {
            Ok(record) => {
                self.index += 1;
                Some(Ok(record))
            }
            Err(source) => Some(Err(self.fail(source))),
        }
    }
}

/// A cursor over the fields of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    #[inline]
    fn varint(&mut self, field: &'static str) -> Result<i32, RecordError> {
        let (value, size) =
            decode_varint(self.rest).map_err(|source| RecordError::Number { field, source })?;
        self.rest = &self.rest[size..];
        Ok(value)
    }

    #[inline]
    fn varlong(&mut self, field: &'static str) -> Result<i64, RecordError> {
        let (value, size) =
            decode_varlong(self.rest).map_err(|source| RecordError::Number { field, source })?;
        self.rest = &self.rest[size..];
        Ok(value)
    }

    #[inline]
    fn take(&mut self, field: &'static str, length: i32) -> Result<&'a [u8], RecordError> {
        let available = self.rest.len();
        let taken = usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length));
        let (bytes, rest) = taken.ok_or(RecordError::Length { field, length, available })?;
        self.rest = rest;
        Ok(bytes)
    }

    #[inline]
    fn sized(&mut self, field: &'static str) -> Result<&'a [u8], RecordError> {
        let length = self.varint(field)?;
        self.take(field, length)
    }

    #[inline]
    fn nullable(&mut self, field: &'static str) -> Result<Option<&'a [u8]>, RecordError> {
        match self.varint(field)? {
            -1 => Ok(None),
            length => self.take(field, length).map(Some),
        }
    }

    #[inline]
    fn header(&mut self) -> Result<HeaderRef<'a>, RecordError> {
        Ok(HeaderRef { key: self.sized("header key")?, value: self.nullable("header value")? })
    }

    /// Reads the header count and every header once, up to the end of the record.
    #[inline]
    fn headers(&mut self) -> Result<HeaderIter<'a>, RecordError> {
        if self.rest == [0] {
            return Ok(HeaderIter::default());
        }
        self.some_headers()
    }

    fn some_headers(&mut self) -> Result<HeaderIter<'a>, RecordError> {
        let count = self.varint("header count")?;
        // A header takes two bytes or more, so a count that lies ends at the end of the record.
        let remaining = usize::try_from(count).map_err(|_| RecordError::Length {
            field: "header count",
            length: count,
            available: self.rest.len(),
        })?;
        let headers = HeaderIter { remaining, fields: *self };
        for _ in 0..remaining {
            self.header()?;
        }
        match self.rest.len() {
            0 => Ok(headers),
            extra => Err(RecordError::TrailingBytes { field: "field", extra }),
        }
    }
}
