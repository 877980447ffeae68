//! A shard with a clock, a log and an inbox of replies.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use tidemill_environment::{Now, SeededRandom};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::heartbeat::HeartbeatRequest;
use tidemill_protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse,
};
use tidemill_protocol::messages::leave_group::{LeaveGroupRequest, LeaveGroupResponse, MemberIdentity};
use tidemill_protocol::messages::sync_group::{
    SyncGroupRequest, SyncGroupRequestAssignment, SyncGroupResponse,
};

use super::super::{GroupRequest, GroupShard};
use crate::config::broker_config::{BrokerConfig, GroupCoordinatorConfig};
use crate::group::classic_group::{ClassicGroup, GroupState};
use crate::group::turn::{LogEntry, Output, Reply, ReplyToken};

pub(super) const GROUP: &str = "group";
pub(super) const SESSION_MS: i32 = 10_000;
pub(super) const REBALANCE_MS: i32 = 30_000;

/// A shard under test. After every step the fold of its log is compared with its memory.
pub(super) struct Bench {
    pub(super) shard: GroupShard,
    pub(super) now: Now,
    pub(super) random: SeededRandom,
    pub(super) log: Vec<LogEntry>,
    pub(super) inbox: BTreeMap<ReplyToken, Reply>,
    next_token: u64,
}

/// Kafka's defaults, without the initial rebalance delay.
pub(super) fn config() -> GroupCoordinatorConfig {
    let mut config = BrokerConfig::from_properties(BTreeMap::new()).unwrap().groups;
    config.initial_rebalance_delay = Duration::ZERO;
    config
}

/// What a JoinGroup request says about its sender.
#[derive(Clone)]
pub(super) struct Joiner {
    pub(super) version: i16,
    pub(super) member_id: String,
    pub(super) instance_id: Option<String>,
    pub(super) protocols: Vec<(&'static str, &'static [u8])>,
    pub(super) session_timeout_ms: i32,
    pub(super) protocol_type: &'static str,
}

impl Default for Joiner {
    fn default() -> Self {
        Self {
            version: 9,
            member_id: String::new(),
            instance_id: None,
            protocols: vec![("range", b"\x00\x00\x00\x00\x00\x01\x00\x05topic\xff\xff\xff\xff")],
            session_timeout_ms: SESSION_MS,
            protocol_type: "consumer",
        }
    }
}

impl Joiner {
    pub(super) fn member(member_id: &str) -> Self {
        Self { member_id: member_id.to_owned(), ..Self::default() }
    }

    pub(super) fn instance(instance_id: &str) -> Self {
        Self { instance_id: Some(instance_id.to_owned()), ..Self::default() }
    }

    pub(super) fn request(&self, group_id: &str) -> GroupRequest {
        let protocol = |(name, metadata): &(&'static str, &'static [u8])| JoinGroupRequestProtocol {
            name: (*name).to_owned(),
            metadata: Bytes::from_static(metadata),
        };
        GroupRequest::Join {
            request: JoinGroupRequest {
                group_id: group_id.to_owned(),
                session_timeout_ms: self.session_timeout_ms,
                rebalance_timeout_ms: REBALANCE_MS,
                member_id: self.member_id.clone(),
                group_instance_id: self.instance_id.clone(),
                protocol_type: self.protocol_type.to_owned(),
                protocols: self.protocols.iter().map(protocol).collect(),
                reason: None,
            },
            version: self.version,
            client_id: "client".to_owned(),
            client_host: "/127.0.0.1".to_owned(),
        }
    }
}

impl Bench {
    pub(super) fn new(config: GroupCoordinatorConfig) -> Self {
        let now = Now::at_ms(1_000_000);
        let mut bench = Self {
            shard: GroupShard::new(config),
            now,
            random: SeededRandom::new(7),
            log: Vec::new(),
            inbox: BTreeMap::new(),
            next_token: 0,
        };
        let output = bench.shard.finish_loading(now);
        bench.take(output);
        bench
    }

    pub(super) fn take(&mut self, output: Output) {
        self.log.extend(output.records);
        for (token, reply) in output.replies {
            assert!(self.inbox.insert(token, reply).is_none(), "{token:?} was answered twice");
        }
        assert_fold_is_memory(&self.log, &self.shard);
    }

    pub(super) fn ask(&mut self, request: GroupRequest) -> ReplyToken {
        self.next_token += 1;
        let token = ReplyToken(self.next_token);
        let output = self.shard.handle(self.now, &mut self.random, request, token).unwrap();
        self.take(output);
        token
    }

    /// Moves the clock, stopping at every deadline of the shard.
    pub(super) fn advance(&mut self, step_ms: u64) {
        let end = self.now.plus(Duration::from_millis(step_ms));
        while let Some(deadline) = self.shard.next_deadline().filter(|deadline| *deadline <= end.monotonic) {
            self.now = self.now.plus(deadline.saturating_sub(self.now.monotonic));
            let output = self.shard.on_time(self.now);
            self.take(output);
        }
        self.now = end;
    }

    pub(super) fn join(&mut self, joiner: &Joiner) -> ReplyToken {
        self.ask(joiner.request(GROUP))
    }

    /// Takes the answer to a join; `None` while it is parked.
    pub(super) fn joined(&mut self, token: ReplyToken) -> Option<JoinGroupResponse> {
        match self.inbox.remove(&token)? {
            Reply::Join(response) => Some(response),
            other => panic!("a join was answered with {other:?}"),
        }
    }

    /// Gets a member id (KIP-394) and joins with it.
    pub(super) fn join_new(&mut self) -> (String, ReplyToken) {
        self.join_new_as(&Joiner::default())
    }

    pub(super) fn join_new_as(&mut self, joiner: &Joiner) -> (String, ReplyToken) {
        let token = self.join(joiner);
        let given = self.joined(token).unwrap();
        assert_eq!(given.error_code, ErrorCode::MemberIdRequired.code());
        let joiner = Joiner { member_id: given.member_id.clone(), ..joiner.clone() };
        (given.member_id, self.join(&joiner))
    }

    pub(super) fn sync(
        &mut self,
        member_id: &str,
        generation_id: i32,
        assignments: &[(&str, &str)],
    ) -> ReplyToken {
        let assignment = |(member_id, assignment): &(&str, &str)| SyncGroupRequestAssignment {
            member_id: (*member_id).to_owned(),
            assignment: Bytes::copy_from_slice(assignment.as_bytes()),
        };
        self.ask(GroupRequest::Sync(SyncGroupRequest {
            group_id: GROUP.to_owned(),
            generation_id,
            member_id: member_id.to_owned(),
            assignments: assignments.iter().map(assignment).collect(),
            ..SyncGroupRequest::default()
        }))
    }

    pub(super) fn synced(&mut self, token: ReplyToken) -> Option<SyncGroupResponse> {
        match self.inbox.remove(&token)? {
            Reply::Sync(response) => Some(response),
            other => panic!("a sync was answered with {other:?}"),
        }
    }

    pub(super) fn heartbeat(&mut self, member_id: &str, generation_id: i32) -> ErrorCode {
        self.heartbeat_of(member_id, None, generation_id)
    }

    pub(super) fn heartbeat_of(
        &mut self,
        member_id: &str,
        instance: Option<&str>,
        generation: i32,
    ) -> ErrorCode {
        let token = self.ask(GroupRequest::Heartbeat(HeartbeatRequest {
            group_id: GROUP.to_owned(),
            generation_id: generation,
            member_id: member_id.to_owned(),
            group_instance_id: instance.map(str::to_owned),
        }));
        match self.inbox.remove(&token) {
            Some(Reply::Heartbeat(response)) => ErrorCode::from_code(response.error_code),
            other => panic!("a heartbeat was answered with {other:?}"),
        }
    }

    pub(super) fn leave(&mut self, members: &[(&str, Option<&str>)]) -> LeaveGroupResponse {
        let identity = |(member_id, instance_id): &(&str, Option<&str>)| MemberIdentity {
            member_id: (*member_id).to_owned(),
            group_instance_id: instance_id.map(str::to_owned),
            reason: None,
        };
        let token = self.ask(GroupRequest::Leave(LeaveGroupRequest {
            group_id: GROUP.to_owned(),
            members: members.iter().map(identity).collect(),
            ..LeaveGroupRequest::default()
        }));
        match self.inbox.remove(&token) {
            Some(Reply::Leave(response)) => response,
            other => panic!("a leave was answered with {other:?}"),
        }
    }

    pub(super) fn group(&self) -> &ClassicGroup {
        self.shard.group(GROUP).unwrap()
    }

    pub(super) fn state(&self) -> GroupState {
        self.group().state()
    }

    /// Makes a stable group of `count` members: the leader comes first.
    pub(super) fn stable_group(&mut self, count: usize) -> Vec<String> {
        let mut members: Vec<(String, ReplyToken)> = vec![self.join_new()];
        while members.len() < count {
            let newcomer = self.join_new();
            for (member_id, token) in &mut members {
                if self.joined(*token).is_some() {
                    *token = self.join(&Joiner::member(member_id));
                }
            }
            members.push(newcomer);
        }
        self.finish_rebalance(members)
    }

    /// Syncs members whose joins were answered; the leader comes first in the result.
    pub(super) fn finish_rebalance(&mut self, members: Vec<(String, ReplyToken)>) -> Vec<String> {
        let mut ids = Vec::new();
        for (member_id, token) in members {
            let response = self.joined(token).expect("the join was answered");
            assert_eq!(response.error_code, 0, "{response:?}");
            if response.leader == member_id { ids.insert(0, member_id) } else { ids.push(member_id) }
        }
        let generation_id = self.group().generation_id();
        let assignments: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), id.as_str())).collect();
        for (index, member_id) in ids.iter().enumerate() {
            let assignments = if index == 0 { assignments.as_slice() } else { &[] };
            let token = self.sync(member_id, generation_id, assignments);
            let response = self.synced(token).unwrap();
            assert_eq!(response.assignment, member_id.as_bytes());
        }
        assert_eq!(self.state(), GroupState::Stable);
        ids
    }
}

/// Replays a log into a shard of its own.
pub(super) fn fold(log: &[LogEntry], config: GroupCoordinatorConfig) -> GroupShard {
    let mut shard = GroupShard::new(config);
    for (offset, entry) in (0..).zip(log) {
        shard.replay(offset, entry.clone()).unwrap();
    }
    shard
}

/// Checks that a restart would lose nothing that was stored: the same groups and offsets, pending ones too, and
/// what is stored of every group that is stable or empty.
pub(super) fn assert_fold_is_memory(log: &[LogEntry], shard: &GroupShard) {
    let folded = fold(log, config());
    assert_eq!(folded.offsets(), shard.offsets());
    assert_eq!(folded.pending_offsets(), shard.pending_offsets());
    assert_eq!(folded.next_offset(), shard.next_offset());
    let ids = |shard: &GroupShard| shard.groups().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&folded), ids(shard));
    for (group_id, group) in shard.groups() {
        if matches!(group.state(), GroupState::Stable | GroupState::Empty) {
            let stored = folded.group(group_id).unwrap().to_record();
            assert_eq!(stored, group.to_record(), "{group_id}");
        }
    }
}
