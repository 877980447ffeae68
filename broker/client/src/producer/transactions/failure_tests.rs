//! Scenarios of the state machine: what the brokers refuse, and what follows.

use tidemill_environment::{Recoverable, Recovery};
use tidemill_protocol::ErrorCode;

use super::effects::{Answer, Call, CallEnd, Effect, Operation};
use super::fixtures::{World, ms, named, offsets, partition};
use crate::producer::effects::Failure;

#[test]
fn a_failed_batch_leaves_only_the_abort_and_version_1_then_takes_another_epoch() {
    for code in [
        ErrorCode::TransactionAbortable,
        ErrorCode::InvalidProducerEpoch,
        ErrorCode::InvalidTxnState,
        ErrorCode::OutOfOrderSequenceNumber,
        ErrorCode::UnknownProducerId,
        ErrorCode::MessageTooLarge,
        ErrorCode::UnknownServerError,
        ErrorCode::NotEnoughReplicas,
    ] {
        for version in [1, 2] {
            let mut world = World::open(version);
            world.machine.want(0);
            world.drain().into_iter().for_each(|call| world.code(&call, ErrorCode::None));
            world.machine.on_produce();
            world.fail_batch(code);
            let refused = world.machine.commit().unwrap_err();
            assert_eq!((refused.recovery(), refused.code()), (Recovery::Abort, Some(code)));
            assert_eq!(world.machine.begin().unwrap_err().recovery(), Recovery::Abort);
            assert_eq!(world.machine.send_offsets(offsets("g")).unwrap_err().recovery(), Recovery::Abort);
            world.machine.abort().unwrap();
            assert_eq!(world.succeed(), Call::End { committed: false });
            if version == 1 {
                let init = world.call();
                assert_eq!(init.call, Call::Init { recover: Some((7, 0)) }, "{code:?}");
                world.answer(&init, named(ErrorCode::None, 7, 1));
            }
            world.drain();
            assert_eq!(world.outcome(Operation::Abort), Ok(()));
            assert_eq!(world.machine.begin(), Ok(()));
        }
    }
}

#[test]
fn a_batch_that_fails_while_committing_fails_the_commit() {
    let mut world = World::open(2);
    world.machine.on_produce();
    world.settled = false;
    world.machine.commit().unwrap();
    let operation = Operation::Commit;
    world.machine.on_batch_failed(&partition(), &Failure::Timeout { last: None });
    world.settled = true;
    assert_eq!(world.outcome(operation).unwrap_err().recovery(), Recovery::Abort);
    assert!(world.drain().is_none(), "nothing is committed");
    world.machine.abort().unwrap();
    assert_eq!(world.call().call, Call::End { committed: false });
}

#[test]
fn what_fences_a_producer_ends_it() {
    for code in [ErrorCode::ProducerFenced, ErrorCode::InvalidProducerEpoch] {
        for version in [1, 2] {
            let mut world = World::open(version);
            world.machine.want(0);
            world.drain().into_iter().for_each(|call| world.code(&call, ErrorCode::None));
            world.machine.on_produce();
            world.machine.commit().unwrap();
            let end = world.call();
            world.code(&end, code);
            let error = world.outcome(Operation::Commit).unwrap_err();
            assert_eq!((error.recovery(), error.code()), (Recovery::Fenced, Some(code)));
            assert!(!error.cause().unwrap().may_be_committed, "the coordinator refused the first try");
            assert_eq!(world.machine.begin().unwrap_err().recovery(), Recovery::Fenced);
            assert_eq!(world.machine.abort().unwrap_err().recovery(), Recovery::Fenced);
            assert!(world.drain().is_none());
        }
    }
    let mut world = World::open(2);
    world.fail_batch(ErrorCode::ProducerFenced);
    assert_eq!(world.machine.abort().unwrap_err().recovery(), Recovery::Fenced);
    let mut world = World::new();
    world.machine.init().unwrap();
    let call = world.call();
    world.code(&call, ErrorCode::ProducerFenced);
    assert_eq!(world.outcome(Operation::Init).unwrap_err().recovery(), Recovery::Fenced);
}

#[test]
fn what_no_retry_and_no_abort_mends_is_fatal() {
    for code in
        [ErrorCode::TransactionalIdAuthorizationFailed, ErrorCode::InvalidTxnState, ErrorCode::InvalidRequest]
    {
        let mut world = World::open(2);
        world.machine.on_produce();
        world.machine.on_batch_written();
        world.machine.commit().unwrap();
        let end = world.call();
        world.code(&end, code);
        assert_eq!(world.outcome(Operation::Commit).unwrap_err().recovery(), Recovery::Fatal, "{code:?}");
        assert!(world.is_failed());
        world.drain();
        assert!(matches!(world.effects.last(), Some(Effect::DropAll { .. })));
    }
    let mut world = World::new();
    world.machine.init().unwrap();
    let call = world.call();
    let end = CallEnd::Unanswered { reason: "no version".to_owned(), retriable: false };
    world.machine.on_call_end(call.number, end, world.now);
    assert_eq!(world.outcome(Operation::Init).unwrap_err().recovery(), Recovery::Fatal);
}

#[test]
fn what_passes_is_tried_again_after_a_while_and_concurrent_transactions_after_a_moment() {
    for code in [
        ErrorCode::ConcurrentTransactions,
        ErrorCode::CoordinatorLoadInProgress,
        ErrorCode::NotCoordinator,
        ErrorCode::CoordinatorNotAvailable,
        ErrorCode::RequestTimedOut,
    ] {
        let mut world = World::open(1);
        world.machine.want(0);
        let call = world.call();
        world.code(&call, code);
        let (effects, wake_at) = world.machine.drain(world.now, true);
        assert!(effects.is_empty());
        let delay = wake_at.unwrap() - world.now;
        let range = if code == ErrorCode::ConcurrentTransactions { ms(1)..ms(21) } else { ms(79)..ms(121) };
        assert!(range.contains(&delay), "{code:?}: {delay:?}");
        assert_eq!(world.call().call, call.call, "{code:?}");
    }
}

#[test]
fn a_refusal_after_an_unanswered_commit_says_that_it_may_have_happened() {
    let mut world = World::open(2);
    world.machine.on_produce();
    world.machine.commit().unwrap();
    let end = world.call();
    world.unanswered(&end);
    let end = world.call();
    world.code(&end, ErrorCode::ProducerFenced);
    let error = world.outcome(Operation::Commit).unwrap_err();
    assert!(error.cause().unwrap().may_be_committed, "{error}");
}

#[test]
fn an_abort_of_what_may_not_have_begun_takes_an_invalid_state_for_an_answer() {
    let mut world = World::open(1);
    world.machine.want(0);
    let add = world.call();
    world.machine.abort().unwrap();
    assert!(world.drain().is_none(), "the call under way comes first");
    world.unanswered(&add);
    let end = world.call();
    assert_eq!(end.call, Call::End { committed: false });
    world.code(&end, ErrorCode::InvalidTxnState);
    // What is still on its way must find another epoch.
    let init = world.call();
    assert_eq!(init.call, Call::Init { recover: Some((7, 0)) });
    world.answer(&init, named(ErrorCode::None, 7, 1));
    assert_eq!(world.outcome(Operation::Abort), Ok(()));
}

#[test]
fn a_group_that_refuses_the_member_leaves_only_the_abort() {
    for code in [
        ErrorCode::IllegalGeneration,
        ErrorCode::UnknownMemberId,
        ErrorCode::FencedInstanceId,
        ErrorCode::GroupAuthorizationFailed,
        ErrorCode::TransactionAbortable,
    ] {
        let mut world = World::open(2);
        let operation = world.machine.send_offsets(offsets("g")).unwrap();
        let call = world.call();
        world.code(&call, code);
        let error = world.outcome(operation).unwrap_err();
        assert_eq!((error.recovery(), error.code()), (Recovery::Abort, Some(code)));
        world.machine.abort().unwrap();
        assert_eq!(world.call().call, Call::End { committed: false });
    }
}

#[test]
fn the_worst_error_of_an_answer_decides() {
    let mut world = World::open(1);
    [0, 1, 2].into_iter().for_each(|slot| world.machine.want(slot));
    let call = world.call();
    let codes = [ErrorCode::UnknownTopicOrPartition, ErrorCode::TopicAuthorizationFailed, ErrorCode::None];
    let rows = codes.into_iter().map(|code| (code, Some(partition()))).collect();
    world.answer(&call, Answer { rows, ..Answer::default() });
    let error = world.machine.commit().unwrap_err();
    assert_eq!(
        (error.recovery(), error.code()),
        (Recovery::Abort, Some(ErrorCode::TopicAuthorizationFailed))
    );
}

#[test]
fn a_producer_id_that_the_coordinator_forgot_is_replaced_while_aborting() {
    let mut world = World::open(2);
    let operation = world.machine.send_offsets(offsets("g")).unwrap();
    let call = world.call();
    world.code(&call, ErrorCode::InvalidProducerIdMapping);
    assert_eq!(world.outcome(operation).unwrap_err().recovery(), Recovery::Abort);
    world.machine.abort().unwrap();
    let init = world.call();
    assert_eq!(init.call, Call::Init { recover: Some((7, 0)) }, "there is nothing to end under the old id");
    world.answer(&init, named(ErrorCode::None, 9, 0));
    world.drain();
    assert_eq!(world.effects.last(), Some(&Effect::BeginEpoch { id: 9, epoch: 0 }));
    assert_eq!(world.outcome(Operation::Abort), Ok(()));
}
