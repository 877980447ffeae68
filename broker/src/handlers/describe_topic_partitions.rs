//! DescribeTopicPartitions: topics in pages (KIP-966), so that a client need not hold a cluster's metadata at once.
//!
//! Topics come in the order of their names; a page ends after `response_partition_limit` partitions, at most
//! `max.request.partition.size.limit`, and says where the next one begins.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use tidemill_protocol::messages::describe_topic_partitions::{
    DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponseCursor as NextCursor, DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
};
use tidemill_protocol::{ErrorCode, Uuid};

use super::RequestContext;
use super::metadata::ALL_TOPIC_OPERATIONS;
use crate::broker_state::BrokerState;
use crate::catalog::image::TopicImage;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=0;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: DescribeTopicPartitionsRequest,
) -> DescribeTopicPartitionsResponse {
    let image = broker.metadata.image();
    let (first_topic, first_index) =
        request.cursor.map_or((String::new(), 0), |cursor| (cursor.topic_name, cursor.partition_index));
    let names: BTreeSet<String> = if request.topics.is_empty() {
        image.topics_from(&first_topic).map(|topic| topic.name.to_string()).collect()
    } else {
        request.topics.into_iter().map(|topic| topic.name).filter(|name| *name >= first_topic).collect()
    };
    let largest_page = i32::try_from(broker.config.network.max_response_partitions).unwrap_or(i32::MAX);
    let mut left = request.response_partition_limit.min(largest_page).max(1);
    let mut response = DescribeTopicPartitionsResponse::default();
    for name in names {
        let Some(topic) = image.topic(&name) else {
            response.topics.push(unknown(name));
            continue;
        };
        let start = if name == first_topic { first_index.max(0) } else { 0 };
        if left == 0 {
            response.next_cursor = Some(NextCursor { topic_name: name, partition_index: start });
            break;
        }
        let end = topic.partition_count().min(start.saturating_add(left));
        left -= (end - start).max(0);
        response.topics.push(describe(broker, topic, start..end));
        if end < topic.partition_count() {
            response.next_cursor = Some(NextCursor { topic_name: name, partition_index: end });
            break;
        }
    }
    response
}

fn describe(
    broker: &BrokerState,
    topic: &TopicImage,
    indexes: std::ops::Range<i32>,
) -> DescribeTopicPartitionsResponseTopic {
    let first = usize::try_from(indexes.start).unwrap_or(usize::MAX);
    let partitions = indexes
        .zip(topic.partitions.iter().skip(first))
        .map(|(partition_index, replicas)| {
            let online = broker.is_online(topic.id, partition_index);
            DescribeTopicPartitionsResponsePartition {
                error_code: if online { 0 } else { ErrorCode::LeaderNotAvailable.code() },
                partition_index,
                leader_id: if online { broker.node_id } else { -1 },
                leader_epoch: broker.metadata_leader_epoch(),
                replica_nodes: replicas.clone(),
                isr_nodes: if online { replicas.clone() } else { Vec::new() },
                eligible_leader_replicas: Some(Vec::new()),
                last_known_elr: Some(Vec::new()),
                offline_replicas: if online { Vec::new() } else { replicas.clone() },
            }
        })
        .collect();
    DescribeTopicPartitionsResponseTopic {
        name: Some(topic.name.to_string()),
        topic_id: topic.id,
        is_internal: topic.is_internal(),
        partitions,
        topic_authorized_operations: ALL_TOPIC_OPERATIONS,
        ..DescribeTopicPartitionsResponseTopic::default()
    }
}

fn unknown(name: String) -> DescribeTopicPartitionsResponseTopic {
    let error = match crate::catalog::topics::check_name(&name) {
        Ok(()) => ErrorCode::UnknownTopicOrPartition,
        Err(_) => ErrorCode::InvalidTopicException,
    };
    DescribeTopicPartitionsResponseTopic {
        error_code: error.code(),
        name: Some(name),
        topic_id: Uuid::ZERO,
        ..DescribeTopicPartitionsResponseTopic::default()
    }
}
