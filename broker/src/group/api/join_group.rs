//! JoinGroup: the answer comes when the group's next generation is formed, which may take minutes.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::join_group::{JoinGroupRequest, JoinGroupResponse};

use super::coordinator::Coordinator;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 0..=9;
/// First version whose response may have no protocol.
const NULL_PROTOCOL_SINCE: i16 = 7;

/// Who sent a request, as DescribeGroups shows it.
#[derive(Debug, Clone)]
pub struct ClientIdentity {
    /// The client id of the request header.
    pub client_id: String,
    /// The client's address with a slash before it, as Java prints it.
    pub host: String,
}

/// Answers a request.
pub async fn handle(
    groups: &impl Coordinator,
    request: JoinGroupRequest,
    version: i16,
    client: ClientIdentity,
) -> JoinGroupResponse {
    let (group_id, member_id) = (request.group_id.clone(), request.member_id.clone());
    let ClientIdentity { client_id, host: client_host } = client;
    let mut response =
        match groups.ask(&group_id, GroupRequest::Join { request, version, client_id, client_host }).await {
            Ok(Reply::Join(response)) => response,
            Ok(other) => unreachable!("a join was answered with {other:?}"),
            Err(error) => refusal(member_id, error),
        };
    if version < NULL_PROTOCOL_SINCE {
        response.protocol_name.get_or_insert_default();
    }
    response
}

fn refusal(member_id: String, error: ErrorCode) -> JoinGroupResponse {
    JoinGroupResponse {
        error_code: error.code(),
        member_id,
        protocol_name: None,
        ..JoinGroupResponse::default()
    }
}
