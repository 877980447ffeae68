//! InitProducerId: gives idempotent producers their id.
//!
//! Ids come from blocks that are reserved in metadata before the first id of a block is given out, so no id is ever
//! given out twice. Transactional ids are answered by the transaction coordinator, which does not exist yet:
//! they get COORDINATOR_NOT_AVAILABLE.

use std::ops::RangeInclusive;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};

use super::{RequestContext, errors};
use crate::broker_state::BrokerState;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=5;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: InitProducerIdRequest,
) -> InitProducerIdResponse {
    let given = match request.transactional_id {
        Some(id) if id.is_empty() => Err(ErrorCode::InvalidRequest),
        Some(_) => Err(ErrorCode::CoordinatorNotAvailable),
        None => tokio::task::block_in_place(|| broker.producer_ids.next(broker))
            .map_err(|error| errors::of_commit(&error)),
    };
    match given {
        Ok(producer_id) => InitProducerIdResponse { producer_id, ..InitProducerIdResponse::default() },
        Err(error) => InitProducerIdResponse {
            error_code: error.code(),
            producer_epoch: -1,
            ..InitProducerIdResponse::default()
        },
    }
}
