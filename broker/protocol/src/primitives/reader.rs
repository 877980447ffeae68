//! Reads the field types of the protocol from a frame.
//!
//! `flexible` chooses between the two layouts of lengths: big-endian integers (-1 for null) and, in flexible
//! versions (KIP-482), unsigned variable-length integers that hold the length plus one (0 for null).
//!
//! ```text
//!              string            bytes, array       tagged fields
//! flexible     varint(n + 1)     varint(n + 1)      varint count, then (varint tag, varint size, value)*
//! otherwise    i16 n             i32 n              none
//! ```
//!
//! Two checks make hostile input harmless: a length or count is compared with the bytes that remain before
//! anything is allocated, and the memory of decoded arrays is charged to an allowance of
//! [`ALLOCATION_FACTOR`] times the input. Byte strings and records are slices of the input, not copies.

use std::mem::size_of;
use std::ops::RangeInclusive;

use bytes::Bytes;

use super::varint::decode_unsigned_varint;
use super::writer::MAX_STRING_BYTES;
use super::{DecodeError, DecodeErrorKind, Records};
use crate::Uuid;

/// Bytes of memory that the arrays of a decoded message may take for each byte of input.
///
/// The densest well-formed arrays are made of structs of empty compact strings, each of them 1 byte of input
/// and 24 in memory; the test `no_well_formed_array_is_denser_than_the_allowance` knows them all.
pub const ALLOCATION_FACTOR: usize = 32;

/// Reads a frame from its start to its end.
#[derive(Debug, Clone)]
pub struct Reader {
    frame: Bytes,
    position: usize,
    /// Where reading stops: the end of the frame, or of the tagged field being read.
    end: usize,
    /// Bytes of memory that arrays may still take.
    allowance: usize,
}

impl Reader {
    /// Starts at the first byte of `frame`.
    #[must_use]
    pub fn new(frame: Bytes) -> Self {
        let end = frame.len();
        Self { frame, position: 0, end, allowance: end.saturating_mul(ALLOCATION_FACTOR) }
    }

    /// Bytes read so far.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Bytes not read yet.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.end - self.position
    }

    /// Ends reading.
    ///
    /// # Errors
    /// [`DecodeErrorKind::TrailingBytes`] if bytes are left; `message` names what ended before them.
    pub fn finish(self, message: &'static str) -> Result<(), DecodeError> {
        match self.remaining() {
            0 => Ok(()),
            remaining => Err(self.error(message, DecodeErrorKind::TrailingBytes { remaining })),
        }
    }

    /// Checks that `message` has `version`.
    pub(crate) fn check_version(
        &self,
        message: &'static str,
        version: i16,
        versions: &RangeInclusive<i16>,
    ) -> Result<(), DecodeError> {
        if versions.contains(&version) {
            return Ok(());
        }
        let (first, last) = (*versions.start(), *versions.end());
        Err(self.error(message, DecodeErrorKind::UnsupportedVersion { version, first, last }))
    }

    /// Reads a byte that is 0 for false.
    pub(crate) fn read_bool(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        Ok(self.read_i8(field)? != 0)
    }

    pub(crate) fn read_i8(&mut self, field: &'static str) -> Result<i8, DecodeError> {
        self.read_array_of_bytes(field).map(i8::from_be_bytes)
    }

    pub(crate) fn read_i16(&mut self, field: &'static str) -> Result<i16, DecodeError> {
        self.read_array_of_bytes(field).map(i16::from_be_bytes)
    }

    pub(crate) fn read_u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        self.read_array_of_bytes(field).map(u16::from_be_bytes)
    }

    pub(crate) fn read_i32(&mut self, field: &'static str) -> Result<i32, DecodeError> {
        self.read_array_of_bytes(field).map(i32::from_be_bytes)
    }

    pub(crate) fn read_i64(&mut self, field: &'static str) -> Result<i64, DecodeError> {
        self.read_array_of_bytes(field).map(i64::from_be_bytes)
    }

    pub(crate) fn read_f64(&mut self, field: &'static str) -> Result<f64, DecodeError> {
        self.read_array_of_bytes(field).map(f64::from_be_bytes)
    }

    pub(crate) fn read_uuid(&mut self, field: &'static str) -> Result<Uuid, DecodeError> {
        self.read_array_of_bytes(field).map(Uuid)
    }

    pub(crate) fn read_string(&mut self, flexible: bool, field: &'static str) -> Result<String, DecodeError> {
        let start = self.position;
        self.read_nullable_string(flexible, field)?.ok_or_else(|| self.unexpected_null(field, start))
    }

    pub(crate) fn read_nullable_string(
        &mut self,
        flexible: bool,
        field: &'static str,
    ) -> Result<Option<String>, DecodeError> {
        let start = self.position;
        let length = if flexible {
            self.read_compact_length(field)?
        } else {
            let length = self.read_i16(field)?;
            self.check_length(i64::from(length), field, start)?
        };
        let Some(length) = length else { return Ok(None) };
        if length > MAX_STRING_BYTES {
            return Err(DecodeError {
                field,
                offset: start,
                kind: DecodeErrorKind::StringTooLong { length },
            });
        }
        let bytes = self.take(length, field)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(error) => {
                let kind = DecodeErrorKind::InvalidUtf8 { valid_bytes: error.valid_up_to() };
                Err(DecodeError { field, offset: start, kind })
            }
        }
    }

    pub(crate) fn read_bytes(&mut self, flexible: bool, field: &'static str) -> Result<Bytes, DecodeError> {
        let start = self.position;
        self.read_nullable_bytes(flexible, field)?.ok_or_else(|| self.unexpected_null(field, start))
    }

    pub(crate) fn read_nullable_bytes(
        &mut self,
        flexible: bool,
        field: &'static str,
    ) -> Result<Option<Bytes>, DecodeError> {
        let Some(length) = self.read_length(flexible, field)? else {
            return Ok(None);
        };
        let start = self.position;
        self.take(length, field)?;
        Ok(Some(self.frame.slice(start..self.position)))
    }

    pub(crate) fn read_records(
        &mut self,
        flexible: bool,
        field: &'static str,
    ) -> Result<Records, DecodeError> {
        self.read_bytes(flexible, field).map(Records::Inline)
    }

    pub(crate) fn read_nullable_records(
        &mut self,
        flexible: bool,
        field: &'static str,
    ) -> Result<Option<Records>, DecodeError> {
        Ok(self.read_nullable_bytes(flexible, field)?.map(Records::Inline))
    }

    /// Reads an array whose elements take at least `min_element_bytes` each.
    pub(crate) fn read_array<T>(
        &mut self,
        flexible: bool,
        min_element_bytes: usize,
        field: &'static str,
        read_element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let start = self.position;
        self.read_nullable_array(flexible, min_element_bytes, field, read_element)?
            .ok_or_else(|| self.unexpected_null(field, start))
    }

    /// As [`Reader::read_array`], or null.
    pub(crate) fn read_nullable_array<T>(
        &mut self,
        flexible: bool,
        min_element_bytes: usize,
        field: &'static str,
        mut read_element: impl FnMut(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        let Some(count) = self.read_count(flexible, min_element_bytes, size_of::<T>(), field)? else {
            return Ok(None);
        };
        let mut elements = Vec::with_capacity(count);
        for _ in 0..count {
            elements.push(read_element(self)?);
        }
        Ok(Some(elements))
    }

    /// Reads the byte before a struct that may be null: whether it is there. Negative is null.
    pub(crate) fn read_presence(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        Ok(self.read_i8(field)? >= 0)
    }

    /// As [`Reader::read_presence`] for a struct in a tagged field, where 0 is null.
    pub(crate) fn read_tagged_presence(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        Ok(self.read_unsigned_varint(field)? > 0)
    }

    /// Hands each tagged field to `read_tag`, which returns false for a tag that it does not know; unknown
    /// ones are skipped.
    pub(crate) fn read_tagged_fields(
        &mut self,
        field: &'static str,
        read_tag: &mut dyn FnMut(u32, &mut Self) -> Result<bool, DecodeError>,
    ) -> Result<(), DecodeError> {
        let count = self.read_unsigned_varint(field)?;
        for _ in 0..count {
            let tag = self.read_unsigned_varint(field)?;
            let size = self.read_unsigned_varint(field)? as usize;
            self.check_remaining(size, field)?;
            let tag_end = self.position + size;
            let outer_end = std::mem::replace(&mut self.end, tag_end);
            if !read_tag(tag, self)? {
                self.position = tag_end;
            }
            if self.position != tag_end {
                let unread = tag_end - self.position;
                return Err(self.error(field, DecodeErrorKind::TagNotConsumed { tag, unread }));
            }
            self.end = outer_end;
        }
        Ok(())
    }

    /// Skips the tagged fields of a struct that defines none.
    pub(crate) fn skip_tagged_fields(&mut self, field: &'static str) -> Result<(), DecodeError> {
        self.read_tagged_fields(field, &mut |_, _| Ok(false))
    }

    /// Reads and checks the count of an array; charges its memory to the allowance.
    fn read_count(
        &mut self,
        flexible: bool,
        min_element_bytes: usize,
        element_memory: usize,
        field: &'static str,
    ) -> Result<Option<usize>, DecodeError> {
        let offset = self.position;
        let Some(count) = self.read_length(flexible, field)? else {
            return Ok(None);
        };
        let remaining = self.remaining();
        if count.saturating_mul(min_element_bytes) > remaining {
            let kind = DecodeErrorKind::CountBeyondInput { count, min_element_bytes, remaining };
            return Err(DecodeError { field, offset, kind });
        }
        let needed = count.saturating_mul(element_memory);
        match self.allowance.checked_sub(needed) {
            Some(left) => self.allowance = left,
            None => {
                let kind = DecodeErrorKind::AllocationBeyondInput { needed, remaining: self.allowance };
                return Err(DecodeError { field, offset, kind });
            }
        }
        Ok(Some(count))
    }

    /// Reads the length of a byte string or the count of an array.
    fn read_length(&mut self, flexible: bool, field: &'static str) -> Result<Option<usize>, DecodeError> {
        if flexible {
            return self.read_compact_length(field);
        }
        let offset = self.position;
        let length = self.read_i32(field)?;
        self.check_length(i64::from(length), field, offset)
    }

    /// Reads a length plus one; 0 is null.
    fn read_compact_length(&mut self, field: &'static str) -> Result<Option<usize>, DecodeError> {
        Ok((self.read_unsigned_varint(field)? as usize).checked_sub(1))
    }

    /// Turns -1 into null.
    fn check_length(
        &self,
        length: i64,
        field: &'static str,
        offset: usize,
    ) -> Result<Option<usize>, DecodeError> {
        match usize::try_from(length) {
            Ok(length) => Ok(Some(length)),
            Err(_) if length == -1 => Ok(None),
            Err(_) => Err(DecodeError { field, offset, kind: DecodeErrorKind::NegativeLength { length } }),
        }
    }

    fn read_unsigned_varint(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        let (value, size) =
            decode_unsigned_varint(self.unread()).map_err(|error| self.error(field, error))?;
        self.position += size;
        Ok(value)
    }

    fn read_array_of_bytes<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        match self.unread().first_chunk::<N>() {
            Some(&bytes) => {
                self.position += N;
                Ok(bytes)
            }
            None => Err(self.unexpected_end(N, field)),
        }
    }

    /// Moves past `length` bytes and returns them.
    fn take(&mut self, length: usize, field: &'static str) -> Result<&[u8], DecodeError> {
        self.check_remaining(length, field)?;
        let start = self.position;
        self.position += length;
        Ok(&self.frame[start..self.position])
    }

    fn check_remaining(&self, needed: usize, field: &'static str) -> Result<(), DecodeError> {
        if needed > self.remaining() { Err(self.unexpected_end(needed, field)) } else { Ok(()) }
    }

    /// What is not read yet, within the tagged field being read.
    fn unread(&self) -> &[u8] {
        &self.frame[self.position..self.end]
    }

    fn unexpected_end(&self, needed: usize, field: &'static str) -> DecodeError {
        self.error(field, DecodeErrorKind::UnexpectedEnd { needed, remaining: self.remaining() })
    }

    fn unexpected_null(&self, field: &'static str, offset: usize) -> DecodeError {
        DecodeError { field, offset, kind: DecodeErrorKind::UnexpectedNull }
    }

    /// An error about `field` at the present position.
    pub(crate) fn error(&self, field: &'static str, kind: impl Into<DecodeErrorKind>) -> DecodeError {
        DecodeError { field, offset: self.position, kind: kind.into() }
    }
}

#[cfg(test)]
mod tests;
