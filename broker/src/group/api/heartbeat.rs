//! Heartbeat. While its shard is loaded a member is not told to look for another coordinator: this one is right.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};

use super::coordinator::Coordinator;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 0..=4;

/// Answers a request.
pub async fn handle(groups: &impl Coordinator, request: HeartbeatRequest) -> HeartbeatResponse {
    let group_id = request.group_id.clone();
    match groups.ask(&group_id, GroupRequest::Heartbeat(request)).await {
        Ok(Reply::Heartbeat(response)) => response,
        Ok(other) => unreachable!("a heartbeat was answered with {other:?}"),
        Err(ErrorCode::CoordinatorLoadInProgress) => HeartbeatResponse::default(),
        Err(error) => HeartbeatResponse { error_code: error.code(), ..HeartbeatResponse::default() },
    }
}
