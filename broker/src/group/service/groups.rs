//! The shards of this broker, and which one a group lives in.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tidemill_environment::{Clock, Random};
use tidemill_protocol::ErrorCode;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::offsets_log::OffsetsLog;
use super::shard_task::{Job, ShardOptions, ShardTask};
use crate::config::broker_config::GroupCoordinatorConfig;
use crate::group::api::coordinator::Coordinator;
use crate::group::coordinator::GroupRequest;
use crate::group::partitioning::partition_of;
use crate::group::turn::Reply;

/// Requests that may wait for a shard; more wait at their connections, which stops reading.
const QUEUE_LENGTH: usize = 1024;
/// How long a shard whose log failed answers COORDINATOR_NOT_AVAILABLE before it is loaded again.
const RELOAD_PAUSE: Duration = Duration::from_secs(1);

/// The group coordinator of a broker.
///
/// It has no shards until `__consumer_offsets` exists; until then groups have no coordinator, and no group exists.
pub struct GroupService {
    config: GroupCoordinatorConfig,
    clock: Arc<dyn Clock>,
    reload_pause: Duration,
    shards: RwLock<Vec<mpsc::Sender<Job>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl GroupService {
    /// Makes a coordinator without shards.
    #[must_use]
    pub fn new(config: GroupCoordinatorConfig, clock: Arc<dyn Clock>) -> Self {
        Self { config, clock, reload_pause: RELOAD_PAUSE, shards: RwLock::default(), tasks: Mutex::default() }
    }

    /// Changes how long a shard whose log failed waits before it is loaded again.
    #[cfg(test)]
    pub(super) fn with_reload_pause(self, reload_pause: Duration) -> Self {
        Self { reload_pause, ..self }
    }

    /// Starts one shard for each partition of `__consumer_offsets`, in order of their indexes, and loads it.
    ///
    /// Does nothing if shards run already. Call inside the network runtime.
    pub fn start<L: OffsetsLog>(&self, logs: Vec<L>, random: &mut dyn Random) {
        let mut shards = self.shards.write();
        if !shards.is_empty() {
            return;
        }
        for log in logs {
            let (sender, jobs) = mpsc::channel(QUEUE_LENGTH);
            let options = ShardOptions {
                log: Arc::new(log),
                config: self.config,
                clock: Arc::clone(&self.clock),
                seed: random.next_u64(),
                reload_pause: self.reload_pause,
            };
            let task = ShardTask::new(options, jobs);
            self.tasks.lock().push(tokio::spawn(task.run()));
            shards.push(sender);
        }
    }

    /// Tells whether shards run.
    #[must_use]
    pub fn is_started(&self) -> bool {
        !self.shards.read().is_empty()
    }

    /// Forgets the offsets of topics that were deleted.
    pub async fn forget_topics(&self, topics: &[String]) {
        let shards = self.shards.read().clone();
        for shard in shards {
            // A closed queue means that the broker stops.
            let _ = shard.send(Job::TopicsDeleted(topics.to_vec())).await;
        }
    }

    /// Ends every shard: answers whoever waits with COORDINATOR_NOT_AVAILABLE and lets go of the logs.
    pub async fn stop(&self) {
        self.shards.write().clear();
        let tasks = std::mem::take(&mut *self.tasks.lock());
        for task in tasks {
            // A task that panicked has reported it.
            let _ = task.await;
        }
    }

    fn shard_of(&self, group_id: &str) -> Option<mpsc::Sender<Job>> {
        let shards = self.shards.read();
        let count = i32::try_from(shards.len()).ok()?;
        let index = usize::try_from(partition_of(group_id, count)).ok()?;
        shards.get(index).cloned()
    }
}

async fn ask_shard(shard: Option<mpsc::Sender<Job>>, request: GroupRequest) -> Result<Reply, ErrorCode> {
    let shard = shard.ok_or(ErrorCode::CoordinatorNotAvailable)?;
    let (answer, answered) = oneshot::channel();
    let sent = shard.send(Job::Request { request, answer }).await;
    sent.map_err(|_| ErrorCode::CoordinatorNotAvailable)?;
    // The queue must be able to close while the answer is parked.
    drop(shard);
    answered.await.unwrap_or(Err(ErrorCode::CoordinatorNotAvailable))
}

impl Coordinator for GroupService {
    fn ask(
        &self,
        group_id: &str,
        request: GroupRequest,
    ) -> impl Future<Output = Result<Reply, ErrorCode>> + Send {
        ask_shard(self.shard_of(group_id), request)
    }

    async fn ask_all(&self, request: GroupRequest) -> Vec<Result<Reply, ErrorCode>> {
        let shards = self.shards.read().clone();
        let mut replies = Vec::with_capacity(shards.len());
        for shard in shards {
            replies.push(ask_shard(Some(shard), request.clone()).await);
        }
        replies
    }
}
