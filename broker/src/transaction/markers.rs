//! Markers: what ends a transaction in each of its partitions.
//!
//! ```text
//! shard --decided, durable--> writer of the shard --control batch--> every partition --all durable--> shard
//! ```
//! A marker is written again until it is durable or its partition is gone. Each shard has one writer, and each decided
//! transaction one task of it (`marker_tasks`). When the shard is loaded again its tasks are ended before new ones
//! begin: a marker that comes late would end the transaction after.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tidemill_log::{AppendOptions, AppendOrigin, AppendedInfo};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::{BatchBuilder, BatchOptions, EndTransactionMarker, ProducerIdentity};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::coordinator::{DecidedTransaction, TransactionReply, TransactionRequest};
use super::marker_tasks::MarkerTasks;
use super::transactional_id::{Producer, TopicPartition};
use crate::broker_state::BrokerState;
use crate::coordinator_shard::step::OffsetsMarker;
use crate::group::offsets_topic;
use crate::handlers::errors;
use crate::partition::group_commit::AppendFailure;
use crate::partition::partition::Partition;

/// Pause before a marker that could not be written, or a shard that could not answer, is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(100);
/// The pause doubles up to this one: a log that refuses writes does so until the broker is restarted.
const MAX_RETRY_PAUSE: Duration = Duration::from_secs(3);
/// Sequence number of a control batch.
const NO_SEQUENCE: i32 = -1;

/// The outcome of a producer's transaction, for one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) producer: Producer,
    pub(crate) committed: bool,
    pub(crate) coordinator_epoch: i32,
}

impl Marker {
    fn batch(self, now_ms: i64) -> Bytes {
        let Self { producer, committed, coordinator_epoch } = self;
        let producer =
            ProducerIdentity { id: producer.id, epoch: producer.epoch, base_sequence: NO_SEQUENCE };
        let mut batch = BatchBuilder::new(BatchOptions {
            producer: Some(producer),
            transactional: true,
            control: true,
            ..BatchOptions::default()
        });
        let marker = EndTransactionMarker { committed, coordinator_epoch };
        let appended = batch.try_append(now_ms, Some(&marker.key()), Some(&marker.value()), &[]);
        assert!(appended.is_some(), "the first record of a batch is taken whatever its size");
        batch.build().expect("only compression fails, and there is none")
    }
}

impl From<Marker> for OffsetsMarker {
    fn from(marker: Marker) -> Self {
        let Marker { producer, committed, coordinator_epoch } = marker;
        Self { producer_id: producer.id, producer_epoch: producer.epoch, coordinator_epoch, committed }
    }
}

/// A marker on its way into a partition.
pub(crate) enum MarkerInFlight {
    /// It has its place in the order of the partition.
    Appending { partition: Arc<Partition>, appended: oneshot::Receiver<Result<AppendedInfo, AppendFailure>> },
    /// A partition of `__consumer_offsets`: its shard writes the marker.
    Offsets { index: i32, marker: Marker },
    /// It could not be handed over.
    Failed(ErrorCode),
}

impl BrokerState {
    /// Hands a marker to its partition.
    pub(crate) async fn submit_marker(&self, partition: &TopicPartition, marker: Marker) -> MarkerInFlight {
        let (topic, index) = partition;
        if **topic == *offsets_topic::TOPIC {
            return MarkerInFlight::Offsets { index: *index, marker };
        }
        match self.partition_by_name(topic, *index) {
            Ok(partition) => {
                let leader_epoch = partition.leader_epoch();
                let options = AppendOptions { origin: AppendOrigin::Coordinator, leader_epoch };
                let batch = marker.batch(self.clock.now().wall_ms);
                let appended = self.group_commit.submit(&partition, batch, options).await;
                MarkerInFlight::Appending { partition, appended }
            }
            Err(error) => MarkerInFlight::Failed(error),
        }
    }

    /// Waits until a marker is durable.
    ///
    /// # Errors
    /// Why it is not.
    pub(crate) async fn finish_marker(&self, marker: MarkerInFlight) -> Result<(), ErrorCode> {
        match marker {
            MarkerInFlight::Failed(error) => Err(error),
            MarkerInFlight::Offsets { index, marker } => {
                self.groups.end_transaction(index, marker.into()).await
            }
            MarkerInFlight::Appending { partition, appended } => {
                let appended = appended.await.unwrap_or(Err(AppendFailure::Closed));
                let appended = appended.map_err(|failure| errors::of_append(&failure))?;
                match partition.when_durable(appended.last_offset + 1).await {
                    Ok(durable) => durable.map_err(errors::of_closed),
                    Err(_) => Err(ErrorCode::NotLeaderOrFollower),
                }
            }
        }
    }

    /// Tells whether a partition is in the metadata, so that its marker must not be skipped.
    fn has_partition(&self, (topic, index): &TopicPartition) -> bool {
        self.metadata.image().topic(topic).is_some_and(|topic| (0..topic.partition_count()).contains(index))
    }
}

/// Writes the markers of every shard until the broker stops.
pub(crate) async fn write_all(broker: Arc<BrokerState>) {
    let mut stopping = broker.stopping.clone();
    let mut started = broker.transactions.started();
    tokio::select! {
        _ = started.wait_for(|started| *started) => {}
        _ = stopping.wait_for(|stopping| *stopping) => return,
    }
    let mut writers = JoinSet::new();
    for index in 0..broker.transactions.shard_count() {
        writers.spawn(write_of_shard(Arc::clone(&broker), index));
    }
    tokio::select! {
        () = async { while writers.join_next().await.is_some() {} } => {}
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
}

/// Writes the markers of one shard, and never ends.
async fn write_of_shard(broker: Arc<BrokerState>, index: i32) {
    let write = |decided| write_markers(Arc::clone(&broker), index, decided);
    let mut tasks = MarkerTasks::new(write, RETRY_PAUSE);
    let mut shard_life = None;
    loop {
        let next = broker.transactions.ask_at(index, TransactionRequest::NextDecided);
        tokio::pin!(next);
        // What was handed out must not get lost: the question is never given up before its answer.
        let answer = loop {
            tokio::select! {
                answer = &mut next => break answer,
                Some(()) = tasks.tend() => {}
            }
        };
        match answer {
            Ok(TransactionReply::Decided(decided)) => {
                if shard_life.replace(decided.shard_life) != Some(decided.shard_life) {
                    tasks.end_all().await;
                }
                decided.transactions.into_iter().for_each(|decided| tasks.begin(decided));
            }
            // The shard is being loaded or the broker stops.
            _ => {
                tasks.end_all().await;
                tokio::time::sleep(RETRY_PAUSE).await;
            }
        }
    }
}

/// Writes the marker of one transaction into all its partitions and tells its shard.
async fn write_markers(broker: Arc<BrokerState>, index: i32, decided: DecidedTransaction) {
    let DecidedTransaction { transactional_id, handed, producer, committed, partitions } = decided;
    let marker = Marker { producer, committed, coordinator_epoch: broker.metadata_leader_epoch() };
    let mut missing = partitions;
    let mut pause = RETRY_PAUSE;
    loop {
        missing = write_once(&broker, marker, missing).await;
        if missing.is_empty() {
            break;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(MAX_RETRY_PAUSE);
    }
    let written = TransactionRequest::MarkersWritten { transactional_id, handed };
    // A shard that is gone hands the transaction out again.
    let _ = broker.transactions.ask_at(index, written).await;
}

/// Writes a marker into partitions, into all at once; returns those that must be tried again.
async fn write_once(
    broker: &BrokerState,
    marker: Marker,
    partitions: BTreeSet<TopicPartition>,
) -> BTreeSet<TopicPartition> {
    let mut in_flight = Vec::with_capacity(partitions.len());
    for partition in partitions {
        let submitted = broker.submit_marker(&partition, marker).await;
        in_flight.push((partition, submitted));
    }
    let mut missing = BTreeSet::new();
    for (partition, submitted) in in_flight {
        let Err(error) = broker.finish_marker(submitted).await else { continue };
        let (topic, index) = (&partition.0, partition.1);
        match error {
            ErrorCode::InvalidProducerEpoch | ErrorCode::TransactionCoordinatorFenced => {
                // Something newer has written there: this marker will never be taken.
                tracing::error!(%topic, partition = index, ?marker, error = error.name(), "skipped a marker");
            }
            _ if !broker.has_partition(&partition) => {
                tracing::info!(%topic, partition = index, "skipped the marker of a partition that was deleted");
            }
            _ => {
                tracing::warn!(%topic, partition = index, error = error.name(), "a marker is written again");
                missing.insert(partition);
            }
        }
    }
    missing
}
