//! The loop of one stream thread: poll, restore, process, commit. Everything in it belongs to the thread.
//!
//! Rebalances happen inside poll, on the same thread: the listener takes tasks over and gives them up there. What fails in
//! it is reported by the loop, which ends the thread.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tidemill_client::{BlockingConsumer, Polled, RebalanceListener, TopicPartition};
use tidemill_environment::{Clock, Now, Recoverable, Recovery};

use super::config::StreamsConfig;
use super::error::ThreadError;
use super::metrics::TaskMetrics;
use super::restore::consumer_refused;
use super::status::{Status, ThreadPhase};
use super::thread_tasks::ThreadTasks;

/// How long a thread that restores waits for changelog records before it looks at its other tasks.
const RESTORE_POLL: Duration = Duration::from_millis(20);
/// How long a thread that waits for another one to leave a task waits for records meanwhile.
const UNCLAIMED_POLL: Duration = Duration::from_millis(10);
/// How long leaving the group may take.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(5);

/// What a thread is given.
pub(super) struct ThreadOptions {
    pub(super) number: usize,
    pub(super) config: StreamsConfig,
    /// The topics to read, by their names on the cluster.
    pub(super) topics: Vec<String>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) status: Arc<Status>,
}

/// See the module.
pub(super) struct StreamThread {
    options: ThreadOptions,
    consumer: BlockingConsumer,
    owned: Arc<OwnedTasks>,
    last_commit: Now,
}

/// The tasks as loop and listener share them; both run on the thread, so the lock is never waited for. The consumer
/// outlives the thread for a moment and the listener with it: by then the tasks are gone.
struct OwnedTasks {
    tasks: Mutex<Option<ThreadTasks>>,
    assignment: Mutex<Assignment>,
}

#[derive(Default)]
struct Assignment {
    /// Whether the group has assigned anything, be it nothing.
    received: bool,
    failure: Option<ThreadError>,
}

impl OwnedTasks {
    /// Does something with the tasks, unless the thread has ended.
    fn with_tasks<T: Default>(
        &self,
        act: impl FnOnce(&mut ThreadTasks) -> Result<T, ThreadError>,
    ) -> Result<T, ThreadError> {
        self.tasks.lock().as_mut().map_or_else(|| Ok(T::default()), act)
    }

    fn note(&self, outcome: Result<(), ThreadError>) {
        let mut assignment = self.assignment.lock();
        assignment.received = true;
        if let Err(failure) = outcome {
            assignment.failure.get_or_insert(failure);
        }
    }
}

impl RebalanceListener for OwnedTasks {
    fn on_assigned(&self, consumer: &BlockingConsumer, partitions: &[TopicPartition]) {
        tracing::info!(partitions = partitions.len(), "partitions assigned");
        self.note(self.with_tasks(|tasks| {
            tasks.assign(partitions);
            // Nothing is fetched before the state of its task is restored.
            consumer.pause(partitions).map_err(consumer_refused("pause source topics"))
        }));
    }

    fn on_revoked(&self, consumer: &BlockingConsumer, partitions: &[TopicPartition]) {
        tracing::info!(partitions = partitions.len(), "partitions revoked");
        self.note(self.with_tasks(|tasks| tasks.revoke(partitions, consumer)));
    }

    fn on_lost(&self, _consumer: &BlockingConsumer, partitions: &[TopicPartition]) {
        tracing::warn!(partitions = partitions.len(), "partitions lost");
        self.note(self.with_tasks(|tasks| tasks.lose(partitions)));
    }
}

impl StreamThread {
    /// Makes a thread that has no tasks yet.
    pub(super) fn new(options: ThreadOptions, consumer: BlockingConsumer, tasks: ThreadTasks) -> Self {
        let last_commit = options.clock.now();
        let owned = OwnedTasks { tasks: Mutex::new(Some(tasks)), assignment: Mutex::default() };
        Self { options, consumer, owned: Arc::new(owned), last_commit }
    }

    /// Runs until the application stops, then commits, closes and leaves the group.
    ///
    /// # Errors
    /// [`ThreadError`] if anything fails; what is not committed is dropped then.
    pub(super) fn run(&mut self) -> Result<(), ThreadError> {
        let topics: Vec<&str> = self.options.topics.iter().map(String::as_str).collect();
        let listener: Arc<dyn RebalanceListener> = Arc::clone(&self.owned) as _;
        self.consumer
            .subscribe_with(&topics, listener)
            .map_err(consumer_refused("subscribe to the source topics"))?;
        while !self.options.status.is_stopping() {
            self.turn()?;
        }
        self.owned.with_tasks(|tasks| tasks.close(&self.consumer))?;
        self.consumer.close(LEAVE_TIMEOUT);
        Ok(())
    }

    /// Drops all tasks without a commit and leaves the group.
    pub(super) fn abandon(&mut self) {
        if let Some(tasks) = self.owned.tasks.lock().as_mut() {
            tasks.discard();
        }
        self.consumer.close(LEAVE_TIMEOUT);
    }

    /// Tells the application that this thread is gone.
    pub(super) fn report_stopped(&self) {
        let tasks = self.owned.tasks.lock().take();
        let metrics = tasks.map_or_else(TaskMetrics::default, |tasks| tasks.metrics());
        self.options.status.report(self.options.number, ThreadPhase::Stopped, metrics);
    }

    /// One turn: what can run is resumed, what was fetched is processed, what is due is committed.
    fn turn(&mut self) -> Result<(), ThreadError> {
        let timeout = self.restore()?;
        let polled = self.poll(timeout)?;
        let received = {
            let mut assignment = self.owned.assignment.lock();
            if let Some(failure) = assignment.failure.take() {
                return Err(failure);
            }
            assignment.received
        };
        for batch in polled.batches() {
            self.owned.with_tasks(|tasks| tasks.push(batch))?;
        }
        self.process()?;
        let (all_run, metrics) = self.owned.with_tasks(|tasks| Ok((tasks.all_run(), tasks.metrics())))?;
        let phase = if received && all_run { ThreadPhase::Running } else { ThreadPhase::Starting };
        self.options.status.report(self.options.number, phase, metrics);
        Ok(())
    }

    /// Polls; what may be different the next time is logged and waited for.
    fn poll(&self, timeout: Duration) -> Result<Polled, ThreadError> {
        match self.consumer.poll(timeout) {
            Ok(polled) => Ok(polled),
            Err(error) if matches!(error.recovery(), Recovery::Retry | Recovery::Refresh) => {
                tracing::warn!(%error, "cannot fetch records for the moment");
                self.options.status.wait_for_stop(self.options.config.poll);
                Ok(Polled::default())
            }
            Err(error) => Err(ThreadError::Poll(error)),
        }
    }

    /// Restores for a while, resumes what is restored, and returns how long the next poll may wait.
    fn restore(&mut self) -> Result<Duration, ThreadError> {
        self.owned.with_tasks(|tasks| {
            let restored = tasks.open_and_restore(RESTORE_POLL)?;
            if !restored.is_empty() {
                self.consumer.resume(&restored).map_err(consumer_refused("resume source topics"))?;
            }
            Ok(if tasks.all_run() {
                self.time_until_commit().min(self.options.config.poll)
            } else if tasks.is_restoring() {
                Duration::ZERO
            } else {
                UNCLAIMED_POLL
            })
        })
    }

    /// Processes everything that is queued, and commits when it is time.
    fn process(&mut self) -> Result<(), ThreadError> {
        loop {
            let (any, committed) = self.owned.with_tasks(|tasks| {
                let any = tasks.process()?;
                let due = tasks.must_commit() || self.time_until_commit().is_zero();
                if due {
                    tasks.commit(&self.consumer)?;
                }
                Ok((any, due))
            })?;
            if committed {
                self.last_commit = self.options.clock.now();
            }
            if !any {
                return Ok(());
            }
        }
    }

    fn time_until_commit(&self) -> Duration {
        let due = self.last_commit.monotonic.saturating_add(self.options.config.commit_interval);
        due.saturating_sub(self.options.clock.now().monotonic)
    }
}
