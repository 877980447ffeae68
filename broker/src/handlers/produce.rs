//! Produce: hands batches to their partitions, then waits until they are as safe as `acks` asks.
//!
//! Advertised from version 0 because older librdkafka turns compression off otherwise (KAFKA-18659); versions 0 to 2
//! cannot carry batches of format 2 and are refused by closing the connection, as Kafka 4 does.
//! With acks=0 nothing is answered; an error closes the connection.
//!
//! The batches of a connection keep their order: while the coordinator is asked about one request the next waits.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tidemill_log::{AppendError, AppendOptions, AppendOrigin, AppendedInfo, ValidationError};
use tidemill_protocol::messages::produce::{
    BatchIndexAndErrorMessage, PartitionProduceData, PartitionProduceResponse, ProduceRequest,
    ProduceResponse, TopicProduceData, TopicProduceResponse,
};
use tidemill_protocol::records::{Compression, RecordBatch};
use tidemill_protocol::{ErrorCode, Records, Uuid};
use tokio::sync::oneshot;

use super::errors;
use crate::broker_state::BrokerState;
use crate::catalog::image::MetadataImage;
use crate::catalog::topics;
use crate::error_chain::chain;
use crate::partition::group_commit::AppendFailure;
use crate::partition::partition::{Partition, PartitionId};
use crate::transaction::admission::TransactionalProduce;

pub(super) const ADVERTISED: RangeInclusive<i16> = 0..=13;
/// The first version whose topics are named by id.
const TOPIC_IDS_SINCE: i16 = 13;
/// Zstandard came with this version (KIP-110).
const ZSTD_SINCE: i16 = 7;

/// What is sent back.
pub(super) enum Answer {
    Respond(ProduceResponse),
    Silence,
    Close,
}

/// A request whose batches have their place in the order of their partitions.
pub(super) struct Submitted {
    acks: Acks,
    timeout: Duration,
    topics: Vec<SubmittedTopic>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Acks {
    None,
    Leader,
    All,
}

struct SubmittedTopic {
    name: String,
    topic_id: Uuid,
    partitions: Vec<(i32, Result<Appending, Refusal>)>,
}

/// A batch that has not got its place yet.
struct Target {
    partition: Arc<Partition>,
    records: Bytes,
    /// `None` until the coordinator of its transaction agrees.
    origin: Option<AppendOrigin>,
}

impl Target {
    /// Says how the batch is appended; `admitted` holds what the coordinator said, in the order of the batches.
    fn admit(
        self,
        admitted: &mut Result<std::vec::IntoIter<AppendOrigin>, ErrorCode>,
    ) -> Result<(Self, AppendOrigin), Refusal> {
        let origin = match (self.origin, admitted) {
            (Some(origin), _) => origin,
            (None, Ok(origins)) => origins.next().unwrap_or(AppendOrigin::Client),
            (None, Err(error)) => return Err((*error).into()),
        };
        Ok((self, origin))
    }
}

struct Appending {
    partition: Arc<Partition>,
    size_bytes: usize,
    appended: oneshot::Receiver<Result<AppendedInfo, AppendFailure>>,
}

/// Why one partition of the request got nothing.
struct Refusal {
    error: ErrorCode,
    message: Option<String>,
    record_errors: Vec<BatchIndexAndErrorMessage>,
}

impl From<ErrorCode> for Refusal {
    fn from(error: ErrorCode) -> Self {
        Self { error, message: None, record_errors: Vec::new() }
    }
}

/// Hands every batch of the request to its partition; those of a transaction after its coordinator agreed.
pub(super) async fn submit(broker: &BrokerState, version: i16, request: ProduceRequest) -> Submitted {
    let acks = match request.acks {
        0 => Ok(Acks::None),
        1 => Ok(Acks::Leader),
        -1 => Ok(Acks::All),
        _ => Err(ErrorCode::InvalidRequiredAcks),
    };
    let mut transaction = None;
    let mut found = Vec::with_capacity(request.topic_data.len());
    {
        let image = broker.metadata.image();
        for topic in request.topic_data {
            let id = acks.and(find_topic(&image, &topic, version));
            let mut partitions = Vec::with_capacity(topic.partition_data.len());
            for data in topic.partition_data {
                let index = data.index;
                let target =
                    id.map_err(Refusal::from).and_then(|id| find_partition(broker, id, data, version));
                let target = target.and_then(|target| {
                    let transaction = (&mut transaction, version, &request.transactional_id);
                    note_transaction(target, transaction)
                });
                partitions.push((index, target));
            }
            found.push((topic.name, topic.topic_id, partitions));
        }
    }
    let admitted = match transaction {
        Some(transaction) => transaction.admit(broker).await,
        None => Ok(Vec::new()),
    };
    let mut admitted = admitted.map(Vec::into_iter);
    let mut topics = Vec::with_capacity(found.len());
    for (name, topic_id, found) in found {
        let mut partitions = Vec::with_capacity(found.len());
        for (index, target) in found {
            let submitted = match target.and_then(|target| target.admit(&mut admitted)) {
                Ok((target, origin)) => Ok(append(broker, target, origin).await),
                Err(refusal) => Err(refusal),
            };
            partitions.push((index, submitted));
        }
        topics.push(SubmittedTopic { name, topic_id, partitions });
    }
    let timeout = Duration::from_millis(u64::try_from(request.timeout_ms).unwrap_or(0));
    Submitted { acks: acks.unwrap_or(Acks::Leader), timeout, topics }
}

/// Looks at a batch of a transaction, and leaves others as they are.
fn note_transaction(
    target: Target,
    (transaction, version, transactional_id): (&mut Option<TransactionalProduce>, i16, &Option<String>),
) -> Result<Target, Refusal> {
    let Ok(header) = RecordBatch::peek_header(&target.records) else {
        // The log says what is wrong with it.
        return Ok(target);
    };
    if !header.attributes.is_transactional() || !header.has_producer_id() {
        return Ok(target);
    }
    let transaction =
        transaction.get_or_insert_with(|| TransactionalProduce::new(version, transactional_id.clone()));
    let origin = transaction.note(&header, &target.partition)?;
    Ok(Target { origin, ..target })
}

async fn append(broker: &BrokerState, target: Target, origin: AppendOrigin) -> Appending {
    let Target { partition, records, .. } = target;
    let size_bytes = records.len();
    let options = AppendOptions { origin, leader_epoch: partition.leader_epoch() };
    let appended = broker.group_commit.submit(&partition, records, options).await;
    Appending { partition, size_bytes, appended }
}

/// Finds the topic's id, or says why clients may not write to it.
fn find_topic(image: &MetadataImage, topic: &TopicProduceData, version: i16) -> Result<Uuid, ErrorCode> {
    let found = if version >= TOPIC_IDS_SINCE {
        image.topic_by_id(topic.topic_id).ok_or(ErrorCode::UnknownTopicId)?
    } else {
        topics::check_name(&topic.name).map_err(|_| ErrorCode::InvalidTopicException)?;
        image.topic(&topic.name).ok_or(ErrorCode::UnknownTopicOrPartition)?
    };
    if found.is_internal() {
        return Err(ErrorCode::InvalidTopicException);
    }
    Ok(found.id)
}

fn find_partition(
    broker: &BrokerState,
    topic_id: Uuid,
    data: PartitionProduceData,
    version: i16,
) -> Result<Target, Refusal> {
    let id = PartitionId { topic_id, index: data.index };
    let partition = broker.partitions.get(id).ok_or(ErrorCode::UnknownTopicOrPartition)?;
    let Some(Records::Inline(records)) = data.records else {
        let message = Some("the request holds no records for this partition".to_owned());
        return Err(Refusal { error: ErrorCode::InvalidRecord, message, record_errors: Vec::new() });
    };
    if version < ZSTD_SINCE && is_zstd(&records) {
        return Err(ErrorCode::UnsupportedCompressionType.into());
    }
    Ok(Target { partition, records, origin: Some(AppendOrigin::Client) })
}

impl Submitted {
    /// Waits as `acks` asks and tells what became of each batch.
    pub(super) async fn answer(self, broker: &BrokerState) -> Answer {
        let deadline = tokio::time::Instant::now() + self.timeout;
        let mut failed = false;
        let mut responses = Vec::with_capacity(self.topics.len());
        for topic in self.topics {
            let mut partition_responses = Vec::with_capacity(topic.partitions.len());
            for (index, submitted) in topic.partitions {
                let result = match submitted {
                    Ok(appending) => finish(broker, appending, self.acks, deadline).await,
                    Err(refusal) => Err(refusal),
                };
                if let Err(refusal) = &result {
                    failed = true;
                    broker.metrics.count_failed_produce();
                    tracing::debug!(
                        topic = topic.name,
                        partition = index,
                        error = refusal.error.name(),
                        "refused a batch"
                    );
                }
                partition_responses.push(partition_response(index, result));
            }
            responses.push(TopicProduceResponse {
                name: topic.name,
                topic_id: topic.topic_id,
                partition_responses,
            });
        }
        match self.acks {
            Acks::None if failed => Answer::Close,
            Acks::None => Answer::Silence,
            Acks::Leader | Acks::All => {
                Answer::Respond(ProduceResponse { responses, ..ProduceResponse::default() })
            }
        }
    }
}

/// Waits for one batch.
async fn finish(
    broker: &BrokerState,
    appending: Appending,
    acks: Acks,
    deadline: tokio::time::Instant,
) -> Result<AppendedInfo, Refusal> {
    let Appending { partition, size_bytes, appended } = appending;
    let appended =
        appended.await.unwrap_or(Err(AppendFailure::Closed)).map_err(|failure| refusal_of(&failure))?;
    if !appended.duplicate {
        let records = u64::try_from(appended.last_offset - appended.base_offset + 1).unwrap_or(0);
        broker.metrics.count_produced(partition.topic(), records, u64::try_from(size_bytes).unwrap_or(0));
    }
    if acks == Acks::All {
        let durable = partition.when_durable(appended.last_offset + 1);
        match tokio::time::timeout_at(deadline, durable).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(closed))) => return Err(errors::of_closed(closed).into()),
            Ok(Err(_)) => return Err(ErrorCode::NotLeaderOrFollower.into()),
            Err(_) => return Err(ErrorCode::RequestTimedOut.into()),
        }
    }
    Ok(appended)
}

fn is_zstd(records: &Bytes) -> bool {
    RecordBatch::peek_header(records)
        .is_ok_and(|header| header.attributes.compression() == Ok(Compression::Zstd))
}

fn refusal_of(failure: &AppendFailure) -> Refusal {
    let faults = match failure {
        AppendFailure::Refused(AppendError::Invalid(
            ValidationError::InvalidRecord { faults, .. } | ValidationError::InvalidTimestamp { faults, .. },
        )) => faults.as_slice(),
        AppendFailure::Refused(_) | AppendFailure::Closed => &[],
    };
    let record_errors = faults
        .iter()
        .map(|fault| BatchIndexAndErrorMessage {
            batch_index: fault.batch_index,
            batch_index_error_message: Some(fault.message.clone()),
        })
        .collect();
    Refusal { error: errors::of_append(failure), message: Some(chain(failure)), record_errors }
}

fn partition_response(index: i32, result: Result<AppendedInfo, Refusal>) -> PartitionProduceResponse {
    match result {
        Ok(appended) => PartitionProduceResponse {
            index,
            base_offset: appended.base_offset,
            log_append_time_ms: appended.log_append_time_ms.unwrap_or(-1),
            log_start_offset: appended.log_start_offset,
            ..PartitionProduceResponse::default()
        },
        Err(refusal) => PartitionProduceResponse {
            index,
            error_code: refusal.error.code(),
            base_offset: -1,
            record_errors: refusal.record_errors,
            error_message: refusal.message,
            ..PartitionProduceResponse::default()
        },
    }
}
