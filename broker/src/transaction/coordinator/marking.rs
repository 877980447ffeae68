//! Transactions that are decided and whose markers are not all written.
//!
//! A writer asks for them and is answered when there are some, after the decision is durable. Each is handed out once
//! in the life of a shard. A shard that was loaded again hands them out anew; what the writer of the old one reports
//! is not believed, because that writer may still be at work when a later transaction is open.

use std::collections::{BTreeMap, BTreeSet};

use super::request::TransactionReply;
use crate::coordinator_shard::step::{Output, ReplyToken};
use crate::transaction::transactional_id::{Producer, TopicPartition, Transaction};

/// Names one handing over of a transaction to a writer of markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Handed(ReplyToken);

/// A transaction that needs markers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DecidedTransaction {
    pub(crate) transactional_id: String,
    pub(crate) handed: Handed,
    /// Who the markers are for; its epoch is theirs.
    pub(crate) producer: Producer,
    pub(crate) committed: bool,
    pub(crate) partitions: BTreeSet<TopicPartition>,
}

/// What a shard tells its writer of markers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decided {
    /// Differs from shard to shard: all that an earlier one handed out is handed out again.
    pub(crate) shard_life: ReplyToken,
    pub(crate) transactions: Vec<DecidedTransaction>,
}

/// The decided transactions of a shard, and who writes their markers.
#[derive(Debug, Default)]
pub(super) struct Marking {
    waiting: BTreeSet<String>,
    handed: BTreeMap<String, Handed>,
    writer: Option<ReplyToken>,
    /// The first writer's token: the shell never uses one twice, so no other shard has this one.
    life: Option<ReplyToken>,
}

impl Marking {
    /// Notes a decision.
    pub(super) fn decided(&mut self, transactional_id: &str) {
        self.handed.remove(transactional_id);
        self.waiting.insert(transactional_id.to_owned());
    }

    /// Notes that a writer is ready; an earlier one that still waits is let go.
    pub(super) fn ready(&mut self, writer: ReplyToken, output: &mut Output<TransactionReply>) {
        let shard_life = *self.life.get_or_insert(writer);
        if let Some(earlier) = self.writer.replace(writer) {
            let nothing = Decided { shard_life, transactions: Vec::new() };
            output.replies.push((earlier, TransactionReply::Decided(nothing)));
        }
    }

    /// Hands out what waits, if a writer is ready.
    pub(super) fn hand_out(
        &mut self,
        transactions: &BTreeMap<String, Transaction>,
        output: &mut Output<TransactionReply>,
    ) {
        if self.waiting.is_empty() {
            return;
        }
        let Some(writer) = self.writer.take() else {
            return;
        };
        let shard_life = self.life.unwrap_or(writer);
        let mut handed_out = Vec::with_capacity(self.waiting.len());
        for transactional_id in std::mem::take(&mut self.waiting) {
            let Some(transaction) = transactions.get(&transactional_id) else { continue };
            let Some(committed) = transaction.state.preparing() else { continue };
            let handed = Handed(writer);
            self.handed.insert(transactional_id.clone(), handed);
            let (producer, partitions) = (transaction.producer, transaction.partitions.clone());
            handed_out.push(DecidedTransaction { transactional_id, handed, producer, committed, partitions });
        }
        let decided = Decided { shard_life, transactions: handed_out };
        output.replies.push((writer, TransactionReply::Decided(decided)));
    }

    /// Notes that markers are written; says whether they are those that were handed out last.
    pub(super) fn written(&mut self, transactional_id: &str, handed: Handed) -> bool {
        let expected = self.handed.get(transactional_id) == Some(&handed);
        if expected {
            self.handed.remove(transactional_id);
        }
        expected
    }

    /// Returns the writer that waits; the shard is being thrown away.
    pub(super) fn into_parked(self) -> Vec<ReplyToken> {
        self.writer.into_iter().collect()
    }
}

/// A transaction without partitions that is to be committed.
#[cfg(test)]
pub(crate) fn decided_for_tests(transactional_id: &str) -> DecidedTransaction {
    DecidedTransaction {
        transactional_id: transactional_id.to_owned(),
        handed: Handed(ReplyToken(0)),
        producer: Producer { id: 1, epoch: 0 },
        committed: true,
        partitions: BTreeSet::new(),
    }
}
