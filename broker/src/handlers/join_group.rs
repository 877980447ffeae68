//! JoinGroup: see `group::api::join_group`.

use tidemill_protocol::messages::join_group::{JoinGroupRequest, JoinGroupResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::join_group;
use crate::group::api::join_group::ClientIdentity;

pub(super) use crate::group::api::join_group::VERSIONS;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: JoinGroupRequest,
) -> JoinGroupResponse {
    let client = ClientIdentity {
        client_id: context.client_id.as_deref().unwrap_or_default().to_owned(),
        host: format!("/{}", context.peer.ip()),
    };
    join_group::handle(&broker.groups, request, context.version, client).await
}
