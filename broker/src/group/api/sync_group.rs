//! SyncGroup: a follower's answer comes when the leader has assigned.

use std::ops::RangeInclusive;

use tidemill_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupResponse};

use super::coordinator::Coordinator;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 0..=5;

/// Answers a request.
pub async fn handle(groups: &impl Coordinator, request: SyncGroupRequest) -> SyncGroupResponse {
    let group_id = request.group_id.clone();
    match groups.ask(&group_id, GroupRequest::Sync(request)).await {
        Ok(Reply::Sync(response)) => response,
        Ok(other) => unreachable!("a sync was answered with {other:?}"),
        Err(error) => SyncGroupResponse { error_code: error.code(), ..SyncGroupResponse::default() },
    }
}
