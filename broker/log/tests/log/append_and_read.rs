//! Appending, reading by offset and by time, and what survives opening again.

use crate::batches::{
    CLIENT, LogFolder, NOON, append, batch, batch_with, bytes_of, compressed, identity, now, produced,
    read_all, read_batches, sync,
};
use tidemill_log::{
    AppendError, AppendOptions, AppendOrigin, LogConfig, ReadError, TopicCompression, ValidationError,
};
use tidemill_protocol::records::{BatchOptions, Compression, TimestampType};

fn small() -> LogConfig {
    LogConfig { segment_bytes: 1_000, index_interval_bytes: 200, ..LogConfig::default() }
}

/// 50 batches of two records each, in several segments.
fn fifty_batches(folder: &LogFolder) -> tidemill_log::PartitionLog {
    let mut log = folder.open(true);
    for number in 0..50u8 {
        append(
            &mut log,
            compressed(Compression::None, NOON + i64::from(number) * 10, &[&[number], &[number; 9]]),
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
        .map(|offset| (offset, vec![u8::try_from(offset / 2).unwrap(); if offset % 2 == 0 { 1 } else { 9 }]))
        .collect();
    assert_eq!(read_all(&log), expected);
    assert_eq!(log.synced_offset(), 0);
    sync(&mut log);
    assert_eq!(log.synced_offset(), 100);
    drop(log);
    assert_eq!(read_all(&folder.open(false)), expected, "after a crash of the process");
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
    let folder = LogFolder::new(LogConfig { index_interval_bytes: 200, ..LogConfig::default() });
    let log = fifty_batches(&folder);
    let size = read_batches(&log, 0, 1)[0].size_bytes();
    for count in 1..50usize {
        let limit = u32::try_from(size * count + size / 2).unwrap();
        assert_eq!(read_batches(&log, 7, limit).len(), count.min(47), "{limit} bytes");
    }
    for end_offset in 0..=100 {
        let read = log.read(0, u32::MAX, end_offset, true).unwrap();
        assert_eq!(read.end_offset, end_offset / 2 * 2, "only whole batches below {end_offset}");
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
        assert!(matches!(error, ReadError::OffsetOutOfRange { log_start: 31, log_end: 100, .. }), "{error}");
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
            append(&mut log, compressed(codec, NOON + number * 10, &[b"a", b"b", b"c"])).unwrap();
        }
        for reopened in [false, true] {
            for number in 0..40 {
                for (time, offset) in [(0, 0), (1, 1), (2, 2), (3, 3)] {
                    let found = log.offset_for_timestamp(NOON + number * 10 + time).unwrap();
                    let expected = Some(number * 3 + offset).filter(|offset| *offset < 120);
                    assert_eq!(found.map(|found| found.offset), expected, "{} {number} {time}", codec.name());
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
        let expected = times.iter().position(|time| *time >= target).map(|at| i64::try_from(at).unwrap());
        let found = log.offset_for_timestamp(NOON + target).unwrap().map(|found| found.offset);
        assert_eq!(found, expected, "time {target}");
    }
    assert_eq!(log.max_timestamp_offset().unwrap().unwrap().offset, 8);
}

#[test]
fn stored_bytes_are_the_received_ones_except_offset_and_epoch() {
    let folder = LogFolder::new(LogConfig::default());
    let mut log = folder.open(true);
    append(&mut log, batch(&[b"first"])).unwrap();
    let sent = compressed(Compression::Zstd, NOON, &[b"a", b"b"]);
    let info = log.append(sent.clone(), AppendOptions { leader_epoch: 7, ..CLIENT }, now()).unwrap();
    assert_eq!((info.base_offset, info.last_offset, info.log_append_time_ms), (1, 2, None));
    let stored = read_batches(&log, 1, 1).remove(0);
    assert_eq!((stored.base_offset(), stored.header().partition_leader_epoch), (1, 7));
    assert_eq!(stored.bytes()[16..], sent[16..]);
    assert_eq!((log.latest_epoch(), log.epoch_of(0), log.epoch_of(2)), (Some(7), Some(0), Some(7)));
    assert_eq!(log.end_offset_for_epoch(3).map(|end| (end.epoch, end.offset)), Some((0, 1)));
}

#[test]
fn the_broker_sets_the_time_where_the_topic_says_so() {
    let folder =
        LogFolder::new(LogConfig { timestamp_type: TimestampType::LogAppendTime, ..LogConfig::default() });
    let mut log = folder.open(true);
    let info = append(&mut log, compressed(Compression::Snappy, 5, &[b"a", b"b"])).unwrap();
    assert_eq!(info.log_append_time_ms, Some(NOON));
    let stored = read_batches(&log, 0, 1).remove(0);
    assert!(stored.records(1_000).unwrap().iter().all(|record| record.unwrap().timestamp == NOON));
}

#[test]
fn the_topics_codec_replaces_the_producers() {
    let codec = Compression::Lz4;
    let compression = TopicCompression::Codec { codec, level: None };
    let folder = LogFolder::new(LogConfig { compression, ..LogConfig::default() });
    let mut log = folder.open(true);
    append(&mut log, produced(identity(4, 0, 0), false, &[b"a", b"b"])).unwrap();
    append(&mut log, compressed(codec, NOON, &[b"c"])).unwrap();
    let stored = read_batches(&log, 0, 1_000);
    assert!(stored.iter().all(|batch| batch.compression().unwrap() == codec));
    assert_eq!((stored[0].header().producer_id, stored[0].header().base_sequence), (4, 0));
    assert_eq!(read_all(&log).into_iter().map(|(_, value)| value).collect::<Vec<_>>(), [b"a", b"b", b"c"]);
}

#[test]
fn replicated_batches_keep_their_offsets_and_epochs() {
    let folder = LogFolder::new(LogConfig::default());
    let mut log = folder.open(true);
    let from_leader = |base_offset, leader_epoch, values: &[&[u8]]| {
        batch_with(BatchOptions { base_offset, leader_epoch, ..BatchOptions::default() }, NOON, values)
    };
    let records = [from_leader(0, 2, &[b"a", b"b"]), from_leader(5, 3, &[b"c"])].concat();
    let replica = AppendOptions { origin: AppendOrigin::Replica, leader_epoch: -1 };
    let info = log.append(records.into(), replica, now()).unwrap();
    assert_eq!((info.base_offset, info.last_offset, log.end_offset()), (0, 5, 6));
    assert_eq!(read_all(&log).iter().map(|(offset, _)| *offset).collect::<Vec<_>>(), [0, 1, 5]);
    assert_eq!(log.end_offset_for_epoch(2).map(|end| end.offset), Some(5));
    let error = log.append(from_leader(4, 3, &[b"x"]), replica, now()).unwrap_err();
    assert!(matches!(error, AppendError::Invalid(ValidationError::OffsetGap { found: 4, expected: 6 })));
}
