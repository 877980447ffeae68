//! The order of appends, and what a bug in a disk may cost.

use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::path::Path;

use tidemill_environment::{Now, SystemClock};
use tidemill_log::storage::{
    DirectoryEntry, FileHandle, OpenFiles, OpenMode, SimulatedDisk, SimulatedFaults,
};
use tidemill_log::{AppendOrigin, LogConfig, OpenOptions, PartitionLog, Storage, StorageError, StoredFile};
use tidemill_protocol::Uuid;
use tidemill_protocol::records::{BatchBuilder, BatchOptions};

use super::*;
use crate::config::broker_config::FlushBeforeAck;
use crate::partition::partition::{PartitionId, PartitionOptions};
use crate::partition::waiters::Closed;

const OPTIONS: AppendOptions = AppendOptions { origin: AppendOrigin::Client, leader_epoch: 0 };

fn partition(storage: Arc<dyn Storage>, index: i32) -> Arc<Partition> {
    let config = LogConfig { max_message_bytes: 64 << 20, ..LogConfig::default() };
    let directory = format!("/data/topic-{index}");
    let open = OpenOptions { clean: true };
    let (log, _) = PartitionLog::open(storage, Path::new(&directory), config, open, Now::at_ms(0)).unwrap();
    let id = PartitionId { topic_id: Uuid([7; 16]), index };
    let options = PartitionOptions {
        id,
        topic: "topic".into(),
        leader_epoch: 0,
        flush_before_ack: FlushBeforeAck::All,
    };
    Arc::new(Partition::new(options, log))
}

fn disk() -> Arc<dyn Storage> {
    Arc::new(SimulatedDisk::new(1, SimulatedFaults::default()))
}

fn batch(size_bytes: usize) -> Bytes {
    let mut batch = BatchBuilder::new(BatchOptions::default());
    batch.try_append(0, None, Some(&vec![b'x'; size_bytes]), &[]).unwrap();
    batch.build().unwrap()
}

fn started(callers: usize) -> GroupCommit {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    GroupCommit::start(&GroupCommitOptions { shards: 1, queue_length: 100, callers }, &clock).unwrap()
}

fn submit(
    commit: &GroupCommit,
    partition: &Arc<Partition>,
    records: Bytes,
) -> oneshot::Receiver<Result<AppendedInfo, AppendFailure>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(commit.submit(partition, records, OPTIONS))
}

#[test]
fn a_batch_is_appended_by_its_caller_while_the_shard_rests() {
    let (commit, partition) = (started(1), partition(disk(), 0));
    let mut answered = submit(&commit, &partition, batch(10));
    // There already: nobody else had a turn.
    assert_eq!(answered.try_recv().unwrap().unwrap().base_offset, 0);
    commit.stop();
}

#[test]
fn no_batch_overtakes_one_that_waits_for_the_append_thread() {
    let (commit, partition) = (started(1), partition(disk(), 0));
    let mut answers = Vec::new();
    for _ in 0..20 {
        // Too large for the caller's thread, then one that is not.
        answers.push(submit(&commit, &partition, batch(4 << 20)));
        answers.push(submit(&commit, &partition, batch(10)));
    }
    for (expected, answered) in (0..).zip(answers) {
        assert_eq!(answered.blocking_recv().unwrap().unwrap().base_offset, expected);
    }
    commit.stop();
}

#[test]
fn without_callers_every_batch_goes_to_the_append_thread() {
    let (commit, partition) = (started(0), partition(disk(), 0));
    let answered = submit(&commit, &partition, batch(10));
    assert_eq!(answered.blocking_recv().unwrap().unwrap().base_offset, 0);
    commit.stop();
    let refused = submit(&commit, &partition, batch(10)).blocking_recv().unwrap();
    assert!(matches!(refused, Err(AppendFailure::Closed)));
}

#[test]
fn after_the_stop_nothing_is_appended() {
    let (commit, partition) = (started(1), partition(disk(), 0));
    commit.stop();
    let refused = submit(&commit, &partition, batch(10)).blocking_recv().unwrap();
    assert!(matches!(refused, Err(AppendFailure::Closed)));
    assert_eq!(partition.with_log(PartitionLog::end_offset), 0);
}

#[test]
fn a_panic_while_syncing_closes_its_partition_and_no_other() {
    let faulty = partition(Arc::new(PanickingDisk(SimulatedDisk::new(1, SimulatedFaults::default()))), 0);
    let (commit, sound) = (started(1), partition(disk(), 1));
    let durable = faulty.when_durable(1);
    submit(&commit, &faulty, batch(10)).blocking_recv().unwrap().unwrap();
    assert_eq!(durable.blocking_recv().unwrap(), Err(Closed::SyncFailed));
    // Appending to it is over; the other partition of the shard does not notice.
    let refused = submit(&commit, &faulty, batch(10)).blocking_recv().unwrap();
    assert!(matches!(refused, Err(AppendFailure::Closed)));
    submit(&commit, &sound, batch(10)).blocking_recv().unwrap().unwrap();
    assert_eq!(sound.when_durable(1).blocking_recv().unwrap(), Ok(()));
    commit.stop();
    // Its log counts as not closed, so the next start verifies it.
    let log = Arc::into_inner(faulty).unwrap().into_log();
    assert!(log.close().is_err());
}

/// A disk that panics when batches are synced.
#[derive(Debug)]
struct PanickingDisk(SimulatedDisk);

#[derive(Debug)]
struct PanickingFile(Arc<StoredFile>);

impl Storage for PanickingDisk {
    fn open(&self, path: &Path, mode: OpenMode) -> Result<Arc<StoredFile>, StorageError> {
        let file = self.0.open(path, mode)?;
        Ok(Arc::new(StoredFile::new(path.to_path_buf(), Box::new(PanickingFile(file)))))
    }

    fn create_directory(&self, path: &Path) -> Result<(), StorageError> {
        self.0.create_directory(path)
    }

    fn list(&self, path: &Path) -> Result<Vec<DirectoryEntry>, StorageError> {
        self.0.list(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), StorageError> {
        self.0.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> Result<(), StorageError> {
        self.0.remove_file(path)
    }

    fn remove_directory(&self, path: &Path) -> Result<(), StorageError> {
        self.0.remove_directory(path)
    }

    fn sync_directory(&self, path: &Path) -> Result<(), StorageError> {
        self.0.sync_directory(path)
    }

    fn open_files(&self) -> &OpenFiles {
        self.0.open_files()
    }
}

impl FileHandle for PanickingFile {
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        self.0.read_at(buffer, position).map_err(io::Error::other)
    }

    fn write_at(&self, parts: &[IoSlice<'_>], position: u64) -> io::Result<usize> {
        let bytes: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).collect();
        self.0.write_all_at(&mut [IoSlice::new(&bytes)], position).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len).map_err(io::Error::other)
    }

    fn size_bytes(&self) -> io::Result<u64> {
        self.0.size_bytes().map_err(io::Error::other)
    }

    fn sync_data(&self) -> io::Result<()> {
        assert!(self.0.path().extension() != Some("log".as_ref()), "a bug, planted by the test");
        self.0.sync_data().map_err(io::Error::other)
    }

    fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}
