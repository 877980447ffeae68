//! Transactions over a real socket: both protocols, fencing, timeouts, restarts, and requests that come too late.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction,
};
use tidemill_protocol::messages::api_versions::ApiVersionsRequest;
use tidemill_protocol::messages::describe_transactions::{DescribeTransactionsRequest, TransactionState};
use tidemill_protocol::messages::end_txn::{EndTxnRequest, EndTxnResponse};
use tidemill_protocol::messages::fetch::{FetchResponse, PartitionData};
use tidemill_protocol::messages::find_coordinator::FindCoordinatorRequest;
use tidemill_protocol::messages::init_producer_id::InitProducerIdRequest;
use tidemill_protocol::messages::list_transactions::ListTransactionsRequest;
use tidemill_protocol::messages::produce::ProduceRequest;
use tidemill_protocol::messages::write_txn_markers::{
    WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest,
};
use tidemill_protocol::records::{BatchOptions, ProducerIdentity};

use crate::wire::{TestBroker, Wire, batch_with, fetch_request, produce_request, records};

pub(crate) const ID: &str = "flights";
pub(crate) const TOPIC: &str = "seats";
/// The newest versions of the first protocol, and those of the second (KIP-890).
pub(crate) const PRODUCE_V1: i16 = 11;
pub(crate) const PRODUCE_V2: i16 = 12;
pub(crate) const END_V1: i16 = 4;
pub(crate) const END_V2: i16 = 5;

/// A producer as a client library keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Producer {
    pub(crate) id: i64,
    pub(crate) epoch: i16,
}

pub(crate) fn code(error: ErrorCode) -> i16 {
    error.code()
}

/// Calls until the coordinator has loaded and no markers are being written.
pub(crate) fn when_ready<T>(mut call: impl FnMut() -> (i16, T)) -> (i16, T) {
    loop {
        let (error, answer) = call();
        let waits = [ErrorCode::CoordinatorLoadInProgress, ErrorCode::ConcurrentTransactions].map(code);
        if !waits.contains(&error) {
            return (error, answer);
        }
    }
}

pub(crate) fn broker(properties: &[(&'static str, &'static str)]) -> (TestBroker, Wire) {
    let broker = TestBroker::with(properties);
    let mut wire = broker.connect();
    // Markers have the broker's time: with records of another day each would begin a segment.
    wire.create_topic(TOPIC, 2, &[("message.timestamp.type", "LogAppendTime")]);
    find_coordinator(&mut wire);
    (broker, wire)
}

fn find_coordinator(wire: &mut Wire) {
    let keys = vec![ID.to_owned()];
    let request = FindCoordinatorRequest { key_type: 1, coordinator_keys: keys, ..Default::default() };
    assert_eq!(wire.call(&request, 6).coordinators[0].error_code, 0);
}

fn try_init(wire: &mut Wire, current: Option<Producer>, timeout_ms: i32) -> (i16, Producer) {
    let current = current.unwrap_or(Producer { id: -1, epoch: -1 });
    let request = InitProducerIdRequest {
        transactional_id: Some(ID.to_owned()),
        transaction_timeout_ms: timeout_ms,
        producer_id: current.id,
        producer_epoch: current.epoch,
    };
    when_ready(|| {
        let given = wire.call(&request, 5);
        (given.error_code, Producer { id: given.producer_id, epoch: given.producer_epoch })
    })
}

pub(crate) fn init(wire: &mut Wire) -> Producer {
    let (error, producer) = try_init(wire, None, 60_000);
    assert_eq!(error, 0);
    producer
}

pub(crate) fn add(wire: &mut Wire, producer: Producer, partitions: &[i32]) -> i16 {
    let topic = AddPartitionsToTxnTopic { name: TOPIC.to_owned(), partitions: partitions.to_vec() };
    let request = AddPartitionsToTxnRequest {
        v3_and_below_transactional_id: ID.to_owned(),
        v3_and_below_producer_id: producer.id,
        v3_and_below_producer_epoch: producer.epoch,
        v3_and_below_topics: vec![topic],
        ..AddPartitionsToTxnRequest::default()
    };
    let add = || {
        let response = wire.call(&request, 3);
        (response.results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code, ())
    };
    when_ready(add).0
}

pub(crate) fn produce_of(producer: Producer, sequence: i32, value: &str) -> ProduceRequest {
    let identity = ProducerIdentity { id: producer.id, epoch: producer.epoch, base_sequence: sequence };
    let options = BatchOptions { producer: Some(identity), transactional: true, ..BatchOptions::default() };
    let request = produce_request(TOPIC, batch_with(options, &[value]), -1);
    ProduceRequest { transactional_id: Some(ID.to_owned()), ..request }
}

pub(crate) fn produce(wire: &mut Wire, version: i16, request: &ProduceRequest) -> i16 {
    wire.call(request, version).responses[0].partition_responses[0].error_code
}

fn try_end(wire: &mut Wire, version: i16, producer: Producer, committed: bool) -> EndTxnResponse {
    let request = EndTxnRequest {
        transactional_id: ID.to_owned(),
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        committed,
    };
    when_ready(|| {
        let response = wire.call(&request, version);
        (response.error_code, response)
    })
    .1
}

/// Ends a transaction; returns who writes the next one.
pub(crate) fn end(wire: &mut Wire, version: i16, producer: Producer, committed: bool) -> Producer {
    let ended = try_end(wire, version, producer, committed);
    assert_eq!(ended.error_code, 0);
    if version >= END_V2 { Producer { id: ended.producer_id, epoch: ended.producer_epoch } } else { producer }
}

pub(crate) fn read(wire: &mut Wire, committed_only: bool) -> PartitionData {
    let mut request = fetch_request(TOPIC, 0, 0);
    request.isolation_level = i8::from(committed_only);
    request.max_bytes = 1024 * 1024;
    let mut response: FetchResponse = wire.call(&request, 12);
    response.responses.remove(0).partitions.remove(0)
}

/// What a read_committed consumer hands on: no control records, nothing of aborted transactions.
pub(crate) fn committed(wire: &mut Wire) -> Vec<String> {
    let data = read(wire, true);
    assert_eq!(data.error_code, 0);
    crate::wire::committed_records(&data)
}

pub(crate) fn describe(wire: &mut Wire) -> TransactionState {
    let request = DescribeTransactionsRequest { transactional_ids: vec![ID.to_owned()] };
    when_ready(|| {
        let described = wire.call(&request, 0).transaction_states.remove(0);
        (described.error_code, described)
    })
    .1
}

/// Waits until every partition has its marker.
pub(crate) fn until_state(wire: &mut Wire, state: &str) -> TransactionState {
    loop {
        let described = describe(wire);
        if described.transaction_state == state {
            return described;
        }
    }
}

#[test]
fn a_transaction_of_the_first_protocol_is_seen_when_it_is_committed_and_never_when_it_is_aborted() {
    let (_broker, mut wire) = broker(&[]);
    let producer = init(&mut wire);
    for (number, is_committed) in (0..).zip([true, false, true]) {
        assert_eq!(add(&mut wire, producer, &[0, 1]), 0);
        let value = format!("{number}");
        assert_eq!(produce(&mut wire, PRODUCE_V1, &produce_of(producer, number, &value)), 0);
        let seen = committed(&mut wire);
        assert!(!seen.contains(&value), "an open transaction is seen: {seen:?}");
        assert_eq!(read(&mut wire, true).last_stable_offset, i64::from(number) * 2);
        end(&mut wire, END_V1, producer, is_committed);
        until_state(&mut wire, if is_committed { "CompleteCommit" } else { "CompleteAbort" });
    }
    assert_eq!(committed(&mut wire), ["0", "2"]);
    assert_eq!(records(&read(&mut wire, false)).len(), 6, "three records and three markers");
    let again = try_end(&mut wire, END_V1, producer, true);
    assert_eq!(again.error_code, 0, "the same end again");
    let opposite = try_end(&mut wire, END_V1, producer, false);
    assert_eq!(opposite.error_code, code(ErrorCode::InvalidTxnState));
}

#[test]
fn the_second_protocol_adds_partitions_as_the_producer_writes_and_raises_the_epoch_at_every_end() {
    let (_broker, mut wire) = broker(&[]);
    let first = init(&mut wire);
    assert_eq!(produce(&mut wire, PRODUCE_V2, &produce_of(first, 0, "a")), 0);
    assert_eq!(produce(&mut wire, PRODUCE_V2, &produce_of(first, 1, "b")), 0);
    let described = describe(&mut wire);
    assert_eq!(
        (described.transaction_state.as_str(), described.topics[0].partitions.as_slice()),
        ("Ongoing", &[0][..])
    );
    let second = end(&mut wire, END_V2, first, true);
    assert_eq!(second, Producer { epoch: first.epoch + 1, ..first });
    assert_eq!(end(&mut wire, END_V2, first, true), second, "the same request again");
    assert_eq!(produce(&mut wire, PRODUCE_V2, &produce_of(second, 0, "c")), 0);
    let third = end(&mut wire, END_V2, second, false);
    until_state(&mut wire, "CompleteAbort");
    assert_eq!(committed(&mut wire), ["a", "b"]);
    // An abort of a transaction that wrote nothing still gives an epoch.
    let fourth = end(&mut wire, END_V2, third, false);
    assert_eq!(fourth.epoch, third.epoch + 1);
}

#[test]
fn a_late_end_of_an_earlier_epoch_leaves_later_transactions_untouched() {
    let (broker, mut wire) = broker(&[]);
    let mut late_wire = broker.connect();
    let mut producer = init(&mut wire);
    for round in 0..3 {
        assert_eq!(produce(&mut wire, PRODUCE_V2, &produce_of(producer, 0, "old")), 0);
        let next = end(&mut wire, END_V2, producer, true);
        assert_eq!(when_ready(|| (produce(&mut wire, PRODUCE_V2, &produce_of(next, 0, "new")), ())).0, 0);
        for is_committed in [true, false] {
            let late = try_end(&mut late_wire, END_V2, producer, is_committed);
            assert_eq!(late.error_code, code(ErrorCode::ProducerFenced), "round {round}");
        }
        let late = produce(&mut late_wire, PRODUCE_V2, &produce_of(producer, 1, "late"));
        assert_eq!(late, code(ErrorCode::InvalidProducerEpoch));
        assert_eq!(describe(&mut wire).transaction_state, "Ongoing");
        producer = end(&mut wire, END_V2, next, false);
    }
    until_state(&mut wire, "CompleteAbort");
    assert_eq!(committed(&mut wire), ["old", "old", "old"]);
}

#[test]
fn a_new_producer_fences_the_one_before_and_aborts_its_transaction() {
    let (broker, mut wire) = broker(&[]);
    let mut zombie_wire = broker.connect();
    let zombie = init(&mut zombie_wire);
    assert_eq!(add(&mut zombie_wire, zombie, &[0]), 0);
    assert_eq!(produce(&mut zombie_wire, PRODUCE_V1, &produce_of(zombie, 0, "zombie")), 0);
    let heir = init(&mut wire);
    assert_eq!((heir.id, heir.epoch > zombie.epoch), (zombie.id, true));
    let fenced = code(ErrorCode::ProducerFenced);
    assert_eq!(try_end(&mut zombie_wire, END_V1, zombie, true).error_code, fenced);
    assert_eq!(try_end(&mut zombie_wire, END_V2, zombie, true).error_code, fenced);
    assert_eq!(add(&mut zombie_wire, zombie, &[1]), fenced);
    for version in [PRODUCE_V1, PRODUCE_V2] {
        let late = produce(&mut zombie_wire, version, &produce_of(zombie, 1, "zombie"));
        assert_eq!(late, code(ErrorCode::InvalidProducerEpoch));
    }
    assert_eq!(try_init(&mut zombie_wire, Some(zombie), 60_000).0, fenced);
    assert_eq!(add(&mut wire, heir, &[0]), 0);
    assert_eq!(produce(&mut wire, PRODUCE_V1, &produce_of(heir, 0, "heir")), 0);
    end(&mut wire, END_V1, heir, true);
    until_state(&mut wire, "CompleteCommit");
    assert_eq!(committed(&mut wire), ["heir"]);
}

#[test]
fn a_transaction_that_is_open_for_too_long_is_aborted_and_its_producer_fenced() {
    let check = ("transaction.abort.timed.out.transaction.cleanup.interval.ms", "10");
    let (_broker, mut wire) = broker(&[check]);
    assert_eq!(try_init(&mut wire, None, 900_001).0, code(ErrorCode::InvalidTransactionTimeout));
    let (_, producer) = try_init(&mut wire, None, 50);
    assert_eq!(produce(&mut wire, PRODUCE_V2, &produce_of(producer, 0, "slow")), 0);
    let described = until_state(&mut wire, "CompleteAbort");
    assert_eq!(described.producer_epoch, producer.epoch + 1);
    let late = try_end(&mut wire, END_V2, producer, true);
    assert_eq!(late.error_code, code(ErrorCode::ProducerFenced));
    assert_eq!(committed(&mut wire), [""; 0]);
    assert_eq!(read(&mut wire, true).last_stable_offset, 2);
}

#[test]
fn a_batch_of_a_transaction_that_its_coordinator_does_not_know_never_reaches_the_log() {
    let (_broker, mut wire) = broker(&[]);
    let producer = init(&mut wire);
    let request = produce_of(producer, 0, "x");
    for (version, error) in [(10, ErrorCode::InvalidTxnState), (11, ErrorCode::TransactionAbortable)] {
        assert_eq!(produce(&mut wire, version, &request), code(error), "version {version}");
    }
    assert_eq!(add(&mut wire, producer, &[1]), 0);
    assert_eq!(produce(&mut wire, PRODUCE_V1, &request), code(ErrorCode::TransactionAbortable));
    let stranger = produce_of(Producer { id: producer.id + 1_000, ..producer }, 0, "x");
    assert_eq!(produce(&mut wire, PRODUCE_V2, &stranger), code(ErrorCode::InvalidProducerIdMapping));
    let anonymous = ProduceRequest { transactional_id: None, ..request };
    assert_eq!(produce(&mut wire, PRODUCE_V2, &anonymous), code(ErrorCode::InvalidRequest));
    assert_eq!(read(&mut wire, false).high_watermark, 0);
}

#[test]
fn an_open_transaction_goes_on_after_a_restart_and_a_decided_one_is_finished() {
    let (mut broker, mut wire) = broker(&[]);
    let producer = init(&mut wire);
    assert_eq!(add(&mut wire, producer, &[0, 1]), 0);
    assert_eq!(produce(&mut wire, PRODUCE_V1, &produce_of(producer, 0, "before")), 0);
    broker.restart();
    let mut wire = broker.connect();
    until_state(&mut wire, "Ongoing");
    assert_eq!(produce(&mut wire, PRODUCE_V1, &produce_of(producer, 1, "after")), 0);
    end(&mut wire, END_V1, producer, true);
    // Wherever the broker was with the markers.
    broker.restart();
    let mut wire = broker.connect();
    until_state(&mut wire, "CompleteCommit");
    assert_eq!(committed(&mut wire), ["before", "after"]);
    assert_eq!(try_end(&mut wire, END_V1, producer, true).error_code, 0);
}

#[test]
fn partitions_are_added_all_or_none_and_verified_in_batches() {
    let (_broker, mut wire) = broker(&[]);
    let producer = init(&mut wire);
    assert_eq!(add(&mut wire, producer, &[0, 7]), code(ErrorCode::OperationNotAttempted));
    assert_eq!(add(&mut wire, producer, &[0]), 0);
    let topic = AddPartitionsToTxnTopic { name: TOPIC.to_owned(), partitions: vec![0, 1] };
    let verify = AddPartitionsToTxnTransaction {
        transactional_id: ID.to_owned(),
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        verify_only: true,
        topics: vec![topic],
    };
    let request = AddPartitionsToTxnRequest { transactions: vec![verify], ..Default::default() };
    let results = wire.call(&request, 5).results_by_transaction.remove(0).topic_results.remove(0);
    let codes: Vec<_> =
        results.results_by_partition.iter().map(|result| result.partition_error_code).collect();
    assert_eq!(codes, [0, code(ErrorCode::TransactionAbortable)]);
}

#[test]
fn transactions_are_listed_and_described_and_an_administrator_ends_them() {
    let (_broker, mut wire) = broker(&[]);
    assert_eq!(describe(&mut wire).error_code, code(ErrorCode::TransactionalIdNotFound));
    let producer = init(&mut wire);
    assert_eq!(produce(&mut wire, PRODUCE_V2, &produce_of(producer, 0, "hangs")), 0);
    let list = |wire: &mut Wire, states: &[&str], pattern: Option<&str>, duration_filter| {
        let request = ListTransactionsRequest {
            state_filters: states.iter().map(|state| (*state).to_owned()).collect(),
            transactional_id_pattern: pattern.map(str::to_owned),
            duration_filter,
            ..ListTransactionsRequest::default()
        };
        let response = wire.call(&request, 2);
        (response.error_code, response.transaction_states.len(), response.unknown_state_filters)
    };
    assert_eq!(list(&mut wire, &[], None, -1), (0, 1, vec![]));
    assert_eq!(
        list(&mut wire, &["Ongoing", "Sleeping"], Some("fl.*"), -1),
        (0, 1, vec!["Sleeping".to_owned()])
    );
    assert_eq!(list(&mut wire, &["Empty"], None, -1).1, 0);
    assert_eq!(list(&mut wire, &[], Some("light"), -1).1, 0, "the whole id must match");
    assert_eq!(list(&mut wire, &[], Some("("), -1).0, code(ErrorCode::InvalidRegularExpression));
    assert_eq!(list(&mut wire, &[], None, 3_600_000).1, 0, "younger than an hour");
    let topic = WritableTxnMarkerTopic { name: TOPIC.to_owned(), partition_indexes: vec![0, 9] };
    let mut write = |coordinator_epoch| -> Vec<i16> {
        let marker = WritableTxnMarker {
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            transaction_result: false,
            topics: vec![topic.clone()],
            coordinator_epoch,
            ..WritableTxnMarker::default()
        };
        let written = wire.call(&WriteTxnMarkersRequest { markers: vec![marker] }, 1).markers.remove(0);
        written.topics[0].partitions.iter().map(|partition| partition.error_code).collect()
    };
    // It would fence the coordinator, whose markers the partition then refused for ever.
    assert_eq!(write(1_000), [code(ErrorCode::InvalidRequest); 2]);
    assert_eq!(write(0), [0, code(ErrorCode::UnknownTopicOrPartition)]);
    assert_eq!((read(&mut wire, true).last_stable_offset, committed(&mut wire).len()), (2, 0));
}

#[test]
fn the_second_protocol_is_a_finalized_feature() {
    let (_broker, mut wire) = broker(&[]);
    let request = ApiVersionsRequest {
        client_software_name: "test".to_owned(),
        client_software_version: "1".to_owned(),
    };
    for (version, min) in [(3, 1), (4, 0)] {
        let response = wire.call(&request, version);
        let supported = &response.supported_features[0];
        assert_eq!(
            (supported.name.as_str(), supported.min_version, supported.max_version),
            ("transaction.version", min, 2)
        );
        let finalized = &response.finalized_features[0];
        assert_eq!((finalized.name.as_str(), finalized.max_version_level), ("transaction.version", 2));
        assert_eq!(response.finalized_features_epoch, 0);
    }
}
