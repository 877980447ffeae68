//! InitProducerId: gives producers their id, and transactional ids their producer.
//!
//! Ids come from blocks that are reserved in metadata before the first id of a block is given out, so no id is ever
//! given out twice. A transactional id is answered by its coordinator, which fences the producer before (KIP-98) or
//! lets the same producer go on (KIP-360). Clients before version 4 know INVALID_PRODUCER_EPOCH for PRODUCER_FENCED.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};

use super::{RequestContext, errors};
use crate::broker_state::BrokerState;
use crate::transaction::coordinator::{TransactionReply, TransactionRequest};
use crate::transaction::transactional_id::{Initialize, Producer};

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=5;
/// First version that knows PRODUCER_FENCED.
const FENCED_SINCE: i16 = 4;

pub(super) async fn handle(
    broker: &BrokerState,
    context: &RequestContext,
    request: InitProducerIdRequest,
) -> InitProducerIdResponse {
    match initialize(broker, request).await {
        Ok(Producer { id, epoch }) => InitProducerIdResponse {
            producer_id: id,
            producer_epoch: epoch,
            ..InitProducerIdResponse::default()
        },
        Err(error) => InitProducerIdResponse {
            error_code: errors::of_fenced(error, context.version >= FENCED_SINCE).code(),
            producer_epoch: -1,
            ..InitProducerIdResponse::default()
        },
    }
}

async fn initialize(broker: &BrokerState, request: InitProducerIdRequest) -> Result<Producer, ErrorCode> {
    let named = Producer { id: request.producer_id, epoch: request.producer_epoch };
    let current = match named {
        Producer::NONE => None,
        Producer { id: -1, .. } | Producer { epoch: -1, .. } => return Err(ErrorCode::InvalidRequest),
        current => Some(current),
    };
    let Some(transactional_id) = request.transactional_id else {
        let given = tokio::task::block_in_place(|| broker.producer_ids.next(broker));
        return given.map(|id| Producer { id, epoch: 0 }).map_err(|error| errors::of_commit(&error));
    };
    let timeout_ms = request.transaction_timeout_ms;
    let ask = |fresh_id| TransactionRequest::Initialize {
        transactional_id: transactional_id.clone(),
        request: Initialize { timeout_ms, current, fresh_id },
    };
    match broker.ask_with_producer_id(&transactional_id, ask).await? {
        TransactionReply::Producer(producer) => Ok(producer),
        reply => Err(errors::of_wrong_reply(&reply)),
    }
}
