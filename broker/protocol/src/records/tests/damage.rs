//! Bytes that are cut off, changed or made to lie are refused by name, without a panic or a large allocation.

use super::{LIMIT, OwnedRecord, build, decode_one, sample};
use crate::records::{
    BatchBuilder, BatchError, BatchOptions, Compression, HEADER_BYTES, RecordBatch, RecordError,
};
use bytes::Bytes;

/// The same batch with other record bytes, its length and checksum made right.
fn with_payload(batch: &RecordBatch, payload: &[u8]) -> RecordBatch {
    let mut header = *batch.header();
    header.batch_length = i32::try_from(HEADER_BYTES - 12 + payload.len()).unwrap();
    header.crc = header.checksum(payload);
    decode_one([header.encode().as_slice(), payload].concat().into())
}

fn first_error(batch: &RecordBatch) -> RecordError {
    match batch.records(LIMIT).unwrap().iter().find_map(Result::err) {
        Some(BatchError::Record { source, .. }) => source,
        other => panic!("expected a malformed record, got {other:?}"),
    }
}

#[test]
fn a_batch_cut_at_any_byte_is_incomplete() {
    let bytes = sample(Compression::None);
    for end in 1..bytes.len() {
        let mut input = bytes.slice(..end);
        let error = RecordBatch::decode_next(&mut input).unwrap_err();
        assert!(
            matches!(error, BatchError::Incomplete { available, .. } if available == end),
            "{end}: {error}"
        );
        assert_eq!(input.len(), end, "a failed call takes nothing");
    }
}

#[test]
fn records_cut_at_any_byte_are_malformed_whatever_the_codec() {
    let batch = decode_one(sample(Compression::None));
    let payload = batch.payload();
    for end in 0..payload.len() {
        let cut = with_payload(&batch, &payload[..end]);
        assert!(cut.records(LIMIT).unwrap().iter().any(|record| record.is_err()), "cut at {end}");
    }
    for codec in [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd] {
        let batch = decode_one(sample(codec));
        let payload = batch.payload();
        for end in 0..payload.len() {
            let cut = with_payload(&batch, &payload[..end]);
            // Some codecs end with a checksum that is optional to read, so only complete records may appear.
            if let Ok(records) = cut.records(LIMIT) {
                let read: Vec<_> = records.iter().collect();
                assert!(read.len() == 3 || read.iter().any(Result::is_err), "{} cut at {end}", codec.name());
            }
        }
    }
}

#[test]
fn any_flipped_bit_behind_the_prefix_fails_the_checksum() {
    let bytes = sample(Compression::None);
    for position in 17..bytes.len() {
        let mut flipped = bytes.to_vec();
        flipped[position] ^= 1;
        let refused = match RecordBatch::decode_next(&mut Bytes::from(flipped)) {
            Ok(batch) => batch.unwrap().verify_checksum().is_err(),
            Err(_) => true,
        };
        assert!(refused, "byte {position}");
    }
}

#[test]
fn a_record_count_that_lies_is_found_and_allocates_nothing() {
    let batch = decode_one(sample(Compression::None));
    let mut header = *batch.header();
    header.record_count = i32::MAX;
    assert!(matches!(first_error(&batch.with_header(header)), RecordError::Number { .. }));
    header.record_count = 2;
    assert!(matches!(
        first_error(&batch.with_header(header)),
        RecordError::TrailingBytes { field: "record", .. }
    ));
    header.record_count = -1;
    assert!(matches!(first_error(&batch.with_header(header)), RecordError::TrailingBytes { .. }));
}

#[test]
fn a_header_count_that_lies_is_found() {
    let mut builder = BatchBuilder::new(BatchOptions::default());
    builder.try_append(0, None, None, &[]).unwrap();
    let batch = decode_one(builder.build().unwrap());
    // length, attributes, timestamp delta, offset delta, key -1, value -1, then 2^31 - 1 headers
    let payload = [20, 0, 0, 0, 1, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f];
    assert!(matches!(
        first_error(&with_payload(&batch, &payload)),
        RecordError::Number { field: "header key", .. }
    ));
    let negative = [12, 0, 0, 0, 1, 1, 1];
    let error = first_error(&with_payload(&batch, &negative));
    assert!(matches!(error, RecordError::Length { field: "header count", length: -1, .. }));
}

#[test]
fn a_wrong_version_length_or_offset_range_is_named() {
    let bytes = sample(Compression::None);
    let with = |position: usize, replacement: &[u8]| {
        let mut changed = bytes.to_vec();
        changed[position..position + replacement.len()].copy_from_slice(replacement);
        RecordBatch::decode_next(&mut Bytes::from(changed)).unwrap_err()
    };
    assert!(matches!(with(16, &[1]), BatchError::UnsupportedMagic { magic: 1, base_offset: 0 }));
    assert!(matches!(with(8, &48i32.to_be_bytes()), BatchError::InvalidLength { length: 48, .. }));
    assert!(matches!(with(8, &(-1i32).to_be_bytes()), BatchError::InvalidLength { length: -1, .. }));
    assert!(matches!(with(23, &(-1i32).to_be_bytes()), BatchError::InvalidOffsetDelta { .. }));
    assert!(matches!(with(0, &i64::MAX.to_be_bytes()), BatchError::InvalidOffsetDelta { .. }));
    let short_old_format = [&bytes[..16], &[0]].concat();
    let error = RecordBatch::decode_next(&mut Bytes::from(short_old_format)).unwrap_err();
    assert!(matches!(error, BatchError::UnsupportedMagic { magic: 0, .. }));
}

#[test]
fn a_compressed_bomb_is_refused_at_the_limit() {
    let bomb = OwnedRecord { timestamp: 0, key: None, value: Some(vec![0; 4 << 20]), headers: Vec::new() };
    for compression in [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd] {
        let options = BatchOptions { compression, ..BatchOptions::default() };
        let batch = decode_one(build(options, std::slice::from_ref(&bomb)));
        assert!(
            matches!(batch.records(LIMIT), Err(BatchError::Decompression { .. })),
            "{}",
            compression.name()
        );
        assert_eq!(batch.records(5 << 20).unwrap().iter().count(), 1);
    }
}
