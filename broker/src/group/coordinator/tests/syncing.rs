//! SyncGroup and Heartbeat.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::sync_group::SyncGroupRequest;

use super::super::GroupRequest;
use super::harness::{Bench, GROUP, Joiner, REBALANCE_MS, SESSION_MS, config};
use crate::group::classic_group::GroupState;

/// Two members that know their generation and have not synced: the leader first.
fn two_before_sync(bench: &mut Bench) -> (String, String) {
    let (first, token) = bench.join_new();
    bench.joined(token).unwrap();
    let (second, other) = bench.join_new();
    let token = bench.join(&Joiner::member(&first));
    let leader = bench.joined(token).unwrap().leader;
    bench.joined(other).unwrap();
    if leader == first { (first, second) } else { (second, first) }
}

#[test]
fn followers_wait_for_the_leaders_assignment() {
    let mut bench = Bench::new(config());
    let (leader, follower) = two_before_sync(&mut bench);
    let waiting = bench.sync(&follower, 2, &[]);
    assert!(bench.synced(waiting).is_none());
    let token = bench.sync(&leader, 2, &[(&leader, "one"), (&follower, "two"), ("stranger", "three")]);
    assert_eq!(bench.synced(token).unwrap().assignment, "one");
    let answer = bench.synced(waiting).unwrap();
    assert_eq!((answer.assignment.as_ref(), answer.protocol_name.as_deref()), (&b"two"[..], Some("range")));
    assert_eq!(bench.state(), GroupState::Stable);
}

#[test]
fn a_member_the_leader_forgets_gets_an_empty_assignment() {
    let mut bench = Bench::new(config());
    let (leader, follower) = two_before_sync(&mut bench);
    bench.sync(&leader, 2, &[(&leader, "all")]);
    let token = bench.sync(&follower, 2, &[]);
    let answer = bench.synced(token).unwrap();
    assert_eq!((answer.error_code, answer.assignment.len()), (0, 0));
}

#[test]
fn a_sync_of_a_stranger_or_another_generation_or_protocol_is_refused() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(1);
    for (member_id, generation_id, error) in [
        ("stranger", 1, ErrorCode::UnknownMemberId),
        (members[0].as_str(), 0, ErrorCode::IllegalGeneration),
        (members[0].as_str(), 2, ErrorCode::IllegalGeneration),
    ] {
        let token = bench.sync(member_id, generation_id, &[]);
        assert_eq!(bench.synced(token).unwrap().error_code, error.code());
    }
    for (protocol_type, protocol_name) in [("connect", "range"), ("consumer", "sticky")] {
        let token = bench.ask(GroupRequest::Sync(SyncGroupRequest {
            group_id: GROUP.to_owned(),
            generation_id: 1,
            member_id: members[0].clone(),
            protocol_type: Some(protocol_type.to_owned()),
            protocol_name: Some(protocol_name.to_owned()),
            ..SyncGroupRequest::default()
        }));
        assert_eq!(bench.synced(token).unwrap().error_code, ErrorCode::InconsistentGroupProtocol.code());
    }
}

#[test]
fn a_sync_during_a_rebalance_is_told_to_join() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    bench.join_new();
    let token = bench.sync(&members[1], 2, &[]);
    assert_eq!(bench.synced(token).unwrap().error_code, ErrorCode::RebalanceInProgress.code());
}

#[test]
fn a_waiting_follower_is_told_to_join_when_the_group_changes() {
    let mut bench = Bench::new(config());
    let (_, follower) = two_before_sync(&mut bench);
    let waiting = bench.sync(&follower, 2, &[]);
    bench.join_new();
    assert_eq!(bench.synced(waiting).unwrap().error_code, ErrorCode::RebalanceInProgress.code());
    assert_eq!(bench.state(), GroupState::PreparingRebalance);
}

#[test]
fn members_that_do_not_sync_in_time_are_removed() {
    let mut bench = Bench::new(config());
    let (leader, follower) = two_before_sync(&mut bench);
    let waiting = bench.sync(&follower, 2, &[]);
    for _ in 0..4 {
        bench.advance(u64::try_from(REBALANCE_MS).unwrap() / 4);
        bench.heartbeat(&leader, 2);
    }
    assert_eq!(bench.synced(waiting).unwrap().error_code, ErrorCode::RebalanceInProgress.code());
    assert_eq!(bench.heartbeat(&leader, 2), ErrorCode::UnknownMemberId);
    let token = bench.join(&Joiner::member(&follower));
    assert_eq!(bench.joined(token).unwrap().leader, follower);
}

#[test]
fn a_heartbeat_counts_while_the_group_waits_for_the_assignment() {
    let mut bench = Bench::new(config());
    let (leader, _) = two_before_sync(&mut bench);
    assert_eq!(bench.state(), GroupState::CompletingRebalance);
    assert_eq!(bench.heartbeat(&leader, 2), ErrorCode::None);
}

#[test]
fn a_heartbeat_of_a_stranger_or_another_generation_is_refused() {
    let mut bench = Bench::new(config());
    assert_eq!(bench.heartbeat("stranger", 1), ErrorCode::UnknownMemberId);
    let members = bench.stable_group(1);
    assert_eq!(bench.heartbeat("stranger", 1), ErrorCode::UnknownMemberId);
    assert_eq!(bench.heartbeat(&members[0], 7), ErrorCode::IllegalGeneration);
}

#[test]
fn a_member_without_heartbeats_is_removed_after_its_session() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    let session_ms = u64::try_from(SESSION_MS).unwrap();
    bench.advance(session_ms - 1);
    assert_eq!(bench.heartbeat(&members[0], 2), ErrorCode::None);
    bench.advance(1);
    assert_eq!(bench.heartbeat(&members[0], 2), ErrorCode::RebalanceInProgress);
    assert_eq!(bench.heartbeat(&members[1], 2), ErrorCode::UnknownMemberId);
}

#[test]
fn a_heartbeat_during_a_rebalance_still_keeps_the_session() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    bench.join_new();
    for _ in 0..3 {
        bench.advance(9_000);
        assert_eq!(bench.heartbeat(&members[0], 2), ErrorCode::RebalanceInProgress);
    }
}

#[test]
fn a_group_whose_last_member_dies_is_empty_and_stored_so() {
    let mut bench = Bench::new(config());
    bench.stable_group(1);
    bench.advance(10_000);
    assert_eq!(bench.state(), GroupState::Empty);
    assert_eq!(bench.group().generation_id(), 2);
}
