//! The members of a classic group.
//!
//! Keeps three counts beside the members so that a join costs the same in a group of ten thousand: how many
//! wait for their join to be answered, how many support each protocol, and which member id a static instance
//! has. Only the methods here change them.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use tidemill_protocol::messages::join_group::JoinGroupRequestProtocol;

use crate::group::turn::ReplyToken;

/// A member of a classic group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ClassicMember {
    pub(super) member_id: String,
    pub(super) instance_id: Option<String>,
    pub(super) client_id: String,
    pub(super) client_host: String,
    pub(super) session_timeout: Duration,
    pub(super) rebalance_timeout: Duration,
    /// The protocols it supports, most wanted first.
    pub(super) protocols: Vec<JoinGroupRequestProtocol>,
    pub(super) assignment: Bytes,
    /// It has not been part of a generation yet: it cannot send heartbeats, so a timer limits its wait.
    pub(super) is_new: bool,
    pub(super) awaiting_join: Option<ReplyToken>,
    pub(super) awaiting_sync: Option<ReplyToken>,
}

impl ClassicMember {
    /// Returns what the member says about itself under `protocol`; nothing if it does not support it.
    pub(super) fn metadata(&self, protocol: &str) -> Bytes {
        let known = self.protocols.iter().find(|supported| supported.name == protocol);
        known.map(|supported| supported.metadata.clone()).unwrap_or_default()
    }

    /// Tells whether a parked request stands for the heartbeats the member cannot send meanwhile.
    pub(super) fn is_excused_from_heartbeats(&self) -> bool {
        !self.is_new && (self.awaiting_join.is_some() || self.awaiting_sync.is_some())
    }
}

/// The members of one group.
#[derive(Debug, Default)]
pub(super) struct Members {
    by_id: BTreeMap<String, ClassicMember>,
    ids_by_instance: BTreeMap<String, String>,
    supporters: BTreeMap<String, usize>,
    awaiting_join: usize,
}

impl Members {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(super) fn get(&self, member_id: &str) -> Option<&ClassicMember> {
        self.by_id.get(member_id)
    }

    pub(super) fn contains(&self, member_id: &str) -> bool {
        self.by_id.contains_key(member_id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &ClassicMember> {
        self.by_id.values()
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.by_id.keys().cloned().collect()
    }

    /// Returns the member id that a static instance has now (KIP-345).
    pub(super) fn id_of_instance(&self, instance_id: &str) -> Option<&str> {
        self.ids_by_instance.get(instance_id).map(String::as_str)
    }

    /// Returns how many members wait for their join to be answered.
    pub(super) fn awaiting_join_count(&self) -> usize {
        self.awaiting_join
    }

    /// Returns the longest rebalance timeout.
    pub(super) fn rebalance_timeout(&self) -> Duration {
        self.iter().map(|member| member.rebalance_timeout).max().unwrap_or_default()
    }

    /// Adds a member whose id and instance are not in the group yet.
    pub(super) fn insert(&mut self, member: ClassicMember) {
        debug_assert!(!self.by_id.contains_key(&member.member_id), "a member id is added once");
        if let Some(instance_id) = &member.instance_id {
            self.ids_by_instance.insert(instance_id.clone(), member.member_id.clone());
        }
        self.count_protocols(&member.protocols);
        self.awaiting_join += usize::from(member.awaiting_join.is_some());
        self.by_id.insert(member.member_id.clone(), member);
    }

    pub(super) fn remove(&mut self, member_id: &str) -> Option<ClassicMember> {
        let member = self.by_id.remove(member_id)?;
        if let Some(instance_id) = &member.instance_id {
            self.ids_by_instance.remove(instance_id);
        }
        self.discount_protocols(&member.protocols);
        self.awaiting_join -= usize::from(member.awaiting_join.is_some());
        Some(member)
    }

    /// Replaces the protocols and timeouts a member joined with.
    pub(super) fn update(&mut self, member_id: &str, update: MemberUpdate) {
        let Some(member) = self.by_id.get_mut(member_id) else {
            return;
        };
        member.session_timeout = update.session_timeout;
        member.rebalance_timeout = update.rebalance_timeout;
        let old = std::mem::replace(&mut member.protocols, update.protocols.clone());
        self.discount_protocols(&old);
        self.count_protocols(&update.protocols);
    }

    /// Parks a join; returns the token of an earlier one of the same member that was still parked.
    pub(super) fn park_join(&mut self, member_id: &str, token: ReplyToken) -> Option<ReplyToken> {
        let earlier = self.by_id.get_mut(member_id)?.awaiting_join.replace(token);
        self.awaiting_join += usize::from(earlier.is_none());
        earlier
    }

    /// Takes the token of a parked join.
    pub(super) fn take_join(&mut self, member_id: &str) -> Option<ReplyToken> {
        let token = self.by_id.get_mut(member_id)?.awaiting_join.take();
        self.awaiting_join -= usize::from(token.is_some());
        token
    }

    /// Parks a sync; returns the token of an earlier one of the same member that was still parked.
    pub(super) fn park_sync(&mut self, member_id: &str, token: ReplyToken) -> Option<ReplyToken> {
        self.by_id.get_mut(member_id)?.awaiting_sync.replace(token)
    }

    /// Takes the token of a parked sync.
    pub(super) fn take_sync(&mut self, member_id: &str) -> Option<ReplyToken> {
        self.by_id.get_mut(member_id)?.awaiting_sync.take()
    }

    pub(super) fn assign(&mut self, member_id: &str, assignment: Bytes) {
        if let Some(member) = self.by_id.get_mut(member_id) {
            member.assignment = assignment;
        }
    }

    /// Notes that the member is part of a generation and can send heartbeats from now on.
    pub(super) fn settle(&mut self, member_id: &str) {
        if let Some(member) = self.by_id.get_mut(member_id) {
            member.is_new = false;
        }
    }

    /// Tells whether every member supports at least one of `names`.
    pub(super) fn all_support_one_of<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> bool {
        names.any(|name| self.supporters.get(name).copied().unwrap_or(0) == self.len())
    }

    /// Chooses the protocol of the next generation: each member votes for the first of its protocols that all
    /// support; the most votes win, the first name in order wins a tie.
    pub(super) fn select_protocol(&self) -> Option<String> {
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for member in self.iter() {
            let is_common = |name: &str| self.supporters.get(name) == Some(&self.len());
            let vote = member.protocols.iter().find(|protocol| is_common(&protocol.name))?;
            *votes.entry(&vote.name).or_default() += 1;
        }
        let most = votes.values().max().copied()?;
        votes.into_iter().find(|(_, count)| *count == most).map(|(name, _)| name.to_owned())
    }

    fn count_protocols(&mut self, protocols: &[JoinGroupRequestProtocol]) {
        for protocol in protocols {
            *self.supporters.entry(protocol.name.clone()).or_default() += 1;
        }
    }

    fn discount_protocols(&mut self, protocols: &[JoinGroupRequestProtocol]) {
        for protocol in protocols {
            if let Some(count) = self.supporters.get_mut(&protocol.name) {
                *count -= 1;
                if *count == 0 {
                    self.supporters.remove(&protocol.name);
                }
            }
        }
    }
}

/// What a join may change about a member.
#[derive(Debug, Clone)]
pub(super) struct MemberUpdate {
    pub(super) session_timeout: Duration,
    pub(super) rebalance_timeout: Duration,
    pub(super) protocols: Vec<JoinGroupRequestProtocol>,
}
