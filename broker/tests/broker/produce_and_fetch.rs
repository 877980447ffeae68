//! Records in, records out: acknowledgements, order, waiting, bounds.

use std::time::{Duration, Instant};

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::fetch::FetchTopic;
use tidemill_protocol::messages::init_producer_id::InitProducerIdRequest;
use tidemill_protocol::messages::list_offsets::{ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic};
use tidemill_protocol::records::{BatchOptions, ProducerIdentity};

use crate::wire::{TestBroker, batch, batch_with, encode, fetch_request, produce_request, records};

#[test]
fn what_was_acknowledged_is_fetched_in_order() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    for (number, acks) in [(0, -1), (2, 1)] {
        let produced = wire.produce("orders", batch(&["a", "b"]), acks);
        assert_eq!((produced.error_code, produced.base_offset), (0, number));
    }
    let fetched = wire.fetch("orders", 0, 10_000);
    let expected = [(0, "a"), (1, "b"), (2, "a"), (3, "b")].map(|(offset, value)| (offset, value.to_owned()));
    let mut found = records(&fetched);
    if found.len() == 2 {
        // acks=1 becomes visible one sync later.
        found.extend(records(&wire.fetch("orders", 2, 10_000)));
    }
    assert_eq!(found, expected);
}

#[test]
fn a_fetch_inside_a_batch_returns_the_whole_batch() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    wire.produce("orders", batch(&["a", "b", "c"]), -1);
    let offsets: Vec<i64> =
        records(&wire.fetch("orders", 1, 0)).into_iter().map(|(offset, _)| offset).collect();
    assert_eq!(offsets, [0, 1, 2]);
}

#[test]
fn the_first_batch_comes_even_if_it_is_larger_than_the_limits() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let large = "x".repeat(10_000);
    wire.produce("orders", batch(&[&large]), -1);
    wire.produce("orders", batch(&[&large]), -1);
    let mut request = fetch_request("orders", 0, 0);
    request.max_bytes = 1;
    request.topics[0].partitions[0].partition_max_bytes = 1;
    let response = wire.call(&request, 12);
    assert_eq!(records(&response.responses[0].partitions[0]).len(), 1);
}

#[test]
fn a_waiting_fetch_is_answered_by_the_append_not_by_its_timeout() {
    let broker = TestBroker::start();
    let mut producer = broker.connect();
    producer.create_topic("orders", 1, &[]);
    let mut consumer = broker.connect();
    let started = Instant::now();
    consumer.send(&fetch_request("orders", 0, 20_000), 12);
    producer.produce("orders", batch(&["a"]), -1);
    let response = consumer.receive::<tidemill_protocol::messages::fetch::FetchRequest>(12);
    assert_eq!(records(&response.responses[0].partitions[0]).len(), 1);
    assert!(started.elapsed() < Duration::from_secs(10), "answered after {:?}", started.elapsed());
}

#[test]
fn offsets_outside_the_log_are_out_of_range_and_others_are_still_served() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    wire.create_topic("other", 1, &[]);
    wire.produce("other", batch(&["a"]), -1);
    let mut request = fetch_request("orders", 7, 10_000);
    let more: Vec<FetchTopic> = fetch_request("other", 0, 0).topics;
    request.topics.extend(more);
    let response = wire.call(&request, 12);
    assert_eq!(response.responses[0].partitions[0].error_code, ErrorCode::OffsetOutOfRange.code());
    assert_eq!(records(&response.responses[1].partitions[0]).len(), 1);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    for _ in 0..50 {
        wire.send(&produce_request("orders", batch(&["a"]), -1), 12);
    }
    wire.send(&fetch_request("orders", 0, 0), 12);
    for offset in 0..50 {
        let response = wire.receive::<tidemill_protocol::messages::produce::ProduceRequest>(12);
        assert_eq!(response.responses[0].partition_responses[0].base_offset, offset);
    }
    let response = wire.receive::<tidemill_protocol::messages::fetch::FetchRequest>(12);
    assert_eq!(records(&response.responses[0].partitions[0]).len(), 50);
}

#[test]
fn a_flood_of_small_requests_in_one_piece_is_answered_to_the_last() {
    let broker = TestBroker::start();
    let mut client = broker.connect();
    client.create_topic("orders", 1, &[]);
    // More than one read takes, and more requests than a task may answer in one turn of its thread.
    let request = produce_request("orders", batch(&["a"]), 1);
    let frames: Vec<u8> = (0..5_000).flat_map(|id| encode(&request, 12, id)).collect();
    let mut sender = client.clone();
    let sending = std::thread::spawn(move || sender.send_raw(&frames));
    for id in 0..5_000_i32 {
        let frame = client.receive_raw().unwrap().unwrap();
        assert_eq!(frame.first_chunk::<4>().copied().map(i32::from_be_bytes), Some(id));
    }
    sending.join().unwrap();
}

#[test]
fn one_replica_is_enough_whatever_min_insync_replicas_says() {
    let broker = TestBroker::start();
    let mut client = broker.connect();
    client.create_topic("orders", 1, &[("min.insync.replicas", "2")]);
    // Kafka asks for the smaller of the key and the number of replicas.
    assert_eq!(client.produce("orders", batch(&["a"]), -1).error_code, 0);
}

#[test]
fn acks_zero_gets_no_answer_and_the_record_arrives() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    wire.send(&produce_request("orders", batch(&["a"]), 0), 12);
    // The next answer on the connection is the fetch's.
    assert_eq!(records(&wire.fetch("orders", 0, 10_000)).len(), 1);
}

#[test]
fn acks_zero_that_fails_closes_the_connection() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.send(&produce_request("absent", batch(&["a"]), 0), 12);
    assert!(wire.is_closed());
}

fn idempotent() -> InitProducerIdRequest {
    InitProducerIdRequest { transactional_id: None, transaction_timeout_ms: 60_000, ..Default::default() }
}

#[test]
fn an_idempotent_duplicate_gets_the_first_answer_and_a_gap_is_refused() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let given = wire.newest(&idempotent());
    assert_eq!((given.error_code, given.producer_epoch), (0, 0));
    let identity = |base_sequence| ProducerIdentity { id: given.producer_id, epoch: 0, base_sequence };
    let numbered = |sequence| {
        batch_with(
            BatchOptions { producer: Some(identity(sequence)), ..BatchOptions::default() },
            &["a", "b"],
        )
    };
    for _ in 0..2 {
        let produced = wire.produce("orders", numbered(0), -1);
        assert_eq!((produced.error_code, produced.base_offset), (0, 0));
    }
    let refused = wire.produce("orders", numbered(4), -1);
    assert_eq!(refused.error_code, ErrorCode::OutOfOrderSequenceNumber.code());
    assert_eq!(wire.produce("orders", numbered(2), -1).base_offset, 2);
}

#[test]
fn producer_ids_are_never_given_out_twice() {
    let mut broker = TestBroker::start();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let mut wire = broker.connect();
        for _ in 0..5 {
            let given = wire.newest(&idempotent());
            assert!(seen.insert(given.producer_id), "{} was given out twice", given.producer_id);
        }
        broker.restart();
    }
}

#[test]
fn offsets_are_found_by_time_and_by_special_times() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    wire.produce("orders", batch(&["a", "b"]), -1);
    let mut ask = |timestamp| {
        let partition = ListOffsetsPartition { timestamp, ..ListOffsetsPartition::default() };
        let topic = ListOffsetsTopic { name: "orders".into(), partitions: vec![partition] };
        let request =
            ListOffsetsRequest { replica_id: -1, topics: vec![topic], ..ListOffsetsRequest::default() };
        let mut response = wire.newest(&request);
        let found = response.topics.remove(0).partitions.remove(0);
        assert_eq!(found.error_code, 0);
        (found.timestamp, found.offset)
    };
    assert_eq!(ask(-1), (-1, 2));
    assert_eq!(ask(-2), (-1, 0));
    assert_eq!(ask(-3), (1_000, 0));
    assert_eq!(ask(1_000), (1_000, 0));
    assert_eq!(ask(1_001), (-1, -1));
}

#[test]
fn every_version_of_the_data_apis_is_answered() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    for version in 3..=12 {
        let response = wire.call(&produce_request("orders", batch(&["a"]), -1), version);
        assert_eq!(response.responses[0].partition_responses[0].error_code, 0, "produce {version}");
    }
    for version in 4..=12 {
        let mut request = fetch_request("orders", 0, 0);
        request.max_bytes = 1 << 20;
        let response = wire.call(&request, version);
        assert_eq!(records(&response.responses[0].partitions[0]).len(), 10, "fetch {version}");
    }
    let topic_id = wire.topic_id("orders");
    for version in 13..=18 {
        let mut request = fetch_request("orders", 0, 0);
        request.topics[0].topic_id = topic_id;
        request.topics[0].topic.clear();
        let response = wire.call(&request, version);
        assert_eq!(records(&response.responses[0].partitions[0]).len(), 10, "fetch {version}");
    }
    for version in 1..=11 {
        let partition = ListOffsetsPartition { timestamp: -1, ..ListOffsetsPartition::default() };
        let topic = ListOffsetsTopic { name: "orders".into(), partitions: vec![partition] };
        let request = ListOffsetsRequest { replica_id: -1, topics: vec![topic], ..Default::default() };
        let response = wire.call(&request, version);
        assert_eq!(response.topics[0].partitions[0].offset, 10, "list offsets {version}");
    }
}
