//! OffsetFetch: one group in versions 1 to 7, several since 8 (KIP-709), topics by id since 10.
//!
//! With `require_stable` (KIP-447) a partition that an open transaction has committed is UNSTABLE_OFFSET_COMMIT.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics, OffsetFetchResponse,
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic, OffsetFetchResponseTopics,
};

use super::coordinator::Coordinator;
use super::topics::TopicView;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 1..=10;
/// First version with several groups.
const GROUPS_SINCE: i16 = 8;
/// First version that names topics by id.
const TOPIC_IDS_SINCE: i16 = 10;
/// First version with an error of the whole group.
const GROUP_ERROR_SINCE: i16 = 2;
/// The offset of a partition that has none.
const NO_OFFSET: i64 = -1;

/// Answers a request.
pub async fn handle(
    groups: &impl Coordinator,
    topics: &impl TopicView,
    request: OffsetFetchRequest,
    version: i16,
) -> OffsetFetchResponse {
    let require_stable = request.require_stable;
    if version < GROUPS_SINCE {
        let group = fetch_group(groups, group_of(request), require_stable).await;
        return single(group, version);
    }
    let mut response = OffsetFetchResponse::default();
    for group in request.groups {
        let fetched = if version >= TOPIC_IDS_SINCE {
            fetch_by_id(groups, topics, group, require_stable).await
        } else {
            fetch_group(groups, group, require_stable).await
        };
        response.groups.push(fetched);
    }
    response
}

/// Asks for one group, topics by name. An error of the group leaves no topics but those asked for, without offsets.
async fn fetch_group(
    groups: &impl Coordinator,
    group: OffsetFetchRequestGroup,
    require_stable: bool,
) -> OffsetFetchResponseGroup {
    let (group_id, topics) = (group.group_id.clone(), group.topics.clone());
    match groups.ask(&group_id, GroupRequest::FetchOffsets { group, require_stable }).await {
        Ok(Reply::OffsetFetch(fetched)) => fetched,
        Ok(other) => unreachable!("an offset fetch was answered with {other:?}"),
        Err(error) => OffsetFetchResponseGroup {
            group_id,
            topics: topics.into_iter().flatten().map(|topic| without_offsets(topic, error)).collect(),
            error_code: error.code(),
        },
    }
}

async fn fetch_by_id(
    groups: &impl Coordinator,
    topics: &impl TopicView,
    mut group: OffsetFetchRequestGroup,
    require_stable: bool,
) -> OffsetFetchResponseGroup {
    let mut unknown = Vec::new();
    if let Some(asked) = group.topics.take() {
        let mut known = Vec::with_capacity(asked.len());
        for mut topic in asked {
            match topics.name_of(topic.topic_id) {
                Some(name) => {
                    topic.name = name;
                    known.push(topic);
                }
                None => unknown.push(without_offsets(topic, ErrorCode::UnknownTopicId)),
            }
        }
        group.topics = Some(known);
    }
    let mut fetched = fetch_group(groups, group, require_stable).await;
    // A topic that was deleted since has no id to be named by.
    fetched.topics.retain_mut(|topic| match topics.id_of(&topic.name) {
        Some(id) => {
            topic.topic_id = id;
            topic.name.clear();
            true
        }
        None => false,
    });
    fetched.topics.append(&mut unknown);
    fetched
}

fn group_of(request: OffsetFetchRequest) -> OffsetFetchRequestGroup {
    let topics = request.topics.map(|topics| {
        let topics = topics.into_iter();
        topics
            .map(|topic| OffsetFetchRequestTopics {
                name: topic.name,
                partition_indexes: topic.partition_indexes,
                ..OffsetFetchRequestTopics::default()
            })
            .collect()
    });
    OffsetFetchRequestGroup { group_id: request.group_id, topics, ..OffsetFetchRequestGroup::default() }
}

/// Turns the answer for one group into a response before version 8.
fn single(group: OffsetFetchResponseGroup, version: i16) -> OffsetFetchResponse {
    let partition = |partition: OffsetFetchResponsePartitions| OffsetFetchResponsePartition {
        partition_index: partition.partition_index,
        committed_offset: partition.committed_offset,
        committed_leader_epoch: partition.committed_leader_epoch,
        metadata: partition.metadata,
        error_code: partition.error_code,
    };
    let topic = |topic: OffsetFetchResponseTopics| OffsetFetchResponseTopic {
        name: topic.name,
        partitions: topic.partitions.into_iter().map(partition).collect(),
    };
    OffsetFetchResponse {
        topics: group.topics.into_iter().map(topic).collect(),
        error_code: if version >= GROUP_ERROR_SINCE { group.error_code } else { ErrorCode::None.code() },
        ..OffsetFetchResponse::default()
    }
}

fn without_offsets(topic: OffsetFetchRequestTopics, error: ErrorCode) -> OffsetFetchResponseTopics {
    let partition = |partition_index: &i32| OffsetFetchResponsePartitions {
        partition_index: *partition_index,
        committed_offset: NO_OFFSET,
        committed_leader_epoch: -1,
        metadata: Some(String::new()),
        error_code: error.code(),
    };
    let partitions = topic.partition_indexes.iter().map(partition).collect();
    OffsetFetchResponseTopics { name: topic.name, topic_id: topic.topic_id, partitions }
}
