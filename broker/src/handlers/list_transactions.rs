//! ListTransactions: the transactional ids of this broker, by state, producer, age (KIP-994) and pattern (KIP-1152).

use std::ops::RangeInclusive;

use regex::Regex;
use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::list_transactions::{
    ListTransactionsRequest, ListTransactionsResponse, TransactionState as ListedState,
};

use super::RequestContext;
use crate::broker_state::BrokerState;
use crate::transaction::coordinator::{ListFilter, TransactionReply, TransactionRequest};
use crate::transaction::state::TransactionState;

pub(super) const VERSIONS: RangeInclusive<i16> = 0..=2;

pub(super) async fn handle(
    broker: &BrokerState,
    _context: &RequestContext,
    request: ListTransactionsRequest,
) -> ListTransactionsResponse {
    let unknown_state_filters = request.state_filters.iter().filter(|name| !TransactionState::is_name(name));
    let unknown_state_filters = unknown_state_filters.cloned().collect();
    match list(broker, request).await {
        Ok(transaction_states) => ListTransactionsResponse {
            unknown_state_filters,
            transaction_states,
            ..ListTransactionsResponse::default()
        },
        Err(error) => {
            ListTransactionsResponse { error_code: error.code(), ..ListTransactionsResponse::default() }
        }
    }
}

async fn list(broker: &BrokerState, request: ListTransactionsRequest) -> Result<Vec<ListedState>, ErrorCode> {
    let pattern = request.transactional_id_pattern.filter(|pattern| !pattern.is_empty());
    // The whole id must match.
    let pattern = pattern.map(|pattern| Regex::new(&format!("^(?:{pattern})$"))).transpose();
    let pattern = pattern.map_err(|_| ErrorCode::InvalidRegularExpression)?;
    let filter = ListFilter {
        states: request.state_filters,
        producer_ids: request.producer_id_filters,
        older_than_ms: Some(request.duration_filter).filter(|age_ms| *age_ms >= 0),
    };
    let mut states = Vec::new();
    for reply in broker.transactions.ask_all(TransactionRequest::List(filter)).await {
        let TransactionReply::Listed(listed) = reply? else { continue };
        let matching = |id: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(id));
        states.extend(listed.into_iter().filter(|listed| matching(&listed.transactional_id)).map(|listed| {
            ListedState {
                transactional_id: listed.transactional_id,
                producer_id: listed.producer_id,
                transaction_state: listed.state.name().to_owned(),
            }
        }));
    }
    Ok(states)
}
