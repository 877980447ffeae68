//! The shards of a coordinator on this broker, and which one an id lives in.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tidemill_environment::{Clock, Random};
use tidemill_protocol::ErrorCode;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::partitioning::partition_of;
use super::shard::Shard;
use super::shard_log::ShardLog;
use super::shard_task::{Answer, Job, ShardOptions, ShardTask};

/// Requests that may wait for a shard; more wait at their connections, which stops reading.
const QUEUE_LENGTH: usize = 1024;
/// How long a shard whose log failed answers COORDINATOR_NOT_AVAILABLE before it is loaded again.
const RELOAD_PAUSE: Duration = Duration::from_secs(1);

/// The shards of one coordinator, none until its topic exists.
pub struct Shards<S: Shard> {
    config: S::Config,
    clock: Arc<dyn Clock>,
    reload_pause: Duration,
    queues: RwLock<Vec<mpsc::Sender<Job<S>>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl<S: Shard> Shards<S> {
    /// Makes a coordinator without shards.
    #[must_use]
    pub fn new(config: S::Config, clock: Arc<dyn Clock>) -> Self {
        let (queues, tasks) = (RwLock::default(), Mutex::default());
        Self { config, clock, reload_pause: RELOAD_PAUSE, queues, tasks }
    }

    /// Changes how long a shard whose log failed waits before it is loaded again.
    #[cfg(test)]
    pub(crate) fn with_reload_pause(self, reload_pause: Duration) -> Self {
        Self { reload_pause, ..self }
    }

    /// Starts one shard for each partition of the coordinator's topic, in order of their indexes, and loads it.
    ///
    /// Does nothing if shards run already. Call inside the network runtime.
    pub fn start<L: ShardLog>(&self, logs: Vec<L>, random: &mut dyn Random) {
        let mut queues = self.queues.write();
        if !queues.is_empty() {
            return;
        }
        for log in logs {
            let (sender, jobs) = mpsc::channel(QUEUE_LENGTH);
            let options = ShardOptions {
                log: Arc::new(log),
                config: self.config.clone(),
                clock: Arc::clone(&self.clock),
                seed: random.next_u64(),
                reload_pause: self.reload_pause,
            };
            let task = ShardTask::<S, L>::new(options, jobs);
            self.tasks.lock().push(tokio::spawn(task.run()));
            queues.push(sender);
        }
    }

    /// Tells whether shards run.
    #[must_use]
    pub fn is_started(&self) -> bool {
        !self.queues.read().is_empty()
    }

    /// Returns the number of shards, 0 if they do not run.
    #[must_use]
    pub fn count(&self) -> i32 {
        i32::try_from(self.queues.read().len()).unwrap_or(i32::MAX)
    }

    /// Asks the shard that `id` lives in; the answer comes when it is durable.
    ///
    /// # Errors
    /// COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, or what [`Shard::handle`] refuses.
    pub async fn ask(&self, id: &str, request: S::Request) -> Answer<S> {
        self.ask_at(partition_of(id, self.count()), request).await
    }

    /// Asks the shard of partition `index`; see [`Self::ask`].
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn ask_at(&self, index: i32, request: S::Request) -> Answer<S> {
        let queue = usize::try_from(index).ok().and_then(|index| self.queues.read().get(index).cloned());
        ask_shard(queue, request).await
    }

    /// Asks every shard, one after the other.
    pub async fn ask_all(&self, request: S::Request) -> Vec<Answer<S>>
    where
        S::Request: Clone,
    {
        let queues = self.queues.read().clone();
        let mut replies = Vec::with_capacity(queues.len());
        for queue in queues {
            replies.push(ask_shard(Some(queue), request.clone()).await);
        }
        replies
    }

    /// Tells every shard of topics that were deleted.
    pub async fn forget_topics(&self, topics: &[String]) {
        let queues = self.queues.read().clone();
        for queue in queues {
            // A closed queue means that the broker stops.
            let _ = queue.send(Job::TopicsDeleted(topics.to_vec())).await;
        }
    }

    /// Ends every shard: answers whoever waits with COORDINATOR_NOT_AVAILABLE and lets go of the logs.
    pub async fn stop(&self) {
        self.queues.write().clear();
        let tasks = std::mem::take(&mut *self.tasks.lock());
        for task in tasks {
            // A task that panicked has reported it.
            let _ = task.await;
        }
    }
}

async fn ask_shard<S: Shard>(queue: Option<mpsc::Sender<Job<S>>>, request: S::Request) -> Answer<S> {
    let queue = queue.ok_or(ErrorCode::CoordinatorNotAvailable)?;
    let (answer, answered) = oneshot::channel();
    let sent = queue.send(Job::Request { request, answer }).await;
    sent.map_err(|_| ErrorCode::CoordinatorNotAvailable)?;
    // The queue must be able to close while the answer is parked.
    drop(queue);
    answered.await.unwrap_or(Err(ErrorCode::CoordinatorNotAvailable))
}
