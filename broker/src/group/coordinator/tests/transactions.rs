//! TxnOffsetCommit, markers, and offsets that wait for them.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};

use super::super::GroupRequest;
use super::administration::{MINUTE_MS, short_retention};
use super::commits::{Commit, topic_with};
use super::harness::{Bench, GROUP, Joiner, config};
use crate::group::turn::{OffsetsMarker, Reply};

const PRODUCER: i64 = 7;

/// A transactional commit of `offset` of `topic`-0.
#[derive(Clone)]
struct TransactionalCommit {
    producer_id: i64,
    offset: i64,
    member_id: String,
    instance_id: Option<String>,
    generation_id: i32,
    metadata: String,
}

impl Default for TransactionalCommit {
    fn default() -> Self {
        Self {
            producer_id: PRODUCER,
            offset: 50,
            member_id: String::new(),
            instance_id: None,
            generation_id: -1,
            metadata: String::new(),
        }
    }
}

impl TransactionalCommit {
    fn of(member_id: &str, generation_id: i32) -> Self {
        Self { member_id: member_id.to_owned(), generation_id, ..Self::default() }
    }
}

fn in_transaction(request: TxnOffsetCommitRequest) -> GroupRequest {
    GroupRequest::CommitTransactionalOffsets { request, asked_at: 0 }
}

impl Bench {
    fn commit_in_transaction(&mut self, commit: &TransactionalCommit) -> ErrorCode {
        let partition = TxnOffsetCommitRequestPartition {
            partition_index: 0,
            committed_offset: commit.offset,
            committed_leader_epoch: 3,
            committed_metadata: Some(commit.metadata.clone()),
        };
        let topic = TxnOffsetCommitRequestTopic { name: "topic".to_owned(), partitions: vec![partition] };
        let token = self.ask(in_transaction(TxnOffsetCommitRequest {
            transactional_id: "transaction".to_owned(),
            group_id: GROUP.to_owned(),
            producer_id: commit.producer_id,
            producer_epoch: 0,
            generation_id: commit.generation_id,
            member_id: commit.member_id.clone(),
            group_instance_id: commit.instance_id.clone(),
            topics: vec![topic],
        }));
        match self.inbox.remove(&token) {
            Some(Reply::TransactionalOffsetCommit(response)) => {
                ErrorCode::from_code(response.topics[0].partitions[0].error_code)
            }
            other => panic!("a transactional commit was answered with {other:?}"),
        }
    }

    fn end_transaction(&mut self, producer_id: i64, committed: bool) {
        let marker = OffsetsMarker { producer_id, producer_epoch: 0, coordinator_epoch: 0, committed };
        let token = self.ask(GroupRequest::EndTransaction(marker));
        assert_eq!(self.inbox.remove(&token), Some(Reply::TransactionEnded));
    }

    /// The committed offset of `topic`-0, or -1.
    fn committed(&mut self) -> i64 {
        let partition = &self.fetch(topic_with(&[0])).topics[0].partitions[0];
        assert_eq!(partition.error_code, 0);
        partition.committed_offset
    }

    fn stability(&mut self) -> ErrorCode {
        let partition = &self.fetch_with(topic_with(&[0]), true).topics[0].partitions[0];
        ErrorCode::from_code(partition.error_code)
    }
}

#[test]
fn an_offset_of_a_transaction_counts_from_its_commit_marker_on() {
    let mut bench = Bench::new(config());
    let commit = TransactionalCommit { metadata: "note".to_owned(), ..TransactionalCommit::default() };
    assert_eq!(bench.commit_in_transaction(&commit), ErrorCode::None);
    assert_eq!((bench.committed(), bench.stability()), (-1, ErrorCode::UnstableOffsetCommit));
    assert_eq!(bench.fetch(None).topics, []);
    bench.end_transaction(PRODUCER, true);
    assert_eq!((bench.committed(), bench.stability()), (50, ErrorCode::None));
    let fetched = bench.fetch(None);
    let partition = &fetched.topics[0].partitions[0];
    assert_eq!((partition.committed_leader_epoch, partition.metadata.as_deref()), (3, Some("note")));
}

#[test]
fn an_offset_of_an_aborted_transaction_never_counts() {
    let mut bench = Bench::new(config());
    bench.commit(&Commit::simple());
    bench.commit_in_transaction(&TransactionalCommit::default());
    assert_eq!((bench.committed(), bench.stability()), (5, ErrorCode::UnstableOffsetCommit));
    bench.end_transaction(PRODUCER, false);
    assert_eq!((bench.committed(), bench.stability()), (5, ErrorCode::None));
}

#[test]
fn all_offsets_of_a_group_are_fetched_with_the_unstable_ones_told() {
    let mut bench = Bench::new(config());
    bench.commit(&Commit::simple());
    bench.commit_in_transaction(&TransactionalCommit::default());
    let fetched = bench.fetch_with(None, true);
    let partition = &fetched.topics[0].partitions[0];
    assert_eq!(partition.error_code, ErrorCode::UnstableOffsetCommit.code());
    assert_eq!((partition.committed_offset, partition.metadata.as_deref()), (-1, Some("")));
}

#[test]
fn a_marker_that_comes_twice_or_for_nothing_changes_nothing() {
    let mut bench = Bench::new(config());
    bench.end_transaction(PRODUCER, true);
    bench.commit_in_transaction(&TransactionalCommit::default());
    bench.end_transaction(PRODUCER, true);
    bench.commit(&Commit::simple());
    bench.end_transaction(PRODUCER, true);
    bench.end_transaction(PRODUCER, false);
    assert_eq!(bench.committed(), 5);
}

#[test]
fn of_a_plain_commit_and_one_of_a_transaction_the_later_one_counts() {
    let mut bench = Bench::new(config());
    bench.commit_in_transaction(&TransactionalCommit::default());
    bench.commit(&Commit::simple());
    bench.end_transaction(PRODUCER, true);
    assert_eq!(bench.committed(), 5, "the plain commit came after");
    bench.commit_in_transaction(&TransactionalCommit::default());
    bench.end_transaction(PRODUCER, true);
    assert_eq!(bench.committed(), 50, "the transaction's commit came after");
}

#[test]
fn of_two_transactions_the_later_record_counts_and_not_the_later_marker() {
    let mut bench = Bench::new(config());
    for (producer_id, offset) in [(1, 10), (2, 20)] {
        let commit = TransactionalCommit { producer_id, offset, ..TransactionalCommit::default() };
        assert_eq!(bench.commit_in_transaction(&commit), ErrorCode::None);
    }
    bench.end_transaction(2, true);
    assert_eq!((bench.committed(), bench.stability()), (20, ErrorCode::UnstableOffsetCommit));
    bench.end_transaction(1, true);
    assert_eq!((bench.committed(), bench.stability()), (20, ErrorCode::None));
}

#[test]
fn members_commit_in_transactions_of_their_generation_only() {
    let mut bench = Bench::new(config());
    let commit = |bench: &mut Bench, member_id: &str, generation_id| {
        bench.commit_in_transaction(&TransactionalCommit::of(member_id, generation_id))
    };
    assert_eq!(commit(&mut bench, "m", 1), ErrorCode::IllegalGeneration, "there is no group");
    let members = bench.stable_group(1);
    assert_eq!(commit(&mut bench, &members[0], 1), ErrorCode::None);
    assert_eq!(commit(&mut bench, &members[0], 0), ErrorCode::IllegalGeneration);
    assert_eq!(commit(&mut bench, "stranger", 1), ErrorCode::UnknownMemberId);
    assert_eq!(commit(&mut bench, "", -1), ErrorCode::None, "versions before 3 name nobody");
}

#[test]
fn a_static_member_that_was_replaced_is_fenced_from_transactions() {
    let mut bench = Bench::new(config());
    let token = bench.join(&Joiner::instance("a"));
    let old = bench.joined(token).unwrap().member_id;
    bench.sync(&old, 1, &[(&old, "A")]);
    let token = bench.join(&Joiner::instance("a"));
    let new = bench.joined(token).unwrap();
    let commit = |member_id: &str| TransactionalCommit {
        instance_id: Some("a".to_owned()),
        ..TransactionalCommit::of(member_id, new.generation_id)
    };
    assert_eq!(bench.commit_in_transaction(&commit(&old)), ErrorCode::FencedInstanceId);
    assert_eq!(bench.commit_in_transaction(&commit(&new.member_id)), ErrorCode::None);
}

#[test]
fn members_commit_in_transactions_also_while_the_leader_assigns() {
    let mut bench = Bench::new(config());
    let (member_id, token) = bench.join_new();
    bench.joined(token).unwrap();
    let commit = TransactionalCommit::of(&member_id, 1);
    assert_eq!(bench.commit_in_transaction(&commit), ErrorCode::None);
}

#[test]
fn metadata_of_a_transactional_commit_has_the_same_limit_and_leaves_no_group() {
    let mut bench = Bench::new(config());
    let long = TransactionalCommit { metadata: "x".repeat(4_097), ..TransactionalCommit::default() };
    assert_eq!(bench.commit_in_transaction(&long), ErrorCode::OffsetMetadataTooLarge);
    assert!(bench.log.is_empty() && bench.shard.group(GROUP).is_none());
}

#[test]
fn an_open_transaction_survives_a_restart_and_its_marker_counts_after_it() {
    let mut bench = Bench::new(config());
    bench.commit(&Commit::simple());
    bench.commit_in_transaction(&TransactionalCommit::default());
    bench.reload(config());
    assert_eq!((bench.committed(), bench.stability()), (5, ErrorCode::UnstableOffsetCommit));
    bench.commit(&Commit { metadata: "later".to_owned(), ..Commit::simple() });
    bench.reload(config());
    bench.end_transaction(PRODUCER, true);
    assert_eq!(bench.committed(), 5, "the order of the records survived too");
    bench.commit_in_transaction(&TransactionalCommit::default());
    bench.end_transaction(PRODUCER, true);
    bench.reload(config());
    assert_eq!((bench.committed(), bench.stability()), (50, ErrorCode::None));
}

#[test]
fn a_deleted_offset_does_not_come_back_with_its_transaction() {
    let mut bench = Bench::new(config());
    bench.commit_in_transaction(&TransactionalCommit::default());
    assert_eq!(bench.delete_offset(), (ErrorCode::None, Some(ErrorCode::None)));
    bench.end_transaction(PRODUCER, true);
    assert_eq!(bench.committed(), -1);
}

#[test]
fn a_deleted_topic_does_not_come_back_with_a_transaction() {
    let mut bench = Bench::new(config());
    bench.commit(&Commit::simple());
    bench.commit_in_transaction(&TransactionalCommit::default());
    let output = bench.shard.on_topics_deleted(bench.now, &["topic".to_owned()]);
    bench.take(output);
    assert_eq!(bench.stability(), ErrorCode::None);
    bench.end_transaction(PRODUCER, true);
    assert_eq!(bench.committed(), -1);
}

#[test]
fn a_deleted_group_does_not_come_back_with_a_transaction() {
    let mut bench = Bench::new(config());
    bench.commit_in_transaction(&TransactionalCommit::default());
    assert_eq!(bench.delete(GROUP), ErrorCode::None);
    bench.end_transaction(PRODUCER, true);
    assert!(bench.shard.group(GROUP).is_none() && !bench.shard.offsets().has_group(GROUP));
}

#[test]
fn what_a_transaction_may_still_change_does_not_expire() {
    let mut bench = Bench::new(short_retention());
    bench.commit(&Commit::simple());
    bench.commit_in_transaction(&TransactionalCommit::default());
    bench.advance(40 * MINUTE_MS);
    assert_eq!((bench.committed(), bench.stability()), (5, ErrorCode::UnstableOffsetCommit));
    bench.end_transaction(PRODUCER, false);
    bench.advance(2 * MINUTE_MS);
    assert!(bench.shard.group(GROUP).is_none());
}

#[test]
fn a_group_with_nothing_but_a_pending_offset_is_kept_until_the_transaction_ends() {
    let mut bench = Bench::new(short_retention());
    bench.commit_in_transaction(&TransactionalCommit::default());
    bench.advance(40 * MINUTE_MS);
    assert!(bench.shard.group(GROUP).is_some());
    bench.end_transaction(PRODUCER, false);
    bench.advance(2 * MINUTE_MS);
    assert!(bench.shard.group(GROUP).is_none());
}
