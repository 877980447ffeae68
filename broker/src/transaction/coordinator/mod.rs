//! A shard of the transaction coordinator: every transactional id of one partition of `__transaction_state`.
//!
//! ```text
//! request, now --> TransactionShard --> records to append, replies to hold until they are durable
//! ```
//! Reading order: `request` (what can be asked), `shard` (who handles it, time, loading), `marking` (transactions
//! that wait for markers), `administration` (describe, list, expiry).

mod administration;
mod marking;
mod request;
mod shard;
#[cfg(test)]
mod tests;

pub(crate) use marking::DecidedTransaction;
#[cfg(test)]
pub(crate) use marking::{Decided, decided_for_tests};
pub(crate) use request::{ListFilter, TransactionReply, TransactionRequest};
pub(crate) use shard::TransactionShard;
