//! Fetch sessions (KIP-227) over the wire.

use std::time::{Duration, Instant};

use tidemill_protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use tidemill_protocol::messages::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, ForgottenTopic,
};
use tidemill_protocol::{ErrorCode, Uuid};

use crate::wire::{TestBroker, Wire, batch, records};

/// The newest version that names topics by name.
const BY_NAME: i16 = 12;

/// A request that reads these partitions of `orders` from these offsets.
fn request(session_id: i32, session_epoch: i32, partitions: &[(i32, i64)]) -> FetchRequest {
    let partition = |(partition, fetch_offset): &(i32, i64)| FetchPartition {
        partition: *partition,
        fetch_offset: *fetch_offset,
        partition_max_bytes: 1024 * 1024,
        ..FetchPartition::default()
    };
    let topic = FetchTopic {
        topic: "orders".to_owned(),
        topic_id: Uuid::ZERO,
        partitions: partitions.iter().map(partition).collect(),
    };
    let topics = if partitions.is_empty() { Vec::new() } else { vec![topic] };
    FetchRequest { session_id, session_epoch, min_bytes: 1, topics, ..FetchRequest::default() }
}

/// The partitions of a response and how many records each has.
fn told(response: &FetchResponse) -> Vec<(i32, usize)> {
    let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
    partitions.map(|data| (data.partition_index, records(data).len())).collect()
}

fn open(wire: &mut Wire, partitions: &[(i32, i64)]) -> i32 {
    let opened = wire.call(&request(0, 0, partitions), BY_NAME);
    assert_eq!((opened.error_code, told(&opened).len()), (0, partitions.len()));
    assert_ne!(opened.session_id, 0);
    opened.session_id
}

fn produce(wire: &mut Wire, partition: i32, values: &[&str]) {
    let mut request = crate::wire::produce_request("orders", batch(values), -1);
    request.topic_data[0].partition_data[0].index = partition;
    let response = wire.call(&request, 12);
    assert_eq!(response.responses[0].partition_responses[0].error_code, 0);
}

#[test]
fn a_session_tells_only_what_is_new() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 3, &[]);
    let id = open(&mut wire, &[(0, 0), (1, 0), (2, 0)]);
    let quiet = wire.call(&request(id, 1, &[]), BY_NAME);
    assert_eq!((quiet.session_id, told(&quiet)), (id, vec![]));
    produce(&mut wire, 1, &["a", "b"]);
    assert_eq!(told(&wire.call(&request(id, 2, &[]), BY_NAME)), [(1, 2)]);
    // The client goes on from the records it got; it was told the high watermark with them.
    assert_eq!(told(&wire.call(&request(id, 3, &[(1, 2)]), BY_NAME)), []);
    let forget = FetchRequest {
        forgotten_topics_data: vec![ForgottenTopic {
            topic: "orders".to_owned(),
            partitions: vec![0],
            ..ForgottenTopic::default()
        }],
        ..request(id, 4, &[])
    };
    assert_eq!(told(&wire.call(&forget, BY_NAME)), []);
    produce(&mut wire, 0, &["c"]);
    produce(&mut wire, 2, &["d"]);
    assert_eq!(told(&wire.call(&request(id, 5, &[]), BY_NAME)), [(2, 1)]);
}

#[test]
fn a_waiting_request_of_a_session_is_answered_by_the_append() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 2, &[]);
    let id = open(&mut wire, &[(0, 0), (1, 0)]);
    let started = Instant::now();
    wire.send(&FetchRequest { max_wait_ms: 20_000, ..request(id, 1, &[]) }, BY_NAME);
    produce(&mut broker.connect(), 1, &["a"]);
    assert_eq!(told(&wire.receive::<FetchRequest>(BY_NAME)), [(1, 1)]);
    assert!(started.elapsed() < Duration::from_secs(10), "answered after {:?}", started.elapsed());
}

#[test]
fn requests_out_of_order_and_of_unknown_sessions_are_refused() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let id = open(&mut wire, &[(0, 0)]);
    let refused = |wire: &mut Wire, id, epoch| {
        let response = wire.call(&request(id, epoch, &[]), BY_NAME);
        assert_eq!((response.session_id, told(&response)), (0, vec![]));
        ErrorCode::from_code(response.error_code)
    };
    assert_eq!(refused(&mut wire, id, 2), ErrorCode::InvalidFetchSessionEpoch);
    assert_eq!(refused(&mut wire, id ^ 1, 1), ErrorCode::FetchSessionIdNotFound);
    assert_eq!(refused(&mut wire, 0, 1), ErrorCode::FetchSessionIdNotFound);
    assert_eq!(wire.call(&request(id, 1, &[]), BY_NAME).error_code, 0, "the session is still there");
    let closed = wire.call(&request(id, -1, &[(0, 0)]), BY_NAME);
    assert_eq!((closed.session_id, told(&closed)), (0, vec![(0, 0)]));
    assert_eq!(refused(&mut wire, id, 2), ErrorCode::FetchSessionIdNotFound);
}

#[test]
fn a_session_by_topic_id_tells_that_its_topic_is_gone() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let mut full = request(0, 0, &[(0, 0)]);
    full.topics[0].topic = String::new();
    full.topics[0].topic_id = wire.topic_id("orders");
    let id = wire.newest(&full).session_id;
    let mixed = wire.call(&request(id, 1, &[]), BY_NAME);
    assert_eq!(mixed.error_code, ErrorCode::FetchSessionTopicIdError.code());
    assert_eq!(told(&wire.newest(&request(id, 1, &[]))), []);
    let topic = DeleteTopicState { name: Some("orders".to_owned()), ..DeleteTopicState::default() };
    let deleted = wire.newest(&DeleteTopicsRequest { topics: vec![topic], ..Default::default() });
    assert_eq!(deleted.responses[0].error_code, 0);
    for epoch in [2, 3] {
        let response = wire.newest(&request(id, epoch, &[]));
        let data = &response.responses[0].partitions[0];
        assert_eq!(data.error_code, ErrorCode::UnknownTopicId.code(), "an error is told every time");
    }
}

#[test]
fn partitions_take_turns_when_a_response_has_no_room_for_all() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 3, &[]);
    let large = "x".repeat(10_000);
    for partition in 0..3 {
        produce(&mut wire, partition, &[&large]);
    }
    let small = |request| FetchRequest { max_bytes: 1, ..request };
    let opened = wire.call(&small(request(0, 0, &[(0, 0), (1, 0), (2, 0)])), BY_NAME);
    let mut served: Vec<(i32, usize)> = told(&opened).into_iter().filter(|(_, count)| *count > 0).collect();
    for epoch in 1..=3 {
        let response = wire.call(&small(request(opened.session_id, epoch, &[])), BY_NAME);
        served.extend(told(&response));
    }
    // The client does not advance: without turns it would get the first partition every time.
    assert_eq!(served, [(0, 1), (1, 1), (2, 1), (0, 1)]);
}

#[test]
fn a_client_recovers_from_a_restart_of_the_broker() {
    let mut broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    produce(&mut wire, 0, &["a"]);
    let id = open(&mut wire, &[(0, 1)]);
    broker.restart();
    let mut wire = broker.connect();
    let refused = wire.call(&request(id, 1, &[]), BY_NAME);
    assert_eq!(refused.error_code, ErrorCode::FetchSessionIdNotFound.code());
    let id = open(&mut wire, &[(0, 1)]);
    produce(&mut wire, 0, &["b"]);
    assert_eq!(told(&wire.call(&request(id, 1, &[]), BY_NAME)), [(0, 1)]);
}

#[test]
fn a_broker_without_slots_serves_full_requests_only() {
    let broker = TestBroker::with(&[("max.incremental.fetch.session.cache.slots", "0")]);
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let response = wire.call(&request(0, 0, &[(0, 0)]), BY_NAME);
    assert_eq!((response.error_code, response.session_id, told(&response)), (0, 0, vec![(0, 0)]));
}
