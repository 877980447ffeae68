//! AlterConfigs: replaces all overrides of a resource; what is not named goes back to its default.

use std::ops::RangeInclusive;

use tidemill_protocol::messages::alter_configs::{
    AlterConfigsRequest, AlterConfigsResource, AlterConfigsResourceResponse, AlterConfigsResponse,
};

use super::RequestContext;
use super::configs::{self, Target};
use crate::broker_state::BrokerState;
use crate::config::alter;
use crate::config::describe::BrokerResource;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=2;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: AlterConfigsRequest,
) -> AlterConfigsResponse {
    let validate_only = request.validate_only;
    let responses = request
        .resources
        .into_iter()
        .map(|resource| tokio::task::block_in_place(|| replace(broker, resource, validate_only)))
        .collect();
    AlterConfigsResponse { responses, ..AlterConfigsResponse::default() }
}

fn replace(
    broker: &BrokerState,
    resource: AlterConfigsResource,
    validate_only: bool,
) -> AlterConfigsResourceResponse {
    let wanted = || resource.configs.iter().map(|config| (config.name.as_str(), config.value.as_deref()));
    let target = Target::parse(broker, resource.resource_type, &resource.resource_name);
    let result = target.and_then(|target| {
        target.change(broker, validate_only, |target, _, layers| match target {
            Target::Topic(_) => alter::replace_topic(wanted(), layers),
            Target::ThisBroker => alter::replace_broker(BrokerResource::ThisBroker, wanted()),
            Target::ClusterDefault => alter::replace_broker(BrokerResource::ClusterDefault, wanted()),
        })
    });
    let (error_code, error_message) = configs::told(result);
    AlterConfigsResourceResponse {
        error_code,
        error_message,
        resource_type: resource.resource_type,
        resource_name: resource.resource_name,
    }
}
