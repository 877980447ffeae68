//! EndTxn in both protocols, timeouts, markers, and what a restart resumes.

use std::time::Duration;

use tidemill_protocol::ErrorCode;

use super::super::{TransactionReply, TransactionRequest};
use super::harness::{Bench, ID, TIMEOUT_MS, add, end, initialize, partitions};
use crate::transaction::state::TransactionState;
use crate::transaction::transactional_id::Producer;

const FENCED: TransactionReply = TransactionReply::Refused(ErrorCode::ProducerFenced);
const CONCURRENT: TransactionReply = TransactionReply::Refused(ErrorCode::ConcurrentTransactions);
const INVALID: TransactionReply = TransactionReply::Refused(ErrorCode::InvalidTxnState);

fn open(bench: &mut Bench) -> Producer {
    let producer = bench.producer(initialize(None, Some(7)));
    assert_eq!(bench.ask(add(producer, &[0])), TransactionReply::Done);
    producer
}

#[test]
fn a_transaction_collects_partitions_once_each() {
    let mut bench = Bench::new();
    let producer = open(&mut bench);
    let records = bench.log.len();
    assert_eq!(bench.ask(add(producer, &[0])), TransactionReply::Done);
    assert_eq!(bench.log.len(), records, "what is known is not written again");
    bench.ask(add(producer, &[1, 2]));
    let verify = |producer, indexes: &[i32]| TransactionRequest::Verify {
        transactional_id: ID.to_owned(),
        producer,
        partitions: partitions(indexes),
    };
    assert_eq!(bench.ask(verify(producer, &[0, 2, 3])), TransactionReply::Missing(partitions(&[3])));
    assert_eq!(bench.ask(verify(Producer { epoch: 9, ..producer }, &[0])), FENCED);
    assert_eq!(bench.transaction().partitions, partitions(&[0, 1, 2]));
}

#[test]
fn in_the_first_protocol_an_end_is_idempotent_and_keeps_the_epoch() {
    for committed in [true, false] {
        let mut bench = Bench::new();
        let producer = bench.producer(initialize(None, Some(7)));
        assert_eq!(bench.ask(end(producer, committed, false, None)), INVALID, "nothing has begun");
        bench.ask(add(producer, &[0]));
        assert_eq!(bench.producer(end(producer, committed, false, None)), producer);
        assert_eq!(bench.transaction().state, TransactionState::prepare(committed));
        assert_eq!(bench.ask(end(producer, committed, false, None)), CONCURRENT);
        assert_eq!(bench.ask(end(producer, !committed, false, None)), INVALID);
        assert_eq!(bench.ask(add(producer, &[1])), CONCURRENT);
        let decided = bench.complete();
        assert_eq!((decided.committed, decided.producer), (committed, producer));
        assert_eq!(bench.transaction().state.completed(), Some(committed));
        assert_eq!(bench.producer(end(producer, committed, false, None)), producer);
        assert_eq!(bench.ask(end(producer, !committed, false, None)), INVALID);
        assert_eq!(bench.ask(add(producer, &[1])), TransactionReply::Done);
        assert_eq!(bench.transaction().partitions, partitions(&[1]));
    }
}

#[test]
fn in_the_second_protocol_every_end_raises_the_epoch_and_its_repetition_is_known() {
    for committed in [true, false] {
        let mut bench = Bench::new();
        let first = open(&mut bench);
        let second = bench.producer(end(first, committed, true, None));
        assert_eq!(second, Producer { epoch: first.epoch + 1, ..first });
        assert_eq!(bench.ask(end(first, committed, true, None)), CONCURRENT);
        assert_eq!(bench.ask(end(first, !committed, true, None)), INVALID);
        assert_eq!(bench.ask(end(second, false, true, None)), CONCURRENT, "markers are being written");
        assert_eq!(bench.ask(add(second, &[1])), CONCURRENT);
        bench.reload();
        assert_eq!(bench.complete().producer, second, "markers have the new epoch");
        assert_eq!(bench.producer(end(first, committed, true, None)), second);
        assert_eq!(bench.ask(end(first, !committed, true, None)), INVALID);
        bench.ask(add(second, &[1]));
        for outcome in [true, false] {
            assert_eq!(bench.ask(end(first, outcome, true, None)), FENCED, "too late");
        }
        assert_eq!(bench.transaction().state, TransactionState::Ongoing);
    }
}

#[test]
fn in_the_second_protocol_an_abort_of_nothing_gives_an_epoch_and_a_commit_of_nothing_is_refused() {
    let mut bench = Bench::new();
    let first = bench.producer(initialize(None, Some(7)));
    assert_eq!(bench.ask(end(first, true, true, None)), INVALID);
    let second = bench.producer(end(first, false, true, None));
    assert!(bench.complete().partitions.is_empty());
    assert_eq!(bench.producer(end(first, false, true, None)), second);
    let third = bench.producer(end(second, false, true, None));
    assert_eq!(third.epoch, first.epoch + 2);
}

#[test]
fn an_end_at_the_last_epoch_gives_a_new_producer_id() {
    let mut bench = Bench::new();
    let first = open(&mut bench);
    let last = Producer { epoch: i16::MAX - 1, ..first };
    bench.shard.transactions.get_mut(ID).unwrap().producer = last;
    assert_eq!(bench.reply_unchecked(end(last, true, true, None)), TransactionReply::NeedsProducerId);
    let next = bench.producer(end(last, true, true, Some(9)));
    assert_eq!(next, Producer { id: 9, epoch: 0 });
    for request in [add(next, &[0]), end(next, false, true, None), initialize(Some(next), None)] {
        assert_eq!(bench.ask(request), CONCURRENT);
    }
    bench.reload();
    assert_eq!(bench.complete().producer, Producer { epoch: i16::MAX, ..first });
    assert_eq!(bench.producer(end(last, true, true, None)), next, "the answer was lost");
    assert_eq!(bench.ask(add(next, &[0])), TransactionReply::Done);
}

#[test]
fn a_transaction_that_is_open_for_too_long_is_aborted_and_its_producer_fenced() {
    let mut bench = Bench::new();
    let producer = open(&mut bench);
    let timeout = Duration::from_millis(u64::try_from(TIMEOUT_MS).unwrap());
    bench.advance(timeout);
    assert_eq!(bench.transaction().state, TransactionState::Ongoing);
    bench.advance(bench.shard.config.timeout_check_interval);
    assert_eq!(bench.transaction().state, TransactionState::PrepareAbort);
    assert_eq!(bench.complete().producer.epoch, producer.epoch + 1);
    for (committed, raises_epoch) in [(true, true), (false, true), (true, false), (false, false)] {
        assert_eq!(bench.ask(end(producer, committed, raises_epoch, None)), FENCED);
    }
    // Also at the last epoch, above which is only the one for fencing.
    let mut bench = Bench::new();
    let last = Producer { epoch: i16::MAX - 1, ..open(&mut bench) };
    bench.shard.transactions.get_mut(ID).unwrap().producer = last;
    bench.reply_unchecked(add(last, &[1]));
    bench.advance(timeout * 2);
    assert_eq!(bench.complete().producer.epoch, i16::MAX);
    assert_eq!(bench.producer(initialize(None, Some(8))), Producer { id: 8, epoch: 0 });
}

#[test]
fn markers_are_handed_out_once_and_again_after_a_restart_and_late_reports_are_not_believed() {
    let mut bench = Bench::new();
    let producer = open(&mut bench);
    assert!(bench.decided().is_empty(), "nothing is decided: the writer waits");
    let answered = bench.replies(end(producer, true, false, None));
    let [TransactionReply::Producer(_), TransactionReply::Decided(decided)] = answered.as_slice() else {
        panic!("{answered:?}")
    };
    let before = decided.transactions[0].clone();
    assert!(bench.decided().is_empty());
    bench.reload();
    let after = bench.decided().remove(0);
    bench.written(&before);
    assert_eq!(bench.transaction().state, TransactionState::PrepareCommit, "its writer may still be at work");
    bench.written(&after);
    assert_eq!(bench.transaction().state, TransactionState::CompleteCommit);
    bench.ask(add(producer, &[0]));
    bench.written(&after);
    assert_eq!(bench.transaction().state, TransactionState::Ongoing);
}

#[test]
fn a_restart_resumes_every_state() {
    let mut bench = Bench::new();
    let producer = open(&mut bench);
    bench.reload();
    assert_eq!(bench.transaction().state, TransactionState::Ongoing);
    bench.producer(end(producer, false, false, None));
    bench.reload();
    assert_eq!(bench.complete().partitions, partitions(&[0]));
    bench.reload();
    assert_eq!(bench.transaction().state, TransactionState::CompleteAbort);
    assert!(bench.decided().is_empty());
    bench.ask(add(producer, &[3]));
    bench.now = bench.now.plus(Duration::from_secs(3_600));
    bench.reload();
    assert_eq!(bench.transaction().state, TransactionState::PrepareAbort, "it timed out meanwhile");
}
