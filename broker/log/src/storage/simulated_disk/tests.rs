//! The simulated disk keeps what was synced and may lose anything else.

use super::{SimulatedDisk, SimulatedFaults};
use crate::storage::{OpenMode, Storage, read_file, replace_file};
use std::io::{ErrorKind, IoSlice};
use std::path::Path;

const FOLDER: &str = "/data";
const FILE: &str = "/data/file";

/// A disk with a synced directory and a synced file of 10,000 ones, then 10,000 twos that are not synced.
fn disk() -> SimulatedDisk {
    let disk = SimulatedDisk::new(1, SimulatedFaults::default());
    disk.create_directory(Path::new(FOLDER)).unwrap();
    disk.sync_directory(Path::new("/")).unwrap();
    let file = disk.open(Path::new(FILE), OpenMode::Create).unwrap();
    file.write_all_at(&mut [IoSlice::new(&[1; 10_000])], 0).unwrap();
    file.sync_data().unwrap();
    disk.sync_directory(Path::new(FOLDER)).unwrap();
    file.write_all_at(&mut [IoSlice::new(&[2; 10_000])], 10_000).unwrap();
    disk
}

#[test]
fn synced_bytes_survive_every_crash_and_unsynced_ones_are_lost_in_every_way() {
    let (mut whole, mut none, mut holes) = (0, 0, 0);
    for seed in 0..300 {
        let content = read_file(&disk().crash(seed), Path::new(FILE)).unwrap().unwrap();
        assert!(content[..10_000].iter().all(|byte| *byte == 1));
        let rest = &content[10_000..];
        assert!(rest.iter().all(|byte| [0, 2].contains(byte)));
        whole += usize::from(rest.len() == 10_000 && !rest.contains(&0));
        none += usize::from(rest.is_empty());
        holes += usize::from(rest.contains(&0) && rest.contains(&2));
    }
    assert!(whole > 5 && none > 5 && holes > 50, "{whole} whole, {none} without, {holes} with holes");
}

#[test]
fn a_name_that_was_not_synced_may_be_lost_with_its_synced_bytes() {
    let lost = (0..100).filter(|seed| {
        let disk = disk();
        let path = Path::new("/data/other");
        disk.open(path, OpenMode::Create).unwrap().sync_data().unwrap();
        read_file(&disk.crash(*seed), path).unwrap().is_none()
    });
    assert!((10..90).contains(&lost.count()));
}

#[test]
fn a_replaced_file_has_its_old_or_its_new_content_after_any_crash() {
    for seed in 0..200 {
        let faults = SimulatedFaults { failing_syncs_one_in: Some(3), ..SimulatedFaults::default() };
        let disk = disk();
        let path = Path::new("/data/checkpoint");
        replace_file(&disk, path, b"old").unwrap();
        disk.set_faults(faults);
        let replaced = replace_file(&disk, path, b"new").is_ok();
        disk.set_faults(SimulatedFaults::default());
        let content = read_file(&disk.crash(seed), path).unwrap().unwrap();
        assert!(content == b"new" || (!replaced && content == b"old"), "{seed} {content:?}");
    }
}

#[test]
fn bytes_of_a_failed_sync_stay_readable_and_a_later_sync_does_not_save_them() {
    let lost = (0..100).filter(|seed| {
        let disk = disk();
        let file = disk.open(Path::new(FILE), OpenMode::Existing).unwrap();
        disk.set_faults(SimulatedFaults { failing_syncs_one_in: Some(1), ..SimulatedFaults::default() });
        assert!(file.sync_data().is_err());
        disk.set_faults(SimulatedFaults::default());
        file.sync_data().unwrap();
        assert_eq!(file.size_bytes().unwrap(), 20_000);
        read_file(&disk.crash(*seed), Path::new(FILE)).unwrap().unwrap()
            != [[1; 10_000], [2; 10_000]].concat()
    });
    assert!(lost.count() > 50);
}

#[test]
fn a_full_disk_writes_what_fits_and_says_so() {
    let disk = disk();
    disk.set_faults(SimulatedFaults { capacity_bytes: Some(20_005), ..SimulatedFaults::default() });
    let file = disk.open(Path::new(FILE), OpenMode::Existing).unwrap();
    let error = file.write_all_at(&mut [IoSlice::new(&[3; 10])], 20_000).unwrap_err();
    assert_eq!(error.source.kind(), ErrorKind::StorageFull);
    assert_eq!(file.size_bytes().unwrap(), 20_005);
    file.write_all_at(&mut [IoSlice::new(&[4; 10])], 0).unwrap();
}
