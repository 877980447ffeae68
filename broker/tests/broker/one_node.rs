//! What a cluster of one broker without access control answers about replicas, elections, quorums, ACLs and quotas.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::alter_partition_reassignments::{
    AlterPartitionReassignmentsRequest, ReassignablePartition, ReassignableTopic,
};
use tidemill_protocol::messages::alter_replica_log_dirs::{
    AlterReplicaLogDir, AlterReplicaLogDirTopic, AlterReplicaLogDirsRequest,
};
use tidemill_protocol::messages::create_acls::{AclCreation, CreateAclsRequest};
use tidemill_protocol::messages::delete_acls::{DeleteAclsFilter, DeleteAclsRequest};
use tidemill_protocol::messages::describe_acls::DescribeAclsRequest;
use tidemill_protocol::messages::describe_client_quotas::DescribeClientQuotasRequest;
use tidemill_protocol::messages::describe_quorum::{
    DescribeQuorumRequest, DescribeQuorumRequestPartitionData, DescribeQuorumRequestTopicData,
};
use tidemill_protocol::messages::describe_user_scram_credentials::{
    DescribeUserScramCredentialsRequest, UserName,
};
use tidemill_protocol::messages::elect_leaders::{ElectLeadersRequest, TopicPartitions};
use tidemill_protocol::messages::list_config_resources::ListConfigResourcesRequest;
use tidemill_protocol::messages::list_partition_reassignments::ListPartitionReassignmentsRequest;
use tidemill_protocol::messages::metadata::MetadataRequest;

use crate::wire::{TestBroker, Wire};

fn node_id(wire: &mut Wire) -> i32 {
    wire.newest(&MetadataRequest::default()).brokers[0].node_id
}

#[test]
fn acls_are_neither_kept_nor_denied_to_exist_but_switched_off() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let disabled = ErrorCode::SecurityDisabled.code();
    let create = CreateAclsRequest { creations: vec![AclCreation::default(), AclCreation::default()] };
    let created = wire.newest(&create).results;
    assert_eq!(created.iter().map(|one| one.error_code).collect::<Vec<_>>(), [disabled, disabled]);
    assert_eq!(wire.newest(&DescribeAclsRequest::default()).error_code, disabled);
    let delete = DeleteAclsRequest { filters: vec![DeleteAclsFilter::default()] };
    assert_eq!(wire.newest(&delete).filter_results[0].error_code, disabled);
}

#[test]
fn no_election_is_needed_for_a_partition_that_exists() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("t", 2, &[]);
    let topics = vec![TopicPartitions { topic: "t".into(), partitions: vec![0, 1, 2] }];
    let request = ElectLeadersRequest { topic_partitions: Some(topics), ..ElectLeadersRequest::default() };
    let results = wire.newest(&request).replica_election_results;
    let codes: Vec<i16> = results[0].partition_result.iter().map(|one| one.error_code).collect();
    let (not_needed, unknown) =
        (ErrorCode::ElectionNotNeeded.code(), ErrorCode::UnknownTopicOrPartition.code());
    assert_eq!(codes, [not_needed, not_needed, unknown]);
    // Asked for everything, only partitions that need an election are told.
    let all = ElectLeadersRequest { topic_partitions: None, ..ElectLeadersRequest::default() };
    let results = wire.newest(&all).replica_election_results;
    assert_eq!(results.len(), 1);
    assert!(results[0].partition_result.is_empty());
}

#[test]
fn a_partition_stays_in_the_only_data_directory() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("t", 1, &[]);
    let mut moved = |path: &str, index: i32| {
        let topics = vec![AlterReplicaLogDirTopic { name: "t".into(), partitions: vec![index] }];
        let dirs = vec![AlterReplicaLogDir { path: path.into(), topics }];
        wire.newest(&AlterReplicaLogDirsRequest { dirs }).results[0].partitions[0].error_code
    };
    let here = broker.dir.path().display().to_string();
    assert_eq!(moved(&here, 0), ErrorCode::None.code());
    assert_eq!(moved(&here, 7), ErrorCode::ReplicaNotAvailable.code());
    assert_eq!(moved("/somewhere/else", 0), ErrorCode::LogDirNotFound.code());
}

#[test]
fn replicas_are_on_the_one_broker_and_nowhere_else() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("t", 1, &[]);
    let node = node_id(&mut wire);
    let mut reassign = |partition_index: i32, replicas: Option<Vec<i32>>| {
        let partitions = vec![ReassignablePartition { partition_index, replicas }];
        let topics = vec![ReassignableTopic { name: "t".into(), partitions }];
        let request =
            AlterPartitionReassignmentsRequest { topics, ..AlterPartitionReassignmentsRequest::default() };
        wire.newest(&request).responses[0].partitions[0].error_code
    };
    assert_eq!(reassign(0, Some(vec![node])), ErrorCode::None.code());
    assert_eq!(reassign(0, Some(vec![node + 1])), ErrorCode::InvalidReplicaAssignment.code());
    assert_eq!(reassign(0, Some(vec![])), ErrorCode::InvalidReplicaAssignment.code());
    assert_eq!(reassign(0, None), ErrorCode::NoReassignmentInProgress.code());
    assert_eq!(reassign(3, Some(vec![node])), ErrorCode::UnknownTopicOrPartition.code());
    let listed = wire.newest(&ListPartitionReassignmentsRequest::default());
    assert_eq!((listed.error_code, listed.topics.len()), (0, 0));
}

#[test]
fn the_metadata_quorum_is_this_broker_and_its_offset_grows_with_the_metadata() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let node = node_id(&mut wire);
    let mut described = |topic_name: &str| {
        let partitions = vec![DescribeQuorumRequestPartitionData { partition_index: 0 }];
        let topics = vec![DescribeQuorumRequestTopicData { topic_name: topic_name.into(), partitions }];
        wire.newest(&DescribeQuorumRequest { topics }).topics.remove(0).partitions.remove(0)
    };
    assert_eq!(described("t").error_code, ErrorCode::UnknownTopicOrPartition.code());
    let before = described("__cluster_metadata");
    assert_eq!((before.error_code, before.leader_id), (0, node));
    let voters: Vec<i32> = before.current_voters.iter().map(|voter| voter.replica_id).collect();
    assert_eq!(voters, [node]);
    broker.connect().create_topic("t", 1, &[]);
    assert!(described("__cluster_metadata").high_watermark > before.high_watermark);
}

#[test]
fn topics_and_this_broker_are_the_resources_that_have_a_configuration() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("t", 1, &[]);
    let node = node_id(&mut wire).to_string();
    let mut list = |resource_types: Vec<i8>, version: i16| {
        let response = wire.call(&ListConfigResourcesRequest { resource_types }, version);
        let names = response.config_resources.into_iter().map(|one| (one.resource_type, one.resource_name));
        (response.error_code, names.collect::<Vec<_>>())
    };
    assert_eq!(list(vec![], 1), (0, vec![(2, "t".to_owned()), (4, node.clone())]));
    assert_eq!(list(vec![4], 1), (0, vec![(4, node)]));
    assert_eq!(list(vec![3], 1), (ErrorCode::UnsupportedVersion.code(), vec![]));
    // Version 0 asks for client metrics, of which there are none.
    assert_eq!(list(vec![], 0), (0, vec![]));
}

#[test]
fn there_are_no_users_with_credentials_and_no_quotas() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let user = |name: &str| UserName { name: name.into() };
    let users = Some(vec![user("a"), user("b"), user("b")]);
    let results = wire.newest(&DescribeUserScramCredentialsRequest { users }).results;
    let told: Vec<(&str, i16)> = results.iter().map(|one| (one.user.as_str(), one.error_code)).collect();
    let (missing, twice) = (ErrorCode::ResourceNotFound.code(), ErrorCode::DuplicateResource.code());
    assert_eq!(told, [("a", missing), ("b", twice)]);
    let all = wire.newest(&DescribeUserScramCredentialsRequest { users: None });
    assert_eq!((all.error_code, all.results.len()), (0, 0));
    let quotas = wire.newest(&DescribeClientQuotasRequest::default());
    assert_eq!((quotas.error_code, quotas.entries.map(|entries| entries.len())), (0, Some(0)));
}
