//! Fetch: whole batches from several partitions, now or as soon as there are enough.
//!
//! Parks on every partition of the request, then reads; too little data waits for an advance of a high watermark and
//! reads again, until `max_wait_ms` is over. Record data is not touched: the response holds file regions that the
//! connection sends.
//!
//! Sessions (KIP-227, see `fetch_session`) make a full request out of an incremental one before all this, and leave
//! out of the response what the client knows after it.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use std::time::Duration;

use tidemill_log::{Chunk, LogConfig, ReadError, TopicCompression};
use tidemill_protocol::messages::fetch::{
    AbortedTransaction, EpochEndOffset, FetchPartition, FetchRequest, FetchResponse, FetchTopic,
    FetchableTopicResponse, PartitionData,
};
use tidemill_protocol::records::Compression;
use tidemill_protocol::{ErrorCode, Records, Uuid};

use super::{RequestContext, errors};
use crate::broker_state::BrokerState;
use crate::partition::partition::{Isolation, Partition, PartitionId, PartitionRead, ReadOptions};
use crate::partition::waiters::FetchWaiter;

pub(super) const VERSIONS: RangeInclusive<i16> = 4..=18;
/// The first version whose topics are named by id.
const TOPIC_IDS_SINCE: i16 = 13;
/// Zstandard came with this version (KIP-110).
const ZSTD_SINCE: i16 = 10;

/// A response and the data for the holes in it.
pub(super) struct Reply {
    pub(super) response: FetchResponse,
    pub(super) fillings: Vec<Vec<Chunk>>,
}

/// A partition of the request, resolved.
struct Target<'a> {
    wanted: &'a FetchPartition,
    partition: Result<Arc<Partition>, ErrorCode>,
}

/// One round of reading all partitions.
struct Round {
    response: FetchResponse,
    fillings: Vec<Vec<Chunk>>,
    size_bytes: u64,
    /// An error or a diverging epoch, which a client must learn at once.
    urgent: bool,
}

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    mut request: FetchRequest,
) -> Reply {
    let by_id = context.version >= TOPIC_IDS_SINCE;
    let sessions = &broker.fetch_sessions;
    match sessions.begin(broker.clock.now().monotonic, &mut request, by_id) {
        Ok(ticket) => {
            let mut reply = read(broker, context, &request).await;
            sessions.finish(broker.clock.now().monotonic, ticket, &request, &mut reply.response);
            if reply.response.responses.is_empty() {
                reply.fillings.clear();
            }
            reply
        }
        Err(error) => {
            let response = FetchResponse { error_code: error.code(), ..FetchResponse::default() };
            Reply { response, fillings: Vec::new() }
        }
    }
}

/// Reads all partitions that the request names, as soon as they have enough.
async fn read(broker: &BrokerState, context: &RequestContext, request: &FetchRequest) -> Reply {
    let topics: Vec<(&FetchTopic, Vec<Target<'_>>)> =
        request.topics.iter().map(|topic| (topic, resolve(broker, context, topic))).collect();
    let waiter = FetchWaiter::new();
    let deadline = tokio::time::Instant::now() + milliseconds(request.max_wait_ms);
    let min_bytes = u64::try_from(request.min_bytes).unwrap_or(0);
    let wait = request.max_wait_ms > 0 && min_bytes > 0 && !topics.is_empty();
    loop {
        if wait {
            let partitions = topics.iter().flat_map(|(_, targets)| targets);
            partitions
                .filter_map(|target| target.partition.as_ref().ok())
                .for_each(|p| p.park_fetch(&waiter));
        }
        let round = read_all(broker, context, request, &topics);
        let done = !wait || round.urgent || round.size_bytes >= min_bytes;
        if done || !may_find_more(broker, &waiter, deadline).await {
            count(broker, &topics, &round.response);
            return Reply { response: round.response, fillings: round.fillings };
        }
    }
}

/// Waits for an advance of a high watermark; says no when the time is over or the broker stops.
async fn may_find_more(broker: &BrokerState, waiter: &FetchWaiter, deadline: tokio::time::Instant) -> bool {
    let mut stopping = broker.stopping.clone();
    tokio::select! {
        () = waiter.changed() => true,
        _ = stopping.wait_for(|stopping| *stopping) => false,
        () = tokio::time::sleep_until(deadline) => false,
    }
}

/// Counts the bytes that leave for each topic.
fn count(broker: &BrokerState, topics: &[(&FetchTopic, Vec<Target<'_>>)], response: &FetchResponse) {
    for ((_, targets), answers) in topics.iter().zip(&response.responses) {
        for (target, answer) in targets.iter().zip(&answers.partitions) {
            let size_bytes = answer.records.as_ref().map_or(0, Records::size_bytes);
            if let Ok(partition) = &target.partition
                && size_bytes > 0
            {
                broker
                    .metrics
                    .count_fetched(partition.topic(), u64::try_from(size_bytes).unwrap_or(u64::MAX));
            }
        }
    }
}

fn resolve<'a>(broker: &BrokerState, context: &RequestContext, topic: &'a FetchTopic) -> Vec<Target<'a>> {
    let image = broker.metadata.image();
    let by_id = context.version >= TOPIC_IDS_SINCE;
    let (found, unknown) = if by_id {
        (image.topic_by_id(topic.topic_id), ErrorCode::UnknownTopicId)
    } else {
        (image.topic(&topic.topic), ErrorCode::UnknownTopicOrPartition)
    };
    let topic_id: Result<Uuid, ErrorCode> = found.map(|topic| topic.id).ok_or(unknown);
    let partition_of = |index| {
        let id = PartitionId { topic_id: topic_id?, index };
        broker.partitions.get(id).ok_or(ErrorCode::UnknownTopicOrPartition)
    };
    topic
        .partitions
        .iter()
        .map(|wanted| Target { wanted, partition: partition_of(wanted.partition) })
        .collect()
}

fn read_all(
    broker: &BrokerState,
    context: &RequestContext,
    request: &FetchRequest,
    topics: &[(&FetchTopic, Vec<Target<'_>>)],
) -> Round {
    let limit = broker.config.network.fetch_max_bytes.min(u32::try_from(request.max_bytes).unwrap_or(0));
    let isolation = match request.isolation_level {
        1 => Isolation::ReadCommitted,
        _ => Isolation::ReadUncommitted,
    };
    let mut round =
        Round { response: FetchResponse::default(), fillings: Vec::new(), size_bytes: 0, urgent: false };
    for (topic, targets) in topics {
        let mut partitions = Vec::with_capacity(targets.len());
        for target in targets {
            let left = u64::from(limit).saturating_sub(round.size_bytes);
            let budget =
                Budget { left: u32::try_from(left).unwrap_or(u32::MAX), first: round.size_bytes == 0 };
            let data = match read_one(target, isolation, budget, context.version) {
                Ok(Found { data, chunks, size_bytes }) => {
                    round.size_bytes += u64::from(size_bytes);
                    if size_bytes > 0 {
                        round.fillings.push(chunks);
                    }
                    round.urgent |= data.diverging_epoch != EpochEndOffset::default();
                    data
                }
                Err(refused) => {
                    broker.metrics.count_failed_fetch();
                    round.urgent = true;
                    *refused
                }
            };
            partitions.push(data);
        }
        let topic_id = topic.topic_id;
        round.response.responses.push(FetchableTopicResponse {
            topic: topic.topic.clone(),
            topic_id,
            partitions,
        });
    }
    round
}

/// What is left of the response's size, and whether it is still empty.
#[derive(Clone, Copy)]
struct Budget {
    left: u32,
    first: bool,
}

struct Found {
    data: PartitionData,
    chunks: Vec<Chunk>,
    size_bytes: u32,
}

fn read_one(
    target: &Target<'_>,
    isolation: Isolation,
    budget: Budget,
    version: i16,
) -> Result<Found, Box<PartitionData>> {
    let wanted = target.wanted;
    let refuse = |error: ErrorCode| Box::new(refused(wanted.partition, error));
    let partition = target.partition.as_ref().map_err(|error| refuse(*error))?;
    check_leader_epoch(partition, wanted.current_leader_epoch).map_err(refuse)?;
    // As Kafka does: by the topic's own codec; what a producer chose for itself is sent as it is.
    if version < ZSTD_SINCE && partition.with_log(|log| stores_zstd(log.config())) {
        return Err(refuse(ErrorCode::UnsupportedCompressionType));
    }
    if let Some(diverging_epoch) = diverging(partition, wanted) {
        let data = PartitionData { diverging_epoch, ..empty(partition, wanted.partition) };
        return Ok(Found { data, chunks: Vec::new(), size_bytes: 0 });
    }
    let options = ReadOptions {
        fetch_offset: wanted.fetch_offset,
        max_bytes: budget.left.min(u32::try_from(wanted.partition_max_bytes).unwrap_or(0)),
        isolation,
        at_least_one: budget.first,
    };
    let found = partition.read(options).map_err(|error| {
        log_read_error(partition, &error);
        let mut data = empty(partition, wanted.partition);
        data.error_code = errors::of_read(&error).code();
        Box::new(data)
    })?;
    let PartitionRead { read, high_watermark, last_stable_offset, log_start_offset } = found;
    let aborted_transactions = match isolation {
        Isolation::ReadUncommitted => None,
        Isolation::ReadCommitted => {
            Some(aborted_transactions(partition, wanted.fetch_offset..read.end_offset).map_err(refuse)?)
        }
    };
    let size_bytes = read.size_bytes;
    let data = PartitionData {
        partition_index: wanted.partition,
        high_watermark,
        last_stable_offset,
        log_start_offset,
        aborted_transactions,
        records: Some(Records::Deferred(size_bytes)),
        ..PartitionData::default()
    };
    Ok(Found { data, chunks: read.chunks, size_bytes })
}

/// The aborted transactions that a reader of `range` has to skip, by rising first offset.
fn aborted_transactions(
    partition: &Partition,
    range: Range<i64>,
) -> Result<Vec<AbortedTransaction>, ErrorCode> {
    let aborted = partition.with_log(|log| log.aborted_transactions(range));
    let aborted = aborted.map_err(|error| {
        log_read_error(partition, &error);
        errors::of_read(&error)
    })?;
    let entry = |aborted: tidemill_log::AbortedTransaction| AbortedTransaction {
        producer_id: aborted.producer_id,
        first_offset: aborted.first_offset,
    };
    Ok(aborted.into_iter().map(entry).collect())
}

/// Kafka's fencing of clients with stale or too new metadata (KIP-320); -1 skips it.
pub(super) fn check_leader_epoch(partition: &Partition, claimed: i32) -> Result<(), ErrorCode> {
    match claimed {
        -1 => Ok(()),
        older if older < partition.leader_epoch() => Err(ErrorCode::FencedLeaderEpoch),
        newer if newer > partition.leader_epoch() => Err(ErrorCode::UnknownLeaderEpoch),
        _ => Ok(()),
    }
}

/// KIP-595: tells a reader whose history differs from ours where the two part.
fn diverging(partition: &Partition, wanted: &FetchPartition) -> Option<EpochEndOffset> {
    if wanted.last_fetched_epoch < 0 {
        return None;
    }
    let ours = partition.with_log(|log| log.end_offset_for_epoch(wanted.last_fetched_epoch))?;
    let parts = ours.epoch < wanted.last_fetched_epoch || ours.offset < wanted.fetch_offset;
    parts.then_some(EpochEndOffset { epoch: ours.epoch, end_offset: ours.offset })
}

fn stores_zstd(config: &LogConfig) -> bool {
    matches!(config.compression, TopicCompression::Codec { codec: Compression::Zstd, .. })
}

fn empty(partition: &Partition, index: i32) -> PartitionData {
    let high_watermark = partition.high_watermark();
    let (log_start_offset, last_stable_offset) =
        partition.with_log(|log| (log.start_offset(), log.last_stable_offset(high_watermark)));
    PartitionData {
        partition_index: index,
        high_watermark,
        last_stable_offset,
        log_start_offset,
        records: Some(Records::Deferred(0)),
        ..PartitionData::default()
    }
}

fn refused(index: i32, error: ErrorCode) -> PartitionData {
    PartitionData {
        partition_index: index,
        error_code: error.code(),
        high_watermark: -1,
        records: Some(Records::Deferred(0)),
        ..PartitionData::default()
    }
}

fn log_read_error(partition: &Partition, error: &ReadError) {
    if !matches!(error, ReadError::OffsetOutOfRange { .. }) {
        tracing::error!(topic = %partition.topic(), partition = partition.id().index,
            error = crate::error_chain::chain(error), "cannot read the log");
    }
}

fn milliseconds(ms: i32) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
