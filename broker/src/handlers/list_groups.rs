//! ListGroups: see `group::api::list_groups`.

use tidemill_protocol::messages::list_groups::{ListGroupsRequest, ListGroupsResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::list_groups;

pub(super) use crate::group::api::list_groups::VERSIONS;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: ListGroupsRequest,
) -> ListGroupsResponse {
    list_groups::handle(&broker.groups, request).await
}
