//! The admin client.

use std::collections::BTreeMap;

use tidemill_client::{
    AlterOperation, ConfigAlteration, ConfigResource, ConfigSource, ErrorCode, NewPartitions, NewTopic,
    OffsetAndMetadata, OffsetSpec, TopicPartition,
};

use crate::cluster::{PATIENCE, admin, consumer, eventually, fill, fresh, partitions, read, topic};

#[test]
fn topics_are_created_listed_described_and_deleted() {
    let admin = admin();
    let name = fresh("topics");
    let wanted = NewTopic::new(&name, 3).config("retention.ms", "60000");
    let created = admin.create_topics(vec![wanted.clone()]).unwrap().remove(0).1.unwrap();
    assert_eq!((created.partitions, created.replication_factor), (3, 1));
    let again = admin.create_topics(vec![wanted]).unwrap().remove(0).1.unwrap_err();
    assert_eq!(again.code(), Some(ErrorCode::TopicAlreadyExists));
    // Brokers learn of a topic after the controller.
    eventually("the topic in the list", || {
        admin.list_topics().unwrap().iter().any(|topic| *topic.name == *name).then_some(())
    });
    let described = admin.describe_topics(&[&name]).unwrap().remove(0).1.unwrap();
    assert_eq!((described.partitions.len(), described.id), (3, created.id));
    admin.delete_topics(&[&name]).unwrap().remove(0).1.unwrap();
    eventually("the topic's end", || {
        let described = admin.describe_topics(&[&name]).unwrap().remove(0).1;
        (described.err()?.code() == Some(ErrorCode::UnknownTopicOrPartition)).then_some(())
    });
}

#[test]
fn topics_that_cannot_be_are_refused_with_kafkas_errors() {
    let admin = admin();
    let refused = |topic: NewTopic| admin.create_topics(vec![topic]).unwrap().remove(0).1.unwrap_err().code();
    assert_eq!(refused(NewTopic::new("a/b", 1)), Some(ErrorCode::InvalidTopicException));
    assert_eq!(refused(NewTopic::new(fresh("zero"), 0)), Some(ErrorCode::InvalidPartitions));
    let copies = NewTopic::new(fresh("copies"), 1).replication_factor(100);
    assert_eq!(refused(copies), Some(ErrorCode::InvalidReplicationFactor));
    let config = NewTopic::new(fresh("config"), 1).config("no.such.key", "1");
    assert_eq!(refused(config), Some(ErrorCode::InvalidConfig));
    let deleted = admin.delete_topics(&[&fresh("never")]).unwrap().remove(0).1.unwrap_err();
    assert_eq!(deleted.code(), Some(ErrorCode::UnknownTopicOrPartition));
}

#[test]
fn partitions_can_be_added_but_not_taken_away() {
    let admin = admin();
    let name = topic("grow", 2);
    let grow = |total| NewPartitions { total, assignments: Vec::new() };
    admin.create_partitions(&[(&name, grow(5))]).unwrap().remove(0).1.unwrap();
    eventually("five partitions", || {
        let described = admin.describe_topics(&[&name]).unwrap().remove(0).1.ok()?;
        (described.partitions.len() == 5).then_some(())
    });
    let shrunk = admin.create_partitions(&[(&name, grow(1))]).unwrap().remove(0).1.unwrap_err();
    assert_eq!(shrunk.code(), Some(ErrorCode::InvalidPartitions));
}

#[test]
fn configurations_are_described_and_altered_key_by_key() {
    let admin = admin();
    let resource = ConfigResource::topic(topic("configs", 1));
    let alter = |operation, value: Option<&str>| {
        let alteration =
            ConfigAlteration { name: "retention.ms".to_owned(), operation, value: value.map(String::from) };
        admin.incremental_alter_configs(&[(resource.clone(), vec![alteration])]).unwrap().remove(0).1
    };
    let describe = || {
        let described = admin.describe_configs(std::slice::from_ref(&resource)).unwrap().remove(0).1.unwrap();
        described.entries.into_iter().find(|entry| entry.name == "retention.ms").unwrap()
    };
    assert_eq!(describe().source, ConfigSource::Default);
    alter(AlterOperation::Set, Some("1234")).unwrap();
    eventually("the new value", || (describe().value.as_deref() == Some("1234")).then_some(()));
    assert_eq!(describe().source, ConfigSource::Topic);
    assert_eq!(alter(AlterOperation::Set, Some("soon")).unwrap_err().code(), Some(ErrorCode::InvalidConfig));
    alter(AlterOperation::Delete, None).unwrap();
    eventually("the default again", || (describe().source == ConfigSource::Default).then_some(()));
}

#[test]
fn the_cluster_and_its_directories_are_described() {
    let admin = admin();
    let name = topic("dirs", 1);
    fill(&name, 1, 10);
    let cluster = admin.describe_cluster().unwrap();
    assert!(!cluster.cluster_id.is_empty());
    assert_eq!(cluster.brokers.len(), 1);
    let dirs = admin.describe_log_dirs(&[cluster.brokers[0].node_id]).unwrap();
    let stored = dirs.into_iter().flat_map(|(_, dir)| dir.unwrap().replicas);
    let replica = stored.into_iter().find(|replica| *replica.partition.topic == *name).unwrap();
    assert!(replica.size_bytes > 0);
    let broker = ConfigResource::broker(cluster.brokers[0].node_id);
    let described = admin.describe_configs(&[broker]).unwrap().remove(0).1.unwrap();
    assert!(described.value("num.partitions").is_some());
}

#[test]
fn offsets_are_listed_by_end_and_time() {
    let admin = admin();
    let name = topic("offsets", 1);
    fill(&name, 1, 10);
    let partition = TopicPartition::new(name.as_str(), 0);
    let offset = |spec| {
        let found =
            admin.list_offsets(&BTreeMap::from([(partition.clone(), spec)])).unwrap().remove(0).1.unwrap();
        found.map(|found| found.offset)
    };
    assert_eq!(offset(OffsetSpec::Earliest), Some(0));
    assert_eq!(offset(OffsetSpec::Latest), Some(10));
    assert_eq!(offset(OffsetSpec::AtOrAfter(0)), Some(0));
    assert_eq!(offset(OffsetSpec::AtOrAfter(i64::MAX)), None);
    assert!(offset(OffsetSpec::MaxTimestamp).is_some());
    let unknown = TopicPartition::new(fresh("unknown"), 0);
    let refused = admin.list_offsets(&BTreeMap::from([(unknown, OffsetSpec::Latest)])).unwrap().remove(0).1;
    assert_eq!(refused.unwrap_err().code(), Some(ErrorCode::UnknownTopicOrPartition));
}

#[test]
fn groups_are_listed_described_and_deleted_with_their_offsets() {
    let admin = admin();
    let (name, group) = (topic("groups", 2), fresh("group"));
    fill(&name, 2, 5);
    let consumer = consumer(|config| config.group_id = Some(group.clone()));
    consumer.subscribe(&[&name]).unwrap();
    read(&consumer, 10);
    consumer.commit_sync(None).unwrap();
    let described = admin.describe_groups(&[&group]).unwrap().remove(0).1.unwrap();
    assert_eq!((described.state.as_str(), described.members.len()), ("Stable", 1));
    assert_eq!(described.members[0].assignment, partitions(&name, 2));
    assert!(admin.list_groups().unwrap().iter().any(|listed| listed.group_id == group));
    let busy = admin.delete_groups(&[&group]).unwrap().remove(0).1.unwrap_err();
    assert_eq!(busy.code(), Some(ErrorCode::NonEmptyGroup));
    consumer.close(PATIENCE);

    let offsets = admin.list_group_offsets(&group, None).unwrap();
    assert_eq!(offsets.values().map(|offset| offset.offset).collect::<Vec<_>>(), [5, 5]);
    let first = TopicPartition::new(name.as_str(), 0);
    let altered = BTreeMap::from([(first.clone(), OffsetAndMetadata::new(2))]);
    admin.alter_group_offsets(&group, &altered).unwrap().remove(0).1.unwrap();
    let second = TopicPartition::new(name.as_str(), 1);
    admin.delete_group_offsets(&group, &[second]).unwrap().remove(0).1.unwrap();
    let offsets = admin.list_group_offsets(&group, None).unwrap();
    assert_eq!(
        offsets.into_iter().map(|(partition, offset)| (partition, offset.offset)).collect::<Vec<_>>(),
        [(first, 2)]
    );
    admin.delete_groups(&[&group]).unwrap().remove(0).1.unwrap();
    assert!(admin.list_groups().unwrap().iter().all(|listed| listed.group_id != group));
}
