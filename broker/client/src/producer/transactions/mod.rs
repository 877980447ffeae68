//! Transactions of a producer (KIP-98, KIP-360, KIP-447, KIP-890): records and offsets that become visible together.
//!
//! ```text
//!                  init            begin                  commit, EndTxn
//! uninitialised --------> ready --------> in transaction ---------------> ready
//!                                              |   ^  \
//!                             a failure of one |   |   \ abort, EndTxn
//!                       batch, partition, group v   |    `--------------> ready
//!                                        abortable -+--------------------> (abort only)
//!      any state --- fenced, refused for good ---> failed (make another producer)
//! ```
//!
//! In reading order: `errors` is how it fails; `effects` is what goes in and out of the state machine, `machine`
//! takes the caller's operations and decides what to call next, `machine_answers` learns from the answers and from
//! failed batches, `verdicts` sorts the brokers' errors (KIP-1050); `requests` puts calls on the wire, `coordination`
//! is what the handle and the sending task share, `handle` what callers use.
//!
//! Two protocols. Version 1: the coordinator is told of each partition and group before the first write
//! (AddPartitionsToTxn, AddOffsetsToTxn). Version 2 (KIP-890, when the cluster has finalised
//! `transaction.version=2`): the first write tells it, and every transaction ends with a new epoch, so that nothing
//! of it that is still on its way can reach the next one. A producer keeps the version it was initialised with.

mod coordination;
mod effects;
mod errors;
#[cfg(test)]
mod failure_tests;
#[cfg(test)]
mod fixtures;
mod handle;
mod machine;
mod machine_answers;
mod requests;
#[cfg(test)]
mod tests;
mod verdicts;

pub(super) use coordination::Coordination;
pub(super) use effects::Effect;
pub use errors::{TransactionError, TransactionFailure};
