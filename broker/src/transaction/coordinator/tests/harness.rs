//! A shard without a log: every record is durable at once.

use std::collections::BTreeSet;
use std::time::Duration;

use tidemill_environment::{Now, SeededRandom};

use super::super::shard::TransactionShard;
use super::super::{Decided, DecidedTransaction, ListFilter, TransactionReply, TransactionRequest};
use crate::config::broker_config::{BrokerConfig, TransactionConfig};
use crate::coordinator_shard::shard::Shard;
use crate::coordinator_shard::step::{CoordinatorRecord, Output, ReplyToken};
use crate::transaction::records;
use crate::transaction::transactional_id::{End, Initialize, Producer, TopicPartition, Transaction};

pub(super) const ID: &str = "id";
pub(super) const TIMEOUT_MS: i32 = 60_000;

pub(super) fn config() -> TransactionConfig {
    BrokerConfig::from_properties(Default::default()).unwrap().transactions
}

pub(super) fn partitions(indexes: &[i32]) -> BTreeSet<TopicPartition> {
    indexes.iter().map(|index| ("topic".into(), *index)).collect()
}

pub(super) fn initialize(current: Option<Producer>, fresh_id: Option<i64>) -> TransactionRequest {
    let request = Initialize { timeout_ms: TIMEOUT_MS, current, fresh_id };
    TransactionRequest::Initialize { transactional_id: ID.to_owned(), request }
}

pub(super) fn add(producer: Producer, indexes: &[i32]) -> TransactionRequest {
    let partitions = partitions(indexes);
    TransactionRequest::Add { transactional_id: ID.to_owned(), producer, partitions }
}

pub(super) fn end(
    producer: Producer,
    committed: bool,
    raises_epoch: bool,
    fresh_id: Option<i64>,
) -> TransactionRequest {
    let request = End { producer, committed, raises_epoch, fresh_id };
    TransactionRequest::End { transactional_id: ID.to_owned(), request }
}

/// What the log holds makes the shard again.
pub(super) fn fold(log: &[CoordinatorRecord]) -> TransactionShard {
    let mut shard = TransactionShard::new(config());
    for record in log {
        shard.replay_record(record.clone()).unwrap();
    }
    shard
}

pub(super) struct Bench {
    pub(super) shard: TransactionShard,
    pub(super) now: Now,
    pub(super) log: Vec<CoordinatorRecord>,
    next_token: u64,
}

impl Bench {
    pub(super) fn new() -> Self {
        let mut bench = Self {
            shard: TransactionShard::new(config()),
            now: Now::at_ms(1_000_000),
            log: Vec::new(),
            next_token: 0,
        };
        let output = bench.shard.finish_loading(bench.now);
        bench.take(output);
        bench
    }

    fn take(&mut self, output: Output<TransactionReply>) -> Vec<TransactionReply> {
        self.log.extend(output.records);
        assert_eq!(fold(&self.log).transactions, self.shard.transactions_as_stored());
        output.replies.into_iter().map(|(_, reply)| reply).collect()
    }

    pub(super) fn replies(&mut self, request: TransactionRequest) -> Vec<TransactionReply> {
        self.next_token += 1;
        let token = ReplyToken(self.next_token);
        let output = self.shard.handle(self.now, &mut SeededRandom::new(0), request, token).unwrap();
        self.take(output)
    }

    /// Asks past the check of the log, for a state that a test made up.
    pub(super) fn reply_unchecked(&mut self, request: TransactionRequest) -> TransactionReply {
        self.next_token += 1;
        let token = ReplyToken(self.next_token);
        let mut output = self.shard.handle(self.now, &mut SeededRandom::new(0), request, token).unwrap();
        self.log.extend(output.records);
        output.replies.remove(0).1
    }

    pub(super) fn ask(&mut self, request: TransactionRequest) -> TransactionReply {
        self.replies(request).remove(0)
    }

    pub(super) fn producer(&mut self, request: TransactionRequest) -> Producer {
        match self.ask(request) {
            TransactionReply::Producer(producer) => producer,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn advance(&mut self, duration: Duration) {
        self.now = self.now.plus(duration);
        let output = self.shard.on_time(self.now);
        self.take(output);
    }

    /// Loses the shard and loads it from the log.
    pub(super) fn reload(&mut self) {
        self.shard = fold(&self.log);
        let output = self.shard.finish_loading(self.now);
        self.take(output);
    }

    pub(super) fn decided(&mut self) -> Vec<DecidedTransaction> {
        match self.replies(TransactionRequest::NextDecided).as_slice() {
            [.., TransactionReply::Decided(Decided { transactions, .. })] => transactions.clone(),
            _ => Vec::new(),
        }
    }

    /// Writes the markers of the decided transaction.
    pub(super) fn complete(&mut self) -> DecidedTransaction {
        let decided = self.decided().remove(0);
        self.written(&decided);
        decided
    }

    pub(super) fn written(&mut self, decided: &DecidedTransaction) {
        let DecidedTransaction { transactional_id, handed, .. } = decided.clone();
        let reply = self.ask(TransactionRequest::MarkersWritten { transactional_id, handed });
        assert_eq!(reply, TransactionReply::Done);
    }

    pub(super) fn transaction(&self) -> &Transaction {
        &self.shard.transactions[ID]
    }

    pub(super) fn list(&mut self, filter: ListFilter) -> usize {
        match self.ask(TransactionRequest::List(filter)) {
            TransactionReply::Listed(listed) => listed.len(),
            other => panic!("{other:?}"),
        }
    }
}

impl TransactionShard {
    /// What the fold of the log can know: of the epoch before only what follows from the record.
    pub(super) fn transactions_as_stored(&self) -> std::collections::BTreeMap<String, Transaction> {
        let stored = self.transactions.iter().map(|(id, transaction)| {
            let record = records::write(id, Some(transaction));
            let (id, stored) = records::read(record.key, record.value).unwrap().unwrap();
            let mut stored = stored.unwrap();
            let same = Transaction { last_epoch: stored.last_epoch, ..transaction.clone() };
            assert_eq!(stored, same);
            stored.last_epoch = same.last_epoch;
            (id, stored)
        });
        stored.collect()
    }
}
