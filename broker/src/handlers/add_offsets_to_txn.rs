//! AddOffsetsToTxn: adds a group's partition of `__consumer_offsets` to a transaction, before TxnOffsetCommit.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::add_offsets_to_txn::{AddOffsetsToTxnRequest, AddOffsetsToTxnResponse};

use super::{RequestContext, errors};
use crate::broker_state::BrokerState;
use crate::transaction::coordinator::TransactionRequest;
use crate::transaction::transactional_id::Producer;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=4;
/// First version that knows PRODUCER_FENCED.
const FENCED_SINCE: i16 = 2;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: AddOffsetsToTxnRequest,
) -> AddOffsetsToTxnResponse {
    let error = match add(broker, request).await {
        Ok(()) => ErrorCode::None,
        Err(error) => errors::of_fenced(error, context.version >= FENCED_SINCE),
    };
    AddOffsetsToTxnResponse { error_code: error.code(), ..AddOffsetsToTxnResponse::default() }
}

async fn add(broker: &BrokerState, request: AddOffsetsToTxnRequest) -> Result<(), ErrorCode> {
    tokio::task::block_in_place(|| broker.ensure_groups())?;
    let transactional_id = request.transactional_id;
    let ask = TransactionRequest::Add {
        transactional_id: transactional_id.clone(),
        producer: Producer { id: request.producer_id, epoch: request.producer_epoch },
        partitions: BTreeSet::from([broker.offsets_partition(&request.group_id)?]),
    };
    broker.transactions.ask(&transactional_id, ask).await.map(|_| ())
}
