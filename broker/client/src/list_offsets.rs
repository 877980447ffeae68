//! Offsets by time on the wire: what consumers and admins ask of a partition's leader.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTopic,
};

use crate::config::IsolationLevel;
use crate::{OffsetAndTimestamp, TopicPartition};

/// Timestamp that asks for the end of the log.
pub(crate) const LATEST: i64 = -1;
/// Timestamp that asks for the start of the log.
pub(crate) const EARLIEST: i64 = -2;

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) partition: TopicPartition,
    /// Milliseconds since the Unix epoch, or one of Kafka's special values.
    pub(crate) timestamp: i64,
    /// Epoch of the leader asked; -1 if unknown.
    pub(crate) leader_epoch: i32,
}

/// Number of the isolation level in requests.
pub(crate) fn isolation_code(level: IsolationLevel) -> i8 {
    match level {
        IsolationLevel::ReadUncommitted => 0,
        IsolationLevel::ReadCommitted => 1,
    }
}

/// Builds the request for one leader.
pub(crate) fn request(wanted: &[Wanted], isolation_level: IsolationLevel) -> ListOffsetsRequest {
    let mut topics: BTreeMap<&str, Vec<ListOffsetsPartition>> = BTreeMap::new();
    for row in wanted {
        topics.entry(&row.partition.topic).or_default().push(ListOffsetsPartition {
            partition_index: row.partition.partition,
            current_leader_epoch: row.leader_epoch,
            timestamp: row.timestamp,
        });
    }
    let topic = |(name, partitions): (&str, _)| ListOffsetsTopic { name: name.to_owned(), partitions };
    ListOffsetsRequest {
        replica_id: -1,
        isolation_level: isolation_code(isolation_level),
        topics: topics.into_iter().map(topic).collect(),
        ..ListOffsetsRequest::default()
    }
}

/// Returns the answer for each partition; no offset where no record is young enough.
pub(crate) fn answers(
    response: ListOffsetsResponse,
) -> Vec<(TopicPartition, ErrorCode, Option<OffsetAndTimestamp>)> {
    let mut rows = Vec::new();
    for topic in response.topics {
        let name: Arc<str> = Arc::from(topic.name);
        rows.extend(topic.partitions.into_iter().map(|row| {
            let found = (row.offset >= 0).then_some(OffsetAndTimestamp {
                offset: row.offset,
                timestamp: row.timestamp,
                leader_epoch: (row.leader_epoch >= 0).then_some(row.leader_epoch),
            });
            let partition = TopicPartition::new(Arc::clone(&name), row.partition_index);
            (partition, ErrorCode::from_code(row.error_code), found)
        }));
    }
    rows
}
