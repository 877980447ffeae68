//! Static members (KIP-345) and leaders that skip the assignment (KIP-814).

use tidemill_protocol::ErrorCode;

use super::harness::{Bench, Joiner, config};
use crate::group::classic_group::GroupState;

/// A stable group of the static members `a` (the leader) and `b`, with their member ids.
fn two_static(bench: &mut Bench) -> (String, String) {
    let first = bench.join(&Joiner::instance("a"));
    let a = bench.joined(first).unwrap().member_id;
    let second = bench.join(&Joiner::instance("b"));
    let rejoined = bench.join(&Joiner { member_id: a.clone(), ..Joiner::instance("a") });
    let joined = bench.joined(rejoined).unwrap();
    assert_eq!(joined.leader, a);
    let b = bench.joined(second).unwrap().member_id;
    for (member_id, assignments) in [(&a, vec![(a.as_str(), "A"), (b.as_str(), "B")]), (&b, Vec::new())] {
        let token = bench.sync(member_id, 2, &assignments);
        assert_eq!(bench.synced(token).unwrap().error_code, 0);
    }
    (a, b)
}

#[test]
fn a_static_member_joins_without_a_second_round() {
    let mut bench = Bench::new(config());
    let token = bench.join(&Joiner::instance("a"));
    let joined = bench.joined(token).unwrap();
    assert_eq!(joined.error_code, 0);
    assert!(joined.member_id.starts_with("a-"));
}

#[test]
fn a_static_follower_that_restarts_keeps_its_assignment_without_a_rebalance() {
    let mut bench = Bench::new(config());
    let (_, old) = two_static(&mut bench);
    let token = bench.join(&Joiner::instance("b"));
    let joined = bench.joined(token).unwrap();
    assert_eq!((joined.error_code, joined.generation_id), (0, 2));
    assert_ne!(joined.member_id, old);
    assert_eq!(bench.state(), GroupState::Stable);
    let token = bench.sync(&joined.member_id, 2, &[]);
    assert_eq!(bench.synced(token).unwrap().assignment, "B");
}

#[test]
fn the_old_member_id_of_a_restarted_instance_is_fenced() {
    let mut bench = Bench::new(config());
    let (_, old) = two_static(&mut bench);
    let token = bench.join(&Joiner::instance("b"));
    bench.joined(token).unwrap();
    assert_eq!(bench.heartbeat_of(&old, Some("b"), 2), ErrorCode::FencedInstanceId);
    let token = bench.join(&Joiner { member_id: old.clone(), ..Joiner::instance("b") });
    assert_eq!(bench.joined(token).unwrap().error_code, ErrorCode::FencedInstanceId.code());
    let left = bench.leave(&[(&old, Some("b"))]);
    assert_eq!(left.members[0].error_code, ErrorCode::FencedInstanceId.code());
}

#[test]
fn a_restarted_leader_sees_the_members_and_skips_the_assignment() {
    let mut bench = Bench::new(config());
    two_static(&mut bench);
    let token = bench.join(&Joiner::instance("a"));
    let joined = bench.joined(token).unwrap();
    assert!(joined.skip_assignment);
    assert_eq!((joined.leader.as_str(), joined.members.len()), (joined.member_id.as_str(), 2));
    assert_eq!(bench.state(), GroupState::Stable);
}

#[test]
fn a_restarted_leader_before_version_9_believes_that_another_leads() {
    let mut bench = Bench::new(config());
    let (old, _) = two_static(&mut bench);
    let token = bench.join(&Joiner { version: 8, ..Joiner::instance("a") });
    let joined = bench.joined(token).unwrap();
    assert!(!joined.skip_assignment && joined.members.is_empty());
    assert_eq!(joined.leader, old);
    let token = bench.sync(&joined.member_id, 2, &[]);
    assert_eq!(bench.synced(token).unwrap().assignment, "A");
}

#[test]
fn a_restart_during_the_assignment_starts_a_rebalance() {
    let mut bench = Bench::new(config());
    let first = bench.join(&Joiner::instance("a"));
    let a = bench.joined(first).unwrap().member_id;
    assert_eq!(bench.state(), GroupState::CompletingRebalance);
    let token = bench.join(&Joiner::instance("a"));
    let joined = bench.joined(token).unwrap();
    assert_eq!(joined.generation_id, 2);
    assert_ne!(joined.member_id, a);
}

#[test]
fn a_restart_that_changes_the_protocol_starts_a_rebalance() {
    let mut bench = Bench::new(config());
    let both = vec![("range", &b"r"[..]), ("sticky", &b"s"[..])];
    let token = bench.join(&Joiner { protocols: both, ..Joiner::instance("a") });
    let joined = bench.joined(token).unwrap();
    bench.sync(&joined.member_id, 1, &[]);
    let token = bench.join(&Joiner { protocols: vec![("sticky", b"s")], ..Joiner::instance("a") });
    let joined = bench.joined(token).unwrap();
    assert_eq!((joined.generation_id, joined.protocol_name.as_deref()), (2, Some("sticky")));
}

#[test]
fn a_parked_join_of_a_replaced_instance_is_fenced() {
    let mut bench = Bench::new(config());
    let (_, b) = two_static(&mut bench);
    let waiting =
        bench.join(&Joiner { protocols: vec![("range", b"new")], member_id: b, ..Joiner::instance("b") });
    bench.join(&Joiner::instance("b"));
    assert_eq!(bench.joined(waiting).unwrap().error_code, ErrorCode::FencedInstanceId.code());
}

#[test]
fn a_static_member_that_does_not_rejoin_stays_until_its_session_ends() {
    let mut bench = Bench::new(config());
    let (a, b) = two_static(&mut bench);
    let (_, token) = bench.join_new();
    let rejoined = bench.join(&Joiner { member_id: a, ..Joiner::instance("a") });
    for _ in 0..4 {
        assert_eq!(bench.heartbeat_of(&b, Some("b"), 2), ErrorCode::RebalanceInProgress);
        bench.advance(7_500);
    }
    let joined = bench.joined(rejoined).unwrap();
    assert_eq!((joined.generation_id, joined.members.len()), (3, 3));
    assert_eq!(bench.joined(token).unwrap().generation_id, 3);
}

#[test]
fn an_administrator_removes_static_members_by_instance() {
    let mut bench = Bench::new(config());
    let (_, b) = two_static(&mut bench);
    let left = bench.leave(&[("", Some("a")), ("", Some("nobody")), ("", None)]);
    let codes: Vec<i16> = left.members.iter().map(|member| member.error_code).collect();
    let unknown = ErrorCode::UnknownMemberId.code();
    assert_eq!(codes, [0, unknown, unknown]);
    assert_eq!(bench.heartbeat_of(&b, Some("b"), 2), ErrorCode::RebalanceInProgress);
}

#[test]
fn an_instance_id_that_is_too_long_to_be_one_is_refused() {
    let mut bench = Bench::new(config());
    let request = Joiner::instance(&"x".repeat(250)).request("group");
    let refused = bench
        .shard
        .handle(bench.now, &mut bench.random, request, crate::group::turn::ReplyToken(99))
        .unwrap_err();
    assert_eq!(refused, ErrorCode::InvalidRequest);
}
