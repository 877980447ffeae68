//! What every assignor promises, and what each does differently.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::{Strategy, any, prop, proptest};

use super::fixtures::{cluster, member, of_t};
use super::{
    Assignor, CooperativeStickyAssignor, MemberAssignment, MemberSubscription, RangeAssignor,
    RoundRobinAssignor, StickyAssignor,
};
use crate::{ConsumerGroupMetadata, TopicPartition};

fn all() -> Vec<Arc<dyn Assignor>> {
    vec![
        Arc::new(RangeAssignor),
        Arc::new(RoundRobinAssignor),
        Arc::new(StickyAssignor::default()),
        Arc::new(CooperativeStickyAssignor),
    ]
}

fn partitions_of<'a>(assigned: &'a BTreeMap<String, MemberAssignment>, member: &str) -> &'a [TopicPartition] {
    &assigned[member].partitions
}

#[test]
fn range_gives_neighbours_and_the_first_members_one_more() {
    let members = [member("b", &["t"]), member("a", &["t"]), member("c", &["u"])];
    let assigned = RangeAssignor.assign(&cluster(&[("t", 3), ("u", 1)]), &members).unwrap();
    assert_eq!(partitions_of(&assigned, "a"), of_t(&[0, 1]));
    assert_eq!(partitions_of(&assigned, "b"), of_t(&[2]));
    assert_eq!(partitions_of(&assigned, "c"), [TopicPartition::new("u", 0)]);
}

#[test]
fn static_members_are_ordered_by_their_instance_id() {
    let named = |id: &str, instance: &str| MemberSubscription {
        group_instance_id: Some(instance.to_owned()),
        ..member(id, &["t"])
    };
    let members = [named("x", "2"), named("y", "1"), member("a", &["t"])];
    let assigned = RangeAssignor.assign(&cluster(&[("t", 3)]), &members).unwrap();
    assert_eq!(partitions_of(&assigned, "y"), of_t(&[0]));
    assert_eq!(partitions_of(&assigned, "x"), of_t(&[1]));
    assert_eq!(partitions_of(&assigned, "a"), of_t(&[2]));
}

#[test]
fn round_robin_passes_over_members_without_the_topic() {
    let members = [member("a", &["t"]), member("b", &["t", "u"])];
    let assigned = RoundRobinAssignor.assign(&cluster(&[("t", 2), ("u", 2)]), &members).unwrap();
    assert_eq!(partitions_of(&assigned, "a"), of_t(&[0]));
    assert_eq!(partitions_of(&assigned, "b").len(), 3);
}

#[test]
fn sticky_keeps_what_members_had_when_one_joins() {
    let (one, two) = (StickyAssignor::default(), StickyAssignor::default());
    let view = cluster(&[("t", 6)]);
    let first = one.assign(&view, &[member("a", &["t"]), member("b", &["t"])]).unwrap();
    let group = |member_id: &str| ConsumerGroupMetadata {
        group_id: Arc::from("g"),
        generation_id: 1,
        member_id: member_id.to_owned(),
        group_instance_id: None,
    };
    one.on_assignment(&first["a"], &group("a"));
    two.on_assignment(&first["b"], &group("b"));
    let with_data = |id: &str, assignor: &StickyAssignor| MemberSubscription {
        user_data: assignor.user_data(&BTreeSet::new()),
        ..member(id, &["t"])
    };
    let members = [with_data("a", &one), with_data("b", &two), member("c", &["t"])];
    let second = one.assign(&view, &members).unwrap();
    for id in ["a", "b"] {
        let kept = second[id].partitions.iter().filter(|partition| first[id].partitions.contains(partition));
        assert_eq!(kept.count(), 2, "{id} keeps two of its three");
    }
    assert_eq!(second["c"].partitions.len(), 2);
}

#[test]
fn cooperative_sticky_gives_nothing_to_a_joiner_that_others_still_own() {
    let owner = MemberSubscription { owned: of_t(&[0, 1, 2, 3]), generation: 1, ..member("a", &["t"]) };
    let view = cluster(&[("t", 4)]);
    let first = CooperativeStickyAssignor.assign(&view, &[owner, member("b", &["t"])]).unwrap();
    assert_eq!(first["a"].partitions.len(), 2);
    assert!(first["b"].partitions.is_empty());
    let owner =
        MemberSubscription { owned: first["a"].partitions.clone(), generation: 2, ..member("a", &["t"]) };
    let second = CooperativeStickyAssignor.assign(&view, &[owner, member("b", &["t"])]).unwrap();
    assert_eq!(second["a"].partitions, first["a"].partitions);
    assert_eq!(second["b"].partitions.len(), 2);
}

#[test]
fn of_two_claims_the_younger_generation_wins() {
    let old = MemberSubscription { owned: of_t(&[0, 1]), generation: 1, ..member("a", &["t"]) };
    let young = MemberSubscription { owned: of_t(&[1]), generation: 2, ..member("b", &["t"]) };
    let assigned = CooperativeStickyAssignor.assign(&cluster(&[("t", 2)]), &[old, young]).unwrap();
    assert_eq!(partitions_of(&assigned, "a"), of_t(&[0]));
    assert_eq!(partitions_of(&assigned, "b"), of_t(&[1]));
}

fn subscriptions() -> impl Strategy<Value = Vec<Vec<bool>>> {
    prop::collection::vec(prop::collection::vec(any::<bool>(), 3), 1..8)
}

fn members_of(subscriptions: &[Vec<bool>]) -> Vec<MemberSubscription> {
    let names = ["t", "u", "v"];
    let topics = |row: &Vec<bool>| -> Vec<&str> {
        names.iter().zip(row).filter(|(_, wanted)| **wanted).map(|(name, _)| *name).collect()
    };
    subscriptions.iter().enumerate().map(|(index, row)| member(&format!("m{index}"), &topics(row))).collect()
}

proptest! {
    #[test]
    fn every_assignor_gives_each_subscribed_partition_to_exactly_one_subscriber(
        rows in subscriptions(), counts in prop::collection::vec(1..12_i32, 3)
    ) {
        let members = members_of(&rows);
        let topics = [("t", counts[0]), ("u", counts[1]), ("v", counts[2])];
        let view = cluster(&topics);
        for assignor in all() {
            let assigned = assignor.assign(&view, &members).unwrap();
            let mut given: Vec<&TopicPartition> = Vec::new();
            for member in &members {
                for partition in &assigned[&member.member_id].partitions {
                    assert!(member.topics.contains(&partition.topic), "{} gets only its topics", assignor.name());
                    given.push(partition);
                }
            }
            let distinct: BTreeSet<_> = given.iter().collect();
            assert_eq!(distinct.len(), given.len(), "{} gives nothing twice", assignor.name());
            let wanted: i32 = topics
                .iter()
                .filter(|(name, _)| members.iter().any(|member| member.topics.iter().any(|topic| **topic == **name)))
                .map(|(_, count)| count)
                .sum();
            assert_eq!(given.len(), usize::try_from(wanted).unwrap(), "{} gives everything", assignor.name());
        }
    }

    #[test]
    fn the_sticky_balance_is_even_for_equal_subscriptions(number in 1..9_usize, count in 1..40_i32) {
        let members: Vec<_> = (0..number).map(|index| member(&format!("m{index}"), &["t"])).collect();
        let assigned = StickyAssignor::default().assign(&cluster(&[("t", count)]), &members).unwrap();
        let sizes: Vec<usize> = assigned.values().map(|assignment| assignment.partitions.len()).collect();
        assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
    }
}
