//! TxnOffsetCommit: see `group::api::txn_offset_commit`.

use tidemill_protocol::messages::txn_offset_commit::{TxnOffsetCommitRequest, TxnOffsetCommitResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::txn_offset_commit;

pub(super) use crate::group::api::txn_offset_commit::VERSIONS;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: TxnOffsetCommitRequest,
) -> TxnOffsetCommitResponse {
    txn_offset_commit::handle(&broker.groups, &*broker.metadata.image(), request, context.version).await
}
