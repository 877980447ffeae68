//! CreateAcls: refused with SECURITY_DISABLED, since a rule that nobody enforces must not be accepted (KIP-140).

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::create_acls::{AclCreationResult, CreateAclsRequest, CreateAclsResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 1..=3;

pub(super) async fn handle(
    _broker: &BrokerState,
    _context: &RequestContext,
    request: CreateAclsRequest,
) -> CreateAclsResponse {
    let refused = |_| AclCreationResult {
        error_code: ErrorCode::SecurityDisabled.code(),
        error_message: Some(ErrorCode::SecurityDisabled.message().to_owned()),
    };
    let results = request.creations.into_iter().map(refused).collect();
    CreateAclsResponse { results, ..CreateAclsResponse::default() }
}
