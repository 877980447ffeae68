//! OffsetForLeaderEpoch: where the largest epoch up to the asked one ends (KIP-101, KIP-320).

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse, OffsetForLeaderPartition,
    OffsetForLeaderTopicResult,
};

use super::{RequestContext, fetch};
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 2..=4;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: OffsetForLeaderEpochRequest,
) -> OffsetForLeaderEpochResponse {
    let topics = request
        .topics
        .into_iter()
        .map(|topic| {
            let partitions =
                topic.partitions.iter().map(|wanted| find(broker, &topic.topic, wanted)).collect();
            OffsetForLeaderTopicResult { topic: topic.topic, partitions }
        })
        .collect();
    OffsetForLeaderEpochResponse { topics, ..OffsetForLeaderEpochResponse::default() }
}

fn find(broker: &BrokerState, topic: &str, wanted: &OffsetForLeaderPartition) -> EpochEndOffset {
    let mut answer = EpochEndOffset { partition: wanted.partition, ..EpochEndOffset::default() };
    let found = broker.partition_by_name(topic, wanted.partition).and_then(|partition| {
        fetch::check_leader_epoch(&partition, wanted.current_leader_epoch)?;
        Ok(partition.with_log(|log| log.end_offset_for_epoch(wanted.leader_epoch)))
    });
    match found {
        Ok(Some(ours)) => (answer.leader_epoch, answer.end_offset) = (ours.epoch, ours.offset),
        Ok(None) => {}
        Err(error) => answer.error_code = ErrorCode::code(error),
    }
    answer
}
