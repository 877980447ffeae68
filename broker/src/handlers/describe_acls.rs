//! DescribeAcls: there is no access control, which Kafka says as SECURITY_DISABLED when it has no authorizer (KIP-140).

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::describe_acls::{DescribeAclsRequest, DescribeAclsResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 1..=3;

pub(super) async fn handle(
    _broker: &BrokerState,
    _context: &RequestContext,
    _request: DescribeAclsRequest,
) -> DescribeAclsResponse {
    DescribeAclsResponse {
        error_code: ErrorCode::SecurityDisabled.code(),
        error_message: Some(ErrorCode::SecurityDisabled.message().to_owned()),
        ..DescribeAclsResponse::default()
    }
}
