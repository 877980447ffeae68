//! The directory format as it was written by each version: it opens, and today's logs still look like it.
//!
//! `golden/v1` is format version 1 of `tidemill-checkpoint` and of the addition to producer snapshots; all other
//! files have Kafka's formats.

use crate::batches::{
    COORDINATOR, LogFolder, NOON, append, compressed, identity, marker, now, open_at, produced, read_all,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tidemill_log::{AppendOptions, LogConfig};
use tidemill_protocol::records::Compression;

fn config() -> LogConfig {
    LogConfig { segment_bytes: 400, index_interval_bytes: 100, ..LogConfig::default() }
}

fn golden(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/log/golden").join(version)
}

/// A log with several segments, leader epochs, an idempotent producer, transactions and deleted records.
fn written_today(folder: &LogFolder) {
    let mut log = folder.open(true);
    for number in 0..4u8 {
        let sequence = i32::from(number) * 2;
        append(&mut log, produced(identity(4, 0, sequence), false, &[&[number; 30], b"second"])).unwrap();
    }
    append(&mut log, produced(identity(5, 1, 0), true, &[b"aborted"])).unwrap();
    log.append(marker(5, 1, false), COORDINATOR, now()).unwrap();
    append(&mut log, produced(identity(6, 0, 0), true, &[b"open"])).unwrap();
    let later = compressed(Compression::None, NOON + 9, &[b"later", &[9; 100]]);
    log.append(later, AppendOptions { leader_epoch: 2, ..COORDINATOR }, now()).unwrap();
    log.delete_records_before(1).unwrap();
    log.close().unwrap();
}

fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn a_log_written_today_has_the_bytes_of_the_golden_one() {
    let folder = LogFolder::new(config());
    written_today(&folder);
    let (today, golden) = (files(&folder.path()), files(&golden("v1")));
    assert_eq!(today.keys().collect::<Vec<_>>(), golden.keys().collect::<Vec<_>>());
    for (name, content) in &today {
        assert!(
            golden[name] == *content,
            "{name} has changed: keep reading version 1 and add a golden version 2"
        );
    }
}

#[test]
fn every_golden_version_opens_with_all_it_holds() {
    for clean in [true, false] {
        let folder = LogFolder::new(config());
        fs::create_dir_all(folder.path()).unwrap();
        for (name, content) in files(&golden("v1")) {
            fs::write(folder.path().join(name), content).unwrap();
        }
        let (mut log, report) = open_at(&folder.path(), &config(), clean).unwrap();
        assert_eq!((report.cut, report.segments_read > 0), (None, !clean));
        assert_eq!((log.start_offset(), log.end_offset(), log.latest_epoch()), (1, 13, Some(2)));
        let values = read_all(&log);
        assert_eq!(
            values.iter().map(|(offset, _)| *offset).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12]
        );
        assert_eq!(values[8].1, b"open");
        assert_eq!(log.last_stable_offset(13), 10);
        assert_eq!(log.aborted_transactions(0..13).unwrap().len(), 1);
        let retry = append(&mut log, produced(identity(4, 0, 2), false, &[&[1; 30], b"second"])).unwrap();
        assert_eq!((retry.duplicate, retry.base_offset), (true, 2));
        assert_eq!(log.offset_for_timestamp(NOON + 9).unwrap().unwrap().offset, 11);
    }
}
