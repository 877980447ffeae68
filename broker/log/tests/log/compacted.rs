//! Compacted logs to test with: keyed batches, whole passes, and readers as consumers are.

use crate::batches::NOON;
use bytes::Bytes;
use std::collections::BTreeMap;
use tidemill_environment::Now;
use tidemill_log::{
    CleanupPolicy, CompactionError, CompactionOptions, CompactionReport, KeyMapOptions, LogConfig,
    PartitionLog, Replaced,
};
use tidemill_protocol::records::{BatchBuilder, BatchOptions, EndTransactionMarker, RecordBatch};

/// A key and a value, or a tombstone.
pub(crate) type Pair<'a> = (&'a str, Option<&'a str>);

pub(crate) const ROOMY: CompactionOptions = CompactionOptions {
    key_map: KeyMapOptions { memory_bytes: 1 << 20, load_factor: 0.9, seed: 42 },
    io_buffer_bytes: 4_096,
};

pub(crate) fn config() -> LogConfig {
    LogConfig {
        segment_bytes: 1_000,
        index_interval_bytes: 100,
        cleanup: CleanupPolicy { delete: false, compact: true },
        ..LogConfig::default()
    }
}

/// A batch of pairs, with timestamps that rise from `timestamp` by one.
pub(crate) fn keyed_with(options: BatchOptions, timestamp: i64, pairs: &[Pair<'_>]) -> Bytes {
    let mut builder = BatchBuilder::new(options);
    for (at, (key, value)) in (timestamp..).zip(pairs) {
        builder.try_append(at, Some(key.as_bytes()), value.map(str::as_bytes), &[]).unwrap();
    }
    builder.build().unwrap()
}

pub(crate) fn keyed(pairs: &[Pair<'_>]) -> Bytes {
    keyed_with(BatchOptions::default(), NOON, pairs)
}

/// Lets one pass run over all that can be compacted; `None` if nothing can.
pub(crate) fn try_compact(
    log: &mut PartitionLog,
    checkpoint: Option<i64>,
    options: CompactionOptions,
    now: Now,
) -> Result<Option<CompactionReport>, CompactionError> {
    let high_watermark = log.synced_offset();
    let state = log.compaction_state(checkpoint, high_watermark, now).unwrap();
    if !state.is_due(0.0) {
        return Ok(None);
    }
    let mut pass = log.begin_compaction(&state, options, now).unwrap();
    pass.map_keys(&mut |_| true)?;
    while let Some(group) = pass.clean_next(&mut |_| true)? {
        match log.replace_segments(group) {
            Ok(Replaced::Yes) => {}
            Ok(Replaced::Outdated) => panic!("nothing else changes this log"),
            Err(_) => return Err(CompactionError::Stopped),
        }
    }
    Ok(Some(pass.report()))
}

pub(crate) fn compact_at(log: &mut PartitionLog, checkpoint: Option<i64>, now: Now) -> CompactionReport {
    try_compact(log, checkpoint, ROOMY, now).unwrap().expect("something can be compacted")
}

pub(crate) fn compact(log: &mut PartitionLog) -> CompactionReport {
    compact_at(log, None, Now::at_ms(NOON))
}

/// All batches from `start` up to `end`, read as a consumer does.
pub(crate) fn batches_from(log: &PartitionLog, start: i64, end: i64) -> Result<Vec<RecordBatch>, String> {
    let (mut offset, mut batches) = (start, Vec::new());
    while offset < end {
        let read = log.read(offset, 2_000, end, true).map_err(|error| error.to_string())?;
        if read.end_offset <= offset {
            return Err(format!("no way past offset {offset} of {end}"));
        }
        offset = read.end_offset;
        let mut input = read.into_bytes().map_err(|error| error.to_string())?;
        while let Some(batch) = RecordBatch::decode_next(&mut input).map_err(|error| error.to_string())? {
            batch.verify_checksum().map_err(|error| error.to_string())?;
            batches.push(batch);
        }
    }
    Ok(batches)
}

/// One record as a reader gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) offset: i64,
    pub(crate) timestamp: i64,
    pub(crate) key: String,
    pub(crate) value: Option<String>,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The data records of a batch.
pub(crate) fn records_of(batch: &RecordBatch) -> Vec<Seen> {
    let records = batch.records(1 << 20).unwrap();
    let seen = records.iter().map(|record| {
        let record = record.unwrap();
        let (offset, timestamp) = (record.offset, record.timestamp);
        Seen { offset, timestamp, key: text(record.key.unwrap()), value: record.value.map(text) }
    });
    seen.collect()
}

/// What a consumer with `isolation.level=read_committed` gets from `start` on: it goes by the aborted transactions
/// that the broker names and by the markers that it meets.
pub(crate) fn read_committed(log: &PartitionLog, start: i64, end: i64) -> Result<Vec<Seen>, String> {
    let aborted = log.aborted_transactions(start..end).map_err(|error| error.to_string())?;
    let mut ahead = aborted.into_iter().peekable();
    let mut skipped = std::collections::BTreeSet::new();
    let mut seen = Vec::new();
    for batch in batches_from(log, start, end)? {
        let header = batch.header();
        while let Some(transaction) = ahead.next_if(|next| next.first_offset <= header.last_offset()) {
            skipped.insert(transaction.producer_id);
        }
        if batch.is_control() {
            let records = batch.records(1 << 20).unwrap();
            let marker = records.iter().next().map(|record| {
                let record = record.unwrap();
                EndTransactionMarker::decode(record.key.unwrap(), record.value.unwrap()).unwrap()
            });
            if marker.is_some_and(|marker| !marker.committed) {
                skipped.remove(&header.producer_id);
            }
        } else if !(batch.is_transactional() && skipped.contains(&header.producer_id)) {
            seen.extend(records_of(&batch).into_iter().filter(|record| record.offset >= start));
        }
    }
    Ok(seen)
}

/// The last value of every key.
pub(crate) fn table<'a>(records: impl IntoIterator<Item = &'a Seen>) -> BTreeMap<String, String> {
    let mut table = BTreeMap::new();
    for record in records {
        match &record.value {
            Some(value) => table.insert(record.key.clone(), value.clone()),
            None => table.remove(&record.key),
        };
    }
    table
}
