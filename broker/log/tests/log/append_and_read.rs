//! Appending, reading by offset and by time, and what survives opening again.

use crate::batches::{
    CLIENT, COORDINATOR, LogFolder, NOON, append, batch, batch_with, bytes_of, compressed, identity, marker,
    now, produced, read_all, read_batches, sync,
};
use bytes::Bytes;
use std::time::Duration;
use tidemill_log::{
    AppendError, AppendOptions, AppendOrigin, CleanupPolicy, LogConfig, ProducerError, ReadError,
    TopicCompression, ValidationError,
};
use tidemill_protocol::records::{BatchBuilder, BatchOptions, Compression, RecordBatch, TimestampType};

fn small() -> LogConfig {
    LogConfig {
        segment_bytes: 1_000,
        index_interval_bytes: 200,
        ..LogConfig::default()
    }
}

/// 50 batches of two records each, in several segments.
fn fifty_batches(folder: &LogFolder) -> tidemill_log::PartitionLog {
    let mut log = folder.open(true);
    for number in 0..50u8 {
        append(
            &mut log,
            compressed(
                Compression::None,
                NOON + i64::from(number) * 10,
                &[&[number], &[number; 9]],
            ),
        )
        .unwrap();
    }
    log
}

#[test]
fn records_read_back_in_order_before_and_after_opening_again() {
    let folder = LogFolder::new(small());
    let mut log = fifty_batches(&folder);
    assert!(log.segment_count() >= 5, "{} segments", log.segment_count());
    let expected: Vec<_> = (0..100i64)
        .map(|offset| {
            (
                offset,
                vec![u8::try_from(offset / 2).unwrap(); if offset % 2 == 0 { 1 } else { 9 }],
            )
        })
        .collect();
    assert_eq!(read_all(&log), expected);
    assert_eq!(log.synced_offset(), 0);
    sync(&mut log);
    assert_eq!(log.synced_offset(), 100);
    drop(log);
    assert_eq!(
        read_all(&folder.open(false)),
        expected,
        "after a crash of the process"
    );
    folder.open(false).close().unwrap();
    let (log, report) = folder.try_open(true).unwrap();
    assert_eq!(read_all(&log), expected, "after a clean stop");
    assert_eq!((report.segments_read, log.synced_offset()), (0, 100));
}

#[test]
fn an_offset_inside_a_batch_returns_the_batch() {
    let folder = LogFolder::new(small());
    let log = fifty_batches(&folder);
    for offset in 0..100 {
        assert_eq!(read_batches(&log, offset, 1)[0].base_offset(), offset / 2 * 2);
    }
}

#[test]
fn a_read_stops_before_its_limits_and_returns_whole_batches() {
    let folder = LogFolder::new(LogConfig {
        index_interval_bytes: 200,
        ..LogConfig::default()
    });
    let log = fifty_batches(&folder);
    let size = read_batches(&log, 0, 1)[0].size_bytes();
    for count in 1..50usize {
        let limit = u32::try_from(size * count + size / 2).unwrap();
        assert_eq!(read_batches(&log, 7, limit).len(), count.min(47), "{limit} bytes");
    }
    for end_offset in 0..=100 {
        let read = log.read(0, u32::MAX, end_offset, true).unwrap();
        assert_eq!(
            read.end_offset,
            end_offset / 2 * 2,
            "only whole batches below {end_offset}"
        );
        assert_eq!(read.size_bytes as usize, bytes_of(&read.chunks).len());
    }
    let small = log.read(10, 10, i64::MAX, false).unwrap();
    assert_eq!((small.size_bytes, small.end_offset), (0, 10));
    assert_eq!(log.read(10, 10, i64::MAX, true).unwrap().end_offset, 12);
}

#[test]
fn offsets_outside_the_log_are_refused_and_its_end_reads_nothing() {
    let folder = LogFolder::new(small());
    let mut log = fifty_batches(&folder);
    log.delete_records_before(31).unwrap();
    for offset in [-1, 30, 101] {
        let error = log.read(offset, 100, i64::MAX, true).unwrap_err();
        assert!(
            matches!(
                error,
                ReadError::OffsetOutOfRange {
                    log_start: 31,
                    log_end: 100,
                    ..
                }
            ),
            "{error}"
        );
    }
    assert!(log.read(100, 100, i64::MAX, true).unwrap().chunks.is_empty());
    assert_eq!(read_batches(&log, 31, 1)[0].base_offset(), 30);
}

#[test]
fn a_region_stays_readable_after_its_segment_is_deleted() {
    let folder = LogFolder::new(small());
    let mut log = fifty_batches(&folder);
    let read = log.read(0, 100, i64::MAX, true).unwrap();
    let before = bytes_of(&read.chunks);
    log.delete_records_before(100).unwrap();
    assert!(!folder.path().join("00000000000000000000.log").exists());
    assert_eq!(bytes_of(&read.chunks), before);
}

#[test]
fn a_time_finds_the_first_record_that_is_not_older_also_in_compressed_batches() {
    for codec in Compression::ALL {
        let folder = LogFolder::new(small());
        let mut log = folder.open(true);
        for number in 0..40 {
            append(
                &mut log,
                compressed(codec, NOON + number * 10, &[b"a", b"b", b"c"]),
            )
            .unwrap();
        }
        for reopened in [false, true] {
            for number in 0..40 {
                for (time, offset) in [(0, 0), (1, 1), (2, 2), (3, 3)] {
                    let found = log.offset_for_timestamp(NOON + number * 10 + time).unwrap();
                    let expected = Some(number * 3 + offset).filter(|offset| *offset < 120);
                    assert_eq!(
                        found.map(|found| found.offset),
                        expected,
                        "{} {number} {time}",
                        codec.name()
                    );
                }
            }
            assert_eq!(log.offset_for_timestamp(0).unwrap().unwrap().offset, 0);
            let largest = log.max_timestamp_offset().unwrap().unwrap();
            assert_eq!((largest.timestamp, largest.offset), (NOON + 392, 119));
            if !reopened {
                log.close().unwrap();
                log = folder.open(true);
            }
        }
    }
}

#[test]
fn times_out_of_order_find_the_first_offset_that_is_not_older() {
    let folder = LogFolder::new(small());
    let mut log = folder.open(true);
    let times = [5, 3, 9, 9, 1, 7, 12, 2, 30, 4];
    for time in times {
        append(&mut log, compressed(Compression::None, NOON + time, &[&[0; 150]])).unwrap();
    }
    for target in 0..=31 {
        let expected = times
            .iter()
            .position(|time| *time >= target)
            .map(|at| i64::try_from(at).unwrap());
        let found = log
            .offset_for_timestamp(NOON + target)
            .unwrap()
            .map(|found| found.offset);
        assert_eq!(found, expected, "time {target}");
    }
    assert_eq!(log.max_timestamp_offset().unwrap().unwrap().offset, 8);
}

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
    assert!(matches!(
        two,
        AppendError::Invalid(ValidationError::BatchCount { found: 2 })
    ));
    let none = refusal(LogConfig::default(), Bytes::new());
    assert!(matches!(
        none,
        AppendError::Invalid(ValidationError::BatchCount { found: 0 })
    ));
}

/// The batch with another header, its checksum made right.
fn reheaded(change: impl Fn(&mut tidemill_protocol::records::BatchHeader)) -> Bytes {
    let batch = RecordBatch::decode_next(&mut batch(&[b"a", b"b"]))
        .unwrap()
        .unwrap();
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
            header.attributes = header
                .attributes
                .with_timestamp_type(TimestampType::LogAppendTime)
        }),
        reheaded(|header| (header.producer_id, header.producer_epoch) = (5, 0)),
    ];
    for records in broken {
        let error = refusal(LogConfig::default(), records);
        assert!(
            matches!(error, AppendError::Invalid(ValidationError::InvalidRecord { .. })),
            "{error}"
        );
    }
    let lying = reheaded(|header| (header.record_count, header.last_offset_delta) = (3, 2));
    assert!(matches!(
        refusal(LogConfig::default(), lying),
        AppendError::Invalid(ValidationError::Malformed(_))
    ));
    let unknown_codec = reheaded(|header| header.attributes.0 |= 5);
    let error = refusal(LogConfig::default(), unknown_codec);
    assert!(
        matches!(error, AppendError::Invalid(ValidationError::Malformed(_))),
        "{error}"
    );
}

#[test]
fn sizes_and_times_outside_the_topics_bounds_are_refused() {
    let config = LogConfig {
        max_message_bytes: 100,
        ..LogConfig::default()
    };
    let error = refusal(config, batch(&[&[0; 100]]));
    assert!(matches!(
        error,
        AppendError::Invalid(ValidationError::TooLarge { limit: 100, .. })
    ));
    let error = refusal(small(), batch(&[&[0; 2_000]]));
    assert!(matches!(
        error,
        AppendError::Invalid(ValidationError::LargerThanSegment { limit: 1_000, .. })
    ));
    let hour = 3_600_000;
    let error = refusal(
        LogConfig::default(),
        compressed(Compression::Gzip, NOON + hour, &[b"a", b"b"]),
    );
    let AppendError::Invalid(ValidationError::InvalidTimestamp { faults, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(
        faults.iter().map(|fault| fault.batch_index).collect::<Vec<_>>(),
        [1]
    );
    let config = LogConfig {
        timestamp_before_max: Some(Duration::from_secs(1)),
        ..LogConfig::default()
    };
    let error = refusal(
        config.clone(),
        compressed(Compression::Zstd, NOON - 1_001, &[b"a", b"b"]),
    );
    let AppendError::Invalid(ValidationError::InvalidTimestamp { faults, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(
        faults.iter().map(|fault| fault.batch_index).collect::<Vec<_>>(),
        [0]
    );
    let folder = LogFolder::new(config);
    let mut log = folder.open(true);
    append(&mut log, compressed(Compression::Zstd, NOON - 1_000, &[b"a"])).unwrap();
}

#[test]
fn a_compacted_topic_names_the_records_without_key() {
    let mut builder = BatchBuilder::new(BatchOptions {
        compression: Compression::Lz4,
        ..BatchOptions::default()
    });
    for number in 0..4 {
        let key = (number % 2 == 0).then_some(b"key".as_slice());
        builder.try_append(NOON, key, None, &[]).unwrap();
    }
    let cleanup = CleanupPolicy {
        delete: false,
        compact: true,
    };
    let error = refusal(
        LogConfig {
            cleanup,
            ..LogConfig::default()
        },
        builder.build().unwrap(),
    );
    let AppendError::Invalid(ValidationError::InvalidRecord { faults, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(
        faults.iter().map(|fault| fault.batch_index).collect::<Vec<_>>(),
        [1, 3]
    );
}

#[test]
fn stored_bytes_are_the_received_ones_except_offset_and_epoch() {
    let folder = LogFolder::new(LogConfig::default());
    let mut log = folder.open(true);
    append(&mut log, batch(&[b"first"])).unwrap();
    let sent = compressed(Compression::Zstd, NOON, &[b"a", b"b"]);
    let info = log
        .append(
            sent.clone(),
            AppendOptions {
                leader_epoch: 7,
                ..CLIENT
            },
            now(),
        )
        .unwrap();
    assert_eq!(
        (info.base_offset, info.last_offset, info.log_append_time_ms),
        (1, 2, None)
    );
    let stored = read_batches(&log, 1, 1).remove(0);
    assert_eq!(
        (stored.base_offset(), stored.header().partition_leader_epoch),
        (1, 7)
    );
    assert_eq!(stored.bytes()[16..], sent[16..]);
    assert_eq!(
        (log.latest_epoch(), log.epoch_of(0), log.epoch_of(2)),
        (Some(7), Some(0), Some(7))
    );
    assert_eq!(
        log.end_offset_for_epoch(3).map(|end| (end.epoch, end.offset)),
        Some((0, 1))
    );
}

#[test]
fn the_broker_sets_the_time_where_the_topic_says_so() {
    let folder = LogFolder::new(LogConfig {
        timestamp_type: TimestampType::LogAppendTime,
        ..LogConfig::default()
    });
    let mut log = folder.open(true);
    let info = append(&mut log, compressed(Compression::Snappy, 5, &[b"a", b"b"])).unwrap();
    assert_eq!(info.log_append_time_ms, Some(NOON));
    let stored = read_batches(&log, 0, 1).remove(0);
    assert!(
        stored
            .records(1_000)
            .unwrap()
            .iter()
            .all(|record| record.unwrap().timestamp == NOON)
    );
}

#[test]
fn the_topics_codec_replaces_the_producers() {
    let codec = Compression::Lz4;
    let compression = TopicCompression::Codec { codec, level: None };
    let folder = LogFolder::new(LogConfig {
        compression,
        ..LogConfig::default()
    });
    let mut log = folder.open(true);
    append(&mut log, produced(identity(4, 0, 0), false, &[b"a", b"b"])).unwrap();
    append(&mut log, compressed(codec, NOON, &[b"c"])).unwrap();
    let stored = read_batches(&log, 0, 1_000);
    assert!(stored.iter().all(|batch| batch.compression().unwrap() == codec));
    assert_eq!(
        (stored[0].header().producer_id, stored[0].header().base_sequence),
        (4, 0)
    );
    assert_eq!(
        read_all(&log)
            .into_iter()
            .map(|(_, value)| value)
            .collect::<Vec<_>>(),
        [b"a", b"b", b"c"]
    );
}

#[test]
fn a_retry_is_answered_with_the_first_offset_also_after_a_restart() {
    let folder = LogFolder::new(small());
    let mut log = folder.open(true);
    let sent: Vec<_> = (0..6)
        .map(|number| produced(identity(4, 0, number * 2), false, &[b"a", &[0; 150]]))
        .collect();
    for records in &sent {
        append(&mut log, records.clone()).unwrap();
    }
    for clean in [false, true, true] {
        for (number, records) in (0..).zip(&sent).skip(1) {
            let info = append(&mut log, records.clone()).unwrap();
            assert_eq!(
                (info.base_offset, info.last_offset, info.duplicate),
                (number * 2, number * 2 + 1, true)
            );
        }
        let forgotten = append(&mut log, sent[0].clone()).unwrap_err();
        assert!(matches!(
            forgotten,
            AppendError::Producer(ProducerError::OutOfOrderSequence { expected: 12, .. })
        ));
        assert_eq!(log.end_offset(), 12);
        if clean {
            log.close().unwrap();
        } else {
            drop(log);
        }
        log = folder.open(clean);
    }
    append(&mut log, produced(identity(4, 0, 12), false, &[b"a"])).unwrap();
}

#[test]
fn an_aborted_transaction_is_listed_and_holds_back_the_stable_offset_until_it_ends() {
    let folder = LogFolder::new(small());
    let mut log = folder.open(true);
    append(&mut log, batch(&[b"plain"])).unwrap();
    append(&mut log, produced(identity(4, 0, 0), true, &[&[1; 300]])).unwrap();
    append(&mut log, produced(identity(5, 0, 0), true, &[&[2; 300]])).unwrap();
    assert_eq!(log.last_stable_offset(3), 1);
    log.append(marker(5, 0, false), COORDINATOR, now()).unwrap();
    append(&mut log, batch(&[&[3; 600]])).unwrap();
    log.append(marker(4, 0, false), COORDINATOR, now()).unwrap();
    assert_eq!(
        (
            log.end_offset(),
            log.last_stable_offset(6),
            log.last_stable_offset(5)
        ),
        (6, 6, 1)
    );
    for clean in [true, false] {
        let aborted = log.aborted_transactions(0..6).unwrap();
        let spans: Vec<_> = aborted
            .iter()
            .map(|one| (one.producer_id, one.first_offset, one.last_offset))
            .collect();
        assert_eq!(spans, [(4, 1, 5), (5, 2, 3)], "sorted by first offset");
        assert_eq!(log.aborted_transactions(4..6).unwrap().len(), 1);
        assert!(log.aborted_transactions(0..1).unwrap().is_empty());
        if clean {
            log.close().unwrap();
        }
        log = folder.open(clean);
        assert_eq!(log.last_stable_offset(6), 6);
    }
    append(&mut log, produced(identity(4, 0, 1), true, &[b"next"])).unwrap();
    drop(log);
    let log = folder.open(false);
    assert_eq!(
        log.last_stable_offset(7),
        6,
        "an open transaction survives a restart"
    );
    assert_eq!(
        log.aborted_transactions(0..6).unwrap().len(),
        2,
        "rebuilt transaction index"
    );
}

#[test]
fn replicated_batches_keep_their_offsets_and_epochs() {
    let folder = LogFolder::new(LogConfig::default());
    let mut log = folder.open(true);
    let from_leader = |base_offset, leader_epoch, values: &[&[u8]]| {
        batch_with(
            BatchOptions {
                base_offset,
                leader_epoch,
                ..BatchOptions::default()
            },
            NOON,
            values,
        )
    };
    let records = [from_leader(0, 2, &[b"a", b"b"]), from_leader(5, 3, &[b"c"])].concat();
    let replica = AppendOptions {
        origin: AppendOrigin::Replica,
        leader_epoch: -1,
    };
    let info = log.append(records.into(), replica, now()).unwrap();
    assert_eq!((info.base_offset, info.last_offset, log.end_offset()), (0, 5, 6));
    assert_eq!(
        read_all(&log)
            .iter()
            .map(|(offset, _)| *offset)
            .collect::<Vec<_>>(),
        [0, 1, 5]
    );
    assert_eq!(log.end_offset_for_epoch(2).map(|end| end.offset), Some(5));
    let error = log
        .append(from_leader(4, 3, &[b"x"]), replica, now())
        .unwrap_err();
    assert!(matches!(
        error,
        AppendError::Invalid(ValidationError::OffsetGap {
            found: 4,
            expected: 6
        })
    ));
}
