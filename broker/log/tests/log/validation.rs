//! What is refused, and by which name.

use crate::batches::{LogFolder, NOON, append, batch, compressed};
use bytes::Bytes;
use std::time::Duration;
use tidemill_log::{AppendError, CleanupPolicy, LogConfig, ValidationError};
use tidemill_protocol::records::{
    BatchBuilder, BatchHeader, BatchOptions, Compression, RecordBatch, TimestampType,
};

fn refusal(config: LogConfig, records: Bytes) -> AppendError {
    let folder = LogFolder::new(config);
    let mut log = folder.open(true);
    let error = append(&mut log, records).unwrap_err();
    assert_eq!(log.end_offset(), 0, "a refused batch leaves nothing");
    error
}

#[test]
fn a_malformed_batch_is_refused_by_its_fault() {
    let good = batch(&[b"a", b"b"]);
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.to_vec();
        change(&mut bytes);
        refusal(LogConfig::default(), bytes.into())
    };
    let malformed =
        |error: &AppendError| matches!(error, AppendError::Invalid(ValidationError::Malformed(_)));
    assert!(malformed(&with(&|bytes| bytes[70] ^= 1)), "checksum");
    assert!(malformed(&with(&|bytes| bytes[16] = 1)), "magic");
    assert!(malformed(&with(&|bytes| bytes.truncate(80))), "cut off");
    assert!(malformed(&with(&|bytes| bytes.push(0))), "a byte too many");
    let two = refusal(LogConfig::default(), [good.clone(), good.clone()].concat().into());
    assert!(matches!(two, AppendError::Invalid(ValidationError::BatchCount { found: 2 })));
    let none = refusal(LogConfig::default(), Bytes::new());
    assert!(matches!(none, AppendError::Invalid(ValidationError::BatchCount { found: 0 })));
}

/// The batch with another header, its checksum made right.
fn reheaded(change: impl Fn(&mut BatchHeader)) -> Bytes {
    let batch = RecordBatch::decode_next(&mut batch(&[b"a", b"b"])).unwrap().unwrap();
    let mut header = *batch.header();
    change(&mut header);
    batch.with_header(header).into_bytes()
}

#[test]
fn a_batch_that_breaks_a_rule_is_an_invalid_record() {
    let broken = [
        reheaded(|header| header.record_count = 1),
        reheaded(|header| header.last_offset_delta = 5),
        reheaded(|header| header.last_offset_delta = i32::MAX),
        reheaded(|header| header.attributes = header.attributes.with_control(true)),
        reheaded(|header| header.attributes = header.attributes.with_transactional(true)),
        reheaded(|header| {
            header.attributes = header.attributes.with_timestamp_type(TimestampType::LogAppendTime)
        }),
        reheaded(|header| (header.producer_id, header.producer_epoch) = (5, 0)),
    ];
    for records in broken {
        let error = refusal(LogConfig::default(), records);
        assert!(matches!(error, AppendError::Invalid(ValidationError::InvalidRecord { .. })), "{error}");
    }
    let lying = reheaded(|header| (header.record_count, header.last_offset_delta) = (3, 2));
    assert!(matches!(
        refusal(LogConfig::default(), lying),
        AppendError::Invalid(ValidationError::Malformed(_))
    ));
    let unknown_codec = reheaded(|header| header.attributes.0 |= 5);
    let error = refusal(LogConfig::default(), unknown_codec);
    assert!(matches!(error, AppendError::Invalid(ValidationError::Malformed(_))), "{error}");
}

#[test]
fn sizes_and_times_outside_the_topics_bounds_are_refused() {
    let config = LogConfig { max_message_bytes: 100, ..LogConfig::default() };
    let error = refusal(config, batch(&[&[0; 100]]));
    assert!(matches!(error, AppendError::Invalid(ValidationError::TooLarge { limit: 100, .. })));
    let error = refusal(LogConfig { segment_bytes: 1_000, ..LogConfig::default() }, batch(&[&[0; 2_000]]));
    assert!(matches!(error, AppendError::Invalid(ValidationError::LargerThanSegment { limit: 1_000, .. })));
    let hour = 3_600_000;
    let error = refusal(LogConfig::default(), compressed(Compression::Gzip, NOON + hour, &[b"a", b"b"]));
    let AppendError::Invalid(ValidationError::InvalidTimestamp { faults, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(faults.iter().map(|fault| fault.batch_index).collect::<Vec<_>>(), [1]);
    let config = LogConfig { timestamp_before_max: Some(Duration::from_secs(1)), ..LogConfig::default() };
    let error = refusal(config.clone(), compressed(Compression::Zstd, NOON - 1_001, &[b"a", b"b"]));
    let AppendError::Invalid(ValidationError::InvalidTimestamp { faults, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(faults.iter().map(|fault| fault.batch_index).collect::<Vec<_>>(), [0]);
    let folder = LogFolder::new(config);
    let mut log = folder.open(true);
    append(&mut log, compressed(Compression::Zstd, NOON - 1_000, &[b"a"])).unwrap();
}

#[test]
fn a_compacted_topic_names_the_records_without_key() {
    let mut builder =
        BatchBuilder::new(BatchOptions { compression: Compression::Lz4, ..BatchOptions::default() });
    for number in 0..4 {
        let key = (number % 2 == 0).then_some(b"key".as_slice());
        builder.try_append(NOON, key, None, &[]).unwrap();
    }
    let cleanup = CleanupPolicy { delete: false, compact: true };
    let error = refusal(LogConfig { cleanup, ..LogConfig::default() }, builder.build().unwrap());
    let AppendError::Invalid(ValidationError::InvalidRecord { faults, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(faults.iter().map(|fault| fault.batch_index).collect::<Vec<_>>(), [1, 3]);
}
