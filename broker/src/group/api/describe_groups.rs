//! DescribeGroups.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::describe_groups::{
    DescribeGroupsRequest, DescribeGroupsResponse, DescribedGroup,
};

use super::coordinator::Coordinator;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 0..=6;
/// First version that tells a group that does not exist from a dead one (KIP-1043).
const NOT_FOUND_SINCE: i16 = 6;
/// READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS and ALTER_CONFIGS, as bits of their ACL codes: there is no access control.
const ALL_GROUP_OPERATIONS: i32 = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

/// Answers a request.
pub async fn handle(
    groups: &impl Coordinator,
    request: DescribeGroupsRequest,
    version: i16,
) -> DescribeGroupsResponse {
    let mut response = DescribeGroupsResponse::default();
    for group_id in request.groups {
        let mut group = match groups
            .ask(&group_id, GroupRequest::Describe { group_id: group_id.clone() })
            .await
        {
            Ok(Reply::Describe(group)) => group,
            Ok(other) => unreachable!("a describe was answered with {other:?}"),
            Err(error) => DescribedGroup { error_code: error.code(), group_id, ..DescribedGroup::default() },
        };
        if version < NOT_FOUND_SINCE {
            group.error_message = None;
            if group.error_code == ErrorCode::GroupIdNotFound.code() {
                group.error_code = ErrorCode::None.code();
            }
        }
        if request.include_authorized_operations && group.error_code == ErrorCode::None.code() {
            group.authorized_operations = ALL_GROUP_OPERATIONS;
        }
        response.groups.push(group);
    }
    response
}
