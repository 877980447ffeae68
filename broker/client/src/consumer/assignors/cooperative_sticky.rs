//! `cooperative-sticky`: the sticky balance, reached in two steps (KIP-429). A partition that is to move is given
//! to nobody while its owner still has it; the owner gives it up and the group rebalances once more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use super::balance::{Claim, balance};
use super::{AssignError, Assignor, MemberAssignment, MemberSubscription, without_user_data};
use crate::TopicPartition;
use crate::cluster::Metadata;

/// Kafka's `CooperativeStickyAssignor`.
#[derive(Debug, Clone, Copy, Default)]
pub struct CooperativeStickyAssignor;

impl Assignor for CooperativeStickyAssignor {
    fn name(&self) -> &str {
        "cooperative-sticky"
    }

    fn is_cooperative(&self) -> bool {
        true
    }

    fn user_data(&self, _topics: &BTreeSet<Arc<str>>) -> Option<Bytes> {
        // Members read the generation from the subscription (version 2); Java's before 3.5 expect it here.
        let mut bytes = BytesMut::with_capacity(4);
        bytes.put_i32(-1);
        Some(bytes.freeze())
    }

    fn assign(
        &self,
        metadata: &Metadata,
        members: &[MemberSubscription],
    ) -> Result<BTreeMap<String, MemberAssignment>, AssignError> {
        let claims: BTreeMap<String, Claim> = members
            .iter()
            .map(|member| {
                let claim = Claim { partitions: member.owned.clone(), generation: member.generation };
                (member.member_id.clone(), claim)
            })
            .collect();
        let mut assigned = balance(metadata, members, &claims);
        let owned_by: BTreeMap<&TopicPartition, BTreeSet<&str>> = owned_by(members);
        for (member_id, partitions) in &mut assigned {
            partitions.retain(|partition| {
                owned_by.get(partition).is_none_or(|owners| owners.iter().all(|owner| owner == member_id))
            });
        }
        Ok(without_user_data(members, assigned))
    }
}

fn owned_by(members: &[MemberSubscription]) -> BTreeMap<&TopicPartition, BTreeSet<&str>> {
    let mut owned_by: BTreeMap<&TopicPartition, BTreeSet<&str>> = BTreeMap::new();
    // Whoever claims an older generation than another has lost the partition and will be told so.
    let youngest = members.iter().map(|member| member.generation).max().unwrap_or(-1);
    for member in members.iter().filter(|member| member.generation == youngest) {
        for partition in &member.owned {
            owned_by.entry(partition).or_default().insert(&member.member_id);
        }
    }
    owned_by
}
