//! DeleteGroups: see `group::api::delete_groups`.

use tidemill_protocol::messages::delete_groups::{DeleteGroupsRequest, DeleteGroupsResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::delete_groups;

pub(super) use crate::group::api::delete_groups::VERSIONS;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: DeleteGroupsRequest,
) -> DeleteGroupsResponse {
    delete_groups::handle(&broker.groups, request).await
}
