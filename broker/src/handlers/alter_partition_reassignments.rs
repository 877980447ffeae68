//! AlterPartitionReassignments: every replica is on the one broker and stays there (KIP-455).

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::alter_partition_reassignments::{
    AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse, ReassignablePartition,
    ReassignablePartitionResponse, ReassignableTopicResponse,
};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=1;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: AlterPartitionReassignmentsRequest,
) -> AlterPartitionReassignmentsResponse {
    let image = broker.metadata.image();
    let responses = request
        .topics
        .into_iter()
        .map(|topic| {
            let count = image.topic(&topic.name).map_or(0, |topic| topic.partition_count());
            let of_partition = |partition: ReassignablePartition| {
                let error = match (0..count).contains(&partition.partition_index) {
                    true => outcome(broker.node_id, partition.replicas.as_deref()),
                    false => ErrorCode::UnknownTopicOrPartition,
                };
                ReassignablePartitionResponse {
                    partition_index: partition.partition_index,
                    error_code: error.code(),
                    error_message: (error != ErrorCode::None).then(|| error.message().to_owned()),
                }
            };
            let partitions = topic.partitions.into_iter().map(of_partition).collect();
            ReassignableTopicResponse { name: topic.name, partitions }
        })
        .collect();
    AlterPartitionReassignmentsResponse {
        allow_replication_factor_change: request.allow_replication_factor_change,
        responses,
        ..AlterPartitionReassignmentsResponse::default()
    }
}

/// No replicas means: cancel what is in progress.
fn outcome(node_id: i32, replicas: Option<&[i32]>) -> ErrorCode {
    match replicas {
        None => ErrorCode::NoReassignmentInProgress,
        Some(replicas) if *replicas == [node_id] => ErrorCode::None,
        Some(_) => ErrorCode::InvalidReplicaAssignment,
    }
}
