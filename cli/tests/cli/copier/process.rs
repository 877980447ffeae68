//! The copier: a process of its own, so that `kill -9` ends it. It is this test binary, started with one test and a
//! variable that says what to copy.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tidemill_client::{
    AutoOffsetReset, BlockingConsumer, BlockingProducer, Consumer, ConsumerConfig, ConsumerGroupMetadata,
    IsolationLevel, OffsetAndMetadata, Producer, ProducerConfig, ProducerRecord, TopicPartition,
    TransactionError,
};

use super::{GROUP, INPUT, OUTPUT};

/// `BOOTSTRAP PARTITION RECORDS`
const TASK: &str = "TIDEMILL_COPIER";
const RECORDS_A_TRANSACTION: usize = 750;
/// Three polls fill a transaction.
const MAX_POLL_RECORDS: u32 = 250;
const POLL_TIMEOUT: Duration = Duration::from_millis(50);
/// Polls without a record after which a transaction is closed with what it has.
const PATIENCE: u32 = 4;

/// Starts a copier of one partition, which ends when it has copied `each` records.
pub(super) fn start(bootstrap: &str, partition: i32, each: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "copier::process::copies_if_it_is_told_what", "--nocapture"])
        .env(TASK, format!("{bootstrap} {partition} {each}"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn copies_if_it_is_told_what() {
    // Among the other tests nobody tells it.
    let Ok(task) = std::env::var(TASK) else { return };
    let words: Vec<&str> = task.split(' ').collect();
    let (partition, each) = (words[1].parse().unwrap(), words[2].parse().unwrap());
    // After a failure that a producer cannot get over, a new one goes on where the group's offsets stand.
    while let Err(error) = Copier::new(words[0], partition).and_then(|mut copier| copier.run(each)) {
        eprintln!("copier {partition} begins again: {error}");
    }
}

struct Copier {
    partition: i32,
    input: TopicPartition,
    producer: BlockingProducer,
    consumer: BlockingConsumer,
    position: i64,
}

impl Copier {
    fn new(bootstrap: &str, partition: i32) -> Result<Self, TransactionError> {
        let mut config = ProducerConfig::new(bootstrap);
        config.transactional_id = Some(format!("copier-{partition}"));
        let producer = Producer::connect(config).unwrap().blocking();
        settle(|| producer.init_transactions())?;
        let mut config = ConsumerConfig::new(bootstrap);
        config.group_id = Some(GROUP.to_owned());
        config.enable_auto_commit = false;
        config.auto_offset_reset = AutoOffsetReset::Earliest;
        config.isolation_level = IsolationLevel::ReadCommitted;
        config.max_poll_records = MAX_POLL_RECORDS;
        let consumer = Consumer::connect(config).unwrap().blocking();
        let input = TopicPartition::new(INPUT, partition);
        consumer.assign(vec![input.clone()]).unwrap();
        let mut copier = Self { partition, input, producer, consumer, position: 0 };
        copier.go_back();
        Ok(copier)
    }

    /// To the group's offset.
    fn go_back(&mut self) {
        let committed = self.consumer.committed(std::slice::from_ref(&self.input)).unwrap();
        self.position = committed.get(&self.input).map_or(0, |committed| committed.offset);
        self.consumer.seek(&self.input, self.position).unwrap();
    }

    fn run(&mut self, each: u64) -> Result<(), TransactionError> {
        while self.position < i64::try_from(each).unwrap() {
            match self.copy() {
                Ok(()) => {}
                Err(TransactionError::Abortable { .. }) => {
                    settle(|| self.producer.abort_transaction())?;
                    self.go_back();
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// One transaction.
    fn copy(&mut self) -> Result<(), TransactionError> {
        self.producer.begin_transaction()?;
        let (mut copied, mut silent, mut position) = (0, 0, self.position);
        while copied < RECORDS_A_TRANSACTION && silent < PATIENCE {
            let polled = self.consumer.poll(POLL_TIMEOUT).unwrap();
            silent = if polled.is_empty() { silent + 1 } else { 0 };
            for batch in polled.batches() {
                for record in batch.records().map(|record| record.unwrap()) {
                    let value = record.value.unwrap().to_vec();
                    let copy = ProducerRecord::new(OUTPUT).partition(self.partition).value(value);
                    if let Err(error) = self.producer.send(copy) {
                        eprintln!("copier {} aborts: {error}", self.partition);
                        settle(|| self.producer.abort_transaction())?;
                        self.go_back();
                        return Ok(());
                    }
                    copied += 1;
                    position = record.offset + 1;
                }
            }
        }
        let offsets = BTreeMap::from([(self.input.clone(), OffsetAndMetadata::new(position))]);
        let group = ConsumerGroupMetadata {
            group_id: GROUP.into(),
            generation_id: -1,
            member_id: String::new(),
            group_instance_id: None,
        };
        settle(|| self.producer.send_offsets_to_transaction(offsets.clone(), &group))?;
        settle(|| self.producer.commit_transaction())?;
        self.position = position;
        Ok(())
    }
}

/// Calls again what timed out: that is how its outcome is learnt.
fn settle(mut operation: impl FnMut() -> Result<(), TransactionError>) -> Result<(), TransactionError> {
    loop {
        match operation() {
            Err(TransactionError::Timeout { .. }) => {}
            result => return result,
        }
    }
}
