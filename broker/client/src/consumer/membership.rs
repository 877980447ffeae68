//! A member of a group, by the classic protocol: the state machine.
//!
//! ```text
//!            first poll                 JoinGroup        SyncGroup
//! Waiting ─────────────> Preparing ──> Joining ──┬────> Syncing ──> Adopting ──> Stable
//!                          ^  owner gives up     └─> Leading ─^       owner takes    │
//!                          │  partitions             owner assigns    over           │
//!                          └──────── rebalance, lost membership, new topics ─────────┘
//! ```
//!
//! Heartbeats and the calls to the coordinator run without the owner; what touches partitions, listeners and
//! assignors waits for the owner's poll ([`OwnerWork`]). An owner that does not poll for `max.poll.interval.ms`
//! leaves the group and is told at its next poll that its partitions are lost. Answers carry the number of their
//! question; those to questions that no longer matter are dropped.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tidemill_environment::SeededRandom;
use tidemill_protocol::ErrorCode;

use crate::TopicPartition;
use crate::connection::Backoff;

/// Settings of a member.
#[derive(Debug, Clone)]
pub(super) struct MembershipSettings {
    /// `group.instance.id`.
    pub(super) instance_id: Option<String>,
    /// Whether every assignor lets members keep partitions through a rebalance.
    pub(super) cooperative: bool,
    pub(super) heartbeat_interval: Duration,
    pub(super) max_poll_interval: Duration,
    pub(super) backoff: Backoff,
}

/// Where a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The owner has not polled since it subscribed or was told of a failure.
    Waiting,
    Preparing,
    Joining,
    Leading,
    Syncing,
    Adopting,
    Stable,
    /// Refused for good.
    Failed(ErrorCode),
}

/// A member as JoinGroup names it to the leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JoinedMember {
    pub(super) member_id: String,
    pub(super) group_instance_id: Option<String>,
    pub(super) metadata: Bytes,
}

/// A completed join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) generation: i32,
    pub(super) member_id: String,
    pub(super) protocol: String,
    pub(super) is_leader: bool,
    pub(super) skip_assignment: bool,
    pub(super) members: Vec<JoinedMember>,
}

/// Why a call to the coordinator failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MemberError {
    /// The coordinator's answer; JoinGroup may come with a member id to use.
    Code { code: ErrorCode, member_id: Option<String> },
    /// No answer.
    Unreachable,
}

/// What to ask the coordinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MemberEffect {
    Join { number: u64, member_id: String, generation: i32, owned: Vec<TopicPartition> },
    Sync { number: u64, identity: Identity, protocol: String, assignments: Vec<(String, Bytes)> },
    Heartbeat { number: u64, identity: Identity },
    Leave { member_id: String },
}

/// Who the member is in its generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) generation: i32,
    pub(super) member_id: String,
}

/// What only the owner can do, in its poll. The number comes back with the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OwnerWork {
    /// Give partitions up, after committing.
    Revoke { number: u64, partitions: Vec<TopicPartition> },
    /// Give partitions up that others may own by now.
    Lose { number: u64, partitions: Vec<TopicPartition> },
    /// Distribute the group's partitions.
    Assign { number: u64, protocol: String, members: Vec<JoinedMember> },
    /// Take over what was assigned.
    Adopt { number: u64, assignment: Bytes },
}

/// The state machine.
#[derive(Debug)]
pub(super) struct Membership {
    pub(super) settings: MembershipSettings,
    pub(super) phase: Phase,
    pub(super) identity: Identity,
    pub(super) protocol: String,
    pub(super) topics: Option<BTreeSet<Arc<str>>>,
    pub(super) owned: BTreeSet<TopicPartition>,
    pub(super) work: Option<OwnerWork>,
    /// Number of the work the owner is busy with.
    pub(super) busy: Option<u64>,
    pub(super) leading: bool,
    pub(super) assignments: Vec<(String, Bytes)>,
    pub(super) rejoin: bool,
    /// Number of the newest question or work; older ones do not matter any more.
    pub(super) number: u64,
    pub(super) heartbeat: Option<u64>,
    pub(super) heartbeats: u64,
    pub(super) last_poll: Duration,
    pub(super) last_beat: Duration,
    pub(super) not_before: Duration,
    pub(super) failures: u32,
    pub(super) effects: Vec<MemberEffect>,
    pub(super) random: SeededRandom,
}

impl Membership {
    /// Makes a member that joins at its first poll.
    pub(super) fn new(settings: MembershipSettings, random: SeededRandom) -> Self {
        Self {
            settings,
            phase: Phase::Waiting,
            identity: Identity { generation: -1, member_id: String::new() },
            protocol: String::new(),
            topics: None,
            owned: BTreeSet::new(),
            work: None,
            busy: None,
            leading: false,
            assignments: Vec::new(),
            rejoin: false,
            number: 0,
            heartbeat: None,
            heartbeats: 0,
            last_poll: Duration::ZERO,
            last_beat: Duration::ZERO,
            not_before: Duration::ZERO,
            failures: 0,
            effects: Vec::new(),
            random,
        }
    }

    /// Sets what to subscribe to; joins anew if that changes.
    pub(super) fn set_topics(&mut self, topics: BTreeSet<Arc<str>>) {
        if self.topics.as_ref() != Some(&topics) {
            self.topics = Some(topics);
            self.request_rejoin();
        }
    }

    /// Returns what is subscribed to.
    pub(super) fn topics(&self) -> BTreeSet<Arc<str>> {
        self.topics.clone().unwrap_or_default()
    }

    /// Returns who the member is, if it is one.
    pub(super) fn identity(&self) -> Option<&Identity> {
        (self.identity.generation >= 0).then_some(&self.identity)
    }

    /// Returns the partitions it owns.
    pub(super) fn owned(&self) -> &BTreeSet<TopicPartition> {
        &self.owned
    }

    /// Returns the assignor of its generation.
    pub(super) fn protocol(&self) -> &str {
        &self.protocol
    }

    /// Whether it is a member with nothing left to do.
    pub(super) fn is_stable(&self) -> bool {
        self.phase == Phase::Stable && self.work.is_none()
    }

    /// Returns why the coordinator refused the member.
    pub(super) fn failure(&self) -> Option<ErrorCode> {
        match self.phase {
            Phase::Failed(code) => Some(code),
            _ => None,
        }
    }

    /// Asks for a rebalance as soon as that is possible.
    pub(super) fn request_rejoin(&mut self) {
        match self.phase {
            Phase::Waiting | Phase::Preparing | Phase::Failed(_) => {}
            Phase::Stable => self.prepare(),
            Phase::Joining | Phase::Leading | Phase::Syncing | Phase::Adopting => self.rejoin = true,
        }
    }

    /// Notes that the owner polls.
    pub(super) fn on_poll(&mut self, now: Duration) {
        self.last_poll = now;
        if self.phase == Phase::Waiting {
            self.prepare();
        }
    }

    /// Forgets a failure, so that the next poll joins again. Being fenced by a namesake stays.
    pub(super) fn forgive(&mut self) {
        if matches!(self.phase, Phase::Failed(code) if code != ErrorCode::FencedInstanceId) {
            self.phase = Phase::Waiting;
        }
    }

    /// Takes what the owner has to do now.
    pub(super) fn take_work(&mut self) -> Option<OwnerWork> {
        let work = self.work.take()?;
        self.busy = Some(self.number);
        Some(work)
    }

    /// Whether something waits for the owner.
    pub(super) fn has_work(&self) -> bool {
        self.work.is_some()
    }

    /// Whether the member leads its generation.
    pub(super) fn is_leader(&self) -> bool {
        self.leading
    }

    /// The owner gave the partitions of work `number` up.
    pub(super) fn on_given_up(&mut self, number: u64, partitions: &[TopicPartition]) {
        for partition in partitions {
            self.owned.remove(partition);
        }
        if number == self.number && self.phase == Phase::Preparing {
            self.phase = Phase::Waiting;
            self.prepare();
        }
    }

    /// The owner distributed the partitions.
    pub(super) fn on_distributed(&mut self, number: u64, assignments: Vec<(String, Bytes)>) {
        if number == self.number && self.phase == Phase::Leading {
            self.assignments = assignments;
            self.sync();
        }
    }

    /// The owner could not distribute the partitions.
    pub(super) fn on_not_distributed(&mut self, number: u64, now: Duration) {
        if number == self.number && self.phase == Phase::Leading {
            self.back_off(now);
            self.prepare();
        }
    }

    /// The owner took its partitions over; some were given up on the way if `gave_up`.
    pub(super) fn on_adopted(&mut self, number: u64, owned: BTreeSet<TopicPartition>, gave_up: bool) {
        self.owned = owned;
        if number == self.number && self.phase == Phase::Adopting {
            self.phase = Phase::Stable;
            if std::mem::take(&mut self.rejoin) || gave_up {
                self.prepare();
            }
        }
    }

    /// Decides what to ask now; also returns when to ask again if nothing happens before.
    pub(super) fn drain(&mut self, now: Duration) -> (Vec<MemberEffect>, Duration) {
        let active = !matches!(self.phase, Phase::Waiting | Phase::Failed(_));
        let poll_deadline = self.last_poll + self.settings.max_poll_interval;
        if active && now >= poll_deadline {
            self.on_owner_absent();
        }
        let mut wake_at = if active { poll_deadline } else { now + self.settings.heartbeat_interval };
        let ready = self.work.is_none() && self.busy != Some(self.number) && self.topics.is_some();
        if self.phase == Phase::Preparing && ready {
            if self.not_before <= now {
                self.join();
            } else {
                wake_at = wake_at.min(self.not_before);
            }
        }
        let beats = matches!(self.phase, Phase::Preparing | Phase::Leading | Phase::Adopting | Phase::Stable);
        if beats && self.identity.generation >= 0 && self.heartbeat.is_none() {
            let next = self.last_beat + self.settings.heartbeat_interval;
            if next <= now {
                self.beat(now);
            } else {
                wake_at = wake_at.min(next);
            }
        }
        (std::mem::take(&mut self.effects), wake_at)
    }

    /// Leaves the group for good; a static member stays known to it.
    pub(super) fn leave(&mut self) -> Option<MemberEffect> {
        let member_id = std::mem::take(&mut self.identity.member_id);
        self.abandon();
        self.phase = Phase::Waiting;
        let is_dynamic = self.settings.instance_id.is_none();
        (is_dynamic && !member_id.is_empty()).then_some(MemberEffect::Leave { member_id })
    }

    fn join(&mut self) {
        self.phase = Phase::Joining;
        self.number += 1;
        self.rejoin = false;
        let owned = if self.settings.cooperative { self.owned.iter().cloned().collect() } else { Vec::new() };
        self.effects.push(MemberEffect::Join {
            number: self.number,
            member_id: self.identity.member_id.clone(),
            generation: self.identity.generation,
            owned,
        });
    }

    pub(super) fn sync(&mut self) {
        self.phase = Phase::Syncing;
        self.number += 1;
        self.effects.push(MemberEffect::Sync {
            number: self.number,
            identity: self.identity.clone(),
            protocol: self.protocol.clone(),
            assignments: std::mem::take(&mut self.assignments),
        });
    }

    fn beat(&mut self, now: Duration) {
        // Heartbeats run beside the rebalance, so they do not make other questions obsolete.
        self.heartbeats += 1;
        self.heartbeat = Some(self.heartbeats);
        self.last_beat = now;
        let identity = self.identity.clone();
        self.effects.push(MemberEffect::Heartbeat { number: self.heartbeats, identity });
    }

    /// Has the owner give up what it must before the member joins.
    pub(super) fn prepare(&mut self) {
        self.phase = Phase::Preparing;
        self.number += 1;
        self.work = None;
        let lost = self.identity.generation < 0;
        let gone = self.owned.iter().filter(|partition| {
            let subscribed = self.topics.as_ref().is_some_and(|topics| topics.contains(&partition.topic));
            lost || !self.settings.cooperative || !subscribed
        });
        let partitions: Vec<TopicPartition> = gone.cloned().collect();
        if partitions.is_empty() {
            return;
        }
        let number = self.number;
        self.work = Some(if lost {
            OwnerWork::Lose { number, partitions }
        } else {
            OwnerWork::Revoke { number, partitions }
        });
    }

    /// The owner has not polled for too long: leaves, and has it told at its next poll.
    fn on_owner_absent(&mut self) {
        tracing::warn!(
            max_poll_interval = ?self.settings.max_poll_interval,
            "no poll within max.poll.interval.ms; leaving the group"
        );
        let left = self.leave();
        self.effects.extend(left);
    }

    /// Stops being a member; what is owned is lost at the next poll.
    pub(super) fn abandon(&mut self) {
        self.identity = Identity { generation: -1, member_id: String::new() };
        self.number += 1;
        self.work = None;
        self.heartbeat = None;
        self.rejoin = false;
        self.leading = false;
    }
}
