//! The consumer with partitions assigned by hand.

use std::collections::BTreeMap;

use tidemill_client::{
    AutoOffsetReset, CommitError, OffsetAndMetadata, OffsetError, PollError, ProducerRecord, SubscribeError,
    TopicPartition,
};

use crate::cluster::{
    POLL, Received, admin, consumer, eventually, fill, fresh, numbers, partitions, poll_into, producer, read,
    topic,
};

#[test]
fn several_partitions_are_read_completely_and_in_order() {
    let name = topic("manual", 4);
    fill(&name, 4, 2_000);
    let consumer = consumer(|_| ());
    consumer.assign(partitions(&name, 4)).unwrap();
    let received = read(&consumer, 8_000);
    for partition in 0..4 {
        assert_eq!(received[&partition], numbers(2_000));
    }
}

#[test]
fn a_poll_returns_no_more_than_max_poll_records_and_continues_inside_the_batch() {
    let name = topic("limit", 1);
    fill(&name, 1, 1_000);
    let consumer = consumer(|config| config.max_poll_records = 7);
    consumer.assign(partitions(&name, 1)).unwrap();
    let mut received = Received::new();
    eventually("reading", || {
        assert!(poll_into(&consumer, &mut received) <= 7);
        (received.values().map(Vec::len).sum::<usize>() >= 1_000).then_some(())
    });
    assert_eq!(received[&0], numbers(1_000));
}

#[test]
fn seek_reads_again_from_any_offset_even_inside_a_batch() {
    let name = topic("seek", 1);
    fill(&name, 1, 100);
    let consumer = consumer(|_| ());
    let partition = TopicPartition::new(name.as_str(), 0);
    consumer.assign(vec![partition.clone()]).unwrap();
    read(&consumer, 100);
    consumer.seek(&partition, 63).unwrap();
    assert_eq!(read(&consumer, 37)[&0], numbers(100)[63..]);
    assert_eq!(consumer.position(&partition).unwrap(), 100);
    consumer.seek_to_beginning(std::slice::from_ref(&partition)).unwrap();
    assert_eq!(read(&consumer, 100)[&0], numbers(100));
    consumer.seek_to_end(std::slice::from_ref(&partition)).unwrap();
    assert_eq!(consumer.position(&partition).unwrap(), 100);
    let elsewhere = TopicPartition::new("elsewhere", 0);
    assert!(matches!(consumer.seek(&elsewhere, 0), Err(OffsetError::NotAssigned { .. })));
    assert!(matches!(consumer.seek(&partition, -1), Err(OffsetError::Negative { .. })));
}

#[test]
fn paused_partitions_return_nothing_until_they_are_resumed() {
    let name = topic("pause", 2);
    fill(&name, 2, 50);
    let consumer = consumer(|_| ());
    consumer.assign(partitions(&name, 2)).unwrap();
    let paused = [TopicPartition::new(name.as_str(), 0)];
    consumer.pause(&paused).unwrap();
    assert_eq!(consumer.paused(), paused);
    let received = read(&consumer, 50);
    assert!(!received.contains_key(&0));
    assert!(consumer.poll(POLL).unwrap().is_empty());
    consumer.resume(&paused).unwrap();
    assert_eq!(read(&consumer, 50)[&0], numbers(50));
}

#[test]
fn auto_offset_reset_says_where_to_begin_and_none_is_an_error() {
    let name = topic("reset", 1);
    fill(&name, 1, 10);
    let latest = consumer(|config| config.auto_offset_reset = AutoOffsetReset::Latest);
    latest.assign(partitions(&name, 1)).unwrap();
    assert_eq!(latest.position(&TopicPartition::new(name.as_str(), 0)).unwrap(), 10);
    drop(producer(|_| ()).send(ProducerRecord::new(name.as_str()).value("new")).unwrap());
    assert_eq!(read(&latest, 1)[&0], ["new"]);
    let none = consumer(|config| config.auto_offset_reset = AutoOffsetReset::None);
    none.assign(partitions(&name, 1)).unwrap();
    assert!(matches!(none.poll(POLL).unwrap_err(), PollError::NoOffset { .. }));
    none.seek(&TopicPartition::new(name.as_str(), 0), 1_000).unwrap();
    let error = eventually("an error", || none.poll(POLL).err());
    assert!(matches!(error, PollError::OffsetOutOfRange { offset: 1_000, .. }), "{error}");
}

#[test]
fn a_position_behind_deleted_records_is_reset() {
    let name = topic("deleted", 1);
    fill(&name, 1, 100);
    let partition = TopicPartition::new(name.as_str(), 0);
    let deleted = admin().delete_records(&BTreeMap::from([(partition.clone(), 60)])).unwrap();
    assert_eq!(deleted[0].1.as_ref().unwrap(), &60);
    let consumer = consumer(|_| ());
    consumer.assign(vec![partition.clone()]).unwrap();
    consumer.seek(&partition, 10).unwrap();
    assert_eq!(read(&consumer, 40)[&0], numbers(100)[60..]);
}

#[test]
fn offsets_are_found_by_time_and_at_both_ends() {
    let name = topic("times", 1);
    let producer = producer(|_| ());
    for number in 0..10 {
        let record = ProducerRecord::new(name.as_str()).timestamp(1_000 + 100 * number).value("v");
        drop(producer.send(record).unwrap());
    }
    producer.flush().unwrap();
    let partition = TopicPartition::new(name.as_str(), 0);
    let consumer = consumer(|_| ());
    let one = std::slice::from_ref(&partition);
    assert_eq!(consumer.beginning_offsets(one).unwrap()[&partition], 0);
    assert_eq!(consumer.end_offsets(one).unwrap()[&partition], 10);
    let found = consumer.offsets_for_times(&BTreeMap::from([(partition.clone(), 1_250)])).unwrap();
    assert_eq!((found[&partition].offset, found[&partition].timestamp), (3, 1_300));
    assert!(consumer.offsets_for_times(&BTreeMap::from([(partition, 9_999)])).unwrap().is_empty());
}

#[test]
fn committed_offsets_are_where_another_consumer_of_the_group_begins() {
    let name = topic("committed", 1);
    let group = fresh("group");
    fill(&name, 1, 20);
    let partition = TopicPartition::new(name.as_str(), 0);
    let first = consumer(|config| {
        config.group_id = Some(group.clone());
        config.enable_auto_commit = false;
    });
    first.assign(vec![partition.clone()]).unwrap();
    read(&first, 20);
    let offset = OffsetAndMetadata { metadata: "note".to_owned(), ..OffsetAndMetadata::new(12) };
    first.commit_sync(Some(BTreeMap::from([(partition.clone(), offset)]))).unwrap();
    assert_eq!(first.committed(std::slice::from_ref(&partition)).unwrap()[&partition].metadata, "note");
    let second = consumer(|config| config.group_id = Some(group));
    second.assign(vec![partition]).unwrap();
    assert_eq!(read(&second, 8)[&0], numbers(20)[12..]);
    let outside = consumer(|_| ());
    assert!(matches!(outside.commit_sync(None), Err(CommitError::NoGroup)));
}

#[test]
fn the_lag_is_what_is_left_to_read() {
    let name = topic("lag", 1);
    fill(&name, 1, 30);
    let partition = TopicPartition::new(name.as_str(), 0);
    let consumer = consumer(|config| config.max_poll_records = 10);
    consumer.assign(vec![partition.clone()]).unwrap();
    assert_eq!(consumer.lag(&partition), None);
    read(&consumer, 10);
    assert_eq!(consumer.lag(&partition), Some(20));
}

#[test]
fn subscription_and_manual_assignment_exclude_each_other() {
    let name = topic("exclusive", 1);
    let consumer = consumer(|config| config.group_id = Some(fresh("group")));
    assert!(matches!(consumer.poll(POLL), Err(PollError::NothingToPoll)));
    consumer.assign(partitions(&name, 1)).unwrap();
    assert_eq!(consumer.subscribe(&[&name]), Err(SubscribeError::Assigned));
    consumer.unsubscribe();
    consumer.subscribe(&[&name]).unwrap();
    assert_eq!(consumer.assign(partitions(&name, 1)), Err(SubscribeError::Subscribed));
    let without_group = crate::cluster::consumer(|_| ());
    assert_eq!(without_group.subscribe(&[&name]), Err(SubscribeError::NoGroup));
}
