//! `roundrobin`: all partitions of all topics are dealt to the members in turn; a member that does not subscribe
//! to a topic is passed over.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    AssignError, Assignor, MemberAssignment, MemberSubscription, in_order, subscribed_topics,
    without_user_data,
};
use crate::TopicPartition;
use crate::cluster::Metadata;

/// Kafka's `RoundRobinAssignor`.
#[derive(Debug, Clone, Copy, Default)]
pub struct RoundRobinAssignor;

impl Assignor for RoundRobinAssignor {
    fn name(&self) -> &str {
        "roundrobin"
    }

    fn assign(
        &self,
        metadata: &Metadata,
        members: &[MemberSubscription],
    ) -> Result<BTreeMap<String, MemberAssignment>, AssignError> {
        let ordered = in_order(members);
        let mut assigned: BTreeMap<String, Vec<TopicPartition>> = BTreeMap::new();
        let mut turn = 0;
        for (topic, count) in subscribed_topics(metadata, members) {
            for partition in 0..count {
                // Somebody subscribes to the topic, so the search ends.
                while !ordered[turn % ordered.len()].topics.contains(&topic) {
                    turn += 1;
                }
                let reader = ordered[turn % ordered.len()];
                let partition = TopicPartition::new(Arc::clone(&topic), partition);
                assigned.entry(reader.member_id.clone()).or_default().push(partition);
                turn += 1;
            }
        }
        Ok(without_user_data(members, assigned))
    }
}
