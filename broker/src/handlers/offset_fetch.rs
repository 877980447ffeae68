//! OffsetFetch: see `group::api::offset_fetch`.

use tidemill_protocol::messages::offset_fetch::{OffsetFetchRequest, OffsetFetchResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::offset_fetch;

pub(super) use crate::group::api::offset_fetch::VERSIONS;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: OffsetFetchRequest,
) -> OffsetFetchResponse {
    offset_fetch::handle(&broker.groups, &*broker.metadata.image(), request, context.version).await
}
