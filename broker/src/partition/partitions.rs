//! All partitions of this broker, by identity: opened at start, created and removed as metadata changes.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{Mutex, RwLock};
use tidemill_environment::{Clock, Now};
use tidemill_log::{
    LogConfig, OpenError, OpenOptions, PartitionLog, PartitionMetadata, PartitionMetadataError,
    RecoveryReport, Storage, StorageError, deleted_directory_name, is_deleted_directory_name,
    parse_partition_directory_name, partition_directory_name,
};

use tidemill_protocol::Uuid;

use super::at_once;
use super::partition::{Partition, PartitionId, PartitionOptions};
use super::waiters::Closed;
use crate::catalog::image::{MetadataImage, TopicImage};
use crate::catalog::metadata_log;
use crate::config::broker_config::FlushBeforeAck;
use crate::error_chain::chain;

/// A directory with this ending was found without metadata; a person decides what becomes of it.
const STRAY_SUFFIX: &str = "-stray";

/// Derives the log configuration of a topic from its overrides and the broker's defaults.
pub(crate) type LogConfigOf = Box<dyn Fn(&TopicImage, &MetadataImage) -> LogConfig + Send + Sync>;

/// Every partition that this broker leads.
pub(crate) struct Partitions {
    by_id: RwLock<HashMap<PartitionId, Arc<Partition>>>,
    /// Partitions that could not be opened since the start; topic ids are never used again.
    unopened: RwLock<HashSet<PartitionId>>,
    storage: Arc<dyn Storage>,
    data_dir: PathBuf,
    clock: Arc<dyn Clock>,
    flush_before_ack: FlushBeforeAck,
    log_config_of: LogConfigOf,
}

/// What [`Partitions::new`] is told.
pub(crate) struct PartitionsOptions {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) data_dir: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) flush_before_ack: FlushBeforeAck,
    pub(crate) log_config_of: LogConfigOf,
}

/// A partition's log that does not open. The broker does not start with it: serving the topic without the partition
/// would look like loss.
#[derive(Debug, thiserror::Error)]
#[error("cannot open partition {index} of topic {topic} in {path}")]
pub(crate) struct OpenPartitionError {
    topic: Arc<str>,
    index: i32,
    path: PathBuf,
    source: Box<OpenPartitionReason>,
}

/// What stands in the way.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenPartitionReason {
    #[error(transparent)]
    Log(#[from] OpenError),
    #[error(transparent)]
    Metadata(#[from] PartitionMetadataError),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Partitions {
    /// Makes an empty set over a data directory.
    pub(crate) fn new(options: PartitionsOptions) -> Self {
        let PartitionsOptions { storage, data_dir, clock, flush_before_ack, log_config_of } = options;
        Self {
            by_id: RwLock::default(),
            unopened: RwLock::default(),
            storage,
            data_dir,
            clock,
            flush_before_ack,
            log_config_of,
        }
    }

    /// Finds a partition.
    pub(crate) fn get(&self, id: PartitionId) -> Option<Arc<Partition>> {
        self.by_id.read().get(&id).cloned()
    }

    /// Says whether a partition was to be opened while the broker ran and could not be.
    ///
    /// One that is just being deleted is not among them: whoever still holds the metadata from before sees it served.
    pub(crate) fn is_unopened(&self, id: PartitionId) -> bool {
        self.unopened.read().contains(&id)
    }

    /// The disk under all of them.
    pub(crate) fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// All partitions now, in no order.
    pub(crate) fn all(&self) -> Vec<Arc<Partition>> {
        self.by_id.read().values().cloned().collect()
    }

    /// Opens every partition of `image`, several at a time; `clean` skips the scan for torn tails.
    pub(crate) fn open_all(&self, image: &MetadataImage, clean: bool) -> Result<(), OpenPartitionError> {
        self.put_strays_aside(image);
        let wanted: Vec<(&TopicImage, i32)> = image
            .topics()
            .flat_map(|topic| (0..topic.partition_count()).map(move |index| (topic.as_ref(), index)))
            .collect();
        let failed = Mutex::new(None);
        at_once::for_each(wanted, |(topic, index)| {
            let go_on = failed.lock().is_none();
            if go_on && let Err(error) = self.open(image, topic, index, clean) {
                failed.lock().get_or_insert(error);
            }
        });
        failed.into_inner().map_or(Ok(()), Err)
    }

    /// Brings the set from `old` to `new`: creates, reconfigures and removes.
    pub(crate) fn follow(&self, old: &MetadataImage, new: &MetadataImage) {
        let gone = old.topics().filter(|topic| new.topic_by_id(topic.id).is_none());
        let gone = gone.flat_map(|topic| (0..topic.partition_count()).map(move |index| (topic, index)));
        at_once::for_each(gone.collect(), |(topic, index)| self.remove(topic, index));
        let mut wanted = Vec::new();
        let cluster_changed = old.cluster_overrides() != new.cluster_overrides();
        for topic in new.topics() {
            let before = old.topic_by_id(topic.id);
            if before.is_some_and(|before| Arc::ptr_eq(before, topic)) && !cluster_changed {
                continue;
            }
            for index in 0..topic.partition_count() {
                let id = PartitionId { topic_id: topic.id, index };
                if let Some(partition) = self.get(id) {
                    partition.with_log_mut(|log| log.set_config((self.log_config_of)(topic, new)));
                } else {
                    wanted.push((topic, id));
                }
            }
        }
        at_once::for_each(wanted, |(topic, id)| {
            if let Err(error) = self.open(new, topic, id.index, true) {
                tracing::error!(error = chain(&error), "partition stays offline");
                self.unopened.write().insert(id);
            }
        });
    }

    /// Applies retention and time-based rolls to every log.
    pub(crate) fn tidy(&self, now: Now) {
        for partition in self.all() {
            let deleted = partition.with_log_mut(|log| {
                log.roll_if_due(now)?;
                log.apply_retention(partition.high_watermark(), now)
            });
            match deleted {
                Ok(0) => {}
                Ok(segments) => tracing::info!(topic = %partition.topic(), partition = partition.id().index,
                    segments, "deleted segments past retention"),
                Err(error) => tracing::error!(topic = %partition.topic(), partition = partition.id().index,
                    error = chain(&error), "cannot apply retention"),
            }
        }
    }

    /// Closes every log; says whether all of them closed cleanly. Nothing else uses the partitions any more.
    pub(crate) fn close_all(self) -> bool {
        let clean = AtomicBool::new(true);
        at_once::for_each(self.by_id.into_inner().into_values().collect(), |partition| {
            if !close(partition) {
                clean.store(false, Ordering::Relaxed);
            }
        });
        clean.into_inner()
    }

    fn open(
        &self,
        image: &MetadataImage,
        topic: &TopicImage,
        index: i32,
        clean: bool,
    ) -> Result<(), OpenPartitionError> {
        let path = self.directory(&topic.name, index);
        let failed = |reason: OpenPartitionReason| OpenPartitionError {
            topic: Arc::clone(&topic.name),
            index,
            path: path.clone(),
            source: Box::new(reason),
        };
        let named = self.remove_foreign(topic.id, &path).map_err(|error| failed(error.into()))?;
        let config = (self.log_config_of)(topic, image);
        let storage = Arc::clone(&self.storage);
        let (log, report) =
            PartitionLog::open(storage, &path, config, OpenOptions { clean }, self.clock.now())
                .map_err(|error| failed(error.into()))?;
        if !named {
            let metadata = PartitionMetadata { topic_id: topic.id };
            metadata.write(&*self.storage, &path).map_err(|error| failed(error.into()))?;
        }
        tell_of_recovery(&topic.name, index, &report);
        let options = PartitionOptions {
            id: PartitionId { topic_id: topic.id, index },
            topic: Arc::clone(&topic.name),
            leader_epoch: image.leader_epoch(),
            flush_before_ack: self.flush_before_ack,
        };
        let partition = Arc::new(Partition::new(options, log));
        self.by_id.write().insert(partition.id(), partition);
        Ok(())
    }

    /// Removes a directory that holds a deleted topic of the same name; says whether one of `topic_id` is left.
    fn remove_foreign(&self, topic_id: Uuid, path: &Path) -> Result<bool, PartitionMetadataError> {
        match PartitionMetadata::read(&*self.storage, path)? {
            Some(found) if found.topic_id == topic_id => Ok(true),
            Some(found) => {
                tracing::warn!(path = %path.display(), topic_id = %found.topic_id, "removing what is left of a deleted topic");
                PartitionLog::delete_directory(&*self.storage, path)?;
                Ok(false)
            }
            None => Ok(false),
        }
    }

    fn remove(&self, topic: &TopicImage, index: i32) {
        let Some(partition) = self.by_id.write().remove(&PartitionId { topic_id: topic.id, index }) else {
            return;
        };
        partition.close(Closed::Gone);
        // A compaction notices and ends.
        let _gate = partition.background_gate();
        let path = self.directory(&topic.name, index);
        let unique = u128::from_be_bytes(topic.id.0);
        let deleted = self.data_dir.join(deleted_directory_name(&topic.name, index, unique));
        // Renamed first, so that a topic of the same name can be created at once.
        let result = self
            .storage
            .rename(&path, &deleted)
            .and_then(|()| PartitionLog::delete_directory(&*self.storage, &deleted));
        if let Err(error) = result {
            tracing::error!(error = chain(&error), "cannot delete a partition's directory");
        }
    }

    fn directory(&self, topic: &str, index: i32) -> PathBuf {
        self.data_dir.join(partition_directory_name(topic, index))
    }

    /// Removes what a crash left of deleted partitions and puts aside what no metadata explains.
    fn put_strays_aside(&self, image: &MetadataImage) {
        let expected: HashSet<String> = image
            .topics()
            .flat_map(|topic| {
                (0..topic.partition_count()).map(move |index| partition_directory_name(&topic.name, index))
            })
            .collect();
        let entries = match self.storage.list(&self.data_dir) {
            Ok(entries) => entries,
            Err(error) => return tracing::warn!(%error, "cannot look for left-over directories"),
        };
        for entry in entries.into_iter().filter(|entry| entry.is_directory) {
            if let Err(error) = self.put_aside(&entry.name, &expected) {
                tracing::warn!(directory = entry.name, %error, "cannot put a left-over directory aside");
            }
        }
    }

    fn put_aside(&self, name: &str, expected: &HashSet<String>) -> Result<(), StorageError> {
        let path = self.data_dir.join(name);
        if is_deleted_directory_name(name) {
            return PartitionLog::delete_directory(&*self.storage, &path);
        }
        let is_partition = parse_partition_directory_name(name).is_some();
        if name == metadata_log::DIRECTORY || expected.contains(name) || !is_partition {
            return Ok(());
        }
        tracing::warn!(
            directory = name,
            "directory belongs to no topic; it is kept with the ending {STRAY_SUFFIX}"
        );
        self.storage.rename(&path, &self.data_dir.join(format!("{name}{STRAY_SUFFIX}")))
    }
}

/// Closes one log; says whether it closed cleanly.
fn close(partition: Arc<Partition>) -> bool {
    partition.close(Closed::Gone);
    let (topic, index) = (Arc::clone(partition.topic()), partition.id().index);
    match Arc::into_inner(partition).map(|partition| partition.into_log().close()) {
        Some(Ok(())) => true,
        Some(Err(error)) => {
            tracing::error!(%topic, partition = index, error = chain(&error), "cannot close the log cleanly");
            false
        }
        None => {
            tracing::error!(%topic, partition = index, "the log is still in use at the end of the stop");
            false
        }
    }
}

fn tell_of_recovery(topic: &str, index: i32, report: &RecoveryReport) {
    if let Some(cut) = &report.cut {
        tracing::warn!(topic, partition = index, path = %cut.path.display(), bytes = cut.bytes, reason = cut.reason,
            end_offset = cut.end_offset, "cut the torn end that a crash left; nothing that was synced was in it");
    }
}
