//! One pass: map the keys of the dirty segments, then copy all segments group by group without what is superseded.
//!
//! Runs without the log and its lock: it reads closed segments, which nobody changes, and writes files with the
//! ending `.cleaned`, which nobody reads. What happens to the log meanwhile is noticed when the copy is to take
//! the place of what it was made from.

use super::copy::Copy;
use super::filter::{Filter, Remains, Standing};
use super::key_map::{Full, KeyMap};
use super::plan::{CompactionOptions, CompactionState};
use super::swap::discard;
use super::transactions::{MarkerFate, PassedTransactions};
use crate::batch_scan::{BatchScan, ScanError};
use crate::partition_log::marker_of;
use crate::segment::{FileSizes, Segment};
use crate::storage::{OpenMode, Storage, StorageError};
use crate::transaction_index::AbortedTransaction;
use crate::validation::{MAX_UNCOMPRESSED_BYTES, ValidationError};
use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use tidemill_protocol::records::{BatchError, BatchHeader, CompressionError, RecordBatch};

/// Why a pass ended early. The log is as it was, or has taken over whole groups.
#[derive(Debug, thiserror::Error)]
pub enum CompactionError {
    /// Whoever paces the pass wanted it to stop, or the log no longer has what it was to read.
    #[error("the compaction was stopped")]
    Stopped,
    /// The disk failed.
    #[error(transparent)]
    Storage(StorageError),
    /// A stored batch is damaged.
    #[error(transparent)]
    Damaged(ScanError),
    /// The records of a batch cannot be read.
    #[error("a batch cannot be compacted")]
    Batch(#[from] BatchError),
    /// The offsets of a batch do not lie where they must: they are outside the checksum.
    #[error("the batch with offset {found} lies where offsets begin at {expected}")]
    Misplaced {
        /// Its base offset.
        found: i64,
        /// The smallest that would do.
        expected: i64,
    },
    /// A control batch cannot be read.
    #[error(transparent)]
    Marker(#[from] ValidationError),
    /// The records that stay cannot be encoded.
    #[error("a compacted batch cannot be encoded")]
    Encoding(#[from] CompressionError),
    /// One batch has more keys than fit into the map.
    #[error(
        "the batch at offset {base_offset} has more keys than log.cleaner.dedupe.buffer.size has room for"
    )]
    TooManyKeys {
        /// The batch.
        base_offset: i64,
    },
    /// A compacted segment would grow beyond what positions can name.
    #[error("the compacted segment at offset {base_offset} would be larger than 2 GiB")]
    TooLarge {
        /// The segment.
        base_offset: i64,
    },
}

impl From<StorageError> for CompactionError {
    fn from(error: StorageError) -> Self {
        // Retention and deletions of topics do not wait for a pass.
        if error.source.kind() == std::io::ErrorKind::NotFound { Self::Stopped } else { Self::Storage(error) }
    }
}

impl From<ScanError> for CompactionError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Storage(error) => error.into(),
            damaged @ ScanError::Damaged { .. } => Self::Damaged(damaged),
        }
    }
}

/// Told of every piece of I/O, in bytes, after it was done; waits as long as a limit demands. `false` ends the pass.
pub(super) type Pace<'a> = dyn FnMut(u64) -> bool + 'a;

/// What a pass did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CompactionReport {
    /// Everything below is clean now: the next pass begins here.
    pub end_offset: i64,
    /// Bytes read, those for the map included.
    pub bytes_read: u64,
    /// Bytes of batches that stayed, or took the place of others.
    pub bytes_written: u64,
    /// Records looked at, those for the map not counted again.
    pub records_read: u64,
    /// Records that stayed.
    pub records_kept: u64,
    /// Different keys in the dirty part.
    pub keys: u64,
    /// Whether the map was full before the end, so that another pass should follow.
    pub map_was_full: bool,
}

/// A segment as it was when the pass was planned.
#[derive(Debug, Clone)]
pub(super) struct PlannedSegment {
    pub(super) base_offset: i64,
    pub(super) end_offset: i64,
    pub(super) size_bytes: u64,
    path: PathBuf,
    offset_index_bytes: u64,
    time_index_bytes: u64,
    /// Where the batch with the first dirty offset begins, or one before it.
    dirty_position: u64,
}

impl PlannedSegment {
    pub(super) fn new(segment: &Segment, dirty_position: u64) -> Self {
        Self {
            base_offset: segment.base_offset(),
            end_offset: segment.end_offset(),
            size_bytes: segment.size_bytes(),
            path: segment.path().to_path_buf(),
            offset_index_bytes: segment.offsets.len() * 8,
            time_index_bytes: segment.times.len() * 12,
            dirty_position,
        }
    }
}

/// What must stay of a producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LastRecord {
    /// The batch that ends here: it has the last sequence number.
    Data { last_offset: i64 },
    /// Markers with this epoch: it fences older ones.
    Marker { epoch: i16 },
}

/// What does not change during a pass.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) directory: PathBuf,
    pub(super) segment_bytes: u64,
    pub(super) segment_index_bytes: u64,
    pub(super) index_interval_bytes: u32,
    pub(super) delete_retention_ms: i64,
    pub(super) now_ms: i64,
    pub(super) options: CompactionOptions,
}

/// A copy of some segments, complete and durable under names that end with `.cleaned`.
#[derive(Debug)]
#[must_use = "the log takes it over with replace_segments"]
pub struct CleanedGroup {
    pub(super) base_offset: i64,
    pub(super) end_offset: i64,
    /// Base offset and size of each segment that it replaces.
    pub(super) replaced: Vec<(i64, u64)>,
    /// Sizes of the new files, under their final names.
    pub(super) sizes: FileSizes,
    pub(super) has_transactions: bool,
}

/// A pass in progress.
#[derive(Debug)]
pub struct Compaction {
    storage: Arc<dyn Storage>,
    settings: Settings,
    segments: Vec<PlannedSegment>,
    state: CompactionState,
    aborted: Vec<AbortedTransaction>,
    last_records: HashMap<i64, LastRecord>,
    keys: KeyMap,
    transactions: PassedTransactions,
    groups: std::vec::IntoIter<Range<usize>>,
    report: CompactionReport,
}

impl Compaction {
    pub(super) fn new(
        storage: Arc<dyn Storage>,
        settings: Settings,
        (segments, state): (Vec<PlannedSegment>, CompactionState),
        (aborted, last_records): (Vec<AbortedTransaction>, HashMap<i64, LastRecord>),
    ) -> Self {
        Self {
            storage,
            keys: KeyMap::new(settings.options.key_map, 0),
            settings,
            segments,
            state,
            transactions: PassedTransactions::new(&aborted),
            aborted,
            last_records,
            groups: Vec::new().into_iter(),
            report: CompactionReport { end_offset: state.first_dirty_offset, ..Default::default() },
        }
    }

    /// Notes the last offset of every key in the dirty segments, or in as many of their batches as fit.
    ///
    /// # Errors
    /// [`CompactionError`].
    pub fn map_keys(&mut self, pace: &mut Pace<'_>) -> Result<(), CompactionError> {
        let CompactionState { first_dirty_offset, end_offset, .. } = self.state;
        let most_keys = u64::try_from(end_offset.saturating_sub(first_dirty_offset)).unwrap_or(0);
        self.keys = KeyMap::new(self.settings.options.key_map, most_keys);
        let mut transactions = PassedTransactions::new(&self.aborted);
        let mut mapped_end = first_dirty_offset;
        let dirty = self.segments.iter().filter(|segment| segment.end_offset > first_dirty_offset);
        'segments: for segment in dirty {
            let file = self.storage.open(&segment.path, OpenMode::Existing)?;
            let scan = BatchScan::new(&file, segment.dirty_position, segment.size_bytes);
            let mut scan = scan.with_batch_window(self.settings.options.io_buffer_bytes);
            while let Some(batch) = scan.next_batch()? {
                self.report.bytes_read += batch.size_bytes() as u64;
                if !pace(batch.size_bytes() as u64) {
                    return Err(CompactionError::Stopped);
                }
                let standing = standing_of(&mut transactions, &batch)?;
                if standing == Standing::Committed
                    && note_keys(&mut self.keys, &batch, first_dirty_offset)? == Err(Full)
                {
                    self.report.map_was_full = true;
                    if mapped_end == first_dirty_offset {
                        return Err(CompactionError::TooManyKeys { base_offset: batch.base_offset() });
                    }
                    break 'segments;
                }
                mapped_end = mapped_end.max(batch.header().end_offset());
            }
            // What an earlier pass removed at the end of a segment is covered as well.
            mapped_end = mapped_end.max(segment.end_offset);
        }
        self.report.end_offset = mapped_end;
        self.report.keys = self.keys.len() as u64;
        let covered = self.segments.partition_point(|segment| segment.base_offset < mapped_end);
        self.groups = self.group_segments(covered).into_iter();
        Ok(())
    }

    /// Neighbours that fit into one segment, by the sizes they have now.
    fn group_segments(&self, covered: usize) -> Vec<Range<usize>> {
        let Settings { segment_bytes, segment_index_bytes, .. } = self.settings;
        let mut groups: Vec<Range<usize>> = Vec::new();
        let (mut size, mut offset_index, mut time_index) = (0, 0, 0);
        for (index, segment) in self.segments[..covered].iter().enumerate() {
            size += segment.size_bytes;
            offset_index += segment.offset_index_bytes;
            time_index += segment.time_index_bytes;
            let fits = groups.last().is_some_and(|group| {
                let reach = segment.end_offset - 1 - self.segments[group.start].base_offset;
                size <= segment_bytes
                    && offset_index <= segment_index_bytes
                    && time_index <= segment_index_bytes
                    && reach <= i64::from(i32::MAX)
            });
            if let Some(group) = groups.last_mut().filter(|_| fits) {
                group.end = index + 1;
            } else {
                groups.push(index..index + 1);
                (size, offset_index, time_index) =
                    (segment.size_bytes, segment.offset_index_bytes, segment.time_index_bytes);
            }
        }
        groups
    }

    /// Copies the next group of segments, oldest first; `None` after the last one. Groups that stay as they are,
    /// are passed over. The caller lets the log take over each group before it asks for the next one: a tombstone
    /// must not leave before the values that it hides.
    ///
    /// # Errors
    /// [`CompactionError`]; nothing is left behind.
    pub fn clean_next(&mut self, pace: &mut Pace<'_>) -> Result<Option<CleanedGroup>, CompactionError> {
        while let Some(group) = self.groups.next() {
            let base_offset = self.segments[group.start].base_offset;
            let cleaned = self.clean(group, pace);
            match cleaned {
                Ok(Some(cleaned)) => return Ok(Some(cleaned)),
                Ok(None) => discard(&*self.storage, &self.settings.directory, base_offset)?,
                Err(error) => {
                    if let Err(left) = discard(&*self.storage, &self.settings.directory, base_offset) {
                        tracing::warn!(%left, "cannot remove what a compaction had written");
                    }
                    return Err(error);
                }
            }
        }
        Ok(None)
    }

    /// What the pass did so far.
    #[must_use]
    pub fn report(&self) -> CompactionReport {
        self.report
    }

    fn clean(
        &mut self,
        group: Range<usize>,
        pace: &mut Pace<'_>,
    ) -> Result<Option<CleanedGroup>, CompactionError> {
        let members = &self.segments[group.clone()];
        let (first, last) = (&members[0], &members[members.len() - 1]);
        let (base_offset, end_offset) = (first.base_offset, last.end_offset);
        let replaced: Vec<_> = members.iter().map(|member| (member.base_offset, member.size_bytes)).collect();
        let mut copy = Copy::create(&self.storage, &self.settings, base_offset)?;
        let mut changed = group.len() > 1;
        for index in group {
            let is_last = index + 1 == self.segments.len();
            changed |= self.copy_segment(index, is_last, &mut copy, pace)?;
        }
        if !changed {
            return Ok(None);
        }
        let (sizes, has_transactions) = copy.finish(&self.settings)?;
        Ok(Some(CleanedGroup { base_offset, end_offset, replaced, sizes, has_transactions }))
    }

    /// Copies what stays of one segment; says whether anything does not stay as it was.
    fn copy_segment(
        &mut self,
        index: usize,
        is_last: bool,
        copy: &mut Copy,
        pace: &mut Pace<'_>,
    ) -> Result<bool, CompactionError> {
        let segment = &self.segments[index];
        let filter = Filter {
            keys: &self.keys,
            mapped_end: self.report.end_offset,
            now_ms: self.settings.now_ms,
            delete_retention_ms: self.settings.delete_retention_ms,
        };
        let file = self.storage.open(&segment.path, OpenMode::Existing)?;
        let scan = BatchScan::new(&file, 0, segment.size_bytes);
        let mut scan = scan.with_batch_window(self.settings.options.io_buffer_bytes);
        let (mut changed, mut expected) = (false, segment.base_offset);
        while let Some(batch) = scan.next_batch()? {
            let header = *batch.header();
            if header.base_offset < expected || header.end_offset() > segment.end_offset {
                return Err(CompactionError::Misplaced { found: header.base_offset, expected });
            }
            expected = header.end_offset();
            let standing = standing_of(&mut self.transactions, &batch)?;
            // The end of the pass stays visible, so that readers get past what was removed in front of it.
            let is_end = is_last && scan.position() >= segment.size_bytes;
            let keep_empty = is_end || is_last_of_producer(&self.last_records, &header);
            let remains = filter.judge(&batch, standing, keep_empty)?;
            let records = u64::try_from(header.record_count).unwrap_or(0);
            let before = self.report.bytes_written;
            self.report.bytes_read += batch.size_bytes() as u64;
            self.report.records_read += records;
            changed |= !matches!(remains, Remains::Whole);
            let (bytes, kept) = match remains {
                Remains::Whole => (batch.bytes().clone(), records),
                Remains::Rewritten(bytes, kept) => (bytes, kept),
                Remains::Nothing => {
                    if !pace(batch.size_bytes() as u64) {
                        return Err(CompactionError::Stopped);
                    }
                    continue;
                }
            };
            self.report.records_kept += kept;
            self.report.bytes_written += bytes.len() as u64;
            copy.add(&bytes, &self.settings)?;
            if let Standing::Marker(MarkerFate::Needed(Some(aborted))) = standing {
                copy.segment.transactions.push(aborted);
            }
            if !pace(batch.size_bytes() as u64 + self.report.bytes_written - before) {
                return Err(CompactionError::Stopped);
            }
        }
        Ok(changed)
    }
}

fn standing_of(
    transactions: &mut PassedTransactions,
    batch: &RecordBatch,
) -> Result<Standing, CompactionError> {
    let header = batch.header();
    if !batch.is_control() {
        let aborted = transactions.note_data(header);
        return Ok(if aborted { Standing::Aborted } else { Standing::Committed });
    }
    let marker = marker_of(batch)?;
    Ok(Standing::Marker(transactions.note_marker(header, marker.as_ref())))
}

fn note_keys(
    keys: &mut KeyMap,
    batch: &RecordBatch,
    first_dirty_offset: i64,
) -> Result<Result<(), Full>, BatchError> {
    for record in &batch.records(MAX_UNCOMPRESSED_BYTES)? {
        let record = record?;
        if let Some(key) = record.key.filter(|_| record.offset >= first_dirty_offset)
            && keys.put(key, record.offset).is_err()
        {
            return Ok(Err(Full));
        }
    }
    Ok(Ok(()))
}

fn is_last_of_producer(last_records: &HashMap<i64, LastRecord>, header: &BatchHeader) -> bool {
    match last_records.get(&header.producer_id) {
        Some(LastRecord::Data { last_offset }) => {
            header.last_offset() == *last_offset && !header.attributes.is_control()
        }
        Some(LastRecord::Marker { epoch }) => {
            header.attributes.is_control() && header.producer_epoch == *epoch
        }
        None => false,
    }
}
