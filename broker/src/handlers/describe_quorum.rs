//! DescribeQuorum: the metadata log has one voter, this broker, which leads it (KIP-595, KIP-836).

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::describe_quorum::{
    DescribeQuorumRequest, DescribeQuorumResponse, DescribeQuorumResponsePartitionData,
    DescribeQuorumResponseTopicData, ReplicaState,
};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=2;
const METADATA_TOPIC: &str = "__cluster_metadata";

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: DescribeQuorumRequest,
) -> DescribeQuorumResponse {
    let of_topic = |topic: tidemill_protocol::messages::describe_quorum::DescribeQuorumRequestTopicData| {
        let of_partition = |index: i32| match topic.topic_name == METADATA_TOPIC && index == 0 {
            true => metadata_partition(broker),
            false => DescribeQuorumResponsePartitionData {
                partition_index: index,
                error_code: ErrorCode::UnknownTopicOrPartition.code(),
                error_message: Some(ErrorCode::UnknownTopicOrPartition.message().to_owned()),
                ..DescribeQuorumResponsePartitionData::default()
            },
        };
        let partitions = topic.partitions.iter().map(|one| of_partition(one.partition_index)).collect();
        DescribeQuorumResponseTopicData { topic_name: topic.topic_name, partitions }
    };
    let topics = request.topics.into_iter().map(of_topic).collect();
    DescribeQuorumResponse { topics, ..DescribeQuorumResponse::default() }
}

fn metadata_partition(broker: &BrokerState) -> DescribeQuorumResponsePartitionData {
    let image = broker.metadata.image();
    let now_ms = broker.clock.now().wall_ms;
    let this_broker = ReplicaState {
        replica_id: broker.node_id,
        log_end_offset: image.end_offset(),
        last_fetch_timestamp: now_ms,
        last_caught_up_timestamp: now_ms,
        ..ReplicaState::default()
    };
    DescribeQuorumResponsePartitionData {
        leader_id: broker.node_id,
        leader_epoch: image.leader_epoch(),
        high_watermark: image.end_offset(),
        current_voters: vec![this_broker],
        ..DescribeQuorumResponsePartitionData::default()
    }
}
