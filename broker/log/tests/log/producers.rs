//! Idempotent and transactional producers, also across restarts.

use crate::batches::{
    CLIENT, COORDINATOR, LogFolder, UNADMITTED, admitted, append, batch, identity, marker, now, produced,
    sync,
};
use tidemill_log::{Admission, AppendError, LogConfig, ProducerError};
use tidemill_protocol::records::EndTransactionMarker;

fn small() -> LogConfig {
    LogConfig { segment_bytes: 1_000, index_interval_bytes: 200, ..LogConfig::default() }
}

#[test]
fn a_retry_is_answered_with_the_first_offset_also_after_a_restart() {
    let folder = LogFolder::new(small());
    let mut log = folder.open(true);
    let sent: Vec<_> =
        (0..6).map(|number| produced(identity(4, 0, number * 2), false, &[b"a", &[0; 150]])).collect();
    for records in &sent {
        append(&mut log, records.clone()).unwrap();
    }
    for clean in [false, true, true] {
        for (number, records) in (0..).zip(&sent).skip(1) {
            let info = append(&mut log, records.clone()).unwrap();
            assert_eq!(
                (info.base_offset, info.last_offset, info.duplicate),
                (number * 2, number * 2 + 1, true)
            );
        }
        let forgotten = append(&mut log, sent[0].clone()).unwrap_err();
        assert!(matches!(
            forgotten,
            AppendError::Producer(ProducerError::OutOfOrderSequence { expected: 12, .. })
        ));
        assert_eq!(log.end_offset(), 12);
        if clean {
            log.close().unwrap();
        } else {
            drop(log);
        }
        log = folder.open(clean);
    }
    append(&mut log, produced(identity(4, 0, 12), false, &[b"a"])).unwrap();
}

#[test]
fn an_aborted_transaction_is_listed_and_holds_back_the_stable_offset_until_it_ends() {
    let folder = LogFolder::new(small());
    let mut log = folder.open(true);
    append(&mut log, batch(&[b"plain"])).unwrap();
    append(&mut log, produced(identity(4, 0, 0), true, &[&[1; 300]])).unwrap();
    append(&mut log, produced(identity(5, 0, 0), true, &[&[2; 300]])).unwrap();
    assert_eq!(log.last_stable_offset(3), 1);
    log.append(marker(5, 0, false), COORDINATOR, now()).unwrap();
    append(&mut log, batch(&[&[3; 600]])).unwrap();
    log.append(marker(4, 0, false), COORDINATOR, now()).unwrap();
    assert_eq!((log.end_offset(), log.last_stable_offset(6), log.last_stable_offset(5)), (6, 6, 1));
    for clean in [true, false] {
        let aborted = log.aborted_transactions(0..6).unwrap();
        let spans: Vec<_> =
            aborted.iter().map(|one| (one.producer_id, one.first_offset, one.last_offset)).collect();
        assert_eq!(spans, [(4, 1, 5), (5, 2, 3)], "sorted by first offset");
        assert_eq!(log.aborted_transactions(4..6).unwrap().len(), 1);
        assert!(log.aborted_transactions(0..1).unwrap().is_empty());
        if clean {
            log.close().unwrap();
        }
        log = folder.open(clean);
        assert_eq!(log.last_stable_offset(6), 6);
    }
    append(&mut log, produced(identity(4, 0, 1), true, &[b"next"])).unwrap();
    drop(log);
    let log = folder.open(false);
    assert_eq!(log.last_stable_offset(7), 6, "an open transaction survives a restart");
    assert_eq!(log.aborted_transactions(0..6).unwrap().len(), 2, "rebuilt transaction index");
}

#[test]
fn a_transaction_begins_only_by_a_word_of_its_coordinator_that_no_marker_has_outdated() {
    let folder = LogFolder::new(small());
    let mut log = folder.open(true);
    let not_admitted = AppendError::Producer(ProducerError::NotAdmitted { producer_id: 4, epoch: 0 });
    let mut try_append = |sequence, options| {
        log.append(produced(identity(4, 0, sequence), true, &[b"x"]), options, now())
            .map_err(|error| error.to_string())
    };
    assert_eq!(try_append(0, UNADMITTED).unwrap_err(), not_admitted.to_string());
    let gap = try_append(1, admitted(0, true)).unwrap_err();
    assert!(gap.contains("sends sequence 1, expected 0"), "{gap}");
    try_append(0, admitted(0, true)).unwrap();
    // It is open now.
    try_append(1, UNADMITTED).unwrap();
    log.append(marker(4, 0, true), COORDINATOR, now()).unwrap();
    let mut try_append = |sequence, options| {
        log.append(produced(identity(4, 0, sequence), true, &[b"x"]), options, now())
            .map_err(|error| error.to_string())
    };
    // The coordinator was asked before the marker came.
    assert_eq!(try_append(2, UNADMITTED).unwrap_err(), not_admitted.to_string());
    assert_eq!(try_append(2, admitted(2, true)).unwrap_err(), not_admitted.to_string());
    try_append(2, admitted(3, true)).unwrap();
    assert_eq!(log.last_stable_offset(4), 3);
}

#[test]
fn a_marker_of_the_next_epoch_ends_the_transaction_and_fences_its_producer() {
    let folder = LogFolder::new(small());
    let mut log = folder.open(true);
    log.append(produced(identity(4, 0, 0), true, &[b"x"]), CLIENT, now()).unwrap();
    log.append(marker(4, 1, true), COORDINATOR, now()).unwrap();
    assert_eq!(log.last_stable_offset(2), 2);
    for epoch in [0, 1] {
        // Late data of the transaction before, then the epoch after it, which begins with sequence number 0.
        let late = log.append(produced(identity(4, epoch, 1), true, &[b"late"]), CLIENT, now());
        assert!(matches!(late, Err(AppendError::Producer(_))), "epoch {epoch}: {late:?}");
    }
    log.append(produced(identity(4, 1, 0), true, &[b"y"]), CLIENT, now()).unwrap();
    // The marker again, as after a restart of the coordinator: it is not that of the new transaction.
    assert!(log.append(marker(4, 0, true), COORDINATOR, now()).is_err());
    assert_eq!(log.last_stable_offset(3), 2);
}

#[test]
fn a_coordinators_batch_is_judged_before_it_is_written() {
    let folder = LogFolder::new(small());
    let mut log = folder.open(true);
    let asked = |asked_at| Admission { asked_at, begins_at_zero: false };
    assert_eq!(log.check_transactional(4, 1, asked(0)), Ok(()));
    log.append(produced(identity(4, 1, -1), true, &[b"x"]), COORDINATOR, now()).unwrap();
    assert_eq!(log.check_transactional(4, 1, asked(0)), Ok(()), "the transaction is open");
    let commit = EndTransactionMarker { committed: true, coordinator_epoch: 0 };
    assert_eq!(log.check_marker(4, 1, &commit), Ok(()));
    log.append(marker(4, 1, true), COORDINATOR, now()).unwrap();
    let ended = Err(ProducerError::NotAdmitted { producer_id: 4, epoch: 1 });
    assert_eq!(log.check_transactional(4, 1, asked(1)), ended, "the word was about the transaction before");
    assert_eq!(log.check_transactional(4, 1, asked(2)), Ok(()));
    let fenced = ProducerError::OldEpoch { producer_id: 4, found: 0, current: 1 };
    assert_eq!(log.check_transactional(4, 0, asked(2)), Err(fenced.clone()));
    assert_eq!(log.check_marker(4, 0, &commit), Err(fenced));
}

#[test]
fn a_marker_is_taken_however_small_messages_must_be() {
    let folder = LogFolder::new(LogConfig::default());
    let mut log = folder.open(true);
    log.append(produced(identity(4, 0, 0), true, &[b"x"]), CLIENT, now()).unwrap();
    log.set_config(LogConfig { max_message_bytes: 10, ..LogConfig::default() });
    assert!(append(&mut log, batch(&[b"too large"])).is_err());
    log.append(marker(4, 0, true), COORDINATOR, now()).unwrap();
    assert_eq!(log.last_stable_offset(2), 2);
}

#[test]
fn the_stable_offset_never_lies_below_the_first_that_can_be_read() {
    let folder = LogFolder::new(LogConfig::default());
    let mut log = folder.open(true);
    log.append(produced(identity(4, 0, 0), true, &[b"x", b"y", b"z"]), CLIENT, now()).unwrap();
    append(&mut log, batch(&[b"plain"])).unwrap();
    sync(&mut log);
    log.delete_records_before(3).unwrap();
    assert_eq!(log.last_stable_offset(4), 3);
    log.append(marker(4, 0, true), COORDINATOR, now()).unwrap();
    assert_eq!(log.last_stable_offset(5), 5);
}
