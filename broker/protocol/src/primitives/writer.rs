//! Writes the field types of the protocol into one buffer.
//!
//! Layouts as in [`Reader`](super::Reader). Deferred records are not written: the buffer simply continues
//! behind them, a [`Hole`] says where they belong, and every length in front of them counts them in.

use std::ops::RangeInclusive;

use bytes::{BufMut, Bytes, BytesMut};

use super::varint::encode_unsigned_varint;
use super::{EncodeError, EncodeErrorKind, Records};
use crate::Uuid;

/// Longest string in bytes, in both layouts: Kafka refuses longer ones even where the length is variable.
pub(super) const MAX_STRING_BYTES: usize = i16::MAX as usize;
/// Most bytes of a byte string and most elements of an array.
const MAX_LENGTH: usize = i32::MAX as usize;

/// Bytes that the sender puts between the bytes of an encoded message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Index in the written bytes in front of which the missing bytes belong; holes before it not counted.
    pub position: usize,
    /// Count of missing bytes.
    pub size_bytes: u32,
}

/// An encoded message under construction.
#[derive(Debug, Default)]
pub struct Writer {
    buffer: BytesMut,
    holes: Vec<Hole>,
}

/// Where a struct's count of tagged fields stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TagCount(usize);

/// Where the value of a tagged field begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TagStart(usize);

impl Writer {
    /// An empty writer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty writer with room for `capacity` bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { buffer: BytesMut::with_capacity(capacity), holes: Vec::new() }
    }

    /// Size of what was written, with its holes filled, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.buffer.len() + self.holes.iter().map(|hole| hole.size_bytes as usize).sum::<usize>()
    }

    /// Ends writing; the holes are in ascending order.
    #[must_use]
    pub fn finish(self) -> (Bytes, Vec<Hole>) {
        (self.buffer.freeze(), self.holes)
    }

    /// A writer whose first four bytes are kept for the size of the frame.
    pub(crate) fn for_frame() -> Self {
        let mut writer = Self::with_capacity(256);
        writer.write_i32(0);
        writer
    }

    /// Sets the four bytes that [`Writer::for_frame`] kept.
    pub(crate) fn set_frame_size(&mut self, size: i32) {
        self.buffer[..4].copy_from_slice(&size.to_be_bytes());
    }

    /// Checks that `message` has `version`.
    pub(crate) fn check_version(
        &self,
        message: &'static str,
        version: i16,
        versions: &RangeInclusive<i16>,
    ) -> Result<(), EncodeError> {
        if versions.contains(&version) {
            return Ok(());
        }
        let (first, last) = (*versions.start(), *versions.end());
        Err(EncodeError {
            field: message,
            kind: EncodeErrorKind::UnsupportedVersion { version, first, last },
        })
    }

    pub(crate) fn write_bool(&mut self, value: bool) {
        self.buffer.put_u8(u8::from(value));
    }

    pub(crate) fn write_i8(&mut self, value: i8) {
        self.buffer.put_i8(value);
    }

    pub(crate) fn write_i16(&mut self, value: i16) {
        self.buffer.put_i16(value);
    }

    pub(crate) fn write_u16(&mut self, value: u16) {
        self.buffer.put_u16(value);
    }

    pub(crate) fn write_i32(&mut self, value: i32) {
        self.buffer.put_i32(value);
    }

    pub(crate) fn write_i64(&mut self, value: i64) {
        self.buffer.put_i64(value);
    }

    pub(crate) fn write_f64(&mut self, value: f64) {
        self.buffer.put_f64(value);
    }

    pub(crate) fn write_uuid(&mut self, value: Uuid) {
        self.buffer.put_slice(&value.0);
    }

    pub(crate) fn write_string(
        &mut self,
        flexible: bool,
        value: &str,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        self.write_nullable_string(flexible, Some(value), field)
    }

    pub(crate) fn write_nullable_string(
        &mut self,
        flexible: bool,
        value: Option<&str>,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        let length = value.map(str::len);
        check_length(length.unwrap_or(0), MAX_STRING_BYTES, field)?;
        if flexible {
            self.write_compact_length(length);
        } else {
            let length = length.map_or(-1, |length| i16::try_from(length).expect("checked against i16::MAX"));
            self.buffer.put_i16(length);
        }
        self.buffer.put_slice(value.unwrap_or_default().as_bytes());
        Ok(())
    }

    pub(crate) fn write_bytes(
        &mut self,
        flexible: bool,
        value: &Bytes,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        self.write_nullable_bytes(flexible, Some(value), field)
    }

    pub(crate) fn write_nullable_bytes(
        &mut self,
        flexible: bool,
        value: Option<&Bytes>,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        self.write_length(flexible, value.map(Bytes::len), field)?;
        if let Some(bytes) = value {
            self.buffer.put_slice(bytes);
        }
        Ok(())
    }

    pub(crate) fn write_records(
        &mut self,
        flexible: bool,
        value: &Records,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        self.write_nullable_records(flexible, Some(value), field)
    }

    pub(crate) fn write_nullable_records(
        &mut self,
        flexible: bool,
        value: Option<&Records>,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        self.write_length(flexible, value.map(Records::size_bytes), field)?;
        match value {
            Some(Records::Inline(bytes)) => self.buffer.put_slice(bytes),
            Some(&Records::Deferred(size_bytes)) if size_bytes > 0 => {
                self.holes.push(Hole { position: self.buffer.len(), size_bytes });
            }
            Some(Records::Deferred(_)) | None => {}
        }
        Ok(())
    }

    pub(crate) fn write_array<T>(
        &mut self,
        flexible: bool,
        elements: &[T],
        field: &'static str,
        write_element: impl FnMut(&mut Self, &T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.write_nullable_array(flexible, Some(elements), field, write_element)
    }

    pub(crate) fn write_nullable_array<T>(
        &mut self,
        flexible: bool,
        elements: Option<&[T]>,
        field: &'static str,
        mut write_element: impl FnMut(&mut Self, &T) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.write_length(flexible, elements.map(<[T]>::len), field)?;
        elements.unwrap_or_default().iter().try_for_each(|element| write_element(self, element))
    }

    /// Writes the byte before a struct that may be null.
    pub(crate) fn write_presence(&mut self, is_present: bool) {
        self.buffer.put_i8(if is_present { 1 } else { -1 });
    }

    /// As [`Writer::write_presence`] for a struct in a tagged field.
    pub(crate) fn write_tagged_presence(&mut self, is_present: bool) {
        self.buffer.put_u8(u8::from(is_present));
    }

    /// Begins the tagged fields of a struct. Each is written between [`Writer::start_tag`] and
    /// [`Writer::end_tag`], in ascending order.
    pub(crate) fn start_tagged_fields(&mut self) -> TagCount {
        self.buffer.put_u8(0);
        TagCount(self.buffer.len() - 1)
    }

    pub(crate) fn start_tag(&mut self, count: TagCount, tag: u32) -> TagStart {
        self.buffer[count.0] += 1;
        assert!(self.buffer[count.0] < 0x80, "a struct has fewer than 128 tagged fields");
        encode_unsigned_varint(tag, &mut self.buffer);
        TagStart(self.buffer.len())
    }

    /// Puts the size in front of the value that was written since `start`.
    pub(crate) fn end_tag(&mut self, start: TagStart, field: &'static str) -> Result<(), EncodeError> {
        let value_end = self.buffer.len();
        let size = check_length(value_end - start.0, MAX_LENGTH, field)?;
        assert!(
            self.holes.last().is_none_or(|hole| hole.position < start.0),
            "no tagged field holds records"
        );
        encode_unsigned_varint(size, &mut self.buffer);
        let size_bytes = self.buffer.len() - value_end;
        self.buffer[start.0..].rotate_right(size_bytes);
        Ok(())
    }

    /// Writes the tagged fields of a struct that defines none.
    pub(crate) fn write_no_tagged_fields(&mut self) {
        self.buffer.put_u8(0);
    }

    /// Writes the length of a byte string or the count of an array.
    fn write_length(
        &mut self,
        flexible: bool,
        length: Option<usize>,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        let checked = check_length(length.unwrap_or(0), MAX_LENGTH, field)?;
        if flexible {
            self.write_compact_length(length);
        } else if length.is_some() {
            self.buffer.put_u32(checked);
        } else {
            self.buffer.put_i32(-1);
        }
        Ok(())
    }

    /// Writes a length plus one, 0 for null; the caller has checked that it fits.
    fn write_compact_length(&mut self, length: Option<usize>) {
        let length = length.map_or(0, |length| length + 1);
        encode_unsigned_varint(u32::try_from(length).expect("checked against i32::MAX"), &mut self.buffer);
    }
}

fn check_length(length: usize, max: usize, field: &'static str) -> Result<u32, EncodeError> {
    match u32::try_from(length) {
        Ok(checked) if length <= max => Ok(checked),
        _ => Err(EncodeError { field, kind: EncodeErrorKind::TooLong { length, max } }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_both_layouts() {
        let mut writer = Writer::new();
        writer.write_string(false, "hi", "s").unwrap();
        writer.write_string(true, "hi", "s").unwrap();
        writer.write_nullable_bytes(false, None, "b").unwrap();
        writer.write_nullable_bytes(true, None, "b").unwrap();
        assert_eq!(&writer.finish().0[..], b"\x00\x02hi\x03hi\xff\xff\xff\xff\x00");
    }

    #[test]
    fn a_string_longer_than_kafka_allows_is_refused() {
        for flexible in [false, true] {
            let error = Writer::new().write_string(flexible, &"x".repeat(40_000), "Topic.name").unwrap_err();
            assert_eq!(error.to_string(), "Topic.name has length 40000, more than 32767");
        }
    }

    #[test]
    fn the_size_of_a_tagged_field_goes_in_front_of_it() {
        let mut writer = Writer::new();
        let tags = writer.start_tagged_fields();
        let tag = writer.start_tag(tags, 3);
        writer.write_string(true, &"x".repeat(200), "T.x").unwrap();
        writer.end_tag(tag, "T.x").unwrap();
        let (bytes, _) = writer.finish();
        // One field; tag 3; 202 bytes as 0xca 0x01; 201 as 0xc9 0x01; the text.
        assert_eq!(bytes[..7], [1, 3, 0xca, 0x01, 0xc9, 0x01, b'x']);
        assert_eq!(bytes.len(), 4 + 202);
    }

    #[test]
    fn deferred_records_leave_a_hole_and_count_in_lengths() {
        let mut writer = Writer::new();
        writer.write_nullable_records(false, Some(&Records::Deferred(70_000)), "P.records").unwrap();
        writer.write_i8(5);
        assert_eq!(writer.size_bytes(), 4 + 70_000 + 1);
        let (bytes, holes) = writer.finish();
        assert_eq!(&bytes[..], [0, 1, 0x11, 0x70, 5]);
        assert_eq!(holes, [Hole { position: 4, size_bytes: 70_000 }]);
    }

    #[test]
    fn no_deferred_bytes_leave_no_hole() {
        let mut writer = Writer::new();
        writer.write_records(true, &Records::Deferred(0), "P.records").unwrap();
        assert_eq!(writer.finish(), (Bytes::from_static(&[1]), Vec::new()));
    }
}
