//! LeaveGroup: one member in versions 0 to 2, several since (KIP-345).

use std::ops::RangeInclusive;

use tidemill_protocol::messages::leave_group::{LeaveGroupRequest, LeaveGroupResponse, MemberIdentity};

use super::coordinator::Coordinator;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 0..=5;
/// First version that names its members in a list.
const MEMBERS_SINCE: i16 = 3;

/// Answers a request.
pub async fn handle(
    groups: &impl Coordinator,
    mut request: LeaveGroupRequest,
    version: i16,
) -> LeaveGroupResponse {
    let group_id = request.group_id.clone();
    if version < MEMBERS_SINCE {
        let member_id = std::mem::take(&mut request.member_id);
        request.members = vec![MemberIdentity { member_id, ..MemberIdentity::default() }];
    }
    let mut response = match groups.ask(&group_id, GroupRequest::Leave(request)).await {
        Ok(Reply::Leave(response)) => response,
        Ok(other) => unreachable!("a leave was answered with {other:?}"),
        Err(error) => LeaveGroupResponse { error_code: error.code(), ..LeaveGroupResponse::default() },
    };
    if version < MEMBERS_SINCE
        && let Some(member) = response.members.pop()
    {
        response.error_code = member.error_code;
    }
    response
}
