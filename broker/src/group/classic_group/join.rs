//! JoinGroup: who may join, under which member id, and whether that starts a rebalance.

use std::time::Duration;

use bytes::Bytes;
use tidemill_environment::Random;
use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse, JoinGroupResponseMember,
};

use super::members::{ClassicMember, MemberUpdate};
use super::state::{ClassicGroup, GroupState};
use crate::group::turn::{Reply, ReplyToken, Turn};

/// The member id of somebody who has none yet.
pub(in crate::group) const UNKNOWN_MEMBER_ID: &str = "";

/// How long a member that was never in a generation may wait for one: it cannot send heartbeats, and a client
/// that gave up would otherwise stay for ever (Kafka: a constant).
const NEW_MEMBER_JOIN_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// First version whose members must come back with the id they are given (KIP-394).
const MEMBER_ID_REQUIRED_SINCE: i16 = 4;
/// First version that lets a static leader skip the assignment (KIP-814).
const SKIP_ASSIGNMENT_SINCE: i16 = 9;

/// A JoinGroup request and whom to answer.
#[derive(Debug)]
pub(in crate::group) struct Join<'a> {
    pub(in crate::group) request: &'a JoinGroupRequest,
    pub(in crate::group) version: i16,
    pub(in crate::group) client_id: &'a str,
    pub(in crate::group) client_host: &'a str,
    pub(in crate::group) token: ReplyToken,
}

impl Join<'_> {
    pub(in crate::group) fn refuse(&self, turn: &mut Turn<'_>, member_id: &str, error: ErrorCode) {
        turn.reply(self.token, refusal(member_id, error));
    }

    fn update(&self) -> MemberUpdate {
        let session_timeout = milliseconds(self.request.session_timeout_ms);
        // Version 0 has no rebalance timeout; its default is -1.
        let rebalance_timeout = match self.request.rebalance_timeout_ms {
            timeout_ms if timeout_ms < 0 => session_timeout,
            timeout_ms => milliseconds(timeout_ms),
        };
        MemberUpdate { session_timeout, rebalance_timeout, protocols: distinct(&self.request.protocols) }
    }
}

pub(super) fn refusal(member_id: &str, error: ErrorCode) -> Reply {
    Reply::Join(JoinGroupResponse {
        error_code: error.code(),
        member_id: member_id.to_owned(),
        ..JoinGroupResponse::default()
    })
}

fn milliseconds(value: i32) -> Duration {
    Duration::from_millis(u64::try_from(value).unwrap_or(0))
}

/// Keeps the first of protocols that share a name.
fn distinct(protocols: &[JoinGroupRequestProtocol]) -> Vec<JoinGroupRequestProtocol> {
    let mut kept: Vec<JoinGroupRequestProtocol> = Vec::with_capacity(protocols.len());
    for protocol in protocols {
        if !kept.iter().any(|other| other.name == protocol.name) {
            kept.push(protocol.clone());
        }
    }
    kept
}

/// Makes a member id: the instance or client id, a dash, and a random UUID.
fn new_member_id(prefix: &str, random: &mut dyn Random) -> String {
    let (high, low) = (random.next_u64(), random.next_u64());
    let version_4 = (high & !0xF000) | 0x4000;
    let variant_1 = (low & !(0b11 << 62)) | (0b10 << 62);
    format!(
        "{prefix}-{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        version_4 >> 32,
        (version_4 >> 16) & 0xFFFF,
        version_4 & 0xFFFF,
        variant_1 >> 48,
        variant_1 & 0xFFFF_FFFF_FFFF
    )
}

impl ClassicGroup {
    /// Handles a JoinGroup request; its reply may come much later.
    pub(in crate::group) fn join(&mut self, turn: &mut Turn<'_>, join: &Join<'_>, random: &mut dyn Random) {
        let member_id = join.request.member_id.as_str();
        if !self.accepts_one_more(member_id, turn.config.max_size) {
            self.remove(member_id);
            join.refuse(turn, UNKNOWN_MEMBER_ID, ErrorCode::GroupMaxSizeReached);
            self.complete_join_if_all_joined(turn);
        } else if !self.supports_protocols(join.request) {
            join.refuse(turn, member_id, ErrorCode::InconsistentGroupProtocol);
        } else if member_id == UNKNOWN_MEMBER_ID {
            self.join_as_new(turn, join, random);
        } else if self.pending_joins.contains(member_id) {
            self.join_with_given_id(turn, join);
        } else {
            self.rejoin(turn, join);
        }
    }

    /// Tells whether `group.max.size` leaves room. While members rejoin, those that wait are counted, so that a
    /// group whose limit was lowered shrinks to it. Member ids that were given out take room too.
    fn accepts_one_more(&self, member_id: &str, max_size: usize) -> bool {
        let member = self.members.get(member_id);
        let is_pending = self.pending_joins.contains(member_id);
        let others_pending = self.pending_joins.len() - usize::from(is_pending);
        match self.state {
            GroupState::Empty => others_pending < max_size,
            GroupState::PreparingRebalance => {
                member.is_some_and(|member| member.awaiting_join.is_some())
                    || self.members.awaiting_join_count() + others_pending < max_size
            }
            GroupState::CompletingRebalance | GroupState::Stable => {
                member.is_some() || self.members.len() + others_pending < max_size
            }
        }
    }

    /// Tells whether the request shares the group's protocol type and a protocol of all its members.
    fn supports_protocols(&self, request: &JoinGroupRequest) -> bool {
        if self.state == GroupState::Empty {
            return !request.protocol_type.is_empty() && !request.protocols.is_empty();
        }
        let names = request.protocols.iter().map(|protocol| protocol.name.as_str());
        self.protocol_type.as_deref() == Some(request.protocol_type.as_str())
            && self.members.all_support_one_of(names)
    }

    fn join_as_new(&mut self, turn: &mut Turn<'_>, join: &Join<'_>, random: &mut dyn Random) {
        if let Some(instance_id) = &join.request.group_instance_id {
            let member_id = new_member_id(instance_id, random);
            match self.members.id_of_instance(instance_id).map(str::to_owned) {
                Some(old_member_id) => self.replace_static_member(turn, join, &old_member_id, member_id),
                None => self.add_member(turn, join, member_id),
            }
            return;
        }
        let member_id = new_member_id(join.client_id, random);
        if join.version < MEMBER_ID_REQUIRED_SINCE {
            self.add_member(turn, join, member_id);
            return;
        }
        turn.schedule(self.session_timer(&member_id), milliseconds(join.request.session_timeout_ms));
        join.refuse(turn, &member_id, ErrorCode::MemberIdRequired);
        self.pending_joins.insert(member_id);
    }

    fn join_with_given_id(&mut self, turn: &mut Turn<'_>, join: &Join<'_>) {
        let member_id = &join.request.member_id;
        // Only dynamic members are given ids in advance: an instance id here belongs to nobody yet.
        if join.request.group_instance_id.is_some() {
            join.refuse(turn, member_id, ErrorCode::UnknownMemberId);
            return;
        }
        self.add_member(turn, join, member_id.clone());
    }

    fn add_member(&mut self, turn: &mut Turn<'_>, join: &Join<'_>, member_id: String) {
        if self.members.is_empty() {
            self.protocol_type = Some(join.request.protocol_type.clone());
        }
        if let Some(delay) = &mut self.initial_delay {
            delay.is_extended = true;
        }
        let update = join.update();
        self.pending_joins.remove(&member_id);
        self.members.insert(ClassicMember {
            member_id: member_id.clone(),
            instance_id: join.request.group_instance_id.clone(),
            client_id: join.client_id.to_owned(),
            client_host: join.client_host.to_owned(),
            session_timeout: update.session_timeout,
            rebalance_timeout: update.rebalance_timeout,
            protocols: update.protocols,
            assignment: Bytes::new(),
            is_new: true,
            awaiting_join: Some(join.token),
            awaiting_sync: None,
        });
        turn.schedule(self.session_timer(&member_id), NEW_MEMBER_JOIN_TIMEOUT);
        self.leader_id.get_or_insert(member_id);
        self.rebalance_or_complete(turn);
    }

    fn rejoin(&mut self, turn: &mut Turn<'_>, join: &Join<'_>) {
        let member_id = join.request.member_id.as_str();
        if let Err(error) = self.check_member(member_id, join.request.group_instance_id.as_deref()) {
            join.refuse(turn, member_id, error);
            return;
        }
        let protocols = distinct(&join.request.protocols);
        let is_same = self.members.get(member_id).is_some_and(|member| member.protocols == protocols);
        match self.state {
            GroupState::Empty => join.refuse(turn, member_id, ErrorCode::UnknownMemberId),
            // It missed the answer to its join: tell it again what it is part of.
            GroupState::CompletingRebalance if is_same => {
                let reply = self.joined(member_id, self.is_leader(member_id));
                turn.reply(join.token, Reply::Join(reply));
            }
            GroupState::Stable if is_same && !self.is_leader(member_id) => {
                let reply = self.joined(member_id, false);
                turn.reply(join.token, Reply::Join(reply));
            }
            // A leader that joins a stable group asks for a new assignment, for example after topics changed.
            _ => {
                self.members.update(member_id, join.update());
                self.park_join(turn, member_id, join.token);
                self.rebalance_or_complete(turn);
            }
        }
    }

    /// Gives a static instance a new member id and fences the old one (KIP-345).
    ///
    /// A stable group whose protocol stays the same does not rebalance: the instance keeps its assignment.
    fn replace_static_member(&mut self, turn: &mut Turn<'_>, join: &Join<'_>, old_id: &str, new_id: String) {
        let Some(old) = self.members.get(old_id).cloned() else {
            return;
        };
        self.fence(turn, old_id);
        let leader_before = self.leader_id.clone();
        self.members.remove(old_id);
        let was_pending_sync = self.pending_syncs.remove(old_id);
        turn.cancel(self.session_timer(old_id));
        self.members.insert(ClassicMember {
            member_id: new_id.clone(),
            is_new: false,
            awaiting_join: None,
            awaiting_sync: None,
            ..old
        });
        if self.is_leader(old_id) {
            self.leader_id = Some(new_id.clone());
        }
        if was_pending_sync {
            self.pending_syncs.insert(new_id.clone());
        }
        self.members.update(&new_id, join.update());
        self.restart_session(turn, &new_id);
        match self.state {
            GroupState::Stable if self.members.select_protocol() == self.protocol_name => {
                self.write_record(turn);
                let mut reply = self.joined(&new_id, self.is_leader(&new_id));
                if join.version >= SKIP_ASSIGNMENT_SINCE {
                    reply.skip_assignment = self.is_leader(&new_id);
                } else {
                    // An old leader would assign again: let it believe that another one leads.
                    reply.members.clear();
                    reply.leader = leader_before.unwrap_or_default();
                }
                turn.reply(join.token, Reply::Join(reply));
            }
            // The leader may already be assigning to the old member id.
            GroupState::CompletingRebalance => {
                self.park_join(turn, &new_id, join.token);
                self.prepare_rebalance(turn);
            }
            _ => {
                self.park_join(turn, &new_id, join.token);
                self.rebalance_or_complete(turn);
            }
        }
    }

    /// Answers what the old holder of a static instance waits for.
    fn fence(&mut self, turn: &mut Turn<'_>, member_id: &str) {
        if let Some(token) = self.members.take_join(member_id) {
            turn.reply(token, refusal(member_id, ErrorCode::FencedInstanceId));
        }
        if let Some(token) = self.members.take_sync(member_id) {
            turn.reply(token, super::sync::refusal(ErrorCode::FencedInstanceId));
        }
    }

    /// Parks a join. An earlier one of the same member has been given up by its client and is answered.
    fn park_join(&mut self, turn: &mut Turn<'_>, member_id: &str, token: ReplyToken) {
        if let Some(earlier) = self.members.park_join(member_id, token) {
            turn.reply(earlier, refusal(member_id, ErrorCode::RebalanceInProgress));
        }
    }

    /// Describes the current generation to one of its members; only the leader sees the others.
    pub(super) fn joined(&self, member_id: &str, with_members: bool) -> JoinGroupResponse {
        let protocol = self.protocol_name.as_deref().unwrap_or_default();
        let member = |member: &ClassicMember| JoinGroupResponseMember {
            member_id: member.member_id.clone(),
            group_instance_id: member.instance_id.clone(),
            metadata: member.metadata(protocol),
        };
        JoinGroupResponse {
            error_code: ErrorCode::None.code(),
            generation_id: self.generation_id,
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol_name.clone(),
            leader: self.leader_id.clone().unwrap_or_default(),
            member_id: member_id.to_owned(),
            members: if with_members { self.members.iter().map(member).collect() } else { Vec::new() },
            ..JoinGroupResponse::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_environment::SeededRandom;

    #[test]
    fn a_member_id_ends_in_a_random_uuid() {
        let id = new_member_id("client", &mut SeededRandom::new(1));
        let parts: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [6, 8, 4, 4, 4, 12]);
        assert_eq!(id.split('-').nth(3).unwrap().as_bytes()[0], b'4');
        assert!(b"89ab".contains(&id.split('-').nth(4).unwrap().as_bytes()[0]));
    }

    #[test]
    fn of_protocols_with_one_name_the_first_counts() {
        let protocol = |name: &str, metadata: &'static [u8]| JoinGroupRequestProtocol {
            name: name.to_owned(),
            metadata: Bytes::from_static(metadata),
        };
        let kept = distinct(&[protocol("a", b"1"), protocol("b", b"2"), protocol("a", b"3")]);
        assert_eq!(kept, [protocol("a", b"1"), protocol("b", b"2")]);
    }
}
