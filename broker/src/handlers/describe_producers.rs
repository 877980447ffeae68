//! DescribeProducers (KIP-664): what partitions know of idempotent and transactional producers.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::describe_producers::{
    DescribeProducersRequest, DescribeProducersResponse, PartitionResponse, ProducerState, TopicResponse,
};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::catalog::topics;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=0;
/// What `coordinator_epoch` and `current_txn_start_offset` say when there is none.
const NONE: i64 = -1;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: DescribeProducersRequest,
) -> DescribeProducersResponse {
    let topics = request.topics.into_iter().map(|topic| {
        let partition = |index: &i32| describe(broker, &topic.name, *index);
        let partitions = topic.partition_indexes.iter().map(partition).collect();
        TopicResponse { name: topic.name, partitions }
    });
    DescribeProducersResponse { topics: topics.collect(), ..DescribeProducersResponse::default() }
}

fn describe(broker: &BrokerState, topic: &str, partition_index: i32) -> PartitionResponse {
    let found = match topics::check_name(topic) {
        Ok(()) => broker.partition_by_name(topic, partition_index),
        Err(_) => Err(ErrorCode::InvalidTopicException),
    };
    match found {
        Ok(partition) => PartitionResponse {
            partition_index,
            active_producers: partition.with_log(|log| {
                log.producers().map(|(producer_id, state)| described(producer_id, state)).collect()
            }),
            ..PartitionResponse::default()
        },
        Err(error) => PartitionResponse {
            partition_index,
            error_code: error.code(),
            error_message: Some(error.message().to_owned()),
            ..PartitionResponse::default()
        },
    }
}

fn described(producer_id: i64, state: &tidemill_log::ProducerState) -> ProducerState {
    ProducerState {
        producer_id,
        producer_epoch: i32::from(state.epoch),
        last_sequence: state.last_sequence(),
        last_timestamp: state.last_written_ms,
        coordinator_epoch: state.coordinator_epoch,
        current_txn_start_offset: state.transaction_start.unwrap_or(NONE),
    }
}
