//! DescribeLogDirs: the size of each partition in the data directory, and the room left (KIP-113, KIP-827).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use tidemill_protocol::messages::describe_log_dirs::{
    DescribeLogDirsPartition, DescribeLogDirsRequest, DescribeLogDirsResponse, DescribeLogDirsResult,
    DescribeLogDirsTopic,
};

use super::RequestContext;
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 1..=5;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: DescribeLogDirsRequest,
) -> DescribeLogDirsResponse {
    let wanted: Option<BTreeMap<String, Vec<i32>>> = request
        .topics
        .map(|topics| topics.into_iter().map(|topic| (topic.topic, topic.partitions)).collect());
    let mut topics: BTreeMap<String, Vec<DescribeLogDirsPartition>> = BTreeMap::new();
    for partition in broker.partitions.all() {
        let name = partition.topic().to_string();
        let partition_index = partition.id().index;
        let asked = wanted
            .as_ref()
            .is_none_or(|wanted| wanted.get(&name).is_some_and(|indexes| indexes.contains(&partition_index)));
        if asked {
            let size_bytes = partition.with_log(tidemill_log::PartitionLog::size_bytes);
            topics.entry(name).or_default().push(DescribeLogDirsPartition {
                partition_index,
                partition_size: i64::try_from(size_bytes).unwrap_or(i64::MAX),
                ..DescribeLogDirsPartition::default()
            });
        }
    }
    let topics = topics
        .into_iter()
        .map(|(name, mut partitions)| {
            partitions.sort_by_key(|partition| partition.partition_index);
            DescribeLogDirsTopic { name, partitions }
        })
        .collect();
    let (total_bytes, usable_bytes) = broker.disk_space().unwrap_or((-1, -1));
    let results = vec![DescribeLogDirsResult {
        log_dir: broker.data_dir_path().display().to_string(),
        topics,
        total_bytes,
        usable_bytes,
        ..DescribeLogDirsResult::default()
    }];
    DescribeLogDirsResponse { results, ..DescribeLogDirsResponse::default() }
}
