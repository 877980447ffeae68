//! Loading a shard from its records, and throwing one away.

use tidemill_protocol::ErrorCode;

use super::commits::Commit;
use super::harness::{Bench, Joiner, config, fold};
use crate::config::broker_config::GroupCoordinatorConfig;
use crate::group::classic_group::GroupState;

impl Bench {
    /// Restarts the shard from its log, as after a crash.
    pub(super) fn reload(&mut self, config: GroupCoordinatorConfig) {
        self.shard = fold(&self.log, config);
        let output = self.shard.finish_loading(self.now);
        self.take(output);
    }
}

#[test]
fn members_of_a_stable_group_go_on_after_a_restart() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    bench.reload(config());
    assert_eq!(bench.state(), GroupState::Stable);
    for member_id in &members {
        assert_eq!(bench.heartbeat(member_id, 2), ErrorCode::None);
        let token = bench.sync(member_id, 2, &[]);
        assert_eq!(bench.synced(token).unwrap().assignment, member_id.as_bytes());
    }
}

#[test]
fn members_that_do_not_come_back_after_a_restart_are_removed() {
    let mut bench = Bench::new(config());
    bench.stable_group(2);
    bench.reload(config());
    bench.advance(40_000);
    assert_eq!(bench.state(), GroupState::Empty);
}

#[test]
fn a_rebalance_that_a_crash_interrupts_falls_back_to_the_last_generation() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(1);
    let (newcomer, _) = bench.join_new();
    bench.join(&Joiner::member(&members[0]));
    assert_eq!((bench.state(), bench.group().generation_id()), (GroupState::CompletingRebalance, 2));
    bench.reload(config());
    assert_eq!((bench.state(), bench.group().generation_id()), (GroupState::Stable, 1));
    assert_eq!(bench.heartbeat(&members[0], 2), ErrorCode::IllegalGeneration);
    assert_eq!(bench.heartbeat(&newcomer, 2), ErrorCode::UnknownMemberId);
}

#[test]
fn a_static_member_keeps_its_instance_after_a_restart() {
    let mut bench = Bench::new(config());
    let token = bench.join(&Joiner::instance("a"));
    let old = bench.joined(token).unwrap().member_id;
    bench.sync(&old, 1, &[(&old, "A")]);
    bench.reload(config());
    let token = bench.join(&Joiner::instance("a"));
    let joined = bench.joined(token).unwrap();
    assert_eq!(joined.generation_id, 1);
    let token = bench.sync(&joined.member_id, 1, &[]);
    assert_eq!(bench.synced(token).unwrap().assignment, "A");
    assert_eq!(bench.heartbeat_of(&old, Some("a"), 1), ErrorCode::FencedInstanceId);
}

#[test]
fn a_group_that_is_larger_than_a_new_limit_shrinks_after_a_restart() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(3);
    bench.reload(GroupCoordinatorConfig { max_size: 2, ..config() });
    assert_eq!(bench.state(), GroupState::PreparingRebalance);
    let tokens: Vec<_> = members.iter().map(|member_id| bench.join(&Joiner::member(member_id))).collect();
    let codes: Vec<i16> = tokens.into_iter().map(|token| bench.joined(token).unwrap().error_code).collect();
    assert_eq!(codes, [0, 0, ErrorCode::GroupMaxSizeReached.code()]);
}

#[test]
fn offsets_survive_a_restart() {
    let mut bench = Bench::new(config());
    bench.commit(&Commit { metadata: "note".to_owned(), ..Commit::simple() });
    bench.reload(config());
    assert_eq!(bench.shard.offsets().get("group", "topic", 0).unwrap().metadata, "note");
}

#[test]
fn a_shard_that_is_thrown_away_names_everybody_who_waits() {
    let mut bench = Bench::new(config());
    let members = bench.stable_group(2);
    let joining = bench.join(&Joiner::member(&members[0]));
    assert_eq!(bench.shard.into_parked(), [joining]);
}
