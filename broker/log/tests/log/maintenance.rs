//! Retention, deletion, truncation, failed syncs, descriptors.

use crate::batches::{LogFolder, NOON, append, batch, compressed, identity, now, produced, read_all, sync};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tidemill_environment::Now;
use tidemill_log::storage::{SimulatedDisk, SimulatedFaults};
use tidemill_log::{
    AppendError, CleanupPolicy, Disk, LogConfig, MaintenanceError, OpenOptions, PartitionLog, ReadError,
    Storage,
};
use tidemill_protocol::records::Compression;

/// One batch a segment, one segment a minute.
fn a_segment_a_minute(config: LogConfig) -> (LogFolder, PartitionLog) {
    let folder = LogFolder::new(LogConfig { segment_bytes: 150, ..config });
    let mut log = folder.open(true);
    for minute in 0..10 {
        append(&mut log, compressed(Compression::None, NOON - 60_000 * (9 - minute), &[&[0; 50]])).unwrap();
    }
    assert_eq!(log.segment_count(), 10);
    (folder, log)
}

#[test]
fn old_segments_go_by_the_time_of_their_newest_record() {
    let retention = Some(Duration::from_mins(5));
    let (folder, mut log) = a_segment_a_minute(LogConfig { retention, ..LogConfig::default() });
    assert_eq!(log.apply_retention(2, now()).unwrap(), 2, "nothing at or above the high watermark");
    assert_eq!(log.apply_retention(10, now()).unwrap(), 2);
    assert_eq!((log.start_offset(), read_all(&log).len()), (4, 6));
    drop(log);
    let mut log = folder.open(false);
    assert_eq!(log.start_offset(), 4);
    let tomorrow = now().plus(Duration::from_hours(24));
    assert_eq!(log.apply_retention(10, tomorrow).unwrap(), 6, "the last segment is rolled, then deleted");
    assert_eq!((log.start_offset(), log.end_offset(), log.size_bytes()), (10, 10, 0));
}

#[test]
fn large_logs_lose_their_oldest_segments_and_compacted_ones_keep_them() {
    let config = LogConfig { retention_bytes: Some(400), ..LogConfig::default() };
    let (_folder, mut log) = a_segment_a_minute(config.clone());
    log.apply_retention(10, now()).unwrap();
    assert!(log.size_bytes() >= 400 && log.size_bytes() < 400 + 150, "{}", log.size_bytes());
    let cleanup = CleanupPolicy { delete: false, compact: true };
    let (_folder, mut log) = a_segment_a_minute(LogConfig { cleanup, ..config });
    assert_eq!(log.apply_retention(10, now().plus(Duration::from_hours(2_400))).unwrap(), 0);
}

#[test]
fn deleted_records_stay_deleted() {
    let (folder, mut log) = a_segment_a_minute(LogConfig::default());
    log.delete_records_before(3).unwrap();
    log.delete_records_before(2).unwrap();
    assert_eq!((log.start_offset(), log.segment_count()), (3, 7));
    assert!(matches!(
        log.delete_records_before(11),
        Err(MaintenanceError::OffsetOutOfRange { limit: 10, .. })
    ));
    drop(log);
    let log = folder.open(false);
    assert_eq!(log.start_offset(), 3);
    assert!(matches!(log.read(2, 100, 10, true), Err(ReadError::OffsetOutOfRange { log_start: 3, .. })));
}

#[test]
fn with_a_jitter_segments_of_one_age_roll_at_different_times_within_it() {
    let minutes = Duration::from_mins;
    let config = LogConfig { segment_age: minutes(60), segment_jitter: minutes(30), ..LogConfig::default() };
    let rolled_after = |age: Duration| {
        let folders = (0..40).map(|_| LogFolder::new(config.clone()));
        let rolled = folders.filter(|folder| {
            let mut log = folder.open(true);
            append(&mut log, batch(&[b"a"])).unwrap();
            log.roll_if_due(now().plus(age)).unwrap()
        });
        rolled.count()
    };
    assert_eq!(rolled_after(minutes(30)), 0);
    assert!((1..40).contains(&rolled_after(minutes(45))));
    assert_eq!(rolled_after(minutes(61)), 40);
}

#[test]
fn a_quiet_segment_rolls_when_it_is_old_enough() {
    let folder = LogFolder::new(LogConfig { segment_age: Duration::from_hours(1), ..LogConfig::default() });
    let mut log = folder.open(true);
    let later = now().plus(Duration::from_hours(2));
    assert!(!log.roll_if_due(later).unwrap(), "an empty one does not");
    append(&mut log, batch(&[b"a"])).unwrap();
    assert!(!log.roll_if_due(now()).unwrap());
    assert!(log.roll_if_due(later).unwrap());
    assert_eq!((log.segment_count(), log.has_unsynced_closed_segments()), (2, true));
    sync(&mut log);
    assert!(!log.has_unsynced_closed_segments());
}

#[test]
fn a_truncated_log_ends_at_a_batch_and_forgets_what_came_after() {
    let folder =
        LogFolder::new(LogConfig { segment_bytes: 400, index_interval_bytes: 1, ..LogConfig::default() });
    let mut log = folder.open(true);
    for number in 0..10 {
        append(&mut log, produced(identity(4, 0, number * 2), false, &[b"a", &[0; 50]])).unwrap();
    }
    let before = read_all(&log);
    log.truncate_to(20, now()).unwrap();
    assert_eq!(log.end_offset(), 20);
    log.truncate_to(13, now()).unwrap();
    assert_eq!((log.end_offset(), log.synced_offset()), (12, 12));
    assert_eq!(read_all(&log), before[..12]);
    for clean in [false, true] {
        let again = produced(identity(4, 0, 10), false, &[b"a", &[0; 50]]);
        assert!(append(&mut log, again).unwrap().duplicate, "the producer state was rolled back as well");
        log.close().unwrap();
        log = folder.open(clean);
        assert_eq!(read_all(&log), before[..12]);
    }
    assert_eq!(append(&mut log, produced(identity(4, 0, 12), false, &[b"b"])).unwrap().base_offset, 12);
    log.truncate_fully_and_start_at(100, now()).unwrap();
    assert_eq!((log.start_offset(), log.end_offset(), log.latest_epoch()), (100, 100, None));
    drop(log);
    assert_eq!(folder.open(false).start_offset(), 100);
}

fn on_simulated(disk: &Arc<SimulatedDisk>) -> PartitionLog {
    let storage = Arc::clone(disk) as Arc<dyn Storage>;
    let options = OpenOptions { clean: false };
    PartitionLog::open(storage, Path::new("/flights-0"), LogConfig::default(), options, Now::at_ms(NOON))
        .unwrap()
        .0
}

#[test]
fn after_a_failed_sync_the_log_refuses_writes_until_it_is_opened_again() {
    let disk = Arc::new(SimulatedDisk::new(1, SimulatedFaults::default()));
    let mut log = on_simulated(&disk);
    append(&mut log, batch(&[b"a"])).unwrap();
    let (first, second) = (log.begin_sync(), log.begin_sync());
    disk.set_faults(SimulatedFaults { failing_syncs_one_in: Some(1), ..SimulatedFaults::default() });
    let failed = first.run();
    disk.set_faults(SimulatedFaults::default());
    let after = second.run();
    assert!(
        log.complete_sync(after).is_err(),
        "a sync after the failed one proves nothing, whoever reports first"
    );
    assert!(log.complete_sync(failed).is_err());
    assert_eq!(log.synced_offset(), 0);
    assert!(matches!(append(&mut log, batch(&[b"b"])), Err(AppendError::Refused(_))));
    assert_eq!(read_all(&log).len(), 1, "reads go on");
    drop(log);
    let mut log = on_simulated(&disk);
    assert_eq!(append(&mut log, batch(&[b"b"])).unwrap().base_offset, 1);
    for seed in 0..50 {
        let log = on_simulated(&Arc::new(disk.crash(seed)));
        assert!(log.end_offset() >= 1, "what opening again counted as synced is on the disk");
    }
}

#[test]
fn a_full_disk_refuses_the_batch_and_accepts_it_when_there_is_room() {
    let disk = Arc::new(SimulatedDisk::new(1, SimulatedFaults::default()));
    let mut log = on_simulated(&disk);
    append(&mut log, batch(&[b"a"])).unwrap();
    let large = batch(&[&[0; 5_000]]);
    disk.set_faults(SimulatedFaults { capacity_bytes: Some(3_000), ..SimulatedFaults::default() });
    for _ in 0..3 {
        assert!(matches!(append(&mut log, large.clone()), Err(AppendError::Storage(_))));
        assert_eq!((log.end_offset(), read_all(&log).len()), (1, 1));
    }
    disk.set_faults(SimulatedFaults::default());
    assert_eq!(append(&mut log, large).unwrap().base_offset, 1);
    drop(log);
    assert_eq!(on_simulated(&disk).end_offset(), 2);
}

/// Descriptors of this process that lead into `folder`.
fn open_descriptors(folder: &Path) -> usize {
    let links = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok());
    links.filter(|target| target.starts_with(folder)).count()
}

#[test]
fn many_logs_hold_few_descriptors() {
    let folder = tempfile::tempdir().unwrap();
    let storage: Arc<dyn Storage> = Arc::new(Disk::new(20));
    let config = LogConfig { segment_bytes: 200, index_interval_bytes: 1, ..LogConfig::default() };
    let mut logs = Vec::new();
    for partition in 0..100 {
        let path = folder.path().join(format!("flights-{partition}"));
        let opened = PartitionLog::open(
            Arc::clone(&storage),
            &path,
            config.clone(),
            OpenOptions { clean: true },
            now(),
        );
        let mut log = opened.unwrap().0;
        for number in 0..10u8 {
            append(&mut log, batch(&[&[number; 50]])).unwrap();
        }
        sync(&mut log);
        logs.push(log);
    }
    assert!(logs.iter().all(|log| log.segment_count() >= 5));
    assert!(open_descriptors(folder.path()) <= 20, "{}", open_descriptors(folder.path()));
    for log in &logs {
        assert_eq!(read_all(log).len(), 10);
    }
    let regions: Vec<_> = logs.iter().map(|log| log.read(0, 1, 10, true).unwrap()).collect();
    assert!(open_descriptors(folder.path()) <= 120, "one more for each read in flight");
    drop(regions);
    assert!(open_descriptors(folder.path()) <= 20);
}
