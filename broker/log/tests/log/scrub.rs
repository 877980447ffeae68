//! The scrub, and what bits that flip can do: nothing altered is served, nothing is dropped in silence.
//!
//! `TIDEMILL_FLIPS` says how many bits to flip, one at a time.

use crate::batches::{LogFolder, NOON, append, batch_with, identity, open_at, sync};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tidemill_environment::{Random, SeededRandom};
use tidemill_log::{LogConfig, PartitionLog, ReadError, ScrubError};
use tidemill_protocol::records::{BatchOptions, Compression, RecordBatch};

/// Reads all segments again. Returns position, offset and end of each damaged batch.
fn scrub(log: &mut PartitionLog) -> Vec<(PathBuf, u64, i64)> {
    let (mut offset, mut all) = (0, Vec::new());
    while let Some(segment) = log.segment_to_scrub(offset).unwrap() {
        let found = segment.verify(&mut |_| true).unwrap();
        offset = segment.end_offset();
        all.extend(found.iter().map(|batch| (batch.path.clone(), batch.position, batch.offset)));
        assert_eq!(log.note_damage(&segment, found.clone()), found.len());
        assert_eq!(log.note_damage(&segment, found), 0, "known already");
    }
    all
}

fn flip(path: &Path, byte: u64, bit: u8) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[usize::try_from(byte).unwrap()] ^= 1 << bit;
    std::fs::write(path, bytes).unwrap();
}

/// Batches of three records in several segments, all synced and closed; and every batch by its base offset.
fn prepared() -> (LogFolder, BTreeMap<i64, RecordBatch>) {
    let folder =
        LogFolder::new(LogConfig { segment_bytes: 1_200, index_interval_bytes: 200, ..LogConfig::default() });
    let mut log = folder.open(false);
    for round in 0..30_u8 {
        let compression = if round % 3 == 0 { Compression::Lz4 } else { Compression::None };
        let producer = identity(7, 0, i32::from(round) * 3);
        let options = BatchOptions { compression, producer, ..BatchOptions::default() };
        let values = [[round; 20], [round + 1; 20], [round + 2; 20]];
        let values: Vec<&[u8]> = values.iter().map(<[u8; 20]>::as_slice).collect();
        append(&mut log, batch_with(options, NOON + i64::from(round), &values)).unwrap();
    }
    sync(&mut log);
    let mut batches = BTreeMap::new();
    for offset in (0..90).step_by(3) {
        let mut bytes = log.read(offset, 1, i64::MAX, true).unwrap().into_bytes().unwrap();
        batches.insert(offset, RecordBatch::decode_next(&mut bytes).unwrap().unwrap());
    }
    log.close().unwrap();
    (folder, batches)
}

/// What a consumer gets that checks checksums and goes on behind what is refused.
#[derive(Default)]
struct Served {
    batches: BTreeMap<i64, RecordBatch>,
    refused: usize,
}

fn consume(log: &PartitionLog) -> Served {
    let mut served = Served::default();
    let mut offset = log.start_offset();
    'fetches: while offset < log.end_offset() {
        let read = match log.read(offset, 400, i64::MAX, true) {
            Ok(read) if read.end_offset > offset => read,
            // Nothing is skipped by the broker: only this test goes on.
            Ok(_) | Err(ReadError::Scan(_) | ReadError::Damaged(_)) => {
                served.refused += 1;
                offset += 1;
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        let mut input = read.into_bytes().unwrap();
        while !input.is_empty() {
            let batch = match RecordBatch::decode_next(&mut input) {
                Ok(Some(batch)) if batch.verify_checksum().is_ok() => batch,
                // A client stops here and says so.
                _ => {
                    served.refused += 1;
                    offset += 1;
                    continue 'fetches;
                }
            };
            if batch.header().end_offset() <= offset {
                served.refused += 1;
                offset += 1;
                continue 'fetches;
            }
            offset = batch.header().end_offset();
            served.batches.insert(batch.base_offset(), batch);
        }
    }
    served
}

#[test]
fn a_scrub_names_file_position_and_offset_and_the_log_refuses_that_batch_alone() {
    let (folder, batches) = prepared();
    let path = folder.path().join("00000000000000000000.log");
    let position = batches[&0].size_bytes() as u64;
    flip(&path, position + 70, 3);
    let mut log = folder.open(true);
    assert_eq!(scrub(&mut log), [(path, position, 3)]);
    let damaged = log.damaged_batches().next().unwrap();
    assert!(damaged.reason.contains("checksum"), "{}", damaged.reason);
    // In front of it, up to it; itself; behind it.
    let read = log.read(0, 1 << 20, i64::MAX, true).unwrap();
    assert_eq!((read.first_offset, read.end_offset), (0, 3));
    for offset in 3..6 {
        let error = log.read(offset, 1 << 20, i64::MAX, true).unwrap_err();
        assert!(error.to_string().contains("is damaged at byte"), "{error}");
    }
    assert_eq!(log.read(6, 1 << 20, i64::MAX, true).unwrap().first_offset, 6);
    let stopped = log.segment_to_scrub(0).unwrap().unwrap().verify(&mut |_| false);
    assert!(matches!(stopped, Err(ScrubError::Stopped)));
}

#[test]
fn flipped_bits_are_never_served_nor_skipped_and_the_scrub_finds_every_one() {
    let count = std::env::var("TIDEMILL_FLIPS").ok().and_then(|count| count.parse().ok()).unwrap_or(400);
    let (folder, batches) = prepared();
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let contents: Vec<_> = names.iter().map(|path| (path, std::fs::read(path).unwrap())).collect();
    let mut logs: Vec<_> = names.iter().filter(|path| path.extension().is_some_and(|e| e == "log")).collect();
    logs.sort();
    let mut random = SeededRandom::new(1);
    let mut pick = |below: u64| random.below(below);
    let (mut found, mut refused_to_open, mut end_moved, mut at_risk) = (0, 0, 0, 0);
    for round in 0..count {
        let file = usize::try_from(pick(logs.len() as u64)).unwrap();
        let byte = pick(std::fs::metadata(logs[file]).unwrap().len());
        let bit = u8::try_from(pick(8)).unwrap();
        let context = format!("flip {round}: bit {bit} of byte {byte} of {}", logs[file].display());
        let outside = is_outside_checksum(&contents, logs[file], byte);
        flip(logs[file], byte, bit);
        match open_at(&folder.path(), &folder.config, round % 2 == 0) {
            // Loud: the message names the place.
            Err(error) => {
                let text = error.to_string();
                assert!(text.contains(logs[file].to_str().unwrap()), "{context}: {text}");
                refused_to_open += 1;
            }
            Ok((mut log, report)) => {
                assert_eq!(report.cut, None, "{context}: what was synced was cut");
                if log.end_offset() != 90 {
                    // After an unclean stop nothing says where the log ended, and no checksum covers the offsets of
                    // its last batch.
                    let is_last_batch = outside && logs[file] == logs[logs.len() - 1];
                    assert!(round % 2 == 1 && is_last_batch, "{context}: ends at {}", log.end_offset());
                    end_moved += 1;
                    restore(&folder.path(), &contents);
                    continue;
                }
                // Offset and epoch of a batch lie outside its checksum: before the scrub only those are at risk.
                if outside {
                    at_risk += 1;
                } else {
                    check_served(&consume(&log), &batches, &context);
                }
                let damage = scrub(&mut log);
                assert!(!damage.is_empty(), "{context}: the scrub found nothing");
                assert!(damage.iter().all(|(path, ..)| path == logs[file]), "{context}: {damage:?}");
                found += 1;
                check_served(&consume(&log), &batches, &context);
            }
        }
        restore(&folder.path(), &contents);
    }
    assert!(found > 0 && refused_to_open > 0, "{found} found, {refused_to_open} refused to open");
    println!(
        "bit flips: {count}, {found} named by the scrub ({at_risk} of them in offsets or epochs, which no checksum covers), \
         {refused_to_open} refused at the start, {end_moved} in the offsets of the last batch after an unclean stop; \
         0 altered records served after it, 0 skipped"
    );
}

/// Whether a byte of a segment belongs to a batch's base offset or leader epoch.
fn is_outside_checksum(contents: &[(&PathBuf, Vec<u8>)], path: &Path, byte: u64) -> bool {
    let (_, bytes) = contents.iter().find(|(own, _)| own.as_path() == path).unwrap();
    let mut rest = bytes::Bytes::copy_from_slice(bytes);
    let mut start = 0;
    while let Some(batch) = RecordBatch::decode_next(&mut rest).unwrap() {
        let at = byte - start;
        if at < batch.size_bytes() as u64 {
            return at < 8 || (12..16).contains(&at);
        }
        start += batch.size_bytes() as u64;
    }
    false
}

/// Served is what was written; what is not served was refused.
fn check_served(served: &Served, batches: &BTreeMap<i64, RecordBatch>, context: &str) {
    for (offset, batch) in &served.batches {
        assert_eq!(batches.get(offset), Some(batch), "{context}: altered at {offset}");
    }
    let missing: Vec<_> = batches.keys().filter(|offset| !served.batches.contains_key(offset)).collect();
    assert!(served.refused > 0, "{context}: nothing was refused, {missing:?} are missing");
}

fn restore(directory: &Path, contents: &[(&PathBuf, Vec<u8>)]) {
    for entry in std::fs::read_dir(directory).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    for (path, bytes) in contents {
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn a_scrub_of_an_intact_log_finds_nothing() {
    let (folder, _) = prepared();
    let mut log = folder.open(true);
    assert_eq!(scrub(&mut log), []);
}
