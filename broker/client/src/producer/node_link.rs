//! The way to one broker: requests go out in the order in which the sender formed them.

use std::sync::Arc;
use std::time::Duration;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::Uuid;
use tidemill_protocol::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, ProduceResponse, TopicProduceData,
};
use tidemill_protocol::primitives::Records;
use tokio::sync::mpsc;

use super::batch::ClosedBatch;
use super::delivery::Written;
use super::effects::{BatchAnswer, OutgoingBatch, SlotId};
use crate::TopicPartition;
use crate::cluster::{Cluster, Lane};
use crate::config::Acks;
use crate::connection::CallError;
use crate::network;

/// First version of Produce that names topics by id.
const TOPIC_IDS_SINCE: i16 = 13;

/// A request on its way.
#[derive(Debug)]
pub(super) struct ProduceJob {
    pub(super) request: u64,
    pub(super) batches: Vec<OutgoingBatch<Arc<ClosedBatch>>>,
    /// Highest version of Produce to speak.
    pub(super) version_limit: i16,
}

/// How a request ended.
#[derive(Debug)]
pub(super) enum ProduceOutcome {
    Answered { request: u64, answers: Vec<(SlotId, BatchAnswer)>, throttle: Duration },
    Failed { request: u64, reason: String },
}

/// What every request has in common.
#[derive(Debug, Clone)]
pub(super) struct LinkOptions {
    pub(super) acks: Acks,
    pub(super) request_timeout: Duration,
    pub(super) transactional_id: Option<String>,
}

/// Where a batch of a request goes.
#[derive(Debug, Clone)]
struct Destination {
    slot: SlotId,
    partition: TopicPartition,
    topic_id: Uuid,
}

/// Sends the jobs of one broker until the producer is gone.
pub(super) async fn run(
    cluster: Cluster,
    node: i32,
    options: LinkOptions,
    mut jobs: mpsc::Receiver<ProduceJob>,
    outcomes: mpsc::Sender<ProduceOutcome>,
) {
    while let Some(job) = jobs.recv().await {
        let request = job.request;
        if let Err(error) = send(&cluster, node, &options, job, &outcomes).await {
            let failed = ProduceOutcome::Failed { request, reason: error.to_string() };
            if outcomes.send(failed).await.is_err() {
                return;
            }
        }
    }
}

async fn send(
    cluster: &Cluster,
    node: i32,
    options: &LinkOptions,
    job: ProduceJob,
    outcomes: &mpsc::Sender<ProduceOutcome>,
) -> Result<(), CallError> {
    let channel = cluster.channel(node, Lane::Data).await?;
    let view = cluster.metadata();
    let destinations: Vec<Destination> = job.batches.iter().map(|batch| destination(batch, &view)).collect();
    let ids_known = destinations.iter().all(|destination| !destination.topic_id.is_zero());
    let limit = if ids_known { i16::MAX } else { TOPIC_IDS_SINCE - 1 };
    let version = channel.version::<ProduceRequest>(limit.min(job.version_limit))?;
    let (request, mut answers) = produce_request(&job, &destinations, options);
    let number = job.request;
    let outcomes = outcomes.clone();
    if options.acks == Acks::None {
        channel.send_unanswered(&request, version).await?;
        let answers = unanswered(answers, &destinations);
        let answered = ProduceOutcome::Answered { request: number, answers, throttle: Duration::ZERO };
        // The receiver is gone only when the producer is.
        drop(outcomes.send(answered).await);
        return Ok(());
    }
    let pending = channel.send(&request, version).await?;
    let timeout = options.request_timeout;
    network::spawn(async move {
        let answer = tokio::time::timeout(timeout, channel.answer::<ProduceRequest>(pending)).await;
        let outcome = match answer {
            Ok(Ok(response)) => {
                let throttle = Duration::from_millis(u64::try_from(response.throttle_time_ms).unwrap_or(0));
                answers.extend(read_response(response, &destinations));
                ProduceOutcome::Answered { request: number, answers, throttle }
            }
            Ok(Err(error)) => ProduceOutcome::Failed { request: number, reason: error.to_string() },
            Err(_) => {
                channel.close();
                let reason = format!("{} did not answer Produce within {timeout:?}", channel.address());
                ProduceOutcome::Failed { request: number, reason }
            }
        };
        // As above.
        drop(outcomes.send(outcome).await);
    });
    Ok(())
}

/// What is known of a request that the broker does not answer: everything that could be encoded was sent.
fn unanswered(
    mut answers: Vec<(SlotId, BatchAnswer)>,
    destinations: &[Destination],
) -> Vec<(SlotId, BatchAnswer)> {
    let refused: Vec<SlotId> = answers.iter().map(|(slot, _)| *slot).collect();
    let sent = destinations.iter().filter(|destination| !refused.contains(&destination.slot));
    let unknown = BatchAnswer::Written(Written { base_offset: -1, append_time: -1 });
    answers.extend(sent.map(|destination| (destination.slot, unknown.clone())));
    answers
}

fn destination(batch: &OutgoingBatch<Arc<ClosedBatch>>, view: &crate::Metadata) -> Destination {
    let partition = batch.payload.delivery.partition().clone();
    let topic_id = view.topic_id(&partition.topic);
    Destination { slot: batch.slot, partition, topic_id }
}

/// Builds the request; batches that cannot be encoded are answered at once.
fn produce_request(
    job: &ProduceJob,
    destinations: &[Destination],
    options: &LinkOptions,
) -> (ProduceRequest, Vec<(SlotId, BatchAnswer)>) {
    let mut topics: Vec<TopicProduceData> = Vec::new();
    let mut unencodable = Vec::new();
    for (batch, destination) in job.batches.iter().zip(destinations) {
        let records = match batch.payload.encode(batch.identity) {
            Ok(bytes) => Some(Records::Inline(bytes)),
            Err(error) => {
                let reason = Arc::from(error.to_string());
                unencodable.push((batch.slot, BatchAnswer::Unencodable { reason }));
                continue;
            }
        };
        let data = PartitionProduceData { index: destination.partition.partition, records };
        let topic = destination.partition.topic.as_ref();
        match topics.iter_mut().find(|known| known.name == topic) {
            Some(known) => known.partition_data.push(data),
            None => topics.push(TopicProduceData {
                name: topic.to_owned(),
                topic_id: destination.topic_id,
                partition_data: vec![data],
            }),
        }
    }
    let request = ProduceRequest {
        transactional_id: options.transactional_id.clone(),
        acks: options.acks.wire_value(),
        timeout_ms: i32::try_from(options.request_timeout.as_millis()).unwrap_or(i32::MAX),
        topic_data: topics,
    };
    (request, unencodable)
}

fn read_response(response: ProduceResponse, destinations: &[Destination]) -> Vec<(SlotId, BatchAnswer)> {
    let mut answers = Vec::with_capacity(destinations.len());
    for topic in response.responses {
        for partition in topic.partition_responses {
            let destination = destinations.iter().find(|known| {
                let same_topic = if topic.name.is_empty() {
                    known.topic_id == topic.topic_id
                } else {
                    *known.partition.topic == *topic.name
                };
                same_topic && known.partition.partition == partition.index
            });
            if let Some(destination) = destination {
                answers.push((destination.slot, batch_answer(partition)));
            }
        }
    }
    answers
}

fn batch_answer(partition: PartitionProduceResponse) -> BatchAnswer {
    match ErrorCode::from_code(partition.error_code) {
        ErrorCode::None => BatchAnswer::Written(Written {
            base_offset: partition.base_offset,
            append_time: partition.log_append_time_ms,
        }),
        code => {
            let first = partition.record_errors.into_iter().find_map(|error| error.batch_index_error_message);
            let message = first.or(partition.error_message).map(Arc::from);
            BatchAnswer::Error { code, message }
        }
    }
}
