//! Transactions, by both protocols: of before KIP-890 and of since.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tidemill_client::{
    BlockingConsumer, BlockingProducer, ConsumerGroupMetadata, DeliveryError, ErrorCode, IsolationLevel,
    OffsetAndMetadata, ProducerConfig, ProducerRecord, SendError, TopicPartition, TransactionError,
};
use tidemill_environment::{Recoverable, Recovery};

use crate::cluster::{
    POLL, Received, bootstrap, consumer, eventually, fresh, numbers, partitions, poll_into, producer, read,
    topic,
};
use crate::proxy::Proxy;

/// The protocols: `transaction.version` 1 and 2.
const VERSIONS: [i16; 2] = [1, 2];

/// Makes a producer that is ready for transactions.
pub(crate) fn transactional(
    id: &str,
    version: i16,
    change: impl FnOnce(&mut ProducerConfig),
) -> BlockingProducer {
    let producer = producer(|config| {
        config.transactional_id = Some(id.to_owned());
        config.max_transaction_version = version;
        change(config);
    });
    producer.init_transactions().unwrap();
    producer
}

pub(crate) fn committed_only(topic: &str, partition_count: i32) -> BlockingConsumer {
    let consumer = consumer(|config| config.isolation_level = IsolationLevel::ReadCommitted);
    consumer.assign(partitions(topic, partition_count)).unwrap();
    consumer
}

pub(crate) fn send(producer: &BlockingProducer, topic: &str, partition: i32, value: impl ToString) {
    let record = ProducerRecord::new(topic).partition(partition).value(value.to_string());
    drop(producer.send(record).unwrap());
}

/// Commits one record, so that whoever reads it has passed everything before.
pub(crate) fn commit_one(producer: &BlockingProducer, topic: &str, partition_count: i32, value: &str) {
    producer.begin_transaction().unwrap();
    (0..partition_count).for_each(|partition| send(producer, topic, partition, value));
    producer.commit_transaction().unwrap();
}

#[test]
fn what_was_committed_is_read_and_what_was_aborted_is_not() {
    for version in VERSIONS {
        let name = topic("transactions", 2);
        let producer = transactional(&fresh("id"), version, |config| config.batch_size = 300);
        for transaction in 0..6 {
            producer.begin_transaction().unwrap();
            for number in 0..20 {
                send(&producer, &name, number % 2, format!("{transaction}:{number}"));
            }
            if transaction % 3 == 2 {
                // An abort drops what was not sent; all of it is to be in the log.
                producer.flush().unwrap();
                producer.abort_transaction().unwrap();
            } else {
                producer.commit_transaction().unwrap();
            }
        }
        commit_one(&producer, &name, 2, "end");
        let expected = |partition: i32| -> Vec<String> {
            let kept = [0, 1, 3, 4].into_iter();
            let of = |transaction: i32| {
                (0..10).map(move |number| format!("{transaction}:{}", number * 2 + partition))
            };
            kept.flat_map(of).chain(["end".to_owned()]).collect()
        };
        let received = read(&committed_only(&name, 2), 82);
        assert_eq!(received, BTreeMap::from([(0, expected(0)), (1, expected(1))]), "version {version}");
    }
}

#[test]
fn records_and_offsets_are_visible_only_after_the_commit() {
    for version in VERSIONS {
        let (name, group) = (topic("visible", 1), fresh("group"));
        let producer = transactional(&fresh("id"), version, |_| ());
        let reader = committed_only(&name, 1);
        let everything = consumer(|_| ());
        everything.assign(partitions(&name, 1)).unwrap();
        let offsets_of = consumer(|config| {
            config.group_id = Some(group.clone());
            config.api_timeout = Duration::from_millis(700);
        });
        let partition = TopicPartition::new(name.as_str(), 0);
        producer.begin_transaction().unwrap();
        send(&producer, &name, 0, "pending");
        producer.flush().unwrap();
        let metadata = ConsumerGroupMetadata {
            group_id: group.as_str().into(),
            generation_id: -1,
            member_id: String::new(),
            group_instance_id: None,
        };
        let offsets = BTreeMap::from([(partition.clone(), OffsetAndMetadata::new(7))]);
        producer.send_offsets_to_transaction(offsets, &metadata).unwrap();

        assert_eq!(read(&everything, 1)[&0], ["pending"]);
        assert!(reader.poll(Duration::from_millis(500)).unwrap().is_empty());
        assert_eq!(reader.end_offsets(std::slice::from_ref(&partition)).unwrap()[&partition], 0);
        // require_stable: the coordinator does not answer while offsets of a transaction are pending.
        let unstable = offsets_of.committed(std::slice::from_ref(&partition));
        assert!(unstable.is_err(), "version {version}: {unstable:?}");

        producer.commit_transaction().unwrap();
        assert_eq!(read(&reader, 1)[&0], ["pending"]);
        let committed = eventually("the offset", || {
            offsets_of.committed(std::slice::from_ref(&partition)).ok()?.remove(&partition)
        });
        assert_eq!(committed.offset, 7);
    }
}

#[test]
fn positions_and_lag_of_a_reader_of_committed_data_pass_control_batches_and_stop_at_what_is_open() {
    let name = topic("positions", 1);
    let partition = TopicPartition::new(name.as_str(), 0);
    let producer = transactional(&fresh("id"), 2, |_| ());
    producer.begin_transaction().unwrap();
    (0..3).for_each(|number| send(&producer, &name, 0, number));
    producer.flush().unwrap();
    producer.abort_transaction().unwrap();
    let reader = committed_only(&name, 1);
    eventually("passing what was aborted", || {
        assert_eq!(reader.poll(POLL).unwrap().record_count(), 0);
        (reader.position(&partition).unwrap() == 4).then_some(())
    });
    assert_eq!(reader.lag(&partition), Some(0));
    producer.begin_transaction().unwrap();
    send(&producer, &name, 0, "open");
    producer.flush().unwrap();
    assert_eq!(reader.poll(Duration::from_millis(300)).unwrap().record_count(), 0);
    assert_eq!((reader.position(&partition).unwrap(), reader.lag(&partition)), (4, Some(0)));
    producer.commit_transaction().unwrap();
    assert_eq!(read(&reader, 1)[&0], ["open"]);
    eventually("passing the marker", || {
        assert_eq!(reader.poll(POLL).unwrap().record_count(), 0);
        (reader.position(&partition).unwrap() == 6).then_some(())
    });
}

#[test]
fn a_zombie_is_fenced_and_what_it_left_open_is_aborted() {
    for version in VERSIONS {
        let (name, id) = (topic("zombie", 1), fresh("id"));
        let zombie = transactional(&id, version, |_| ());
        zombie.begin_transaction().unwrap();
        send(&zombie, &name, 0, "zombie");
        zombie.flush().unwrap();
        let successor = transactional(&id, version, |_| ());
        // It may write, or believe so, but not commit.
        let late = zombie.send(ProducerRecord::new(name.as_str()).partition(0).value("late")).unwrap();
        let refused = late.wait().unwrap_err();
        assert!(matches!(refused, DeliveryError::Refused { .. }), "{refused}");
        let error = zombie.commit_transaction().unwrap_err();
        assert!(matches!(error.recovery(), Recovery::Abort | Recovery::Fenced), "{error}");
        let error = zombie.abort_transaction().unwrap_err();
        assert_eq!(error.recovery(), Recovery::Fenced, "version {version}: {error}");
        let error = zombie.begin_transaction().unwrap_err();
        assert_eq!(error.recovery(), Recovery::Fenced, "{error}");
        commit_one(&successor, &name, 1, "successor");
        assert_eq!(read(&committed_only(&name, 1), 1)[&0], ["successor"]);
    }
}

#[test]
fn operations_out_of_place_are_refused_and_change_nothing() {
    let name = topic("places", 1);
    let plain = producer(|_| ());
    assert_eq!(plain.begin_transaction(), Err(TransactionError::NotTransactional));
    let producer = producer(|config| config.transactional_id = Some(fresh("id")));
    let record = || ProducerRecord::new(name.as_str()).value("v");
    let out_of_place = |result: Result<(), TransactionError>| {
        let error = result.unwrap_err();
        assert!(matches!(error, TransactionError::OutOfPlace { .. }), "{error}");
    };
    out_of_place(producer.begin_transaction());
    // The topic must be known for the refusal to be about the transaction.
    producer.partition_count(&name).unwrap();
    assert!(matches!(producer.send(record()), Err(SendError::Transaction { .. })));
    producer.init_transactions().unwrap();
    out_of_place(producer.init_transactions());
    out_of_place(producer.commit_transaction());
    out_of_place(producer.abort_transaction());
    let outside = producer.send(record()).unwrap_err();
    assert!(matches!(outside, SendError::Transaction { .. }), "{outside}");
    producer.begin_transaction().unwrap();
    out_of_place(producer.begin_transaction());
    drop(producer.send(record()).unwrap());
    producer.commit_transaction().unwrap();
    assert_eq!(read(&committed_only(&name, 1), 1)[&0], ["v"]);
}

#[test]
fn a_failed_record_lets_the_transaction_only_be_aborted_and_the_next_one_succeeds() {
    for version in VERSIONS {
        let name = fresh("failed");
        let small = tidemill_client::NewTopic::new(&name, 1).config("max.message.bytes", "1000");
        drop(crate::cluster::admin().create_topics(vec![small]).unwrap());
        let producer = transactional(&fresh("id"), version, |_| ());
        producer.begin_transaction().unwrap();
        send(&producer, &name, 0, "lost");
        producer.flush().unwrap();
        let large = producer.send(ProducerRecord::new(name.as_str()).value(vec![b'x'; 5_000])).unwrap();
        let error = producer.commit_transaction().unwrap_err();
        assert_eq!((error.recovery(), error.code()), (Recovery::Abort, Some(ErrorCode::MessageTooLarge)));
        assert!(large.wait().is_err());
        let refused = producer.send(ProducerRecord::new(name.as_str()).value("v")).unwrap_err();
        assert_eq!(refused.recovery(), Recovery::Abort, "{refused}");
        assert_eq!(producer.begin_transaction().unwrap_err().recovery(), Recovery::Abort);
        producer.abort_transaction().unwrap();
        commit_one(&producer, &name, 1, "next");
        assert_eq!(read(&committed_only(&name, 1), 1)[&0], ["next"], "version {version}");
    }
}

#[test]
fn an_abort_drops_what_was_not_sent_and_a_close_aborts_what_is_open() {
    for version in VERSIONS {
        let name = topic("dropped", 1);
        let producer = transactional(&fresh("id"), version, |config| {
            config.linger = Duration::from_secs(60);
            config.transaction_timeout = Duration::from_secs(600);
        });
        producer.begin_transaction().unwrap();
        let lingering = producer.send(ProducerRecord::new(name.as_str()).value("lingers")).unwrap();
        producer.abort_transaction().unwrap();
        let dropped = lingering.wait().unwrap_err();
        assert!(matches!(dropped, DeliveryError::Dropped { .. }), "{dropped}");
        producer.begin_transaction().unwrap();
        send(&producer, &name, 0, "open");
        producer.flush().unwrap();
        producer.close(crate::cluster::PATIENCE).unwrap();
        // Left open, it would hold readers of committed data up for ten minutes.
        commit_one(&transactional(&fresh("id"), version, |_| ()), &name, 1, "next");
        assert_eq!(read(&committed_only(&name, 1), 1)[&0], ["next"], "version {version}");
    }
}

#[test]
fn a_member_that_lost_its_partitions_commits_no_offsets() {
    let (name, group) = (topic("generation", 1), fresh("group"));
    let member = consumer(|config| config.group_id = Some(group.clone()));
    member.subscribe(&[&name]).unwrap();
    eventually("joining", || {
        drop(member.poll(POLL).unwrap());
        (!member.assignment().is_empty()).then_some(())
    });
    let current = member.group_metadata().unwrap();
    assert!(current.generation_id > 0 && !current.member_id.is_empty());
    let old = ConsumerGroupMetadata { generation_id: current.generation_id - 1, ..current.clone() };
    let offsets = || BTreeMap::from([(TopicPartition::new(name.as_str(), 0), OffsetAndMetadata::new(0))]);
    let producer = transactional(&fresh("id"), 2, |_| ());
    producer.begin_transaction().unwrap();
    let error = producer.send_offsets_to_transaction(offsets(), &old).unwrap_err();
    assert_eq!((error.recovery(), error.code()), (Recovery::Abort, Some(ErrorCode::IllegalGeneration)));
    producer.abort_transaction().unwrap();
    producer.begin_transaction().unwrap();
    producer.send_offsets_to_transaction(offsets(), &current).unwrap();
    producer.commit_transaction().unwrap();
}

/// Copies `input` to `output` in transactions until `count` records are through, over connections that are cut.
fn copy(input: &str, output: &str, count: usize, version: i16) {
    let (proxy, group, id) = (Proxy::start(&bootstrap()), fresh("group"), fresh("id"));
    let through_proxy = |connection: &mut tidemill_client::ConnectionConfig| {
        connection.bootstrap_servers = vec![proxy.address()];
        connection.retry_backoff = Duration::from_millis(10);
        connection.reconnect_backoff = Duration::from_millis(5);
    };
    let consumer = consumer(|config| {
        through_proxy(&mut config.connection);
        config.group_id = Some(group.clone());
        config.enable_auto_commit = false;
        config.isolation_level = IsolationLevel::ReadCommitted;
        config.max_poll_records = 97;
    });
    consumer.subscribe(&[input]).unwrap();
    let producer = transactional(&id, version, |config| {
        through_proxy(&mut config.connection);
        config.batch_size = 1_000;
    });
    proxy.cut(true);
    let (mut copied, mut rounds) = (0, 0);
    while copied < count {
        let polled = consumer.poll(POLL).unwrap();
        if polled.is_empty() {
            continue;
        }
        rounds += 1;
        let mut offsets = BTreeMap::new();
        producer.begin_transaction().unwrap();
        for batch in polled.batches() {
            for record in batch.records() {
                let value = record.unwrap().value.unwrap().to_vec();
                let record = ProducerRecord::new(output).partition(batch.partition()).value(value);
                drop(producer.send(record).unwrap());
            }
            let partition = TopicPartition::new(input, batch.partition());
            offsets.insert(partition, OffsetAndMetadata::new(batch.next_offset()));
        }
        let metadata = consumer.group_metadata().unwrap();
        let sent = producer.send_offsets_to_transaction(offsets, &metadata);
        let ended = match sent {
            Ok(()) if rounds % 5 == 3 => producer.abort_transaction().map(|()| false),
            Ok(()) => producer.commit_transaction().map(|()| true),
            Err(error) => Err(error),
        };
        match ended {
            Ok(true) => copied += polled.record_count(),
            Ok(false) => rewind(&consumer),
            Err(error) => {
                assert_eq!(error.recovery(), Recovery::Abort, "{error}");
                producer.abort_transaction().unwrap();
                rewind(&consumer);
            }
        }
    }
    assert!(proxy.cuts() > 3, "{} cuts", proxy.cuts());
}

/// Begins again where the last commit ended.
fn rewind(consumer: &BlockingConsumer) {
    let assigned: Vec<TopicPartition> = consumer.assignment();
    let committed = eventually("the committed offsets", || consumer.committed(&assigned).ok());
    for partition in assigned {
        match committed.get(&partition) {
            Some(offset) => consumer.seek(&partition, offset.offset).unwrap(),
            None => consumer.seek_to_beginning(&[partition]).unwrap(),
        }
    }
}

#[test]
fn copying_in_transactions_over_cut_connections_is_exactly_once() {
    for version in VERSIONS {
        let (input, output) = (topic("input", 2), topic("output", 2));
        crate::cluster::fill(&input, 2, 1_500);
        copy(&input, &output, 3_000, version);
        let reader = committed_only(&output, 2);
        let mut received = Received::new();
        eventually("reading the copy", || {
            poll_into(&reader, &mut received);
            (received.values().map(Vec::len).sum::<usize>() >= 3_000).then_some(())
        });
        // Nothing comes twice behind it either.
        assert!(reader.poll(Duration::from_millis(300)).unwrap().is_empty());
        let unique: BTreeSet<_> = received
            .iter()
            .flat_map(|(partition, values)| values.iter().map(move |value| (*partition, value.clone())))
            .collect();
        assert_eq!(unique.len(), 3_000, "version {version}");
        for partition in 0..2 {
            assert_eq!(received[&partition], numbers(1_500), "version {version}, partition {partition}");
        }
    }
}

#[test]
fn a_transaction_that_timed_out_is_never_committed() {
    for version in VERSIONS {
        let name = topic("timeout", 1);
        let producer = transactional(&fresh("id"), version, |config| {
            config.transaction_timeout = Duration::from_millis(1_000);
        });
        producer.begin_transaction().unwrap();
        send(&producer, &name, 0, "late");
        producer.flush().unwrap();
        let reader = committed_only(&name, 1);
        let partition = TopicPartition::new(name.as_str(), 0);
        eventually("the coordinator aborting it", || {
            assert_eq!(reader.poll(POLL).unwrap().record_count(), 0);
            (reader.position(&partition).unwrap() == 2).then_some(())
        });
        let error = producer.commit_transaction().unwrap_err();
        assert!(matches!(error.recovery(), Recovery::Fenced | Recovery::Abort | Recovery::Fatal), "{error}");
    }
}
