//! Power losses on a disk that loses everything it may: nothing that was acknowledged is ever lost.
//!
//! Each seed is one life of a log: appends, syncs that overlap and fail, rolls, deletions, truncations, clean and
//! unclean restarts, power losses. A model of what was appended and what was synced judges every reopening. With
//! the syncs taken out the same seeds must find losses, or the judge is blind.
//! `TIDEMILL_SEEDS` says how many seeds to run.

use crate::batches::{NOON, batch_with, identity, try_read_all};
use std::path::Path;
use std::sync::Arc;
use tidemill_environment::{Now, Random, SeededRandom};
use tidemill_log::storage::{SimulatedDisk, SimulatedFaults};
use tidemill_log::{
    AppendError, AppendOptions, AppendOrigin, LogConfig, OpenOptions, PartitionLog, ProducerError, Storage,
    SyncTicket,
};
use tidemill_protocol::records::{BatchOptions, Compression};

const PRODUCER: i64 = 77;
const DIRECTORY: &str = "/data/flights-0";

/// What the log was told and what it promised.
#[derive(Default)]
struct Model {
    /// Value and leader epoch of every record appended, by offset.
    records: Vec<(Vec<u8>, i32)>,
    /// Everything below was acknowledged as synced.
    synced: i64,
    start: i64,
    /// Largest start of a deletion that failed: it may have happened or not.
    attempted_start: i64,
    leader_epoch: i32,
}

struct Life {
    random: SeededRandom,
    disk: Arc<SimulatedDisk>,
    config: LogConfig,
    faults: SimulatedFaults,
    model: Model,
    log: Option<PartitionLog>,
    tickets: Vec<SyncTicket>,
    next_value: u32,
}

impl Life {
    fn new(seed: u64, ignores_syncs: bool) -> Self {
        let mut random = SeededRandom::new(seed);
        let failing_syncs_one_in = (random.below(3) == 0).then(|| 5 + random.below(40));
        let faults = SimulatedFaults { failing_syncs_one_in, ignores_syncs, ..Default::default() };
        let config = LogConfig {
            segment_bytes: 1_200 + u32::try_from(random.below(20_000)).unwrap(),
            index_interval_bytes: u32::try_from(random.below(2_000)).unwrap(),
            ..LogConfig::default()
        };
        let disk = Arc::new(SimulatedDisk::new(
            random.next_u64(),
            SimulatedFaults { ignores_syncs, ..Default::default() },
        ));
        // The data directory is the broker's; it was there before.
        disk.create_directory(Path::new("/data")).unwrap();
        disk.set_faults(SimulatedFaults::default());
        disk.sync_directory(Path::new("/")).unwrap();
        let (model, tickets) = (Model::default(), Vec::new());
        Self { random, disk, config, faults, model, log: None, tickets, next_value: 0 }
    }

    /// Opens the log and compares it with the model. An error is a loss.
    fn open(&mut self, clean: bool) -> Result<(), String> {
        // Failures while opening are another test's business: here they would only end lives early.
        self.disk.set_faults(SimulatedFaults { failing_syncs_one_in: None, ..self.faults });
        let storage = Arc::clone(&self.disk) as Arc<dyn tidemill_log::Storage>;
        let opened = PartitionLog::open(
            storage,
            Path::new(DIRECTORY),
            self.config.clone(),
            OpenOptions { clean },
            Now::at_ms(NOON),
        );
        let (log, _report) = opened.map_err(|error| format!("refused: {error}"))?;
        self.disk.set_faults(self.faults);
        let model = &mut self.model;
        if log.end_offset() < model.synced {
            return Err(format!("ends at {} below the synced {}", log.end_offset(), model.synced));
        }
        if !(model.start..=model.start.max(model.attempted_start)).contains(&log.start_offset()) {
            return Err(format!("starts at {}, not at {}", log.start_offset(), model.start));
        }
        (model.start, model.attempted_start) = (log.start_offset(), 0);
        let expected = (0i64..).zip(&model.records).skip(usize::try_from(model.start).unwrap());
        let end_offset = log.end_offset();
        let expected: Vec<_> = expected.take_while(|(offset, _)| *offset < end_offset).collect();
        let found = try_read_all(&log).map_err(|error| format!("cannot be read: {error}"))?;
        if !found
            .iter()
            .map(|(offset, value)| (*offset, value))
            .eq(expected.iter().map(|(offset, (value, _))| (*offset, value)))
        {
            return Err(format!(
                "holds {} records below {end_offset} that are not those appended",
                found.len()
            ));
        }
        if let Some((offset, (_, epoch))) =
            expected.iter().find(|(offset, (_, epoch))| log.epoch_of(*offset) != Some(*epoch))
        {
            return Err(format!("offset {offset} has epoch {:?}, not {epoch}", log.epoch_of(*offset)));
        }
        model.records.truncate(usize::try_from(end_offset).unwrap());
        model.synced = end_offset;
        self.log = Some(log);
        self.tickets.clear();
        Ok(())
    }

    fn log(&mut self) -> &mut PartitionLog {
        self.log.as_mut().expect("a life's log is open between restarts")
    }

    fn append(&mut self) {
        let count = 1 + self.random.below(4);
        let size = usize::try_from(self.random.below(u64::from(self.config.segment_bytes) / 5)).unwrap();
        if self.random.below(10) == 0 {
            self.model.leader_epoch += 1;
        }
        let mut values = Vec::new();
        for _ in 0..count {
            self.next_value += 1;
            values.push([self.next_value.to_be_bytes().as_slice(), &vec![7; size]].concat());
        }
        // The next sequence is what a client would know from its acknowledgements; offsets and sequences agree
        // because there is one producer and no other record.
        let sequence = i32::try_from(self.model.records.len()).unwrap();
        let compression = if self.random.below(4) == 0 { Compression::Lz4 } else { Compression::None };
        let options = BatchOptions {
            producer: identity(PRODUCER, 0, sequence),
            compression,
            ..BatchOptions::default()
        };
        let slices: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        let records = batch_with(options, NOON, &slices);
        let leader_epoch = self.model.leader_epoch;
        let append = AppendOptions { origin: AppendOrigin::Client, leader_epoch };
        match self.log().append(records, append, Now::at_ms(NOON)) {
            Ok(info) => {
                assert_eq!(info.base_offset, i64::from(sequence), "an offset was skipped or used again");
                self.model.records.extend(values.into_iter().map(|value| (value, leader_epoch)));
            }
            // Nothing was appended; after a failed sync nothing ever will be.
            Err(AppendError::Storage(_) | AppendError::Refused(_)) => {}
            Err(AppendError::Producer(ProducerError::OutOfOrderSequence { .. }))
                if self.faults.ignores_syncs => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn step(&mut self) -> Result<(), String> {
        match self.random.below(100) {
            0..55 => self.append(),
            55..70 => {
                let ticket = self.log().begin_sync();
                self.tickets.push(ticket);
            }
            70..90 if !self.tickets.is_empty() => {
                let index = usize::try_from(self.random.below(self.tickets.len() as u64)).unwrap();
                let outcome = self.tickets.swap_remove(index).run();
                if self.log().complete_sync(outcome).is_ok() {
                    self.model.synced = self.log().synced_offset();
                }
            }
            90..92 => {
                let end_offset = self.model.synced;
                let offset =
                    i64::try_from(self.random.below(u64::try_from(end_offset + 1).unwrap())).unwrap();
                match self.log().delete_records_before(offset) {
                    Ok(()) => self.model.start = self.model.start.max(offset),
                    Err(_) => self.model.attempted_start = self.model.attempted_start.max(offset),
                }
            }
            92..94 => return self.truncate(),
            94..96 => return self.restart_cleanly(),
            96..98 => {
                self.log = None;
                return self.open(false);
            }
            _ => {}
        }
        Ok(())
    }

    fn truncate(&mut self) -> Result<(), String> {
        let (start, end) = (self.model.start, self.log().end_offset());
        let offset =
            start + i64::try_from(self.random.below(u64::try_from(end - start + 1).unwrap())).unwrap();
        if self.log().truncate_to(offset, Now::at_ms(NOON)).is_ok() {
            let end_offset = self.log().end_offset();
            self.model.records.truncate(usize::try_from(end_offset).unwrap());
            self.model.synced = self.model.synced.min(end_offset).max(self.log().synced_offset());
            self.tickets.clear();
        } else {
            // Half done: what is left is a prefix, and the log refuses writes until it is opened again.
            self.model.synced = self.model.start;
            self.log = None;
            return self.open(false);
        }
        Ok(())
    }

    fn restart_cleanly(&mut self) -> Result<(), String> {
        let log = self.log.take().expect("a life's log is open between restarts");
        let end_offset = log.end_offset();
        match log.close() {
            Ok(()) => {
                self.model.synced = end_offset;
                self.open(true)
            }
            Err(_) => self.open(false),
        }
    }

    fn lose_power(&mut self) -> Result<(), String> {
        self.log = None;
        self.tickets.clear();
        self.disk = Arc::new(self.disk.crash(self.random.next_u64()));
        self.open(false)
    }
}

/// Lives one life; an error says what was lost.
fn live(seed: u64, ignores_syncs: bool) -> Result<(), String> {
    let mut life = Life::new(seed, ignores_syncs);
    life.open(false)?;
    for _ in 0..4 {
        for _ in 0..10 + life.random.below(60) {
            life.step()?;
        }
        life.lose_power()?;
    }
    Ok(())
}

fn seeds() -> u64 {
    std::env::var("TIDEMILL_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(400)
}

#[test]
fn no_acknowledged_record_is_lost_by_power_losses() {
    for seed in 0..seeds() {
        if let Err(loss) = live(seed, false) {
            panic!("seed {seed}: {loss}");
        }
    }
}

#[test]
fn without_syncs_the_same_lives_lose_records() {
    let count = seeds();
    let losses = (0..count).filter(|seed| live(*seed, true).is_err()).count();
    assert!(losses as u64 > count / 2, "only {losses} of {count} lives without syncs lost records");
}
