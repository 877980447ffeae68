//! DeleteAcls: there is no access control, which Kafka says as SECURITY_DISABLED when it has no authorizer (KIP-140).

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::delete_acls::{
    DeleteAclsFilterResult, DeleteAclsRequest, DeleteAclsResponse,
};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 1..=3;

pub(super) async fn handle(
    _broker: &BrokerState,
    _context: &RequestContext,
    request: DeleteAclsRequest,
) -> DeleteAclsResponse {
    let refused = |_| DeleteAclsFilterResult {
        error_code: ErrorCode::SecurityDisabled.code(),
        error_message: Some(ErrorCode::SecurityDisabled.message().to_owned()),
        ..DeleteAclsFilterResult::default()
    };
    let filter_results = request.filters.into_iter().map(refused).collect();
    DeleteAclsResponse { filter_results, ..DeleteAclsResponse::default() }
}
