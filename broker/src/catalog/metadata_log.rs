//! `__cluster_metadata-0`: the one durable home of metadata, as an ordinary partition log.

use std::path::Path;
use std::sync::Arc;

use tidemill_environment::Now;
use tidemill_log::{
    AppendError, AppendOptions, AppendOrigin, LogConfig, MaintenanceError, OpenError, OpenOptions,
    PartitionLog, ReadError, Storage, StorageError, SyncError,
};
use tidemill_protocol::records::{BatchBuilder, BatchError, BatchOptions, RecordBatch};

use super::change::{self, Change, ChangeError};
use super::image::{FoldError, MetadataImage};

/// The directory of the metadata log inside the data directory (Kafka's name).
pub(crate) const DIRECTORY: &str = "__cluster_metadata-0";
/// Bytes read at once while folding, and the most that one compressed batch may unfold to.
const FOLD_STEP_BYTES: u32 = 1024 * 1024;

/// Why the metadata log cannot be used. The broker does not start, or stops accepting changes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MetadataLogError {
    /// The log cannot be opened.
    #[error("cannot open the metadata log")]
    Open(#[source] OpenError),
    /// The log cannot be read back.
    #[error("cannot read the metadata log at offset {offset}")]
    Read { offset: i64, source: ReadError },
    /// A file of the log cannot be read.
    #[error("cannot read the metadata log at offset {offset}")]
    File { offset: i64, source: StorageError },
    /// A batch of the log is damaged.
    #[error("metadata batch at offset {offset} is damaged")]
    Batch { offset: i64, source: BatchError },
    /// A record is not a list of changes.
    #[error("metadata record at offset {offset} cannot be understood")]
    Change { offset: i64, source: ChangeError },
    /// A record contradicts those before it.
    #[error("metadata record at offset {offset} contradicts those before it")]
    Fold { offset: i64, source: FoldError },
    /// A change does not fit into a record.
    #[error("a change of {size_bytes} bytes does not fit into one metadata record")]
    TooLarge { size_bytes: usize },
    /// A change cannot be appended.
    #[error("cannot append to the metadata log")]
    Append(#[source] AppendError),
    /// A change cannot be made durable.
    #[error("cannot sync the metadata log")]
    Sync(#[source] SyncError),
}

/// The open metadata log.
#[derive(Debug)]
pub(crate) struct MetadataLog {
    log: PartitionLog,
}

impl MetadataLog {
    /// Opens the log under `data_dir` and folds it into an image.
    pub(crate) fn open(
        storage: Arc<dyn Storage>,
        data_dir: &Path,
        clean: bool,
        now: Now,
    ) -> Result<(Self, MetadataImage), MetadataLogError> {
        let options = OpenOptions { clean };
        let (log, _) =
            PartitionLog::open(storage, &data_dir.join(DIRECTORY), LogConfig::default(), options, now)
                .map_err(MetadataLogError::Open)?;
        let mut image = MetadataImage::default();
        while image.end_offset() < log.end_offset() {
            image = fold_from(&log, image)?;
        }
        Ok((Self { log }, image))
    }

    /// Appends one atomic list of changes and syncs it.
    pub(crate) fn append(&mut self, changes: &[Change], now: Now) -> Result<(), MetadataLogError> {
        let mut batch = BatchBuilder::new(BatchOptions::default());
        let value = change::encode(changes);
        let appended = batch.try_append(now.wall_ms, None, Some(&value), &[]);
        let bytes = appended
            .and_then(|_| batch.build().ok())
            .ok_or(MetadataLogError::TooLarge { size_bytes: value.len() })?;
        let options = AppendOptions { origin: AppendOrigin::Coordinator, leader_epoch: 0 };
        self.log.append(bytes, options, now).map_err(MetadataLogError::Append)?;
        let ticket = self.log.begin_sync();
        self.log.complete_sync(ticket.run()).map_err(MetadataLogError::Sync)
    }

    /// Closes the log so that the next open needs no recovery.
    pub(crate) fn close(self) -> Result<(), MaintenanceError> {
        self.log.close()
    }
}

/// Folds the batches at the image's end offset into it.
fn fold_from(log: &PartitionLog, mut image: MetadataImage) -> Result<MetadataImage, MetadataLogError> {
    let offset = image.end_offset();
    let read = log
        .read(offset, FOLD_STEP_BYTES, log.end_offset(), true)
        .map_err(|source| MetadataLogError::Read { offset, source })?;
    let mut bytes = read.into_bytes().map_err(|source| MetadataLogError::File { offset, source })?;
    while let Some(batch) =
        RecordBatch::decode_next(&mut bytes).map_err(|source| MetadataLogError::Batch { offset, source })?
    {
        let limit = usize::try_from(FOLD_STEP_BYTES).expect("u32 fits usize");
        let records = batch.records(limit).map_err(|source| MetadataLogError::Batch { offset, source })?;
        for record in records.iter() {
            let record = record.map_err(|source| MetadataLogError::Batch { offset, source })?;
            let offset = record.offset;
            let changes = change::decode(record.value.unwrap_or_default())
                .map_err(|source| MetadataLogError::Change { offset, source })?;
            image = image.after(&changes).map_err(|source| MetadataLogError::Fold { offset, source })?;
        }
    }
    Ok(image)
}
