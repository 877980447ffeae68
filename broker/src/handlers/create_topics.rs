//! CreateTopics: new topics, each on its own; `validate_only` decides and stores nothing.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfigs, CreatableTopicResult, CreateTopicsRequest, CreateTopicsResponse,
};

use super::{RequestContext, configs, errors};
use crate::broker_state::BrokerState;
use crate::catalog::topics::NewTopic;

pub(super) const VERSIONS: RangeInclusive<i16> = 2..=7;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: CreateTopicsRequest,
) -> CreateTopicsResponse {
    let validate_only = request.validate_only;
    // A topic named twice in one request is refused in every place, as in Kafka: which one is meant is unknown.
    let names: Vec<String> = request.topics.iter().map(|topic| topic.name.clone()).collect();
    let mut topics: Vec<CreatableTopicResult> = Vec::with_capacity(request.topics.len());
    for topic in request.topics {
        if topics.iter().any(|done| done.name == topic.name) {
            continue;
        }
        let result = if names.iter().filter(|name| **name == topic.name).count() > 1 {
            let message = format!("topic {:?} is named more than once in this request", topic.name);
            refused(topic.name, ErrorCode::InvalidRequest, message)
        } else {
            tokio::task::block_in_place(|| create(broker, topic, validate_only))
        };
        topics.push(result);
    }
    CreateTopicsResponse { topics, ..CreateTopicsResponse::default() }
}

fn create(broker: &BrokerState, topic: CreatableTopic, validate_only: bool) -> CreatableTopicResult {
    let name = topic.name.clone();
    let overrides = match configs::checked_topic_overrides(broker, &topic.configs) {
        Ok(overrides) => overrides,
        Err(refused_config) => return refused(name, refused_config.error, refused_config.message),
    };
    let wanted = NewTopic {
        name: topic.name,
        partitions: (topic.num_partitions != -1).then_some(topic.num_partitions),
        replication_factor: (topic.replication_factor != -1).then_some(topic.replication_factor),
        assignments: topic.assignments.into_iter().map(|one| (one.partition_index, one.broker_ids)).collect(),
        overrides,
    };
    match broker.create_topic(&wanted, validate_only) {
        Err(error) => refused(name, errors::of_commit(&error), error.to_string()),
        Ok(Err(error)) => refused(name, errors::of_topic(&error), error.to_string()),
        Ok(Ok(())) => created(broker, name, &wanted),
    }
}

fn created(broker: &BrokerState, name: String, wanted: &NewTopic) -> CreatableTopicResult {
    let image = broker.metadata.image();
    let described = configs::describe_topic_values(broker, &wanted.overrides);
    let configs = described
        .into_iter()
        .map(|config| CreatableTopicConfigs {
            name: config.name,
            value: config.value,
            read_only: config.read_only,
            config_source: config.source.wire_id(),
            is_sensitive: config.sensitive,
        })
        .collect();
    let mut result = CreatableTopicResult { name, configs: Some(configs), ..CreatableTopicResult::default() };
    // Absent with validate_only.
    if let Some(topic) = image.topic(&result.name) {
        result.topic_id = topic.id;
        result.num_partitions = topic.partition_count();
        let factor = topic.partitions.first().map_or(0, Vec::len);
        result.replication_factor = i16::try_from(factor).expect("a partition has few replicas");
    } else {
        result.num_partitions = wanted.partitions.unwrap_or(broker.config.topics.num_partitions);
        result.replication_factor = wanted.replication_factor.unwrap_or(1);
    }
    result
}

fn refused(name: String, error: ErrorCode, message: String) -> CreatableTopicResult {
    CreatableTopicResult {
        name,
        error_code: error.code(),
        error_message: Some(message),
        configs: None,
        ..CreatableTopicResult::default()
    }
}
