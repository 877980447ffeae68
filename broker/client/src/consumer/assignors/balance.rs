//! The balance both sticky assignors share: as even as the subscriptions allow, then as few moves as possible.
//!
//! 1. Claims: a member keeps what it owned if it still subscribes to it. Two members that claim the same
//!    partition: the younger generation wins, of equal ones nobody.
//! 2. Nobody keeps more than its share; what is left over goes to the member with the fewest partitions.
//! 3. While a partition can move to a member with at least two fewer, it moves. Each move makes the sum of the
//!    squared counts smaller, so this ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{MemberSubscription, in_order, subscribed_topics};
use crate::TopicPartition;
use crate::cluster::Metadata;

/// What a member claims to have had, and since when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) partitions: Vec<TopicPartition>,
    pub(super) generation: i32,
}

/// One member while partitions are distributed.
struct Reader<'a> {
    member: &'a MemberSubscription,
    topics: BTreeSet<&'a Arc<str>>,
    partitions: BTreeSet<TopicPartition>,
}

/// Distributes the partitions; `claims` are by member id.
pub(super) fn balance(
    metadata: &Metadata,
    members: &[MemberSubscription],
    claims: &BTreeMap<String, Claim>,
) -> BTreeMap<String, Vec<TopicPartition>> {
    let mut readers: Vec<Reader<'_>> = in_order(members)
        .into_iter()
        .map(|member| Reader { member, topics: member.topics.iter().collect(), partitions: BTreeSet::new() })
        .collect();
    let topics = subscribed_topics(metadata, members);
    let mut unassigned: BTreeSet<TopicPartition> = topics
        .iter()
        .flat_map(|(topic, count)| {
            (0..*count).map(|partition| TopicPartition::new(Arc::clone(topic), partition))
        })
        .collect();
    let owners = owners(members, claims);
    for reader in &mut readers {
        let Some(claim) = claims.get(&reader.member.member_id) else {
            continue;
        };
        for partition in &claim.partitions {
            let keeps = owners.get(partition) == Some(&reader.member.member_id.as_str())
                && reader.topics.contains(&partition.topic);
            if keeps && unassigned.remove(partition) {
                reader.partitions.insert(partition.clone());
            }
        }
    }
    let alike = readers.windows(2).all(|pair| pair[0].topics == pair[1].topics);
    if alike {
        trim(&mut readers, &mut unassigned);
    }
    for partition in unassigned {
        let fewest = readers
            .iter_mut()
            .filter(|reader| reader.topics.contains(&partition.topic))
            .min_by_key(|reader| reader.partitions.len());
        if let Some(reader) = fewest {
            reader.partitions.insert(partition);
        }
    }
    while move_one(&mut readers) {}
    readers
        .into_iter()
        .map(|reader| (reader.member.member_id.clone(), reader.partitions.into_iter().collect()))
        .collect()
}

/// Returns the owner of each claimed partition, without those that two members of one generation claim.
fn owners<'a>(
    members: &'a [MemberSubscription],
    claims: &'a BTreeMap<String, Claim>,
) -> BTreeMap<&'a TopicPartition, &'a str> {
    let mut best: BTreeMap<&TopicPartition, (i32, Option<&str>)> = BTreeMap::new();
    for member in members {
        let Some(claim) = claims.get(&member.member_id) else {
            continue;
        };
        for partition in &claim.partitions {
            let claimed = (claim.generation, Some(member.member_id.as_str()));
            best.entry(partition)
                .and_modify(|known| {
                    if claim.generation > known.0 {
                        *known = claimed;
                    } else if claim.generation == known.0 {
                        known.1 = None;
                    }
                })
                .or_insert(claimed);
        }
    }
    best.into_iter().filter_map(|(partition, (_, owner))| Some((partition, owner?))).collect()
}

/// With equal subscriptions the shares are known: nobody keeps more than its own.
fn trim(readers: &mut [Reader<'_>], unassigned: &mut BTreeSet<TopicPartition>) {
    if readers.is_empty() {
        return;
    }
    let total = unassigned.len() + readers.iter().map(|reader| reader.partitions.len()).sum::<usize>();
    let (least, mut may_have_more) = (total / readers.len(), total % readers.len());
    for reader in readers {
        let share = if reader.partitions.len() > least && may_have_more > 0 {
            may_have_more -= 1;
            least + 1
        } else {
            least
        };
        while reader.partitions.len() > share {
            unassigned.extend(reader.partitions.pop_last());
        }
    }
}

/// Moves one partition from a member to one with at least two fewer; `false` if there is none to move.
fn move_one(readers: &mut [Reader<'_>]) -> bool {
    let mut by_size: Vec<usize> = (0..readers.len()).collect();
    by_size.sort_by_key(|index| readers[*index].partitions.len());
    for (rank, giver) in by_size.iter().enumerate().rev() {
        for taker in &by_size[..rank] {
            if readers[*taker].partitions.len() + 2 > readers[*giver].partitions.len() {
                break;
            }
            let taken = readers[*giver]
                .partitions
                .iter()
                .find(|partition| readers[*taker].topics.contains(&partition.topic));
            if let Some(partition) = taken.cloned() {
                readers[*giver].partitions.remove(&partition);
                readers[*taker].partitions.insert(partition);
                return true;
            }
        }
    }
    false
}
