//! Thousands of lives of one group whose offsets are committed by several transactions and outside of them, deleted,
//! and read, over a log that syncs late and a coordinator that crashes; markers come twice, late and for nothing;
//! each from a seed.
//!
//! Checked at every step against what the log says, record by record and without a fold: the committed offset of
//! each partition, whether a transaction may still change it, and that no answer says what is not durable.

use std::collections::BTreeMap;

use tidemill_environment::{Now, Random, SeededRandom};
use tidemill_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use tidemill_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use tidemill_protocol::messages::offset_fetch::{OffsetFetchRequestGroup, OffsetFetchRequestTopics};
use tidemill_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};

use super::super::{GroupRequest, GroupShard};
use super::harness::{GROUP, assert_fold_is_memory, config, fold};
use crate::coordinator_shard::held_replies::HeldReplies;
use crate::group::records::{self, StoredRecord};
use crate::group::turn::{LogEntry, OffsetsMarker, Output, Reply, ReplyToken};

const SEEDS: u64 = 2_000;
const STEPS: usize = 120;
const PARTITIONS: i32 = 2;
const PRODUCERS: u64 = 3;
const TOPIC: &str = "topic";

/// What the log says of a partition: its committed offset, and whether a transaction may still change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Expected {
    offset: i64,
    is_pending: bool,
}

/// The last record since the last deletion counts, if it is of no transaction or the next marker of its producer
/// commits it.
fn expected(log: &[LogEntry], partition: i32) -> Expected {
    let mut expected = Expected { offset: -1, is_pending: false };
    for (index, entry) in log.iter().enumerate() {
        let (producer_id, record) = match entry {
            LogEntry::Record(record) => (None, record),
            LogEntry::Transactional(producer, record) => (Some(producer.id), record),
            LogEntry::Marker(_) => continue,
        };
        match records::read(record.key.clone(), record.value.clone()).unwrap() {
            StoredRecord::Offset(key, None) if key.partition == partition => {
                expected = Expected { offset: -1, is_pending: false };
            }
            StoredRecord::Offset(key, Some(offset)) if key.partition == partition => {
                match producer_id.map(|producer_id| outcome(&log[index..], producer_id)) {
                    None | Some(Some(true)) => expected.offset = offset.offset,
                    Some(Some(false)) => {}
                    Some(None) => expected.is_pending = true,
                }
            }
            _ => {}
        }
    }
    expected
}

/// What the first marker of a producer in `log` says.
fn outcome(log: &[LogEntry], producer_id: i64) -> Option<bool> {
    log.iter().find_map(|entry| match entry {
        LogEntry::Marker(marker) if marker.producer_id == producer_id => Some(marker.committed),
        _ => None,
    })
}

struct World {
    random: SeededRandom,
    shard: GroupShard,
    log: Vec<LogEntry>,
    durable: usize,
    held: HeldReplies<Reply>,
    /// How long the log was when a request was handled.
    asked_at: BTreeMap<ReplyToken, usize>,
    next_token: u64,
    next_offset: i64,
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            random: SeededRandom::new(seed),
            shard: GroupShard::new(config()),
            log: Vec::new(),
            durable: 0,
            held: HeldReplies::default(),
            asked_at: BTreeMap::new(),
            next_token: 0,
            next_offset: 0,
        }
    }

    fn take(&mut self, output: Output) {
        self.log.extend(output.records);
        self.held.hold(i64::try_from(self.log.len()).unwrap(), output.replies);
        assert_fold_is_memory(&self.log, &self.shard);
        for partition in 0..PARTITIONS {
            let expected = expected(&self.log, partition);
            let offset = self.shard.offsets().get(GROUP, TOPIC, partition).map_or(-1, |found| found.offset);
            let is_pending = self.shard.pending_offsets().contains(GROUP, TOPIC, partition);
            assert_eq!(Expected { offset, is_pending }, expected, "{partition}: {:?}", self.log);
            let has_offsets = offset >= 0 || is_pending;
            assert!(!has_offsets || self.shard.group(GROUP).is_some(), "offsets without a group");
        }
    }

    fn ask(&mut self, request: GroupRequest) {
        self.next_token += 1;
        let token = ReplyToken(self.next_token);
        let output = self.shard.handle(Now::at_ms(1_000_000), &mut self.random, request, token).unwrap();
        self.take(output);
        self.asked_at.insert(token, self.log.len());
    }

    fn sync_log(&mut self, durable: usize) {
        self.durable = durable;
        for (token, reply) in self.held.release(i64::try_from(durable).unwrap()) {
            let asked_at = self.asked_at.remove(&token).expect("a request is answered once");
            assert!(asked_at <= self.durable, "an answer says what a crash may undo");
            if let Reply::OffsetFetch(group) = reply {
                for partition in &group.topics[0].partitions {
                    let expected = expected(&self.log[..asked_at], partition.partition_index);
                    let offset = if expected.is_pending { -1 } else { expected.offset };
                    assert_eq!(partition.committed_offset, offset);
                    assert_eq!(partition.error_code != 0, expected.is_pending);
                }
            }
        }
    }

    fn crash(&mut self) {
        self.log.truncate(self.durable);
        self.shard = fold(&self.log, config());
        for token in self.held.discard() {
            self.asked_at.remove(&token).expect("a request is answered once");
        }
        assert!(self.asked_at.is_empty());
        let output = self.shard.finish_loading(Now::at_ms(1_000_000));
        self.take(output);
    }

    fn step(&mut self) {
        let partition = i32::try_from(self.random.below(2)).unwrap();
        let producer_id = i64::try_from(self.random.below(PRODUCERS)).unwrap();
        self.next_offset += 1;
        match self.random.below(30) {
            0 => self.crash(),
            1 => self.ask(GroupRequest::Delete { group_id: GROUP.to_owned() }),
            2 => {
                let output = self.shard.on_topics_deleted(Now::at_ms(1_000_000), &[TOPIC.to_owned()]);
                self.take(output);
            }
            3..=4 => self.ask(delete(partition)),
            5..=9 => self.ask(commit(partition, self.next_offset)),
            10..=15 => self.ask(transactional_commit(producer_id, partition, self.next_offset)),
            16..=21 => {
                let committed = self.random.below(2) == 0;
                let marker =
                    OffsetsMarker { producer_id, producer_epoch: 0, coordinator_epoch: 0, committed };
                for _ in 0..=self.random.below(2) {
                    self.ask(GroupRequest::EndTransaction(marker));
                }
            }
            22..=25 => self.ask(fetch()),
            _ => {
                let unsynced = u64::try_from(self.log.len() - self.durable).unwrap();
                let step = usize::try_from(self.random.below(unsynced + 1)).unwrap();
                self.sync_log(self.durable + step);
            }
        }
    }
}

fn commit(partition_index: i32, committed_offset: i64) -> GroupRequest {
    let partition = OffsetCommitRequestPartition {
        partition_index,
        committed_offset,
        ..OffsetCommitRequestPartition::default()
    };
    let topic = OffsetCommitRequestTopic {
        name: TOPIC.to_owned(),
        partitions: vec![partition],
        ..OffsetCommitRequestTopic::default()
    };
    let request = OffsetCommitRequest {
        group_id: GROUP.to_owned(),
        topics: vec![topic],
        ..OffsetCommitRequest::default()
    };
    GroupRequest::CommitOffsets { request, version: 9 }
}

fn transactional_commit(producer_id: i64, partition_index: i32, committed_offset: i64) -> GroupRequest {
    let partition = TxnOffsetCommitRequestPartition {
        partition_index,
        committed_offset,
        ..TxnOffsetCommitRequestPartition::default()
    };
    let request = TxnOffsetCommitRequest {
        group_id: GROUP.to_owned(),
        producer_id,
        topics: vec![TxnOffsetCommitRequestTopic { name: TOPIC.to_owned(), partitions: vec![partition] }],
        ..TxnOffsetCommitRequest::default()
    };
    GroupRequest::CommitTransactionalOffsets { request, asked_at: 0 }
}

fn delete(partition_index: i32) -> GroupRequest {
    GroupRequest::DeleteOffsets(OffsetDeleteRequest {
        group_id: GROUP.to_owned(),
        topics: vec![OffsetDeleteRequestTopic {
            name: TOPIC.to_owned(),
            partitions: vec![OffsetDeleteRequestPartition { partition_index }],
        }],
    })
}

fn fetch() -> GroupRequest {
    let topic = OffsetFetchRequestTopics {
        name: TOPIC.to_owned(),
        partition_indexes: (0..PARTITIONS).collect(),
        ..OffsetFetchRequestTopics::default()
    };
    let group = OffsetFetchRequestGroup {
        group_id: GROUP.to_owned(),
        topics: Some(vec![topic]),
        ..OffsetFetchRequestGroup::default()
    };
    GroupRequest::FetchOffsets { group, require_stable: true }
}

#[test]
fn offsets_are_what_the_log_says_whatever_transactions_do() {
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..STEPS {
                world.step();
            }
            world.sync_log(world.log.len());
            assert!(world.asked_at.is_empty(), "a request was never answered");
        }));
        if let Err(panic) = result {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
