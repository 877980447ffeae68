//! What readers see of transactions: the last stable offset, aborted transactions, markers, waiting, DescribeProducers.

use std::time::{Duration, Instant};

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic,
};
use tidemill_protocol::messages::describe_producers::{
    DescribeProducersRequest, PartitionResponse, TopicRequest,
};
use tidemill_protocol::messages::end_txn::EndTxnRequest;
use tidemill_protocol::messages::fetch::{FetchRequest, PartitionData};
use tidemill_protocol::messages::find_coordinator::FindCoordinatorRequest;
use tidemill_protocol::messages::init_producer_id::InitProducerIdRequest;
use tidemill_protocol::messages::list_offsets::{ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic};
use tidemill_protocol::messages::produce::ProduceRequest;
use tidemill_protocol::records::{BatchOptions, ProducerIdentity, RecordBatch};
use tidemill_protocol::{Records, Request};

use crate::wire::{TestBroker, Wire, batch, batch_with, fetch_request, produce_request};

const TOPIC: &str = "seats";

/// A transactional producer of the first protocol, with one open transaction at most.
struct Producer {
    transactional_id: String,
    id: i64,
    epoch: i16,
    next_sequence: i32,
}

/// Calls until the coordinator has loaded and the markers of the transaction before are written.
fn when_ready<R: Request>(
    wire: &mut Wire,
    request: &R,
    version: i16,
    code: impl Fn(&R::Response) -> i16,
) -> R::Response {
    loop {
        let response = wire.call(request, version);
        match ErrorCode::from_code(code(&response)) {
            ErrorCode::CoordinatorLoadInProgress | ErrorCode::ConcurrentTransactions => {}
            ErrorCode::None => return response,
            error => panic!("{error:?}"),
        }
    }
}

impl Producer {
    fn start(wire: &mut Wire, transactional_id: &str) -> Self {
        let coordinator_keys = vec![transactional_id.to_owned()];
        let find = FindCoordinatorRequest { key_type: 1, coordinator_keys, ..Default::default() };
        when_ready(wire, &find, 6, |found| found.coordinators[0].error_code);
        let request = InitProducerIdRequest {
            transactional_id: Some(transactional_id.to_owned()),
            transaction_timeout_ms: 60_000,
            producer_id: -1,
            producer_epoch: -1,
        };
        let given = when_ready(wire, &request, 4, |given| given.error_code);
        let transactional_id = transactional_id.to_owned();
        Self { transactional_id, id: given.producer_id, epoch: given.producer_epoch, next_sequence: 0 }
    }

    fn produce(&mut self, wire: &mut Wire, value: &str) {
        let add = AddPartitionsToTxnRequest {
            v3_and_below_transactional_id: self.transactional_id.clone(),
            v3_and_below_producer_id: self.id,
            v3_and_below_producer_epoch: self.epoch,
            v3_and_below_topics: vec![AddPartitionsToTxnTopic {
                name: TOPIC.to_owned(),
                partitions: vec![0],
            }],
            ..AddPartitionsToTxnRequest::default()
        };
        when_ready(wire, &add, 3, |added| {
            added.results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code
        });
        let identity = ProducerIdentity { id: self.id, epoch: self.epoch, base_sequence: self.next_sequence };
        let options =
            BatchOptions { producer: Some(identity), transactional: true, ..BatchOptions::default() };
        self.next_sequence += 1;
        let request = ProduceRequest {
            transactional_id: Some(self.transactional_id.clone()),
            ..produce_request(TOPIC, batch_with(options, &[value]), -1)
        };
        let produced = wire.call(&request, 11);
        assert_eq!(produced.responses[0].partition_responses[0].error_code, 0);
    }

    fn end(&self, wire: &mut Wire, committed: bool) {
        let request = EndTxnRequest {
            transactional_id: self.transactional_id.clone(),
            producer_id: self.id,
            producer_epoch: self.epoch,
            committed,
        };
        when_ready(wire, &request, 3, |ended| ended.error_code);
    }
}

fn broker() -> (TestBroker, Wire) {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    // Markers have the broker's time: with records of another day each would begin a segment.
    wire.create_topic(TOPIC, 1, &[("message.timestamp.type", "LogAppendTime")]);
    (broker, wire)
}

fn committed_request(offset: i64, max_wait_ms: i32) -> FetchRequest {
    let request = fetch_request(TOPIC, offset, max_wait_ms);
    FetchRequest { isolation_level: 1, max_bytes: 1024 * 1024, ..request }
}

fn read_committed(wire: &mut Wire, offset: i64) -> PartitionData {
    wire.call(&committed_request(offset, 0), 12).responses.remove(0).partitions.remove(0)
}

/// The first offset of every batch, and whether it is a marker.
fn batches(data: &PartitionData) -> Vec<(i64, bool)> {
    let Some(Records::Inline(bytes)) = &data.records else { return Vec::new() };
    let (mut bytes, mut found) = (bytes.clone(), Vec::new());
    while let Some(batch) = RecordBatch::decode_next(&mut bytes).unwrap() {
        found.push((batch.base_offset(), batch.is_control()));
    }
    found
}

fn aborted(data: &PartitionData) -> Option<Vec<(i64, i64)>> {
    let aborted = data.aborted_transactions.as_ref()?;
    Some(aborted.iter().map(|aborted| (aborted.producer_id, aborted.first_offset)).collect())
}

fn latest(wire: &mut Wire, isolation_level: i8) -> i64 {
    let partition = ListOffsetsPartition { timestamp: -1, ..ListOffsetsPartition::default() };
    let topic = ListOffsetsTopic { name: TOPIC.to_owned(), partitions: vec![partition] };
    let request = ListOffsetsRequest { isolation_level, topics: vec![topic], ..Default::default() };
    let response = wire.call(&request, 7);
    assert_eq!(response.topics[0].partitions[0].error_code, 0);
    response.topics[0].partitions[0].offset
}

/// Waits until the marker that ends the last transaction is visible.
fn wait_for_end(wire: &mut Wire, end_offset: i64) {
    while latest(wire, 1) != end_offset {
        std::thread::yield_now();
    }
}

fn describe(wire: &mut Wire, topic: &str, index: i32) -> PartitionResponse {
    let topic = TopicRequest { name: topic.to_owned(), partition_indexes: vec![index] };
    wire.call(&DescribeProducersRequest { topics: vec![topic] }, 0).topics.remove(0).partitions.remove(0)
}

#[test]
fn an_open_transaction_hides_itself_and_what_follows_until_it_ends() {
    let (_broker, mut wire) = broker();
    wire.produce(TOPIC, batch(&["before"]), -1);
    let mut producer = Producer::start(&mut wire, "open");
    producer.produce(&mut wire, "inside");
    wire.produce(TOPIC, batch(&["after"]), -1);
    assert_eq!((latest(&mut wire, 0), latest(&mut wire, 1)), (3, 1));
    let data = read_committed(&mut wire, 0);
    assert_eq!((data.high_watermark, data.last_stable_offset), (3, 1));
    assert_eq!((batches(&data), aborted(&data)), (vec![(0, false)], Some(vec![])));
    let all = wire.fetch(TOPIC, 0, 0);
    assert_eq!((batches(&all).len(), aborted(&all)), (3, None), "read_uncommitted sees everything");
    producer.end(&mut wire, true);
    wait_for_end(&mut wire, 4);
    let data = read_committed(&mut wire, 0);
    assert_eq!(batches(&data), [(0, false), (1, false), (2, false), (3, true)]);
    assert_eq!(aborted(&data), Some(vec![]));
}

#[test]
fn aborted_transactions_are_told_by_rising_first_offset_and_only_where_they_overlap() {
    let (_broker, mut wire) = broker();
    let [mut first, mut second] = ["first", "second"].map(|id| Producer::start(&mut wire, id));
    first.produce(&mut wire, "a");
    second.produce(&mut wire, "b");
    // The one that began last is aborted first.
    second.end(&mut wire, false);
    while latest(&mut wire, 0) != 3 {
        std::thread::yield_now();
    }
    first.end(&mut wire, false);
    wait_for_end(&mut wire, 4);
    let data = read_committed(&mut wire, 0);
    assert_eq!(batches(&data), [(0, false), (1, false), (2, true), (3, true)]);
    assert_eq!(aborted(&data), Some(vec![(first.id, 0), (second.id, 1)]));
    wire.produce(TOPIC, batch(&["later"]), -1);
    assert_eq!(aborted(&read_committed(&mut wire, 4)), Some(vec![]));
}

#[test]
fn a_waiting_read_committed_fetch_counts_what_is_stable_and_is_answered_by_the_marker() {
    let (broker, mut wire) = broker();
    let mut producer = Producer::start(&mut wire, "open");
    producer.produce(&mut wire, "inside");
    let mut reader = broker.connect();
    let started = Instant::now();
    // Unstable bytes are there, and more come: none of them answers.
    reader.send(&committed_request(0, 300), 12);
    wire.produce(TOPIC, batch(&["behind"]), -1);
    let data = reader.receive::<FetchRequest>(12).responses.remove(0).partitions.remove(0);
    assert!(batches(&data).is_empty() && started.elapsed() >= Duration::from_millis(300));
    reader.send(&committed_request(0, 20_000), 12);
    producer.end(&mut wire, true);
    let data = reader.receive::<FetchRequest>(12).responses.remove(0).partitions.remove(0);
    assert_eq!(batches(&data), [(0, false), (1, false), (2, true)]);
    assert!(started.elapsed() < Duration::from_secs(10), "answered after {:?}", started.elapsed());
}

#[test]
fn producers_are_described_with_their_open_transactions() {
    let (_broker, mut wire) = broker();
    assert_eq!(describe(&mut wire, TOPIC, 0).active_producers, []);
    let mut producer = Producer::start(&mut wire, "open");
    producer.produce(&mut wire, "a");
    producer.produce(&mut wire, "b");
    let described = describe(&mut wire, TOPIC, 0).active_producers;
    assert_eq!(described.len(), 1);
    let state = &described[0];
    assert_eq!((state.producer_id, state.producer_epoch), (producer.id, i32::from(producer.epoch)));
    assert_eq!((state.last_sequence, state.current_txn_start_offset), (1, 0));
    producer.end(&mut wire, true);
    wait_for_end(&mut wire, 3);
    assert_eq!(describe(&mut wire, TOPIC, 0).active_producers[0].current_txn_start_offset, -1);
    for (topic, index, error) in [
        (TOPIC, 9, ErrorCode::UnknownTopicOrPartition),
        ("nothing", 0, ErrorCode::UnknownTopicOrPartition),
        ("no/name", 0, ErrorCode::InvalidTopicException),
    ] {
        assert_eq!(describe(&mut wire, topic, index).error_code, error.code());
    }
}
