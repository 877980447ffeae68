//! DeleteRecords: moves the log start of partitions forward; -1 means up to the high watermark (KIP-107).

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::delete_records::{
    DeleteRecordsPartitionResult, DeleteRecordsRequest, DeleteRecordsResponse, DeleteRecordsTopicResult,
};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::catalog::topics;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=2;
const UP_TO_HIGH_WATERMARK: i64 = -1;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: DeleteRecordsRequest,
) -> DeleteRecordsResponse {
    let delete = |topic: &str, partition_index: i32, offset: i64| {
        let deleted = delete_before(broker, topic, partition_index, offset);
        let (low_watermark, error) = match deleted {
            Ok(start) => (start, ErrorCode::None),
            Err(error) => (-1, error),
        };
        DeleteRecordsPartitionResult { partition_index, low_watermark, error_code: error.code() }
    };
    let topics = tokio::task::block_in_place(|| {
        let of_topic = |topic: tidemill_protocol::messages::delete_records::DeleteRecordsTopic| {
            let partitions = topic
                .partitions
                .iter()
                .map(|one| delete(&topic.name, one.partition_index, one.offset))
                .collect();
            DeleteRecordsTopicResult { name: topic.name, partitions }
        };
        request.topics.into_iter().map(of_topic).collect()
    });
    DeleteRecordsResponse { topics, ..DeleteRecordsResponse::default() }
}

/// Returns the new log start offset.
fn delete_before(broker: &BrokerState, topic: &str, index: i32, offset: i64) -> Result<i64, ErrorCode> {
    if topics::is_internal(topic) {
        return Err(ErrorCode::InvalidTopicException);
    }
    let partition = broker.partition_by_name(topic, index)?;
    let high_watermark = partition.high_watermark();
    let offset = if offset == UP_TO_HIGH_WATERMARK { high_watermark } else { offset };
    partition.with_log_mut(|log| {
        if !log.config().cleanup.delete {
            return Err(ErrorCode::PolicyViolation);
        }
        if !(0..=high_watermark).contains(&offset) {
            return Err(ErrorCode::OffsetOutOfRange);
        }
        log.delete_records_before(offset).map_err(|error| {
            tracing::error!(
                topic,
                partition = index,
                error = crate::error_chain::chain(&error),
                "cannot delete records"
            );
            ErrorCode::KafkaStorageError
        })?;
        Ok(log.start_offset())
    })
}
