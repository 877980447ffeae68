//! Scenarios of the sender: batches that are too large, and batches of transactions.

use std::sync::Arc;

use tidemill_protocol::ErrorCode;

use super::effects::{Failure, Gate, SenderSettings};
use super::sender_tests::{World, ms, sequences, settings, written};

#[test]
fn a_batch_that_is_too_large_is_sent_in_halves_under_its_own_numbers_and_what_follows_still_fits() {
    let mut world = World::new(settings(), 1);
    world.add(0, 0..1);
    world.drain();
    let first = world.next_request();
    world.answer(&first, written(0));
    world.add(0, 1_008..1_009);
    world.add(0, 1..2);
    world.drain();
    let (large, behind) = (world.next_request(), world.next_request());
    assert_eq!((sequences(&large), sequences(&behind)), (vec![(0, 1)], vec![(0, 9)]));
    world.error(&large, ErrorCode::MessageTooLarge);
    world.drain();
    assert!(world.requests.is_empty(), "what is under way behind it comes back first");
    world.error(&behind, ErrorCode::OutOfOrderSequenceNumber);
    let mut sent = Vec::new();
    for _ in 0..3 {
        world.pass(ms(200));
        let request = world.next_request();
        sent.push((request.2[0].payload, sequences(&request)[0]));
        world.answer(&request, written(9));
    }
    assert_eq!(sent, [(1_004, (0, 1)), (1_004, (0, 5)), (1, (0, 9))]);
    world.drain();
    assert_eq!(world.finished.iter().filter(|(_, outcome)| outcome.is_ok()).count(), 4);
}

#[test]
fn a_transaction_repeats_what_was_sent_and_begins_nothing_while_its_gate_is_shut() {
    let mut world = World::new(SenderSettings { transactional: true, ..settings() }, 2);
    world.add(0, 0..2);
    world.drain();
    assert!(world.requests.is_empty(), "no transaction is open");
    world.sender.set_gate(Gate::Partitions([0].into_iter().collect()));
    world.add(1, 2..3);
    world.drain();
    let first = world.next_request();
    assert!(
        world.requests.is_empty() && first.2[0].slot == 0,
        "the coordinator does not know of partition 1"
    );
    world.sender.set_gate(Gate::Shut);
    world.sender.on_failure(first.0, "cut", world.now);
    world.pass(ms(200));
    let again = world.next_request();
    assert_eq!(sequences(&again), sequences(&first));
    world.answer(&again, written(0));
    world.pass(ms(200));
    assert!(world.requests.is_empty() && !world.sender.is_idle());
    let dropped = world.sender.drop_unsent(2, &Arc::from("aborted"), &mut world.source);
    assert_eq!(dropped.len(), 2, "one batch of each partition was never sent");
    world.drain();
    assert!(world.sender.is_idle());
    world.sender.begin_epoch(7, 3);
    world.sender.set_gate(Gate::Open);
    world.add(0, 3..4);
    world.drain();
    assert_eq!(sequences(&world.next_request()), [(3, 0)]);
}

#[test]
fn a_sequence_that_is_lost_in_a_transaction_fails_its_batch_instead_of_taking_another_epoch() {
    for code in
        [ErrorCode::OutOfOrderSequenceNumber, ErrorCode::UnknownProducerId, ErrorCode::InvalidProducerEpoch]
    {
        let mut world = World::new(SenderSettings { transactional: true, ..settings() }, 1);
        world.sender.set_gate(Gate::Open);
        world.add(0, 0..1);
        world.drain();
        let request = world.next_request();
        world.error(&request, code);
        world.pass(ms(200));
        assert!(world.requests.is_empty());
        assert!(matches!(&world.finished[..], [(0, Err(Failure::Refused { .. }))]), "{code:?}");
    }
}
