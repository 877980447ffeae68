//! Thousands of groups whose members join, leave, die, restart and are slow, over a log that syncs late and a
//! broker that crashes; each from a seed.
//!
//! Checked at every step: memory equals the fold of the log; an assignment reaches exactly the member and
//! generation it was made for; a generation has one leader; no answer says what is not durable; every request is
//! answered once. Checked at the end: the members that live form a stable group.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use tidemill_environment::{Now, Random, SeededRandom};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::heartbeat::HeartbeatRequest;
use tidemill_protocol::messages::join_group::{JoinGroupResponse, JoinGroupResponseMember};
use tidemill_protocol::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use tidemill_protocol::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use tidemill_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};

use super::super::{GroupRequest, GroupShard};
use super::harness::{GROUP, Joiner, config, fold};
use crate::coordinator_shard::held_replies::HeldReplies;
use crate::group::classic_group::GroupState;
use crate::group::turn::{LogEntry, Output, Reply, ReplyToken};

const SEEDS: u64 = 3_000;
const STEPS: usize = 150;
/// Steps of half a second in which the survivors must agree.
const SETTLING_STEPS: usize = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Outside,
    Joined,
    Member,
}

/// A client as a well-behaved consumer would be, except that it may fall silent.
#[derive(Debug)]
struct Client {
    /// The instance id of a static member; otherwise a name of its own.
    name: String,
    is_static: bool,
    /// Joins once more after each assignment, as cooperative consumers do.
    is_cooperative: bool,
    version: i16,
    alive: bool,
    phase: Phase,
    member_id: String,
    generation: i32,
    members: Vec<JoinGroupResponseMember>,
    is_leader: bool,
    rejoins: u32,
    committed: i64,
    in_flight: Option<ReplyToken>,
}

struct World {
    random: SeededRandom,
    now: Now,
    shard: GroupShard,
    log: Vec<LogEntry>,
    /// The fold of the whole log, kept up to date record by record.
    folded: GroupShard,
    durable: usize,
    held: HeldReplies<Reply>,
    clients: Vec<Client>,
    waiting: BTreeMap<ReplyToken, usize>,
    next_token: u64,
    /// Crashes so far: a generation that was not stored may be formed again after one.
    incarnation: u32,
    leaders: BTreeMap<(u32, i32), BTreeSet<String>>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = SeededRandom::new(seed);
        let count = 1 + random.below(5);
        let clients = (0..count).map(|index| Client::new(index, &mut random)).collect();
        let now = Now::at_ms(1_000_000);
        let mut shard = GroupShard::new(config());
        let loaded = shard.finish_loading(now);
        assert!(loaded.records.is_empty() && loaded.replies.is_empty());
        Self {
            random,
            now,
            shard,
            log: Vec::new(),
            folded: GroupShard::new(config()),
            durable: 0,
            held: HeldReplies::default(),
            clients,
            waiting: BTreeMap::new(),
            next_token: 0,
            incarnation: 0,
            leaders: BTreeMap::new(),
        }
    }

    fn take(&mut self, output: Output) {
        for entry in output.records {
            self.folded.replay(i64::try_from(self.log.len()).unwrap(), entry.clone()).unwrap();
            self.log.push(entry);
        }
        self.held.hold(i64::try_from(self.log.len()).unwrap(), output.replies);
        assert_eq!(self.folded.offsets(), self.shard.offsets());
        for (group_id, group) in self.shard.groups() {
            if matches!(group.state(), GroupState::Stable | GroupState::Empty) {
                assert_eq!(self.folded.group(group_id).unwrap().to_record(), group.to_record());
            }
        }
    }

    fn ask(&mut self, client: usize, request: GroupRequest) {
        self.next_token += 1;
        let token = ReplyToken(self.next_token);
        self.waiting.insert(token, client);
        self.clients[client].in_flight = Some(token);
        let output = self.shard.handle(self.now, &mut self.random, request, token).unwrap();
        self.take(output);
    }

    fn advance(&mut self, step_ms: u64) {
        self.now = self.now.plus(Duration::from_millis(step_ms));
        if self.shard.next_deadline().is_some_and(|deadline| deadline <= self.now.monotonic) {
            let output = self.shard.on_time(self.now);
            self.take(output);
        }
    }

    /// Makes the first `durable` records durable and delivers what that releases.
    fn sync_log(&mut self, durable: usize) {
        self.durable = durable;
        for (token, reply) in self.held.release(i64::try_from(durable).unwrap()) {
            self.deliver(token, Some(reply));
        }
    }

    /// Loses what is not durable and starts again from the rest.
    fn crash(&mut self) {
        self.incarnation += 1;
        self.log.truncate(self.durable);
        self.folded = fold(&self.log, config());
        let shard = std::mem::replace(&mut self.shard, fold(&self.log, config()));
        let lost = [self.held.discard(), shard.into_parked()].concat();
        for token in lost {
            self.deliver(token, None);
        }
        assert!(self.waiting.is_empty(), "a request was neither parked nor held: {:?}", self.waiting);
        let output = self.shard.finish_loading(self.now);
        self.take(output);
    }

    fn deliver(&mut self, token: ReplyToken, reply: Option<Reply>) {
        let index = self.waiting.remove(&token).expect("a request is answered once");
        if self.clients[index].in_flight != Some(token) {
            return; // The client that asked is gone.
        }
        self.clients[index].in_flight = None;
        match reply {
            None => {}
            Some(Reply::Join(response)) => self.on_join(index, response),
            Some(Reply::Sync(response)) if response.error_code == 0 => {
                self.check_assignment(index, &response.assignment);
                self.clients[index].phase = Phase::Member;
            }
            Some(Reply::Sync(response)) => self.clients[index].on_error(response.error_code),
            Some(Reply::Heartbeat(response)) => self.clients[index].on_error(response.error_code),
            Some(Reply::OffsetCommit(response)) => {
                self.on_commit(index, response.topics[0].partitions[0].error_code)
            }
            Some(Reply::Leave(_)) => self.clients[index].reset(),
            Some(other) => panic!("unexpected {other:?}"),
        }
    }

    fn on_join(&mut self, index: usize, response: JoinGroupResponse) {
        let incarnation = self.incarnation;
        let client = &mut self.clients[index];
        if response.error_code == ErrorCode::MemberIdRequired.code() {
            client.member_id = response.member_id;
        } else if response.error_code == 0 {
            client.is_leader = response.leader == response.member_id;
            client.member_id = response.member_id;
            client.generation = response.generation_id;
            client.members = response.members;
            client.phase = Phase::Joined;
            if client.is_leader {
                let leaders = self.leaders.entry((incarnation, client.generation)).or_default();
                leaders.insert(client.name.clone());
                assert_eq!(leaders.len(), 1, "generation {} has leaders {leaders:?}", client.generation);
            }
        } else {
            client.on_error(response.error_code);
        }
    }

    /// An assignment is for this member and generation, and a crash now would not undo it.
    fn check_assignment(&self, index: usize, assignment: &Bytes) {
        let client = &self.clients[index];
        let expected = format!("{}/{}", client.generation, client.identity());
        assert_eq!(std::str::from_utf8(assignment).unwrap(), expected);
        let stored = fold(&self.log[..self.durable], config());
        let group = stored.group(GROUP).expect("the group is durable");
        assert!(
            group.generation_id() >= client.generation,
            "generation {} is not durable",
            client.generation
        );
    }

    fn on_commit(&mut self, index: usize, error_code: i16) {
        let client = &mut self.clients[index];
        if error_code != 0 {
            client.on_error(error_code);
            return;
        }
        let stored = fold(&self.log[..self.durable], config());
        let partition = i32::try_from(index).unwrap();
        let offset = stored.offsets().get(GROUP, "topic", partition).expect("the offset is durable").offset;
        assert_eq!(offset, client.committed, "an acknowledged commit is not durable");
    }

    /// Lets a client do what it would do next.
    fn act(&mut self, index: usize) {
        let client = &self.clients[index];
        if !client.alive || client.in_flight.is_some() {
            return;
        }
        let request = match client.phase {
            Phase::Outside => client.join(),
            Phase::Joined => client.sync(),
            Phase::Member if client.is_cooperative && client.rejoins == 0 => {
                self.clients[index].rejoins = 1;
                self.clients[index].join()
            }
            Phase::Member if self.random.below(3) == 0 => {
                self.clients[index].committed += 1;
                self.clients[index].commit(index)
            }
            Phase::Member => client.heartbeat(),
        };
        self.ask(index, request);
    }

    fn disturb(&mut self) {
        let index = usize::try_from(self.random.below(u64::try_from(self.clients.len()).unwrap())).unwrap();
        match self.random.below(40) {
            0 => self.crash(),
            1 => {
                self.clients[index].alive = false;
                self.clients[index].reset();
            }
            2..=4 => self.clients[index].alive = true,
            5 if self.clients[index].phase == Phase::Member && self.clients[index].in_flight.is_none() => {
                let request = self.clients[index].leave();
                self.ask(index, request);
            }
            6 => self.advance(11_000),
            7..=12 => {
                let step_ms = self.random.below(4_000);
                self.advance(step_ms);
            }
            13..=25 => {
                let unsynced = u64::try_from(self.log.len() - self.durable).unwrap();
                let step = usize::try_from(self.random.below(unsynced + 1)).unwrap();
                self.sync_log(self.durable + step);
            }
            _ => self.act(index),
        }
    }

    /// Lets everybody who lives go on undisturbed until the group is stable and complete.
    fn settle(&mut self) {
        for _ in 0..SETTLING_STEPS {
            self.advance(500);
            for index in 0..self.clients.len() {
                self.act(index);
                self.sync_log(self.log.len());
            }
            if self.is_settled() {
                return;
            }
        }
        panic!("the group is stuck: {:?}\n{:#?}", self.shard.group(GROUP), self.clients);
    }

    fn is_settled(&self) -> bool {
        let Some(group) = self.shard.group(GROUP) else {
            return self.clients.iter().all(|client| !client.alive);
        };
        let mut alive = self.clients.iter().filter(|client| client.alive);
        let count = alive.clone().count();
        let is_whole = group.to_record().members.len() == count;
        let expected = if count == 0 { GroupState::Empty } else { GroupState::Stable };
        is_whole
            && group.state() == expected
            && alive.all(|client| client.phase == Phase::Member && client.generation == group.generation_id())
    }
}

impl Client {
    fn new(index: u64, random: &mut SeededRandom) -> Self {
        let versions = [3, 8, 9];
        Self {
            name: format!("client{index}"),
            is_static: random.below(3) == 0,
            is_cooperative: random.below(3) == 0,
            version: versions[usize::try_from(random.below(3)).unwrap()],
            alive: random.below(4) > 0,
            phase: Phase::Outside,
            member_id: String::new(),
            generation: -1,
            members: Vec::new(),
            is_leader: false,
            rejoins: 0,
            committed: 0,
            in_flight: None,
        }
    }

    /// What the leader knows this client by, whatever member id it has next.
    fn identity(&self) -> &str {
        if self.is_static { &self.name } else { &self.member_id }
    }

    fn instance_id(&self) -> Option<String> {
        self.is_static.then(|| self.name.clone())
    }

    fn reset(&mut self) {
        self.phase = Phase::Outside;
        self.member_id.clear();
        self.in_flight = None;
        self.rejoins = 0;
    }

    fn on_error(&mut self, error_code: i16) {
        match ErrorCode::from_code(error_code) {
            ErrorCode::None => {}
            ErrorCode::RebalanceInProgress => self.phase = Phase::Outside,
            ErrorCode::IllegalGeneration => self.phase = Phase::Outside,
            ErrorCode::UnknownMemberId | ErrorCode::FencedInstanceId => self.reset(),
            other => panic!("{other:?}"),
        }
    }

    fn join(&self) -> GroupRequest {
        let joiner = Joiner {
            version: self.version.max(if self.is_static { 5 } else { 0 }),
            member_id: self.member_id.clone(),
            instance_id: self.instance_id(),
            ..Joiner::default()
        };
        joiner.request(GROUP)
    }

    fn sync(&self) -> GroupRequest {
        let assignment = |member: &JoinGroupResponseMember| {
            let identity = member.group_instance_id.as_ref().unwrap_or(&member.member_id);
            SyncGroupRequestAssignment {
                member_id: member.member_id.clone(),
                assignment: Bytes::from(format!("{}/{identity}", self.generation)),
            }
        };
        GroupRequest::Sync(SyncGroupRequest {
            group_id: GROUP.to_owned(),
            generation_id: self.generation,
            member_id: self.member_id.clone(),
            group_instance_id: self.instance_id(),
            assignments: self.members.iter().map(assignment).collect(),
            ..SyncGroupRequest::default()
        })
    }

    fn heartbeat(&self) -> GroupRequest {
        GroupRequest::Heartbeat(HeartbeatRequest {
            group_id: GROUP.to_owned(),
            generation_id: self.generation,
            member_id: self.member_id.clone(),
            group_instance_id: self.instance_id(),
        })
    }

    fn commit(&self, index: usize) -> GroupRequest {
        GroupRequest::CommitOffsets {
            request: OffsetCommitRequest {
                group_id: GROUP.to_owned(),
                generation_id_or_member_epoch: self.generation,
                member_id: self.member_id.clone(),
                group_instance_id: self.instance_id(),
                topics: vec![OffsetCommitRequestTopic {
                    name: "topic".to_owned(),
                    partitions: vec![OffsetCommitRequestPartition {
                        partition_index: i32::try_from(index).unwrap(),
                        committed_offset: self.committed,
                        ..OffsetCommitRequestPartition::default()
                    }],
                    ..OffsetCommitRequestTopic::default()
                }],
                ..OffsetCommitRequest::default()
            },
            version: 9,
        }
    }

    fn leave(&self) -> GroupRequest {
        GroupRequest::Leave(LeaveGroupRequest {
            group_id: GROUP.to_owned(),
            members: vec![MemberIdentity {
                member_id: self.member_id.clone(),
                group_instance_id: self.instance_id(),
                reason: None,
            }],
            ..LeaveGroupRequest::default()
        })
    }
}

#[test]
fn groups_stay_consistent_and_never_get_stuck_whatever_their_members_do() {
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for _ in 0..STEPS {
                world.disturb();
            }
            world.settle();
        }));
        if let Err(panic) = result {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
