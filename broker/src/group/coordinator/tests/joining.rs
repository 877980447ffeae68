//! JoinGroup and the forming of generations.

use std::time::Duration;

use tidemill_protocol::ErrorCode;

use super::harness::{Bench, Joiner, REBALANCE_MS, SESSION_MS, config};
use crate::group::classic_group::GroupState;

fn code(error: ErrorCode) -> i16 {
    error.code()
}

#[test]
fn a_newcomer_is_given_a_member_id_and_must_come_back_with_it() {
    let mut bench = Bench::new(config());
    let token = bench.join(&Joiner::default());
    let response = bench.joined(token).unwrap();
    assert_eq!(response.error_code, code(ErrorCode::MemberIdRequired));
    assert!(response.member_id.starts_with("client-"));
    assert_eq!(bench.state(), GroupState::Empty);

    let token = bench.join(&Joiner::member(&response.member_id));
    let joined = bench.joined(token).unwrap();
    assert_eq!((joined.error_code, joined.generation_id), (0, 1));
    assert_eq!((joined.leader.as_str(), joined.members.len()), (response.member_id.as_str(), 1));
    assert_eq!(joined.protocol_name.as_deref(), Some("range"));
}

#[test]
fn a_client_before_version_4_joins_without_a_member_id() {
    let mut bench = Bench::new(config());
    let token = bench.join(&Joiner { version: 3, ..Joiner::default() });
    assert_eq!(bench.joined(token).unwrap().error_code, 0);
}

#[test]
fn a_member_id_that_is_not_used_in_time_is_forgotten() {
    let mut bench = Bench::new(config());
    let token = bench.join(&Joiner::default());
    let member_id = bench.joined(token).unwrap().member_id;
    bench.advance(10_001);
    let token = bench.join(&Joiner::member(&member_id));
    assert_eq!(bench.joined(token).unwrap().error_code, code(ErrorCode::UnknownMemberId));
}

#[test]
fn a_member_of_a_group_that_does_not_exist_is_unknown() {
    let mut bench = Bench::new(config());
    let token = bench.join(&Joiner::member("nobody"));
    assert_eq!(bench.joined(token).unwrap().error_code, code(ErrorCode::UnknownMemberId));
    assert!(bench.shard.groups().next().is_none());
}

#[test]
fn a_session_timeout_out_of_bounds_is_refused() {
    for session_timeout_ms in [5_999, 1_800_001, -1] {
        let mut bench = Bench::new(config());
        let token = bench.join(&Joiner { session_timeout_ms, ..Joiner::default() });
        assert_eq!(bench.joined(token).unwrap().error_code, code(ErrorCode::InvalidSessionTimeout));
    }
}

#[test]
fn a_group_without_a_name_is_refused() {
    let mut bench = Bench::new(config());
    let token = bench.ask(Joiner::default().request(""));
    assert_eq!(bench.joined(token).unwrap().error_code, code(ErrorCode::InvalidGroupId));
}

#[test]
fn another_protocol_type_or_no_common_protocol_is_refused() {
    let mut bench = Bench::new(config());
    bench.stable_group(1);
    for joiner in [
        Joiner { protocol_type: "connect", ..Joiner::default() },
        Joiner { protocols: vec![("sticky", b"")], ..Joiner::default() },
        Joiner { protocols: Vec::new(), ..Joiner::default() },
    ] {
        let token = bench.join(&joiner);
        assert_eq!(bench.joined(token).unwrap().error_code, code(ErrorCode::InconsistentGroupProtocol));
    }
    assert_eq!(bench.state(), GroupState::Stable);
}

#[test]
fn a_join_that_is_refused_does_not_create_a_group() {
    let mut bench = Bench::new(config());
    let token = bench.join(&Joiner { protocols: Vec::new(), ..Joiner::default() });
    assert_eq!(bench.joined(token).unwrap().error_code, code(ErrorCode::InconsistentGroupProtocol));
    assert!(bench.shard.groups().next().is_none() && bench.log.is_empty());
}

#[test]
fn each_member_votes_for_its_first_protocol_that_all_support() {
    let mut bench = Bench::new(config());
    let (first, token) =
        bench.join_new_as(&Joiner { protocols: vec![("sticky", b""), ("range", b"r")], ..Joiner::default() });
    assert_eq!(bench.joined(token).unwrap().protocol_name.as_deref(), Some("sticky"));
    let (_, second) = bench.join_new_as(&Joiner { protocols: vec![("range", b"r2")], ..Joiner::default() });
    let rejoined =
        bench.join(&Joiner { protocols: vec![("sticky", b""), ("range", b"r")], ..Joiner::member(&first) });
    let response = bench.joined(rejoined).unwrap();
    assert_eq!(response.protocol_name.as_deref(), Some("range"));
    assert_eq!(response.members.len(), 2);
    assert!(bench.joined(second).unwrap().members.is_empty());
}

#[test]
fn the_first_rebalance_waits_and_waits_longer_when_somebody_joins() {
    let delay = Duration::from_secs(3);
    let mut bench = Bench::new(crate::config::broker_config::GroupCoordinatorConfig {
        initial_rebalance_delay: delay,
        ..config()
    });
    let (_, first) = bench.join_new();
    bench.advance(2_999);
    let (_, second) = bench.join_new();
    bench.advance(2_999);
    assert!(bench.joined(first).is_none());
    bench.advance(2);
    assert_eq!(bench.joined(first).unwrap().generation_id, 1);
    assert_eq!(bench.joined(second).unwrap().generation_id, 1);
}

#[test]
fn the_first_rebalance_waits_no_longer_than_the_rebalance_timeout() {
    let mut bench = Bench::new(crate::config::broker_config::GroupCoordinatorConfig {
        initial_rebalance_delay: Duration::from_secs(12),
        ..config()
    });
    let (_, first) = bench.join_new();
    for _ in 0..4 {
        bench.advance(9_000);
        bench.join_new();
    }
    assert_eq!(bench.joined(first).unwrap().members.len(), 4);
}

#[test]
fn a_newcomer_makes_everybody_join_again() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    let (newcomer, token) = bench.join_new();
    assert_eq!(bench.state(), GroupState::PreparingRebalance);
    assert_eq!(bench.heartbeat(&members[0], 2), ErrorCode::RebalanceInProgress);
    let mut joins = vec![(newcomer, token)];
    for member_id in members {
        let token = bench.join(&Joiner::member(&member_id));
        joins.push((member_id, token));
    }
    assert_eq!(bench.finish_rebalance(joins).len(), 3);
    assert_eq!(bench.group().generation_id(), 3);
}

#[test]
fn members_that_do_not_join_again_in_time_are_removed() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    let (newcomer, token) = bench.join_new();
    for _ in 0..4 {
        bench.advance(u64::try_from(REBALANCE_MS).unwrap() / 4);
        for member_id in &members {
            bench.heartbeat(member_id, 2);
        }
    }
    let joined = bench.joined(token).unwrap();
    assert_eq!((joined.leader.as_str(), joined.members.len()), (newcomer.as_str(), 1));
    assert_eq!(bench.heartbeat(&members[0], 2), ErrorCode::UnknownMemberId);
}

#[test]
fn a_follower_that_joins_a_stable_group_unchanged_learns_its_generation() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    let token = bench.join(&Joiner::member(&members[1]));
    let joined = bench.joined(token).unwrap();
    assert_eq!((joined.generation_id, joined.members.len()), (2, 0));
    assert_eq!(bench.state(), GroupState::Stable);
}

#[test]
fn a_leader_or_a_changed_follower_that_joins_a_stable_group_starts_a_rebalance() {
    for (index, protocols) in [(0, vec![("range", &b"r"[..])]), (1, vec![("range", &b"changed"[..])])] {
        let mut bench = Bench::new(config());
        let members = bench.stable_group(2);
        bench.join(&Joiner { protocols, ..Joiner::member(&members[index]) });
        assert_eq!(bench.state(), GroupState::PreparingRebalance);
    }
}

#[test]
fn a_member_that_missed_the_answer_to_its_join_gets_it_again() {
    let mut bench = Bench::new(config());
    let (member_id, token) = bench.join_new();
    let first = bench.joined(token).unwrap();
    let token = bench.join(&Joiner::member(&member_id));
    assert_eq!(bench.joined(token).unwrap(), first);
    assert_eq!(bench.state(), GroupState::CompletingRebalance);
}

#[test]
fn a_second_join_of_a_waiting_member_answers_the_first() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    let waiting = bench.join(&Joiner::member(&members[0]));
    let again = bench.join(&Joiner::member(&members[0]));
    assert_eq!(bench.joined(waiting).unwrap().error_code, code(ErrorCode::RebalanceInProgress));
    assert!(bench.joined(again).is_none());
}

#[test]
fn a_group_takes_no_more_members_than_its_limit() {
    let limited = crate::config::broker_config::GroupCoordinatorConfig { max_size: 2, ..config() };
    let mut bench = Bench::new(limited);
    let members = bench.stable_group(2);
    let token = bench.join(&Joiner::default());
    assert_eq!(bench.joined(token).unwrap().error_code, code(ErrorCode::GroupMaxSizeReached));
    assert_eq!(bench.heartbeat(&members[1], 2), ErrorCode::None);
}

#[test]
fn member_ids_that_were_given_out_count_towards_the_limit() {
    let limited = crate::config::broker_config::GroupCoordinatorConfig { max_size: 2, ..config() };
    let mut bench = Bench::new(limited);
    for expected in [ErrorCode::MemberIdRequired, ErrorCode::MemberIdRequired, ErrorCode::GroupMaxSizeReached]
    {
        let token = bench.join(&Joiner::default());
        assert_eq!(bench.joined(token).unwrap().error_code, code(expected));
    }
}

#[test]
fn a_member_that_waits_in_its_join_is_not_expired_by_its_session() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    let token = bench.join(&Joiner::member(&members[0]));
    for _ in 0..2 {
        bench.advance(u64::try_from(SESSION_MS).unwrap() - 1);
        bench.heartbeat(&members[1], 2);
    }
    assert_eq!(bench.state(), GroupState::PreparingRebalance);
    let other = bench.join(&Joiner::member(&members[1]));
    assert_eq!(bench.joined(token).unwrap().generation_id, 3);
    assert_eq!(bench.joined(other).unwrap().generation_id, 3);
}
