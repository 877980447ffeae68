//! The state of a classic group, and the checks every request passes.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Buf;
use tidemill_protocol::messages::consumer_protocol::ConsumerProtocolSubscription;
use tidemill_protocol::{ErrorCode, Message, Reader};

use super::members::Members;
use crate::group::timers::TimerKey;
use crate::group::turn::{ReplyToken, Turn};

/// The protocol type of consumers, whose subscriptions the coordinator can read.
const CONSUMER_PROTOCOL_TYPE: &str = "consumer";

/// Where a group is in its rebalance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupState {
    /// No members.
    Empty,
    /// Waiting for members to join.
    PreparingRebalance,
    /// Waiting for the leader's assignment.
    CompletingRebalance,
    /// Every member has its assignment.
    Stable,
}

impl GroupState {
    /// Returns the name that DescribeGroups and ListGroups give the state.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
        }
    }
}

/// A group of the classic protocol.
///
/// Invariants: an empty group has no members; a group that completes its rebalance or is stable has members, a
/// leader among them and a protocol; only members are parked.
#[derive(Debug)]
pub struct ClassicGroup {
    pub(super) group_id: String,
    pub(super) state: GroupState,
    /// When the state was entered, wall clock; stored, for the expiry of offsets.
    pub(super) state_since_ms: i64,
    pub(super) generation_id: i32,
    /// `None` for a group that only commits offsets.
    pub(super) protocol_type: Option<String>,
    pub(super) protocol_name: Option<String>,
    pub(super) leader_id: Option<String>,
    pub(super) members: Members,
    /// Member ids that were given out and have not joined yet (KIP-394).
    pub(super) pending_joins: BTreeSet<String>,
    /// Members of the generation that have not synced yet.
    pub(super) pending_syncs: BTreeSet<String>,
    /// The rest of the initial delay while the first rebalance of an empty group collects members.
    pub(super) initial_delay: Option<InitialDelay>,
    /// Topics of all members as of the last generation; `None` if they cannot be read.
    pub(super) subscribed_topics: Option<BTreeSet<String>>,
}

/// How long the first rebalance may still wait for more members (`group.initial.rebalance.delay.ms`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InitialDelay {
    /// The part that is being waited for.
    pub(super) step: Duration,
    /// What may be added when somebody joins meanwhile.
    pub(super) remaining: Duration,
    /// Somebody joined meanwhile.
    pub(super) is_extended: bool,
}

impl ClassicGroup {
    /// Makes an empty group that nobody has joined yet.
    #[must_use]
    pub fn new(group_id: String, now_ms: i64) -> Self {
        Self {
            group_id,
            state: GroupState::Empty,
            state_since_ms: now_ms,
            generation_id: 0,
            protocol_type: None,
            protocol_name: None,
            leader_id: None,
            members: Members::default(),
            pending_joins: BTreeSet::new(),
            pending_syncs: BTreeSet::new(),
            initial_delay: None,
            subscribed_topics: None,
        }
    }

    /// Returns the state of the rebalance.
    #[must_use]
    pub fn state(&self) -> GroupState {
        self.state
    }

    /// Returns the number of the current generation.
    #[must_use]
    pub fn generation_id(&self) -> i32 {
        self.generation_id
    }

    /// Tells whether nobody is in the group and nobody was just given a member id.
    #[must_use]
    pub fn is_vacant(&self) -> bool {
        self.state == GroupState::Empty && self.pending_joins.is_empty()
    }

    /// Returns the answers that are parked, in no order that matters, and forgets them.
    pub(in crate::group) fn take_parked(&mut self) -> Vec<ReplyToken> {
        let ids = self.members.ids();
        let members = &mut self.members;
        ids.iter().flat_map(|id| [members.take_join(id), members.take_sync(id)]).flatten().collect()
    }

    /// Checks that a request comes from a member, and from the one its instance id names (KIP-345).
    pub(super) fn check_member(&self, member_id: &str, instance_id: Option<&str>) -> Result<(), ErrorCode> {
        if let Some(instance_id) = instance_id {
            match self.members.id_of_instance(instance_id) {
                None => return Err(ErrorCode::UnknownMemberId),
                Some(current) if current != member_id => return Err(ErrorCode::FencedInstanceId),
                Some(_) => {}
            }
        }
        if self.members.contains(member_id) { Ok(()) } else { Err(ErrorCode::UnknownMemberId) }
    }

    /// Checks that an OffsetCommit may change the group's offsets.
    ///
    /// Members may commit while the group prepares a rebalance: they must, before partitions are taken from them.
    ///
    /// # Errors
    /// The code of Kafka's answer.
    pub fn check_offset_commit(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
        generation_id: i32,
    ) -> Result<(), ErrorCode> {
        if generation_id < 0 && self.state == GroupState::Empty {
            return Ok(());
        }
        if generation_id < 0 && member_id.is_empty() && instance_id.is_none() {
            return Err(ErrorCode::UnknownMemberId);
        }
        self.check_member(member_id, instance_id)?;
        if generation_id != self.generation_id {
            return Err(ErrorCode::IllegalGeneration);
        }
        if self.state == GroupState::CompletingRebalance {
            return Err(ErrorCode::RebalanceInProgress);
        }
        Ok(())
    }

    /// Checks that a TxnOffsetCommit may change the group's offsets, at whatever point of a rebalance (KIP-447).
    ///
    /// Versions 0 to 2 name no member, and are not checked.
    ///
    /// # Errors
    /// The code of Kafka's answer.
    pub fn check_transactional_commit(
        &self,
        member_id: &str,
        instance_id: Option<&str>,
        generation_id: i32,
    ) -> Result<(), ErrorCode> {
        let is_empty = self.state == GroupState::Empty;
        let names_nobody = member_id.is_empty() && instance_id.is_none();
        if generation_id < 0 && (is_empty || names_nobody) {
            return Ok(());
        }
        self.check_member(member_id, instance_id)?;
        if generation_id == self.generation_id { Ok(()) } else { Err(ErrorCode::IllegalGeneration) }
    }

    /// Checks that offsets of the group may be deleted: it is empty, or its subscriptions can be read.
    ///
    /// # Errors
    /// [`ErrorCode::NonEmptyGroup`].
    pub fn check_offset_delete(&self) -> Result<(), ErrorCode> {
        if self.state == GroupState::Empty || self.is_consumer_group() {
            Ok(())
        } else {
            Err(ErrorCode::NonEmptyGroup)
        }
    }

    /// Checks that the group may be deleted.
    ///
    /// # Errors
    /// [`ErrorCode::NonEmptyGroup`].
    pub fn check_delete(&self) -> Result<(), ErrorCode> {
        if self.state == GroupState::Empty { Ok(()) } else { Err(ErrorCode::NonEmptyGroup) }
    }

    /// Tells whether a member reads `topic`; if the subscriptions cannot be read, a consumer group may.
    #[must_use]
    pub fn is_subscribed_to(&self, topic: &str) -> bool {
        self.subscribed_topics
            .as_ref()
            .map_or_else(|| self.is_consumer_group(), |topics| topics.contains(topic))
    }

    /// Says from when the retention of an offset counts.
    #[must_use]
    pub fn offset_retention(&self) -> OffsetRetention {
        match (&self.protocol_type, self.state) {
            (None, _) => OffsetRetention::SinceCommit,
            (Some(_), GroupState::Empty) => OffsetRetention::Since(self.state_since_ms),
            (Some(_), GroupState::Stable) if self.is_consumer_group() && self.subscribed_topics.is_some() => {
                OffsetRetention::SinceCommit
            }
            (Some(_), _) => OffsetRetention::Forever,
        }
    }

    pub(super) fn is_consumer_group(&self) -> bool {
        self.protocol_type.as_deref() == Some(CONSUMER_PROTOCOL_TYPE)
    }

    pub(super) fn is_leader(&self, member_id: &str) -> bool {
        self.leader_id.as_deref() == Some(member_id)
    }

    pub(super) fn enter(&mut self, state: GroupState, now_ms: i64) {
        self.state = state;
        self.state_since_ms = now_ms;
    }

    /// Removes a member or a pending member id; the next member in order succeeds a leader.
    pub(super) fn remove(&mut self, member_id: &str) {
        self.members.remove(member_id);
        self.pending_joins.remove(member_id);
        self.pending_syncs.remove(member_id);
        if self.is_leader(member_id) {
            self.leader_id = self.members.iter().next().map(|member| member.member_id.clone());
        }
    }

    pub(super) fn has_all_joined(&self) -> bool {
        self.members.awaiting_join_count() == self.members.len() && self.pending_joins.is_empty()
    }

    /// Reads the topics of all members out of their subscriptions.
    pub(super) fn read_subscribed_topics(&self) -> Option<BTreeSet<String>> {
        if !self.is_consumer_group() {
            return None;
        }
        let Some(protocol) = &self.protocol_name else {
            return self.members.is_empty().then(BTreeSet::new);
        };
        let mut topics = BTreeSet::new();
        for member in self.members.iter() {
            // Two bytes of version; later versions only append fields, so that version 0 reads them all.
            let mut subscription = member.metadata(protocol);
            subscription.try_get_i16().ok()?;
            let mut reader = Reader::new(subscription);
            topics.extend(ConsumerProtocolSubscription::decode(&mut reader, 0).ok()?.topics);
        }
        Some(topics)
    }

    /// Expects the next sign of life of a member after its session timeout.
    pub(super) fn restart_session(&self, turn: &mut Turn<'_>, member_id: &str) {
        if let Some(member) = self.members.get(member_id) {
            turn.schedule(self.session_timer(member_id), member.session_timeout);
        }
    }

    pub(super) fn session_timer(&self, member_id: &str) -> TimerKey {
        TimerKey::Session { group_id: self.group_id.clone(), member_id: member_id.to_owned() }
    }

    pub(super) fn join_timer(&self) -> TimerKey {
        TimerKey::Join { group_id: self.group_id.clone() }
    }

    pub(super) fn sync_timer(&self) -> TimerKey {
        TimerKey::Sync { group_id: self.group_id.clone() }
    }
}

/// From when the retention of a group's offsets counts (`offsets.retention.minutes`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetRetention {
    /// Offsets are in use and do not expire.
    Forever,
    /// From the commit of each offset.
    SinceCommit,
    /// From this wall-clock time, in milliseconds.
    Since(i64),
}
