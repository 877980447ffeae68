//! The group coordinator of this broker.

use std::future::Future;
use std::sync::Arc;
#[cfg(test)]
use std::time::Duration;

use tidemill_environment::{Clock, Random};
use tidemill_protocol::ErrorCode;

use crate::config::broker_config::GroupCoordinatorConfig;
use crate::coordinator_shard::partitioning::partition_of;
use crate::coordinator_shard::shard_log::ShardLog;
use crate::coordinator_shard::shards::Shards;
use crate::group::api::coordinator::Coordinator;
use crate::group::coordinator::{GroupRequest, GroupShard};
use crate::group::turn::{OffsetsMarker, Reply};

/// The group coordinator of a broker.
///
/// It has no shards until `__consumer_offsets` exists; until then groups have no coordinator, and no group exists.
pub struct GroupService {
    shards: Shards<GroupShard>,
}

impl GroupService {
    /// Makes a coordinator without shards.
    #[must_use]
    pub fn new(config: GroupCoordinatorConfig, clock: Arc<dyn Clock>) -> Self {
        Self { shards: Shards::new(config, clock) }
    }

    /// Changes how long a shard whose log failed waits before it is loaded again.
    #[cfg(test)]
    pub(super) fn with_reload_pause(self, reload_pause: Duration) -> Self {
        Self { shards: self.shards.with_reload_pause(reload_pause) }
    }

    /// Starts one shard for each partition of `__consumer_offsets`, in order of their indexes, and loads it.
    ///
    /// Does nothing if shards run already. Call inside the network runtime.
    pub fn start<L: ShardLog>(&self, logs: Vec<L>, random: &mut dyn Random) {
        self.shards.start(logs, random);
    }

    /// Tells whether shards run.
    #[must_use]
    pub fn is_started(&self) -> bool {
        self.shards.is_started()
    }

    /// Ends a producer's transaction in partition `index` of `__consumer_offsets`: writes the marker, and makes the
    /// offsets that the transaction committed there count or drops them. Comes back when that is durable.
    ///
    /// A marker that comes again is written again and changes nothing.
    ///
    /// # Errors
    /// COORDINATOR_NOT_AVAILABLE or COORDINATOR_LOAD_IN_PROGRESS: try again. INVALID_PRODUCER_EPOCH or
    /// TRANSACTION_COORDINATOR_FENCED: the log has seen a later epoch, nothing was written.
    pub async fn end_transaction(&self, index: i32, marker: OffsetsMarker) -> Result<(), ErrorCode> {
        match self.shards.ask_at(index, GroupRequest::EndTransaction(marker)).await? {
            Reply::TransactionEnded => Ok(()),
            other => unreachable!("the end of a transaction was answered with {other:?}"),
        }
    }

    /// Returns the partition of `__consumer_offsets` that a group's offsets live in, if that topic is there.
    #[must_use]
    pub fn partition_of(&self, group_id: &str) -> Option<i32> {
        self.is_started().then(|| partition_of(group_id, self.shards.count()))
    }

    /// Forgets the offsets of topics that were deleted.
    pub async fn forget_topics(&self, topics: &[String]) {
        self.shards.forget_topics(topics).await;
    }

    /// Ends every shard: answers whoever waits with COORDINATOR_NOT_AVAILABLE and lets go of the logs.
    pub async fn stop(&self) {
        self.shards.stop().await;
    }
}

impl Coordinator for GroupService {
    fn ask(
        &self,
        group_id: &str,
        request: GroupRequest,
    ) -> impl Future<Output = Result<Reply, ErrorCode>> + Send {
        self.shards.ask(group_id, request)
    }

    fn ask_all(&self, request: GroupRequest) -> impl Future<Output = Vec<Result<Reply, ErrorCode>>> + Send {
        self.shards.ask_all(request)
    }
}
