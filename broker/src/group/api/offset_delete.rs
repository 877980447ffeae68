//! OffsetDelete (KIP-496): forgets offsets of topics that the group does not read.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteResponse, OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};

use super::coordinator::Coordinator;
use super::topics::TopicView;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 0..=0;

/// Answers a request.
pub async fn handle(
    groups: &impl Coordinator,
    topics: &impl TopicView,
    mut request: OffsetDeleteRequest,
) -> OffsetDeleteResponse {
    let mut refused = Vec::new();
    for topic in &mut request.topics {
        let mut partitions = Vec::new();
        topic.partitions.retain(|partition| {
            let exists = topics.has_partition(&topic.name, partition.partition_index);
            if !exists {
                partitions.push(OffsetDeleteResponsePartition {
                    partition_index: partition.partition_index,
                    error_code: ErrorCode::UnknownTopicOrPartition.code(),
                });
            }
            exists
        });
        if !partitions.is_empty() {
            refused.push(OffsetDeleteResponseTopic { name: topic.name.clone(), partitions });
        }
    }
    request.topics.retain(|topic| !topic.partitions.is_empty());
    let group_id = request.group_id.clone();
    let mut response = match groups.ask(&group_id, GroupRequest::DeleteOffsets(request)).await {
        Ok(Reply::OffsetDelete(response)) => response,
        Ok(other) => unreachable!("an offset delete was answered with {other:?}"),
        Err(error) => OffsetDeleteResponse { error_code: error.code(), ..OffsetDeleteResponse::default() },
    };
    if response.error_code == ErrorCode::None.code() {
        for topic in refused {
            match response.topics.iter_mut().find(|known| known.name == topic.name) {
                Some(known) => known.partitions.extend(topic.partitions),
                None => response.topics.push(topic),
            }
        }
    }
    response
}
