//! Invoices on a broker: a worker fails in the middle of a transaction, the next one of its name goes on.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::bail;
use tidemill_broker::{Broker, BrokerConfig};
use tidemill_client::{
    Admin, AdminConfig, AutoOffsetReset, Consumer, ConsumerConfig, IsolationLevel, NewTopic, Producer,
    ProducerConfig, ProducerRecord, TopicPartition,
};
use tidemill_examples::invoices::{INVOICES, ORDERS, Worker};

const PARTITIONS: i32 = 3;
const COUNT: u64 = 1_000;
const POLL: Duration = Duration::from_millis(200);

fn order(number: u64) -> ProducerRecord {
    ProducerRecord::new(ORDERS).key(number.to_string()).value(format!("{} apples", number % 7 + 1))
}

fn price(order: &str) -> anyhow::Result<u64> {
    let Some(count) = order.strip_suffix(" apples") else { bail!("nobody knows the price of {order:?}") };
    Ok(count.parse::<u64>()? * 25)
}

/// Every invoice that was committed, by the number of its order; fails if an order has two.
fn invoices(bootstrap: &str) -> anyhow::Result<BTreeMap<u64, u64>> {
    let mut config = ConsumerConfig::new(bootstrap);
    config.auto_offset_reset = AutoOffsetReset::Earliest;
    config.isolation_level = IsolationLevel::ReadCommitted;
    let consumer = Consumer::connect(config)?.blocking();
    let partitions: Vec<_> = (0..PARTITIONS).map(|index| TopicPartition::new(INVOICES, index)).collect();
    consumer.assign(partitions.clone())?;
    let ends = consumer.end_offsets(&partitions)?;
    let mut found = BTreeMap::new();
    loop {
        let mut is_read = true;
        for partition in &partitions {
            is_read &= consumer.position(partition)? >= ends[partition];
        }
        if is_read {
            return Ok(found);
        }
        for batch in consumer.poll(POLL)?.batches() {
            for record in batch.records() {
                let record = record?;
                let number = std::str::from_utf8(record.key.unwrap_or_default())?.parse()?;
                let price = std::str::from_utf8(record.value.unwrap_or_default())?.parse()?;
                if found.insert(number, price).is_some() {
                    bail!("order {number} has two invoices");
                }
            }
        }
    }
}

#[test]
fn every_order_has_one_invoice_although_a_worker_failed_on_the_way() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let broker = Broker::start(BrokerConfig::for_tests(folder.path()))?;
    let bootstrap = broker.bootstrap_servers();
    let topics = [ORDERS, INVOICES].map(|topic| NewTopic::new(topic, PARTITIONS)).to_vec();
    for (_, created) in Admin::connect(AdminConfig::new(&bootstrap))?.blocking().create_topics(topics)? {
        created?;
    }
    let producer = Producer::connect(ProducerConfig::new(&bootstrap))?.blocking();
    (0..COUNT).try_for_each(|number| producer.send(order(number)).map(drop))?;
    producer.flush()?;

    let priced = std::cell::Cell::new(0);
    let tired = Worker::start(&bootstrap, "ann", |order| {
        priced.set(priced.get() + 1);
        if priced.get() == COUNT / 2 + 50 { bail!("the price list is torn") } else { price(order) }
    })?;
    let failure = loop {
        if let Err(failure) = tired.work(POLL) {
            break failure;
        }
    };
    assert!(format!("{failure:#}").contains("the price list is torn"), "{failure:#}");
    let before = invoices(&bootstrap)?;
    assert!((1..COUNT / 2 + 50).contains(&u64::try_from(before.len())?), "{}", before.len());

    let fresh = Worker::start(&bootstrap, "ann", price)?;
    let mut written = u64::try_from(before.len())?;
    while written < COUNT {
        written += u64::try_from(fresh.work(POLL)?)?;
    }
    let expected: BTreeMap<u64, u64> = (0..COUNT).map(|number| (number, (number % 7 + 1) * 25)).collect();
    assert_eq!(written, COUNT);
    assert_eq!(invoices(&bootstrap)?, expected);
    drop((tired, fresh, producer));
    broker.shutdown();
    Ok(())
}
