//! Transactions: list, describe, fence their producers, abort one that hangs (KIP-664, KIP-588).

use std::sync::Arc;
use std::time::Duration;

use tidemill_protocol::messages::describe_producers::{
    DescribeProducersRequest, PartitionResponse, TopicRequest,
};
use tidemill_protocol::messages::describe_transactions::{
    DescribeTransactionsRequest, DescribeTransactionsResponse, TransactionState,
};
use tidemill_protocol::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};
use tidemill_protocol::messages::list_transactions::ListTransactionsRequest;
use tidemill_protocol::messages::write_txn_markers::{
    WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest,
};

use super::handle::call_error;
use super::{Admin, AdminError, ItemResults};
use crate::TopicPartition;
use crate::cluster::CoordinatorOf;
use crate::network::within;

/// Which transactions a list contains: those that meet every filter given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TransactionFilter {
    /// States, for example `Ongoing`; empty for all.
    pub states: Vec<String>,
    /// Producer ids; empty for all.
    pub producer_ids: Vec<i64>,
    /// Open for longer than this; needs a broker of version 3.8 (KIP-994).
    pub longer_than: Option<Duration>,
}

/// A transactional id in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionListing {
    /// `transactional.id`.
    pub transactional_id: String,
    /// Id of the producer that used it last.
    pub producer_id: i64,
    /// State, for example `Ongoing` or `CompleteCommit`.
    pub state: String,
}

/// A transactional id and its transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionDescription {
    /// State, for example `Ongoing` or `CompleteCommit`.
    pub state: String,
    /// Id of the producer that used it last.
    pub producer_id: i64,
    /// Epoch of that producer.
    pub producer_epoch: i16,
    /// `transaction.timeout.ms` of that producer.
    pub timeout: Duration,
    /// When the transaction began, in milliseconds since the Unix epoch; `None` if none is open.
    pub start_time_ms: Option<i64>,
    /// Partitions it has written to.
    pub partitions: Vec<TopicPartition>,
}

/// A producer that has written to a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerDescription {
    /// Producer id.
    pub producer_id: i64,
    /// Its epoch.
    pub producer_epoch: i32,
    /// Sequence number of its last record; -1 if unknown.
    pub last_sequence: i32,
    /// Timestamp of its last record; -1 if unknown.
    pub last_timestamp: i64,
    /// Epoch of the coordinator that ended its last transaction; `None` if none has.
    pub coordinator_epoch: Option<i32>,
    /// First offset of its open transaction; `None` if none is open.
    pub transaction_start_offset: Option<i64>,
}

/// A transaction of one partition that its coordinator no longer knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HangingTransaction {
    /// The partition whose readers it holds up.
    pub partition: TopicPartition,
    /// Producer that left it.
    pub producer_id: i64,
    /// Epoch of that producer.
    pub producer_epoch: i16,
    /// Epoch of the coordinator that ended the producer's transaction before it; -1 if none has.
    pub coordinator_epoch: i32,
}

impl Admin {
    /// Lists the transactional ids of all brokers that `filter` lets through, by name.
    ///
    /// # Errors
    /// [`AdminError`] if a broker did not answer.
    pub async fn list_transactions(
        &self,
        filter: &TransactionFilter,
    ) -> Result<Vec<TransactionListing>, AdminError> {
        within(self.list_transactions_of_all(filter)).await
    }

    async fn list_transactions_of_all(
        &self,
        filter: &TransactionFilter,
    ) -> Result<Vec<TransactionListing>, AdminError> {
        let duration = filter.longer_than.map(|least| i64::try_from(least.as_millis()).unwrap_or(i64::MAX));
        let request = ListTransactionsRequest {
            state_filters: filter.states.clone(),
            producer_id_filters: filter.producer_ids.clone(),
            duration_filter: duration.unwrap_or(-1),
            ..ListTransactionsRequest::default()
        };
        let mut found = Vec::new();
        for broker in self.describe_cluster().await?.brokers {
            let subject = format!("transactions of broker {}", broker.node_id);
            self.know_node(broker.node_id).await;
            let mut retry = self.retry(&subject);
            let answer = loop {
                let answer = self.cluster.call_node(broker.node_id, |_| request.clone()).await;
                let answer = answer
                    .map_err(|error| call_error(&subject, error))
                    .and_then(|answer| AdminError::check(&subject, answer.error_code, None).map(|()| answer));
                match answer {
                    Ok(answer) => break answer,
                    Err(error) => retry.after(error).await?,
                }
            };
            found.extend(answer.transaction_states.into_iter().map(|row| TransactionListing {
                transactional_id: row.transactional_id,
                producer_id: row.producer_id,
                state: row.transaction_state,
            }));
        }
        found.sort_unstable_by(|one, other| one.transactional_id.cmp(&other.transactional_id));
        Ok(found)
    }

    /// Describes what transactional ids are used for at the moment.
    ///
    /// # Errors
    /// [`AdminError`] if a coordinator could not be asked; what became of each id is in its own result.
    pub async fn describe_transactions(
        &self,
        transactional_ids: &[&str],
    ) -> Result<ItemResults<String, TransactionDescription>, AdminError> {
        within(async {
            let mut results = Vec::with_capacity(transactional_ids.len());
            for id in transactional_ids {
                let build = |_| DescribeTransactionsRequest { transactional_ids: vec![(*id).to_owned()] };
                let first_code = |answer: &DescribeTransactionsResponse| {
                    answer.transaction_states.first().map_or(0, |row| row.error_code)
                };
                let coordinated = (CoordinatorOf::Transactions, *id);
                let answer = self.ask_coordinator_of(coordinated, i16::MAX, build, first_code).await?;
                let rows = answer.transaction_states.into_iter();
                results.extend(rows.map(|row| (row.transactional_id.clone(), described(row))));
            }
            Ok(results)
        })
        .await
    }

    /// Fences the producers of transactional ids: what they have open is aborted, and they can write no more.
    ///
    /// # Errors
    /// [`AdminError`] if a coordinator could not be asked; each result is the producer id and epoch now in force.
    pub async fn fence_producers(
        &self,
        transactional_ids: &[&str],
    ) -> Result<ItemResults<String, (i64, i16)>, AdminError> {
        within(async {
            let mut results = Vec::with_capacity(transactional_ids.len());
            for id in transactional_ids {
                let build = |_| InitProducerIdRequest {
                    transactional_id: Some((*id).to_owned()),
                    transaction_timeout_ms: self.timeout_ms(),
                    producer_id: -1,
                    producer_epoch: -1,
                };
                let code = |answer: &InitProducerIdResponse| answer.error_code;
                let coordinated = (CoordinatorOf::Transactions, *id);
                let answer = self.ask_coordinator_of(coordinated, i16::MAX, build, code).await?;
                let result = AdminError::check(&format!("transactional id {id}"), answer.error_code, None);
                let identity = (answer.producer_id, answer.producer_epoch);
                results.push(((*id).to_owned(), result.map(|()| identity)));
            }
            Ok(results)
        })
        .await
    }

    /// Describes the producers that have written to partitions and may write on.
    ///
    /// # Errors
    /// [`AdminError`] if a broker did not answer; what became of each partition is in its own result.
    pub async fn describe_producers(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<ItemResults<TopicPartition, Vec<ProducerDescription>>, AdminError> {
        within(async {
            let (by_leader, unknown) = self.by_leader(partitions).await;
            let mut results: ItemResults<TopicPartition, Vec<ProducerDescription>> = unknown
                .into_iter()
                .map(|(partition, result)| (partition, result.map(|()| Vec::new())))
                .collect();
            for (leader, partitions) in by_leader {
                let topic = |partition: &TopicPartition| TopicRequest {
                    name: partition.topic.to_string(),
                    partition_indexes: vec![partition.partition],
                };
                let request = DescribeProducersRequest { topics: partitions.iter().map(topic).collect() };
                let answer = self.cluster.call_node(leader, |_| request).await;
                let answer = answer.map_err(|error| call_error("describe producers", error))?;
                for topic in answer.topics {
                    let name: Arc<str> = Arc::from(topic.name);
                    results.extend(topic.partitions.into_iter().map(|row| {
                        let partition = TopicPartition::new(Arc::clone(&name), row.partition_index);
                        let producers = producers(&partition, row);
                        (partition, producers)
                    }));
                }
            }
            Ok(results)
        })
        .await
    }

    /// Ends a transaction that hangs in one partition by writing an abort marker there.
    ///
    /// Only for what the coordinator no longer knows of: everything else ends by itself or by
    /// [`Admin::fence_producers`].
    ///
    /// # Errors
    /// [`AdminError`] if the leader refuses or did not answer.
    pub async fn abort_transaction(&self, hanging: &HangingTransaction) -> Result<(), AdminError> {
        within(async {
            let partition = &hanging.partition;
            let subject = format!("transaction of producer {} in {partition}", hanging.producer_id);
            let request = abort_request(hanging);
            let mut retry = self.retry(&subject);
            loop {
                match self.try_abort(&subject, partition, &request).await {
                    Ok(()) => return Ok(()),
                    Err(error) => retry.after(error).await?,
                }
            }
        })
        .await
    }

    async fn try_abort(
        &self,
        subject: &str,
        partition: &TopicPartition,
        request: &WriteTxnMarkersRequest,
    ) -> Result<(), AdminError> {
        let (by_leader, unknown) = self.by_leader(std::slice::from_ref(partition)).await;
        unknown.into_iter().try_for_each(|(_, result)| result)?;
        for leader in by_leader.into_keys() {
            let answer = self.cluster.call_node(leader, |_| request.clone()).await;
            let answer = answer.map_err(|error| call_error(subject, error))?;
            let rows = answer.markers.into_iter().flat_map(|marker| marker.topics);
            for row in rows.flat_map(|topic| topic.partitions) {
                AdminError::check(subject, row.error_code, None)?;
            }
        }
        Ok(())
    }
}

fn abort_request(hanging: &HangingTransaction) -> WriteTxnMarkersRequest {
    let topic = WritableTxnMarkerTopic {
        name: hanging.partition.topic.to_string(),
        partition_indexes: vec![hanging.partition.partition],
    };
    WriteTxnMarkersRequest {
        markers: vec![WritableTxnMarker {
            producer_id: hanging.producer_id,
            producer_epoch: hanging.producer_epoch,
            transaction_result: false,
            topics: vec![topic],
            coordinator_epoch: hanging.coordinator_epoch,
            transaction_version: 0,
        }],
    }
}

fn described(row: TransactionState) -> Result<TransactionDescription, AdminError> {
    AdminError::check(&format!("transactional id {}", row.transactional_id), row.error_code, None)?;
    let mut partitions = Vec::new();
    for topic in row.topics {
        let name: Arc<str> = Arc::from(topic.topic);
        let of_topic = topic.partitions.into_iter();
        partitions.extend(of_topic.map(|partition| TopicPartition::new(Arc::clone(&name), partition)));
    }
    Ok(TransactionDescription {
        state: row.transaction_state,
        producer_id: row.producer_id,
        producer_epoch: row.producer_epoch,
        timeout: Duration::from_millis(u64::try_from(row.transaction_timeout_ms).unwrap_or(0)),
        start_time_ms: Some(row.transaction_start_time_ms).filter(|start| *start >= 0),
        partitions,
    })
}

fn producers(
    partition: &TopicPartition,
    row: PartitionResponse,
) -> Result<Vec<ProducerDescription>, AdminError> {
    AdminError::check(&partition.to_string(), row.error_code, row.error_message)?;
    let producers = row.active_producers.into_iter().map(|producer| ProducerDescription {
        producer_id: producer.producer_id,
        producer_epoch: producer.producer_epoch,
        last_sequence: producer.last_sequence,
        last_timestamp: producer.last_timestamp,
        coordinator_epoch: Some(producer.coordinator_epoch).filter(|epoch| *epoch >= 0),
        transaction_start_offset: Some(producer.current_txn_start_offset).filter(|offset| *offset >= 0),
    });
    Ok(producers.collect())
}
