//! InitProducerId: fencing, going on after errors (KIP-360), and what comes after the last epoch.

use std::time::Duration;

use tidemill_protocol::ErrorCode;

use super::super::{ListFilter, TransactionReply, TransactionRequest};
use super::harness::{Bench, ID, add, end, initialize, partitions};
use crate::transaction::state::TransactionState;
use crate::transaction::transactional_id::{Initialize, Producer};

const FENCED: TransactionReply = TransactionReply::Refused(ErrorCode::ProducerFenced);
const CONCURRENT: TransactionReply = TransactionReply::Refused(ErrorCode::ConcurrentTransactions);

#[test]
fn the_first_producer_needs_a_fresh_id_and_later_ones_a_new_epoch() {
    let mut bench = Bench::new();
    assert_eq!(bench.ask(initialize(None, None)), TransactionReply::NeedsProducerId);
    assert!(bench.log.is_empty());
    let first = bench.producer(initialize(None, Some(7)));
    assert_eq!(first, Producer { id: 7, epoch: 0 });
    assert_eq!(bench.producer(initialize(None, None)), Producer { epoch: 1, ..first });
    assert_eq!(bench.ask(add(first, &[0])), FENCED);
    let stranger = Producer { id: 8, epoch: 0 };
    assert_eq!(
        bench.ask(add(stranger, &[0])),
        TransactionReply::Refused(ErrorCode::InvalidProducerIdMapping)
    );
    assert_eq!(bench.ask(initialize(Some(stranger), None)), FENCED);
}

#[test]
fn timeouts_and_ids_that_cannot_be_are_refused() {
    let mut bench = Bench::new();
    for timeout_ms in [0, -1, 900_001] {
        let request = Initialize { timeout_ms, current: None, fresh_id: Some(1) };
        let request = TransactionRequest::Initialize { transactional_id: ID.to_owned(), request };
        assert_eq!(bench.ask(request), TransactionReply::Refused(ErrorCode::InvalidTransactionTimeout));
    }
    let request = TransactionRequest::Describe { transactional_id: String::new() };
    let token = crate::coordinator_shard::step::ReplyToken(99);
    let mut random = tidemill_environment::SeededRandom::new(0);
    use crate::coordinator_shard::shard::Shard;
    let refused = bench.shard.handle(bench.now, &mut random, request, token);
    assert_eq!(refused.unwrap_err(), ErrorCode::InvalidRequest);
}

#[test]
fn the_same_producer_goes_on_with_a_new_epoch_and_its_repeated_request_gets_the_same() {
    let mut bench = Bench::new();
    let first = bench.producer(initialize(None, Some(7)));
    let second = bench.producer(initialize(Some(first), None));
    assert_eq!(second.epoch, 1);
    assert_eq!(bench.producer(initialize(Some(first), None)), second, "the answer was lost");
    let heir = bench.producer(initialize(None, None));
    assert_eq!(heir.epoch, 2);
    assert_eq!(bench.ask(initialize(Some(second), None)), FENCED);
    assert_eq!(bench.ask(initialize(Some(first), None)), FENCED);
}

#[test]
fn an_open_transaction_is_aborted_first_and_its_producer_fenced() {
    let mut bench = Bench::new();
    let zombie = bench.producer(initialize(None, Some(7)));
    assert_eq!(bench.ask(add(zombie, &[0, 1])), TransactionReply::Done);
    assert_eq!(bench.ask(initialize(None, None)), CONCURRENT);
    assert_eq!(bench.transaction().state, TransactionState::PrepareAbort);
    for raises_epoch in [false, true] {
        assert_eq!(bench.ask(end(zombie, true, raises_epoch, None)), FENCED);
    }
    assert_eq!(bench.ask(initialize(None, None)), CONCURRENT);
    let decided = bench.complete();
    assert_eq!(
        (decided.committed, decided.partitions, decided.producer.epoch),
        (false, partitions(&[0, 1]), 1)
    );
    assert_eq!(bench.producer(initialize(None, None)).epoch, 2);
    assert_eq!(bench.ask(end(zombie, true, true, None)), FENCED);
}

#[test]
fn a_fenced_producer_cannot_abort_the_transaction_of_its_heir() {
    let mut bench = Bench::new();
    let zombie = bench.producer(initialize(None, Some(7)));
    let heir = bench.producer(initialize(None, None));
    bench.ask(add(heir, &[0]));
    assert_eq!(bench.ask(initialize(Some(zombie), None)), FENCED);
    assert_eq!(bench.transaction().state, TransactionState::Ongoing);
}

#[test]
fn after_the_last_epoch_comes_a_new_producer_id() {
    let mut bench = Bench::new();
    bench.producer(initialize(None, Some(7)));
    bench.shard.transactions.get_mut(ID).unwrap().producer.epoch = i16::MAX - 2;
    let last = bench.producer(initialize(None, None));
    assert_eq!(last.epoch, i16::MAX - 1);
    assert_eq!(bench.ask(initialize(None, None)), TransactionReply::NeedsProducerId);
    assert_eq!(bench.producer(initialize(Some(last), Some(8))), Producer { id: 8, epoch: 0 });
    assert_eq!(
        bench.producer(initialize(Some(last), None)),
        Producer { id: 8, epoch: 0 },
        "the answer was lost"
    );
    assert_eq!(bench.ask(add(last, &[0])), TransactionReply::Refused(ErrorCode::InvalidProducerIdMapping));
}

#[test]
fn an_unused_id_is_forgotten_and_one_with_an_open_transaction_is_not() {
    let mut bench = Bench::new();
    let week = bench.shard.config.id_expiration;
    let producer = bench.producer(initialize(None, Some(7)));
    bench.shard.config.timeout_check_interval = week * 9;
    bench.advance(Duration::from_secs(3_599));
    bench.ask(add(producer, &[0]));
    bench.advance(week + Duration::from_secs(3_600));
    assert_eq!(bench.list(ListFilter::default()), 1);
    assert_eq!(bench.list(ListFilter { older_than_ms: Some(1_000), ..ListFilter::default() }), 1);
    bench.producer(end(producer, true, false, None));
    bench.complete();
    bench.advance(week + Duration::from_secs(3_600));
    assert_eq!(bench.list(ListFilter::default()), 0);
    let gone = TransactionRequest::Describe { transactional_id: ID.to_owned() };
    assert_eq!(bench.ask(gone), TransactionReply::Refused(ErrorCode::TransactionalIdNotFound));
}
