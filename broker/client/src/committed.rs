//! Committed offsets on the wire: what consumers and admins ask of a group's coordinator.
//!
//! Topics are named, not identified: versions 10 of both APIs, which take topic ids, are left alone so that
//! offsets of topics that this client does not follow can be read and written as well.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidemill_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic, OffsetCommitResponse,
};
use tidemill_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
    OffsetFetchResponse,
};
use tidemill_protocol::{ErrorCode, Uuid};

use crate::{OffsetAndMetadata, TopicPartition};

/// Highest version of OffsetFetch that names topics.
pub(crate) const OFFSET_FETCH_LIMIT: i16 = 9;
/// Highest version of OffsetCommit that names topics.
pub(crate) const OFFSET_COMMIT_LIMIT: i16 = 9;
/// First version of OffsetFetch that asks for several groups.
const GROUPS_SINCE: i16 = 8;

/// Who commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommitIdentity {
    pub(crate) group_id: String,
    pub(crate) generation_id: i32,
    pub(crate) member_id: String,
    pub(crate) group_instance_id: Option<String>,
}

impl CommitIdentity {
    /// Somebody who is no member: accepted while the group has none.
    pub(crate) fn outside_group(group_id: &str) -> Self {
        Self {
            group_id: group_id.to_owned(),
            generation_id: -1,
            member_id: String::new(),
            group_instance_id: None,
        }
    }
}

fn by_topic<'a, T>(
    rows: impl IntoIterator<Item = (&'a TopicPartition, T)>,
) -> BTreeMap<&'a str, Vec<(i32, T)>> {
    let mut topics: BTreeMap<&str, Vec<(i32, T)>> = BTreeMap::new();
    for (partition, row) in rows {
        topics.entry(&partition.topic).or_default().push((partition.partition, row));
    }
    topics
}

/// Builds a commit.
pub(crate) fn offset_commit_request(
    identity: &CommitIdentity,
    offsets: &BTreeMap<TopicPartition, OffsetAndMetadata>,
) -> OffsetCommitRequest {
    let row = |(partition_index, committed): (i32, &OffsetAndMetadata)| OffsetCommitRequestPartition {
        partition_index,
        committed_offset: committed.offset,
        committed_leader_epoch: committed.leader_epoch.unwrap_or(-1),
        committed_metadata: Some(committed.metadata.clone()),
    };
    let topics = by_topic(offsets).into_iter().map(|(name, rows)| OffsetCommitRequestTopic {
        name: name.to_owned(),
        topic_id: Uuid::ZERO,
        partitions: rows.into_iter().map(row).collect(),
    });
    OffsetCommitRequest {
        topics: topics.collect(),
        group_id: identity.group_id.clone(),
        generation_id_or_member_epoch: identity.generation_id,
        member_id: identity.member_id.clone(),
        group_instance_id: identity.group_instance_id.clone(),
        retention_time_ms: -1,
    }
}

/// Returns what became of each partition of a commit.
pub(crate) fn commit_results(answer: OffsetCommitResponse) -> Vec<(TopicPartition, ErrorCode)> {
    let mut results = Vec::new();
    for topic in answer.topics {
        let name: Arc<str> = Arc::from(topic.name);
        results.extend(topic.partitions.into_iter().map(|row| {
            let partition = TopicPartition::new(Arc::clone(&name), row.partition_index);
            (partition, ErrorCode::from_code(row.error_code))
        }));
    }
    results
}

/// Builds the question for the offsets of `group`; `None` asks for all it has.
pub(crate) fn offset_fetch_request(
    group: &str,
    partitions: Option<&[TopicPartition]>,
    version: i16,
    require_stable: bool,
) -> OffsetFetchRequest {
    let topics = partitions.map(|partitions| by_topic(partitions.iter().map(|partition| (partition, ()))));
    let indexes = |rows: Vec<(i32, ())>| rows.into_iter().map(|(index, ())| index).collect();
    if version < GROUPS_SINCE {
        let topic = |(name, rows): (&str, _)| OffsetFetchRequestTopic {
            name: name.to_owned(),
            partition_indexes: indexes(rows),
        };
        return OffsetFetchRequest {
            group_id: group.to_owned(),
            topics: topics.map(|topics| topics.into_iter().map(topic).collect()),
            groups: Vec::new(),
            require_stable,
        };
    }
    let topic = |(name, rows): (&str, _)| OffsetFetchRequestTopics {
        name: name.to_owned(),
        topic_id: Uuid::ZERO,
        partition_indexes: indexes(rows),
    };
    let asked = OffsetFetchRequestGroup {
        group_id: group.to_owned(),
        member_id: None,
        member_epoch: -1,
        topics: topics.map(|topics| topics.into_iter().map(topic).collect()),
    };
    OffsetFetchRequest { groups: vec![asked], require_stable, ..OffsetFetchRequest::default() }
}

/// Returns the error that concerns the whole answer.
pub(crate) fn fetch_error(answer: &OffsetFetchResponse) -> ErrorCode {
    let of_group = answer.groups.first().map_or(0, |group| group.error_code);
    ErrorCode::from_code(if answer.error_code != 0 { answer.error_code } else { of_group })
}

/// Returns the committed offset of each partition, `None` where there is none.
pub(crate) fn fetched_offsets(
    answer: OffsetFetchResponse,
) -> Vec<(TopicPartition, ErrorCode, Option<OffsetAndMetadata>)> {
    let mut offsets = Vec::new();
    let mut add = |topic: &Arc<str>, partition, code, committed: (i64, i32, Option<String>)| {
        let (offset, epoch, metadata) = committed;
        let committed = (offset >= 0).then(|| OffsetAndMetadata {
            offset,
            leader_epoch: (epoch >= 0).then_some(epoch),
            metadata: metadata.unwrap_or_default(),
        });
        let partition = TopicPartition::new(Arc::clone(topic), partition);
        offsets.push((partition, ErrorCode::from_code(code), committed));
    };
    for topic in answer.topics {
        let name: Arc<str> = Arc::from(topic.name);
        for row in topic.partitions {
            let committed = (row.committed_offset, row.committed_leader_epoch, row.metadata);
            add(&name, row.partition_index, row.error_code, committed);
        }
    }
    for topic in answer.groups.into_iter().flat_map(|group| group.topics) {
        let name: Arc<str> = Arc::from(topic.name);
        for row in topic.partitions {
            let committed = (row.committed_offset, row.committed_leader_epoch, row.metadata);
            add(&name, row.partition_index, row.error_code, committed);
        }
    }
    offsets
}
