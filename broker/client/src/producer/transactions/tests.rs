//! Scenarios of the state machine: what the caller does, and what follows.

use std::collections::BTreeSet;
use std::sync::Arc;

use tidemill_environment::{Recoverable, Recovery};
use tidemill_protocol::ErrorCode;

use super::effects::{Call, Effect, Operation, Protocol};
use super::errors::TransactionError;
use super::fixtures::{PATIENCE, World, named, offsets};
use crate::producer::effects::Gate;

#[test]
fn version_1_tells_the_coordinator_of_each_partition_once_before_its_first_batch() {
    let mut world = World::open(1);
    assert_eq!(world.machine.take_gate(), Some(Gate::Partitions(BTreeSet::new())));
    [3, 4].into_iter().for_each(|slot| world.machine.want(slot));
    assert_eq!(world.succeed(), Call::AddPartitions { slots: BTreeSet::from([3, 4]) });
    assert_eq!(world.machine.take_gate(), Some(Gate::Partitions(BTreeSet::from([3, 4]))));
    [4, 5].into_iter().for_each(|slot| world.machine.want(slot));
    assert_eq!(world.succeed(), Call::AddPartitions { slots: BTreeSet::from([5]) });
    world.machine.commit().unwrap();
    assert_eq!(world.succeed(), Call::End { committed: true });
    assert_eq!(world.outcome(Operation::Commit), Ok(()));
    world.machine.begin().unwrap();
    assert_eq!(world.machine.take_gate(), Some(Gate::Partitions(BTreeSet::new())), "the next begins anew");
}

#[test]
fn version_1_tells_the_coordinator_of_a_group_once_and_version_2_never() {
    for (version, first) in [(1, Some(Call::AddOffsets { group_id: Arc::from("g") })), (2, None)] {
        let mut world = World::open(version);
        for round in 0..2 {
            let operation = world.machine.send_offsets(offsets("g")).unwrap();
            if let Some(expected) = first.clone().filter(|_| round == 0) {
                assert_eq!(world.succeed(), expected);
            }
            assert_eq!(world.succeed(), Call::CommitOffsets { offsets: Arc::new(offsets("g")) });
            assert_eq!(world.outcome(operation), Ok(()));
        }
        world.machine.commit().unwrap();
        assert_eq!(world.succeed(), Call::End { committed: true });
    }
}

#[test]
fn version_2_opens_the_gate_at_once_and_goes_on_under_the_identity_that_the_end_names() {
    let mut world = World::open(2);
    assert_eq!(world.machine.take_gate(), Some(Gate::Open));
    world.machine.want(3);
    assert!(world.drain().is_none(), "the first write tells the coordinator");
    world.machine.on_produce();
    world.machine.commit().unwrap();
    let end = world.call();
    assert_eq!((end.call.clone(), end.caller.epoch), (Call::End { committed: true }, 0));
    world.answer(&end, named(ErrorCode::None, 7, 1));
    world.drain();
    assert_eq!(world.effects, [Effect::BeginEpoch { id: 7, epoch: 1 }]);
    assert_eq!(world.outcome(Operation::Commit), Ok(()));
    world.machine.begin().unwrap();
    world.machine.on_produce();
    world.machine.abort().unwrap();
    let end = world.call();
    assert_eq!((end.call.clone(), end.caller.epoch), (Call::End { committed: false }, 1));
    world.answer(&end, named(ErrorCode::None, 8, 0));
    world.drain();
    assert_eq!(
        world.effects.last(),
        Some(&Effect::BeginEpoch { id: 8, epoch: 0 }),
        "the epochs of 7 ran out"
    );
    assert_eq!(world.outcome(Operation::Abort), Ok(()));
}

#[test]
fn a_transaction_that_wrote_nothing_ends_without_a_call() {
    for version in [1, 2] {
        let mut world = World::open(version);
        world.machine.commit().unwrap();
        assert!(world.drain().is_none());
        assert_eq!(world.outcome(Operation::Commit), Ok(()));
        world.machine.begin().unwrap();
        world.machine.abort().unwrap();
        assert!(world.drain().is_none());
        assert_eq!(world.outcome(Operation::Abort), Ok(()));
    }
}

#[test]
fn nothing_ends_before_every_batch_has_settled() {
    for commits in [true, false] {
        let mut world = World::open(2);
        world.machine.on_produce();
        world.settled = false;
        if commits { world.machine.commit() } else { world.machine.abort() }.unwrap();
        assert!(world.drain().is_none());
        assert!(!world.machine.accepts_records());
        world.settled = true;
        assert_eq!(world.call().call, Call::End { committed: commits });
    }
}

#[test]
fn offsets_that_wait_are_sent_before_the_commit() {
    let mut world = World::open(2);
    world.machine.send_offsets(offsets("g")).unwrap();
    world.machine.commit().unwrap();
    assert_eq!(world.succeed(), Call::CommitOffsets { offsets: Arc::new(offsets("g")) });
    assert_eq!(world.succeed(), Call::End { committed: true });
}

#[test]
fn a_commit_without_an_answer_goes_on_and_its_outcome_waits_for_whoever_asks() {
    let mut world = World::open(2);
    world.machine.on_produce();
    world.machine.commit().unwrap();
    let end = world.call();
    world.unanswered(&end);
    assert_eq!(world.machine.take_outcome(Operation::Commit), None);
    let pending = world.machine.abort().unwrap_err();
    assert!(matches!(pending, TransactionError::Pending { pending: "commit_transaction", .. }), "{pending}");
    let again = world.call();
    assert_eq!((&again.call, again.caller), (&end.call, end.caller));
    world.answer(&end, named(ErrorCode::None, 7, 9));
    assert_eq!(world.machine.take_outcome(Operation::Commit), None, "an answer to an older call");
    world.answer(&again, named(ErrorCode::None, 7, 1));
    // Its caller went away when the wait timed out: nothing new begins before somebody has learned the outcome.
    assert_eq!(world.machine.begin().unwrap_err().recovery(), Recovery::Retry);
    assert_eq!(world.machine.commit(), Ok(()), "calling again waits for the same commit");
    assert_eq!(world.outcome(Operation::Commit), Ok(()));
    assert_eq!(world.machine.begin(), Ok(()));
}

#[test]
fn an_abort_drops_what_waits_and_tells_who_sent_offsets() {
    let mut world = World::open(1);
    world.machine.want(0);
    let operation = world.machine.send_offsets(offsets("g")).unwrap();
    world.machine.abort().unwrap();
    assert!(world.drain().is_none(), "the coordinator knows of nothing");
    assert!(matches!(world.effects[..], [Effect::DropUnsent { .. }]));
    assert_eq!(world.outcome(operation).unwrap_err().recovery(), Recovery::Abort);
    assert_eq!(world.machine.take_gate(), Some(Gate::Shut));
    assert_eq!(world.outcome(Operation::Abort), Ok(()));
}

#[test]
fn an_abort_is_not_over_before_what_waits_was_dropped() {
    let mut world = World::open(2);
    world.machine.abort().unwrap();
    let (effects, _) = world.machine.drain(world.now, true);
    assert!(matches!(effects[..], [Effect::DropUnsent { .. }]));
    let too_early = "records of the next transaction would be dropped with those of this one";
    assert_eq!(world.machine.take_outcome(Operation::Abort), None, "{too_early}");
    world.machine.drain(world.now, true);
    assert_eq!(world.machine.take_outcome(Operation::Abort), Some(Ok(())));
}

#[test]
fn an_end_is_not_over_before_the_new_epoch_was_handed_on() {
    let mut world = World::open(2);
    world.machine.on_produce();
    world.machine.commit().unwrap();
    let end = world.call();
    world.answer(&end, named(ErrorCode::None, 7, 1));
    let too_early = "records of the next transaction would be sent under the old epoch";
    assert_eq!(world.machine.take_outcome(Operation::Commit), None, "{too_early}");
    let (effects, _) = world.machine.drain(world.now, true);
    assert_eq!(effects, [Effect::BeginEpoch { id: 7, epoch: 1 }]);
    assert_eq!(world.machine.take_outcome(Operation::Commit), Some(Ok(())));
}

#[test]
fn a_closed_producer_aborts_what_is_open_and_gives_up_after_a_while() {
    let mut world = World::open(2);
    world.machine.on_produce();
    world.machine.close();
    assert!(!world.machine.is_at_rest(world.now));
    let end = world.call();
    assert_eq!(end.call, Call::End { committed: false });
    world.unanswered(&end);
    assert!(!world.machine.is_at_rest(world.now));
    assert!(world.machine.is_at_rest(world.now + PATIENCE));
    let end = world.call();
    world.answer(&end, named(ErrorCode::None, 7, 1));
    world.drain();
    assert!(world.machine.is_at_rest(world.now));
    assert_eq!(world.outcome(Operation::Abort), Ok(()));
    assert_eq!(world.machine.begin(), Err(TransactionError::Closed));
}

#[test]
fn what_fits_no_state_is_refused_and_what_is_under_way_is_joined() {
    let mut world = World::new();
    let out_of_place = |result: Result<(), TransactionError>| {
        assert!(matches!(result, Err(TransactionError::OutOfPlace { .. })), "{result:?}");
    };
    out_of_place(world.machine.begin());
    out_of_place(world.machine.commit());
    out_of_place(world.machine.abort());
    world.machine.init().unwrap();
    assert_eq!(world.machine.init(), Ok(()));
    assert!(matches!(world.machine.begin(), Err(TransactionError::Pending { .. })));
    let mut world = World::open(2);
    out_of_place(world.machine.begin());
    out_of_place(world.machine.init());
    assert_eq!(world.machine.protocol(), Protocol::V2);
    world.machine.on_produce();
    world.machine.abort().unwrap();
    assert_eq!(world.machine.abort(), Ok(()));
    assert!(matches!(world.machine.commit(), Err(TransactionError::Pending { .. })));
}
