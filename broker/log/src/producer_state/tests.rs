//! The rules of idempotence, and snapshots.

use super::snapshot::{SnapshotError, decode, encode};
use super::{MAX_BATCHES, ProducerError, ProducerStates, Verdict};
use tidemill_protocol::records::{Attributes, BatchHeader, EndTransactionMarker};

const PRODUCER: i64 = 9;

fn header(epoch: i16, base_sequence: i32, count: i32, base_offset: i64) -> BatchHeader {
    BatchHeader {
        base_offset,
        batch_length: 100,
        partition_leader_epoch: 0,
        magic: 2,
        crc: 0,
        attributes: Attributes::default(),
        last_offset_delta: count - 1,
        base_timestamp: 0,
        max_timestamp: 0,
        producer_id: PRODUCER,
        producer_epoch: epoch,
        base_sequence,
        record_count: count,
    }
}

fn transactional(mut header: BatchHeader, control: bool) -> BatchHeader {
    header.attributes = header.attributes.with_transactional(true).with_control(control);
    header
}

fn marker(committed: bool) -> EndTransactionMarker {
    EndTransactionMarker { committed, coordinator_epoch: 3 }
}

/// Six batches of ten records: one more than is remembered.
fn six_batches() -> ProducerStates {
    let mut states = ProducerStates::default();
    for number in 0..6 {
        let header = header(0, number * 10, 10, i64::from(number) * 100);
        assert_eq!(states.check_batch(&header), Ok(Verdict::Append));
        states.note_batch(&header, 1_000);
    }
    states
}

#[test]
fn each_of_the_last_five_batches_is_answered_with_its_first_offset() {
    let states = six_batches();
    for number in 1..6 {
        let Ok(Verdict::Duplicate(stored)) = states.check_batch(&header(0, number * 10, 10, 0)) else {
            panic!("batch {number} is not recognised")
        };
        assert_eq!(stored.base_offset(), i64::from(number) * 100);
    }
    let forgotten = states.check_batch(&header(0, 0, 10, 0));
    assert!(matches!(forgotten, Err(ProducerError::OutOfOrderSequence { expected: 60, found: 0, .. })));
    let other_length = states.check_batch(&header(0, 50, 9, 0));
    assert!(matches!(other_length, Err(ProducerError::OutOfOrderSequence { .. })));
    assert_eq!(states.get(PRODUCER).unwrap().batches.len(), MAX_BATCHES);
}

#[test]
fn a_gap_an_old_epoch_and_a_new_epoch_that_begins_late_are_refused() {
    let mut states = six_batches();
    assert!(matches!(
        states.check_batch(&header(0, 61, 1, 0)),
        Err(ProducerError::OutOfOrderSequence { .. })
    ));
    assert!(matches!(
        states.check_batch(&header(2, 60, 1, 0)),
        Err(ProducerError::OutOfOrderSequence { .. })
    ));
    assert_eq!(states.check_batch(&header(2, 0, 1, 0)), Ok(Verdict::Append));
    states.note_batch(&header(2, 0, 1, 600), 1_000);
    let error = states.check_batch(&header(1, 60, 1, 0)).unwrap_err();
    assert_eq!(error, ProducerError::OldEpoch { producer_id: PRODUCER, found: 1, current: 2 });
    assert_eq!(states.check_batch(&header(2, 1, 1, 0)), Ok(Verdict::Append));
}

#[test]
fn an_unknown_producer_begins_anywhere_and_sequences_wrap_to_zero() {
    let mut states = ProducerStates::default();
    let last = header(0, i32::MAX - 1, 2, 0);
    assert_eq!(states.check_batch(&last), Ok(Verdict::Append));
    states.note_batch(&last, 0);
    assert!(states.check_batch(&header(0, 1, 1, 2)).is_err());
    assert_eq!(states.check_batch(&header(0, 0, 1, 2)), Ok(Verdict::Append));
    states.note_batch(&header(0, 0, 1, 2), 0);
    assert!(matches!(states.check_batch(&last), Ok(Verdict::Duplicate(_))));
}

#[test]
fn an_open_transaction_holds_the_last_stable_offset_until_its_marker_is_committed() {
    let mut states = ProducerStates::default();
    assert_eq!(states.last_stable_offset(7), 7);
    states.note_batch(&transactional(header(0, 0, 2, 10), false), 0);
    states.note_batch(&transactional(header(0, 2, 2, 12), false), 0);
    assert_eq!(states.last_stable_offset(14), 10);
    let plain = states.check_batch(&header(0, 4, 1, 14));
    assert_eq!(plain, Err(ProducerError::NotTransactional { producer_id: PRODUCER, first_offset: 10 }));
    let aborted = states.note_marker(&transactional(header(0, -1, 1, 14), true), &marker(false), 0).unwrap();
    assert_eq!((aborted.first_offset, aborted.last_offset, aborted.last_stable_offset), (10, 14, 15));
    assert_eq!(states.last_stable_offset(14), 10, "the marker itself is not committed yet");
    assert_eq!(states.last_stable_offset(15), 15);
    states.forget_finished(15);
    assert_eq!(states.last_stable_offset(15), 15);
}

#[test]
fn a_marker_of_an_older_coordinator_is_fenced_and_one_without_records_ends_nothing() {
    let mut states = ProducerStates::default();
    let header = transactional(header(5, -1, 1, 0), true);
    assert_eq!(states.note_marker(&header, &marker(false), 0), None);
    let old = EndTransactionMarker { committed: true, coordinator_epoch: 2 };
    assert!(matches!(
        states.check_marker(&header, &old),
        Err(ProducerError::CoordinatorFenced { current: 3, .. })
    ));
    assert_eq!(states.check_marker(&header, &marker(true)), Ok(()));
}

#[test]
fn an_idle_producer_expires_unless_its_transaction_is_open() {
    let mut states = six_batches();
    states.expire(1_999, 1_000);
    assert_eq!(states.len(), 1);
    let mut busy = ProducerStates::default();
    busy.note_batch(&transactional(header(0, 0, 1, 0), false), 0);
    for states in [&mut states, &mut busy] {
        states.expire(2_000, 1_000);
    }
    assert_eq!((states.len(), busy.len()), (0, 1));
}

#[test]
fn a_snapshot_keeps_everything_and_one_cut_at_any_byte_is_refused() {
    let mut states = six_batches();
    let mut other = transactional(header(4, 0, 3, 700), false);
    other.producer_id = 10;
    states.note_batch(&other, 2_000);
    let bytes = encode(&states);
    let again = decode(&bytes).unwrap();
    assert!(again.iter().eq(states.iter()));
    assert_eq!(again.last_stable_offset(800), 700);
    for end in 0..bytes.len() {
        assert!(decode(&bytes[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn a_snapshot_of_kafkas_is_read_with_its_one_batch() {
    let mut bytes = vec![0, 1, 0, 0, 0, 0, 0, 0, 0, 1];
    bytes.extend_from_slice(&9i64.to_be_bytes());
    bytes.extend_from_slice(&[0, 2, 0, 0, 0, 59]);
    bytes.extend_from_slice(&509i64.to_be_bytes());
    bytes.extend_from_slice(&9i32.to_be_bytes());
    bytes.extend_from_slice(&1_000i64.to_be_bytes());
    bytes.extend_from_slice(&(-1i32).to_be_bytes());
    bytes.extend_from_slice(&(-1i64).to_be_bytes());
    let computed = crc32c::crc32c(&bytes[6..]);
    assert!(matches!(decode(&bytes), Err(SnapshotError::Checksum { stored: 0, .. })));
    bytes[2..6].copy_from_slice(&computed.to_be_bytes());
    let states = decode(&bytes).unwrap();
    let state = states.get(9).unwrap();
    assert_eq!((state.epoch, state.last_sequence(), state.transaction_start), (2, 59, None));
    assert_eq!(state.batches[0].base_offset(), 500);
}

#[test]
fn the_stable_offset_waits_for_the_first_record_of_every_marker_that_is_not_committed() {
    let mut states = ProducerStates::default();
    let of = |producer_id, header: BatchHeader| BatchHeader { producer_id, ..header };
    for (producer_id, first) in [(1, 10), (2, 11), (3, 12)] {
        states.note_batch(&of(producer_id, transactional(header(0, 0, 1, first), false)), 0);
    }
    for (producer_id, offset) in [(3, 13), (1, 14), (2, 15)] {
        let ended = of(producer_id, transactional(header(0, -1, 1, offset), true));
        assert_eq!(states.note_marker(&ended, &marker(true), 0), None);
    }
    let stable = [13, 14, 15, 16].map(|high_watermark| states.last_stable_offset(high_watermark));
    assert_eq!(stable, [10, 10, 11, 16]);
    states.forget_finished(15);
    assert_eq!((states.finished.len(), states.last_stable_offset(15)), (1, 11));
}
