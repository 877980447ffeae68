//! Opening after an unclean stop: torn ends, damage inside, lost indexes.

use crate::batches::{COORDINATOR, LogFolder, append, batch, now, open_at, read_all, sync};
use std::fs;
use std::path::Path;
use tidemill_log::{AppendOptions, LogConfig, OpenError, PartitionLog, RecoveryError};

const FIRST_LOG: &str = "00000000000000000000.log";

/// Ten batches of one record each in one segment; their starts in the file.
fn ten_batches(folder: &LogFolder) -> Vec<u64> {
    let mut log = folder.open(true);
    let mut starts = Vec::new();
    for number in 0..10u8 {
        starts.push(log.size_bytes());
        append(&mut log, batch(&[&[number; 40]])).unwrap();
    }
    sync(&mut log);
    starts
}

fn copy_of(source: &Path, target: &Path) {
    fs::remove_dir_all(target).ok();
    fs::create_dir_all(target).unwrap();
    for entry in fs::read_dir(source).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), target.join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_tail_torn_at_any_byte_of_the_last_two_batches_leaves_the_exact_prefix_twice_in_a_row() {
    let folder = LogFolder::new(LogConfig { index_interval_bytes: 100, ..LogConfig::default() });
    let starts = ten_batches(&folder);
    let whole = fs::metadata(folder.path().join(FIRST_LOG)).unwrap().len();
    let copy = folder.folder.path().join("copy-0");
    for len in starts[8]..=whole {
        copy_of(&folder.path(), &copy);
        fs::OpenOptions::new().write(true).open(copy.join(FIRST_LOG)).unwrap().set_len(len).unwrap();
        let expected = if len == whole { 10 } else { 8 + i64::from(len >= starts[9]) };
        let mut sizes = Vec::new();
        for _ in 0..2 {
            let (log, _) = open_at(&copy, &folder.config, false).unwrap();
            assert_eq!(
                (log.end_offset(), read_all(&log).len()),
                (expected, usize::try_from(expected).unwrap()),
                "{len}"
            );
            sizes.push(fs::read(copy.join(FIRST_LOG)).unwrap());
        }
        assert_eq!(sizes[0], sizes[1], "the second recovery changes nothing");
        let (mut log, report) = open_at(&copy, &folder.config, false).unwrap();
        assert_eq!(report.cut, None);
        assert_eq!(append(&mut log, batch(&[b"next"])).unwrap().base_offset, expected);
    }
}

#[test]
fn garbage_behind_the_last_batch_is_cut() {
    let folder = LogFolder::new(LogConfig::default());
    ten_batches(&folder);
    let path = folder.path().join(FIRST_LOG);
    let content = fs::read(&path).unwrap();
    for count in [1, 60, 61, 4_096] {
        for byte in [0, 2, 255] {
            fs::write(&path, [content.as_slice(), &vec![byte; count]].concat()).unwrap();
            let (log, report) = folder.try_open(false).unwrap();
            assert_eq!((log.end_offset(), report.cut.unwrap().bytes), (10, count as u64));
            assert_eq!(fs::read(&path).unwrap(), content);
        }
    }
}

#[test]
fn a_flipped_bit_before_valid_batches_refuses_and_names_the_place() {
    let folder = LogFolder::new(LogConfig::default());
    let starts = ten_batches(&folder);
    let path = folder.path().join(FIRST_LOG);
    let content = fs::read(&path).unwrap();
    let end = usize::try_from(starts[9]).unwrap();
    for byte in 0..end {
        let mut damaged = content.clone();
        damaged[byte] ^= 0x10;
        fs::write(&path, &damaged).unwrap();
        let batch = starts.iter().rposition(|start| *start <= byte as u64).unwrap();
        match folder.try_open(false) {
            Err(OpenError::Recovery(RecoveryError::InteriorDamage { position, .. })) => {
                assert!(
                    position == starts[batch] || position == starts[batch + 1],
                    "byte {byte}: {position}"
                );
            }
            // Base offset and leader epoch are outside the checksum: a larger offset looks like a compacted log
            // as long as the next batch follows it.
            Ok((log, report)) => {
                assert!(byte as u64 - starts[batch] < 16, "byte {byte} was not noticed");
                assert!(report.cut.is_none() && log.end_offset() == 10, "byte {byte} cost records");
            }
            Err(error) => panic!("byte {byte}: {error}"),
        }
        assert_eq!(fs::read(&path).unwrap(), damaged, "a refused log is left as it is");
    }
}

#[test]
fn damage_in_an_older_segment_refuses_as_well() {
    let folder = LogFolder::new(LogConfig { segment_bytes: 300, ..LogConfig::default() });
    let mut log = folder.open(true);
    for number in 0..10u8 {
        append(&mut log, batch(&[&[number; 40]])).unwrap();
    }
    drop(log);
    let path = folder.path().join(FIRST_LOG);
    let mut content = fs::read(&path).unwrap();
    let last = content.len() - 5;
    content[last] ^= 1;
    fs::write(&path, content).unwrap();
    let error = folder.try_open(false).unwrap_err().to_string();
    assert!(error.contains(FIRST_LOG) && error.contains("holds a valid batch at byte 0"), "{error}");
}

#[test]
fn lost_or_torn_side_files_are_made_again() {
    let folder =
        LogFolder::new(LogConfig { segment_bytes: 400, index_interval_bytes: 1, ..LogConfig::default() });
    let mut log = folder.open(true);
    for number in 0..20u8 {
        append(&mut log, batch(&[&[number; 40]])).unwrap();
    }
    log.append(batch(&[b"x"]), AppendOptions { leader_epoch: 3, ..COORDINATOR }, now()).unwrap();
    let expected = read_all(&log);
    drop(log);
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in names {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".log") || name == "tidemill-checkpoint" {
            continue;
        }
        for clean in [false, true] {
            folder.open(false).close().unwrap();
            if clean || !path.exists() {
                fs::remove_file(&path).ok();
            } else {
                let content = fs::read(&path).unwrap();
                fs::write(&path, &content[..content.len() / 2]).unwrap();
            }
            let log = folder.try_open(clean).unwrap_or_else(|error| panic!("{name}: {error}")).0;
            assert_eq!(read_all(&log), expected, "{name}");
            assert_eq!(log.epoch_of(20), Some(3), "{name}");
            assert_eq!(log.offset_for_timestamp(0).unwrap().unwrap().offset, 0, "{name}");
        }
    }
}

#[test]
fn a_damaged_checkpoint_refuses_by_name() {
    let folder = LogFolder::new(LogConfig::default());
    folder.open(true).delete_records_before(0).unwrap();
    fs::write(folder.path().join("tidemill-checkpoint"), "what").unwrap();
    assert!(folder.try_open(false).unwrap_err().to_string().contains("tidemill-checkpoint"));
}

#[test]
fn leftovers_of_a_crash_are_removed() {
    let folder = LogFolder::new(LogConfig::default());
    ten_batches(&folder);
    let leftovers = ["00000000000000000000.log.deleted", "x.tmp", "00000000000000000077.index"];
    for name in leftovers {
        fs::write(folder.path().join(name), "left").unwrap();
    }
    assert_eq!(folder.open(false).end_offset(), 10);
    assert!(leftovers.iter().all(|name| !folder.path().join(name).exists()));
}

#[test]
fn deleting_a_log_removes_its_directory() {
    let folder = LogFolder::new(LogConfig::default());
    ten_batches(&folder);
    let log: PartitionLog = folder.open(false);
    log.delete().unwrap();
    assert!(!folder.path().exists());
    assert!(folder.folder.path().exists());
}
