//! A partition of a coordinator's topic as the log of a shard.

use std::sync::Arc;

use bytes::Bytes;
use tidemill_log::{Admission, AppendError, AppendOptions, AppendOrigin, ValidationError};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::EndTransactionMarker;

use super::shard_log::{ShardLog, ShardLogError, StoredBatches, WhenDurable};
use super::step::{OffsetsMarker, ProducerCheck};
use crate::error_chain::chain;
use crate::handlers::errors;
use crate::partition::group_commit::{AppendFailure, GroupCommit};
use crate::partition::partition::{Isolation, Partition, ReadOptions};

/// Bytes read at once while a shard is loaded.
const READ_BYTES: u32 = 5 * 1024 * 1024;

/// A partition and the threads that write it.
pub(crate) struct PartitionShardLog {
    partition: Arc<Partition>,
    group_commit: Arc<GroupCommit>,
}

impl PartitionShardLog {
    /// Joins a partition and the threads that write it.
    pub(crate) fn new(partition: Arc<Partition>, group_commit: Arc<GroupCommit>) -> Self {
        Self { partition, group_commit }
    }
}

impl ShardLog for PartitionShardLog {
    async fn append(&self, batch: Bytes) -> Result<i64, ShardLogError> {
        let leader_epoch = self.partition.leader_epoch();
        let options = AppendOptions { origin: AppendOrigin::Coordinator, leader_epoch };
        let appended = self.group_commit.submit(&self.partition, batch, options).await;
        // The append thread ended without an answer: it stops.
        let appended = appended.await.unwrap_or(Err(AppendFailure::Closed));
        appended.map(|appended| appended.last_offset + 1).map_err(|failure| match failure {
            AppendFailure::Refused(AppendError::Invalid(
                ValidationError::TooLarge { .. } | ValidationError::LargerThanSegment { .. },
            )) => ShardLogError::TooLarge,
            failure => ShardLogError::Unavailable { reason: chain(&failure) },
        })
    }

    fn check(&self, check: ProducerCheck) -> Result<(), ErrorCode> {
        let checked = match check {
            ProducerCheck::Records { producer, asked_at } => {
                let admission = Admission { asked_at, begins_at_zero: false };
                self.partition.with_log(|log| log.check_transactional(producer.id, producer.epoch, admission))
            }
            ProducerCheck::Marker(OffsetsMarker { producer_id, producer_epoch, .. }) if producer_id < 0 => {
                tracing::warn!(producer_id, producer_epoch, "refused a marker that names no producer");
                return Err(ErrorCode::InvalidProducerIdMapping);
            }
            ProducerCheck::Marker(marker) => {
                let OffsetsMarker { committed, coordinator_epoch, .. } = marker;
                let content = EndTransactionMarker { committed, coordinator_epoch };
                self.partition
                    .with_log(|log| log.check_marker(marker.producer_id, marker.producer_epoch, &content))
            }
        };
        checked.map_err(|error| errors::of_producer(&error))
    }

    fn end_offset(&self) -> i64 {
        self.partition.with_log(|log| log.end_offset())
    }

    fn when_durable(&self, end_offset: i64) -> WhenDurable {
        let durable = self.partition.when_durable(end_offset);
        Box::pin(async move {
            let unavailable = |reason: String| ShardLogError::Unavailable { reason };
            let durable = durable.await.map_err(|_| unavailable("the partition is gone".to_owned()))?;
            durable.map_err(|closed| unavailable(closed.to_string()))
        })
    }

    fn high_watermark(&self) -> i64 {
        self.partition.high_watermark()
    }

    fn start_offset(&self) -> i64 {
        self.partition.with_log(|log| log.start_offset())
    }

    fn read_from(&self, offset: i64) -> Result<Option<StoredBatches>, ShardLogError> {
        let damaged = |reason: String| ShardLogError::Damaged { offset, reason };
        if offset >= self.partition.high_watermark() {
            return Ok(None);
        }
        let options = ReadOptions {
            fetch_offset: offset,
            max_bytes: READ_BYTES,
            isolation: Isolation::ReadUncommitted,
            at_least_one: true,
        };
        let read = self.partition.read(options).map_err(|error| damaged(chain(&error)))?.read;
        let end_offset = read.end_offset;
        if end_offset <= offset {
            return Ok(None);
        }
        let bytes = read.into_bytes().map_err(|error| damaged(chain(&error)))?;
        Ok(Some(StoredBatches { bytes, end_offset }))
    }
}
