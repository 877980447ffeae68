//! The cleaner's threads: which log is compacted next, how fast, and what happens when one cannot be.
//!
//! Each thread takes the dirtiest log that is due and that no other thread has, and rests when there is none. An
//! error or a panic makes one partition uncleanable until the broker is restarted; all others go on.

use std::collections::{HashMap, HashSet};
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tidemill_log::{
    CompactionError, CompactionOptions, CompactionReport, CompactionState, KeyMapOptions, MaintenanceError,
    Replaced, Storage,
};

use super::cleaner_checkpoint::{self, CleanedOffsets};
use super::io_pace::IoPace;
use super::partition::{Partition, PartitionId};
use crate::broker_state::BrokerState;
use crate::config::background_config::CleanerConfig;
use crate::error_chain::chain;

/// Shortest rest between two looks for work.
const MIN_BACKOFF: Duration = Duration::from_millis(10);

/// Why a pass over a partition ended early.
#[derive(Debug, thiserror::Error)]
enum PassError {
    #[error(transparent)]
    Compaction(#[from] CompactionError),
    #[error(transparent)]
    Log(#[from] MaintenanceError),
}

/// What the threads share.
pub(super) struct Cleaner {
    broker: Arc<BrokerState>,
    pace: Arc<IoPace>,
    seed: u128,
    checkpoint_path: PathBuf,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    /// Compacted by a thread now.
    busy: HashSet<PartitionId>,
    /// Failed before.
    uncleanable: HashSet<PartitionId>,
    /// Where the last pass over each log ended.
    cleaned: HashMap<PartitionId, i64>,
}

/// A log that is due.
struct Work {
    partition: Arc<Partition>,
    state: CompactionState,
}

impl Cleaner {
    pub(super) fn new(broker: Arc<BrokerState>, pace: Arc<IoPace>) -> Self {
        let checkpoint_path = cleaner_checkpoint::path(broker.data_dir_path());
        let stored = cleaner_checkpoint::load(&**broker.partitions.storage(), &checkpoint_path);
        let mut cleaned = HashMap::new();
        for partition in broker.partitions.all() {
            if let Some(offset) = stored.get(&(partition.topic().to_string(), partition.id().index)) {
                cleaned.insert(partition.id(), *offset);
            }
        }
        let seed = {
            let mut random = broker.random.lock();
            (u128::from(random.next_u64()) << 64) | u128::from(random.next_u64())
        };
        let progress = Mutex::new(Progress { cleaned, ..Progress::default() });
        Self { broker, pace, seed, checkpoint_path, progress }
    }

    /// What the configuration says now.
    pub(super) fn config(&self) -> CleanerConfig {
        let image = self.broker.metadata.image();
        CleanerConfig::new(self.broker.layers(&image)).unwrap_or_else(|error| {
            tracing::error!(%error, "the cleaner rests until its configuration is right");
            CleanerConfig {
                enabled: false,
                threads: 1,
                dedupe_buffer_bytes: 0,
                load_factor: 0.9,
                io_buffer_bytes: 0,
                bytes_per_second: 1.0,
                backoff: Duration::from_secs(15),
            }
        })
    }

    /// Compacts whatever is due until the broker stops.
    pub(super) fn run(&self) {
        loop {
            let config = self.config();
            let mut tried = HashSet::new();
            while config.enabled
                && let Some(work) = self.take_dirtiest(&tried)
            {
                let id = work.partition.id();
                let result = panic::catch_unwind(AssertUnwindSafe(|| self.compact(&work, &config)));
                let goes_on = self.note(&work, result);
                self.progress.lock().busy.remove(&id);
                if !goes_on {
                    tried.insert(id);
                }
            }
            if !self.pace.rest(config.backoff.max(MIN_BACKOFF)) {
                return;
            }
        }
    }

    /// The dirtiest log that is due, not in `tried`, and with no other thread.
    fn take_dirtiest(&self, tried: &HashSet<PartitionId>) -> Option<Work> {
        let mut progress = self.progress.lock();
        let (now, mut max_dirty, mut dirtiest) = (self.broker.clock.now(), 0.0_f64, None::<Work>);
        for partition in self.broker.partitions.all() {
            let id = partition.id();
            if progress.busy.contains(&id) || progress.uncleanable.contains(&id) || tried.contains(&id) {
                continue;
            }
            let (high_watermark, checkpoint) =
                (partition.high_watermark(), progress.cleaned.get(&id).copied());
            let found = partition.with_log(|log| {
                let config = log.config();
                let min_ratio = config.min_cleanable_ratio;
                let state =
                    config.cleanup.compact.then(|| log.compaction_state(checkpoint, high_watermark, now));
                state.map(|state| state.map(|state| (state, min_ratio)))
            });
            match found {
                None => {}
                Some(Ok((state, min_ratio))) => {
                    max_dirty = max_dirty.max(state.dirty_ratio());
                    let rank = |state: &CompactionState| (state.overdue, state.dirty_ratio());
                    if state.is_due(min_ratio)
                        && dirtiest.as_ref().is_none_or(|other| rank(&state) > rank(&other.state))
                    {
                        dirtiest = Some(Work { partition, state });
                    }
                }
                Some(Err(error)) => {
                    tracing::error!(topic = %partition.topic(), partition = id.index, error = chain(&error),
                        "partition is not compacted any more until the broker is restarted");
                    progress.uncleanable.insert(id);
                }
            }
        }
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 100")]
        self.broker.metrics.cleaner.max_dirty_percent.set((max_dirty * 100.0) as i64);
        if let Some(work) = &dirtiest {
            progress.busy.insert(work.partition.id());
        }
        dirtiest
    }

    /// One pass. `None` if it had to stop early, and may be tried again later.
    fn compact(&self, work: &Work, config: &CleanerConfig) -> Result<Option<CompactionReport>, PassError> {
        let partition = &work.partition;
        // Whoever removes the partition's directory waits for this.
        let _gate = partition.background_gate();
        if partition.is_closed() {
            return Ok(None);
        }
        let share = |bytes: usize| bytes / config.threads.max(1);
        let key_map = KeyMapOptions {
            memory_bytes: share(config.dedupe_buffer_bytes),
            load_factor: config.load_factor,
            seed: self.seed,
        };
        let options = CompactionOptions { key_map, io_buffer_bytes: share(config.io_buffer_bytes) };
        let goes_on = || !partition.is_closed();
        let mut pace = |bytes| self.pace.spend(bytes, config.bytes_per_second, goes_on);
        let now = self.broker.clock.now();
        let mut pass = partition.with_log(|log| log.begin_compaction(&work.state, options, now))?;
        match pass.map_keys(&mut pace) {
            Err(CompactionError::Stopped) => return Ok(None),
            result => result?,
        }
        loop {
            let group = match pass.clean_next(&mut pace) {
                Ok(Some(group)) => group,
                Ok(None) => return Ok(Some(pass.report())),
                Err(CompactionError::Stopped) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            if partition.with_log_mut(|log| log.replace_segments(group))? == Replaced::Outdated {
                return Ok(None);
            }
        }
    }

    /// Notes how a pass ended; says whether the same partition may be looked at again at once.
    fn note(
        &self,
        work: &Work,
        result: std::thread::Result<Result<Option<CompactionReport>, PassError>>,
    ) -> bool {
        let partition = &work.partition;
        let (topic, index) = (partition.topic(), partition.id().index);
        let reason = match result {
            Ok(Ok(Some(report))) => {
                self.note_pass(work, &report);
                return true;
            }
            Ok(Ok(None)) => return false,
            // The disk may have room again at the next round.
            Ok(Err(PassError::Compaction(CompactionError::Storage(error)))) => {
                tracing::error!(%topic, partition = index, error = chain(&error), "cannot compact now");
                return false;
            }
            Ok(Err(error)) => chain(&error),
            Err(_) => "the compaction panicked".to_owned(),
        };
        tracing::error!(%topic, partition = index, reason,
            "partition is not compacted any more until the broker is restarted");
        let mut progress = self.progress.lock();
        progress.uncleanable.insert(partition.id());
        let count = i64::try_from(progress.uncleanable.len()).unwrap_or(i64::MAX);
        self.broker.metrics.cleaner.uncleanable.set(count);
        false
    }

    fn note_pass(&self, work: &Work, report: &CompactionReport) {
        let (topic, index) = (work.partition.topic(), work.partition.id().index);
        tracing::info!(%topic, partition = index, end_offset = report.end_offset, bytes_read = report.bytes_read,
            bytes_kept = report.bytes_written, records_read = report.records_read,
            records_kept = report.records_kept, keys = report.keys, map_was_full = report.map_was_full,
            "compacted a log");
        let metrics = &self.broker.metrics.cleaner;
        metrics.passes.inc();
        metrics.bytes_read.inc_by(report.bytes_read);
        metrics.bytes_written.inc_by(report.bytes_written);
        metrics.records_removed.inc_by(report.records_read.saturating_sub(report.records_kept));
        let mut progress = self.progress.lock();
        progress.cleaned.insert(work.partition.id(), report.end_offset);
        let partitions = self.broker.partitions.all();
        let present: HashSet<PartitionId> = partitions.iter().map(|partition| partition.id()).collect();
        progress.cleaned.retain(|id, _| present.contains(id));
        let mut offsets = CleanedOffsets::new();
        for partition in &partitions {
            if let Some(offset) = progress.cleaned.get(&partition.id()) {
                offsets.insert((partition.topic().to_string(), partition.id().index), *offset);
            }
        }
        let storage: &dyn Storage = &**self.broker.partitions.storage();
        if let Err(error) = cleaner_checkpoint::store(storage, &self.checkpoint_path, &offsets) {
            tracing::warn!(error = chain(&error), "cannot store how far logs were compacted");
        }
    }
}
