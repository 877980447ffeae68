//! Metadata: brokers, topics, partitions and their leaders; creates topics that are asked for by name if allowed.
//!
//! No list of topics (null; in version 0 an empty one) means all, an empty list means none. A topic that this request
//! creates is there when the response leaves, so a client need not ask again.

use std::ops::RangeInclusive;

use tidemill_protocol::messages::metadata::{
    MetadataRequest, MetadataRequestTopic, MetadataResponse, MetadataResponseBroker,
    MetadataResponsePartition, MetadataResponseTopic,
};
use tidemill_protocol::{ErrorCode, Uuid};

use super::{RequestContext, errors};
use crate::broker_state::BrokerState;
use crate::catalog::image::{MetadataImage, TopicImage};
use crate::catalog::topics::{self, NewTopic, TopicError};

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=13;
/// Every operation of the resource is allowed: there is no access control.
pub(super) const ALL_TOPIC_OPERATIONS: i32 = 0b1101_1111_1000;
/// As [`ALL_TOPIC_OPERATIONS`], for the cluster.
pub(super) const ALL_CLUSTER_OPERATIONS: i32 = 0b1_1111_1010_0000;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: MetadataRequest,
) -> MetadataResponse {
    let all = match &request.topics {
        None => true,
        Some(topics) => context.version == 0 && topics.is_empty(),
    };
    let allow_creation = request.allow_auto_topic_creation || context.version < 4;
    let mut topics = if all {
        broker.metadata.image().topics().map(|topic| describe(broker, topic)).collect()
    } else {
        named(broker, context, request.topics.unwrap_or_default(), allow_creation)
    };
    if request.include_topic_authorized_operations {
        for topic in topics.iter_mut().filter(|topic| topic.error_code == 0) {
            topic.topic_authorized_operations = ALL_TOPIC_OPERATIONS;
        }
    }
    let advertised = broker.advertised(context.local);
    let mut response = MetadataResponse {
        brokers: vec![MetadataResponseBroker {
            node_id: broker.node_id,
            host: advertised.host,
            port: advertised.port,
            rack: broker.config.rack.clone(),
        }],
        cluster_id: Some(broker.cluster_id().to_owned()),
        controller_id: broker.node_id,
        topics,
        ..MetadataResponse::default()
    };
    if request.include_cluster_authorized_operations {
        response.cluster_authorized_operations = ALL_CLUSTER_OPERATIONS;
    }
    response
}

fn named(
    broker: &BrokerState,
    context: &RequestContext,
    wanted: Vec<MetadataRequestTopic>,
    allow_creation: bool,
) -> Vec<MetadataResponseTopic> {
    let mut answers = Vec::with_capacity(wanted.len());
    for topic in wanted {
        let image = broker.metadata.image();
        let answer = match topic.name {
            Some(name) => match image.topic(&name) {
                Some(found) => describe(broker, found),
                None => unknown(broker, &name, allow_creation),
            },
            None => match image.topic_by_id(topic.topic_id) {
                Some(found) => describe(broker, found),
                None => MetadataResponseTopic {
                    error_code: ErrorCode::UnknownTopicId.code(),
                    // Versions below 12 cannot say "no name".
                    name: (context.version < 12).then(String::new),
                    topic_id: topic.topic_id,
                    ..MetadataResponseTopic::default()
                },
            },
        };
        answers.push(answer);
    }
    answers
}

fn unknown(broker: &BrokerState, name: &str, allow_creation: bool) -> MetadataResponseTopic {
    let error = if topics::check_name(name).is_err() {
        ErrorCode::InvalidTopicException
    } else if allow_creation && broker.config.topics.auto_create {
        match create(broker, name) {
            Ok(image) if image.topic(name).is_some() => {
                return image.topic(name).map(|topic| describe(broker, topic)).unwrap_or_default();
            }
            Ok(_) => ErrorCode::UnknownTopicOrPartition,
            Err(error) => error,
        }
    } else {
        ErrorCode::UnknownTopicOrPartition
    };
    MetadataResponseTopic {
        error_code: error.code(),
        name: Some(name.to_owned()),
        topic_id: Uuid::ZERO,
        ..MetadataResponseTopic::default()
    }
}

/// Creates a topic with the broker's defaults; one that exists by now is fine too.
fn create(broker: &BrokerState, name: &str) -> Result<std::sync::Arc<MetadataImage>, ErrorCode> {
    let topic = NewTopic { name: name.to_owned(), ..NewTopic::default() };
    let created = tokio::task::block_in_place(|| broker.create_topic(&topic, false));
    match created.map_err(|error| errors::of_commit(&error))? {
        Ok(()) | Err(TopicError::Exists { .. }) => Ok(broker.metadata.image()),
        Err(error) => Err(errors::of_topic(&error)),
    }
}

fn describe(broker: &BrokerState, topic: &TopicImage) -> MetadataResponseTopic {
    let partitions = (0..)
        .zip(&topic.partitions)
        .map(|(index, replicas)| {
            let online = broker.is_online(topic.id, index);
            MetadataResponsePartition {
                error_code: if online { 0 } else { ErrorCode::LeaderNotAvailable.code() },
                partition_index: index,
                leader_id: if online { broker.node_id } else { -1 },
                leader_epoch: broker.metadata_leader_epoch(),
                replica_nodes: replicas.clone(),
                isr_nodes: if online { replicas.clone() } else { Vec::new() },
                offline_replicas: if online { Vec::new() } else { replicas.clone() },
            }
        })
        .collect();
    MetadataResponseTopic {
        name: Some(topic.name.to_string()),
        topic_id: topic.id,
        is_internal: topic.is_internal(),
        partitions,
        ..MetadataResponseTopic::default()
    }
}
