//! `range`: of each topic, every member gets neighbouring partitions; the first members get one more where the
//! numbers do not divide. Topics with equal partitions and subscribers are therefore assigned alike, which joins
//! rely on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    AssignError, Assignor, MemberAssignment, MemberSubscription, in_order, subscribed_topics,
    without_user_data,
};
use crate::TopicPartition;
use crate::cluster::Metadata;

/// Kafka's `RangeAssignor` (without racks).
#[derive(Debug, Clone, Copy, Default)]
pub struct RangeAssignor;

impl Assignor for RangeAssignor {
    fn name(&self) -> &str {
        "range"
    }

    fn assign(
        &self,
        metadata: &Metadata,
        members: &[MemberSubscription],
    ) -> Result<BTreeMap<String, MemberAssignment>, AssignError> {
        let ordered = in_order(members);
        let mut assigned: BTreeMap<String, Vec<TopicPartition>> = BTreeMap::new();
        for (topic, count) in subscribed_topics(metadata, members) {
            let readers: Vec<_> = ordered.iter().filter(|member| member.topics.contains(&topic)).collect();
            let number = i32::try_from(readers.len()).unwrap_or(i32::MAX);
            let (each, more) = (count / number, count % number);
            let mut next = 0;
            for (index, reader) in (0_i32..).zip(readers) {
                let end = next + each + i32::from(index < more);
                let range = (next..end).map(|partition| TopicPartition::new(Arc::clone(&topic), partition));
                assigned.entry(reader.member_id.clone()).or_default().extend(range);
                next = end;
            }
        }
        Ok(without_user_data(members, assigned))
    }
}
