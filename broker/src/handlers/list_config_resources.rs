//! ListConfigResources: what has a configuration that can be described (KIP-1142).
//!
//! Topics and this broker have; groups, client metrics and broker loggers are kinds of which there is none here.
//! Version 0 knows client metrics only (KIP-1000).

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::list_config_resources::{
    ConfigResource, ListConfigResourcesRequest, ListConfigResourcesResponse,
};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=1;
const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const BROKER_LOGGER: i8 = 8;
const CLIENT_METRICS: i8 = 16;
const GROUP: i8 = 32;
const KINDS: [i8; 5] = [TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP];

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: ListConfigResourcesRequest,
) -> ListConfigResourcesResponse {
    let known: &[i8] = if context.version == 0 { &[CLIENT_METRICS] } else { &KINDS };
    if context.version > 0 && request.resource_types.iter().any(|kind| !known.contains(kind)) {
        return ListConfigResourcesResponse {
            error_code: ErrorCode::UnsupportedVersion.code(),
            ..ListConfigResourcesResponse::default()
        };
    }
    let wants = |kind: i8| {
        known.contains(&kind) && (request.resource_types.is_empty() || request.resource_types.contains(&kind))
    };
    let mut config_resources = Vec::new();
    if wants(TOPIC) {
        let image = broker.metadata.image();
        config_resources.extend(image.topics().map(|topic| resource(TOPIC, topic.name.to_string())));
    }
    if wants(BROKER) {
        config_resources.push(resource(BROKER, broker.node_id.to_string()));
    }
    ListConfigResourcesResponse { config_resources, ..ListConfigResourcesResponse::default() }
}

fn resource(resource_type: i8, resource_name: String) -> ConfigResource {
    ConfigResource { resource_name, resource_type }
}
