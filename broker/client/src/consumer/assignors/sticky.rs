//! `sticky`: the sticky balance for groups that stop while they rebalance. Members give everything up before they
//! join, so each remembers what it had and tells the leader in its user data (KIP-54, version 1):
//!
//! ```text
//! i32 topics | each: i16 length, name, i32 partitions, each i32 | i32 generation
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use parking_lot::Mutex;

use super::balance::{Claim, balance};
use super::{AssignError, Assignor, MemberAssignment, MemberSubscription, without_user_data};
use crate::cluster::Metadata;
use crate::{ConsumerGroupMetadata, TopicPartition};

/// Kafka's `StickyAssignor`.
#[derive(Debug, Default)]
pub struct StickyAssignor {
    last: Mutex<Claim>,
}

impl Assignor for StickyAssignor {
    fn name(&self) -> &str {
        "sticky"
    }

    fn user_data(&self, _topics: &BTreeSet<Arc<str>>) -> Option<Bytes> {
        let last = self.last.lock();
        (!last.partitions.is_empty()).then(|| encode(&last))
    }

    fn assign(
        &self,
        metadata: &Metadata,
        members: &[MemberSubscription],
    ) -> Result<BTreeMap<String, MemberAssignment>, AssignError> {
        // Foreign user data that cannot be read is no reason to stop the group: its member claims nothing.
        let claims = members
            .iter()
            .filter_map(|member| Some((member.member_id.clone(), decode(member.user_data.clone()?)?)));
        let assigned = balance(metadata, members, &claims.collect());
        Ok(without_user_data(members, assigned))
    }

    fn on_assignment(&self, assignment: &MemberAssignment, group: &ConsumerGroupMetadata) {
        let partitions = assignment.partitions.clone();
        *self.last.lock() = Claim { partitions, generation: group.generation_id };
    }
}

fn encode(claim: &Claim) -> Bytes {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for partition in &claim.partitions {
        topics.entry(&partition.topic).or_default().push(partition.partition);
    }
    let mut bytes = BytesMut::new();
    let count = |length: usize| i32::try_from(length).unwrap_or(i32::MAX);
    bytes.put_i32(count(topics.len()));
    for (topic, partitions) in topics {
        // Topic names have at most 249 characters.
        bytes.put_i16(i16::try_from(topic.len()).unwrap_or(i16::MAX));
        bytes.put_slice(topic.as_bytes());
        bytes.put_i32(count(partitions.len()));
        partitions.into_iter().for_each(|partition| bytes.put_i32(partition));
    }
    bytes.put_i32(claim.generation);
    bytes.freeze()
}

fn decode(mut bytes: Bytes) -> Option<Claim> {
    let mut partitions = Vec::new();
    for _ in 0..bytes.try_get_i32().ok()? {
        let length = usize::try_from(bytes.try_get_i16().ok()?).ok()?;
        if bytes.remaining() < length {
            return None;
        }
        let topic: Arc<str> = Arc::from(std::str::from_utf8(&bytes.split_to(length)).ok()?);
        for _ in 0..bytes.try_get_i32().ok()? {
            partitions.push(TopicPartition::new(Arc::clone(&topic), bytes.try_get_i32().ok()?));
        }
    }
    // Version 0 has no generation.
    let generation = bytes.try_get_i32().unwrap_or(-1);
    Some(Claim { partitions, generation })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_member_had_survives_the_wire_and_damage_is_noticed() {
        let partitions =
            vec![TopicPartition::new("a", 0), TopicPartition::new("a", 2), TopicPartition::new("b", 1)];
        let claim = Claim { partitions, generation: 4 };
        let bytes = encode(&claim);
        assert_eq!(decode(bytes.clone()), Some(claim));
        for length in 0..bytes.len() - 4 {
            assert_eq!(decode(bytes.slice(..length)), None, "{length} bytes");
        }
    }
}
