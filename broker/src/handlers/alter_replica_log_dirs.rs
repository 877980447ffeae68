//! AlterReplicaLogDirs: there is one data directory, so a partition is where it is asked to be or cannot go there (KIP-113).

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::alter_replica_log_dirs::{
    AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult, AlterReplicaLogDirsRequest,
    AlterReplicaLogDirsResponse,
};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 1..=2;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: AlterReplicaLogDirsRequest,
) -> AlterReplicaLogDirsResponse {
    let here = broker.data_dir_path().display().to_string();
    let outcome = |path: &str, topic: &str, index: i32| {
        if path != here {
            ErrorCode::LogDirNotFound
        } else if broker.partition_by_name(topic, index).is_err() {
            ErrorCode::ReplicaNotAvailable
        } else {
            ErrorCode::None
        }
    };
    let mut results = Vec::new();
    for dir in request.dirs {
        for topic in dir.topics {
            let partitions = topic
                .partitions
                .into_iter()
                .map(|partition_index| AlterReplicaLogDirPartitionResult {
                    partition_index,
                    error_code: outcome(&dir.path, &topic.name, partition_index).code(),
                })
                .collect();
            results.push(AlterReplicaLogDirTopicResult { topic_name: topic.name, partitions });
        }
    }
    AlterReplicaLogDirsResponse { results, ..AlterReplicaLogDirsResponse::default() }
}
