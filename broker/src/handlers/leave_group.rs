//! LeaveGroup: see `group::api::leave_group`.

use tidemill_protocol::messages::leave_group::{LeaveGroupRequest, LeaveGroupResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::leave_group;

pub(super) use crate::group::api::leave_group::VERSIONS;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: LeaveGroupRequest,
) -> LeaveGroupResponse {
    leave_group::handle(&broker.groups, request, context.version).await
}
