//! A topology in one thread, without broker and without waiting.
//!
//! Every sub-topology is one task, the same code that production runs, on state in memory. Records for repartition topics go
//! round by themselves; all topics have one partition.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tidemill_environment::{Clock, ManualClock, Now, Random, SeededRandom};

use super::topics::{TestInputTopic, TestOutputTopic};
use crate::record::Data;
use crate::runtime::{
    OutgoingRecord, SourceRecord, StateLocation, Task, TaskError, TaskMetrics, TaskOptions, TaskState,
};
use crate::serde::{Serde, SerdeError};
use crate::state::{Emission, PublishedState, ReadOnlyKeyValueStore, ReadOnlyWindowStore, StateError};
use crate::topology::{NodeRole, TaskId, Topology};

/// The largest run that is taken unless the options say otherwise.
const MAX_RUN_RECORDS: usize = 1_000;
/// How often tasks and repartition topics may feed each other within one call, far beyond any real topology.
const MAX_ROUNDS: usize = 1_000_000;

/// When the driver commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CommitRule {
    /// After every record that is piped, so that every update is seen, whatever the emission: as Kafka's driver does.
    #[default]
    EveryPipe,
    /// When the wall clock was advanced by this much since the last commit.
    Interval(Duration),
}

/// How many records go through the operators together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunSize {
    /// At most so many.
    AtMost(usize),
    /// A number that changes with every run, from this seed.
    Random(u64),
}

/// How a topology is driven.
#[derive(Debug, Clone)]
pub struct TestDriverOptions {
    /// The `application.id`, which begins the names of internal topics.
    pub application_id: String,
    /// When updates of tables are forwarded.
    pub emission: Emission,
    /// The sizes of runs.
    pub run_size: RunSize,
    /// When to commit.
    pub commit: CommitRule,
    /// The wall clock's first reading, milliseconds since the Unix epoch.
    pub wall_clock_ms: i64,
}

impl Default for TestDriverOptions {
    fn default() -> Self {
        Self {
            application_id: "test-driver".to_owned(),
            emission: Emission::default(),
            run_size: RunSize::AtMost(MAX_RUN_RECORDS),
            commit: CommitRule::default(),
            wall_clock_ms: 0,
        }
    }
}

/// What went wrong in a driven topology.
#[derive(Debug, thiserror::Error)]
pub enum TestDriverError {
    /// A task failed; the driver is of no further use.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// A store could not be opened or read.
    #[error(transparent)]
    State(#[from] StateError),
    /// A piped or read record does not fit the serde that was given.
    #[error("topic {topic}: {source}")]
    Serde {
        /// The topic.
        topic: String,
        /// What the serde said.
        source: SerdeError,
    },
    /// The topology does not read the topic.
    #[error("the topology does not read topic {topic}")]
    UnknownTopic {
        /// The topic.
        topic: String,
    },
    /// Tasks feed each other without end.
    #[error("the topology did not come to rest after {MAX_ROUNDS} rounds: it feeds itself")]
    Endless,
}

/// Drives a topology; see the module. Clones drive the same.
#[derive(Clone)]
pub struct TopologyTestDriver {
    driven: Rc<RefCell<Driven>>,
}

pub(super) struct Driven {
    topology: Topology,
    options: TestDriverOptions,
    tasks: Vec<Task>,
    /// The task that reads each topic.
    readers: HashMap<String, usize>,
    /// The offset of the next record of each topic.
    end_offsets: HashMap<String, i64>,
    written: HashMap<String, VecDeque<OutgoingRecord>>,
    published: Arc<PublishedState>,
    clock: ManualClock,
    last_commit: Now,
    random: SeededRandom,
}

impl TopologyTestDriver {
    /// Drives `topology` as Kafka's driver would: every piped record is processed and committed at once.
    ///
    /// # Errors
    /// [`TestDriverError::State`] if a store cannot be opened.
    pub fn new(topology: &Topology) -> Result<Self, TestDriverError> {
        Self::with_options(topology, TestDriverOptions::default())
    }

    /// Drives `topology` as `options` say.
    ///
    /// # Errors
    /// [`TestDriverError::State`] if a store cannot be opened.
    pub fn with_options(topology: &Topology, options: TestDriverOptions) -> Result<Self, TestDriverError> {
        let published = Arc::new(PublishedState::default());
        let mut tasks = Vec::new();
        let mut readers = HashMap::new();
        for (number, sub_topology) in topology.sub_topologies().iter().enumerate() {
            let id = TaskId { sub_topology: number, partition: 0 };
            let state = TaskState::open(topology, id, StateLocation::Memory)?;
            let task_options =
                TaskOptions { application_id: &options.application_id, emission: options.emission };
            let task = Task::new(topology, id, &task_options, state);
            task.publish(&published);
            tasks.push(task);
            for source in &sub_topology.sources {
                if let NodeRole::Source { topic, .. } = &topology.nodes()[*source].role {
                    readers.insert(topic.resolve(&options.application_id), number);
                }
            }
        }
        let clock = ManualClock::new(Now::at_ms(options.wall_clock_ms));
        let seed = if let RunSize::Random(seed) = options.run_size { seed } else { 0 };
        let driven = Driven {
            topology: topology.clone(),
            tasks,
            readers,
            end_offsets: HashMap::new(),
            written: HashMap::new(),
            published,
            last_commit: clock.now(),
            clock,
            random: SeededRandom::new(seed),
            options,
        };
        Ok(Self { driven: Rc::new(RefCell::new(driven)) })
    }

    /// Returns the typed end at which records enter `topic`.
    pub fn input_topic<K: Data, V: Data>(
        &self,
        topic: &str,
        key: impl Serde<K>,
        value: impl Serde<V>,
    ) -> TestInputTopic<K, V> {
        TestInputTopic::new(Rc::clone(&self.driven), topic, Arc::new(key), Arc::new(value))
    }

    /// Returns the typed end at which the records of `topic` leave. Internal topics can be read too.
    pub fn output_topic<K: Data, V: Data>(
        &self,
        topic: &str,
        key: impl Serde<K>,
        value: impl Serde<V>,
    ) -> TestOutputTopic<K, V> {
        TestOutputTopic::new(Rc::clone(&self.driven), topic, Arc::new(key), Arc::new(value))
    }

    /// Moves the wall clock and does what is due by then.
    ///
    /// # Errors
    /// [`TestDriverError::Task`] if a task fails.
    pub fn advance_wall_clock(&self, step: Duration) -> Result<(), TestDriverError> {
        let mut driven = self.driven.borrow_mut();
        driven.clock.advance(step);
        let due = match driven.options.commit {
            CommitRule::EveryPipe => true,
            CommitRule::Interval(interval) => {
                driven.clock.now().monotonic >= driven.last_commit.monotonic + interval
            }
        };
        if due { driven.commit_until_quiet() } else { Ok(()) }
    }

    /// Commits now, and again until nothing is left to do.
    ///
    /// # Errors
    /// [`TestDriverError::Task`] if a task fails.
    pub fn commit(&self) -> Result<(), TestDriverError> {
        self.driven.borrow_mut().commit_until_quiet()
    }

    /// Returns a handle on a key-value store; it sees what is committed.
    ///
    /// # Errors
    /// [`TestDriverError::State`] if there is no such store of these types.
    pub fn key_value_store<K: Data, V: Data>(
        &self,
        name: &str,
    ) -> Result<ReadOnlyKeyValueStore<K, V>, TestDriverError> {
        let driven = self.driven.borrow();
        Ok(driven.topology.key_value_store(name, Arc::clone(&driven.published))?)
    }

    /// Returns a handle on a window store; it sees what is committed.
    ///
    /// # Errors
    /// [`TestDriverError::State`] if there is no such store of these types.
    pub fn window_store<K: Data, V: Data>(
        &self,
        name: &str,
    ) -> Result<ReadOnlyWindowStore<K, V>, TestDriverError> {
        let driven = self.driven.borrow();
        Ok(driven.topology.window_store(name, Arc::clone(&driven.published))?)
    }

    /// Returns the counts of all tasks together.
    #[must_use]
    pub fn metrics(&self) -> TaskMetrics {
        let mut metrics = TaskMetrics::default();
        self.driven.borrow().tasks.iter().for_each(|task| metrics.add(task.metrics()));
        metrics
    }
}

impl Driven {
    /// Queues records of `topic`, whose offsets are assigned here, and processes them.
    pub(super) fn pipe(&mut self, topic: &str, records: Vec<OutgoingRecord>) -> Result<(), TestDriverError> {
        if !self.readers.contains_key(topic) {
            return Err(TestDriverError::UnknownTopic { topic: topic.to_owned() });
        }
        self.feed(topic, &records)?;
        match self.options.commit {
            CommitRule::EveryPipe => self.commit_until_quiet(),
            CommitRule::Interval(_) => self.process_until_quiet(),
        }
    }

    /// Takes the records that were written to `topic` and not taken before.
    pub(super) fn take_written(&mut self, topic: &str) -> VecDeque<OutgoingRecord> {
        self.written.remove(topic).unwrap_or_default()
    }

    fn feed(&mut self, topic: &str, records: &[OutgoingRecord]) -> Result<(), TestDriverError> {
        let first_offset = self.advance_offsets(topic, records.len());
        let Some(reader) = self.readers.get(topic) else {
            return Ok(());
        };
        let offsets = first_offset..;
        let fetched: Vec<SourceRecord<'_>> = offsets
            .zip(records)
            .map(|(offset, record)| SourceRecord {
                offset,
                timestamp: record.timestamp,
                key: record.key.as_deref(),
                value: record.value.as_deref(),
                headers: record.headers.clone(),
            })
            .collect();
        let end_offset = first_offset + offset_count(records.len());
        Ok(self.tasks[*reader].push(topic, &fetched, end_offset)?)
    }

    fn advance_offsets(&mut self, topic: &str, count: usize) -> i64 {
        let end = self.end_offsets.entry(topic.to_owned()).or_insert(0);
        let first = *end;
        *end += offset_count(count);
        first
    }

    fn process_until_quiet(&mut self) -> Result<(), TestDriverError> {
        for _ in 0..MAX_ROUNDS {
            let mut quiet = true;
            for task in 0..self.tasks.len() {
                loop {
                    let max_records = match self.options.run_size {
                        RunSize::AtMost(records) => records.max(1),
                        RunSize::Random(_) => usize::try_from(self.random.below(20)).unwrap_or(0) + 1,
                    };
                    if self.tasks[task].process(max_records)? == 0 {
                        break;
                    }
                    quiet = false;
                    self.route_output(task)?;
                }
            }
            if quiet {
                return Ok(());
            }
        }
        Err(TestDriverError::Endless)
    }

    fn commit_until_quiet(&mut self) -> Result<(), TestDriverError> {
        for _ in 0..MAX_ROUNDS {
            self.process_until_quiet()?;
            let due: Vec<usize> =
                (0..self.tasks.len()).filter(|task| self.tasks[*task].needs_commit()).collect();
            if due.is_empty() {
                self.last_commit = self.clock.now();
                return Ok(());
            }
            due.into_iter().try_for_each(|task| self.commit_task(task))?;
        }
        Err(TestDriverError::Endless)
    }

    fn commit_task(&mut self, task: usize) -> Result<(), TestDriverError> {
        let prepared = self.tasks[task].prepare_commit()?;
        self.route_output(task)?;
        let mut end_offsets: HashMap<usize, i64> = HashMap::new();
        for record in &prepared.changelog {
            let topic = self.topology.stores()[record.store].changelog_topic(&self.options.application_id);
            let offset = self.advance_offsets(&topic, 1);
            end_offsets.insert(record.store, offset + 1);
            self.written.entry(topic.clone()).or_default().push_back(OutgoingRecord {
                topic: topic.into(),
                key: Some(record.key.clone()),
                partitioning_part: None,
                value: record.value.clone(),
                timestamp: record.timestamp,
                headers: crate::Headers::default(),
            });
        }
        let end_offsets: Vec<(usize, i64)> = end_offsets.into_iter().collect();
        // Shedding everything makes every test read back what it wrote.
        Ok(self.tasks[task].finish_commit(&prepared, &end_offsets, 0)?)
    }

    fn route_output(&mut self, task: usize) -> Result<(), TestDriverError> {
        for record in self.tasks[task].take_output() {
            let topic = Arc::clone(&record.topic);
            self.feed(&topic, std::slice::from_ref(&record))?;
            self.written.entry(topic.to_string()).or_default().push_back(record);
        }
        Ok(())
    }
}

fn offset_count(records: usize) -> i64 {
    i64::try_from(records).expect("a list in memory is shorter than i64::MAX")
}
