//! The tasks of one stream thread: opened, restored, fed, committed and closed by it alone.
//!
//! The commit has the order of the design: everything sent is acknowledged, changelogs included; then input offsets are
//! committed; then each task's state, with its changelog offsets, is written in one batch and so becomes visible.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tidemill_client::{
    BlockingConsumer, CommitError, ConsumedBatch, Delivery, OffsetAndMetadata, TopicPartition,
};

use super::error::ThreadError;
use super::metrics::TaskMetrics;
use super::partition_queue::SourceRecord;
use super::record_sender::RecordSender;
use super::restore::{Accepted, Restorer};
use super::task::{PreparedCommit, Task, TaskOptions};
use super::task_state::{StateLocation, TaskState};
use crate::record::{Header, Headers};
use crate::state::{Emission, PublishedState, StateDirectory, StateError, StateMemory, TaskDirectory};
use crate::topology::{TaskId, Topology};

/// What the tasks of every thread share.
pub(super) struct TaskSurroundings {
    pub(super) topology: Topology,
    pub(super) application_id: String,
    pub(super) emission: Emission,
    pub(super) max_run_records: usize,
    /// The share of one thread.
    pub(super) overlay_bytes: usize,
    pub(super) directory: Arc<StateDirectory>,
    pub(super) memory: StateMemory,
    pub(super) published: Arc<PublishedState>,
    /// The sub-topology that reads each source topic.
    pub(super) readers: BTreeMap<String, usize>,
}

/// See the module.
pub(super) struct ThreadTasks {
    surroundings: Arc<TaskSurroundings>,
    sender: RecordSender,
    restorer: Restorer,
    /// Assigned tasks whose folder another thread has not left yet.
    unclaimed: BTreeSet<TaskId>,
    running: BTreeMap<TaskId, Task>,
    changelog_topics: Vec<Arc<str>>,
    /// Counts of the tasks that were closed.
    closed_metrics: TaskMetrics,
}

impl ThreadTasks {
    /// Makes a thread without tasks.
    pub(super) fn new(surroundings: Arc<TaskSurroundings>, sender: RecordSender, restorer: Restorer) -> Self {
        let topic =
            |store: &crate::topology::StoreSpec| store.changelog_topic(&surroundings.application_id).into();
        let changelog_topics = surroundings.topology.stores().iter().map(topic).collect();
        Self {
            surroundings,
            sender,
            restorer,
            unclaimed: BTreeSet::new(),
            running: BTreeMap::new(),
            changelog_topics,
            closed_metrics: TaskMetrics::default(),
        }
    }

    /// Takes over the tasks of these source partitions.
    pub(super) fn assign(&mut self, partitions: &[TopicPartition]) {
        let tasks = self.tasks_of(partitions);
        self.unclaimed.extend(tasks.into_iter().filter(|task| !self.running.contains_key(task)));
    }

    /// Commits, then gives up the tasks of these source partitions.
    ///
    /// # Errors
    /// [`ThreadError`] if the commit fails; the tasks are gone all the same.
    pub(super) fn revoke(
        &mut self,
        partitions: &[TopicPartition],
        consumer: &BlockingConsumer,
    ) -> Result<(), ThreadError> {
        let committed = self.commit(consumer);
        for task in self.tasks_of(partitions) {
            self.unclaimed.remove(&task);
            self.restorer.remove(task)?;
            if let Some(task) = self.running.remove(&task) {
                self.closed_metrics.add(task.metrics());
                match &committed {
                    Ok(()) => task.close(&self.surroundings.published).map_err(ThreadError::Task)?,
                    Err(_) => task.discard(&self.surroundings.published),
                }
            }
        }
        committed
    }

    /// Drops the tasks of these source partitions without a commit: they belong to others already.
    ///
    /// # Errors
    /// [`ThreadError::Consumer`] if the restore consumer refuses.
    pub(super) fn lose(&mut self, partitions: &[TopicPartition]) -> Result<(), ThreadError> {
        for task in self.tasks_of(partitions) {
            self.unclaimed.remove(&task);
            self.restorer.remove(task)?;
            if let Some(task) = self.running.remove(&task) {
                self.closed_metrics.add(task.metrics());
                task.discard(&self.surroundings.published);
            }
        }
        Ok(())
    }

    /// Opens what can be opened, restores for at most `timeout`, and returns the source partitions of the tasks that
    /// run from now on.
    ///
    /// # Errors
    /// [`ThreadError`] if state cannot be opened or restored.
    pub(super) fn open_and_restore(&mut self, timeout: Duration) -> Result<Vec<TopicPartition>, ThreadError> {
        for task in self.unclaimed.clone() {
            let Some(directory) = self.surroundings.directory.claim(task) else {
                continue;
            };
            self.unclaimed.remove(&task);
            let state =
                self.open_state(task, directory).map_err(|source| ThreadError::Open { task, source })?;
            if let Accepted::Ahead(state) = self.restorer.add(task, state)? {
                tracing::warn!(%task, "state is ahead of its changelog, which was replaced: restoring all of it");
                self.reopen_wiped(task, state)?;
            }
        }
        if self.restorer.is_idle() {
            return Ok(Vec::new());
        }
        let restored = self.restorer.restore(timeout)?;
        let mut partitions = Vec::new();
        for (id, state) in restored {
            let options = TaskOptions {
                application_id: &self.surroundings.application_id,
                emission: self.surroundings.emission,
            };
            let task = Task::new(&self.surroundings.topology, id, &options, state);
            task.publish(&self.surroundings.published);
            self.running.insert(id, task);
            partitions.extend(self.partitions_of(id));
        }
        Ok(partitions)
    }

    /// Says whether every assigned task runs.
    pub(super) fn all_run(&self) -> bool {
        self.unclaimed.is_empty() && self.restorer.is_idle()
    }

    /// Says whether state is being restored.
    pub(super) fn is_restoring(&self) -> bool {
        !self.restorer.is_idle()
    }

    /// Queues the records of a fetched batch; those of a task that does not run are not this thread's any more.
    ///
    /// # Errors
    /// [`ThreadError`] if the batch or one of its records cannot be read.
    pub(super) fn push(&mut self, batch: &ConsumedBatch) -> Result<(), ThreadError> {
        let Some(sub_topology) = self.surroundings.readers.get(&**batch.topic()) else {
            return Ok(());
        };
        let id = TaskId { sub_topology: *sub_topology, partition: batch.partition() };
        let Some(task) = self.running.get_mut(&id) else {
            return Ok(());
        };
        let mut records = Vec::with_capacity(batch.len());
        for record in batch.records() {
            let record = record.map_err(|source| ThreadError::Batch {
                partition: batch.topic_partition().clone(),
                source,
            })?;
            let headers = record.headers.map(|header| Header {
                key: header.key_text().into_owned(),
                value: header.value.map(|value| batch.payload().slice_ref(value)),
            });
            records.push(SourceRecord {
                offset: record.offset,
                timestamp: record.timestamp,
                key: record.key,
                value: record.value,
                headers: Headers::from_list(headers.collect()),
            });
        }
        task.push(batch.topic(), &records, batch.next_offset()).map_err(ThreadError::Task)
    }

    /// Processes one run of every task that has records, sends what they produce, and says whether any had.
    ///
    /// # Errors
    /// [`ThreadError`] if a task fails or a record cannot be sent.
    pub(super) fn process(&mut self) -> Result<bool, ThreadError> {
        let mut any = false;
        for task in self.running.values_mut() {
            if task.process(self.surroundings.max_run_records).map_err(ThreadError::Task)? > 0 {
                any = true;
                send_output(task, &mut self.sender)?;
            }
        }
        Ok(any)
    }

    /// Says whether a commit is due whatever the time: memory above the databases, or unconfirmed records, are at their
    /// limit.
    pub(super) fn must_commit(&self) -> bool {
        let overlays: usize = self.running.values().map(Task::overlay_bytes).sum();
        self.sender.is_full() || overlays > self.surroundings.overlay_bytes
    }

    /// Commits every task that did anything.
    ///
    /// # Errors
    /// [`ThreadError`]: the tasks are of no further use then.
    pub(super) fn commit(&mut self, consumer: &BlockingConsumer) -> Result<(), ThreadError> {
        let mut prepared: Vec<(TaskId, PreparedCommit, HashMap<usize, Delivery>)> = Vec::new();
        let mut offsets = BTreeMap::new();
        for (id, task) in self.running.iter_mut().filter(|(_, task)| task.needs_commit()) {
            let commit = task.prepare_commit().map_err(ThreadError::Task)?;
            send_output(task, &mut self.sender)?;
            let mut last_changes = HashMap::new();
            for record in &commit.changelog {
                let topic = &self.changelog_topics[record.store];
                let delivery = self.sender.send_change(topic, id.partition, record)?;
                last_changes.insert(record.store, delivery);
            }
            for (topic, offset) in task.offsets() {
                offsets.insert(TopicPartition::new(topic, id.partition), OffsetAndMetadata::new(offset));
            }
            prepared.push((*id, commit, last_changes));
        }
        if prepared.is_empty() {
            return Ok(());
        }
        self.sender.confirm()?;
        let offsets_are_committed = offsets.is_empty() || commit_offsets(consumer, offsets)?;
        let overlay_limit_bytes = self.surroundings.overlay_bytes / 2 / self.running.len().max(1);
        for (id, commit, last_changes) in prepared {
            let mut end_offsets = Vec::with_capacity(last_changes.len());
            for (store, delivery) in last_changes {
                let metadata = delivery.wait().map_err(ThreadError::Delivery)?;
                end_offsets.push((store, metadata.offset + 1));
            }
            if let Some(task) = self.running.get_mut(&id) {
                task.finish_commit(&commit, &end_offsets, overlay_limit_bytes).map_err(ThreadError::Task)?;
                if !offsets_are_committed {
                    task.require_commit();
                }
            }
        }
        Ok(())
    }

    /// Commits and closes everything.
    ///
    /// # Errors
    /// [`ThreadError`] if the commit fails; the tasks are closed all the same.
    pub(super) fn close(&mut self, consumer: &BlockingConsumer) -> Result<(), ThreadError> {
        let committed = self.commit(consumer);
        for (_, task) in std::mem::take(&mut self.running) {
            self.closed_metrics.add(task.metrics());
            match &committed {
                Ok(()) => task.close(&self.surroundings.published).map_err(ThreadError::Task)?,
                Err(_) => task.discard(&self.surroundings.published),
            }
        }
        committed
    }

    /// Drops everything without a commit, after an error.
    pub(super) fn discard(&mut self) {
        for (_, task) in std::mem::take(&mut self.running) {
            self.closed_metrics.add(task.metrics());
            task.discard(&self.surroundings.published);
        }
    }

    /// Returns the counts of all tasks this thread has had.
    pub(super) fn metrics(&self) -> TaskMetrics {
        let mut metrics = self.closed_metrics;
        self.running.values().for_each(|task| metrics.add(task.metrics()));
        metrics
    }

    fn tasks_of(&self, partitions: &[TopicPartition]) -> BTreeSet<TaskId> {
        let task = |partition: &TopicPartition| {
            let sub_topology = *self.surroundings.readers.get(&*partition.topic)?;
            Some(TaskId { sub_topology, partition: partition.partition })
        };
        partitions.iter().filter_map(task).collect()
    }

    fn partitions_of(&self, task: TaskId) -> impl Iterator<Item = TopicPartition> {
        let topics =
            self.surroundings.readers.iter().filter(move |(_, reader)| **reader == task.sub_topology);
        topics.map(move |(topic, _)| TopicPartition::new(topic.as_str(), task.partition))
    }

    fn open_state(&self, task: TaskId, directory: TaskDirectory) -> Result<TaskState, StateError> {
        let location = StateLocation::Disk { directory, memory: &self.surroundings.memory };
        TaskState::open(&self.surroundings.topology, task, location)
    }

    fn reopen_wiped(&mut self, task: TaskId, state: TaskState) -> Result<(), ThreadError> {
        let failed = |source| ThreadError::Open { task, source };
        let Some(directory) = state.into_directory() else {
            return Ok(());
        };
        directory.wipe().map_err(failed)?;
        let state = self.open_state(task, directory).map_err(failed)?;
        self.restorer.add(task, state).map(|_| ())
    }
}

fn send_output(task: &mut Task, sender: &mut RecordSender) -> Result<(), ThreadError> {
    task.take_output().iter().try_for_each(|record| sender.send(record))
}

/// Commits input offsets; returns false if a rebalance has to be over first.
///
/// The state of the tasks may be written all the same: it equals what their changelogs acknowledged. What was not committed
/// is processed again if the partitions move meanwhile.
fn commit_offsets(
    consumer: &BlockingConsumer,
    offsets: BTreeMap<TopicPartition, OffsetAndMetadata>,
) -> Result<bool, ThreadError> {
    match consumer.commit_sync(Some(offsets)) {
        Ok(()) => Ok(true),
        Err(error @ (CommitError::Rebalancing { .. } | CommitError::Fenced { .. })) => {
            tracing::debug!(%error, "offsets wait for the end of a rebalance");
            Ok(false)
        }
        Err(error) => Err(ThreadError::Commit(error)),
    }
}
