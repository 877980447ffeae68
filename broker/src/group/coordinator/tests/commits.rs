//! OffsetCommit, OffsetFetch, OffsetDelete.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use tidemill_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use tidemill_protocol::messages::offset_fetch::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopics, OffsetFetchResponseGroup,
};

use super::super::GroupRequest;
use super::harness::{Bench, GROUP, Joiner, config};
use crate::group::turn::Reply;

/// A commit of offset 5 of `topic`-0, or of another topic.
#[derive(Clone, Default)]
pub(super) struct Commit {
    pub(super) member_id: String,
    pub(super) generation_id: i32,
    pub(super) metadata: String,
    pub(super) retention_time_ms: i64,
    pub(super) version: i16,
    pub(super) other_topic: Option<&'static str>,
}

impl Commit {
    pub(super) fn simple() -> Self {
        Self { generation_id: -1, retention_time_ms: -1, version: 9, ..Self::default() }
    }

    pub(super) fn of(member_id: &str, generation_id: i32) -> Self {
        Self { member_id: member_id.to_owned(), generation_id, ..Self::simple() }
    }
}

impl Bench {
    pub(super) fn commit(&mut self, commit: &Commit) -> ErrorCode {
        let token = self.ask(GroupRequest::CommitOffsets {
            request: OffsetCommitRequest {
                group_id: GROUP.to_owned(),
                generation_id_or_member_epoch: commit.generation_id,
                member_id: commit.member_id.clone(),
                group_instance_id: None,
                retention_time_ms: commit.retention_time_ms,
                topics: vec![OffsetCommitRequestTopic {
                    name: commit.other_topic.unwrap_or("topic").to_owned(),
                    partitions: vec![OffsetCommitRequestPartition {
                        partition_index: 0,
                        committed_offset: 5,
                        committed_leader_epoch: 3,
                        committed_metadata: Some(commit.metadata.clone()),
                    }],
                    ..OffsetCommitRequestTopic::default()
                }],
            },
            version: commit.version,
        });
        match self.inbox.remove(&token) {
            Some(Reply::OffsetCommit(response)) => {
                ErrorCode::from_code(response.topics[0].partitions[0].error_code)
            }
            other => panic!("a commit was answered with {other:?}"),
        }
    }

    pub(super) fn fetch(
        &mut self,
        topics: Option<Vec<OffsetFetchRequestTopics>>,
    ) -> OffsetFetchResponseGroup {
        self.fetch_with(topics, false)
    }

    pub(super) fn fetch_with(
        &mut self,
        topics: Option<Vec<OffsetFetchRequestTopics>>,
        require_stable: bool,
    ) -> OffsetFetchResponseGroup {
        let group = OffsetFetchRequestGroup { group_id: GROUP.to_owned(), topics, ..Default::default() };
        let token = self.ask(GroupRequest::FetchOffsets { group, require_stable });
        match self.inbox.remove(&token) {
            Some(Reply::OffsetFetch(response)) => response,
            other => panic!("a fetch was answered with {other:?}"),
        }
    }

    pub(super) fn delete_offset(&mut self) -> (ErrorCode, Option<ErrorCode>) {
        let token = self.ask(GroupRequest::DeleteOffsets(OffsetDeleteRequest {
            group_id: GROUP.to_owned(),
            topics: vec![OffsetDeleteRequestTopic {
                name: "topic".to_owned(),
                partitions: vec![OffsetDeleteRequestPartition { partition_index: 0 }],
            }],
        }));
        let Some(Reply::OffsetDelete(response)) = self.inbox.remove(&token) else {
            panic!("a delete was not answered");
        };
        let of_partition = response.topics.first().map(|topic| topic.partitions[0].error_code);
        (ErrorCode::from_code(response.error_code), of_partition.map(ErrorCode::from_code))
    }
}

pub(super) fn topic_with(indexes: &[i32]) -> Option<Vec<OffsetFetchRequestTopics>> {
    Some(vec![OffsetFetchRequestTopics {
        name: "topic".to_owned(),
        partition_indexes: indexes.to_vec(),
        ..OffsetFetchRequestTopics::default()
    }])
}

#[test]
fn what_is_committed_is_fetched_with_its_epoch_and_metadata() {
    let mut bench = Bench::new(config());
    assert_eq!(bench.commit(&Commit { metadata: "note".to_owned(), ..Commit::simple() }), ErrorCode::None);
    let fetched = bench.fetch(topic_with(&[0, 1]));
    let partitions = &fetched.topics[0].partitions;
    let first = &partitions[0];
    assert_eq!((first.committed_offset, first.committed_leader_epoch), (5, 3));
    assert_eq!(first.metadata.as_deref(), Some("note"));
    assert_eq!((partitions[1].committed_offset, partitions[1].error_code), (-1, 0));
    assert_eq!(bench.fetch(None).topics.len(), 1);
}

#[test]
fn a_group_that_does_not_exist_has_no_offsets_and_that_is_no_error() {
    let mut bench = Bench::new(config());
    let fetched = bench.fetch(topic_with(&[0]));
    assert_eq!((fetched.error_code, fetched.topics[0].partitions[0].committed_offset), (0, -1));
    assert_eq!(bench.fetch(None).topics, []);
}

#[test]
fn members_commit_in_their_generation_only() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(1);
    assert_eq!(bench.commit(&Commit::of(&members[0], 1)), ErrorCode::None);
    assert_eq!(bench.commit(&Commit::of(&members[0], 0)), ErrorCode::IllegalGeneration);
    assert_eq!(bench.commit(&Commit::of("stranger", 1)), ErrorCode::UnknownMemberId);
    assert_eq!(bench.commit(&Commit::simple()), ErrorCode::UnknownMemberId);
}

#[test]
fn members_may_commit_before_they_give_partitions_up_but_not_while_the_leader_assigns() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(1);
    let (newcomer, token) = bench.join_new();
    assert_eq!(bench.commit(&Commit::of(&members[0], 1)), ErrorCode::None);
    let rejoined = bench.join(&Joiner::member(&members[0]));
    bench.joined(rejoined).unwrap();
    bench.joined(token).unwrap();
    assert_eq!(bench.commit(&Commit::of(&newcomer, 2)), ErrorCode::RebalanceInProgress);
}

#[test]
fn a_commit_of_a_member_keeps_its_session() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(1);
    for _ in 0..3 {
        bench.advance(9_000);
        assert_eq!(bench.commit(&Commit::of(&members[0], 1)), ErrorCode::None);
    }
}

#[test]
fn a_member_of_an_unknown_group_is_told_so_from_version_9() {
    let mut bench = Bench::new(config());
    assert_eq!(bench.commit(&Commit::of("m", 1)), ErrorCode::GroupIdNotFound);
    let old = Commit { version: 8, ..Commit::of("m", 1) };
    assert_eq!(bench.commit(&old), ErrorCode::IllegalGeneration);
    assert!(bench.log.is_empty());
}

#[test]
fn metadata_that_is_too_long_is_refused_for_its_partition() {
    let mut bench = Bench::new(config());
    let fits = Commit { metadata: "é".repeat(4_096), ..Commit::simple() };
    assert_eq!(bench.commit(&fits), ErrorCode::None);
    let long = Commit { metadata: "x".repeat(4_097), ..Commit::simple() };
    assert_eq!(bench.commit(&long), ErrorCode::OffsetMetadataTooLarge);
}

#[test]
fn offsets_are_deleted_unless_the_group_reads_the_topic() {
    let mut bench = Bench::new(config());
    assert_eq!(bench.delete_offset(), (ErrorCode::GroupIdNotFound, None));
    bench.commit(&Commit::simple());
    assert_eq!(bench.delete_offset(), (ErrorCode::None, Some(ErrorCode::None)));
    assert_eq!(bench.fetch(None).topics, []);

    let members = bench.stable_group(1);
    bench.commit(&Commit::of(&members[0], 1));
    assert_eq!(bench.delete_offset(), (ErrorCode::None, Some(ErrorCode::GroupSubscribedToTopic)));
    assert_eq!(bench.fetch(None).topics.len(), 1);
}

#[test]
fn offsets_of_a_group_whose_subscriptions_cannot_be_read_are_kept_while_it_has_members() {
    let mut bench = Bench::new(config());
    let joiner = Joiner { protocol_type: "connect", protocols: vec![("p", b"m")], ..Joiner::default() };
    let (member_id, token) = bench.join_new_as(&joiner);
    bench.joined(token).unwrap();
    bench.sync(&member_id, 1, &[]);
    assert_eq!(bench.delete_offset(), (ErrorCode::NonEmptyGroup, None));
}
