//! The group APIs over one shard that answers at once.

use std::collections::BTreeMap;
use std::future::Future;

use bytes::Bytes;
use parking_lot::Mutex;
use tidemill_environment::{Now, SeededRandom};
use tidemill_protocol::messages::describe_groups::DescribeGroupsRequest;
use tidemill_protocol::messages::find_coordinator::FindCoordinatorRequest;
use tidemill_protocol::messages::heartbeat::HeartbeatRequest;
use tidemill_protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse,
};
use tidemill_protocol::messages::leave_group::LeaveGroupRequest;
use tidemill_protocol::messages::list_groups::ListGroupsRequest;
use tidemill_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use tidemill_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use tidemill_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use tidemill_protocol::messages::sync_group::SyncGroupRequest;
use tidemill_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use tidemill_protocol::{ErrorCode, Message, Uuid, Writer};

use super::coordinator::Coordinator;
use super::find_coordinator::{CoordinatorKind, Endpoint};
use super::join_group::ClientIdentity;
use super::topics::TopicView;
use crate::config::broker_config::BrokerConfig;
use crate::group::coordinator::{GroupRequest, GroupShard};
use crate::group::turn::{Reply, ReplyToken};

const TOPIC_ID: Uuid = Uuid([7; 16]);

/// A shard whose log is durable at once, or a coordinator that fails.
enum Groups {
    Shard(Box<Mutex<(GroupShard, SeededRandom, u64)>>),
    Failing(ErrorCode),
}

impl Groups {
    fn new() -> Self {
        let config = BrokerConfig::from_properties(BTreeMap::from([(
            "group.initial.rebalance.delay.ms".to_owned(),
            "0".to_owned(),
        )]));
        let shard = GroupShard::new(config.unwrap().groups);
        Self::Shard(Box::new(Mutex::new((shard, SeededRandom::new(1), 0))))
    }

    fn answer(&self, request: GroupRequest) -> Result<Reply, ErrorCode> {
        match self {
            Self::Failing(error) => Err(*error),
            Self::Shard(state) => {
                let (shard, random, token) = &mut *state.lock();
                *token += 1;
                let output = shard.handle(Now::at_ms(1_000), random, request, ReplyToken(*token))?;
                let reply = output.replies.into_iter().find(|(answered, _)| answered.0 == *token);
                Ok(reply.expect("the answer is not parked").1)
            }
        }
    }
}

impl Coordinator for Groups {
    fn ask(&self, _: &str, request: GroupRequest) -> impl Future<Output = Result<Reply, ErrorCode>> + Send {
        std::future::ready(self.answer(request))
    }

    fn ask_all(&self, request: GroupRequest) -> impl Future<Output = Vec<Result<Reply, ErrorCode>>> + Send {
        std::future::ready(vec![self.answer(request)])
    }
}

/// One topic of two partitions.
struct OneTopic;

impl TopicView for OneTopic {
    fn id_of(&self, name: &str) -> Option<Uuid> {
        (name == "topic").then_some(TOPIC_ID)
    }

    fn name_of(&self, id: Uuid) -> Option<String> {
        (id == TOPIC_ID).then(|| "topic".to_owned())
    }

    fn has_partition(&self, name: &str, index: i32) -> bool {
        name == "topic" && (0..2).contains(&index)
    }
}

/// A response must be expressible in the version that asked for it.
fn assert_encodes(response: &impl Message, version: i16) {
    let mut writer = Writer::new();
    response.encode(&mut writer, version).unwrap();
}

async fn join(groups: &Groups, member_id: &str, version: i16) -> JoinGroupResponse {
    let request = JoinGroupRequest {
        group_id: "group".to_owned(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 10_000,
        member_id: member_id.to_owned(),
        protocol_type: "consumer".to_owned(),
        protocols: vec![JoinGroupRequestProtocol { name: "range".to_owned(), metadata: Bytes::new() }],
        ..JoinGroupRequest::default()
    };
    let client = ClientIdentity { client_id: "client".to_owned(), host: "/127.0.0.1".to_owned() };
    let response = super::join_group::handle(groups, request, version, client).await;
    assert_encodes(&response, version);
    response
}

async fn commit(groups: &Groups, topics: Vec<OffsetCommitRequestTopic>, version: i16) -> Vec<Vec<i16>> {
    let request =
        OffsetCommitRequest { group_id: "group".to_owned(), topics, ..OffsetCommitRequest::default() };
    let response = super::offset_commit::handle(groups, &OneTopic, request, version).await;
    assert_encodes(&response, version);
    let codes = response.topics.iter();
    codes.map(|topic| topic.partitions.iter().map(|partition| partition.error_code).collect()).collect()
}

fn commit_topic(name: &str, topic_id: Uuid, indexes: &[i32]) -> OffsetCommitRequestTopic {
    let partition = |index: &i32| OffsetCommitRequestPartition {
        partition_index: *index,
        committed_offset: 5,
        ..OffsetCommitRequestPartition::default()
    };
    OffsetCommitRequestTopic {
        name: name.to_owned(),
        topic_id,
        partitions: indexes.iter().map(partition).collect(),
    }
}

#[tokio::test]
async fn a_member_joins_syncs_and_leaves_in_every_version() {
    for version in super::join_group::VERSIONS {
        let groups = Groups::new();
        let mut joined = join(&groups, "", version).await;
        if joined.error_code == ErrorCode::MemberIdRequired.code() {
            joined = join(&groups, &joined.member_id, version).await;
        }
        assert_eq!((joined.error_code, joined.generation_id), (0, 1), "version {version}");
        let request = SyncGroupRequest {
            group_id: "group".to_owned(),
            generation_id: 1,
            member_id: joined.member_id.clone(),
            ..SyncGroupRequest::default()
        };
        let synced = super::sync_group::handle(&groups, request).await;
        for version in super::sync_group::VERSIONS {
            assert_encodes(&synced, version);
        }
        let leave_version = version.min(*super::leave_group::VERSIONS.end());
        let request = LeaveGroupRequest {
            group_id: "group".to_owned(),
            member_id: joined.member_id,
            ..LeaveGroupRequest::default()
        };
        let left = super::leave_group::handle(&groups, request, leave_version.min(2)).await;
        assert_encodes(&left, leave_version.min(2));
        assert_eq!((left.error_code, left.members.len()), (0, 0));
    }
}

#[tokio::test]
async fn a_refused_join_can_be_told_in_every_version() {
    let groups = Groups::Failing(ErrorCode::CoordinatorLoadInProgress);
    for version in super::join_group::VERSIONS {
        let joined = join(&groups, "me", version).await;
        assert_eq!(joined.error_code, ErrorCode::CoordinatorLoadInProgress.code());
        assert_eq!(joined.member_id, "me");
    }
}

#[tokio::test]
async fn the_one_member_of_an_old_leave_has_its_error_at_the_top() {
    let request = LeaveGroupRequest {
        group_id: "group".to_owned(),
        member_id: "nobody".to_owned(),
        ..LeaveGroupRequest::default()
    };
    let left = super::leave_group::handle(&Groups::new(), request, 0).await;
    assert_encodes(&left, 0);
    assert_eq!(left.error_code, ErrorCode::UnknownMemberId.code());
}

#[tokio::test]
async fn a_heartbeat_is_fine_while_the_shard_is_loaded() {
    let groups = Groups::Failing(ErrorCode::CoordinatorLoadInProgress);
    assert_eq!(super::heartbeat::handle(&groups, HeartbeatRequest::default()).await.error_code, 0);
    let groups = Groups::Failing(ErrorCode::NotCoordinator);
    let refused = super::heartbeat::handle(&groups, HeartbeatRequest::default()).await;
    assert_eq!(refused.error_code, ErrorCode::NotCoordinator.code());
}

#[tokio::test]
async fn offsets_of_topics_and_partitions_that_do_not_exist_are_refused_one_by_one() {
    let unknown = ErrorCode::UnknownTopicOrPartition.code();
    let topics = vec![commit_topic("topic", Uuid::ZERO, &[0, 9]), commit_topic("other", Uuid::ZERO, &[0])];
    assert_eq!(commit(&Groups::new(), topics, 9).await, [vec![0, unknown], vec![unknown]]);
    let unknown_id = ErrorCode::UnknownTopicId.code();
    let topics = vec![commit_topic("", TOPIC_ID, &[1]), commit_topic("", Uuid([1; 16]), &[0])];
    assert_eq!(commit(&Groups::new(), topics, 10).await, [vec![0], vec![unknown_id]]);
}

#[tokio::test]
async fn a_commit_that_reaches_no_shard_fails_for_every_partition() {
    let groups = Groups::Failing(ErrorCode::NotCoordinator);
    let codes = commit(&groups, vec![commit_topic("topic", Uuid::ZERO, &[0, 1])], 8).await;
    assert_eq!(codes, [[ErrorCode::NotCoordinator.code(); 2]]);
}

async fn commit_in_transaction(
    groups: &Groups,
    request: TxnOffsetCommitRequest,
    version: i16,
) -> Vec<Vec<i16>> {
    let topic = |(name, indexes): (&str, &[i32])| TxnOffsetCommitRequestTopic {
        name: name.to_owned(),
        partitions: indexes
            .iter()
            .map(|index| TxnOffsetCommitRequestPartition { partition_index: *index, ..Default::default() })
            .collect(),
    };
    let topics: [(&str, &[i32]); 2] = [("topic", &[9, 0]), ("other", &[0])];
    let request = TxnOffsetCommitRequest { topics: topics.map(topic).into(), ..request };
    let response = super::txn_offset_commit::handle(groups, &OneTopic, request, version, Ok(0)).await;
    assert_encodes(&response, version);
    let codes = response.topics.iter();
    codes.map(|topic| topic.partitions.iter().map(|partition| partition.error_code).collect()).collect()
}

#[tokio::test]
async fn transactional_offsets_of_partitions_that_do_not_exist_are_refused_one_by_one() {
    let unknown = ErrorCode::UnknownTopicOrPartition.code();
    let request = TxnOffsetCommitRequest { group_id: "group".to_owned(), ..Default::default() };
    for version in super::txn_offset_commit::VERSIONS {
        let codes = commit_in_transaction(&Groups::new(), request.clone(), version).await;
        assert_eq!(codes, [vec![unknown, 0], vec![unknown]]);
    }
}

#[tokio::test]
async fn a_transactional_commit_without_a_group_or_a_producer_is_refused() {
    let unknown = ErrorCode::UnknownTopicOrPartition.code();
    let valid = TxnOffsetCommitRequest { group_id: "group".to_owned(), ..Default::default() };
    let refused = [
        (TxnOffsetCommitRequest { group_id: String::new(), ..valid.clone() }, ErrorCode::InvalidGroupId),
        (TxnOffsetCommitRequest { producer_id: -1, ..valid.clone() }, ErrorCode::InvalidProducerIdMapping),
        (TxnOffsetCommitRequest { producer_epoch: -1, ..valid }, ErrorCode::InvalidProducerEpoch),
    ];
    for (request, error) in refused {
        let codes = commit_in_transaction(&Groups::new(), request, 3).await;
        assert_eq!(codes, [vec![unknown, error.code()], vec![unknown]]);
    }
}

#[tokio::test]
async fn producers_before_version_2_are_not_told_that_the_shard_is_being_loaded() {
    let groups = Groups::Failing(ErrorCode::CoordinatorLoadInProgress);
    let request = TxnOffsetCommitRequest { group_id: "group".to_owned(), ..Default::default() };
    for (version, error) in
        [(1, ErrorCode::CoordinatorNotAvailable), (2, ErrorCode::CoordinatorLoadInProgress)]
    {
        let codes = commit_in_transaction(&groups, request.clone(), version).await;
        assert_eq!(codes[0][1], error.code());
    }
}

#[tokio::test]
async fn offsets_are_fetched_in_every_version() {
    let groups = Groups::new();
    commit(&groups, vec![commit_topic("topic", Uuid::ZERO, &[0])], 9).await;
    for version in super::offset_fetch::VERSIONS {
        let by_id = version >= 10;
        let request = OffsetFetchRequest {
            group_id: "group".to_owned(),
            topics: Some(vec![OffsetFetchRequestTopic {
                name: "topic".to_owned(),
                partition_indexes: vec![0, 1],
            }]),
            groups: vec![OffsetFetchRequestGroup {
                group_id: "group".to_owned(),
                topics: Some(vec![OffsetFetchRequestTopics {
                    name: if by_id { String::new() } else { "topic".to_owned() },
                    topic_id: if by_id { TOPIC_ID } else { Uuid::ZERO },
                    partition_indexes: vec![0, 1],
                }]),
                ..OffsetFetchRequestGroup::default()
            }],
            require_stable: true,
        };
        let response = super::offset_fetch::handle(&groups, &OneTopic, request, version).await;
        assert_encodes(&response, version);
        let offsets: Vec<i64> = if version < 8 {
            response.topics[0].partitions.iter().map(|partition| partition.committed_offset).collect()
        } else {
            response.groups[0].topics[0]
                .partitions
                .iter()
                .map(|partition| partition.committed_offset)
                .collect()
        };
        assert_eq!(offsets, [5, -1], "version {version}");
    }
}

#[tokio::test]
async fn all_offsets_of_a_group_are_fetched_by_name_and_by_id() {
    let groups = Groups::new();
    commit(&groups, vec![commit_topic("topic", Uuid::ZERO, &[0])], 9).await;
    for (version, name, id) in [(9, "topic", Uuid::ZERO), (10, "", TOPIC_ID)] {
        let group =
            OffsetFetchRequestGroup { group_id: "group".to_owned(), topics: None, ..Default::default() };
        let request =
            OffsetFetchRequest { groups: vec![group], topics: None, ..OffsetFetchRequest::default() };
        let response = super::offset_fetch::handle(&groups, &OneTopic, request, version).await;
        assert_encodes(&response, version);
        let topic = &response.groups[0].topics[0];
        assert_eq!((topic.name.as_str(), topic.topic_id), (name, id));
    }
}

#[tokio::test]
async fn an_error_of_a_fetched_group_is_told_where_its_version_has_room() {
    let groups = Groups::Failing(ErrorCode::CoordinatorLoadInProgress);
    let code = ErrorCode::CoordinatorLoadInProgress.code();
    let fetch = |version| {
        let topic = OffsetFetchRequestTopic { name: "topic".to_owned(), partition_indexes: vec![0] };
        let request = OffsetFetchRequest {
            topics: Some(vec![topic]),
            groups: vec![OffsetFetchRequestGroup::default()],
            ..OffsetFetchRequest::default()
        };
        super::offset_fetch::handle(&groups, &OneTopic, request, version)
    };
    let oldest = fetch(1).await;
    assert_eq!((oldest.error_code, oldest.topics[0].partitions[0].error_code), (0, code));
    assert_eq!(fetch(7).await.error_code, code);
    assert_eq!(fetch(8).await.groups[0].error_code, code);
}

#[tokio::test]
async fn offsets_of_partitions_that_do_not_exist_cannot_be_deleted() {
    let groups = Groups::new();
    commit(&groups, vec![commit_topic("topic", Uuid::ZERO, &[0])], 9).await;
    let partition = |partition_index| OffsetDeleteRequestPartition { partition_index };
    let request = OffsetDeleteRequest {
        group_id: "group".to_owned(),
        topics: vec![OffsetDeleteRequestTopic {
            name: "topic".to_owned(),
            partitions: vec![partition(0), partition(9)],
        }],
    };
    let deleted = super::offset_delete::handle(&groups, &OneTopic, request).await;
    let codes: Vec<i16> = deleted.topics[0].partitions.iter().map(|partition| partition.error_code).collect();
    assert_eq!(codes, [0, ErrorCode::UnknownTopicOrPartition.code()]);
}

#[tokio::test]
async fn a_group_that_does_not_exist_is_dead_and_since_version_6_an_error() {
    for version in super::describe_groups::VERSIONS {
        let request = DescribeGroupsRequest {
            groups: vec!["nothing".to_owned()],
            include_authorized_operations: version >= 3,
        };
        let response = super::describe_groups::handle(&Groups::new(), request, version).await;
        assert_encodes(&response, version);
        let expected = if version < 6 { ErrorCode::None } else { ErrorCode::GroupIdNotFound };
        assert_eq!(response.groups[0].error_code, expected.code());
        assert_eq!(response.groups[0].group_state, "Dead");
    }
}

#[tokio::test]
async fn groups_are_listed_in_every_version_or_not_at_all() {
    let groups = Groups::new();
    join(&groups, "", 9).await;
    let response = super::list_groups::handle(&groups, ListGroupsRequest::default()).await;
    for version in super::list_groups::VERSIONS {
        assert_encodes(&response, version);
    }
    assert_eq!(
        (response.groups[0].group_id.as_str(), response.groups[0].group_type.as_str()),
        ("group", "Classic")
    );
    let failing = Groups::Failing(ErrorCode::CoordinatorLoadInProgress);
    let response = super::list_groups::handle(&failing, ListGroupsRequest::default()).await;
    assert_eq!(response.error_code, ErrorCode::CoordinatorLoadInProgress.code());
}

#[test]
fn a_coordinator_is_found_by_one_key_or_several() {
    let find = |kind, key: &str| match (kind, key) {
        (CoordinatorKind::Group, _) => Ok(Endpoint { node_id: 1, host: "here".to_owned(), port: 9092 }),
        (CoordinatorKind::Transaction, _) => Err(ErrorCode::CoordinatorNotAvailable),
    };
    for version in super::find_coordinator::VERSIONS {
        for (key_type, expected) in [(0, 0), (1, ErrorCode::CoordinatorNotAvailable.code()), (2, 42)] {
            let request = FindCoordinatorRequest {
                key: "a".to_owned(),
                key_type,
                coordinator_keys: vec!["a".to_owned(), "b".to_owned()],
            };
            let response = super::find_coordinator::handle(request, version, find);
            assert_encodes(&response, version);
            let code = if version < 4 { response.error_code } else { response.coordinators[1].error_code };
            assert_eq!(code, expected);
            assert_eq!(response.coordinators.len(), if version < 4 { 0 } else { 2 });
        }
    }
}
