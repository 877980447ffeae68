//! DeleteGroups: only empty groups are deleted.

use std::ops::RangeInclusive;

use tidemill_protocol::messages::delete_groups::{
    DeletableGroupResult, DeleteGroupsRequest, DeleteGroupsResponse,
};

use super::coordinator::Coordinator;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 0..=2;

/// Answers a request.
pub async fn handle(groups: &impl Coordinator, request: DeleteGroupsRequest) -> DeleteGroupsResponse {
    let mut response = DeleteGroupsResponse::default();
    for group_id in request.groups_names {
        let result = match groups.ask(&group_id, GroupRequest::Delete { group_id: group_id.clone() }).await {
            Ok(Reply::Delete(result)) => result,
            Ok(other) => unreachable!("a delete was answered with {other:?}"),
            Err(error) => DeletableGroupResult { group_id, error_code: error.code() },
        };
        response.results.push(result);
    }
    response
}
