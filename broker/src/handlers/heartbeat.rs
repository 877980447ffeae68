//! Heartbeat: see `group::api::heartbeat`.

use tidemill_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::heartbeat;

pub(super) use crate::group::api::heartbeat::VERSIONS;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: HeartbeatRequest,
) -> HeartbeatResponse {
    heartbeat::handle(&broker.groups, request).await
}
