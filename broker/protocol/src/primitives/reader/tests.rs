//! What the reader accepts, what it refuses, and how its errors read.

use super::*;

fn reader(bytes: &'static [u8]) -> Reader {
    Reader::new(Bytes::from_static(bytes))
}

fn kind<T: std::fmt::Debug>(result: Result<T, DecodeError>) -> DecodeErrorKind {
    result.unwrap_err().kind
}

#[test]
fn both_layouts_of_a_string_are_read() {
    assert_eq!(reader(b"\x00\x02hi").read_string(false, "s"), Ok("hi".to_owned()));
    assert_eq!(reader(b"\x03hi").read_string(true, "s"), Ok("hi".to_owned()));
    assert_eq!(reader(b"\xff\xff").read_nullable_string(false, "s"), Ok(None));
    assert_eq!(reader(b"\x00").read_nullable_string(true, "s"), Ok(None));
}

#[test]
fn null_where_it_is_not_allowed_names_field_and_place() {
    let mut reader = reader(b"\x07\x00");
    reader.read_i8("Topic.kind").unwrap();
    let error = reader.read_string(true, "Topic.name").unwrap_err();
    assert_eq!(error.to_string(), "Topic.name at byte 1: is null, which this version does not allow");
}

#[test]
fn byte_strings_are_slices_of_the_frame() {
    let frame = Bytes::from(b"\x00\x00\x00\x03abc".to_vec());
    let bytes = Reader::new(frame.clone()).read_bytes(false, "b").unwrap();
    assert_eq!(bytes.as_ptr(), frame[4..].as_ptr());
}

#[test]
fn lengths_below_minus_one_are_refused() {
    let negative = DecodeErrorKind::NegativeLength { length: -2 };
    assert_eq!(kind(reader(b"\xff\xfe").read_string(false, "s")), negative);
    assert_eq!(kind(reader(b"\xff\xff\xff\xfe").read_bytes(false, "b")), negative);
}

#[test]
fn lengths_beyond_the_input_are_refused() {
    assert_eq!(
        kind(reader(b"\x7f\xffab").read_string(false, "s")),
        DecodeErrorKind::UnexpectedEnd { needed: 0x7fff, remaining: 2 }
    );
    assert_eq!(
        kind(reader(b"\x09ab").read_bytes(true, "b")),
        DecodeErrorKind::UnexpectedEnd { needed: 8, remaining: 2 }
    );
}

#[test]
fn a_string_longer_than_kafka_allows_is_refused() {
    // 40,001 as a variable-length integer.
    let bytes = [&[0xc1, 0xb8, 0x02], &[b'x'; 40_000][..]].concat();
    let error = Reader::new(Bytes::from(bytes)).read_string(true, "s").unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::StringTooLong { length: 40_000 });
}

#[test]
fn counts_beyond_the_input_are_refused_before_an_element_is_read() {
    let result = reader(b"\x04\x00\x00").read_array(true, 1, "a", |_| -> Result<u8, _> { unreachable!() });
    let expected = DecodeErrorKind::CountBeyondInput { count: 3, min_element_bytes: 1, remaining: 2 };
    assert_eq!(kind(result), expected);
}

#[test]
fn arrays_share_one_allowance() {
    let mut reader = reader(&[3, 0, 0, 3, 0, 0]);
    let read = |reader: &mut Reader| reader.read_i8("a").map(|_| [0u64; 8]);
    assert_eq!(reader.read_array(true, 1, "a", read).unwrap().len(), 2);
    let remaining = 6 * ALLOCATION_FACTOR - 128;
    let error = kind(reader.read_array(true, 1, "a", read));
    assert_eq!(error, DecodeErrorKind::AllocationBeyondInput { needed: 128, remaining });
}

#[test]
fn a_string_that_is_not_utf_8_says_where() {
    let error = kind(reader(b"\x04ab\xff").read_string(true, "s"));
    assert_eq!(error, DecodeErrorKind::InvalidUtf8 { valid_bytes: 2 });
}

#[test]
fn a_tagged_field_cannot_read_past_its_end() {
    let mut reader = reader(b"\x01\x00\x01\x7f\x00\x00\x00");
    let result = reader.read_tagged_fields("T", &mut |_, reader| reader.read_i32("T.x").map(|_| true));
    assert_eq!(kind(result), DecodeErrorKind::UnexpectedEnd { needed: 4, remaining: 1 });
}

#[test]
fn a_tagged_field_must_be_read_to_its_end() {
    let mut reader = reader(b"\x01\x05\x02\x7f\x00");
    let result = reader.read_tagged_fields("T", &mut |_, reader| reader.read_i8("T.x").map(|_| true));
    assert_eq!(kind(result), DecodeErrorKind::TagNotConsumed { tag: 5, unread: 1 });
}

#[test]
fn what_follows_the_message_is_an_error() {
    let error = reader(b"\x00\x00").finish("FetchRequest").unwrap_err();
    assert_eq!(error.to_string(), "FetchRequest at byte 0: is followed by 2 bytes that belong to nothing");
}
