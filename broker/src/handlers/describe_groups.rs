//! DescribeGroups: see `group::api::describe_groups`.

use tidemill_protocol::messages::describe_groups::{DescribeGroupsRequest, DescribeGroupsResponse};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::group::api::describe_groups;

pub(super) use crate::group::api::describe_groups::VERSIONS;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: DescribeGroupsRequest,
) -> DescribeGroupsResponse {
    describe_groups::handle(&broker.groups, request, context.version).await
}
