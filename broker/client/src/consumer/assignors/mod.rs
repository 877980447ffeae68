//! Assignors: who of a group reads which partition. One file each; [`of_choice`] is their only registration.
//!
//! The member that leads a generation runs the assignor on its own thread, inside its poll.

mod balance;
mod cooperative_sticky;
mod range;
mod round_robin;
mod sticky;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

pub use cooperative_sticky::CooperativeStickyAssignor;
pub use range::RangeAssignor;
pub use round_robin::RoundRobinAssignor;
pub use sticky::StickyAssignor;

use crate::cluster::Metadata;
use crate::config::AssignorChoice;
use crate::{ConsumerGroupMetadata, TopicPartition};

/// A member as the leader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberSubscription {
    /// Member id, unique in the group.
    pub member_id: String,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<String>,
    /// Topics it subscribes to.
    pub topics: Vec<Arc<str>>,
    /// Partitions it still owns (cooperative rebalancing).
    pub owned: Vec<TopicPartition>,
    /// Generation in which it came to own them; -1 if unknown.
    pub generation: i32,
    /// What its assignor added.
    pub user_data: Option<Bytes>,
}

impl MemberSubscription {
    /// Returns what members are ordered by: static members first, by instance id, then the others, by member id.
    #[must_use]
    pub fn order(&self) -> (bool, &str) {
        let instance = self.group_instance_id.as_deref();
        (instance.is_none(), instance.unwrap_or(&self.member_id))
    }
}

/// What a member is given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberAssignment {
    /// Partitions to read.
    pub partitions: Vec<TopicPartition>,
    /// What the leader's assignor tells the member's.
    pub user_data: Option<Bytes>,
}

/// An assignor could not assign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct AssignError {
    /// Why.
    pub reason: String,
}

/// Distributes the partitions of a group.
pub trait Assignor: fmt::Debug + Send + Sync {
    /// Returns the name all members must share.
    fn name(&self) -> &str;

    /// Whether members keep their partitions while the group rebalances (KIP-429). Then a partition must not be
    /// given to a member while another still owns it.
    fn is_cooperative(&self) -> bool {
        false
    }

    /// Returns what to tell the leader's assignor with a subscription to `topics`.
    fn user_data(&self, _topics: &BTreeSet<Arc<str>>) -> Option<Bytes> {
        None
    }

    /// Distributes the partitions in `metadata` among `members`; runs in the leader's poll and may block it.
    ///
    /// # Errors
    /// [`AssignError`]; the group then rebalances again.
    fn assign(
        &self,
        metadata: &Metadata,
        members: &[MemberSubscription],
    ) -> Result<BTreeMap<String, MemberAssignment>, AssignError>;

    /// Learns what this member was given.
    fn on_assignment(&self, _assignment: &MemberAssignment, _group: &ConsumerGroupMetadata) {}
}

/// Makes the assignor that a configuration names.
pub(super) fn of_choice(choice: AssignorChoice) -> Arc<dyn Assignor> {
    match choice {
        AssignorChoice::Range => Arc::new(RangeAssignor),
        AssignorChoice::RoundRobin => Arc::new(RoundRobinAssignor),
        AssignorChoice::Sticky => Arc::new(StickyAssignor::default()),
        AssignorChoice::CooperativeSticky => Arc::new(CooperativeStickyAssignor),
    }
}

/// Returns the members in their order.
fn in_order(members: &[MemberSubscription]) -> Vec<&MemberSubscription> {
    let mut ordered: Vec<&MemberSubscription> = members.iter().collect();
    ordered.sort_unstable_by(|one, other| one.order().cmp(&other.order()));
    ordered
}

/// Returns the topics that somebody subscribes to and that exist, with their number of partitions.
fn subscribed_topics(metadata: &Metadata, members: &[MemberSubscription]) -> BTreeMap<Arc<str>, i32> {
    let names: BTreeSet<&Arc<str>> = members.iter().flat_map(|member| &member.topics).collect();
    let existing = names.into_iter().filter_map(|name| {
        let count = i32::try_from(metadata.topics.get(name)?.partitions.len()).ok()?;
        (count > 0).then(|| (Arc::clone(name), count))
    });
    existing.collect()
}

/// Turns lists of partitions into assignments; members without any get an empty one.
fn without_user_data(
    members: &[MemberSubscription],
    mut assigned: BTreeMap<String, Vec<TopicPartition>>,
) -> BTreeMap<String, MemberAssignment> {
    let assignment = |member: &MemberSubscription| {
        let mut partitions = assigned.remove(&member.member_id).unwrap_or_default();
        partitions.sort_unstable();
        (member.member_id.clone(), MemberAssignment { partitions, user_data: None })
    };
    members.iter().map(assignment).collect()
}

#[cfg(test)]
pub(in crate::consumer) mod fixtures;
#[cfg(test)]
mod tests;
