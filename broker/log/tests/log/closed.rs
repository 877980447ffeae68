//! Opening a log as one that was closed: whoever was closed opens, whatever had become of it; a log that ends behind
//! its checkpoint is read again; only one that lost what was synced is refused.

use crate::batches::{LogFolder, append, batch, now, open_at, read_all, sync};
use std::fs;
use std::path::Path;
use tidemill_log::{LogConfig, OpenError, PartitionLog, RecoveryError};

const CHECKPOINT: &str = "tidemill-checkpoint";

fn folder() -> LogFolder {
    LogFolder::new(LogConfig { segment_bytes: 500, index_interval_bytes: 100, ..LogConfig::default() })
}

fn fill(log: &mut PartitionLog, count: u8) {
    for number in 0..count {
        append(log, batch(&[&[number; 40], &[number; 40]])).unwrap();
    }
}

fn segments(path: &Path) -> Vec<std::path::PathBuf> {
    let files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "log")).collect();
    files.sort();
    files
}

/// Closes a log, opens it as closed, and sees the same.
fn assert_reopens(folder: &LogFolder, log: PartitionLog) -> PartitionLog {
    let (start, end, values) = (log.start_offset(), log.end_offset(), read_all(&log));
    log.close().unwrap();
    let (log, report) = folder.try_open(true).unwrap();
    assert_eq!((log.start_offset(), log.end_offset()), (start, end));
    assert_eq!((read_all(&log), report.cut), (values, None));
    log
}

#[test]
fn a_log_that_was_closed_opens_as_it_was_whatever_had_become_of_it() {
    let folder = folder();
    let mut log = assert_reopens(&folder, folder.open(true));
    fill(&mut log, 5);
    // Synced by nothing but the close; then twice without a write in between.
    log = assert_reopens(&folder, log);
    log = assert_reopens(&folder, log);
    fill(&mut log, 5);
    sync(&mut log);
    log = assert_reopens(&folder, log);
    log.delete_records_before(7).unwrap();
    log = assert_reopens(&folder, log);
    // The middle of a batch, the beginning of a segment, and everything.
    for offset in [19, 15, segment_base(&folder)] {
        log.truncate_to(offset, now()).unwrap();
        log = assert_reopens(&folder, log);
    }
    fill(&mut log, 4);
    let end_offset = log.end_offset();
    log.delete_records_before(end_offset).unwrap();
    log = assert_reopens(&folder, log);
    log.truncate_to(end_offset, now()).unwrap();
    log = assert_reopens(&folder, log);
    log.truncate_fully_and_start_at(1_000, now()).unwrap();
    log = assert_reopens(&folder, log);
    fill(&mut log, 4);
    assert_eq!(assert_reopens(&folder, log).end_offset(), 1_008);
}

fn segment_base(folder: &LogFolder) -> i64 {
    let files = segments(&folder.path());
    files[files.len() / 2].file_stem().unwrap().to_str().unwrap().parse().unwrap()
}

#[test]
fn a_closed_log_that_ends_behind_its_checkpoint_is_read_again_and_nothing_is_lost() {
    let folder = folder();
    let mut log = folder.open(true);
    let mut checkpoints = Vec::new();
    for _ in 0..6 {
        fill(&mut log, 1);
        log.close().unwrap();
        checkpoints.push(fs::read(folder.path().join(CHECKPOINT)).unwrap());
        log = folder.open(true);
    }
    let values = read_all(&log);
    log.close().unwrap();
    assert!(segments(&folder.path()).len() > 1, "also of a segment that was closed since");
    for (older, checkpoint) in checkpoints.iter().enumerate().rev() {
        fs::write(folder.path().join(CHECKPOINT), checkpoint).unwrap();
        let (log, report) = folder.try_open(true).unwrap();
        assert_eq!((log.end_offset(), read_all(&log)), (12, values.clone()), "checkpoint {older}");
        assert_eq!((report.segments_read > 0, report.cut), (older < 5, None), "checkpoint {older}");
        log.close().unwrap();
    }
}

#[test]
fn a_copy_of_a_log_in_use_opens_with_its_torn_end_cut_and_so_does_one_without_a_checkpoint() {
    let folder = folder();
    let mut log = folder.open(true);
    fill(&mut log, 3);
    log.close().unwrap();
    let mut log = folder.open(true);
    fill(&mut log, 1);
    let values = read_all(&log);
    let last = segments(&folder.path()).pop().unwrap();
    let content = fs::read(&last).unwrap();
    fs::write(&last, [&content[..], &content[..30]].concat()).unwrap();
    drop(log);
    let copy = folder.folder.path().join("copy-0");
    for without_checkpoint in [false, true] {
        fs::remove_dir_all(&copy).ok();
        fs::create_dir_all(&copy).unwrap();
        for entry in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
            if !(without_checkpoint && entry.file_name() == CHECKPOINT) {
                fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
            }
        }
        let (log, report) = open_at(&copy, &folder.config, true).unwrap();
        assert_eq!((read_all(&log), report.cut.map(|cut| cut.bytes)), (values.clone(), Some(30)));
    }
}

#[test]
fn a_closed_log_that_lost_what_was_synced_or_whose_last_offset_was_altered_is_refused() {
    let folder = folder();
    let mut log = folder.open(true);
    fill(&mut log, 2);
    let whole = log.size_bytes();
    fill(&mut log, 1);
    log.close().unwrap();
    let path = segments(&folder.path()).pop().unwrap();
    let content = fs::read(&path).unwrap();
    let begin = usize::try_from(whole).unwrap();
    let mut renumbered = content.clone();
    // The offset of the last batch, 4, becomes 6: its end moves to 8.
    renumbered[begin + 7] ^= 2;
    for damaged in [renumbered, content[..begin].to_vec()] {
        fs::write(&path, damaged).unwrap();
        let opened = folder.try_open(true);
        let is_refused =
            matches!(opened, Err(OpenError::Recovery(RecoveryError::WrongEnd { recovery_point: 6, .. })));
        assert!(is_refused, "{opened:?}");
    }
    fs::write(&path, content).unwrap();
    assert_eq!(folder.open(true).end_offset(), 6);
}
