//! A topology that runs: its threads, its state directory, its topics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use parking_lot::Mutex;
use tidemill_client::{Admin, BlockingConsumer, ConfigError, Consumer, Producer};
use tidemill_environment::{Clock, SystemClock};

use super::assignor::TaskAssignor;
use super::config::StreamsConfig;
use super::error::{StartError, ThreadError};
use super::internal_topics;
use super::metrics::TaskMetrics;
use super::record_sender::RecordSender;
use super::restore::Restorer;
use super::status::{ApplicationState, Status};
use super::stream_thread::{StreamThread, ThreadOptions};
use super::thread_tasks::{TaskSurroundings, ThreadTasks};
use crate::record::Data;
use crate::state::{
    PublishedState, ReadOnlyKeyValueStore, ReadOnlyWindowStore, StateDirectory, StateError, StateMemory,
};
use crate::topology::Topology;

/// A running topology. Dropping it closes it.
///
/// Its threads form a consumer group named like the application, together with those of other processes. Input is
/// processed at least once: after a crash, what was not committed is processed again, on state that may already reflect some
/// of it.
///
/// ```no_run
/// use std::time::Duration;
/// use tidemill_streams::serde::string;
/// use tidemill_streams::{Application, Consumed, Grouped, Materialized, StreamsBuilder, StreamsConfig};
///
/// let builder = StreamsBuilder::new();
/// let words = builder.stream("words", Consumed::with(string(), string()));
/// words.group_by_key(Grouped::inherited()).count(Materialized::named("counts"));
///
/// let application = Application::start(&builder.build()?, &StreamsConfig::new("counting", "localhost:9092"))?;
/// let state = application.wait_until_running(Duration::from_secs(30));
/// let counts = application.key_value_store::<String, i64>("counts")?;
/// println!("{state:?}: {:?}", counts.get(&"tide".to_owned())?);
/// application.close(Duration::from_secs(30));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Application {
    topology: Topology,
    status: Arc<Status>,
    published: Arc<PublishedState>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// The longest a drop waits for threads to commit and close.
const DROP_TIMEOUT: Duration = Duration::from_secs(30);

impl Application {
    /// Starts `topology`: creates or checks its internal topics, locks its state directory and starts its threads.
    ///
    /// Returns before the tasks run; see [`wait_until_running`](Self::wait_until_running).
    ///
    /// # Errors
    /// [`StartError`] if the configuration, the topics or the state directory do not allow it.
    pub fn start(topology: &Topology, config: &StreamsConfig) -> Result<Self, StartError> {
        let admin =
            Admin::connect(config.admin().map_err(StartError::Config)?).map_err(StartError::Config)?;
        let blocking_admin = admin.blocking();
        let sources = internal_topics::external_sources(topology);
        let existing = internal_topics::partitions_of(&blocking_admin, &sources)?;
        let plan = internal_topics::plan(topology, &config.application_id, &existing)?;
        internal_topics::ensure(&blocking_admin, &plan.internal, config.replication_factor)?;
        let directory =
            StateDirectory::open(&config.state_dir, &config.application_id).map_err(StartError::State)?;
        let published = Arc::new(PublishedState::default());
        let threads = config.threads.max(1);
        let surroundings = Arc::new(TaskSurroundings {
            topology: topology.clone(),
            application_id: config.application_id.clone(),
            emission: config.emission,
            max_run_records: config.max_run_records,
            overlay_bytes: config.overlay_bytes / threads,
            directory: Arc::new(directory),
            memory: StateMemory::new(config.state_memory_bytes),
            published: Arc::clone(&published),
            readers: plan.readers.clone(),
        });
        let status = Arc::new(Status::new(threads));
        let application =
            Self { topology: topology.clone(), status, published, threads: Mutex::new(Vec::new()) };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        for number in 0..threads {
            let options = ThreadOptions {
                number,
                config: config.clone(),
                topics: plan.readers.keys().cloned().collect(),
                clock: Arc::clone(&clock),
                status: Arc::clone(&application.status),
            };
            // An error here drops the application, which stops the threads that run already.
            application.start_thread(options, Arc::clone(&surroundings), &admin)?;
        }
        Ok(application)
    }

    fn start_thread(
        &self,
        options: ThreadOptions,
        surroundings: Arc<TaskSurroundings>,
        admin: &Admin,
    ) -> Result<(), StartError> {
        let config = &options.config;
        let producer = config.producer().and_then(Producer::connect).map_err(StartError::Config)?.blocking();
        let restore_consumer =
            config.restore_consumer().and_then(Consumer::connect).map_err(StartError::Config)?.blocking();
        let restorer =
            Restorer::new(&config.application_id, &self.topology, restore_consumer, admin.blocking());
        let consumer = connect_member(&options, &surroundings).map_err(StartError::Config)?;
        let tasks = ThreadTasks::new(surroundings, RecordSender::new(producer), restorer);
        let name = format!("{}-stream-{}", config.application_id, options.number + 1);
        let (status, number) = (Arc::clone(&self.status), options.number);
        let run = move || {
            let mut thread = StreamThread::new(options, consumer, tasks);
            let outcome = catch_unwind(AssertUnwindSafe(|| thread.run()));
            let failure = match outcome {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error),
                Err(_) => Some(ThreadError::Panicked),
            };
            if let Some(error) = failure {
                tracing::error!(thread = number, %error, "stream thread failed");
                thread.abandon();
                status.fail(error);
            }
            thread.report_stopped();
        };
        let handle =
            thread::Builder::new().name(name).spawn(run).map_err(|source| StartError::Thread { source })?;
        self.threads.lock().push(handle);
        Ok(())
    }

    /// Returns what the application is doing.
    #[must_use]
    pub fn state(&self) -> ApplicationState {
        self.status.state()
    }

    /// Returns what ended the application, if something did.
    #[must_use]
    pub fn failure(&self) -> Option<Arc<ThreadError>> {
        self.status.failure()
    }

    /// Waits at most for `timeout` until every task runs, and returns the state reached.
    #[must_use]
    pub fn wait_until_running(&self, timeout: Duration) -> ApplicationState {
        self.status.wait_for(timeout, |state| state != ApplicationState::Starting)
    }

    /// Waits at most for `timeout` until the application has stopped or failed, and returns the state reached.
    #[must_use]
    pub fn wait_until_stopped(&self, timeout: Duration) -> ApplicationState {
        self.status
            .wait_for(timeout, |state| matches!(state, ApplicationState::Stopped | ApplicationState::Failed))
    }

    /// Commits, closes every task and ends the threads, waiting at most for `timeout`; returns the state reached.
    pub fn close(&self, timeout: Duration) -> ApplicationState {
        self.status.stop();
        if self.status.wait_for_threads(timeout) {
            for thread in self.threads.lock().drain(..) {
                // Threads end by returning; what they panicked with was caught and reported.
                let _ = thread.join();
            }
        }
        self.state()
    }

    /// Returns the counts of all tasks together since the start.
    #[must_use]
    pub fn metrics(&self) -> TaskMetrics {
        self.status.metrics()
    }

    /// Returns a handle on the partitions of a key-value store that are here; it sees what is committed.
    ///
    /// # Errors
    /// [`StateError::UnknownStore`] or [`StateError::WrongType`].
    pub fn key_value_store<K: Data, V: Data>(
        &self,
        name: &str,
    ) -> Result<ReadOnlyKeyValueStore<K, V>, StateError> {
        self.topology.key_value_store(name, Arc::clone(&self.published))
    }

    /// Returns a handle on the partitions of a window store that are here; it sees what is committed.
    ///
    /// # Errors
    /// [`StateError::UnknownStore`] or [`StateError::WrongType`].
    pub fn window_store<K: Data, V: Data>(
        &self,
        name: &str,
    ) -> Result<ReadOnlyWindowStore<K, V>, StateError> {
        self.topology.window_store(name, Arc::clone(&self.published))
    }
}

/// Makes the consumer that is a thread's member of the group.
fn connect_member(
    options: &ThreadOptions,
    surroundings: &TaskSurroundings,
) -> Result<BlockingConsumer, ConfigError> {
    let process_id = surroundings.directory.process_id();
    let config = options.config.group_consumer(process_id, options.number)?;
    let assignor = TaskAssignor::new(&surroundings.directory, surroundings.readers.clone());
    Ok(Consumer::connect_with_assignors(config, vec![Arc::new(assignor)])?.blocking())
}

impl Drop for Application {
    fn drop(&mut self) {
        self.close(DROP_TIMEOUT);
    }
}
