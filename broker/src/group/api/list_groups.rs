//! ListGroups: every group of this broker that passes the filters (KIP-518, KIP-848).

use std::ops::RangeInclusive;

use tidemill_protocol::messages::list_groups::{ListGroupsRequest, ListGroupsResponse};

use super::coordinator::Coordinator;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 0..=5;

/// Answers a request.
pub async fn handle(groups: &impl Coordinator, request: ListGroupsRequest) -> ListGroupsResponse {
    let ListGroupsRequest { states_filter: states, types_filter: types } = request;
    let mut response = ListGroupsResponse::default();
    for reply in groups.ask_all(GroupRequest::List { states, types }).await {
        match reply {
            Ok(Reply::List(mut groups)) => response.groups.append(&mut groups),
            Ok(other) => unreachable!("a list was answered with {other:?}"),
            // A list that lacks a shard looks as if its groups were gone.
            Err(error) => {
                return ListGroupsResponse { error_code: error.code(), ..ListGroupsResponse::default() };
            }
        }
    }
    response
}
