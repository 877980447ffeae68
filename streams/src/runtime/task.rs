//! A task: one sub-topology at one partition, driven by its single owner.
//!
//! Records enter by [`Task::push`], are processed run by run by [`Task::process`] and leave through
//! [`Task::take_output`]. A commit is in two halves, between which the owner has everything acknowledged:
//! [`Task::prepare_commit`] and [`Task::finish_commit`]. After an error a task is only good for being dropped.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;

use super::error::{ProcessError, TaskError};
use super::metrics::TaskMetrics;
use super::output::OutgoingRecord;
use super::partition_queue::{PartitionQueue, QueueError, SourceRecord};
use super::processor::{ProcessorContext, RunProcessor};
use super::run::ErasedRun;
use super::task_state::{TaskState, TaskStores};
use crate::state::{Emission, PublishedState, Write, changelog_value};
use crate::topology::{NodeRole, NodeSetup, TaskId, Topology};

/// See the module.
pub(crate) struct Task {
    id: TaskId,
    topology: Topology,
    queues: Vec<SourceQueue>,
    /// By position in the topology's list of nodes; only this sub-topology's are there.
    processors: Vec<Option<Box<dyn RunProcessor>>>,
    stores: TaskStores,
    state: TaskState,
    output: Vec<OutgoingRecord>,
    metrics: TaskMetrics,
    /// The node whose code runs, for errors.
    current_node: usize,
    needs_commit: bool,
}

struct SourceQueue {
    topic: String,
    node: usize,
    queue: Box<dyn PartitionQueue>,
}

/// A change for a changelog topic.
pub(crate) struct ChangelogRecord {
    /// The store.
    pub(crate) store: usize,
    /// The stored key.
    pub(crate) key: Bytes,
    /// The serialised value.
    pub(crate) value: Option<Bytes>,
    /// The timestamp of the value, milliseconds.
    pub(crate) timestamp: i64,
}

/// The first half of a commit.
pub(crate) struct PreparedCommit {
    /// What must be acknowledged before the second half.
    pub(crate) changelog: Vec<ChangelogRecord>,
    writes: Vec<Write>,
    stream_times: Vec<(usize, i64)>,
}

/// Who a task is and how it emits.
pub(crate) struct TaskOptions<'a> {
    /// The `application.id`.
    pub(crate) application_id: &'a str,
    /// The application's emission.
    pub(crate) emission: Emission,
}

impl Task {
    /// Makes a task on restored state.
    pub(crate) fn new(topology: &Topology, id: TaskId, options: &TaskOptions<'_>, state: TaskState) -> Self {
        let sub_topology = &topology.sub_topologies()[id.sub_topology];
        let setup = NodeSetup { application_id: options.application_id };
        let mut processors: Vec<Option<Box<dyn RunProcessor>>> =
            topology.nodes().iter().map(|_| None).collect();
        for position in &sub_topology.nodes {
            processors[*position] = match &topology.nodes()[*position].role {
                NodeRole::Source { .. } => None,
                NodeRole::Processor { processor, .. } | NodeRole::Sink { processor, .. } => {
                    Some(processor(&setup))
                }
            };
        }
        let queues = sub_topology.sources.iter().filter_map(|node| match &topology.nodes()[*node].role {
            NodeRole::Source { topic, queue } => Some(SourceQueue {
                topic: topic.resolve(options.application_id),
                node: *node,
                queue: queue(),
            }),
            NodeRole::Processor { .. } | NodeRole::Sink { .. } => None,
        });
        Self {
            id,
            queues: queues.collect(),
            processors,
            stores: state.make_stores(topology, options.emission),
            state,
            output: Vec::new(),
            metrics: TaskMetrics::default(),
            current_node: 0,
            needs_commit: false,
            topology: topology.clone(),
        }
    }

    /// Decodes and queues fetched records of one of the task's topics; `end_offset` is the offset after the last.
    ///
    /// # Errors
    /// [`TaskError`] if a record cannot be read.
    pub(crate) fn push(
        &mut self,
        topic: &str,
        records: &[SourceRecord<'_>],
        end_offset: i64,
    ) -> Result<(), TaskError> {
        let (task, partition) = (self.id, self.id.partition);
        let source = self.queues.iter_mut().find(|source| source.topic == topic);
        let source = source.expect("only the task's own topics are fetched for it");
        self.current_node = source.node;
        self.needs_commit = true;
        let (queue, metrics) = (&mut source.queue, &mut self.metrics);
        let pushed = catch_unwind(AssertUnwindSafe(|| queue.push(records, end_offset, metrics)));
        let topic = || topic.to_owned();
        match pushed {
            Ok(Ok(())) => Ok(()),
            Ok(Err(QueueError::Deserialize { offset, source })) => {
                Err(TaskError::Deserialize { task, topic: topic(), partition, offset, source })
            }
            Ok(Err(QueueError::InvalidTimestamp { offset, timestamp })) => {
                Err(TaskError::InvalidTimestamp { task, topic: topic(), partition, offset, timestamp })
            }
            Err(panic) => Err(self.panicked(panic.as_ref())),
        }
    }

    /// Processes one run of at most `max_records` from the queue whose head has the smallest timestamp, and returns its
    /// length; zero when nothing waits.
    ///
    /// # Errors
    /// [`TaskError`] if a node fails or panics.
    pub(crate) fn process(&mut self, max_records: usize) -> Result<usize, TaskError> {
        let Some((chosen, last_timestamp)) = self.choose_queue() else {
            return Ok(0);
        };
        let source = &mut self.queues[chosen];
        let run = source.queue.take_run(max_records, last_timestamp);
        let (length, node) = (run.len(), source.node);
        self.metrics.processed_records += length as u64;
        self.needs_commit = true;
        self.guarded(|task| task.forward(node, run))?;
        Ok(length)
    }

    /// Forwards what was held back and collects every change of state since the last commit.
    ///
    /// # Errors
    /// [`TaskError`] if a node fails or panics, or a value cannot be serialised.
    pub(crate) fn prepare_commit(&mut self) -> Result<PreparedCommit, TaskError> {
        self.guarded(Self::flush_processors)?;
        let mut staged = Vec::new();
        let mut stream_times = Vec::new();
        for (index, store) in self.stores.iter_mut() {
            store.stage(&mut staged).map_err(|source| TaskError::State { task: self.id, source })?;
            stream_times.push((index, store.stream_time_ms()));
        }
        let logged = staged.iter().filter(|(write, _)| self.topology.stores()[write.store].logged);
        let changelog = logged.map(|(write, timestamp)| ChangelogRecord {
            store: write.store,
            key: write.key.clone(),
            value: write.value.as_ref().map(changelog_value),
            timestamp: *timestamp,
        });
        let changelog = changelog.collect();
        let writes = staged.into_iter().map(|(write, _)| write).collect();
        Ok(PreparedCommit { changelog, writes, stream_times })
    }

    /// Applies a prepared commit; `end_offsets` are the offsets after the acknowledged changelog records, by store.
    /// Sheds the overlay if it holds more than `overlay_limit_bytes`.
    ///
    /// # Errors
    /// [`TaskError::State`] if the state cannot be written.
    pub(crate) fn finish_commit(
        &mut self,
        prepared: &PreparedCommit,
        end_offsets: &[(usize, i64)],
        overlay_limit_bytes: usize,
    ) -> Result<(), TaskError> {
        self.state
            .commit(&prepared.writes, &prepared.stream_times, end_offsets)
            .map_err(|source| TaskError::State { task: self.id, source })?;
        if self.stores.size_bytes() > overlay_limit_bytes {
            self.stores.iter_mut().for_each(|(_, store)| store.shed());
        }
        self.needs_commit = false;
        Ok(())
    }

    /// Returns the records for topics that were collected since the last call.
    pub(crate) fn take_output(&mut self) -> Vec<OutgoingRecord> {
        std::mem::take(&mut self.output)
    }

    /// Returns the offsets to commit, by topic; the partition is the task's.
    pub(crate) fn offsets(&self) -> impl Iterator<Item = (&str, i64)> {
        self.queues.iter().filter_map(|source| Some((source.topic.as_str(), source.queue.next_offset()?)))
    }

    /// Has the next commit include this task even if nothing happens before.
    pub(crate) fn require_commit(&mut self) {
        self.needs_commit = true;
    }

    /// Says whether anything happened since the last commit.
    pub(crate) fn needs_commit(&self) -> bool {
        self.needs_commit
    }

    /// Returns the estimated bytes of state that are held above the backends.
    pub(crate) fn overlay_bytes(&self) -> usize {
        self.stores.size_bytes()
    }

    /// Returns the task's counts.
    pub(crate) fn metrics(&self) -> &TaskMetrics {
        &self.metrics
    }

    /// Lets other threads read the task's committed state.
    pub(crate) fn publish(&self, published: &PublishedState) {
        self.state.publish(published);
    }

    /// Takes the task's state out of sight and makes what is committed durable.
    ///
    /// # Errors
    /// [`TaskError::State`] if the state cannot be written.
    pub(crate) fn close(self, published: &PublishedState) -> Result<(), TaskError> {
        self.state.withdraw(published);
        self.state.flush().map_err(|source| TaskError::State { task: self.id, source })
    }

    /// Takes the task's state out of sight and drops what is not committed.
    pub(crate) fn discard(self, published: &PublishedState) {
        self.state.withdraw(published);
    }

    /// Returns the queue to serve and the last timestamp up to which no other queue would be served first. Equal
    /// timestamps go in the order of the queues.
    fn choose_queue(&self) -> Option<(usize, i64)> {
        let heads: Vec<Option<i64>> =
            self.queues.iter().map(|source| source.queue.head_timestamp()).collect();
        let waiting = || heads.iter().enumerate().filter_map(|(queue, head)| Some((queue, (*head)?)));
        let (chosen, _) = waiting().min_by_key(|(queue, head)| (*head, *queue))?;
        let last_timestamp = waiting()
            .filter(|(queue, _)| *queue != chosen)
            .map(|(queue, head)| if chosen < queue { head } else { head - 1 })
            .min();
        Some((chosen, last_timestamp.unwrap_or(i64::MAX)))
    }

    fn flush_processors(&mut self) -> Result<(), ProcessError> {
        let topology = self.topology.clone();
        for node in &topology.sub_topologies()[self.id.sub_topology].nodes {
            self.call(*node, |processor, context| processor.flush(context))?;
        }
        Ok(())
    }

    fn drive(&mut self, node: usize, run: ErasedRun) -> Result<(), ProcessError> {
        let one_by_one = &self.topology.sub_topologies()[self.id.sub_topology].one_by_one;
        if run.len() > 1 && one_by_one.contains(&node) {
            return run.split().into_iter().try_for_each(|record| self.drive(node, record));
        }
        self.call(node, |processor, context| processor.process(run, context))
    }

    /// Calls a node's processor and drives what it forwards.
    fn call<C>(&mut self, node: usize, call: C) -> Result<(), ProcessError>
    where
        C: FnOnce(&mut dyn RunProcessor, &mut ProcessorContext<'_>) -> Result<(), ProcessError>,
    {
        let Some(processor) = self.processors[node].as_deref_mut() else {
            return Ok(());
        };
        self.current_node = node;
        let mut context = ProcessorContext {
            stores: &mut self.stores,
            output: &mut self.output,
            metrics: &mut self.metrics,
            forwarded: Vec::new(),
        };
        call(processor, &mut context)?;
        let forwarded = context.forwarded;
        forwarded.into_iter().try_for_each(|run| self.forward(node, run))
    }

    fn forward(&mut self, node: usize, run: ErasedRun) -> Result<(), ProcessError> {
        if run.len() > 1 && self.topology.sub_topologies()[self.id.sub_topology].one_by_one.contains(&node) {
            return run.split().into_iter().try_for_each(|record| self.forward(node, record));
        }
        let topology = self.topology.clone();
        let Some((last, others)) = topology.nodes()[node].children.split_last() else {
            return Ok(());
        };
        for child in others {
            self.drive(*child, run.copy())?;
        }
        self.drive(*last, run)
    }

    fn guarded<F>(&mut self, call: F) -> Result<(), TaskError>
    where
        F: FnOnce(&mut Self) -> Result<(), ProcessError>,
    {
        // Nothing of the task is used after a panic but its name.
        match catch_unwind(AssertUnwindSafe(|| call(self))) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(source)) => {
                Err(TaskError::Process { task: self.id, node: self.current_node_name(), source })
            }
            Err(panic) => Err(self.panicked(panic.as_ref())),
        }
    }

    fn panicked(&self, panic: &(dyn Any + Send)) -> TaskError {
        let message = panic
            .downcast_ref::<&str>()
            .map(|message| (*message).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a value that is no text".to_owned());
        TaskError::Panicked { task: self.id, node: self.current_node_name(), message }
    }

    fn current_node_name(&self) -> String {
        self.topology.nodes()[self.current_node].name.clone()
    }
}
