//! ElectLeaders: the one broker leads every partition, so no election is ever needed (KIP-183, KIP-460).

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::elect_leaders::{
    ElectLeadersRequest, ElectLeadersResponse, PartitionResult, ReplicaElectionResult,
};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=2;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: ElectLeadersRequest,
) -> ElectLeadersResponse {
    let image = broker.metadata.image();
    let Some(asked) = request.topic_partitions else {
        // Asked for all, Kafka names every topic and leaves out the partitions that need no election.
        let of_topic = |topic: &std::sync::Arc<crate::catalog::image::TopicImage>| ReplicaElectionResult {
            topic: topic.name.to_string(),
            ..ReplicaElectionResult::default()
        };
        let replica_election_results = image.topics().map(of_topic).collect();
        return ElectLeadersResponse { replica_election_results, ..ElectLeadersResponse::default() };
    };
    let replica_election_results = asked
        .into_iter()
        .map(|topic| {
            let count = image.topic(&topic.topic).map_or(0, |topic| topic.partition_count());
            let of_partition = |partition_id: i32| {
                let error = match (0..count).contains(&partition_id) {
                    true => ErrorCode::ElectionNotNeeded,
                    false => ErrorCode::UnknownTopicOrPartition,
                };
                PartitionResult {
                    partition_id,
                    error_code: error.code(),
                    error_message: Some(error.message().to_owned()),
                }
            };
            ReplicaElectionResult {
                topic: topic.topic,
                partition_result: topic.partitions.into_iter().map(of_partition).collect(),
            }
        })
        .collect();
    ElectLeadersResponse { replica_election_results, ..ElectLeadersResponse::default() }
}
