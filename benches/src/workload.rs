//! The work that is measured, done by the native client.

use std::time::Duration;

use anyhow::ensure;
use tidemill_client::{
    BorrowedRecord, Consumer, ConsumerConfig, Producer, ProducerConfig, Properties, TopicPartition,
};

use crate::clients::Ran;
use crate::clock;
use crate::process::Cpu;

/// One workload.
pub(crate) struct Workload {
    pub(crate) bootstrap: String,
    pub(crate) topic: String,
    pub(crate) records: u64,
    pub(crate) size_bytes: usize,
    pub(crate) acks: String,
}

/// Runs work that returns how many records it moved, and takes the time and the CPU of this process.
pub(crate) fn timed(work: impl FnOnce() -> anyhow::Result<u64>) -> anyhow::Result<Ran> {
    let (started, before) = (clock::now(), Cpu::of("self")?);
    let records = work()?;
    let (seconds, after) = (started.elapsed().as_secs_f64(), Cpu::of("self")?);
    Ok(Ran {
        records,
        seconds,
        user_seconds: after.user - before.user,
        system_seconds: after.system - before.system,
        ..Ran::default()
    })
}

fn properties(pairs: &[(&str, &str)]) -> Properties {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Produces as fast as the buffer takes records, to partition 0.
pub(crate) fn produce(workload: &Workload) -> anyhow::Result<Ran> {
    let config = ProducerConfig::from_properties(&properties(&[
        ("bootstrap.servers", &workload.bootstrap),
        ("acks", &workload.acks),
        ("enable.idempotence", "false"),
        ("linger.ms", "5"),
        ("batch.size", "65536"),
        ("buffer.memory", "134217728"),
    ]))?;
    let producer = Producer::connect(config)?.blocking();
    let value = vec![b'x'; workload.size_bytes];
    let record = BorrowedRecord {
        topic: &workload.topic,
        partition: Some(0),
        key: None,
        value: Some(&value),
        headers: &[],
        timestamp: None,
    };
    timed(|| {
        for _ in 0..workload.records {
            // The flush below tells of every failure.
            drop(producer.send_borrowed(&record)?);
        }
        producer.flush()?;
        Ok(workload.records)
    })
}

/// Reads partition 0 from its beginning and touches every value.
pub(crate) fn consume(workload: &Workload) -> anyhow::Result<Ran> {
    let config = ConsumerConfig::from_properties(&properties(&[
        ("bootstrap.servers", &workload.bootstrap),
        ("enable.auto.commit", "false"),
        ("max.partition.fetch.bytes", "1048576"),
    ]))?;
    let consumer = Consumer::connect(config)?.blocking();
    let partition = TopicPartition::new(workload.topic.as_str(), 0);
    timed(|| {
        consumer.assign(vec![partition.clone()])?;
        consumer.seek(&partition, 0)?;
        let (mut seen, mut bytes) = (0_u64, 0_usize);
        while seen < workload.records {
            let polled = consumer.poll(Duration::from_secs(30))?;
            ensure!(!polled.is_empty(), "nothing for 30 s after {seen} of {} records", workload.records);
            for batch in polled.batches() {
                for record in batch.records() {
                    bytes += record?.value.unwrap_or_default().len();
                    seen += 1;
                }
            }
        }
        ensure!(bytes >= workload.size_bytes, "values were empty");
        Ok(seen)
    })
}
