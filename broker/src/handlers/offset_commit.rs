//! OffsetCommit: see `group::api::offset_commit`.

use tidemill_protocol::messages::offset_commit::{OffsetCommitRequest, OffsetCommitResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::offset_commit;

pub(super) use crate::group::api::offset_commit::VERSIONS;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: OffsetCommitRequest,
) -> OffsetCommitResponse {
    offset_commit::handle(&broker.groups, &*broker.metadata.image(), request, context.version).await
}
