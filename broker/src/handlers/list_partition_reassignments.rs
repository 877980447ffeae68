//! ListPartitionReassignments: on one broker none is ever in progress (KIP-455).

use std::ops::RangeInclusive;

use tidemill_protocol::messages::list_partition_reassignments::{
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse,
};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=0;

pub(super) async fn handle(
    _broker: &BrokerState,
    _context: &RequestContext,
    _request: ListPartitionReassignmentsRequest,
) -> ListPartitionReassignmentsResponse {
    ListPartitionReassignmentsResponse::default()
}
