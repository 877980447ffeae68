//! FindCoordinator: on one node this broker, once the coordinator's topic exists.
//!
//! The first group creates `__consumer_offsets`, the first transactional id `__transaction_state`.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
pub(super) use crate::group::api::find_coordinator::VERSIONS;
use crate::group::api::find_coordinator::{self, CoordinatorKind, Endpoint};

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: FindCoordinatorRequest,
) -> FindCoordinatorResponse {
    find_coordinator::handle(request, context.version, |kind, key| {
        match kind {
            CoordinatorKind::Group => tokio::task::block_in_place(|| broker.ensure_groups())?,
            CoordinatorKind::Transaction if key.is_empty() => return Err(ErrorCode::InvalidRequest),
            CoordinatorKind::Transaction => tokio::task::block_in_place(|| broker.ensure_transactions())?,
        }
        let advertised = broker.advertised(context.local);
        Ok(Endpoint { node_id: broker.node_id, host: advertised.host, port: advertised.port })
    })
}
