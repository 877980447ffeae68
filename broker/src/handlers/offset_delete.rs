//! OffsetDelete: see `group::api::offset_delete`.

use tidemill_protocol::messages::offset_delete::{OffsetDeleteRequest, OffsetDeleteResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::offset_delete;

pub(super) use crate::group::api::offset_delete::VERSIONS;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: OffsetDeleteRequest,
) -> OffsetDeleteResponse {
    offset_delete::handle(&broker.groups, &*broker.metadata.image(), request).await
}
