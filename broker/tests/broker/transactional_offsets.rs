//! Offsets that are committed in transactions, and transactions whose partitions are deleted, over a real socket.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::add_offsets_to_txn::AddOffsetsToTxnRequest;
use tidemill_protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use tidemill_protocol::messages::find_coordinator::FindCoordinatorRequest;
use tidemill_protocol::messages::list_groups::ListGroupsRequest;
use tidemill_protocol::messages::offset_fetch::{OffsetFetchRequest, OffsetFetchRequestTopic};
use tidemill_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};

use crate::transactions::{
    END_V1, END_V2, ID, PRODUCE_V1, PRODUCE_V2, Producer, TOPIC, add, broker, code, committed, describe, end,
    init, produce, produce_of, read, until_state, when_ready,
};
use crate::wire::Wire;

const GROUP: &str = "passengers";
/// The newest version of TxnOffsetCommit of the first protocol, and that of the second (KIP-890).
const COMMIT_V1: i16 = 4;
const COMMIT_V2: i16 = 5;
const NOTHING: i64 = -1;

/// Asks for the group's coordinator until it has loaded its groups.
fn find_group_coordinator(wire: &mut Wire) {
    let keys = vec![GROUP.to_owned()];
    let request = FindCoordinatorRequest { coordinator_keys: keys, ..FindCoordinatorRequest::default() };
    assert_eq!(wire.call(&request, 6).coordinators[0].error_code, 0);
    while wire.call(&ListGroupsRequest::default(), 5).error_code != 0 {}
}

fn add_offsets(wire: &mut Wire, producer: Producer) -> i16 {
    let request = AddOffsetsToTxnRequest {
        transactional_id: ID.to_owned(),
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        group_id: GROUP.to_owned(),
    };
    when_ready(|| (wire.call(&request, 4).error_code, ())).0
}

fn commit_offset(wire: &mut Wire, version: i16, producer: Producer, offset: i64) -> i16 {
    let partition = TxnOffsetCommitRequestPartition { committed_offset: offset, ..Default::default() };
    let topic = TxnOffsetCommitRequestTopic { name: TOPIC.to_owned(), partitions: vec![partition] };
    let request = TxnOffsetCommitRequest {
        transactional_id: ID.to_owned(),
        group_id: GROUP.to_owned(),
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        topics: vec![topic],
        ..TxnOffsetCommitRequest::default()
    };
    when_ready(|| (wire.call(&request, version).topics[0].partitions[0].error_code, ())).0
}

/// The group's offset, as a consumer sees it that waits for transactions, and as one that does not.
fn offsets(wire: &mut Wire) -> (Result<i64, i16>, i64) {
    let mut fetch = |require_stable| {
        let topic = OffsetFetchRequestTopic { name: TOPIC.to_owned(), partition_indexes: vec![0] };
        let request = OffsetFetchRequest {
            group_id: GROUP.to_owned(),
            topics: Some(vec![topic]),
            require_stable,
            ..OffsetFetchRequest::default()
        };
        let loads = |error| (error == code(ErrorCode::CoordinatorLoadInProgress)).then_some(error);
        let fetched = when_ready(|| {
            let response = wire.call(&request, 7);
            (loads(response.error_code).unwrap_or(0), response)
        });
        let mut response = fetched.1;
        assert_eq!(response.error_code, 0);
        response.topics.remove(0).partitions.remove(0)
    };
    let (stable, unstable) = (fetch(true), fetch(false));
    assert_eq!(unstable.error_code, 0);
    let stable = if stable.error_code == 0 { Ok(stable.committed_offset) } else { Err(stable.error_code) };
    (stable, unstable.committed_offset)
}

#[test]
fn offsets_of_a_transaction_are_unstable_until_it_ends_and_count_only_if_it_is_committed() {
    let (_broker, mut wire) = broker(&[]);
    find_group_coordinator(&mut wire);
    let unstable = code(ErrorCode::UnstableOffsetCommit);
    let mut counts = NOTHING;
    let mut offset = 0;
    for (commit_version, end_version) in [(COMMIT_V1, END_V1), (COMMIT_V2, END_V2)] {
        let mut producer = init(&mut wire);
        for is_committed in [true, false, true] {
            offset += 10;
            if commit_version == COMMIT_V1 {
                let refused = commit_offset(&mut wire, commit_version, producer, offset);
                assert_eq!(refused, code(ErrorCode::TransactionAbortable), "the group was not added");
                assert_eq!(offsets(&mut wire), (Ok(counts), counts));
                assert_eq!(add_offsets(&mut wire, producer), 0);
            }
            assert_eq!(commit_offset(&mut wire, commit_version, producer, offset), 0);
            assert_eq!(offsets(&mut wire), (Err(unstable), counts));
            assert_eq!(describe(&mut wire).topics[0].topic, "__consumer_offsets");
            let late = producer;
            producer = end(&mut wire, end_version, producer, is_committed);
            until_state(&mut wire, if is_committed { "CompleteCommit" } else { "CompleteAbort" });
            counts = if is_committed { offset } else { counts };
            assert_eq!(offsets(&mut wire), (Ok(counts), counts));
            let refused = match commit_version {
                COMMIT_V1 => ErrorCode::TransactionAbortable,
                _ => ErrorCode::InvalidProducerEpoch,
            };
            assert_eq!(commit_offset(&mut wire, commit_version, late, 1_000), code(refused));
            assert_eq!(offsets(&mut wire), (Ok(counts), counts), "a late commit leaves nothing behind");
        }
    }
}

#[test]
fn offsets_of_an_open_transaction_survive_a_restart_and_those_of_a_decided_one_count_after_it() {
    let (mut broker, mut wire) = broker(&[]);
    find_group_coordinator(&mut wire);
    let producer = init(&mut wire);
    assert_eq!(commit_offset(&mut wire, COMMIT_V2, producer, 10), 0);
    broker.restart();
    let mut wire = broker.connect();
    find_group_coordinator(&mut wire);
    until_state(&mut wire, "Ongoing");
    assert_eq!(offsets(&mut wire), (Err(code(ErrorCode::UnstableOffsetCommit)), NOTHING));
    end(&mut wire, END_V2, producer, true);
    // Wherever the broker was with the marker.
    broker.restart();
    let mut wire = broker.connect();
    find_group_coordinator(&mut wire);
    until_state(&mut wire, "CompleteCommit");
    assert_eq!(offsets(&mut wire), (Ok(10), 10));
}

#[test]
fn a_decided_transaction_is_finished_after_a_crash_wherever_its_markers_were() {
    let (broker, mut wire) = broker(&[]);
    find_group_coordinator(&mut wire);
    let mut producer = init(&mut wire);
    let mut written = Vec::new();
    for (round, is_committed) in (1..).zip([true, false, true]) {
        assert_eq!(when_ready(|| (produce(&mut wire, PRODUCE_V2, &produce_of(producer, 0, "x")), ())).0, 0);
        assert_eq!(commit_offset(&mut wire, COMMIT_V2, producer, round), 0);
        producer = end(&mut wire, END_V2, producer, is_committed);
        let crashed = broker.crashed_copy("__transaction_state");
        let mut wire = crashed.connect();
        find_group_coordinator(&mut wire);
        until_state(&mut wire, if is_committed { "CompleteCommit" } else { "CompleteAbort" });
        if is_committed {
            written.push("x".to_owned());
        }
        assert_eq!(committed(&mut wire), written);
        let offset = if is_committed { round } else { 1 };
        assert_eq!(offsets(&mut wire), (Ok(offset), offset));
        let read = read(&mut wire, true);
        assert_eq!(read.last_stable_offset, read.high_watermark);
        assert_eq!(when_ready(|| (produce(&mut wire, PRODUCE_V2, &produce_of(producer, 0, "y")), ())).0, 0);
    }
}

fn delete(wire: &mut Wire, topic: &str) {
    let topics = vec![DeleteTopicState { name: Some(topic.to_owned()), ..DeleteTopicState::default() }];
    let request = DeleteTopicsRequest { topics, timeout_ms: 1_000, ..DeleteTopicsRequest::default() };
    assert_eq!(wire.call(&request, 6).responses[0].error_code, 0);
}

fn produce_to(wire: &mut Wire, version: i16, topic: &str, producer: Producer, sequence: i32) -> i16 {
    let mut request = produce_of(producer, sequence, "lost");
    request.topic_data[0].name = topic.to_owned();
    produce(wire, version, &request)
}

#[test]
fn a_transaction_ends_although_topics_of_it_were_deleted() {
    let (mut broker, mut wire) = broker(&[]);
    for name in ["gone", "reborn"] {
        wire.create_topic(name, 1, &[]);
    }
    let producer = init(&mut wire);
    assert_eq!(produce(&mut wire, PRODUCE_V2, &produce_of(producer, 0, "kept")), 0);
    for name in ["gone", "reborn"] {
        assert_eq!(produce_to(&mut wire, PRODUCE_V2, name, producer, 0), 0);
        delete(&mut wire, name);
    }
    wire.create_topic("reborn", 1, &[]);
    let unknown = produce_to(&mut wire, PRODUCE_V2, "gone", producer, 1);
    assert_eq!(unknown, code(ErrorCode::UnknownTopicOrPartition));
    // The sequence number tells that records before it are missing.
    let gap = produce_to(&mut wire, PRODUCE_V2, "reborn", producer, 1);
    assert_eq!(gap, code(ErrorCode::OutOfOrderSequenceNumber));
    let next = end(&mut wire, END_V2, producer, true);
    until_state(&mut wire, "CompleteCommit");
    assert_eq!(committed(&mut wire), ["kept"]);
    let reborn = wire.fetch("reborn", 0, 0);
    assert_eq!((reborn.high_watermark, reborn.last_stable_offset), (1, 1), "a marker and nothing else");
    broker.restart();
    let mut wire = broker.connect();
    until_state(&mut wire, "CompleteCommit");
    assert_eq!(when_ready(|| (produce(&mut wire, PRODUCE_V2, &produce_of(next, 0, "next")), ())).0, 0);
    end(&mut wire, END_V2, next, true);
    until_state(&mut wire, "CompleteCommit");
    assert_eq!(committed(&mut wire), ["kept", "next"]);
}

#[test]
fn a_decided_transaction_with_a_topic_that_is_gone_is_finished_by_a_restart() {
    let (mut broker, mut wire) = broker(&[]);
    wire.create_topic("gone", 1, &[]);
    let producer = init(&mut wire);
    assert_eq!(add(&mut wire, producer, &[1]), 0);
    assert_eq!(produce_to(&mut wire, PRODUCE_V2, "gone", producer, 0), 0);
    end(&mut wire, END_V1, producer, false);
    delete(&mut wire, "gone");
    broker.restart();
    let mut wire = broker.connect();
    until_state(&mut wire, "CompleteAbort");
    assert_eq!(add(&mut wire, producer, &[0]), 0);
    assert_eq!(produce(&mut wire, PRODUCE_V1, &produce_of(producer, 0, "next")), 0);
    end(&mut wire, END_V1, producer, true);
    until_state(&mut wire, "CompleteCommit");
    assert_eq!(
        (committed(&mut wire), read(&mut wire, true).last_stable_offset),
        (vec!["next".to_owned()], 2)
    );
}
