//! Batches and logs to test with.

use bytes::Bytes;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tidemill_environment::Now;
use tidemill_log::{
    Admission, AppendError, AppendOptions, AppendOrigin, AppendedInfo, Chunk, Disk, LogConfig, OpenError,
    OpenOptions, PartitionLog, RecoveryReport, StorageError,
};
use tidemill_protocol::records::{
    BatchBuilder, BatchOptions, Compression, EndTransactionMarker, ProducerIdentity, RecordBatch,
};

/// A time of day in 2026, milliseconds.
pub(crate) const NOON: i64 = 1_800_000_000_000;

pub(crate) fn now() -> Now {
    Now::at_ms(NOON)
}

/// A client whose transactions, if it has any, the coordinator vouches for.
pub(crate) const CLIENT: AppendOptions = admitted(i64::MAX, false);
/// A client that no coordinator vouches for.
pub(crate) const UNADMITTED: AppendOptions = AppendOptions { origin: AppendOrigin::Client, leader_epoch: 0 };
pub(crate) const COORDINATOR: AppendOptions =
    AppendOptions { origin: AppendOrigin::Coordinator, leader_epoch: 0 };

/// A client whose transaction the coordinator vouched for when the log ended at `asked_at`.
pub(crate) const fn admitted(asked_at: i64, begins_at_zero: bool) -> AppendOptions {
    let admission = Admission { asked_at, begins_at_zero };
    AppendOptions { origin: AppendOrigin::AdmittedClient(admission), leader_epoch: 0 }
}

/// A batch of records whose values are `values` and whose timestamps rise from `timestamp` by one.
pub(crate) fn batch_with(options: BatchOptions, timestamp: i64, values: &[&[u8]]) -> Bytes {
    let mut builder = BatchBuilder::new(options);
    for (at, value) in (timestamp..).zip(values) {
        builder.try_append(at, Some(b"key"), Some(value), &[]).unwrap();
    }
    builder.build().unwrap()
}

pub(crate) fn batch(values: &[&[u8]]) -> Bytes {
    batch_with(BatchOptions::default(), NOON, values)
}

pub(crate) fn compressed(compression: Compression, timestamp: i64, values: &[&[u8]]) -> Bytes {
    batch_with(BatchOptions { compression, ..BatchOptions::default() }, timestamp, values)
}

pub(crate) fn identity(id: i64, epoch: i16, base_sequence: i32) -> Option<ProducerIdentity> {
    Some(ProducerIdentity { id, epoch, base_sequence })
}

pub(crate) fn produced(producer: Option<ProducerIdentity>, transactional: bool, values: &[&[u8]]) -> Bytes {
    batch_with(BatchOptions { producer, transactional, ..BatchOptions::default() }, NOON, values)
}

pub(crate) fn marker(id: i64, epoch: i16, committed: bool) -> Bytes {
    let marker = EndTransactionMarker { committed, coordinator_epoch: 0 };
    let producer = identity(id, epoch, -1);
    let options = BatchOptions { producer, transactional: true, control: true, ..BatchOptions::default() };
    let mut builder = BatchBuilder::new(options);
    builder.try_append(NOON, Some(&marker.key()), Some(&marker.value()), &[]).unwrap();
    builder.build().unwrap()
}

/// A log in a directory of its own, which goes with it.
pub(crate) struct LogFolder {
    pub(crate) folder: TempDir,
    pub(crate) config: LogConfig,
}

impl LogFolder {
    pub(crate) fn new(config: LogConfig) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), config }
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("flights-0")
    }

    pub(crate) fn try_open(&self, clean: bool) -> Result<(PartitionLog, RecoveryReport), OpenError> {
        open_at(&self.path(), &self.config, clean)
    }

    pub(crate) fn open(&self, clean: bool) -> PartitionLog {
        self.try_open(clean).unwrap().0
    }
}

pub(crate) fn open_at(
    path: &Path,
    config: &LogConfig,
    clean: bool,
) -> Result<(PartitionLog, RecoveryReport), OpenError> {
    PartitionLog::open(Arc::new(Disk::default()), path, config.clone(), OpenOptions { clean }, now())
}

pub(crate) fn append(log: &mut PartitionLog, records: Bytes) -> Result<AppendedInfo, AppendError> {
    log.append(records, CLIENT, now())
}

pub(crate) fn sync(log: &mut PartitionLog) {
    let outcome = log.begin_sync().run();
    log.complete_sync(outcome).unwrap();
}

pub(crate) fn bytes_of(chunks: &[Chunk]) -> Bytes {
    try_bytes_of(chunks).unwrap()
}

fn try_bytes_of(chunks: &[Chunk]) -> Result<Bytes, StorageError> {
    let parts: Result<Vec<Bytes>, _> = chunks
        .iter()
        .map(|chunk| match chunk {
            Chunk::Bytes(bytes) => Ok(bytes.clone()),
            Chunk::FileRegion(region) => region.read(),
        })
        .collect();
    Ok(parts?.concat().into())
}

/// The batches that a read from `offset` returns.
pub(crate) fn read_batches(log: &PartitionLog, offset: i64, max_bytes: u32) -> Vec<RecordBatch> {
    try_read_batches(log, offset, max_bytes).unwrap()
}

fn try_read_batches(
    log: &PartitionLog,
    offset: i64,
    max_bytes: u32,
) -> Result<Vec<RecordBatch>, Box<dyn Error>> {
    let read = log.read(offset, max_bytes, i64::MAX, true)?;
    let mut input = try_bytes_of(&read.chunks)?;
    assert_eq!(input.len(), read.size_bytes as usize);
    let mut batches = Vec::new();
    while let Some(batch) = RecordBatch::decode_next(&mut input)? {
        batch.verify_checksum()?;
        batches.push(batch);
    }
    if let (Some(first), Some(last)) = (batches.first(), batches.last())
        && (read.first_offset, read.end_offset) != (first.base_offset(), last.header().end_offset())
    {
        return Err("the read names other offsets than its batches".into());
    }
    Ok(batches)
}

/// Values of records, by offset.
pub(crate) type Values = Vec<(i64, Vec<u8>)>;

/// Offset and value of every data record from the log start to the end.
pub(crate) fn read_all(log: &PartitionLog) -> Values {
    try_read_all(log).unwrap()
}

/// As [`read_all`], for logs that may be damaged.
pub(crate) fn try_read_all(log: &PartitionLog) -> Result<Values, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut offset = log.start_offset();
    while offset < log.end_offset() {
        let batches = try_read_batches(log, offset, 64 << 10)?;
        offset = batches.last().ok_or("nothing to read below the end")?.header().end_offset();
        for batch in batches.iter().filter(|batch| !batch.is_control()) {
            for record in &batch.records(1 << 20)? {
                let record = record?;
                if record.offset >= log.start_offset() {
                    found.push((record.offset, record.value.unwrap_or_default().to_vec()));
                }
            }
        }
    }
    Ok(found)
}
