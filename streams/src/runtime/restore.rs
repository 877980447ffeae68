//! Brings the state of tasks up to the end of their changelogs before they process anything.
//!
//! A store is read from the offset that was committed with it, or from the beginning if there is none, up to the end the
//! changelog had when the restore began; the task is the changelog's only writer. State that claims to be ahead of its changelog belongs to a
//! changelog that is gone, and is wiped.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tidemill_client::{BlockingAdmin, BlockingConsumer, ConsumedBatch, OffsetSpec, TopicPartition};

use super::error::ThreadError;
use super::task_state::TaskState;
use crate::state::{Write, restored_write};
use crate::topology::{TaskId, Topology};

/// The tasks of a thread that are being restored.
pub(super) struct Restorer {
    application_id: String,
    topology: Topology,
    consumer: BlockingConsumer,
    admin: BlockingAdmin,
    tasks: BTreeMap<TaskId, RestoringTask>,
}

struct RestoringTask {
    state: TaskState,
    /// What is left to read.
    changelogs: HashMap<TopicPartition, Changelog>,
    restored_records: u64,
}

#[derive(Clone, Copy)]
struct Changelog {
    store: usize,
    end_offset: i64,
}

/// What a changelog holds.
#[derive(Clone, Copy)]
struct LogRange {
    start_offset: i64,
    end_offset: i64,
}

/// Whether state can be brought up to its changelog.
pub(super) enum Accepted {
    /// It is being restored, or has nothing to restore.
    Yes,
    /// It is ahead of its changelog and must be wiped first.
    Ahead(TaskState),
}

impl Restorer {
    /// Makes a restorer with a consumer of its own.
    pub(super) fn new(
        application_id: &str,
        topology: &Topology,
        consumer: BlockingConsumer,
        admin: BlockingAdmin,
    ) -> Self {
        Self {
            application_id: application_id.to_owned(),
            topology: topology.clone(),
            consumer,
            admin,
            tasks: BTreeMap::new(),
        }
    }

    /// Begins to restore the state of `task`.
    ///
    /// # Errors
    /// [`ThreadError::Changelog`] if the ends of its changelogs cannot be found.
    pub(super) fn add(&mut self, task: TaskId, state: TaskState) -> Result<Accepted, ThreadError> {
        let mut changelogs = HashMap::new();
        let mut positions = Vec::new();
        for (store, position) in state.changelog_positions() {
            let topic = self.topology.stores()[store].changelog_topic(&self.application_id);
            let partition = TopicPartition::new(topic, task.partition);
            let range = self.range_of(&partition)?;
            if position > range.end_offset {
                return Ok(Accepted::Ahead(state));
            }
            let position = position.max(range.start_offset);
            if position < range.end_offset {
                changelogs.insert(partition.clone(), Changelog { store, end_offset: range.end_offset });
                positions.push((partition, position));
            }
        }
        if !positions.is_empty() {
            tracing::info!(%task, stores = positions.len(), "restoring state");
        }
        self.tasks.insert(task, RestoringTask { state, changelogs, restored_records: 0 });
        self.assign()?;
        for (partition, position) in positions {
            self.consumer.seek(&partition, position).map_err(consumer_refused("seek in a changelog"))?;
        }
        Ok(Accepted::Yes)
    }

    /// Gives up the restore of a task.
    ///
    /// # Errors
    /// [`ThreadError::Consumer`] if the consumer refuses.
    pub(super) fn remove(&mut self, task: TaskId) -> Result<(), ThreadError> {
        if self.tasks.remove(&task).is_some() { self.assign() } else { Ok(()) }
    }

    /// Says whether nothing is being restored.
    pub(super) fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Reads changelogs for at most `timeout` without records, and returns the tasks that are done.
    ///
    /// # Errors
    /// [`ThreadError`] if changelogs cannot be read or state cannot be written.
    pub(super) fn restore(&mut self, timeout: Duration) -> Result<Vec<(TaskId, TaskState)>, ThreadError> {
        if self.tasks.values().any(|task| !task.changelogs.is_empty()) {
            let polled = self.consumer.poll(timeout).map_err(ThreadError::Poll)?;
            let mut by_changelog: BTreeMap<&TopicPartition, Vec<&ConsumedBatch>> = BTreeMap::new();
            for batch in polled.batches() {
                by_changelog.entry(batch.topic_partition()).or_default().push(batch);
            }
            for (partition, batches) in by_changelog {
                self.apply(partition, &batches)?;
            }
        }
        let done = |task: &RestoringTask| task.changelogs.is_empty();
        let finished: Vec<TaskId> =
            self.tasks.iter().filter(|(_, task)| done(task)).map(|(task, _)| *task).collect();
        let mut restored = Vec::new();
        for id in finished {
            if let Some(task) = self.tasks.remove(&id) {
                tracing::info!(task = %id, records = task.restored_records, "state restored");
                restored.push((id, task.state));
            }
        }
        if !restored.is_empty() {
            self.assign()?;
        }
        Ok(restored)
    }

    /// Applies the polled batches of one changelog, in one write.
    fn apply(&mut self, partition: &TopicPartition, batches: &[&ConsumedBatch]) -> Result<(), ThreadError> {
        let found = self.tasks.values_mut().find_map(|task| {
            let changelog = task.changelogs.get(partition).copied()?;
            Some((task, changelog))
        });
        let (Some((task, changelog)), Some(last)) = (found, batches.last()) else {
            return Ok(());
        };
        let mut writes: Vec<Write> = Vec::with_capacity(batches.iter().map(|batch| batch.len()).sum());
        let mut stream_time_ms = -1;
        for record in batches.iter().flat_map(|batch| batch.records()) {
            let record =
                record.map_err(|source| ThreadError::Batch { partition: partition.clone(), source })?;
            // A changelog's key is never null; what has none was not written by a store.
            if let Some(key) = record.key {
                writes.push(restored_write(changelog.store, key, record.value, record.timestamp));
                stream_time_ms = stream_time_ms.max(record.timestamp);
            }
        }
        task.restored_records += writes.len() as u64;
        task.state
            .restore(changelog.store, &writes, last.next_offset(), stream_time_ms)
            .map_err(|source| ThreadError::Open { task: task.state.task(), source })?;
        if last.next_offset() >= changelog.end_offset {
            task.changelogs.remove(partition);
        }
        Ok(())
    }

    fn assign(&self) -> Result<(), ThreadError> {
        let partitions = self.tasks.values().flat_map(|task| task.changelogs.keys().cloned()).collect();
        self.consumer.assign(partitions).map_err(consumer_refused("read changelogs"))
    }

    fn range_of(&self, partition: &TopicPartition) -> Result<LogRange, ThreadError> {
        let offset = |spec| {
            let wanted = BTreeMap::from([(partition.clone(), spec)]);
            let results = self.admin.list_offsets(&wanted).map_err(ThreadError::Changelog)?;
            let found = results.into_iter().next().map(|(_, result)| result).transpose();
            let found = found.map_err(ThreadError::Changelog)?.flatten();
            Ok(found.map_or(0, |found| found.offset))
        };
        Ok(LogRange { start_offset: offset(OffsetSpec::Earliest)?, end_offset: offset(OffsetSpec::Latest)? })
    }
}

/// Makes an error of what a consumer said.
pub(super) fn consumer_refused<E: std::error::Error>(action: &'static str) -> impl Fn(E) -> ThreadError {
    move |error| ThreadError::Consumer { action, reason: error.to_string() }
}
