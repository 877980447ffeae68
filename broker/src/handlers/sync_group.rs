//! SyncGroup: see `group::api::sync_group`.

use tidemill_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::sync_group;

pub(super) use crate::group::api::sync_group::VERSIONS;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: SyncGroupRequest,
) -> SyncGroupResponse {
    sync_group::handle(&broker.groups, request).await
}
