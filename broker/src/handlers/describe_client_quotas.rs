//! DescribeClientQuotas: there are no quotas, so nothing matches (KIP-546). Setting one is not served.

use std::ops::RangeInclusive;

use tidemill_protocol::messages::describe_client_quotas::{
    DescribeClientQuotasRequest, DescribeClientQuotasResponse,
};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=1;

pub(super) async fn handle(
    _broker: &BrokerState,
    _context: &RequestContext,
    _request: DescribeClientQuotasRequest,
) -> DescribeClientQuotasResponse {
    DescribeClientQuotasResponse { entries: Some(Vec::new()), ..DescribeClientQuotasResponse::default() }
}
