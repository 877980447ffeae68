//! A member's life, step by step, with a clock of its own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tidemill_environment::SeededRandom;
use tidemill_protocol::ErrorCode;

use super::assignors::fixtures::of_t;
use super::membership::{Joined, MemberEffect, MemberError, Membership, MembershipSettings, OwnerWork};
use crate::TopicPartition;
use crate::connection::Backoff;

const HEARTBEAT: Duration = Duration::from_secs(3);
const MAX_POLL: Duration = Duration::from_secs(300);

struct World {
    member: Membership,
    now: Duration,
}

fn refused(code: ErrorCode) -> MemberError {
    MemberError::Code { code, member_id: None }
}

impl World {
    fn new(cooperative: bool, instance_id: Option<&str>) -> Self {
        let settings = MembershipSettings {
            instance_id: instance_id.map(String::from),
            cooperative,
            heartbeat_interval: HEARTBEAT,
            max_poll_interval: MAX_POLL,
            backoff: Backoff { first: Duration::from_millis(100), max: Duration::from_secs(1) },
        };
        let mut member = Membership::new(settings, SeededRandom::new(5));
        member.set_topics(BTreeSet::from([Arc::from("t")]));
        Self { member, now: Duration::from_secs(1_000) }
    }

    fn drain(&mut self) -> Vec<MemberEffect> {
        self.member.drain(self.now).0
    }

    /// Returns the number of the one join and the partitions it names as owned.
    fn expect_join(&mut self) -> (u64, Vec<TopicPartition>) {
        match self.drain().as_slice() {
            [MemberEffect::Join { number, owned, .. }] => (*number, owned.clone()),
            other => panic!("expected a join, found {other:?}"),
        }
    }

    fn expect_sync(&mut self) -> u64 {
        match self.drain().as_slice() {
            [MemberEffect::Sync { number, .. }] => *number,
            other => panic!("expected a sync, found {other:?}"),
        }
    }

    fn joined(&mut self, number: u64, generation: i32) {
        let joined = Joined {
            generation,
            member_id: "m".to_owned(),
            protocol: "range".to_owned(),
            is_leader: false,
            skip_assignment: false,
            members: Vec::new(),
        };
        self.member.on_join(number, Ok(joined), self.now);
    }

    /// Goes from a join to owning `partitions`.
    fn settle(&mut self, generation: i32, partitions: &[i32]) {
        let (number, _) = self.expect_join();
        self.joined(number, generation);
        let number = self.expect_sync();
        self.member.on_sync(number, Ok(Bytes::new()), self.now);
        let Some(OwnerWork::Adopt { number, .. }) = self.member.take_work() else {
            panic!("the owner takes the assignment over")
        };
        self.member.on_adopted(number, of_t(partitions).into_iter().collect(), false);
        self.member.on_poll(self.now);
        assert!(self.member.is_stable());
    }

    fn beat(&mut self, answer: Result<(), MemberError>) {
        self.now += HEARTBEAT;
        self.member.on_poll(self.now);
        match self.drain().as_slice() {
            [MemberEffect::Heartbeat { number, .. }] => self.member.on_heartbeat(*number, answer, self.now),
            other => panic!("expected a heartbeat, found {other:?}"),
        }
    }
}

fn stable(cooperative: bool) -> World {
    let mut world = World::new(cooperative, None);
    world.member.on_poll(world.now);
    world.settle(1, &[0, 1]);
    world
}

#[test]
fn nothing_is_joined_before_the_first_poll() {
    let mut world = World::new(false, None);
    assert!(world.drain().is_empty());
    world.member.on_poll(world.now);
    world.expect_join();
}

#[test]
fn the_member_id_that_the_coordinator_demands_is_used_at_once() {
    let mut world = World::new(false, None);
    world.member.on_poll(world.now);
    let (number, _) = world.expect_join();
    let demanded =
        MemberError::Code { code: ErrorCode::MemberIdRequired, member_id: Some("given".to_owned()) };
    world.member.on_join(number, Err(demanded), world.now);
    match world.drain().as_slice() {
        [MemberEffect::Join { member_id, .. }] => assert_eq!(member_id, "given"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_eager_member_gives_everything_up_before_it_joins_again() {
    let mut world = stable(false);
    world.beat(Err(refused(ErrorCode::RebalanceInProgress)));
    assert!(world.drain().is_empty(), "not before the owner gave up");
    let Some(OwnerWork::Revoke { number, partitions }) = world.member.take_work() else { panic!() };
    assert_eq!(partitions, of_t(&[0, 1]));
    assert!(world.drain().is_empty(), "not while the owner gives up");
    world.member.on_given_up(number, &partitions);
    assert_eq!(world.expect_join().1, []);
}

#[test]
fn a_cooperative_member_joins_at_once_and_keeps_what_it_owns() {
    let mut world = stable(true);
    world.beat(Err(refused(ErrorCode::RebalanceInProgress)));
    assert_eq!(world.member.take_work(), None);
    assert_eq!(world.expect_join().1, of_t(&[0, 1]));
}

#[test]
fn a_cooperative_member_that_gave_something_up_joins_once_more() {
    let mut world = stable(true);
    world.beat(Err(refused(ErrorCode::RebalanceInProgress)));
    let (number, _) = world.expect_join();
    world.joined(number, 2);
    let number = world.expect_sync();
    world.member.on_sync(number, Ok(Bytes::new()), world.now);
    let Some(OwnerWork::Adopt { number, .. }) = world.member.take_work() else { panic!() };
    world.member.on_adopted(number, of_t(&[0]).into_iter().collect(), true);
    assert_eq!(world.expect_join().1, of_t(&[0]));
}

#[test]
fn a_member_that_is_not_known_any_more_has_lost_its_partitions() {
    for code in [ErrorCode::UnknownMemberId, ErrorCode::IllegalGeneration] {
        let mut world = stable(true);
        world.beat(Err(refused(code)));
        let Some(OwnerWork::Lose { number, partitions }) = world.member.take_work() else {
            panic!("{code:?}")
        };
        assert_eq!(partitions, of_t(&[0, 1]));
        world.member.on_given_up(number, &partitions);
        assert_eq!(world.expect_join().1, []);
    }
}

#[test]
fn an_owner_that_does_not_poll_leaves_and_is_told_at_its_next_poll() {
    let mut world = stable(false);
    world.now += MAX_POLL;
    assert_eq!(world.drain(), [MemberEffect::Leave { member_id: "m".to_owned() }]);
    assert!(world.drain().is_empty());
    world.member.on_poll(world.now);
    assert!(matches!(world.member.take_work(), Some(OwnerWork::Lose { .. })));
}

#[test]
fn a_static_member_never_says_that_it_leaves() {
    let mut world = World::new(false, Some("instance"));
    world.member.on_poll(world.now);
    world.settle(1, &[0]);
    assert_eq!(world.member.leave(), None);
}

#[test]
fn a_fenced_member_stays_fenced_and_others_may_try_again() {
    let mut world = stable(false);
    world.beat(Err(refused(ErrorCode::FencedInstanceId)));
    assert_eq!(world.member.failure(), Some(ErrorCode::FencedInstanceId));
    world.member.forgive();
    assert_eq!(world.member.failure(), Some(ErrorCode::FencedInstanceId));
    let mut world = stable(false);
    world.beat(Err(refused(ErrorCode::GroupAuthorizationFailed)));
    world.member.forgive();
    world.member.on_poll(world.now);
    assert!(matches!(world.member.take_work(), Some(OwnerWork::Lose { .. })));
}

#[test]
fn a_coordinator_that_moves_is_asked_again_after_the_backoff() {
    let mut world = World::new(false, None);
    world.member.on_poll(world.now);
    let (number, _) = world.expect_join();
    world.member.on_join(number, Err(refused(ErrorCode::NotCoordinator)), world.now);
    assert!(world.drain().is_empty());
    world.now += Duration::from_millis(200);
    world.expect_join();
}

#[test]
fn a_heartbeat_whose_coordinator_moves_does_not_disturb_the_member() {
    let mut world = stable(false);
    world.beat(Err(refused(ErrorCode::NotCoordinator)));
    world.beat(Err(MemberError::Unreachable));
    assert!(world.member.is_stable());
    world.now += Duration::from_millis(150);
    assert!(matches!(world.drain().as_slice(), [MemberEffect::Heartbeat { .. }]), "soon again");
}

#[test]
fn answers_to_questions_that_no_longer_matter_are_dropped() {
    let mut world = World::new(false, None);
    world.member.on_poll(world.now);
    let (old, _) = world.expect_join();
    world.member.on_join(old, Err(refused(ErrorCode::UnknownMemberId)), world.now);
    let (new, _) = world.expect_join();
    world.joined(old, 1);
    assert!(world.drain().is_empty());
    world.joined(new, 2);
    world.expect_sync();
    assert_eq!(world.member.identity().unwrap().generation, 2);
}

#[test]
fn new_topics_while_joining_lead_to_another_join_afterwards() {
    let mut world = World::new(true, None);
    world.member.on_poll(world.now);
    let (number, _) = world.expect_join();
    world.member.set_topics(BTreeSet::from([Arc::from("t"), Arc::from("u")]));
    world.joined(number, 1);
    let number = world.expect_sync();
    world.member.on_sync(number, Ok(Bytes::new()), world.now);
    let Some(OwnerWork::Adopt { number, .. }) = world.member.take_work() else { panic!() };
    world.member.on_adopted(number, of_t(&[0]).into_iter().collect(), false);
    world.expect_join();
}
