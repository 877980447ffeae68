//! What a pass keeps, what it removes, and what readers and restarts see of it.

use crate::batches::{COORDINATOR, LogFolder, NOON, append, bytes_of, identity, marker, now, sync};
use crate::compacted::{
    ROOMY, batches_from, compact, compact_at, config, keyed, keyed_with, read_committed, records_of, table,
    try_compact,
};
use std::time::Duration;
use tidemill_environment::Now;
use tidemill_log::{
    CleanupPolicy, CompactionError, CompactionOptions, KeyMapOptions, LogConfig, PartitionLog, Replaced,
};
use tidemill_protocol::records::{BatchOptions, Compression, RecordBatch};

const DAY_MS: i64 = 86_400_000;

fn close_segment(log: &mut PartitionLog) {
    let config = log.config().clone();
    log.set_config(LogConfig { segment_age: Duration::ZERO, ..config.clone() });
    assert!(log.roll_if_due(Now::at_ms(NOON + DAY_MS)).unwrap());
    log.set_config(config);
    sync(log);
}

fn values(log: &PartitionLog) -> Vec<(i64, String, Option<String>)> {
    let batches = batches_from(log, log.start_offset(), log.end_offset()).unwrap();
    let data = batches.iter().filter(|batch| !batch.is_control());
    data.flat_map(records_of).map(|seen| (seen.offset, seen.key, seen.value)).collect()
}

fn value(offset: i64, key: &str, value: &str) -> (i64, String, Option<String>) {
    (offset, key.to_owned(), Some(value.to_owned()))
}

#[test]
fn only_the_last_value_of_each_key_stays_under_its_old_offset() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    append(&mut log, keyed(&[("a", Some("1")), ("b", Some("1")), ("c", Some("1"))])).unwrap();
    append(&mut log, keyed(&[("a", Some("2"))])).unwrap();
    append(&mut log, keyed(&[("a", Some("3")), ("c", Some("2"))])).unwrap();
    close_segment(&mut log);
    append(&mut log, keyed(&[("b", Some("not yet"))])).unwrap();
    let report = compact(&mut log);
    let expected = vec![value(1, "b", "1"), value(4, "a", "3"), value(5, "c", "2"), value(6, "b", "not yet")];
    assert_eq!(values(&log), expected);
    assert_eq!((report.end_offset, report.records_read, report.records_kept, report.keys), (6, 6, 3, 3));
    drop(log);
    for clean in [false, true] {
        let log = folder.open(clean);
        assert_eq!((values(&log), log.end_offset()), (expected.clone(), 7));
        log.close().unwrap();
    }
}

#[test]
fn a_fetch_at_an_offset_that_was_compacted_away_returns_the_next_batch() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    for round in ["1", "2", "3"] {
        append(&mut log, keyed(&[("a", Some(round))])).unwrap();
    }
    append(&mut log, keyed(&[("b", Some("1"))])).unwrap();
    close_segment(&mut log);
    compact(&mut log);
    for offset in 0..=2 {
        let read = log.read(offset, 1 << 20, i64::MAX, true).unwrap();
        assert_eq!((read.first_offset, read.end_offset), (2, 4));
    }
}

#[test]
fn the_end_of_a_pass_stays_visible_when_all_its_records_are_gone() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    append(&mut log, keyed(&[("a", Some("1"))])).unwrap();
    append(&mut log, keyed(&[("a", None)])).unwrap();
    close_segment(&mut log);
    compact(&mut log);
    compact_at(&mut log, None, Now::at_ms(NOON + 2 * DAY_MS));
    let batches = batches_from(&log, 0, log.end_offset()).unwrap();
    let [batch] = batches.as_slice() else { panic!("{batches:?}") };
    assert_eq!((batch.base_offset(), batch.header().record_count), (1, 0));
    assert_eq!(log.max_timestamp_offset().unwrap(), None);
    assert_eq!(log.offset_for_timestamp(0).unwrap(), None);
}

#[test]
fn a_tombstone_stays_for_delete_retention_from_the_pass_that_first_saw_it() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    append(&mut log, keyed(&[("a", Some("1")), ("b", Some("1"))])).unwrap();
    append(&mut log, keyed(&[("a", None), ("c", Some("1"))])).unwrap();
    close_segment(&mut log);
    // Old by its timestamp already, and new to the cleaner.
    let first_pass = NOON + 10 * DAY_MS;
    compact_at(&mut log, None, Now::at_ms(first_pass));
    let tombstone = (2, "a".to_owned(), None);
    assert_eq!(values(&log), [value(1, "b", "1"), tombstone.clone(), value(3, "c", "1")]);
    let batch = batches_from(&log, 2, 4).unwrap().remove(0);
    assert!(batch.header().attributes.has_delete_horizon());
    assert_eq!(batch.header().base_timestamp, first_pass + DAY_MS);
    // The timestamps are those of the producer, although they are stored relative to the horizon.
    assert_eq!(records_of(&batch).iter().map(|seen| seen.timestamp).collect::<Vec<_>>(), [NOON, NOON + 1]);
    compact_at(&mut log, None, Now::at_ms(first_pass + DAY_MS - 1));
    assert_eq!(values(&log), [value(1, "b", "1"), tombstone, value(3, "c", "1")]);
    compact_at(&mut log, None, Now::at_ms(first_pass + DAY_MS));
    assert_eq!(values(&log), [value(1, "b", "1"), value(3, "c", "1")]);
}

#[test]
fn aborted_records_go_at_once_and_their_marker_when_nothing_needs_it() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    let data = |sequence| BatchOptions {
        producer: identity(7, 0, sequence),
        transactional: true,
        ..BatchOptions::default()
    };
    append(&mut log, keyed(&[("a", Some("kept"))])).unwrap();
    append(&mut log, keyed_with(data(0), NOON, &[("a", Some("aborted"))])).unwrap();
    log.append(marker(7, 0, false), COORDINATOR, now()).unwrap();
    append(&mut log, keyed_with(data(1), NOON, &[("b", Some("committed"))])).unwrap();
    log.append(marker(7, 0, true), COORDINATOR, now()).unwrap();
    append(&mut log, keyed(&[("c", Some("the end"))])).unwrap();
    close_segment(&mut log);
    compact(&mut log);
    assert_eq!(values(&log), [value(0, "a", "kept"), value(3, "b", "committed"), value(5, "c", "the end")]);
    // Whoever still reads the old segment is told what was aborted in it.
    assert_eq!(log.aborted_transactions(0..6).unwrap().len(), 1);
    let markers = |log: &PartitionLog| {
        let batches = batches_from(log, 0, log.end_offset()).unwrap();
        batches.iter().filter(|batch| batch.is_control()).map(RecordBatch::base_offset).collect::<Vec<_>>()
    };
    assert_eq!(markers(&log), [2, 4]);
    // The second pass finds no record of the aborted transaction and gives its marker a day.
    compact(&mut log);
    assert_eq!(markers(&log), [2, 4]);
    compact_at(&mut log, None, Now::at_ms(NOON + DAY_MS));
    assert_eq!(markers(&log), [4]);
    assert_eq!(log.aborted_transactions(0..6).unwrap(), []);
    assert_eq!(table(&read_committed(&log, 0, 6).unwrap()).len(), 3);
    // The other one stays as long as there is a record in front of it.
    compact_at(&mut log, None, Now::at_ms(NOON + 3 * DAY_MS));
    assert_eq!(markers(&log), [4]);
}

#[test]
fn an_open_transaction_holds_a_pass_back_and_so_does_what_is_not_synced() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    append(&mut log, keyed(&[("a", Some("1"))])).unwrap();
    append(&mut log, keyed(&[("a", Some("2"))])).unwrap();
    close_segment(&mut log);
    let options =
        BatchOptions { producer: identity(7, 0, 0), transactional: true, ..BatchOptions::default() };
    append(&mut log, keyed_with(options, NOON, &[("b", Some("open"))])).unwrap();
    close_segment(&mut log);
    append(&mut log, keyed(&[("a", Some("3"))])).unwrap();
    close_segment(&mut log);
    let state = log.compaction_state(None, log.end_offset(), now()).unwrap();
    assert_eq!(state.end_offset, 2);
    log.append(marker(7, 0, true), COORDINATOR, now()).unwrap();
    let state = log.compaction_state(None, log.end_offset(), now()).unwrap();
    assert_eq!(state.end_offset, 4);
    // Its marker lies at the high watermark and could be lost: it is not decided yet.
    assert_eq!(log.compaction_state(None, 4, now()).unwrap().end_offset, 2);
    assert_eq!(log.compaction_state(None, 1, now()).unwrap().cleanable_bytes, 0);
}

#[test]
fn the_last_batch_of_a_producer_stays_empty_so_that_its_sequence_goes_on() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    let options = BatchOptions { producer: identity(7, 3, 0), ..BatchOptions::default() };
    append(&mut log, keyed_with(options, NOON, &[("a", Some("1")), ("a", Some("2"))])).unwrap();
    append(&mut log, keyed(&[("a", Some("3"))])).unwrap();
    close_segment(&mut log);
    compact(&mut log);
    assert_eq!(values(&log), [value(2, "a", "3")]);
    drop(log);
    // Without snapshots the state comes from the batches alone.
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "snapshot") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let mut log = folder.open(false);
    let (_, state) = log.producers().next().unwrap();
    assert_eq!((state.epoch, state.last_sequence()), (3, 1));
    let again = BatchOptions { producer: identity(7, 3, 0), ..BatchOptions::default() };
    let retried = append(&mut log, keyed_with(again, NOON, &[("a", Some("1")), ("a", Some("2"))])).unwrap();
    assert_eq!((retried.duplicate, retried.base_offset), (true, 0));
}

#[test]
fn batches_keep_their_codec_and_small_segments_are_merged() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    for round in 0..6 {
        let options = BatchOptions { compression: Compression::Zstd, ..BatchOptions::default() };
        let text = round.to_string();
        let own = format!("key {round}");
        append(&mut log, keyed_with(options, NOON + round, &[("a", Some(&text)), (&own, Some(&text))]))
            .unwrap();
        close_segment(&mut log);
    }
    assert_eq!(log.segment_count(), 7);
    compact(&mut log);
    assert_eq!(log.segment_count(), 2);
    let batches = batches_from(&log, 0, log.end_offset()).unwrap();
    assert_eq!(batches.len(), 6);
    for batch in &batches {
        assert_eq!(batch.compression().unwrap(), Compression::Zstd);
        assert_eq!(batch.header().last_offset_delta, 1);
    }
    let found = log.offset_for_timestamp(NOON + 3).unwrap().unwrap();
    assert_eq!((found.offset, found.timestamp), (5, NOON + 3));
}

#[test]
fn a_small_map_covers_a_prefix_and_the_next_pass_goes_on_there() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    for round in 0..40 {
        let key = format!("key {}", round % 20);
        append(&mut log, keyed(&[(&key, Some(&round.to_string()))])).unwrap();
    }
    close_segment(&mut log);
    let key_map = KeyMapOptions { memory_bytes: 24 * 8, ..ROOMY.key_map };
    let small = CompactionOptions { key_map, ..ROOMY };
    let (mut checkpoint, mut passes) = (None, 0);
    while let Some(report) = try_compact(&mut log, checkpoint, small, now()).unwrap() {
        assert!(report.keys <= 8 && report.end_offset > checkpoint.unwrap_or(0));
        (checkpoint, passes) = (Some(report.end_offset), passes + 1);
        assert_eq!(table(&read_committed(&log, 0, 40).unwrap()).len(), 20);
    }
    assert!(passes > 2, "{passes} passes");
    let last: Vec<_> =
        (20..40).map(|round: i64| value(round, &format!("key {}", round % 20), &round.to_string())).collect();
    assert_eq!(values(&log), last);
    let tiny = CompactionOptions { key_map: KeyMapOptions { memory_bytes: 48, ..ROOMY.key_map }, ..ROOMY };
    append(&mut log, keyed(&[("x", Some("1")), ("y", Some("1"))])).unwrap();
    close_segment(&mut log);
    let error = try_compact(&mut log, checkpoint, tiny, now()).unwrap_err();
    assert!(matches!(error, CompactionError::TooManyKeys { base_offset: 40 }), "{error}");
}

#[test]
fn lags_bound_a_pass_from_both_sides() {
    let hour = Duration::from_hours(1);
    let folder = LogFolder::new(LogConfig { min_compaction_lag: hour, ..config() });
    let mut log = folder.open(false);
    let at = |timestamp| keyed_with(BatchOptions::default(), timestamp, &[("a", Some("1"))]);
    append(&mut log, at(NOON)).unwrap();
    close_segment(&mut log);
    append(&mut log, at(NOON + 1_000)).unwrap();
    close_segment(&mut log);
    let state = |log: &PartitionLog, checkpoint, later: i64| {
        log.compaction_state(checkpoint, 2, Now::at_ms(NOON + later)).unwrap()
    };
    assert_eq!(state(&log, None, 3_600_000 - 1).end_offset, 0);
    assert_eq!(state(&log, None, 3_600_000).end_offset, 1);
    assert_eq!(state(&log, None, 3_601_000).end_offset, 2);
    let lag = LogConfig { max_compaction_lag: Some(hour), ..config() };
    log.set_config(lag);
    let half = state(&log, Some(1), 3_600_500);
    assert!(!half.is_due(0.5) && half.dirty_ratio() > 0.4);
    let late = state(&log, Some(1), 3_601_005);
    assert_eq!((late.overdue, late.is_due(0.5)), (Duration::from_millis(5), true));
    // A checkpoint from another life of the log is not believed.
    assert_eq!(state(&log, Some(3), 0).first_dirty_offset, 0);
}

#[test]
fn readers_keep_the_segments_they_began_with() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    for round in ["1", "2", "3"] {
        append(&mut log, keyed(&[("a", Some(round))])).unwrap();
    }
    close_segment(&mut log);
    let held = log.read(0, 1 << 20, i64::MAX, true).unwrap();
    let before = bytes_of(&held.chunks);
    compact(&mut log);
    assert_eq!(bytes_of(&held.chunks), before);
    assert!(log.read(0, 1 << 20, i64::MAX, true).unwrap().size_bytes < held.size_bytes);
}

#[test]
fn a_copy_of_segments_that_changed_meanwhile_is_not_taken_over() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    for round in ["1", "2", "3"] {
        append(&mut log, keyed(&[("a", Some(round))])).unwrap();
        close_segment(&mut log);
    }
    let state = log.compaction_state(None, 3, now()).unwrap();
    let mut pass = log.begin_compaction(&state, ROOMY, now()).unwrap();
    pass.map_keys(&mut |_| true).unwrap();
    let group = pass.clean_next(&mut |_| true).unwrap().unwrap();
    log.delete_records_before(1).unwrap();
    assert_eq!(log.replace_segments(group).unwrap(), Replaced::Outdated);
    assert_eq!(values(&log), [value(1, "a", "2"), value(2, "a", "3")]);
    let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().ends_with(".cleaned")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_pass_that_is_told_to_stop_leaves_the_log_as_it_was() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    for round in 0..10 {
        append(&mut log, keyed(&[("a", Some(&round.to_string()))])).unwrap();
    }
    close_segment(&mut log);
    let before = values(&log);
    let state = log.compaction_state(None, 10, now()).unwrap();
    for allowed in 0..20 {
        let mut left = allowed;
        let mut pace = |_| {
            left -= 1;
            left >= 0
        };
        let mut pass = log.begin_compaction(&state, ROOMY, now()).unwrap();
        let result = pass.map_keys(&mut pace).and_then(|()| pass.clean_next(&mut pace));
        assert!(matches!(result, Err(CompactionError::Stopped)), "{allowed}: {result:?}");
        assert_eq!(values(&log), before);
    }
}

#[test]
fn a_topic_that_is_compacted_and_deleted_also_loses_old_segments() {
    let cleanup = CleanupPolicy { delete: true, compact: true };
    let folder = LogFolder::new(LogConfig { cleanup, retention: Some(Duration::from_hours(1)), ..config() });
    let mut log = folder.open(false);
    append(&mut log, keyed(&[("a", Some("1"))])).unwrap();
    append(&mut log, keyed(&[("a", None)])).unwrap();
    close_segment(&mut log);
    append(&mut log, keyed_with(BatchOptions::default(), NOON + 3_600_000, &[("b", Some("1"))])).unwrap();
    sync(&mut log);
    compact(&mut log);
    assert_eq!(log.apply_retention(3, Now::at_ms(NOON + 3_600_000)).unwrap(), 0);
    assert_eq!(log.apply_retention(3, Now::at_ms(NOON + 3_600_010)).unwrap(), 1);
    assert_eq!((log.start_offset(), values(&log)), (2, vec![value(2, "b", "1")]));
}

#[test]
fn damage_in_front_of_a_pass_stops_it_before_anything_changes() {
    let folder = LogFolder::new(config());
    let mut log = folder.open(false);
    append(&mut log, keyed(&[("a", Some("1"))])).unwrap();
    append(&mut log, keyed(&[("a", Some("2"))])).unwrap();
    close_segment(&mut log);
    let path = folder.path().join("00000000000000000000.log");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let error = try_compact(&mut log, None, ROOMY, now()).unwrap_err();
    assert!(matches!(error, CompactionError::Damaged(_)), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}
