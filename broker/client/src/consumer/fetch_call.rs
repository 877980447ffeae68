//! Fetch on the wire: sessionless requests (KIP-227 allows them), topics by id where the broker can.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use tidemill_protocol::messages::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, PartitionData,
};
use tidemill_protocol::primitives::Records;
use tidemill_protocol::{ErrorCode, Uuid};

use super::buffered::Aborted;
use super::fetch_plan::FetchTarget;
use super::fetcher::FetchAnswer;
use crate::TopicPartition;
use crate::cluster::{Cluster, Lane, Metadata};
use crate::config::ConsumerConfig;
use crate::connection::CallError;
use crate::list_offsets::isolation_code;

/// First version of Fetch that names topics by id.
const TOPIC_IDS_SINCE: i16 = 13;
/// Epoch of a request outside any session.
const NO_SESSION: i32 = -1;

/// Asks `node` for `targets`.
pub(super) async fn fetch(
    cluster: &Cluster,
    config: &ConsumerConfig,
    node: i32,
    targets: &[FetchTarget],
) -> Result<HashMap<TopicPartition, FetchAnswer>, CallError> {
    let channel = cluster.channel(node, Lane::Data).await?;
    let view = cluster.metadata();
    let topics = topics(targets, &view);
    let ids_known = topics.iter().all(|topic| !topic.topic_id.is_zero());
    let version = channel.version::<FetchRequest>(if ids_known { i16::MAX } else { TOPIC_IDS_SINCE - 1 })?;
    let mut request = fetch_request(config);
    request.topics = with_partitions(topics, targets, config);
    let answer = channel.call(&request, version, cluster.request_timeout()).await?;
    Ok(read_response(answer, &view))
}

/// The topics of the request, without their partitions.
fn topics(targets: &[FetchTarget], view: &Metadata) -> Vec<FetchTopic> {
    let names: BTreeMap<&Arc<str>, Uuid> = targets
        .iter()
        .map(|target| (&target.partition.topic, view.topic_id(&target.partition.topic)))
        .collect();
    let topic = |(name, topic_id): (&Arc<str>, Uuid)| FetchTopic {
        topic: name.to_string(),
        topic_id,
        partitions: Vec::new(),
    };
    names.into_iter().map(topic).collect()
}

fn with_partitions(
    mut topics: Vec<FetchTopic>,
    targets: &[FetchTarget],
    config: &ConsumerConfig,
) -> Vec<FetchTopic> {
    let partition_max_bytes = i32::try_from(config.max_partition_fetch_bytes).unwrap_or(i32::MAX);
    for target in targets {
        // The topics are sorted: they come out of an ordered map.
        let found = topics.binary_search_by(|topic| topic.topic.as_str().cmp(&target.partition.topic));
        let Some(topic) = found.ok().and_then(|index| topics.get_mut(index)) else {
            continue;
        };
        topic.partitions.push(FetchPartition {
            partition: target.partition.partition,
            current_leader_epoch: target.leader_epoch,
            fetch_offset: target.position.offset,
            last_fetched_epoch: target.position.epoch,
            partition_max_bytes,
            ..FetchPartition::default()
        });
    }
    topics
}

fn fetch_request(config: &ConsumerConfig) -> FetchRequest {
    FetchRequest {
        replica_id: -1,
        max_wait_ms: i32::try_from(config.fetch_max_wait.as_millis()).unwrap_or(i32::MAX),
        min_bytes: i32::try_from(config.fetch_min_bytes).unwrap_or(i32::MAX),
        max_bytes: i32::try_from(config.fetch_max_bytes).unwrap_or(i32::MAX),
        isolation_level: isolation_code(config.isolation_level),
        session_id: 0,
        session_epoch: NO_SESSION,
        ..FetchRequest::default()
    }
}

fn read_response(response: FetchResponse, view: &Metadata) -> HashMap<TopicPartition, FetchAnswer> {
    let mut answers = HashMap::new();
    let whole = ErrorCode::from_code(response.error_code);
    for topic in response.responses {
        let name = if topic.topic.is_empty() {
            view.topic_name(topic.topic_id).map(Arc::clone)
        } else {
            Some(Arc::from(topic.topic))
        };
        let Some(name) = name else { continue };
        for row in topic.partitions {
            let partition = TopicPartition::new(Arc::clone(&name), row.partition_index);
            answers.insert(partition, answer(row, whole));
        }
    }
    answers
}

fn answer(row: PartitionData, whole: ErrorCode) -> FetchAnswer {
    let code = ErrorCode::from_code(row.error_code);
    let aborted = row.aborted_transactions.unwrap_or_default().into_iter();
    FetchAnswer {
        code: if whole == ErrorCode::None { code } else { whole },
        high_watermark: row.high_watermark,
        last_stable_offset: row.last_stable_offset,
        diverging_end: (row.diverging_epoch.end_offset >= 0).then_some(row.diverging_epoch.end_offset),
        aborted: aborted
            .map(|row| Aborted { producer_id: row.producer_id, first_offset: row.first_offset })
            .collect(),
        records: match row.records {
            Some(Records::Inline(bytes)) => bytes,
            Some(Records::Deferred(_)) | None => Bytes::new(),
        },
    }
}
