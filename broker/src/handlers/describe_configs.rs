//! DescribeConfigs: every key of a topic or broker with value, source, type and synonyms.
//!
//! All keys are listed, defaults included: tools that read, modify and write would otherwise lose what they do not see.

use std::ops::RangeInclusive;

use tidemill_protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult, DescribeConfigsResponse,
    DescribeConfigsResult, DescribeConfigsSynonym,
};

use super::RequestContext;
use super::configs::Target;
use crate::broker_state::BrokerState;
use crate::config::describe::DescribedConfig;

pub(super) const VERSIONS: RangeInclusive<i16> = 1..=4;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: DescribeConfigsRequest,
) -> DescribeConfigsResponse {
    let synonyms = request.include_synonyms;
    let results =
        request.resources.into_iter().map(|resource| describe(broker, resource, synonyms)).collect();
    DescribeConfigsResponse { results, ..DescribeConfigsResponse::default() }
}

fn describe(
    broker: &BrokerState,
    resource: DescribeConfigsResource,
    synonyms: bool,
) -> DescribeConfigsResult {
    let described = Target::parse(broker, resource.resource_type, &resource.resource_name)
        .and_then(|target| target.describe(broker, resource.configuration_keys.as_deref()));
    let mut result = DescribeConfigsResult {
        resource_type: resource.resource_type,
        resource_name: resource.resource_name,
        ..DescribeConfigsResult::default()
    };
    match described {
        Ok(configs) => result.configs = configs.into_iter().map(|config| entry(config, synonyms)).collect(),
        Err(refused) => {
            result.error_code = refused.error.code();
            result.error_message = Some(refused.message);
        }
    }
    result
}

fn entry(config: DescribedConfig, with_synonyms: bool) -> DescribeConfigsResourceResult {
    let synonyms = if with_synonyms { config.synonyms } else { Vec::new() };
    DescribeConfigsResourceResult {
        name: config.name,
        value: config.value,
        read_only: config.read_only,
        config_source: config.source.wire_id(),
        is_sensitive: config.sensitive,
        synonyms: synonyms
            .into_iter()
            .map(|synonym| DescribeConfigsSynonym {
                name: synonym.name,
                value: synonym.value,
                source: synonym.source.wire_id(),
            })
            .collect(),
        config_type: config.kind_id,
        documentation: None,
    }
}
