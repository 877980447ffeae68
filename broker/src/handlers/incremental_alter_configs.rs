//! IncrementalAlterConfigs: sets, deletes, and changes elements of lists, key by key (KIP-339).

use std::ops::RangeInclusive;

use tidemill_protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
};

use super::RequestContext;
use super::configs::{self, Target};
use crate::broker_state::BrokerState;
use crate::config::alter::{self, Alteration};
use crate::config::describe::BrokerResource;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=1;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: IncrementalAlterConfigsRequest,
) -> IncrementalAlterConfigsResponse {
    let validate_only = request.validate_only;
    let responses = request
        .resources
        .into_iter()
        .map(|resource| tokio::task::block_in_place(|| alter(broker, resource, validate_only)))
        .collect();
    IncrementalAlterConfigsResponse { responses, ..IncrementalAlterConfigsResponse::default() }
}

fn alter(
    broker: &BrokerState,
    resource: AlterConfigsResource,
    validate_only: bool,
) -> AlterConfigsResourceResponse {
    let alterations: Vec<Alteration> = resource
        .configs
        .into_iter()
        .map(|config| Alteration {
            name: config.name,
            operation: config.config_operation,
            value: config.value,
        })
        .collect();
    let target = Target::parse(broker, resource.resource_type, &resource.resource_name);
    let result = target.and_then(|target| {
        target.change(broker, validate_only, |target, current, layers| match target {
            Target::Topic(_) => alter::alter_topic(current, &alterations, layers),
            Target::ThisBroker => alter::alter_broker(BrokerResource::ThisBroker, current, &alterations),
            Target::ClusterDefault => {
                alter::alter_broker(BrokerResource::ClusterDefault, current, &alterations)
            }
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
