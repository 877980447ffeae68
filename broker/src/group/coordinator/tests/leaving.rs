//! LeaveGroup.

use tidemill_protocol::ErrorCode;

use super::harness::{Bench, Joiner, config};
use crate::group::classic_group::GroupState;

#[test]
fn the_last_member_that_leaves_empties_the_group() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(1);
    assert_eq!(bench.leave(&[(&members[0], None)]).members[0].error_code, 0);
    assert_eq!((bench.state(), bench.group().generation_id()), (GroupState::Empty, 2));
}

#[test]
fn members_that_leave_together_cause_one_rebalance() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(3);
    bench.leave(&[(&members[0], None), (&members[1], None)]);
    let token = bench.join(&Joiner::member(&members[2]));
    let joined = bench.joined(token).unwrap();
    assert_eq!((joined.generation_id, joined.leader.as_str()), (4, members[2].as_str()));
}

#[test]
fn a_leave_of_strangers_changes_nothing() {
    let mut bench = Bench::new(config());
    let left = bench.leave(&[("stranger", None)]);
    assert_eq!(left.members[0].error_code, ErrorCode::UnknownMemberId.code());
    let members = bench.stable_group(1);
    let left = bench.leave(&[("stranger", None), (&members[0], Some("no-instance"))]);
    assert!(left.members.iter().all(|member| member.error_code == ErrorCode::UnknownMemberId.code()));
    assert_eq!(bench.state(), GroupState::Stable);
}

#[test]
fn a_pending_member_id_may_leave() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(1);
    let token = bench.join(&Joiner::default());
    let pending = bench.joined(token).unwrap().member_id;
    assert_eq!(bench.leave(&[(&pending, None)]).members[0].error_code, 0);
    let token = bench.join(&Joiner::member(&pending));
    assert_eq!(bench.joined(token).unwrap().error_code, ErrorCode::UnknownMemberId.code());
    assert_eq!(bench.heartbeat(&members[0], 1), ErrorCode::None);
}

#[test]
fn a_leave_lets_the_waiting_rest_go_on() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    let token = bench.join(&Joiner::member(&members[0]));
    assert!(bench.joined(token).is_none());
    bench.leave(&[(&members[1], None)]);
    assert_eq!(bench.joined(token).unwrap().members.len(), 1);
}

#[test]
fn a_member_that_leaves_while_it_waits_is_answered() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    let token = bench.join(&Joiner::member(&members[0]));
    bench.leave(&[(&members[0], None)]);
    assert_eq!(bench.joined(token).unwrap().error_code, ErrorCode::UnknownMemberId.code());
}
