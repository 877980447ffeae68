//! Consumers in groups.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tidemill_client::{
    AssignorChoice, BlockingConsumer, CommitError, NewPartitions, NewTopic, RebalanceListener, TopicPartition,
};

use crate::cluster::{
    PATIENCE, POLL, Received, admin, consumer, eventually, fill, fresh, numbers, partitions, poll_into, read,
    topic,
};

const ASSIGNORS: [AssignorChoice; 4] = [
    AssignorChoice::Range,
    AssignorChoice::RoundRobin,
    AssignorChoice::Sticky,
    AssignorChoice::CooperativeSticky,
];

fn member(group: &str, assignor: AssignorChoice) -> BlockingConsumer {
    consumer(|config| {
        config.group_id = Some(group.to_owned());
        config.assignors = vec![assignor];
        config.session_timeout = Duration::from_secs(6);
        config.heartbeat_interval = Duration::from_millis(200);
        config.connection.metadata_max_age = Duration::from_secs(1);
    })
}

/// Polls all members in turn until together they have exactly `wanted`, each at most `most`.
fn settle(members: &[&BlockingConsumer], wanted: &[TopicPartition], most: usize) {
    let wanted: BTreeSet<&TopicPartition> = wanted.iter().collect();
    eventually("a complete and disjoint assignment", || {
        let assignments: Vec<Vec<TopicPartition>> = members
            .iter()
            .map(|member| {
                drop(member.poll(Duration::from_millis(20)).unwrap());
                member.assignment()
            })
            .collect();
        let total: usize = assignments.iter().map(Vec::len).sum();
        let distinct: BTreeSet<&TopicPartition> = assignments.iter().flatten().collect();
        let even = assignments.iter().all(|assignment| assignment.len() <= most);
        (total == wanted.len() && distinct == wanted && even).then_some(())
    });
}

#[test]
fn with_every_assignor_members_join_and_leave_and_share_everything() {
    for assignor in ASSIGNORS {
        let (name, group) = (topic("share", 6), fresh("group"));
        let all = partitions(&name, 6);
        let one = member(&group, assignor);
        one.subscribe(&[&name]).unwrap();
        settle(&[&one], &all, 6);
        let two = member(&group, assignor);
        two.subscribe(&[&name]).unwrap();
        settle(&[&one, &two], &all, 3);
        let three = member(&group, assignor);
        three.subscribe(&[&name]).unwrap();
        settle(&[&one, &two, &three], &all, 2);
        two.close(PATIENCE);
        settle(&[&one, &three], &all, 3);
        one.close(PATIENCE);
        three.close(PATIENCE);
    }
}

#[test]
fn a_surplus_member_is_idle() {
    let (name, group) = (topic("surplus", 2), fresh("group"));
    let members: Vec<BlockingConsumer> = (0..3).map(|_| member(&group, AssignorChoice::Range)).collect();
    members.iter().for_each(|member| member.subscribe(&[&name]).unwrap());
    settle(&members.iter().collect::<Vec<_>>(), &partitions(&name, 2), 1);
}

#[test]
fn records_are_read_once_by_a_group_and_again_by_another() {
    let name = topic("again", 3);
    fill(&name, 3, 100);
    for _ in 0..2 {
        let group = fresh("group");
        let members = [
            member(&group, AssignorChoice::CooperativeSticky),
            member(&group, AssignorChoice::CooperativeSticky),
        ];
        members.iter().for_each(|member| member.subscribe(&[&name]).unwrap());
        let mut received = Received::new();
        eventually("reading everything", || {
            for member in &members {
                poll_into(member, &mut received);
            }
            (received.values().map(Vec::len).sum::<usize>() >= 300).then_some(())
        });
        for partition in 0..3 {
            assert_eq!(received[&partition], numbers(100));
        }
    }
}

#[test]
fn a_member_that_dies_loses_its_partitions_to_the_others() {
    let (name, group) = (topic("dies", 4), fresh("group"));
    let survivor = member(&group, AssignorChoice::Range);
    survivor.subscribe(&[&name]).unwrap();
    let victim = member(&group, AssignorChoice::Range);
    victim.subscribe(&[&name]).unwrap();
    settle(&[&survivor, &victim], &partitions(&name, 4), 2);
    // Dropped without closing: the coordinator hears nothing and the session runs out.
    drop(victim);
    settle(&[&survivor], &partitions(&name, 4), 4);
}

#[test]
fn an_owner_that_does_not_poll_loses_its_partitions_and_is_told() {
    let (name, group) = (topic("absent", 2), fresh("group"));
    let events = Arc::new(Events::default());
    let sleepy = consumer(|config| {
        config.group_id = Some(group.clone());
        config.max_poll_interval = Duration::from_secs(1);
        config.heartbeat_interval = Duration::from_millis(200);
    });
    sleepy.subscribe_with(&[&name], Arc::clone(&events) as Arc<dyn RebalanceListener>).unwrap();
    settle(&[&sleepy], &partitions(&name, 2), 2);
    let other = member(&group, AssignorChoice::Range);
    other.subscribe(&[&name]).unwrap();
    settle(&[&other], &partitions(&name, 2), 2);
    other.close(PATIENCE);
    settle(&[&sleepy], &partitions(&name, 2), 2);
    assert_eq!(*events.lost.lock().unwrap(), 2);
}

#[derive(Default)]
struct Events {
    assigned: Mutex<usize>,
    revoked: Mutex<usize>,
    lost: Mutex<usize>,
}

impl RebalanceListener for Events {
    fn on_assigned(&self, _consumer: &BlockingConsumer, partitions: &[TopicPartition]) {
        *self.assigned.lock().unwrap() += partitions.len();
    }

    fn on_revoked(&self, _consumer: &BlockingConsumer, partitions: &[TopicPartition]) {
        *self.revoked.lock().unwrap() += partitions.len();
    }

    fn on_lost(&self, _consumer: &BlockingConsumer, partitions: &[TopicPartition]) {
        *self.lost.lock().unwrap() += partitions.len();
    }
}

#[test]
fn cooperative_members_give_up_only_what_moves() {
    let (name, group) = (topic("moves", 4), fresh("group"));
    let events = Arc::new(Events::default());
    let one = member(&group, AssignorChoice::CooperativeSticky);
    one.subscribe_with(&[&name], Arc::clone(&events) as Arc<dyn RebalanceListener>).unwrap();
    settle(&[&one], &partitions(&name, 4), 4);
    let two = member(&group, AssignorChoice::CooperativeSticky);
    two.subscribe(&[&name]).unwrap();
    settle(&[&one, &two], &partitions(&name, 4), 2);
    assert_eq!((*events.assigned.lock().unwrap(), *events.revoked.lock().unwrap()), (4, 2));
    assert_eq!(*events.lost.lock().unwrap(), 0);
}

#[test]
fn added_partitions_are_noticed_and_assigned() {
    let (name, group) = (topic("added", 2), fresh("group"));
    let members = [member(&group, AssignorChoice::Range), member(&group, AssignorChoice::Range)];
    members.iter().for_each(|member| member.subscribe(&[&name]).unwrap());
    let all: Vec<&BlockingConsumer> = members.iter().collect();
    settle(&all, &partitions(&name, 2), 1);
    let more = NewPartitions { total: 4, assignments: Vec::new() };
    admin().create_partitions(&[(&name, more)]).unwrap()[0].1.as_ref().unwrap();
    settle(&all, &partitions(&name, 4), 2);
}

#[test]
fn a_static_member_restarts_without_a_rebalance() {
    let (name, group) = (topic("static", 4), fresh("group"));
    let named = |instance: &str| {
        consumer(|config| {
            config.group_id = Some(group.clone());
            config.group_instance_id = Some(instance.to_owned());
            config.assignors = vec![AssignorChoice::Range];
        })
    };
    let events = Arc::new(Events::default());
    let one = named("one");
    one.subscribe_with(&[&name], Arc::clone(&events) as Arc<dyn RebalanceListener>).unwrap();
    let two = named("two");
    two.subscribe(&[&name]).unwrap();
    settle(&[&one, &two], &partitions(&name, 4), 2);
    let revoked = *events.revoked.lock().unwrap();
    let (generation, had) = (one.group_metadata().unwrap().generation_id, two.assignment());
    two.close(PATIENCE);
    let two = named("two");
    two.subscribe(&[&name]).unwrap();
    settle(&[&one, &two], &partitions(&name, 4), 2);
    assert_eq!(two.assignment(), had);
    assert_eq!(one.group_metadata().unwrap().generation_id, generation);
    assert_eq!(*events.revoked.lock().unwrap(), revoked);
}

#[test]
fn a_pattern_finds_topics_that_exist_and_those_that_come() {
    let prefix = fresh("pattern");
    let create = |suffix: &str| {
        let name = format!("{prefix}.{suffix}");
        drop(admin().create_topics(vec![NewTopic::new(&name, 1)]).unwrap());
        name
    };
    let (first, other) = (create("a"), create("b-not"));
    let consumer = member(&fresh("group"), AssignorChoice::Range);
    consumer.subscribe_pattern(&format!("{prefix}\\.[a-c]")).unwrap();
    settle(&[&consumer], &partitions(&first, 1), 1);
    let second = create("c");
    settle(&[&consumer], &[partitions(&first, 1), partitions(&second, 1)].concat(), 2);
    assert!(!consumer.subscription().contains(other.as_str()));
}

#[test]
fn positions_survive_in_commits_and_closing_commits_what_was_polled() {
    let (name, group) = (topic("commits", 1), fresh("group"));
    fill(&name, 1, 100);
    let first = member(&group, AssignorChoice::Range);
    first.subscribe(&[&name]).unwrap();
    read(&first, 100);
    first.close(PATIENCE);
    fill(&name, 1, 3);
    let second = member(&group, AssignorChoice::Range);
    second.subscribe(&[&name]).unwrap();
    assert_eq!(read(&second, 3)[&0], numbers(3));
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    second.commit_async(None, move |result| sender.send(result.is_ok()).unwrap());
    assert!(receiver.recv_timeout(PATIENCE).unwrap());
    let committed = second.committed(&partitions(&name, 1)).unwrap();
    assert_eq!(committed[&TopicPartition::new(name.as_str(), 0)].offset, 103);
}

#[test]
fn a_member_the_group_has_forgotten_cannot_commit() {
    let (name, group) = (topic("fenced", 1), fresh("group"));
    let consumer = member(&group, AssignorChoice::Range);
    consumer.subscribe(&[&name]).unwrap();
    settle(&[&consumer], &partitions(&name, 1), 1);
    let partition = TopicPartition::new(name.as_str(), 0);
    let offsets = BTreeMap::from([(partition, tidemill_client::OffsetAndMetadata::new(0))]);
    consumer.commit_sync(Some(offsets.clone())).unwrap();
    let outsider = crate::cluster::consumer(|config| config.group_id = Some(group));
    let refused = outsider.commit_sync(Some(offsets)).unwrap_err();
    assert!(matches!(refused, CommitError::Fenced { .. }), "{refused}");
    drop(consumer.poll(POLL).unwrap());
}
