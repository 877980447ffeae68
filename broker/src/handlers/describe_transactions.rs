//! DescribeTransactions: what is known of transactional ids (KIP-664).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::describe_transactions::{
    DescribeTransactionsRequest, DescribeTransactionsResponse, TopicData, TransactionState,
};

use super::{RequestContext, errors};
use crate::broker_state::BrokerState;
use crate::transaction::coordinator::{TransactionReply, TransactionRequest};
use crate::transaction::transactional_id::Transaction;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=0;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: DescribeTransactionsRequest,
) -> DescribeTransactionsResponse {
    let mut transaction_states = Vec::with_capacity(request.transactional_ids.len());
    for transactional_id in request.transactional_ids {
        let ask = TransactionRequest::Describe { transactional_id: transactional_id.clone() };
        let described = match broker.transactions.ask(&transactional_id, ask).await {
            Ok(TransactionReply::Described(transaction)) => Ok(transaction),
            Ok(reply) => Err(errors::of_wrong_reply(&reply)),
            Err(error) => Err(error),
        };
        transaction_states.push(match described {
            Ok(transaction) => state(transactional_id, &transaction),
            Err(error) => failed(transactional_id, error),
        });
    }
    DescribeTransactionsResponse { transaction_states, ..DescribeTransactionsResponse::default() }
}

fn failed(transactional_id: String, error: ErrorCode) -> TransactionState {
    TransactionState { transactional_id, error_code: error.code(), ..TransactionState::default() }
}

fn state(transactional_id: String, transaction: &Transaction) -> TransactionState {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for (topic, index) in &transaction.partitions {
        topics.entry(topic).or_default().push(*index);
    }
    let topics =
        topics.into_iter().map(|(topic, partitions)| TopicData { topic: topic.to_owned(), partitions });
    TransactionState {
        error_code: ErrorCode::None.code(),
        transactional_id,
        transaction_state: transaction.state.name().to_owned(),
        transaction_timeout_ms: transaction.timeout_ms,
        transaction_start_time_ms: transaction.start_ms,
        producer_id: transaction.producer.id,
        producer_epoch: transaction.producer.epoch,
        topics: topics.collect(),
    }
}
