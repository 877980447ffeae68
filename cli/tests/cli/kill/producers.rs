//! Four idempotent producers that never stop sending, and what was acknowledged to them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tidemill_client::{
    BlockingProducer, DeliveryError, Producer, ProducerConfig, ProducerRecord, RecordMetadata,
};

use super::checker::{Placed, Stamp};

const PRODUCERS: u32 = 4;
/// Records of one producer that wait for their answer at most; more would only wait in its buffer.
const MAX_UNANSWERED: u64 = 500;
/// How long nothing may be acknowledged before the test gives up.
const STALL_LIMIT: Duration = Duration::from_secs(90);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(120);

/// The end of the story.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) acknowledged: Vec<Placed>,
    /// Records whose fate the producer does not know.
    pub(super) given_up: u64,
}

/// What the producers and the test share.
#[derive(Debug, Default)]
struct Ledger {
    entries: Mutex<Entries>,
    changed: Condvar,
    stopping: AtomicBool,
}

#[derive(Debug, Default)]
struct Entries {
    acknowledged: Vec<Placed>,
    given_up: u64,
}

impl Ledger {
    fn add(&self, stamp: Stamp, result: Result<RecordMetadata, DeliveryError>) {
        let mut entries = self.entries.lock().unwrap();
        match result {
            Ok(metadata) => entries.acknowledged.push(Placed {
                partition: metadata.partition,
                offset: metadata.offset,
                stamp,
            }),
            Err(_) => entries.given_up += 1,
        }
        drop(entries);
        self.changed.notify_all();
    }
}

/// The running producers.
#[derive(Debug)]
pub(super) struct Producers {
    ledger: Arc<Ledger>,
    sent: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

impl Producers {
    pub(super) fn start(bootstrap: &str, topic: &'static str, partitions: i32) -> Self {
        let ledger = Arc::new(Ledger::default());
        let sent = Arc::new(AtomicU64::new(0));
        let threads = (0..PRODUCERS)
            .map(|number| {
                let config = ProducerConfig::new(bootstrap);
                assert!(config.enable_idempotence && config.acks == tidemill_client::Acks::All);
                let producer = Producer::connect(config).unwrap().blocking();
                let line = Line {
                    number,
                    producer,
                    topic,
                    partitions,
                    ledger: Arc::clone(&ledger),
                    sent: Arc::clone(&sent),
                };
                std::thread::spawn(move || line.run())
            })
            .collect();
        Self { ledger, sent, threads }
    }

    /// Waits for `count` more acknowledgements; false if they do not come.
    pub(super) fn wait_for_acknowledgements(&self, count: u64) -> bool {
        let entries = self.ledger.entries.lock().unwrap();
        let wanted = entries.acknowledged.len() as u64 + count;
        let missing = |entries: &mut Entries| (entries.acknowledged.len() as u64) < wanted;
        let (_entries, waited) =
            self.ledger.changed.wait_timeout_while(entries, STALL_LIMIT, missing).unwrap();
        !waited.timed_out()
    }

    /// Records that were sent and are not answered yet.
    pub(super) fn unanswered(&self) -> u64 {
        let sent = self.sent.load(Ordering::SeqCst);
        let entries = self.ledger.entries.lock().unwrap();
        sent.saturating_sub(entries.acknowledged.len() as u64 + entries.given_up)
    }

    /// Stops sending, waits for what is under way.
    pub(super) fn finish(self) -> Work {
        {
            // Under the lock, so that no producer misses it between its look and its wait.
            let _entries = self.ledger.entries.lock().unwrap();
            self.ledger.stopping.store(true, Ordering::SeqCst);
        }
        self.ledger.changed.notify_all();
        self.threads.into_iter().for_each(|thread| thread.join().unwrap());
        let sent = self.sent.load(Ordering::SeqCst);
        let entries = self.ledger.entries.lock().unwrap();
        // The last callbacks may still run when their producer is closed.
        let missing = |entries: &mut Entries| (entries.acknowledged.len() as u64 + entries.given_up) < sent;
        let (mut entries, waited) =
            self.ledger.changed.wait_timeout_while(entries, STALL_LIMIT, missing).unwrap();
        assert!(!waited.timed_out(), "of {sent} records only {} were answered", entries.acknowledged.len());
        let entries = std::mem::take(&mut *entries);
        Work { acknowledged: entries.acknowledged, given_up: entries.given_up }
    }
}

/// One producer and its count.
struct Line {
    number: u32,
    producer: BlockingProducer,
    topic: &'static str,
    partitions: i32,
    ledger: Arc<Ledger>,
    sent: Arc<AtomicU64>,
}

impl Line {
    fn run(self) {
        let answered = Arc::new(AtomicU64::new(0));
        for sequence in 0_u64.. {
            self.wait_for_room(sequence, &answered);
            if self.ledger.stopping.load(Ordering::SeqCst) {
                break;
            }
            let stamp = Stamp { producer: self.number, sequence };
            let partition = i32::try_from(sequence % u64::from(self.partitions.unsigned_abs())).unwrap();
            let record = ProducerRecord::new(self.topic).partition(partition).value(stamp.to_bytes());
            let (ledger, answered) = (Arc::clone(&self.ledger), Arc::clone(&answered));
            self.sent.fetch_add(1, Ordering::SeqCst);
            let sent = self.producer.send_with(record, move |result| {
                answered.fetch_add(1, Ordering::SeqCst);
                ledger.add(stamp, result);
            });
            sent.unwrap();
        }
        self.producer.close(CLOSE_TIMEOUT).unwrap();
    }

    /// Waits until fewer than [`MAX_UNANSWERED`] of the `sent` records are unanswered.
    fn wait_for_room(&self, sent: u64, answered: &AtomicU64) {
        let full = |_: &mut Entries| {
            sent - answered.load(Ordering::SeqCst) >= MAX_UNANSWERED
                && !self.ledger.stopping.load(Ordering::SeqCst)
        };
        let entries = self.ledger.entries.lock().unwrap();
        drop(self.ledger.changed.wait_while(entries, full).unwrap());
    }
}
