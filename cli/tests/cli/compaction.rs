//! `kill -9` while the log is compacted: the last value of each key is right, offsets keep their records, nothing that
//! was removed comes back, deleted keys go (V18).
//!
//! Few keys are overwritten again and again with small segments, so that the cleaner always has work; some keys retire
//! each round, every other one with a tombstone. The kill comes when the cleaner is at a stage that is drawn: copying,
//! or changing the copy for the segments. What it met is read from the folder of the dead broker. At the end the log
//! must shrink to what its keys need. `ROUNDS` scales it; `make faults` runs 50 kills.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tidemill_client::{
    Admin, AdminConfig, BlockingConsumer, BlockingProducer, Consumer, ConsumerConfig, OffsetSpec, Producer,
    ProducerConfig, ProducerRecord, TopicPartition,
};
use tidemill_environment::{Random, SeededRandom};

use super::process::{Broker, free_port};
use super::rounds::{rounds, seed};
use super::wire::Wire;

const TOPIC: &str = "profiles";
/// Keys that are written in a round.
const KEYS: u64 = 40;
/// So many of them are never written again after it.
const RETIRING: u64 = 4;
/// Records between two kills: enough for a dozen segments.
const RECORDS: u64 = 1_500;
/// One of so many values is a tombstone.
const TOMBSTONES: u64 = 8;
const PADDING: usize = 200;
/// How long to wait for a stage of the cleaner, in steps of a tenth of a millisecond.
const WATCH_STEPS: u32 = 10_000;
/// How long to wait for a pass to end, in steps of 5 ms.
const MAX_PASS_STEPS: u32 = 6_000;
/// How often the test writes on at the end, until everything old was compacted.
const MAX_LAST_ROUNDS: u32 = 40;
const POLL_STEP: Duration = Duration::from_millis(200);
const MAX_SILENT_POLLS: u32 = 150;
const CLEANER: [&str; 4] = ["-X", "log.cleaner.backoff.ms=5", "-X", "log.segment.delete.delay.ms=1"];

/// What was written: the number of the record, unique, and whether it is a tombstone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Written {
    key: u64,
    number: u64,
    tombstone: bool,
}

/// How far the cleaner was when the broker died.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Elsewhere,
    Copying,
    Swapping,
}

/// What the test knows.
struct World {
    dir: tempfile::TempDir,
    listen: String,
    random: SeededRandom,
    seed: u64,
    round: u64,
    next_number: u64,
    /// By offset, as acknowledged.
    acknowledged: BTreeMap<i64, Written>,
    /// The newest of each key.
    newest: BTreeMap<u64, Written>,
    /// Offsets that the last reading found, and where it ended.
    present: (BTreeSet<i64>, i64),
}

#[test]
fn compaction_under_kill_9_keeps_the_last_value_of_each_key() {
    let (rounds, seed) = (rounds(2, 4), seed(61));
    let mut world = World::new(seed);
    let mut broker = world.start();
    // At 0.01 nearly every closed segment makes the log due; a tombstone goes with the second pass that meets it.
    let configs = [
        ("cleanup.policy", "compact"),
        ("segment.bytes", "16384"),
        ("min.cleanable.dirty.ratio", "0.01"),
        ("delete.retention.ms", "0"),
    ];
    Wire::connect(&world.listen).create_topic(TOPIC, 1, &configs);
    let producer = Producer::connect(ProducerConfig::new(&world.listen)).unwrap().blocking();
    let (mut met, mut cleaned) = (BTreeMap::<Stage, u64>::new(), 0);
    for _ in 0..rounds {
        let written = world.draw();
        let (first, second) = written.split_at(written.len() / 2);
        let places = Places::default();
        send(&producer, first, &places);
        producer.flush().unwrap();
        cleaned = world.wait_for_pass(cleaned, &broker);
        send(&producer, second, &places);
        let stage = if world.random.below(3) == 0 { Stage::Copying } else { Stage::Swapping };
        wait_for(&world.folder(), stage);
        std::thread::sleep(Duration::from_micros(world.random.below(200)));
        broker.kill();
        *met.entry(stage_on_disk(&world.folder())).or_default() += 1;
        broker = world.start();
        let story = world.story();
        producer.flush().unwrap_or_else(|error| panic!("{story}: {error}\n{}", broker.log()));
        world.note(&written, &places);
        world.verify();
    }
    let story = world.story();
    let in_pass = rounds - met.get(&Stage::Elsewhere).copied().unwrap_or(0);
    assert!(in_pass * 2 >= rounds, "{story}: too few kills met the cleaner at work: {met:?}");
    let kept = world.settle(&producer);
    for complaint in ["is not compacted any more", "cannot compact", "panicked", "damaged"] {
        assert!(!broker.log().contains(complaint), "{story}: {complaint}\n{}", broker.log());
    }
    println!(
        "compaction kills: {rounds} ({} while copying, {} while swapping), a pass ended before each, {} records \
         acknowledged, {kept} kept, 0 last values wrong, 0 offsets moved, 0 removed records back, 0 tombstones ignored",
        met.get(&Stage::Copying).copied().unwrap_or(0),
        met.get(&Stage::Swapping).copied().unwrap_or(0),
        world.acknowledged.len()
    );
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            listen: format!("127.0.0.1:{}", free_port()),
            random: SeededRandom::new(seed),
            seed,
            round: 0,
            next_number: 1,
            acknowledged: BTreeMap::new(),
            newest: BTreeMap::new(),
            present: (BTreeSet::new(), 0),
        }
    }

    fn start(&self) -> Broker {
        Broker::start_with(self.dir.path(), &self.listen, &CLEANER)
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("data").join(format!("{TOPIC}-0"))
    }

    fn story(&self) -> String {
        format!("seed {} round {}", self.seed, self.round)
    }

    /// The first offset that was never compacted, as the cleaner noted it.
    fn cleaned(&self) -> i64 {
        let text = fs::read_to_string(self.dir.path().join("data/cleaner-offset-checkpoint"));
        let entry = format!("{TOPIC} 0 ");
        let text = text.unwrap_or_default();
        text.lines().find_map(|line| line.strip_prefix(&entry)).map_or(0, |offset| offset.parse().unwrap())
    }

    /// Waits until a pass over the log has ended behind `before`; returns where.
    fn wait_for_pass(&self, before: i64, broker: &Broker) -> i64 {
        for _ in 0..MAX_PASS_STEPS {
            let cleaned = self.cleaned();
            if cleaned > before {
                return cleaned;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("{}: nothing is compacted behind {before}\n{}", self.story(), broker.log());
    }

    /// The records of a round; the last ones retire keys.
    fn draw(&mut self) -> Vec<Written> {
        let first = self.round * RETIRING;
        self.round += 1;
        let mut written = Vec::new();
        for _ in 0..RECORDS {
            let (key, tombstone) = (first + self.random.below(KEYS), self.random.below(TOMBSTONES) == 0);
            written.push(self.write(key, tombstone));
        }
        for key in first..first + RETIRING {
            written.push(self.write(key, is_deleted(key)));
        }
        written
    }

    fn write(&mut self, key: u64, tombstone: bool) -> Written {
        self.next_number += 1;
        Written { key, number: self.next_number, tombstone }
    }

    /// Notes where records went, after a flush.
    fn note(&mut self, written: &[Written], places: &Places) {
        let places = places.lock().unwrap();
        for written in written {
            let offset = places.get(&written.number).expect("a flush waits for every callback");
            let before = self.acknowledged.insert(*offset, *written);
            assert_eq!(before, None, "{}: offset {offset} was given out twice", self.story());
            self.newest.insert(written.key, *written);
        }
    }

    /// Compares what the log holds with what was written; returns the keys that it knows and how many records it holds.
    fn verify(&mut self) -> (BTreeSet<u64>, usize) {
        let (log, end) = read(&self.listen);
        let story = self.story();
        let mut last: BTreeMap<u64, Written> = BTreeMap::new();
        for (offset, found) in &log {
            assert_eq!(self.acknowledged.get(offset), Some(found), "{story}: offset {offset}");
            let is_new = *offset >= self.present.1;
            assert!(
                is_new || self.present.0.contains(offset),
                "{story}: offset {offset} came back: {found:?}"
            );
            last.insert(found.key, *found);
        }
        for (key, newest) in &self.newest {
            match last.get(key) {
                Some(found) => assert_eq!(found, newest, "{story}: the last value of key {key}"),
                None => assert!(newest.tombstone, "{story}: key {key} is gone, {newest:?} was written last"),
            }
        }
        self.present = (log.iter().map(|(offset, _)| *offset).collect(), end);
        (last.into_keys().collect(), log.len())
    }

    /// Writes on until the cleaner has removed what it must; returns how many records are left.
    fn settle(&mut self, producer: &BlockingProducer) -> usize {
        let deleted: BTreeSet<u64> = (0..self.round * RETIRING).filter(|key| is_deleted(*key)).collect();
        let (mut back, mut kept) = (Vec::new(), 0);
        for _ in 0..MAX_LAST_ROUNDS {
            let written = self.draw();
            let places = Places::default();
            send(producer, &written, &places);
            producer.flush().unwrap();
            self.note(&written, &places);
            let keys;
            (keys, kept) = self.verify();
            back = deleted.intersection(&keys).copied().collect();
            // What is not compacted yet is of the last rounds.
            if back.is_empty() && kept < self.newest.len() + 3 * usize::try_from(RECORDS).unwrap() {
                return kept;
            }
        }
        panic!("{}: {kept} records are left, and deleted keys: {back:?}", self.story());
    }
}

/// Whether a key retires with a tombstone.
fn is_deleted(key: u64) -> bool {
    key.is_multiple_of(2)
}

/// Where each record went, as far as acknowledged yet; filled on by later acknowledgements.
type Places = Arc<Mutex<BTreeMap<u64, i64>>>;

fn send(producer: &BlockingProducer, written: &[Written], places: &Places) {
    for written in written.iter().copied() {
        // The number goes along even where there is no value.
        let mut record = ProducerRecord::new(TOPIC).partition(0).key(written.key.to_string());
        record = record.header("number", written.number.to_string());
        if !written.tombstone {
            record = record.value(format!("{}:{}", written.number, "x".repeat(PADDING)));
        }
        let places = Arc::clone(places);
        let sent = producer.send_with(record, move |result| {
            places.lock().unwrap().insert(written.number, result.unwrap().offset);
        });
        sent.unwrap();
    }
}

/// Watches the folder until the cleaner is at a stage, for a second or two at most.
fn wait_for(folder: &Path, stage: Stage) {
    for _ in 0..WATCH_STEPS {
        if stage_on_disk(folder) == stage {
            return;
        }
        std::thread::sleep(Duration::from_micros(100));
    }
}

/// What the files of a partition say about the cleaner.
fn stage_on_disk(folder: &Path) -> Stage {
    let mut stage = Stage::Elsewhere;
    for name in fs::read_dir(folder).unwrap().filter_map(Result::ok).map(|entry| entry.file_name()) {
        let name = name.to_string_lossy();
        if name == "tidemill-swap" || name.ends_with(".swap") {
            return Stage::Swapping;
        }
        if name.ends_with(".cleaned") {
            stage = Stage::Copying;
        }
    }
    stage
}

/// Everything that the log holds, and where it ends.
fn read(bootstrap: &str) -> (Vec<(i64, Written)>, i64) {
    let partition = TopicPartition::new(TOPIC, 0);
    let admin = Admin::connect(AdminConfig::new(bootstrap)).unwrap().blocking();
    let latest = BTreeMap::from([(partition.clone(), OffsetSpec::Latest)]);
    let end = admin.list_offsets(&latest).unwrap().remove(0).1.unwrap().unwrap().offset;
    let consumer: BlockingConsumer = Consumer::connect(ConsumerConfig::new(bootstrap)).unwrap().blocking();
    consumer.assign(vec![partition.clone()]).unwrap();
    consumer.seek_to_beginning(std::slice::from_ref(&partition)).unwrap();
    let mut log = Vec::new();
    // The end may be compacted away: the position passes it without a record.
    let mut silent = 0;
    while consumer.position(&partition).unwrap() < end {
        let polled = consumer.poll(POLL_STEP).unwrap();
        silent = if polled.is_empty() { silent + 1 } else { 0 };
        assert!(silent < MAX_SILENT_POLLS, "nothing more arrives before {end}");
        for batch in polled.batches() {
            for record in batch.records().map(|record| record.unwrap()) {
                let number = record.headers.clone().next().unwrap().value.unwrap();
                let written = Written {
                    key: std::str::from_utf8(record.key.unwrap()).unwrap().parse().unwrap(),
                    number: std::str::from_utf8(number).unwrap().parse().unwrap(),
                    tombstone: record.value.is_none(),
                };
                log.push((record.offset, written));
            }
        }
    }
    (log, end)
}
