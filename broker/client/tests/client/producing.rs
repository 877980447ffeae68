//! The producer.

use std::sync::{Arc, mpsc};
use std::thread;

use tidemill_client::{
    Acks, BorrowedRecord, Compression, DeliveryError, ErrorCode, LongSerializer, Partitioner,
    PartitionerChoice, PartitionerInput, Producer, ProducerConfig, ProducerRecord, SendError,
    StringSerializer, TypedProducer, murmur2_partition,
};

use crate::cluster::{bootstrap, consumer, fresh, numbers, partitions, producer, read, topic};
use crate::proxy::Proxy;

#[test]
fn every_codec_carries_records_there_and_back() {
    for codec in Compression::ALL {
        let name = topic("codec", 1);
        let producer = producer(|config| config.compression = codec);
        for number in 0..1_000 {
            drop(producer.send(ProducerRecord::new(name.as_str()).value(number.to_string())).unwrap());
        }
        producer.flush().unwrap();
        let consumer = consumer(|_| ());
        consumer.assign(partitions(&name, 1)).unwrap();
        assert_eq!(read(&consumer, 1_000)[&0], numbers(1_000), "{}", codec.name());
    }
}

#[test]
fn key_headers_timestamp_and_nulls_arrive_as_sent() {
    let name = topic("fields", 2);
    let record = ProducerRecord::new(name.as_str())
        .partition(1)
        .key("k")
        .timestamp(1_234_567)
        .header("h", "1")
        .header("h", "2");
    let metadata = producer(|_| ()).send(record).unwrap().wait().unwrap();
    assert_eq!((metadata.partition, metadata.offset, metadata.timestamp), (1, 0, 1_234_567));
    let consumer = consumer(|_| ());
    consumer.assign(partitions(&name, 2)).unwrap();
    let polled = crate::cluster::eventually("reading", || {
        let polled = consumer.poll(crate::cluster::POLL).unwrap();
        (!polled.is_empty()).then_some(polled)
    });
    let batch = polled.batches().next().unwrap();
    let record = batch.records().next().unwrap().unwrap();
    assert_eq!((record.key, record.value, record.timestamp), (Some(&b"k"[..]), None, 1_234_567));
    let headers: Vec<_> =
        record.headers.map(|header| (header.key_text().into_owned(), header.value)).collect();
    assert_eq!(headers, [("h".to_owned(), Some(&b"1"[..])), ("h".to_owned(), Some(&b"2"[..]))]);
}

#[test]
fn keys_go_where_murmur2_says_and_keep_their_order() {
    let name = topic("keys", 5);
    let producer = producer(|_| ());
    let mut deliveries = Vec::new();
    for number in 0..500 {
        let key = format!("key {}", number % 20);
        let record = ProducerRecord::new(name.as_str()).key(key.clone()).value(number.to_string());
        deliveries.push((key, producer.send(record).unwrap()));
    }
    for (key, delivery) in deliveries {
        let metadata = delivery.wait().unwrap();
        assert_eq!(metadata.partition, murmur2_partition(key.as_bytes(), 5), "{key}");
    }
    let consumer = consumer(|_| ());
    consumer.assign(partitions(&name, 5)).unwrap();
    for values in read(&consumer, 500).values() {
        let values: Vec<u32> = values.iter().map(|value| value.parse().unwrap()).collect();
        assert!(values.is_sorted(), "one producer's records keep their order within a partition");
    }
}

#[test]
fn without_keys_records_spread_over_the_partitions_in_whole_batches() {
    let name = topic("sticky", 4);
    let producer = producer(|config| config.batch_size = 2_000);
    let value = vec![b'x'; 100];
    let deliveries: Vec<_> = (0..4_000)
        .map(|_| producer.send(ProducerRecord::new(name.as_str()).value(value.clone())).unwrap())
        .collect();
    let mut counts = [0_u32; 4];
    for delivery in deliveries {
        counts[usize::try_from(delivery.wait().unwrap().partition).unwrap()] += 1;
    }
    assert!(counts.iter().all(|count| *count > 400), "{counts:?}");
}

#[test]
fn round_robin_and_own_partitioners_decide() {
    #[derive(Debug)]
    struct Last;
    impl Partitioner for Last {
        fn partition(&self, input: &PartitionerInput<'_>) -> Option<i32> {
            Some(input.partitions - 1)
        }
    }
    let name = topic("own", 3);
    let send = |producer: &Producer| {
        let record = ProducerRecord::new(name.as_str()).key("same");
        producer.blocking().send(record).unwrap().wait().unwrap().partition
    };
    let mut config = ProducerConfig::new(&bootstrap());
    let own = Producer::connect_with_partitioner(config.clone(), Box::new(Last)).unwrap();
    assert_eq!([send(&own), send(&own)], [2, 2]);
    config.partitioner = PartitionerChoice::RoundRobin;
    let round_robin = Producer::connect(config).unwrap();
    assert_eq!([send(&round_robin), send(&round_robin), send(&round_robin)], [0, 1, 2]);
}

#[test]
fn clones_send_from_many_threads_and_nothing_is_lost() {
    let name = topic("threads", 3);
    let producer = producer(|config| config.buffer_memory = 256 * 1024);
    thread::scope(|scope| {
        for worker in 0..4 {
            let (producer, name) = (producer.clone(), name.as_str());
            scope.spawn(move || {
                for number in 0..2_500 {
                    let value = format!("{worker}:{number}");
                    let record = BorrowedRecord {
                        topic: name,
                        partition: None,
                        key: None,
                        value: Some(value.as_bytes()),
                        headers: &[],
                        timestamp: None,
                    };
                    drop(producer.send_borrowed(&record).unwrap());
                }
            });
        }
    });
    producer.flush().unwrap();
    let consumer = consumer(|_| ());
    consumer.assign(partitions(&name, 3)).unwrap();
    let mut values: Vec<String> = read(&consumer, 10_000).into_values().flatten().collect();
    values.sort_unstable();
    values.dedup();
    assert_eq!(values.len(), 10_000);
}

#[test]
fn cut_connections_neither_lose_nor_duplicate_nor_reorder() {
    let name = topic("cuts", 3);
    let proxy = Proxy::start(&bootstrap());
    let producer = producer(|config| {
        config.connection.bootstrap_servers = vec![proxy.address()];
        config.connection.retry_backoff = std::time::Duration::from_millis(10);
        config.connection.reconnect_backoff = std::time::Duration::from_millis(5);
        config.batch_size = 500;
        config.linger = std::time::Duration::ZERO;
    });
    assert!(producer.partition_count(&name).unwrap() == 3);
    proxy.cut(true);
    for number in 0..6_000 {
        let record = ProducerRecord::new(name.as_str()).partition(number % 3).value((number / 3).to_string());
        drop(producer.send(record).unwrap());
    }
    producer.flush().unwrap();
    assert!(proxy.cuts() > 3, "{} cuts", proxy.cuts());
    let consumer = consumer(|_| ());
    consumer.assign(partitions(&name, 3)).unwrap();
    let received = read(&consumer, 6_000);
    for partition in 0..3 {
        assert_eq!(received[&partition], numbers(2_000), "partition {partition}");
    }
}

#[test]
fn callbacks_run_once_each_and_acks_0_knows_no_offsets() {
    let name = topic("callbacks", 1);
    let (sender, receiver) = mpsc::sync_channel(10);
    let producer = producer(|config| {
        config.acks = Acks::None;
        config.enable_idempotence = false;
    });
    for _ in 0..10 {
        let sender = sender.clone();
        let done = move |result: Result<tidemill_client::RecordMetadata, DeliveryError>| {
            sender.send(result.unwrap().offset).unwrap();
        };
        producer.send_with(ProducerRecord::new(name.as_str()).value("v"), done).unwrap();
    }
    producer.flush().unwrap();
    drop(sender);
    assert_eq!(receiver.iter().collect::<Vec<_>>(), [-1; 10]);
}

#[test]
fn what_was_accepted_just_before_a_close_is_sent() {
    let name = topic("close", 1);
    for round in 0..100 {
        let producer = producer(|config| config.linger = std::time::Duration::ZERO);
        producer.send(ProducerRecord::new(name.as_str()).value("first")).unwrap().wait().unwrap();
        let last = producer.send(ProducerRecord::new(name.as_str()).value("last")).unwrap();
        producer.close(std::time::Duration::from_secs(20)).unwrap_or_else(|error| panic!("{round}: {error}"));
        last.wait().unwrap();
    }
}

#[test]
fn what_cannot_be_sent_is_refused_with_its_reason() {
    let name = topic("refused", 2);
    let producer = producer(|config| config.max_block = std::time::Duration::from_secs(2));
    let unknown = producer.send(ProducerRecord::new(name.as_str()).partition(7)).unwrap_err();
    assert!(matches!(unknown, SendError::UnknownPartition { partition: 7, count: 2, .. }), "{unknown}");
    let large = producer.send(ProducerRecord::new(name.as_str()).value(vec![0; 2_000_000])).unwrap_err();
    assert!(matches!(large, SendError::TooLarge { key: "max.request.size", .. }), "{large}");
    let invalid = producer.send(ProducerRecord::new("no such/topic").value("v")).unwrap_err();
    assert!(matches!(invalid, SendError::Topic { code: ErrorCode::InvalidTopicException, .. }), "{invalid}");
    producer.close(crate::cluster::PATIENCE).unwrap();
    let closed = producer.send(ProducerRecord::new(name.as_str())).unwrap_err();
    assert!(matches!(closed, SendError::Closed), "{closed}");
}

#[test]
fn a_batch_the_broker_refuses_fails_alone_and_the_producer_goes_on() {
    let name = fresh("limit");
    let small = tidemill_client::NewTopic::new(&name, 1).config("max.message.bytes", "1000");
    drop(crate::cluster::admin().create_topics(vec![small]).unwrap());
    let producer = producer(|_| ());
    let send =
        |size: usize| producer.send(ProducerRecord::new(name.as_str()).value(vec![b'x'; size])).unwrap();
    assert_eq!(send(10).wait().unwrap().offset, 0);
    let error = send(5_000).wait().unwrap_err();
    assert!(matches!(error, DeliveryError::Refused { code: ErrorCode::MessageTooLarge, .. }), "{error}");
    assert_eq!(send(10).wait().unwrap().offset, 1);
    assert_eq!(send(10).wait().unwrap().offset, 2);
}

#[test]
fn a_batch_that_is_too_large_for_the_broker_arrives_in_parts_that_are_not() {
    for compression in [Compression::None, Compression::Lz4] {
        let name = fresh("parts");
        let small = tidemill_client::NewTopic::new(&name, 1).config("max.message.bytes", "700");
        drop(crate::cluster::admin().create_topics(vec![small]).unwrap());
        let producer = producer(|config| config.compression = compression);
        // Texts that no codec makes small.
        let texts: Vec<String> = (0..200_u32)
            .map(|number| format!("{number}:{:x}", u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
            .collect();
        let sent: Vec<_> = texts
            .iter()
            .map(|text| producer.send(ProducerRecord::new(name.as_str()).value(text.clone())).unwrap())
            .collect();
        producer.flush().unwrap();
        for (offset, delivery) in (0..).zip(sent) {
            assert_eq!(delivery.wait().unwrap().offset, offset, "{}", compression.name());
        }
        let consumer = consumer(|_| ());
        consumer.assign(partitions(&name, 1)).unwrap();
        assert_eq!(read(&consumer, 200)[&0], texts, "{}", compression.name());
    }
}

#[test]
fn typed_producers_go_through_their_serialisers() {
    let name = topic("typed", 1);
    let producer = producer(|_| ());
    let typed: TypedProducer<str, i64> =
        TypedProducer::new(producer.producer(), name.as_str(), StringSerializer, LongSerializer);
    assert_eq!(typed.send_blocking(Some("k"), Some(&42)).unwrap().wait().unwrap().offset, 0);
    let consumer = consumer(|_| ());
    consumer.assign(partitions(&name, 1)).unwrap();
    let polled = crate::cluster::eventually("reading", || {
        let polled = consumer.poll(crate::cluster::POLL).unwrap();
        (!polled.is_empty()).then_some(polled)
    });
    let record =
        polled.batches().next().unwrap().typed::<String, i64>(&StringSerializer, &LongSerializer).next();
    let record = record.unwrap().unwrap();
    assert_eq!((record.key.as_str(), record.value), ("k", 42));
}

#[test]
fn any_executor_can_await_a_producer() {
    let name = topic("async", 1);
    let config = ProducerConfig::new(&bootstrap());
    let producer = Arc::new(Producer::connect(config).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let metadata = runtime.block_on(async {
        let delivery = producer.send(ProducerRecord::new(name.as_str()).value("v")).await.unwrap();
        producer.flush().await.unwrap();
        delivery.await.unwrap()
    });
    assert_eq!(metadata.offset, 0);
}
