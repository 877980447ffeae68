//! What callers use.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::coordination::Coordination;
use super::effects::{GroupOffsets, Operation};
use super::errors::TransactionError;
use super::machine::Transactions;
use crate::network::within;
use crate::producer::Producer;
use crate::{ConsumerGroupMetadata, OffsetAndMetadata, TopicPartition};

impl Producer {
    /// Registers the `transactional.id` at its coordinator, once, before the first transaction.
    ///
    /// Fences every earlier producer of the same id and waits until what they left open has ended (KIP-98). Waits
    /// up to `max.block.ms`.
    ///
    /// # Errors
    /// [`TransactionError`]; after [`TransactionError::Timeout`] call it again.
    pub async fn init_transactions(&self) -> Result<(), TransactionError> {
        self.end(Operation::Init, Transactions::init).await
    }

    /// Opens a transaction: records are accepted until it is committed or aborted. Does not wait.
    ///
    /// # Errors
    /// [`TransactionError`] if the producer is not ready for one.
    pub fn begin_transaction(&self) -> Result<(), TransactionError> {
        self.coordination()?.change(Transactions::begin)
    }

    /// Makes `offsets` (the next offset to read of each partition) committed for the group together with the
    /// transaction; waits up to `max.block.ms` until the group's coordinator has them.
    ///
    /// `group` is what [`crate::Consumer::group_metadata`] returns when the offsets were polled: a member that lost its
    /// partitions since then is refused, so nothing is consumed twice (KIP-447).
    ///
    /// # Errors
    /// [`TransactionError::Abortable`] if the group refuses the member or the offsets.
    pub async fn send_offsets_to_transaction(
        &self,
        offsets: BTreeMap<TopicPartition, OffsetAndMetadata>,
        group: &ConsumerGroupMetadata,
    ) -> Result<(), TransactionError> {
        let coordination = self.coordination()?;
        if offsets.is_empty() {
            return Ok(());
        }
        let offsets = GroupOffsets { group: group.clone(), offsets };
        let operation = coordination.change(|machine| machine.send_offsets(offsets))?;
        within(coordination.outcome(operation, self.max_block())).await
    }

    /// Sends what was accepted, waits for all of it and commits. Waits up to `max.block.ms`.
    ///
    /// If a record was not written, nothing is committed and the transaction must be aborted. A transaction that
    /// wrote nothing costs no call.
    ///
    /// # Errors
    /// [`TransactionError::Timeout`] leaves the outcome open, the commit goes on: call this again (and nothing else) to
    /// learn it. [`TransactionError::Abortable`]: nothing was committed, abort.
    pub async fn commit_transaction(&self) -> Result<(), TransactionError> {
        self.end(Operation::Commit, Transactions::commit).await
    }

    /// Drops what was not sent yet, waits for the rest and aborts: consumers that read committed data never see any of
    /// it. Waits up to `max.block.ms`.
    ///
    /// Positions of consumers stay where they are: to process the same records again, seek to the committed offsets
    /// (KAFKA-17582).
    ///
    /// # Errors
    /// [`TransactionError`]; after [`TransactionError::Timeout`] call it again.
    pub async fn abort_transaction(&self) -> Result<(), TransactionError> {
        self.end(Operation::Abort, Transactions::abort).await
    }

    async fn end(
        &self,
        operation: Operation,
        start: impl FnOnce(&mut Transactions) -> Result<(), TransactionError>,
    ) -> Result<(), TransactionError> {
        let coordination = self.coordination()?;
        coordination.change(start)?;
        if operation == Operation::Commit {
            // No record is accepted any more: what is collected is all there is, and need not wait for company.
            drop(self.close_batches());
        }
        within(coordination.outcome(operation, self.max_block())).await
    }

    fn coordination(&self) -> Result<&Arc<Coordination>, TransactionError> {
        self.transactions().ok_or(TransactionError::NotTransactional)
    }
}
