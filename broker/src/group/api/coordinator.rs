//! What the group APIs ask: the shards, wherever they are.

use std::future::Future;

use tidemill_protocol::ErrorCode;

use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// Answers requests about groups.
///
/// An error means that no shard handled the request: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE,
/// NOT_COORDINATOR, or what [`crate::group::coordinator::GroupShard::handle`] refuses. A reply always is the one
/// that belongs to the request.
pub trait Coordinator: Sync {
    /// Asks the shard of `group_id`; the answer comes when it is durable.
    fn ask(
        &self,
        group_id: &str,
        request: GroupRequest,
    ) -> impl Future<Output = Result<Reply, ErrorCode>> + Send;

    /// Asks every shard.
    fn ask_all(&self, request: GroupRequest) -> impl Future<Output = Vec<Result<Reply, ErrorCode>>> + Send;
}
