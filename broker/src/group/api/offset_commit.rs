//! OffsetCommit: topics by name, since version 10 by id; only partitions that exist have offsets.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestTopic, OffsetCommitResponse, OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
};

use super::coordinator::Coordinator;
use super::topics::TopicView;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 2..=10;
/// First version that names topics by id.
const TOPIC_IDS_SINCE: i16 = 10;

/// Answers a request.
pub async fn handle(
    groups: &impl Coordinator,
    topics: &impl TopicView,
    mut request: OffsetCommitRequest,
    version: i16,
) -> OffsetCommitResponse {
    let asked = std::mem::take(&mut request.topics);
    let mut response = OffsetCommitResponse::default();
    for topic in asked {
        let (known, answered) = separate(topics, topic, version);
        response.topics.push(answered);
        request.topics.extend(known);
    }
    if request.topics.is_empty() {
        return response;
    }
    let (group_id, known) = (request.group_id.clone(), request.topics.clone());
    let codes = match groups.ask(&group_id, GroupRequest::CommitOffsets { request, version }).await {
        Ok(Reply::OffsetCommit(committed)) => codes_of(&committed),
        Ok(other) => unreachable!("a commit was answered with {other:?}"),
        Err(error) => codes_for(&known, error),
    };
    for topic in &mut response.topics {
        for partition in &mut topic.partitions {
            if let Some(code) = codes.get(&(topic.name.clone(), partition.partition_index)) {
                partition.error_code = *code;
            }
        }
        if version >= TOPIC_IDS_SINCE {
            topic.name.clear();
        }
    }
    response
}

type Codes = HashMap<(String, i32), i16>;

fn codes_of(response: &OffsetCommitResponse) -> Codes {
    let topics = response.topics.iter();
    topics
        .flat_map(|topic| topic.partitions.iter().map(|partition| (topic.name.clone(), partition)))
        .map(|(name, partition)| ((name, partition.partition_index), partition.error_code))
        .collect()
}

fn codes_for(topics: &[OffsetCommitRequestTopic], error: ErrorCode) -> Codes {
    topics
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(|partition| (topic.name.clone(), partition)))
        .map(|(name, partition)| ((name, partition.partition_index), error.code()))
        .collect()
}

/// Separates a topic into what a shard shall commit, by name, and an answer in which the rest has its error.
fn separate(
    topics: &impl TopicView,
    mut topic: OffsetCommitRequestTopic,
    version: i16,
) -> (Option<OffsetCommitRequestTopic>, OffsetCommitResponseTopic) {
    let unknown = if version >= TOPIC_IDS_SINCE {
        topic.name = topics.name_of(topic.topic_id).unwrap_or_default();
        ErrorCode::UnknownTopicId
    } else {
        ErrorCode::UnknownTopicOrPartition
    };
    let exists = topics.id_of(&topic.name).is_some();
    let mut answered = OffsetCommitResponseTopic {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partitions: Vec::with_capacity(topic.partitions.len()),
    };
    topic.partitions.retain(|partition| {
        let error = match (exists, topics.has_partition(&topic.name, partition.partition_index)) {
            (false, _) => unknown,
            (true, false) => ErrorCode::UnknownTopicOrPartition,
            (true, true) => ErrorCode::None,
        };
        answered.partitions.push(OffsetCommitResponsePartition {
            partition_index: partition.partition_index,
            error_code: error.code(),
        });
        error == ErrorCode::None
    });
    (Some(topic).filter(|topic| !topic.partitions.is_empty()), answered)
}
