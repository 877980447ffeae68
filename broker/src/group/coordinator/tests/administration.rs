//! DescribeGroups, ListGroups, DeleteGroups and the expiry of offsets.

use std::time::Duration;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::describe_groups::DescribedGroup;

use super::super::GroupRequest;
use super::commits::Commit;
use super::harness::{Bench, GROUP, Joiner, config};
use crate::config::broker_config::GroupCoordinatorConfig;
use crate::group::turn::Reply;

pub(super) const MINUTE_MS: u64 = 60_000;

impl Bench {
    fn describe(&mut self, group_id: &str) -> DescribedGroup {
        let token = self.ask(GroupRequest::Describe { group_id: group_id.to_owned() });
        match self.inbox.remove(&token) {
            Some(Reply::Describe(group)) => group,
            other => panic!("a describe was answered with {other:?}"),
        }
    }

    fn list(&mut self, states: &[&str], types: &[&str]) -> Vec<String> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let token = self.ask(GroupRequest::List { states: owned(states), types: owned(types) });
        match self.inbox.remove(&token) {
            Some(Reply::List(groups)) => groups.into_iter().map(|group| group.group_id).collect(),
            other => panic!("a list was answered with {other:?}"),
        }
    }

    pub(super) fn delete(&mut self, group_id: &str) -> ErrorCode {
        let token = self.ask(GroupRequest::Delete { group_id: group_id.to_owned() });
        match self.inbox.remove(&token) {
            Some(Reply::Delete(result)) => ErrorCode::from_code(result.error_code),
            other => panic!("a delete was answered with {other:?}"),
        }
    }
}

pub(super) fn short_retention() -> GroupCoordinatorConfig {
    GroupCoordinatorConfig {
        offsets_retention: Duration::from_secs(30 * 60),
        offsets_retention_check_interval: Duration::from_secs(60),
        ..config()
    }
}

#[test]
fn a_stable_group_is_described_with_subscriptions_and_assignments() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    let group = bench.describe(GROUP);
    assert_eq!((group.group_state.as_str(), group.protocol_data.as_str()), ("Stable", "range"));
    assert_eq!(group.members.len(), 2);
    let leader = group.members.iter().find(|member| member.member_id == members[0]).unwrap();
    assert_eq!(leader.member_assignment, members[0].as_bytes());
    assert_eq!(leader.client_host, "/127.0.0.1");
    assert!(!leader.member_metadata.is_empty());
}

#[test]
fn a_group_in_a_rebalance_is_described_without_subscriptions() {
    let mut bench = Bench::new(config());
    bench.join_new();
    let group = bench.describe(GROUP);
    assert_eq!((group.group_state.as_str(), group.protocol_data.as_str()), ("CompletingRebalance", ""));
    assert!(group.members[0].member_metadata.is_empty());
}

#[test]
fn a_group_that_does_not_exist_is_dead() {
    let mut bench = Bench::new(config());
    let group = bench.describe("nothing");
    assert_eq!((group.group_state.as_str(), group.error_code), ("Dead", ErrorCode::GroupIdNotFound.code()));
}

#[test]
fn groups_are_listed_by_state_and_type() {
    let mut bench = Bench::new(config());
    bench.stable_group(1);
    bench.ask(Joiner::default().request("waiting"));
    assert_eq!(bench.list(&[], &[]), [GROUP, "waiting"]);
    assert_eq!(bench.list(&["stable "], &[]), [GROUP]);
    assert_eq!(bench.list(&["Empty"], &["classic"]), ["waiting"]);
    assert!(bench.list(&[], &["consumer"]).is_empty());
}

#[test]
fn only_an_empty_group_is_deleted_and_its_offsets_with_it() {
    let mut bench = Bench::new(config());
    assert_eq!(bench.delete(GROUP), ErrorCode::GroupIdNotFound);
    let members = bench.stable_group(1);
    assert_eq!(bench.delete(GROUP), ErrorCode::NonEmptyGroup);
    bench.leave(&[(&members[0], None)]);
    bench.commit(&Commit::simple());
    assert_eq!(bench.delete(GROUP), ErrorCode::None);
    assert!(!bench.shard.offsets().has_group(GROUP));
    assert!(bench.list(&[], &[]).is_empty());
}

#[test]
fn offsets_of_a_group_without_members_expire_from_when_it_became_empty() {
    let mut bench = Bench::new(short_retention());
    let members = bench.stable_group(1);
    let commit = Commit { member_id: members[0].clone(), generation_id: 1, ..Commit::simple() };
    bench.commit(&commit);
    for _ in 0..400 {
        bench.advance(9_000);
        assert_eq!(bench.heartbeat(&members[0], 1), ErrorCode::None);
    }
    bench.leave(&[(&members[0], None)]);
    bench.advance(29 * MINUTE_MS);
    assert!(bench.shard.offsets().has_group(GROUP));
    bench.advance(2 * MINUTE_MS);
    assert!(bench.list(&[], &[]).is_empty());
}

#[test]
fn offsets_of_a_group_that_only_commits_expire_from_their_commit() {
    let mut bench = Bench::new(short_retention());
    bench.commit(&Commit::simple());
    bench.advance(20 * MINUTE_MS);
    bench.commit(&Commit::simple());
    bench.advance(20 * MINUTE_MS);
    assert!(bench.shard.offsets().has_group(GROUP));
    bench.advance(11 * MINUTE_MS);
    assert!(bench.list(&[], &[]).is_empty());
}

#[test]
fn a_commit_that_names_its_own_retention_expires_by_that() {
    let mut bench = Bench::new(short_retention());
    bench.commit(&Commit { retention_time_ms: 90_000, version: 4, ..Commit::simple() });
    bench.advance(MINUTE_MS);
    assert!(bench.shard.offsets().has_group(GROUP));
    bench.advance(MINUTE_MS);
    assert!(!bench.shard.offsets().has_group(GROUP));
}

#[test]
fn offsets_of_deleted_topics_are_forgotten() {
    let mut bench = Bench::new(config());
    bench.commit(&Commit::simple());
    let output = bench.shard.on_topics_deleted(bench.now, &["other".to_owned()]);
    bench.take(output);
    assert!(bench.shard.offsets().has_group(GROUP));
    let output = bench.shard.on_topics_deleted(bench.now, &["topic".to_owned()]);
    bench.take(output);
    assert!(!bench.shard.offsets().has_group(GROUP));
}

#[test]
fn a_group_that_nobody_joined_or_committed_to_is_forgotten() {
    let mut bench = Bench::new(short_retention());
    bench.join(&Joiner::default());
    assert_eq!(bench.list(&[], &[]), [GROUP]);
    bench.advance(2 * MINUTE_MS);
    assert!(bench.list(&[], &[]).is_empty());
}
