//! Describe, list, and forgetting what nobody uses.

use tidemill_protocol::ErrorCode;

use super::request::{ListFilter, ListedTransaction, TransactionReply};
use super::shard::{Output, TransactionShard};
use crate::transaction::records;
use crate::transaction::transactional_id::Transaction;

impl TransactionShard {
    pub(super) fn describe(&self, transactional_id: &str) -> Result<TransactionReply, ErrorCode> {
        let transaction =
            self.transactions.get(transactional_id).ok_or(ErrorCode::TransactionalIdNotFound)?;
        Ok(TransactionReply::Described(Box::new(transaction.clone())))
    }

    pub(super) fn list(&self, filter: &ListFilter, now_ms: i64) -> TransactionReply {
        let listed = self.transactions.iter().filter(|(_, transaction)| filter.passes(transaction, now_ms));
        let listed = listed.map(|(transactional_id, transaction)| ListedTransaction {
            transactional_id: transactional_id.clone(),
            producer_id: transaction.producer.id,
            state: transaction.state,
        });
        TransactionReply::Listed(listed.collect())
    }

    /// Forgets transactional ids without a transaction that were not used for `transactional.id.expiration.ms`.
    pub(super) fn expire_ids(&mut self, now_ms: i64, output: &mut Output) {
        let expiration_ms = i64::try_from(self.config.id_expiration.as_millis()).unwrap_or(i64::MAX);
        let expired = self.transactions.extract_if(.., |_, transaction| {
            transaction.state.may_expire() && now_ms.saturating_sub(transaction.updated_ms) >= expiration_ms
        });
        for (transactional_id, _) in expired {
            tracing::info!(transactional_id, "forgot a transactional id that nobody uses");
            output.records.push(records::write(&transactional_id, None));
        }
    }
}

impl ListFilter {
    fn passes(&self, transaction: &Transaction, now_ms: i64) -> bool {
        let state = transaction.state.name();
        (self.states.is_empty() || self.states.iter().any(|name| name == state))
            && (self.producer_ids.is_empty() || self.producer_ids.contains(&transaction.producer.id))
            && self.older_than_ms.is_none_or(|age_ms| now_ms.saturating_sub(transaction.start_ms) > age_ms)
    }
}
