//! A consumer group over a real socket: joins, commits, and goes on after the broker restarted.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::delete_groups::DeleteGroupsRequest;
use tidemill_protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use tidemill_protocol::messages::find_coordinator::FindCoordinatorRequest;
use tidemill_protocol::messages::heartbeat::HeartbeatRequest;
use tidemill_protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse,
};
use tidemill_protocol::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use tidemill_protocol::messages::list_groups::ListGroupsRequest;
use tidemill_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use tidemill_protocol::messages::offset_fetch::{OffsetFetchRequest, OffsetFetchRequestGroup};
use tidemill_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};

use crate::wire::{TestBroker, Wire};

const GROUP: &str = "flights";
const NONE: i16 = 0;

/// Asks for the coordinator until it has loaded its groups.
fn find_coordinator(wire: &mut Wire) -> i32 {
    let request = FindCoordinatorRequest {
        coordinator_keys: vec![GROUP.to_owned()],
        ..FindCoordinatorRequest::default()
    };
    let found = wire.call(&request, 6).coordinators.remove(0);
    assert_eq!(found.error_code, NONE);
    while wire.call(&ListGroupsRequest::default(), 5).error_code != NONE {}
    found.port
}

fn join(wire: &mut Wire, member_id: &str) -> JoinGroupResponse {
    let protocol = JoinGroupRequestProtocol { name: "range".to_owned(), metadata: "m".into() };
    let request = JoinGroupRequest {
        group_id: GROUP.to_owned(),
        session_timeout_ms: 30_000,
        rebalance_timeout_ms: 30_000,
        member_id: member_id.to_owned(),
        protocol_type: "consumer".to_owned(),
        protocols: vec![protocol],
        ..JoinGroupRequest::default()
    };
    wire.call(&request, 9)
}

/// Joins as the only member and syncs; returns the member id.
fn lone_member(wire: &mut Wire) -> String {
    let given = join(wire, "");
    assert_eq!(given.error_code, ErrorCode::MemberIdRequired.code());
    let joined = join(wire, &given.member_id);
    assert_eq!((joined.error_code, joined.generation_id, joined.members.len()), (NONE, 1, 1));
    let assignment =
        SyncGroupRequestAssignment { member_id: joined.member_id.clone(), assignment: "all of it".into() };
    let request = SyncGroupRequest {
        group_id: GROUP.to_owned(),
        generation_id: 1,
        member_id: joined.member_id.clone(),
        assignments: vec![assignment],
        ..SyncGroupRequest::default()
    };
    assert_eq!(wire.call(&request, 5).assignment, "all of it");
    joined.member_id
}

fn heartbeat(wire: &mut Wire, member_id: &str) -> ErrorCode {
    let request = HeartbeatRequest {
        group_id: GROUP.to_owned(),
        generation_id: 1,
        member_id: member_id.to_owned(),
        group_instance_id: None,
    };
    ErrorCode::from_code(wire.call(&request, 4).error_code)
}

fn commit(wire: &mut Wire, member_id: &str, topic: &str) -> i16 {
    let partition = OffsetCommitRequestPartition {
        committed_offset: 7,
        committed_metadata: Some("note".to_owned()),
        ..OffsetCommitRequestPartition::default()
    };
    let topic = OffsetCommitRequestTopic {
        name: topic.to_owned(),
        partitions: vec![partition],
        ..OffsetCommitRequestTopic::default()
    };
    let request = OffsetCommitRequest {
        group_id: GROUP.to_owned(),
        generation_id_or_member_epoch: 1,
        member_id: member_id.to_owned(),
        topics: vec![topic],
        ..OffsetCommitRequest::default()
    };
    wire.call(&request, 9).topics[0].partitions[0].error_code
}

fn committed(wire: &mut Wire) -> Vec<(String, i64)> {
    let group = OffsetFetchRequestGroup {
        group_id: GROUP.to_owned(),
        topics: None,
        ..OffsetFetchRequestGroup::default()
    };
    let request = OffsetFetchRequest { groups: vec![group], ..OffsetFetchRequest::default() };
    let topics = wire.call(&request, 9).groups.remove(0).topics.into_iter();
    topics.map(|topic| (topic.name, topic.partitions[0].committed_offset)).collect()
}

#[test]
fn a_member_commits_and_goes_on_after_the_broker_restarted() {
    let mut broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    assert_eq!(find_coordinator(&mut wire), i32::from(broker.address().port()));
    let member_id = lone_member(&mut wire);
    assert_eq!(commit(&mut wire, &member_id, "orders"), NONE);
    assert_eq!(commit(&mut wire, &member_id, "nothing"), ErrorCode::UnknownTopicOrPartition.code());
    broker.restart();

    let mut wire = broker.connect();
    find_coordinator(&mut wire);
    assert_eq!(heartbeat(&mut wire, &member_id), ErrorCode::None);
    assert_eq!(committed(&mut wire), [("orders".to_owned(), 7)]);
    let delete = DeleteGroupsRequest { groups_names: vec![GROUP.to_owned()] };
    assert_eq!(wire.call(&delete, 2).results[0].error_code, ErrorCode::NonEmptyGroup.code());
    let member = MemberIdentity { member_id, ..MemberIdentity::default() };
    let leave = LeaveGroupRequest {
        group_id: GROUP.to_owned(),
        members: vec![member],
        ..LeaveGroupRequest::default()
    };
    assert_eq!(wire.call(&leave, 5).members[0].error_code, NONE);
    assert_eq!(wire.call(&delete, 2).results[0].error_code, NONE);
    assert!(committed(&mut wire).is_empty());
}

#[test]
fn a_deleted_topic_takes_its_offsets_along() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    find_coordinator(&mut wire);
    let member_id = lone_member(&mut wire);
    commit(&mut wire, &member_id, "orders");
    let topic = DeleteTopicState { name: Some("orders".to_owned()), ..DeleteTopicState::default() };
    let request =
        DeleteTopicsRequest { topics: vec![topic], timeout_ms: 1_000, ..DeleteTopicsRequest::default() };
    assert_eq!(wire.call(&request, 6).responses[0].error_code, NONE);
    assert!(committed(&mut wire).is_empty());
}

#[test]
fn a_member_that_waits_in_a_rebalance_does_not_hold_up_the_stop() {
    let mut broker = TestBroker::start();
    let mut wire = broker.connect();
    find_coordinator(&mut wire);
    lone_member(&mut wire);
    let mut other = broker.connect();
    let given = join(&mut other, "").member_id;
    let waiting = std::thread::spawn(move || join(&mut other, &given));
    while wire.call(&ListGroupsRequest::default(), 5).groups[0].group_state != "PreparingRebalance" {}
    broker.stop();
    let answer = waiting.join().unwrap();
    assert_eq!(answer.error_code, ErrorCode::CoordinatorNotAvailable.code());
}

#[test]
fn an_offset_expires_when_its_commit_said_and_stays_away_after_a_restart() {
    let mut broker = TestBroker::with(&[("offsets.retention.check.interval.ms", "20")]);
    let mut wire = broker.connect();
    for topic in ["brief", "lasting"] {
        wire.create_topic(topic, 1, &[]);
    }
    find_coordinator(&mut wire);
    for (version, topic, retention_time_ms) in [(9, "lasting", -1), (2, "brief", 1), (4, "brief", 1)] {
        let partition =
            OffsetCommitRequestPartition { committed_offset: 7, ..OffsetCommitRequestPartition::default() };
        let topic = OffsetCommitRequestTopic {
            name: topic.to_owned(),
            partitions: vec![partition],
            ..OffsetCommitRequestTopic::default()
        };
        let request = OffsetCommitRequest {
            group_id: GROUP.to_owned(),
            retention_time_ms,
            topics: vec![topic],
            ..OffsetCommitRequest::default()
        };
        assert_eq!(wire.call(&request, version).topics[0].partitions[0].error_code, NONE);
    }
    let lasting = [("lasting".to_owned(), 7)];
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while committed(&mut wire) != lasting {
        assert!(std::time::Instant::now() < deadline, "{:?}", committed(&mut wire));
    }
    broker.restart();
    let mut wire = broker.connect();
    find_coordinator(&mut wire);
    assert_eq!(committed(&mut wire), lasting);
}
