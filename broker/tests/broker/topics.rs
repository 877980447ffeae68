//! Topics come, grow and go.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::create_partitions::{CreatePartitionsRequest, CreatePartitionsTopic};
use tidemill_protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use tidemill_protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use tidemill_protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use tidemill_protocol::messages::describe_topic_partitions::{
    DescribeTopicPartitionsRequest, DescribeTopicPartitionsRequestCursor, TopicRequest,
};
use tidemill_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponse};

use crate::wire::{TestBroker, Wire, batch, records};

fn metadata(wire: &mut Wire, names: Option<&[&str]>, create: bool, version: i16) -> MetadataResponse {
    let topics = names.map(|names| {
        names
            .iter()
            .map(|name| MetadataRequestTopic {
                name: Some((*name).into()),
                ..MetadataRequestTopic::default()
            })
            .collect()
    });
    let request = MetadataRequest { topics, allow_auto_topic_creation: create, ..MetadataRequest::default() };
    wire.call(&request, version)
}

fn delete(wire: &mut Wire, name: &str) -> i16 {
    let topic = DeleteTopicState { name: Some(name.into()), ..DeleteTopicState::default() };
    let request = DeleteTopicsRequest { topics: vec![topic], ..DeleteTopicsRequest::default() };
    wire.newest(&request).responses[0].error_code
}

#[test]
fn no_list_of_topics_means_all_and_an_empty_list_means_none() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("a", 2, &[]);
    wire.create_topic("b", 1, &[]);
    assert_eq!(metadata(&mut wire, None, false, 12).topics.len(), 2);
    assert_eq!(metadata(&mut wire, Some(&[]), false, 12).topics.len(), 0);
    // Version 0 cannot ask for no creation.
    assert_eq!(metadata(&mut wire, Some(&[]), true, 0).topics.len(), 2);
    let found = metadata(&mut wire, Some(&["a"]), false, 12);
    assert_eq!(found.topics[0].partitions.len(), 2);
    assert_eq!(found.controller_id, found.brokers[0].node_id);
    assert!(found.cluster_id.is_some());
}

#[test]
fn the_address_that_the_client_used_is_advertised() {
    let broker = TestBroker::start();
    let found = metadata(&mut broker.connect(), Some(&[]), false, 12);
    assert_eq!(found.brokers[0].host, "127.0.0.1");
    assert_eq!(found.brokers[0].port, i32::from(broker.address().port()));
}

#[test]
fn asking_for_an_unknown_topic_creates_it_where_allowed() {
    let broker = TestBroker::with(&[("num.partitions", "3")]);
    let mut wire = broker.connect();
    let refused = metadata(&mut wire, Some(&["new"]), false, 12);
    assert_eq!(refused.topics[0].error_code, ErrorCode::UnknownTopicOrPartition.code());
    let created = metadata(&mut wire, Some(&["new"]), true, 12);
    assert_eq!((created.topics[0].error_code, created.topics[0].partitions.len()), (0, 3));
    let invalid = metadata(&mut wire, Some(&["bad name"]), true, 12);
    assert_eq!(invalid.topics[0].error_code, ErrorCode::InvalidTopicException.code());
}

#[test]
fn auto_creation_can_be_switched_off() {
    let broker = TestBroker::with(&[("auto.create.topics.enable", "false")]);
    let refused = metadata(&mut broker.connect(), Some(&["new"]), true, 12);
    assert_eq!(refused.topics[0].error_code, ErrorCode::UnknownTopicOrPartition.code());
}

#[test]
fn a_topic_made_again_has_another_id_and_no_old_records() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    wire.produce("orders", batch(&["old"]), -1);
    let first = wire.topic_id("orders");
    assert_eq!(delete(&mut wire, "orders"), 0);
    assert_eq!(delete(&mut wire, "orders"), ErrorCode::UnknownTopicOrPartition.code());
    wire.create_topic("orders", 1, &[]);
    assert_ne!(wire.topic_id("orders"), first);
    assert!(records(&wire.fetch("orders", 0, 0)).is_empty());
}

#[test]
fn partitions_can_be_added_and_not_taken_away() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 2, &[]);
    let mut grow = |count| {
        let topic = CreatePartitionsTopic { name: "orders".into(), count, assignments: None };
        let request = CreatePartitionsRequest { topics: vec![topic], ..CreatePartitionsRequest::default() };
        wire.newest(&request).results.remove(0)
    };
    assert_eq!(grow(4).error_code, 0);
    let refused = grow(1);
    assert_eq!(refused.error_code, ErrorCode::InvalidPartitions.code());
    assert!(refused.error_message.unwrap().contains("4"), "the message says how many there are");
    assert_eq!(metadata(&mut wire, Some(&["orders"]), false, 12).topics[0].partitions.len(), 4);
}

#[test]
fn creation_says_why_it_refuses() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let mut create = |topic: CreatableTopic| {
        let request = CreateTopicsRequest { topics: vec![topic], ..CreateTopicsRequest::default() };
        let result = wire.newest(&request).topics.remove(0);
        (result.error_code, result.error_message.unwrap_or_default())
    };
    let topic = |name: &str| CreatableTopic {
        name: name.into(),
        num_partitions: 1,
        replication_factor: 1,
        ..CreatableTopic::default()
    };
    assert_eq!(create(topic("orders")).0, ErrorCode::TopicAlreadyExists.code());
    assert_eq!(create(topic("a/b")).0, ErrorCode::InvalidTopicException.code());
    let (code, message) = create(CreatableTopic { replication_factor: 3, ..topic("new") });
    assert_eq!(code, ErrorCode::InvalidReplicationFactor.code());
    assert!(message.contains('3') && message.contains('1'), "{message}");
    let (code, _) = create(CreatableTopic { num_partitions: 0, ..topic("new") });
    assert_eq!(code, ErrorCode::InvalidPartitions.code());
    let defaults = CreatableTopic { num_partitions: -1, replication_factor: -1, ..topic("new") };
    assert_eq!(create(defaults).0, 0);
}

#[test]
fn validating_a_creation_creates_nothing() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let topic =
        CreatableTopic { name: "new".into(), num_partitions: 2, replication_factor: 1, ..Default::default() };
    let request =
        CreateTopicsRequest { topics: vec![topic], validate_only: true, ..CreateTopicsRequest::default() };
    assert_eq!(wire.newest(&request).topics[0].error_code, 0);
    assert_eq!(metadata(&mut wire, None, false, 12).topics.len(), 0);
}

#[test]
fn deleted_records_are_out_of_range() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    for _ in 0..5 {
        wire.produce("orders", batch(&["a"]), -1);
    }
    let mut delete_before = |offset| {
        let partition = DeleteRecordsPartition { partition_index: 0, offset };
        let topic = DeleteRecordsTopic { name: "orders".into(), partitions: vec![partition] };
        let request = DeleteRecordsRequest { topics: vec![topic], timeout_ms: 1_000 };
        let found = wire.newest(&request).topics.remove(0).partitions.remove(0);
        (found.error_code, found.low_watermark)
    };
    assert_eq!(delete_before(3), (0, 3));
    assert_eq!(delete_before(9).0, ErrorCode::OffsetOutOfRange.code());
    assert_eq!(delete_before(-1), (0, 5));
    let below = wire.fetch("orders", 2, 0);
    assert_eq!(below.error_code, ErrorCode::OffsetOutOfRange.code());
}

#[test]
fn partitions_come_in_pages_that_meet() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("a", 3, &[]);
    wire.create_topic("b", 4, &[]);
    let mut cursor = None;
    let mut seen = Vec::new();
    for _ in 0..10 {
        let topics = ["a", "b"].map(|name| TopicRequest { name: name.into() }).to_vec();
        let page =
            wire.newest(&DescribeTopicPartitionsRequest { topics, response_partition_limit: 2, cursor });
        for topic in page.topics {
            let name = topic.name.unwrap();
            seen.extend(topic.partitions.iter().map(|partition| (name.clone(), partition.partition_index)));
        }
        let Some(next) = page.next_cursor else { break };
        cursor = Some(DescribeTopicPartitionsRequestCursor {
            topic_name: next.topic_name,
            partition_index: next.partition_index,
        });
    }
    let expected: Vec<(String, i32)> = (0..3)
        .map(|index| ("a".to_owned(), index))
        .chain((0..4).map(|index| ("b".to_owned(), index)))
        .collect();
    assert_eq!(seen, expected);
}
