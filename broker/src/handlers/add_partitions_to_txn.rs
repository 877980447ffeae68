//! AddPartitionsToTxn: adds partitions to one transaction (versions 0 to 3, clients of protocol version 1), or adds
//! to and verifies several (version 4 and later, KIP-890).
//!
//! A transaction gets all of the partitions or none: if one is unknown the others are OPERATION_NOT_ATTEMPTED.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::add_partitions_to_txn::{
    AddPartitionsToTxnPartitionResult, AddPartitionsToTxnRequest, AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult, AddPartitionsToTxnTopic, AddPartitionsToTxnTopicResult,
    AddPartitionsToTxnTransaction,
};

use super::{RequestContext, errors};
use crate::broker_state::BrokerState;
use crate::transaction::coordinator::{TransactionReply, TransactionRequest};
use crate::transaction::transactional_id::{Producer, TopicPartition};

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=5;
/// First version that knows PRODUCER_FENCED.
const FENCED_SINCE: i16 = 2;
/// First version with several transactions.
const SEVERAL_SINCE: i16 = 4;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: AddPartitionsToTxnRequest,
) -> AddPartitionsToTxnResponse {
    if context.version >= SEVERAL_SINCE {
        let mut results_by_transaction = Vec::with_capacity(request.transactions.len());
        for transaction in request.transactions {
            let transactional_id = transaction.transactional_id.clone();
            let topic_results = add(broker, context.version, transaction).await;
            results_by_transaction.push(AddPartitionsToTxnResult { transactional_id, topic_results });
        }
        return AddPartitionsToTxnResponse {
            results_by_transaction,
            ..AddPartitionsToTxnResponse::default()
        };
    }
    let transaction = AddPartitionsToTxnTransaction {
        transactional_id: request.v3_and_below_transactional_id,
        producer_id: request.v3_and_below_producer_id,
        producer_epoch: request.v3_and_below_producer_epoch,
        verify_only: false,
        topics: request.v3_and_below_topics,
    };
    AddPartitionsToTxnResponse {
        results_by_topic_v3_and_below: add(broker, context.version, transaction).await,
        ..AddPartitionsToTxnResponse::default()
    }
}

async fn add(
    broker: &BrokerState,
    version: i16,
    transaction: AddPartitionsToTxnTransaction,
) -> Vec<AddPartitionsToTxnTopicResult> {
    let AddPartitionsToTxnTransaction { transactional_id, producer_id, producer_epoch, verify_only, topics } =
        transaction;
    let partitions = partitions_of(topics);
    let unknown = unknown(broker, &partitions);
    if !unknown.is_empty() {
        return results(partitions, |partition| match unknown.contains(partition) {
            true => ErrorCode::UnknownTopicOrPartition,
            false => ErrorCode::OperationNotAttempted,
        });
    }
    let producer = Producer { id: producer_id, epoch: producer_epoch };
    let ask = if verify_only {
        let (transactional_id, partitions) = (transactional_id.clone(), partitions.clone());
        TransactionRequest::Verify { transactional_id, producer, partitions }
    } else {
        let (transactional_id, partitions) = (transactional_id.clone(), partitions.clone());
        TransactionRequest::Add { transactional_id, producer, partitions }
    };
    match broker.transactions.ask(&transactional_id, ask).await {
        Ok(TransactionReply::Missing(missing)) => {
            results(partitions, |partition| match missing.contains(partition) {
                true => ErrorCode::TransactionAbortable,
                false => ErrorCode::None,
            })
        }
        Ok(_) => results(partitions, |_| ErrorCode::None),
        Err(error) => {
            let error = errors::of_fenced(error, version >= FENCED_SINCE);
            results(partitions, |_| error)
        }
    }
}

fn partitions_of(topics: Vec<AddPartitionsToTxnTopic>) -> BTreeSet<TopicPartition> {
    let partitions = topics.into_iter().flat_map(|topic| {
        let name: Arc<str> = topic.name.into();
        topic.partitions.into_iter().map(move |index| (Arc::clone(&name), index))
    });
    partitions.collect()
}

fn unknown(broker: &BrokerState, partitions: &BTreeSet<TopicPartition>) -> BTreeSet<TopicPartition> {
    let image = broker.metadata.image();
    let is_known = |(topic, index): &TopicPartition| {
        image.topic(topic).is_some_and(|topic| (0..topic.partition_count()).contains(index))
    };
    partitions.iter().filter(|partition| !is_known(partition)).cloned().collect()
}

fn results(
    partitions: BTreeSet<TopicPartition>,
    error: impl Fn(&TopicPartition) -> ErrorCode,
) -> Vec<AddPartitionsToTxnTopicResult> {
    let mut by_topic: BTreeMap<Arc<str>, Vec<AddPartitionsToTxnPartitionResult>> = BTreeMap::new();
    for partition in partitions {
        let partition_error_code = error(&partition).code();
        let result = AddPartitionsToTxnPartitionResult { partition_index: partition.1, partition_error_code };
        by_topic.entry(partition.0).or_default().push(result);
    }
    let by_topic = by_topic.into_iter().map(|(name, results_by_partition)| AddPartitionsToTxnTopicResult {
        name: name.to_string(),
        results_by_partition,
    });
    by_topic.collect()
}
