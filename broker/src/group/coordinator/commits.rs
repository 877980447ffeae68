//! Offsets: commit, fetch, delete.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitResponse, OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
};
use tidemill_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteResponse, OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use tidemill_protocol::messages::offset_fetch::{
    OffsetFetchRequestGroup, OffsetFetchResponseGroup, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopics,
};

use super::shard::GroupShard;
use crate::group::offsets::{CommittedOffset, OffsetKey};
use crate::group::records::{self, MAX_TEXT_BYTES};
use crate::group::turn::Turn;

/// First version that tells a member of an unknown group so (KIP-848).
const UNKNOWN_GROUP_SINCE: i16 = 9;
/// The offset of a partition that has none.
const NO_OFFSET: i64 = -1;

impl GroupShard {
    pub(super) fn commit_offsets(
        &mut self,
        turn: &mut Turn<'_>,
        request: &OffsetCommitRequest,
        version: i16,
    ) -> OffsetCommitResponse {
        let refused = self.check_commit(request, version).err();
        if refused.is_none()
            && let Some(group) = self.groups.get(&request.group_id)
        {
            group.note_offset_commit(turn, &request.member_id);
        }
        let mut topics = Vec::with_capacity(request.topics.len());
        for topic in &request.topics {
            let mut partitions = Vec::with_capacity(topic.partitions.len());
            for partition in &topic.partitions {
                let error = refused.or_else(|| self.commit_one(turn, request, &topic.name, partition).err());
                partitions.push(OffsetCommitResponsePartition {
                    partition_index: partition.partition_index,
                    error_code: error.unwrap_or(ErrorCode::None).code(),
                });
            }
            let (name, topic_id) = (topic.name.clone(), topic.topic_id);
            topics.push(OffsetCommitResponseTopic { name, topic_id, partitions });
        }
        OffsetCommitResponse { topics, ..OffsetCommitResponse::default() }
    }

    /// Checks that the sender may commit. A group that does not exist is created by who manages its own partitions.
    fn check_commit(&self, request: &OffsetCommitRequest, version: i16) -> Result<(), ErrorCode> {
        let generation_id = request.generation_id_or_member_epoch;
        match self.groups.get(&request.group_id) {
            Some(group) => {
                let instance_id = request.group_instance_id.as_deref();
                group.check_offset_commit(&request.member_id, instance_id, generation_id)
            }
            None if generation_id < 0 => Ok(()),
            None if version >= UNKNOWN_GROUP_SINCE => Err(ErrorCode::GroupIdNotFound),
            None => Err(ErrorCode::IllegalGeneration),
        }
    }

    fn commit_one(
        &mut self,
        turn: &mut Turn<'_>,
        request: &OffsetCommitRequest,
        topic: &str,
        partition: &OffsetCommitRequestPartition,
    ) -> Result<(), ErrorCode> {
        let metadata = self.checked_metadata(partition.committed_metadata.as_deref())?;
        let now_ms = turn.now.wall_ms;
        let has_own_expiry = request.retention_time_ms >= 0;
        let offset = CommittedOffset {
            offset: partition.committed_offset,
            // Requests that name a retention know no epoch, and neither does the record they need.
            leader_epoch: if has_own_expiry { -1 } else { partition.committed_leader_epoch },
            metadata,
            commit_timestamp_ms: now_ms,
            expire_timestamp_ms: has_own_expiry.then(|| now_ms.saturating_add(request.retention_time_ms)),
            record_offset: turn.next_offset(),
        };
        let group_id = request.group_id.clone();
        let key = OffsetKey { group_id, topic: topic.to_owned(), partition: partition.partition_index };
        turn.append(records::offset_commit(&key, Some(&offset)));
        self.apply_offset(key, Some(offset), None);
        Ok(())
    }

    /// Returns what a client wants to remember with an offset, if it is not too much.
    pub(super) fn checked_metadata(&self, metadata: Option<&str>) -> Result<String, ErrorCode> {
        let metadata = metadata.unwrap_or_default();
        let length = metadata.encode_utf16().count();
        if length > self.config.offset_metadata_max_bytes || metadata.len() > MAX_TEXT_BYTES {
            return Err(ErrorCode::OffsetMetadataTooLarge);
        }
        Ok(metadata.to_owned())
    }

    /// Appends the record that deletes an offset, pending or not, and applies it.
    pub(super) fn delete_offset(&mut self, turn: &mut Turn<'_>, key: OffsetKey) {
        turn.append(records::offset_commit(&key, None));
        self.apply_offset(key, None, None);
    }

    /// Applies the record of an offset, of now or replayed: it counts, waits for the end of the `transaction` of
    /// this producer, or deletes what there is.
    pub(super) fn apply_offset(
        &mut self,
        key: OffsetKey,
        offset: Option<CommittedOffset>,
        transaction: Option<i64>,
    ) {
        let Some(offset) = offset else {
            self.pending.forget(&key);
            self.offsets.apply(&key, None);
            return;
        };
        self.group_or_new(&key.group_id, offset.commit_timestamp_ms);
        match transaction {
            Some(producer_id) => self.pending.insert(producer_id, key, offset),
            None => self.offsets.apply(&key, Some(offset)),
        }
    }

    /// Answers one group of OffsetFetch. A group that does not exist has no offsets, which is no error.
    ///
    /// If `require_stable`, a partition that an open transaction has committed is UNSTABLE_OFFSET_COMMIT.
    pub(super) fn fetch_offsets(
        &self,
        request: &OffsetFetchRequestGroup,
        require_stable: bool,
    ) -> OffsetFetchResponseGroup {
        let group_id = &request.group_id;
        let fetched = |topic: &str, index, offset| {
            if require_stable && self.pending.contains(group_id, topic, index) {
                OffsetFetchResponsePartitions {
                    error_code: ErrorCode::UnstableOffsetCommit.code(),
                    ..fetched(index, None)
                }
            } else {
                fetched(index, offset)
            }
        };
        let topics = match &request.topics {
            Some(topics) => topics
                .iter()
                .map(|topic| OffsetFetchResponseTopics {
                    name: topic.name.clone(),
                    topic_id: topic.topic_id,
                    partitions: topic
                        .partition_indexes
                        .iter()
                        .map(|index| {
                            fetched(&topic.name, *index, self.offsets.get(group_id, &topic.name, *index))
                        })
                        .collect(),
                })
                .collect(),
            None => self
                .offsets
                .topics(group_id)
                .map(|(name, partitions)| OffsetFetchResponseTopics {
                    name: name.clone(),
                    partitions: partitions
                        .iter()
                        .map(|(index, offset)| fetched(name, *index, Some(offset)))
                        .collect(),
                    ..OffsetFetchResponseTopics::default()
                })
                .collect(),
        };
        OffsetFetchResponseGroup { group_id: group_id.clone(), topics, error_code: ErrorCode::None.code() }
    }

    pub(super) fn delete_offsets(
        &mut self,
        turn: &mut Turn<'_>,
        request: &OffsetDeleteRequest,
    ) -> OffsetDeleteResponse {
        let refused = match self.groups.get(&request.group_id) {
            None => Err(ErrorCode::GroupIdNotFound),
            Some(group) => group.check_offset_delete(),
        };
        if let Err(error) = refused {
            return OffsetDeleteResponse { error_code: error.code(), ..OffsetDeleteResponse::default() };
        }
        let mut topics = Vec::with_capacity(request.topics.len());
        for topic in &request.topics {
            let group = self.groups.get(&request.group_id);
            let is_subscribed = group.is_some_and(|group| group.is_subscribed_to(&topic.name));
            let error = if is_subscribed { ErrorCode::GroupSubscribedToTopic } else { ErrorCode::None };
            let mut partitions = Vec::with_capacity(topic.partitions.len());
            for partition in &topic.partitions {
                let (partition_index, error_code) = (partition.partition_index, error.code());
                partitions.push(OffsetDeleteResponsePartition { partition_index, error_code });
                let is_known = self.offsets.get(&request.group_id, &topic.name, partition_index).is_some()
                    || self.pending.contains(&request.group_id, &topic.name, partition_index);
                if is_known && !is_subscribed {
                    let (group_id, topic) = (request.group_id.clone(), topic.name.clone());
                    self.delete_offset(turn, OffsetKey { group_id, topic, partition: partition_index });
                }
            }
            topics.push(OffsetDeleteResponseTopic { name: topic.name.clone(), partitions });
        }
        OffsetDeleteResponse { topics, ..OffsetDeleteResponse::default() }
    }
}

fn fetched(partition_index: i32, offset: Option<&CommittedOffset>) -> OffsetFetchResponsePartitions {
    OffsetFetchResponsePartitions {
        partition_index,
        committed_offset: offset.map_or(NO_OFFSET, |offset| offset.offset),
        committed_leader_epoch: offset.map_or(-1, |offset| offset.leader_epoch),
        metadata: Some(offset.map(|offset| offset.metadata.clone()).unwrap_or_default()),
        error_code: ErrorCode::None.code(),
    }
}
