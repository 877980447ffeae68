//! Recovery after an unclean stop: verify what may not have reached the disk, cut a torn end, rebuild indexes.
//!
//! ```text
//!   segment      segment      segment (last)
//! [..........][.......|....][.............XXXX]
//!                     recovery point       torn end: cut
//!              <----------- read again ------->
//! ```
//!
//! A crash of the process tears at most the last batch. A power loss may also lose sectors in the middle of what
//! was not synced: they read as zeros or end the file early, and whole batches or segments may follow. Both are cut: none of it was acknowledged
//! as durable. Anything else, a bit that flipped or bytes overwritten with valid batches behind them, is damage
//! that cutting would turn into a silent loss: recovery refuses and names the place.

mod damage;

use crate::batch_scan::{BatchScan, ScanError};
use crate::entry_file::Entry;
use crate::file_names::{OFFSET_INDEX, TIME_INDEX, TRANSACTION_INDEX, offset_file_name};
use crate::offset_index::OffsetEntry;
use crate::segment::{FileSizes, Segment};
use crate::storage::{Storage, StorageError};
use crate::time_index::TimestampOffset;
use crate::transaction_index::AbortedTransaction;
pub(crate) use damage::find_batch_behind;
use damage::looks_unwritten;
use std::path::PathBuf;
use tidemill_protocol::records::{BatchError, BatchHeader, PREFIX_BYTES};

/// Why a log could not be recovered.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// The disk failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A valid batch lies behind bytes that are none.
    #[error(
        "{} is damaged at byte {position}, but {} holds a valid batch at byte {intact_position}; \
         cutting would lose it: restore the file, or remove everything from there on by hand",
        path.display(), intact_path.display()
    )]
    InteriorDamage {
        /// The damaged segment file.
        path: PathBuf,
        /// Where the batch begins that cannot be read.
        position: u64,
        /// The file that holds the valid batch.
        intact_path: PathBuf,
        /// Where it begins.
        intact_position: u64,
        /// What is wrong with the damaged one.
        source: BatchError,
    },
    /// What was synced before the crash cannot be read: no crash explains that, and cutting would lose it.
    #[error(
        "{} is damaged at byte {position}, but everything below offset {recovery_point} was synced: restore the file, \
         or cut it there by hand",
        path.display()
    )]
    SyncedDamage {
        /// The damaged segment file.
        path: PathBuf,
        /// Where the batch begins that cannot be read.
        position: u64,
        /// Everything below was synced.
        recovery_point: i64,
        /// What is wrong with the damaged one.
        source: BatchError,
    },
    /// A log that was closed does not end where it did then.
    #[error("{} ends at offset {end_offset}, but the log was closed at offset {recovery_point}", path.display())]
    WrongEnd {
        /// The last segment file.
        path: PathBuf,
        /// Where its last batch says that it ends.
        end_offset: i64,
        /// Where it ended.
        recovery_point: i64,
    },
    /// Two segments claim the same offsets.
    #[error("{} holds offsets up to {end_offset}, but the next segment is {}", path.display(), next_path.display())]
    Overlap {
        /// The earlier segment file.
        path: PathBuf,
        /// Its end offset.
        end_offset: i64,
        /// The later segment file.
        next_path: PathBuf,
    },
}

/// The end of a log that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutTail {
    /// The segment file.
    pub path: PathBuf,
    /// Its size now.
    pub position: u64,
    /// Bytes that were cut, those of removed segments included.
    pub bytes: u64,
    /// Offset that the log ends at now.
    pub end_offset: i64,
    /// What was wrong with the first batch that was cut.
    pub reason: String,
}

/// What opening a log took.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecoveryReport {
    /// Segments that were read again.
    pub segments_read: usize,
    /// Bytes that were read again.
    pub bytes_read: u64,
    /// The torn end, if there was one.
    pub cut: Option<CutTail>,
}

/// What recovery goes by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecoveryBounds {
    /// Everything below was synced.
    pub(crate) recovery_point: i64,
    pub(crate) index_interval_bytes: u32,
    /// The log was closed.
    pub(crate) clean: bool,
}

/// Makes the segments usable. Returns what it took and the index of the first segment that was read again.
pub(crate) fn recover(
    storage: &dyn Storage,
    segments: &mut Vec<Segment>,
    sizes: &FileSizes,
    bounds: RecoveryBounds,
) -> Result<(RecoveryReport, Option<usize>), RecoveryError> {
    let mut report = RecoveryReport::default();
    let Some(first) = first_to_read(storage, segments, sizes, bounds)? else {
        return Ok((report, None));
    };
    let mut index = first;
    while index < segments.len() {
        if let Some(reason) = gap_before(segments, index, first, bounds)? {
            let (position, before) = (segments[index - 1].size_bytes(), index - 1);
            cut(storage, segments, (before, position), reason, &mut report)?;
            break;
        }
        report.segments_read += 1;
        report.bytes_read += segments[index].size_bytes();
        let next_base = segments.get(index + 1).map(Segment::base_offset);
        if let Some(damaged) = rebuild(storage, &mut segments[index], bounds)? {
            let position = damaged.0;
            let reason = judge(storage, segments, index, damaged, bounds)?;
            cut(storage, segments, (index, position), reason, &mut report)?;
            break;
        }
        if let Some(next_base) = next_base {
            let end_offset = segments[index].end_offset();
            if end_offset > next_base {
                let (path, next_path) = (segments[index].path().into(), segments[index + 1].path().into());
                return Err(RecoveryError::Overlap { path, end_offset, next_path });
            }
        }
        index += 1;
    }
    // Closed segments end where the next one begins, also if compaction removed their last records.
    for index in 1..segments.len() {
        let base_offset = segments[index].base_offset();
        segments[index - 1].set_end_offset(base_offset);
    }
    Ok((report, Some(first)))
}

/// The first segment whose bytes or indexes cannot be trusted.
fn first_to_read(
    storage: &dyn Storage,
    segments: &mut [Segment],
    sizes: &FileSizes,
    bounds: RecoveryBounds,
) -> Result<Option<usize>, RecoveryError> {
    let Some(last) = segments.len().checked_sub(1) else {
        return Ok(None);
    };
    let incomplete = segments.iter().position(|segment| !has_whole_indexes(segment, sizes));
    if !bounds.clean {
        let is_behind = |segment: &Segment| segment.end_offset() >= bounds.recovery_point;
        let behind = segments[..last].iter().position(is_behind).unwrap_or(last);
        return Ok(Some(incomplete.map_or(behind, |incomplete| incomplete.min(behind))));
    }
    if incomplete.is_some() {
        return Ok(incomplete);
    }
    match segments[last].load_tail(storage) {
        Ok(()) => first_behind_close(storage, segments, bounds),
        Err(ScanError::Damaged { path, position, source }) => {
            tracing::warn!(path = %path.display(), position, %source, "closed log needs recovery");
            Ok(Some(last))
        }
        Err(ScanError::Storage(error)) if error.source.kind() == std::io::ErrorKind::UnexpectedEof => {
            Ok(Some(last))
        }
        Err(ScanError::Storage(error)) => Err(error.into()),
    }
}

/// The first segment to read of a log whose end can be found: none if it ends where it was closed.
///
/// One that ends further on was written after its checkpoint, by another program, or copied while it was in use: what
/// lies behind is verified. A batch must end where it was closed: otherwise the offset of the last one, which no
/// checksum covers, is not what was written. A log that ends earlier has lost what was synced.
fn first_behind_close(
    storage: &dyn Storage,
    segments: &[Segment],
    bounds: RecoveryBounds,
) -> Result<Option<usize>, RecoveryError> {
    let last = &segments[segments.len() - 1];
    let (end_offset, recovery_point) = (last.end_offset(), bounds.recovery_point);
    // A log of another program has no recovery point.
    if recovery_point == 0 || end_offset == recovery_point {
        return Ok(None);
    }
    let ends_batch = || match last.find_batch(storage, recovery_point - 1) {
        Ok(found) => Ok(found.is_some_and(|(_, header)| header.end_offset() == recovery_point)),
        Err(ScanError::Damaged { .. }) => Ok(false),
        Err(ScanError::Storage(error)) => Err(error),
    };
    if end_offset > recovery_point && (last.base_offset() >= recovery_point || ends_batch()?) {
        let path = last.path().display();
        tracing::warn!(%path, end_offset, recovery_point, "a closed log ends behind its recovery point");
        return Ok(segments.iter().position(|segment| segment.end_offset() > recovery_point));
    }
    Err(RecoveryError::WrongEnd { path: last.path().to_path_buf(), end_offset, recovery_point })
}

/// Whether the segment's indexes are there and end with a whole entry.
fn has_whole_indexes(segment: &Segment, sizes: &FileSizes) -> bool {
    let size = |ending| sizes.get(&offset_file_name(segment.base_offset(), ending)).copied();
    let is_whole = |size: u64, entry: usize| size.is_multiple_of(entry as u64);
    segment.is_empty()
        || (size(OFFSET_INDEX).is_some_and(|size| is_whole(size, OffsetEntry::SIZE))
            && size(TIME_INDEX).is_some_and(|size| is_whole(size, TimestampOffset::SIZE))
            && size(TRANSACTION_INDEX).is_none_or(|size| is_whole(size, AbortedTransaction::SIZE)))
}

/// Says why `index` cannot follow the segment before it: a power loss took the name of one in between.
fn gap_before(
    segments: &[Segment],
    index: usize,
    first: usize,
    bounds: RecoveryBounds,
) -> Result<Option<String>, RecoveryError> {
    // What was closed lost no name to a power loss: compaction left the gap.
    if index == first || bounds.clean {
        return Ok(None);
    }
    let (end_offset, base_offset) = (segments[index - 1].end_offset(), segments[index].base_offset());
    // Below the recovery point compaction may have removed the records in between.
    if base_offset <= end_offset || base_offset <= bounds.recovery_point {
        return Ok(None);
    }
    Ok(Some(format!("the next segment begins at offset {base_offset}")))
}

/// Reads all batches of a segment and builds its indexes. Returns the first place that holds no valid batch.
fn rebuild(
    storage: &dyn Storage,
    segment: &mut Segment,
    bounds: RecoveryBounds,
) -> Result<Option<(u64, BatchError)>, StorageError> {
    let size = segment.size_bytes();
    segment.begin_rebuild(storage)?;
    let file = segment.open_log(storage)?;
    let mut scan = BatchScan::new(&file, 0, size);
    loop {
        let position = scan.position();
        match scan.next_batch() {
            Ok(Some(batch)) if !may_follow(segment, batch.header()) => {
                let (base_offset, last_offset_delta) =
                    (batch.base_offset(), batch.header().last_offset_delta);
                return Ok(Some((
                    position,
                    BatchError::InvalidOffsetDelta { base_offset, last_offset_delta },
                )));
            }
            Ok(Some(batch)) => segment.note_batch(storage, batch.header(), bounds.index_interval_bytes)?,
            Ok(None) => return Ok(None),
            Err(ScanError::Damaged { position, source, .. }) => return Ok(Some((position, source))),
            Err(ScanError::Storage(error)) => return Err(error),
        }
    }
}

/// Whether a batch's offsets may come next in the segment. They are outside the checksum.
fn may_follow(segment: &Segment, header: &BatchHeader) -> bool {
    let reach = segment.base_offset().saturating_add(i64::from(i32::MAX));
    header.base_offset >= segment.end_offset() && header.last_offset() <= reach
}

/// Decides whether everything from the damaged place on may be cut; says why it is.
fn judge(
    storage: &dyn Storage,
    segments: &[Segment],
    index: usize,
    damaged: (u64, BatchError),
    bounds: RecoveryBounds,
) -> Result<String, RecoveryError> {
    let (segment, position) = (&segments[index], damaged.0);
    let file = segment.open_log(storage)?;
    let size = file.size_bytes()?;
    // A batch whose checksum is right and whose offsets are wrong is worth keeping itself.
    let has_wrong_offsets = matches!(damaged.1, BatchError::InvalidOffsetDelta { .. })
        && matches!(BatchScan::new(&file, position, size).next_batch(), Ok(Some(_)));
    let behind = match has_wrong_offsets {
        true => Some(position),
        false => find_batch_behind(&file, position, size, segment.end_offset())?,
    };
    let mut intact = behind.map(|at| (segment.path().to_path_buf(), at));
    if intact.is_none() {
        for later in &segments[index + 1..] {
            let file = later.open_log(storage)?;
            if let Ok(Some(_)) = BatchScan::new(&file, 0, later.size_bytes()).next_batch() {
                intact = Some((later.path().to_path_buf(), 0));
                break;
            }
        }
    }
    let was_synced = segment.end_offset() < bounds.recovery_point;
    let Some((intact_path, intact_position)) = intact else {
        if was_synced {
            let (path, recovery_point) = (segment.path().to_path_buf(), bounds.recovery_point);
            return Err(RecoveryError::SyncedDamage { path, position, recovery_point, source: damaged.1 });
        }
        return Ok(damaged.1.to_string());
    };
    let end = if has_wrong_offsets { position + PREFIX_BYTES as u64 } else { behind.unwrap_or(size) };
    let ends_early = behind.is_none() && matches!(damaged.1, BatchError::Incomplete { .. });
    if !was_synced && (ends_early || looks_unwritten(&file, position, end, segment.end_offset())?) {
        return Ok(damaged.1.to_string());
    }
    let path = segment.path().to_path_buf();
    Err(RecoveryError::InteriorDamage { path, position, intact_path, intact_position, source: damaged.1 })
}

/// Cuts the log at `position` of segment `at.0` and removes the segments behind it, the last one first.
fn cut(
    storage: &dyn Storage,
    segments: &mut Vec<Segment>,
    at: (usize, u64),
    reason: String,
    report: &mut RecoveryReport,
) -> Result<(), StorageError> {
    let (index, position) = at;
    let mut bytes = 0;
    while segments.len() > index + 1 {
        let segment = segments.pop().expect("there are more than one");
        bytes += segment.size_bytes();
        segment.remove(storage)?;
    }
    let segment = &mut segments[index];
    let file = segment.open_log(storage)?;
    bytes += file.size_bytes()? - position;
    file.set_len(position)?;
    let (path, end_offset) = (segment.path().to_path_buf(), segment.end_offset());
    tracing::warn!(path = %path.display(), position, bytes, end_offset, reason, "cut the torn end of a log");
    report.cut = Some(CutTail { path, position, bytes, end_offset, reason });
    Ok(())
}
