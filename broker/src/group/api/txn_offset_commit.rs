//! TxnOffsetCommit: offsets that count once their transaction is committed; only partitions that exist have them.
//!
//! Versions 3 and later name the member that commits (KIP-447). Up to version 4 the group's partition must have been
//! added to the transaction, later versions add it (KIP-890): the caller sees to it.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitResponse, TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
};

use super::coordinator::Coordinator;
use super::topics::TopicView;
use crate::group::coordinator::GroupRequest;
use crate::group::turn::Reply;

/// The versions that are served.
pub const VERSIONS: RangeInclusive<i16> = 0..=5;
/// First version whose clients understand COORDINATOR_LOAD_IN_PROGRESS (KAFKA-7296).
const LOADING_SINCE: i16 = 2;

/// Answers a request; `admitted` is what the transaction's coordinator says of it, and where the log of the group's
/// shard ended before it was asked.
pub async fn handle(
    groups: &impl Coordinator,
    topics: &impl TopicView,
    request: TxnOffsetCommitRequest,
    version: i16,
    admitted: Result<i64, ErrorCode>,
) -> TxnOffsetCommitResponse {
    let mut response = answer_of_topics(topics, &request);
    let known = known_part(&request, &response);
    if known.topics.is_empty() {
        return response;
    }
    let committed = match check_identity(&request).and(admitted) {
        Ok(asked_at) => {
            let group_id = request.group_id.clone();
            let request = GroupRequest::CommitTransactionalOffsets { request: known, asked_at };
            groups.ask(&group_id, request).await
        }
        Err(error) => Err(error),
    };
    match committed {
        Ok(Reply::TransactionalOffsetCommit(committed)) => {
            let codes = codes_of(&committed);
            set_codes(&mut response, |topic, index| codes.get(&(topic, index)).copied());
        }
        Ok(other) => unreachable!("a transactional commit was answered with {other:?}"),
        Err(error) => {
            let error = match error {
                ErrorCode::CoordinatorLoadInProgress if version < LOADING_SINCE => {
                    ErrorCode::CoordinatorNotAvailable
                }
                error => error,
            };
            set_codes(&mut response, |_, _| Some(error.code()));
        }
    }
    response
}

fn check_identity(request: &TxnOffsetCommitRequest) -> Result<(), ErrorCode> {
    if request.group_id.is_empty() {
        Err(ErrorCode::InvalidGroupId)
    } else if request.producer_id < 0 {
        Err(ErrorCode::InvalidProducerIdMapping)
    } else if request.producer_epoch < 0 {
        Err(ErrorCode::InvalidProducerEpoch)
    } else {
        Ok(())
    }
}

/// Answers partitions that do not exist; those that do have no error yet.
fn answer_of_topics(topics: &impl TopicView, request: &TxnOffsetCommitRequest) -> TxnOffsetCommitResponse {
    let mut response = TxnOffsetCommitResponse::default();
    for topic in &request.topics {
        let partition = |partition_index: i32| TxnOffsetCommitResponsePartition {
            partition_index,
            error_code: if topics.has_partition(&topic.name, partition_index) {
                ErrorCode::None.code()
            } else {
                ErrorCode::UnknownTopicOrPartition.code()
            },
        };
        let partitions = topic.partitions.iter().map(|wanted| partition(wanted.partition_index)).collect();
        response.topics.push(TxnOffsetCommitResponseTopic { name: topic.name.clone(), partitions });
    }
    response
}

/// What a shard shall commit: the partitions without an error in `response`, which names the same in the same order.
fn known_part(
    request: &TxnOffsetCommitRequest,
    response: &TxnOffsetCommitResponse,
) -> TxnOffsetCommitRequest {
    let mut known = request.clone();
    for (topic, answered) in known.topics.iter_mut().zip(&response.topics) {
        let mut codes = answered.partitions.iter().map(|partition| partition.error_code);
        topic.partitions.retain(|_| codes.next() == Some(ErrorCode::None.code()));
    }
    known.topics.retain(|topic| !topic.partitions.is_empty());
    known
}

fn codes_of(response: &TxnOffsetCommitResponse) -> HashMap<(&str, i32), i16> {
    let topics = response.topics.iter();
    topics
        .flat_map(|topic| topic.partitions.iter().map(|partition| (topic.name.as_str(), partition)))
        .map(|(name, partition)| ((name, partition.partition_index), partition.error_code))
        .collect()
}

/// Sets the codes of partitions that exist.
fn set_codes(response: &mut TxnOffsetCommitResponse, code: impl Fn(&str, i32) -> Option<i16>) {
    for topic in &mut response.topics {
        for partition in &mut topic.partitions {
            if partition.error_code == ErrorCode::None.code()
                && let Some(code) = code(&topic.name, partition.partition_index)
            {
                partition.error_code = code;
            }
        }
    }
}
