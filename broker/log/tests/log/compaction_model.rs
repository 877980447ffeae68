//! Random lives of a compacted log beside a model: transactions, tombstones, passes with small and large maps,
//! restarts, power losses. Whatever a pass removes, readers end up with the same table; nothing comes back.
//!
//! `TIDEMILL_SEEDS` says how many lives to run.

use crate::batches::{CLIENT, NOON, identity, marker};
use crate::compacted::{
    Pair, ROOMY, Seen, batches_from, config, keyed_with, read_committed, records_of, table, try_compact,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tidemill_environment::{Now, Random, SeededRandom};
use tidemill_log::storage::{SimulatedDisk, SimulatedFaults};
use tidemill_log::{
    AppendOptions, AppendOrigin, CompactionError, CompactionOptions, KeyMapOptions, LogConfig, OpenOptions,
    PartitionLog, Storage,
};
use tidemill_protocol::records::{BatchOptions, Compression};

const DIRECTORY: &str = "/data/table-0";
const DELETE_RETENTION_MS: i64 = 1_000;
const PRODUCERS: u64 = 4;

/// One batch that was appended.
#[derive(Debug, Clone)]
struct Event {
    base_offset: i64,
    producer: Option<(i64, i16)>,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Data { transactional: bool, records: Vec<Seen> },
    Marker { committed: bool },
}

impl Event {
    fn end_offset(&self) -> i64 {
        match &self.kind {
            Kind::Data { records, .. } => self.base_offset + i64::try_from(records.len()).unwrap(),
            Kind::Marker { .. } => self.base_offset + 1,
        }
    }
}

/// What a producer may send next.
#[derive(Debug, Clone, Copy, Default)]
struct Turn {
    epoch: i16,
    sequence: i32,
    open: bool,
}

#[derive(Default)]
struct Model {
    events: Vec<Event>,
}

impl Model {
    fn turn(&self, producer_id: i64) -> Turn {
        let mut turn = Turn::default();
        for event in &self.events {
            let Some((id, epoch)) = event.producer.filter(|(id, _)| *id == producer_id) else {
                continue;
            };
            assert_eq!(id, producer_id);
            if turn.epoch != epoch {
                (turn.epoch, turn.sequence) = (epoch, 0);
            }
            match &event.kind {
                Kind::Data { transactional, records } => {
                    turn.sequence += i32::try_from(records.len()).unwrap();
                    turn.open |= transactional;
                }
                Kind::Marker { .. } => turn.open = false,
            }
        }
        turn
    }

    /// The records of decided transactions and of none, in order, below `end`.
    fn committed(&self, end: i64) -> Vec<Seen> {
        let mut records = Vec::new();
        for (index, event) in self.events.iter().enumerate().filter(|(_, event)| event.base_offset < end) {
            let Kind::Data { transactional, records: own } = &event.kind else {
                continue;
            };
            let marker = self.events[index..].iter().find_map(|later| match later.kind {
                Kind::Marker { committed } if later.producer.map(|p| p.0) == event.producer.map(|p| p.0) => {
                    Some(committed)
                }
                _ => None,
            });
            if !transactional || marker == Some(true) {
                records.extend(own.iter().cloned());
            }
        }
        records
    }
}

struct Life {
    random: SeededRandom,
    disk: Arc<SimulatedDisk>,
    config: LogConfig,
    model: Model,
    log: Option<PartitionLog>,
    now_ms: i64,
    next_value: u32,
    checkpoint: Option<i64>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut random = SeededRandom::new(seed);
        let disk = Arc::new(SimulatedDisk::new(random.next_u64(), SimulatedFaults::default()));
        disk.create_directory(Path::new("/data")).unwrap();
        disk.sync_directory(Path::new("/")).unwrap();
        let config = LogConfig {
            segment_bytes: 400 + u32::try_from(random.below(3_000)).unwrap(),
            delete_retention: Duration::from_millis(DELETE_RETENTION_MS.unsigned_abs()),
            ..config()
        };
        let model = Model::default();
        let mut life =
            Self { random, disk, config, model, log: None, now_ms: NOON, next_value: 0, checkpoint: None };
        life.open(false);
        life
    }

    fn now(&self) -> Now {
        Now::at_ms(self.now_ms)
    }

    fn open(&mut self, clean: bool) {
        self.log = None;
        let storage = Arc::clone(&self.disk) as Arc<dyn Storage>;
        let options = OpenOptions { clean };
        let opened =
            PartitionLog::open(storage, Path::new(DIRECTORY), self.config.clone(), options, self.now());
        let log = opened.unwrap().0;
        self.model.events.retain(|event| event.end_offset() <= log.end_offset());
        self.log = Some(log);
    }

    fn log(&mut self) -> &mut PartitionLog {
        self.log.as_mut().expect("a life's log is open between restarts")
    }

    fn append_data(&mut self, producer_id: Option<i64>) {
        let turn = producer_id.map(|id| self.model.turn(id));
        let transactional = turn.is_some_and(|turn| turn.open) || producer_id.is_some_and(|id| id > 1);
        let count = 1 + self.random.below(4);
        let mut pairs = Vec::new();
        for _ in 0..count {
            self.next_value += 1;
            let is_tombstone = self.random.below(5) == 0;
            let value = format!(
                "value {} {}",
                self.next_value,
                "x".repeat(usize::try_from(self.random.below(30)).unwrap())
            );
            pairs.push((format!("key {}", self.random.below(12)), (!is_tombstone).then_some(value)));
        }
        let borrowed: Vec<Pair<'_>> =
            pairs.iter().map(|(key, value)| (key.as_str(), value.as_deref())).collect();
        let producer = producer_id.zip(turn);
        let compression = if self.random.below(4) == 0 { Compression::Lz4 } else { Compression::None };
        let options = BatchOptions {
            producer: producer.and_then(|(id, turn)| identity(id, turn.epoch, turn.sequence)),
            transactional,
            compression,
            ..BatchOptions::default()
        };
        let now = self.now();
        let batch = keyed_with(options, now.wall_ms, &borrowed);
        let info = self.log().append(batch, CLIENT, now).unwrap();
        let seen = |(at, (key, value)): (i64, (String, Option<String>))| Seen {
            offset: info.base_offset + at,
            timestamp: now.wall_ms + at,
            key,
            value,
        };
        let records = (0..).zip(pairs).map(seen).collect();
        self.model.events.push(Event {
            base_offset: info.base_offset,
            producer: producer.map(|(id, turn)| (id, turn.epoch)),
            kind: Kind::Data { transactional, records },
        });
    }

    fn end_transaction(&mut self, producer_id: i64) {
        let turn = self.model.turn(producer_id);
        if !turn.open {
            return;
        }
        let committed = self.random.below(2) == 0;
        // The second protocol of transactions raises the epoch with every marker (KIP-890).
        let epoch = turn.epoch + i16::from(self.random.below(2) == 0);
        let append = AppendOptions { origin: AppendOrigin::Coordinator, leader_epoch: 0 };
        let now = self.now();
        let info = self.log().append(marker(producer_id, epoch, committed), append, now).unwrap();
        let (base_offset, producer) = (info.base_offset, Some((producer_id, epoch)));
        self.model.events.push(Event { base_offset, producer, kind: Kind::Marker { committed } });
    }

    fn sync(&mut self) {
        let outcome = self.log().begin_sync().run();
        self.log().complete_sync(outcome).unwrap();
    }

    fn options(&mut self) -> CompactionOptions {
        let memory_bytes = if self.random.below(3) == 0 { 24 * 8 } else { 1 << 16 };
        CompactionOptions { key_map: KeyMapOptions { memory_bytes, ..ROOMY.key_map }, ..ROOMY }
    }

    fn compact(&mut self) {
        let (options, now, checkpoint) = (self.options(), self.now(), self.checkpoint);
        let log = self.log.as_mut().unwrap();
        if let Some(report) = try_compact(log, checkpoint, options, now).unwrap() {
            self.checkpoint = Some(report.end_offset);
            if !report.map_was_full {
                self.check_compacted(report.end_offset);
            }
        }
    }

    /// Below the end of a pass every key has one record at most, and no aborted record is left.
    fn check_compacted(&mut self, end_offset: i64) {
        let committed = self.model.committed(end_offset);
        let mut last = BTreeMap::new();
        for record in committed.iter().filter(|record| record.offset < end_offset) {
            last.insert(&record.key, record);
        }
        let log = self.log.as_ref().unwrap();
        let batches = batches_from(log, 0, end_offset).unwrap();
        for record in batches.iter().filter(|batch| !batch.is_control()).flat_map(records_of) {
            assert_eq!(last.get(&record.key), Some(&&record), "superseded or aborted");
            last.remove(&record.key);
        }
        for record in last.values() {
            assert_eq!(record.value, None, "the last value is gone");
        }
    }

    /// Whatever was compacted: readers end with the table of the model, from wherever they begin.
    fn check(&mut self) {
        let log = self.log.as_ref().unwrap();
        let end_offset = log.last_stable_offset(log.end_offset());
        let committed = self.model.committed(end_offset);
        let originals: BTreeMap<i64, &Seen> =
            committed.iter().map(|record| (record.offset, record)).collect();
        let found = read_committed(log, 0, end_offset).unwrap();
        for record in &found {
            assert_eq!(originals.get(&record.offset), Some(&record), "not what was appended there");
        }
        assert_eq!(table(&found), table(&committed));
        let start = i64::try_from(self.random.below(u64::try_from(end_offset + 1).unwrap())).unwrap();
        let later: Vec<_> = found.iter().filter(|record| record.offset >= start).cloned().collect();
        assert_eq!(read_committed(log, start, end_offset).unwrap(), later, "from offset {start}");
        let open = (0..PRODUCERS).filter(|id| self.model.turn(i64::try_from(*id).unwrap()).open).count();
        let known = log.producers().filter(|(_, state)| state.transaction_start.is_some()).count();
        assert_eq!(known, open, "open transactions");
        for (producer_id, state) in log.producers() {
            let turn = self.model.turn(producer_id);
            assert_eq!(state.epoch, turn.epoch, "epoch of producer {producer_id}");
            assert_eq!(state.last_sequence(), turn.sequence - 1, "sequence of producer {producer_id}");
        }
    }

    fn restart(&mut self, clean: bool) {
        if clean {
            self.log.take().unwrap().close().unwrap();
        } else {
            self.log = None;
            if self.random.below(2) == 0 {
                self.remove_snapshots();
            }
        }
        self.open(clean);
    }

    fn remove_snapshots(&self) {
        for entry in self.disk.list(Path::new(DIRECTORY)).unwrap() {
            if entry.name.ends_with(".snapshot") {
                self.disk.remove_file(&Path::new(DIRECTORY).join(entry.name)).unwrap();
            }
        }
    }

    fn lose_power(&mut self) {
        self.log = None;
        self.disk = Arc::new(self.disk.crash(self.random.next_u64()));
        self.open(false);
    }

    fn step(&mut self) {
        self.now_ms += i64::try_from(self.random.below(100)).unwrap();
        let producer_id = i64::try_from(self.random.below(PRODUCERS)).unwrap();
        match self.random.below(100) {
            0..20 => self.append_data(None),
            20..60 => self.append_data(Some(producer_id)),
            60..78 => self.end_transaction(producer_id),
            78..86 => self.sync(),
            86..94 => self.compact(),
            94..96 => self.restart(true),
            96..98 => self.restart(false),
            98 => self.lose_power(),
            _ => self.now_ms += DELETE_RETENTION_MS,
        }
    }
}

fn seeds() -> u64 {
    std::env::var("TIDEMILL_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(60)
}

#[test]
fn a_compacted_log_gives_the_table_of_the_whole_log_whatever_happened_to_it() {
    for seed in 0..seeds() {
        let mut life = Life::new(seed);
        for step in 0..60 + life.random.below(150) {
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                life.step();
                life.check();
            }));
            assert!(result.is_ok(), "seed {seed}, step {step}");
        }
    }
}

/// A log that has much to compact: closed segments, a first pass behind it, tombstones past their horizon.
fn prepared(seed: u64) -> Life {
    let mut life = Life::new(seed);
    life.config.segment_bytes = 600;
    life.restart(true);
    for step in 0..60 {
        life.append_data(Some(step % 4));
        if step % 3 == 2 {
            life.end_transaction(2);
            life.end_transaction(3);
        }
        if step == 35 {
            life.sync();
            life.compact();
            life.now_ms += DELETE_RETENTION_MS + 1;
        }
    }
    (2..4).for_each(|producer_id| life.end_transaction(producer_id));
    life.sync();
    life
}

#[test]
fn a_crash_at_any_storage_operation_of_a_compaction_loses_nothing_and_brings_nothing_back() {
    for seed in 0..seeds().div_ceil(100) {
        let mut operations = 0;
        loop {
            let mut life = prepared(seed);
            let end_offset = life.log().end_offset();
            let before = read_committed(life.log.as_ref().unwrap(), 0, end_offset).unwrap();
            life.disk.set_faults(SimulatedFaults { stops_after: Some(operations), ..Default::default() });
            let (now, checkpoint) = (life.now(), life.checkpoint);
            let result = try_compact(life.log.as_mut().unwrap(), checkpoint, ROOMY, now);
            for crash in 0..6 {
                let disk = Arc::clone(&life.disk);
                life.disk = Arc::new(disk.crash(operations * 100 + crash));
                life.open(false);
                let context = format!("seed {seed}, operation {operations}, crash {crash}");
                assert_eq!(life.log().end_offset(), end_offset, "{context}");
                life.check();
                let after = read_committed(life.log.as_ref().unwrap(), 0, end_offset).unwrap();
                assert!(after.iter().all(|record| before.contains(record)), "{context}: something came back");
                // What is left can be compacted as if nothing had happened, and opened again.
                life.compact();
                life.check();
                life.restart(false);
                life.check();
                (life.disk, life.checkpoint) = (disk, checkpoint);
            }
            match result {
                Ok(report) => {
                    let report = report.expect("there is something to compact");
                    assert!(report.records_kept < report.records_read);
                    break;
                }
                Err(CompactionError::Storage(_) | CompactionError::Stopped) => operations += 1,
                Err(error) => panic!("{error}"),
            }
        }
        assert!(operations > 20, "only {operations} operations");
    }
}
