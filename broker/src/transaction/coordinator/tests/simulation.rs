//! Thousands of lives of one transactional id: producers that replace each other, requests that come late, markers
//! that take their time, and a coordinator that crashes at any point of its log; each from a seed.
//!
//! Checked at every step: memory equals the fold of the log; no partition mixes two transactions. Checked at the end:
//! every transaction has one outcome, the same in all its partitions; it is the one that its producer was told, and a
//! commit only if that producer asked for it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tidemill_environment::{Now, Random, SeededRandom};
use tidemill_protocol::ErrorCode;

use super::super::shard::TransactionShard;
use super::super::{DecidedTransaction, TransactionReply, TransactionRequest};
use super::harness::{ID, add, config, end, fold, initialize};
use crate::coordinator_shard::held_replies::HeldReplies;
use crate::coordinator_shard::shard::Shard;
use crate::coordinator_shard::step::{CoordinatorRecord, Output, ReplyToken};
use crate::transaction::transactional_id::Producer;

const SEEDS: u64 = 2_000;
const STEPS: usize = 500;
const PARTITIONS: usize = 3;

/// A transaction as the producer that began it counts it.
type Number = u64;

/// A partition's log, as far as transactions go.
#[derive(Default)]
struct Partition {
    end_offset: i64,
    epochs: BTreeMap<i64, i16>,
    open: BTreeMap<i64, (i16, Number)>,
    last_marker: BTreeMap<i64, i64>,
    outcomes: BTreeMap<Number, bool>,
}

impl Partition {
    /// Appends a record unless its producer is fenced or has no transaction here.
    fn write(&mut self, producer: Producer, number: Number, asked_at: i64) -> bool {
        if self.epochs.get(&producer.id).is_some_and(|epoch| producer.epoch < *epoch) {
            return false;
        }
        match self.open.get(&producer.id) {
            Some((epoch, open)) if *epoch == producer.epoch => {
                assert_eq!(*open, number, "two transactions in one")
            }
            Some(_) => panic!("a transaction of an earlier epoch is still open"),
            None if self.last_marker.get(&producer.id).is_some_and(|marker| *marker >= asked_at) => {
                return false;
            }
            None => {
                assert!(!self.outcomes.contains_key(&number), "transaction {number} has ended here");
                self.open.insert(producer.id, (producer.epoch, number));
            }
        }
        self.epochs.insert(producer.id, producer.epoch);
        self.end_offset += 1;
        true
    }

    fn mark(&mut self, producer: Producer, committed: bool) {
        let epoch = self.epochs.entry(producer.id).or_insert(producer.epoch);
        assert!(producer.epoch >= *epoch, "a marker of an old epoch");
        *epoch = producer.epoch;
        self.last_marker.insert(producer.id, self.end_offset);
        self.end_offset += 1;
        if let Some((_, number)) = self.open.remove(&producer.id) {
            assert_eq!(self.outcomes.insert(number, committed), None, "transaction {number} ends twice");
        }
    }
}

/// What a client waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Initialize,
    /// A partition to write to, and where it ended when the coordinator was asked.
    Add(usize, i64),
    End(bool),
}

/// A process that produces under the transactional id, as a well-behaved library does.
struct Client {
    raises_epoch: bool,
    producer: Option<Producer>,
    number: Option<Number>,
    writes_left: u64,
    /// What was asked last and may be asked again.
    asked: Option<Asked>,
    in_flight: Option<ReplyToken>,
    /// A write that the coordinator has agreed to and that is on its way.
    writing: Option<(usize, i64)>,
    is_dead: bool,
}

struct World {
    random: SeededRandom,
    now: Now,
    shard: TransactionShard,
    log: Vec<CoordinatorRecord>,
    /// The fold of the whole log, kept up to date record by record.
    folded: TransactionShard,
    durable: usize,
    held: HeldReplies<TransactionReply>,
    clients: Vec<Client>,
    waiting: BTreeMap<ReplyToken, usize>,
    next_token: u64,
    next_id: i64,
    next_number: Number,
    partitions: Vec<Partition>,
    /// The writer of markers: its question, and transactions with the partitions that have none yet.
    writer: Option<ReplyToken>,
    marking: Vec<(DecidedTransaction, Vec<usize>)>,
    late: Vec<TransactionRequest>,
    asked_to_commit: BTreeSet<Number>,
    told: BTreeMap<Number, bool>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            random: SeededRandom::new(seed),
            now: Now::at_ms(1_000_000),
            shard: TransactionShard::new(config()),
            log: Vec::new(),
            folded: TransactionShard::new(config()),
            durable: 0,
            held: HeldReplies::default(),
            clients: Vec::new(),
            waiting: BTreeMap::new(),
            next_token: 0,
            next_id: 100,
            next_number: 0,
            partitions: (0..PARTITIONS).map(|_| Partition::default()).collect(),
            writer: None,
            marking: Vec::new(),
            late: Vec::new(),
            asked_to_commit: BTreeSet::new(),
            told: BTreeMap::new(),
        };
        let output = world.shard.finish_loading(world.now);
        world.take(output);
        world
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.random.below(100) < percent
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.random.below(u64::try_from(count).unwrap())).unwrap()
    }

    fn take(&mut self, output: Output<TransactionReply>) {
        for record in &output.records {
            self.folded.replay_record(record.clone()).unwrap();
        }
        self.log.extend(output.records);
        self.held.hold(i64::try_from(self.log.len()).unwrap(), output.replies);
        assert_eq!(self.folded.transactions, self.shard.transactions_as_stored());
    }

    fn ask(&mut self, request: TransactionRequest) -> ReplyToken {
        self.next_token += 1;
        let token = ReplyToken(self.next_token);
        let output = self.shard.handle(self.now, &mut self.random, request, token).unwrap();
        self.take(output);
        token
    }

    /// One step of a client: asks, asks again, or writes what it may write.
    fn act(&mut self, index: usize) {
        let client = &mut self.clients[index];
        if client.is_dead || client.in_flight.is_some() {
            return;
        }
        if let Some((partition, asked_at)) = client.writing.take() {
            let (producer, number) = (client.producer.unwrap(), client.number.unwrap());
            if self.partitions[partition].write(producer, number, asked_at) {
                client.writes_left -= 1;
            } else {
                client.is_dead = true;
            }
            return;
        }
        let asked = client.asked.unwrap_or_else(|| self.next_question(index));
        let client = &self.clients[index];
        let request = match (asked, client.producer) {
            (Asked::Add(partition, _), Some(producer)) => add(producer, &[i32::try_from(partition).unwrap()]),
            (Asked::End(committed), Some(producer)) => {
                self.next_id += 1;
                end(producer, committed, client.raises_epoch, Some(self.next_id))
            }
            (_, current) => {
                self.next_id += 1;
                initialize(current, Some(self.next_id))
            }
        };
        // The network keeps a copy of a request; only the second protocol stands that.
        if self.clients[index].raises_epoch && matches!(asked, Asked::End(_)) && self.chance(30) {
            self.late.push(request.clone());
        }
        let token = self.ask(request);
        self.waiting.insert(token, index);
        self.clients[index].asked = Some(asked);
        self.clients[index].in_flight = Some(token);
    }

    fn next_question(&mut self, index: usize) -> Asked {
        let (writes, partition) = (1 + self.random.below(3), self.below(PARTITIONS));
        let committed = self.chance(60);
        let client = &mut self.clients[index];
        if client.producer.is_none() {
            return Asked::Initialize;
        }
        if client.number.is_none() {
            self.next_number += 1;
            client.number = Some(self.next_number);
            client.writes_left = writes;
        }
        if client.writes_left > 0 {
            return Asked::Add(partition, self.partitions[partition].end_offset);
        }
        if committed {
            self.asked_to_commit.extend(client.number);
        }
        Asked::End(committed)
    }

    fn deliver(&mut self, token: ReplyToken, reply: TransactionReply) {
        if self.writer == Some(token) {
            self.writer = None;
            if let TransactionReply::Decided(decided) = reply {
                let all = |one: &DecidedTransaction| {
                    one.partitions.iter().map(|(_, index)| usize::try_from(*index).unwrap()).collect()
                };
                self.marking.extend(decided.transactions.into_iter().map(|one| (one.clone(), all(&one))));
            }
            return;
        }
        let Some(index) = self.waiting.remove(&token) else {
            return; // Nobody waits for an answer to a copy.
        };
        let client = &mut self.clients[index];
        client.in_flight = None;
        let asked = client.asked.unwrap();
        match reply {
            TransactionReply::Refused(ErrorCode::ConcurrentTransactions) => {
                // The question is the same, the partition may have grown.
                if let Asked::Add(partition, _) = asked {
                    client.asked = Some(Asked::Add(partition, self.partitions[partition].end_offset));
                }
            }
            TransactionReply::Refused(_) => client.is_dead = true,
            TransactionReply::Producer(producer) => {
                if let Asked::End(committed) = asked {
                    self.told.insert(client.number.take().unwrap(), committed);
                }
                if asked == Asked::Initialize || client.raises_epoch {
                    client.producer = Some(producer);
                }
                client.asked = None;
            }
            TransactionReply::Done => {
                if let Asked::Add(partition, asked_at) = asked {
                    client.writing = Some((partition, asked_at));
                }
                client.asked = None;
            }
            other => panic!("unexpected {other:?}"),
        }
    }

    fn sync_log(&mut self, durable: usize) {
        self.durable = durable;
        for (token, reply) in self.held.release(i64::try_from(durable).unwrap()) {
            self.deliver(token, reply);
        }
    }

    /// Loses what is not durable and starts again from the rest. The tasks that write markers end first.
    fn crash(&mut self) {
        self.marking.clear();
        self.writer = None;
        self.log.truncate(self.durable);
        self.folded = fold(&self.log);
        self.shard = fold(&self.log);
        self.held.discard();
        for (_, index) in std::mem::take(&mut self.waiting) {
            self.clients[index].in_flight = None;
        }
        let output = self.shard.finish_loading(self.now);
        self.take(output);
    }

    /// The writer of markers asks for work, unless it waits for it.
    fn ask_for_decided(&mut self) {
        if self.writer.is_none() {
            // The token is known before the answer can come.
            self.writer = Some(ReplyToken(self.next_token + 1));
            self.ask(TransactionRequest::NextDecided);
        }
    }

    /// Writes one marker, or reports the transaction that has them all.
    fn mark(&mut self) {
        if self.marking.is_empty() {
            return;
        }
        let index = self.below(self.marking.len());
        let (decided, missing) = &mut self.marking[index];
        if let Some(partition) = missing.pop() {
            self.partitions[partition].mark(decided.producer, decided.committed);
        } else {
            let (DecidedTransaction { transactional_id, handed, .. }, _) = self.marking.remove(index);
            self.ask(TransactionRequest::MarkersWritten { transactional_id, handed });
        }
    }

    fn step(&mut self) {
        match self.random.below(100) {
            0..2 => {
                let raises_epoch = self.chance(70);
                self.clients.push(Client {
                    raises_epoch,
                    producer: None,
                    number: None,
                    writes_left: 0,
                    asked: None,
                    in_flight: None,
                    writing: None,
                    is_dead: false,
                });
            }
            2..50 if !self.clients.is_empty() => {
                let index = self.below(self.clients.len());
                self.act(index);
            }
            50..70 => {
                let durable = self.durable + self.below(self.log.len() - self.durable + 1);
                self.sync_log(durable);
            }
            70..80 => self.mark(),
            80..90 => self.ask_for_decided(),
            90..93 => self.advance(Duration::from_secs(20)),
            93..95 => self.crash(),
            95..98 if !self.late.is_empty() => {
                let index = self.below(self.late.len());
                let late = self.late.swap_remove(index);
                self.ask(late);
            }
            _ => {}
        }
    }

    fn advance(&mut self, duration: Duration) {
        self.now = self.now.plus(duration);
        if self.shard.next_deadline().is_some_and(|deadline| deadline <= self.now.monotonic) {
            let output = self.shard.on_time(self.now);
            self.take(output);
        }
    }

    /// Lets everything that is open time out and get its markers.
    fn settle(&mut self) {
        for _ in 0..40 {
            self.advance(Duration::from_secs(60));
            self.ask_for_decided();
            self.sync_log(self.log.len());
            for _ in 0..2 * PARTITIONS {
                self.mark();
            }
        }
    }

    /// Returns how many transactions were committed in several partitions.
    fn check(&self) -> usize {
        let mut outcomes: BTreeMap<Number, Vec<bool>> = BTreeMap::new();
        for partition in &self.partitions {
            assert!(partition.open.is_empty(), "a transaction is open for ever: {:?}", partition.open);
            for (number, committed) in &partition.outcomes {
                outcomes.entry(*number).or_default().push(*committed);
            }
        }
        for (number, outcomes) in &outcomes {
            assert!(outcomes.iter().all(|outcome| outcome == &outcomes[0]), "transaction {number} is torn");
            assert!(!outcomes[0] || self.asked_to_commit.contains(number), "nobody asked to commit {number}");
            if let Some(told) = self.told.get(number) {
                assert_eq!(
                    outcomes[0], *told,
                    "transaction {number} ended otherwise than its producer was told"
                );
            }
        }
        outcomes.values().filter(|outcomes| outcomes[0] && outcomes.len() > 1).count()
    }
}

#[test]
fn every_transaction_has_one_outcome_whatever_becomes_of_its_producer_and_coordinator() {
    let mut committed = 0;
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.step();
        }
        world.settle();
        let state = world.shard.transactions.get(ID).map(|transaction| transaction.state);
        assert!(state.is_none_or(|state| state.may_expire()), "seed {seed} ends in {state:?}");
        committed += world.check();
    }
    assert!(committed > 500, "the simulation commits too little: {committed}");
}
