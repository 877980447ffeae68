//! EndTxn: decides the outcome of a transaction. Answered when the decision is durable; the markers follow.
//!
//! From version 5 the answer holds the producer's next epoch (KIP-890), which the markers raise in every partition.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::end_txn::{EndTxnRequest, EndTxnResponse};

use super::{RequestContext, errors};
use crate::broker_state::BrokerState;
use crate::transaction::coordinator::{TransactionReply, TransactionRequest};
use crate::transaction::transactional_id::{End, Producer};

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=5;
/// First version that knows PRODUCER_FENCED.
const FENCED_SINCE: i16 = 2;
/// First version whose clients take a new epoch with the answer.
const RAISES_EPOCH_SINCE: i16 = 5;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: EndTxnRequest,
) -> EndTxnResponse {
    match end(broker, context, request).await {
        Ok(Producer { id, epoch }) => {
            EndTxnResponse { producer_id: id, producer_epoch: epoch, ..EndTxnResponse::default() }
        }
        Err(error) => EndTxnResponse {
            error_code: errors::of_fenced(error, context.version >= FENCED_SINCE).code(),
            ..EndTxnResponse::default()
        },
    }
}

async fn end(
    broker: &BrokerState,
    context: &RequestContext,
    request: EndTxnRequest,
) -> Result<Producer, ErrorCode> {
    let EndTxnRequest { transactional_id, producer_id, producer_epoch, committed, .. } = request;
    let producer = Producer { id: producer_id, epoch: producer_epoch };
    let raises_epoch = context.version >= RAISES_EPOCH_SINCE;
    let ask = |fresh_id| TransactionRequest::End {
        transactional_id: transactional_id.clone(),
        request: End { producer, committed, raises_epoch, fresh_id },
    };
    match broker.ask_with_producer_id(&transactional_id, ask).await? {
        TransactionReply::Producer(producer) => Ok(producer),
        reply => Err(errors::of_wrong_reply(&reply)),
    }
}
