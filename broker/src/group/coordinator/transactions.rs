//! Offsets of transactions: TxnOffsetCommit, and the markers that decide what becomes of them.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitResponse,
    TxnOffsetCommitResponsePartition, TxnOffsetCommitResponseTopic,
};

use super::shard::GroupShard;
use crate::group::offsets::{CommittedOffset, OffsetKey};
use crate::group::records;
use crate::group::turn::{OffsetsMarker, TransactionProducer, Turn};

impl GroupShard {
    pub(super) fn commit_transactional_offsets(
        &mut self,
        turn: &mut Turn<'_>,
        request: &TxnOffsetCommitRequest,
    ) -> TxnOffsetCommitResponse {
        let refused = self.check_transactional_commit(request).err();
        let mut topics = Vec::with_capacity(request.topics.len());
        for topic in &request.topics {
            let mut partitions = Vec::with_capacity(topic.partitions.len());
            for partition in &topic.partitions {
                let error =
                    refused.or_else(|| self.commit_pending(turn, request, &topic.name, partition).err());
                partitions.push(TxnOffsetCommitResponsePartition {
                    partition_index: partition.partition_index,
                    error_code: error.unwrap_or(ErrorCode::None).code(),
                });
            }
            topics.push(TxnOffsetCommitResponseTopic { name: topic.name.clone(), partitions });
        }
        TxnOffsetCommitResponse { topics, ..TxnOffsetCommitResponse::default() }
    }

    /// Checks that the sender may commit. A group that does not exist is created by who manages its own partitions.
    fn check_transactional_commit(&self, request: &TxnOffsetCommitRequest) -> Result<(), ErrorCode> {
        match self.groups.get(&request.group_id) {
            Some(group) => {
                let instance_id = request.group_instance_id.as_deref();
                group.check_transactional_commit(&request.member_id, instance_id, request.generation_id)
            }
            None if request.generation_id < 0 => Ok(()),
            None => Err(ErrorCode::IllegalGeneration),
        }
    }

    fn commit_pending(
        &mut self,
        turn: &mut Turn<'_>,
        request: &TxnOffsetCommitRequest,
        topic: &str,
        partition: &TxnOffsetCommitRequestPartition,
    ) -> Result<(), ErrorCode> {
        let offset = CommittedOffset {
            offset: partition.committed_offset,
            leader_epoch: partition.committed_leader_epoch,
            metadata: self.checked_metadata(partition.committed_metadata.as_deref())?,
            commit_timestamp_ms: turn.now.wall_ms,
            expire_timestamp_ms: None,
            record_offset: turn.next_offset(),
        };
        let group_id = request.group_id.clone();
        let key = OffsetKey { group_id, topic: topic.to_owned(), partition: partition.partition_index };
        let producer = TransactionProducer { id: request.producer_id, epoch: request.producer_epoch };
        turn.append_transactional(producer, records::offset_commit(&key, Some(&offset)));
        self.apply_offset(key, Some(offset), Some(producer.id));
        Ok(())
    }

    /// Applies a marker, of now or replayed. One that comes again, or late, finds nothing pending.
    pub(super) fn apply_marker(&mut self, marker: &OffsetsMarker) {
        let ended = self.pending.take(marker.producer_id);
        if marker.committed {
            for (key, offset) in ended {
                self.offsets.apply_committed(&key, offset);
            }
        }
    }
}
