//! ListOffsets: from a time, or from Kafka's special times, to an offset.
//!
//! -1 latest (high watermark, or last stable offset for read_committed), -2 earliest, -3 the record with the highest
//! timestamp (KIP-734), -4 earliest local (KIP-405; equals earliest without tiers), -5 latest tiered (KIP-1005; none),
//! -6 earliest pending upload (KIP-1023; none). A time that no record reaches gives offset -1 and no error.

use std::ops::RangeInclusive;

use tidemill_log::ReadError;
use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse,
    ListOffsetsTopicResponse,
};

use super::{RequestContext, errors, fetch};
use crate::broker_state::BrokerState;
use crate::partition::partition::Partition;

pub(super) const VERSIONS: RangeInclusive<i16> = 1..=11;

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;
/// The first version whose answer has room for the leader epoch.
const LEADER_EPOCH_SINCE: i16 = 4;
/// The first version that understands each special time below -2.
const SPECIAL_SINCE: [(i64, i16); 4] =
    [(MAX_TIMESTAMP, 7), (EARLIEST_LOCAL, 8), (LATEST_TIERED, 9), (EARLIEST_PENDING_UPLOAD, 11)];

/// An offset with what is known of it.
struct Answer {
    timestamp: i64,
    offset: i64,
    leader_epoch: i32,
}

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: ListOffsetsRequest,
) -> ListOffsetsResponse {
    let committed = request.isolation_level == 1;
    // A search by time reads batches: not for a network thread.
    tokio::task::block_in_place(|| {
        let topics = request
            .topics
            .into_iter()
            .map(|topic| {
                let answer = |wanted: &ListOffsetsPartition| {
                    let found = broker
                        .partition_by_name(&topic.name, wanted.partition_index)
                        .and_then(|partition| find(&partition, wanted, committed, context.version));
                    partition_response(wanted.partition_index, context.version, found)
                };
                let partitions = topic.partitions.iter().map(answer).collect();
                ListOffsetsTopicResponse { name: topic.name, partitions }
            })
            .collect();
        ListOffsetsResponse { topics, ..ListOffsetsResponse::default() }
    })
}

fn find(
    partition: &Partition,
    wanted: &ListOffsetsPartition,
    committed: bool,
    version: i16,
) -> Result<Option<Answer>, ErrorCode> {
    fetch::check_leader_epoch(partition, wanted.current_leader_epoch)?;
    if SPECIAL_SINCE.iter().any(|(special, since)| *special == wanted.timestamp && version < *since) {
        return Err(ErrorCode::UnsupportedVersion);
    }
    let leader_epoch = partition.leader_epoch();
    let without_time = |offset| Some(Answer { timestamp: -1, offset, leader_epoch });
    partition.with_log(|log| {
        let visible_end = match committed {
            true => log.last_stable_offset(partition.high_watermark()),
            false => partition.high_watermark(),
        };
        let found = match wanted.timestamp {
            LATEST => return Ok(without_time(visible_end)),
            EARLIEST | EARLIEST_LOCAL => {
                let leader_epoch = log.epoch_of(log.start_offset()).unwrap_or(leader_epoch);
                return Ok(Some(Answer { timestamp: -1, offset: log.start_offset(), leader_epoch }));
            }
            LATEST_TIERED | EARLIEST_PENDING_UPLOAD => return Ok(None),
            MAX_TIMESTAMP => log.max_timestamp_offset(),
            time if time >= 0 => log.offset_for_timestamp(time),
            _ => return Err(ErrorCode::InvalidRequest),
        };
        let found = found.map_err(|error: ReadError| errors::of_read(&error))?;
        Ok(found.filter(|found| found.offset < visible_end).map(|found| Answer {
            timestamp: found.timestamp,
            offset: found.offset,
            leader_epoch: found.leader_epoch,
        }))
    })
}

fn partition_response(
    index: i32,
    version: i16,
    found: Result<Option<Answer>, ErrorCode>,
) -> ListOffsetsPartitionResponse {
    let mut response =
        ListOffsetsPartitionResponse { partition_index: index, ..ListOffsetsPartitionResponse::default() };
    match found {
        Ok(Some(Answer { timestamp, offset, leader_epoch })) => {
            (response.timestamp, response.offset) = (timestamp, offset);
            if version >= LEADER_EPOCH_SINCE {
                response.leader_epoch = leader_epoch;
            }
        }
        Ok(None) => {}
        Err(error) => response.error_code = error.code(),
    }
    response
}
