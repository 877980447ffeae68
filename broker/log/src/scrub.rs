//! The scrub: segments are read again from time to time, because nobody else would notice a bit that flips.
//!
//! What is checked of every batch: its header, its checksum, that its offsets follow those in front of it and stay
//! below the next segment's, its leader epoch. Offsets and epoch lie outside the checksum, so that no client can
//! check them.
//!
//! What is found damaged is not served any more: a read in front of it ends there, a read of it fails. Nothing is
//! removed and nothing behind it is skipped: what becomes of the damage is for a person to decide.

use crate::batch_scan::{BatchScan, ScanError};
use crate::leader_epochs::EpochOffset;
use crate::partition_log::PartitionLog;
use crate::recovery::find_batch_behind;
use crate::storage::{StorageError, StoredFile};
use std::path::PathBuf;
use std::sync::Arc;
use tidemill_protocol::records::{BatchHeader, RecordBatch};

/// A stored batch that is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedBatch {
    /// The segment file.
    pub path: PathBuf,
    /// Where the batch begins.
    pub position: u64,
    /// Where the next intact batch begins, or the segment ends.
    pub end_position: u64,
    /// The offset that the batch should begin with, or a smaller one if compaction removed some in front of it.
    pub offset: i64,
    /// Where the next intact batch begins, or the segment ends: these offsets are refused.
    pub end_offset: i64,
    /// What is wrong with it.
    pub reason: String,
}

/// A segment to be read again.
#[derive(Debug)]
pub struct SegmentToScrub {
    file: Arc<StoredFile>,
    base_offset: i64,
    end_offset: i64,
    size_bytes: u64,
    epochs: Vec<EpochOffset>,
    generation: u64,
}

/// Why a segment was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ScrubError {
    /// Whoever paces the scrub wanted it to stop.
    #[error("the scrub was stopped")]
    Stopped,
    /// The disk failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What a log knows of its damage, by the base offset of the segment.
#[derive(Debug, Default)]
pub(crate) struct KnownDamage {
    batches: Vec<(i64, DamagedBatch)>,
    /// Rises whenever segments are exchanged or cut: what was found before may speak of other files.
    generation: u64,
}

impl KnownDamage {
    /// The damaged batch that holds `offset`, or the first one of the segment in `positions`.
    pub(crate) fn in_read(
        &self,
        base_offset: i64,
        offset: i64,
        positions: std::ops::Range<u64>,
    ) -> Option<&DamagedBatch> {
        let own = self.batches.iter().filter(|(base, _)| *base == base_offset).map(|(_, batch)| batch);
        let is_met = |batch: &&DamagedBatch| {
            (batch.offset..batch.end_offset).contains(&offset)
                || (batch.position < positions.end && batch.end_position > positions.start)
        };
        own.filter(is_met).min_by_key(|batch| batch.position)
    }

    /// Forgets the damage in segments that are no longer there.
    pub(crate) fn forget(&mut self, is_gone: impl Fn(i64) -> bool) {
        self.generation += 1;
        self.batches.retain(|(base_offset, _)| !is_gone(*base_offset));
    }
}

impl PartitionLog {
    /// The first segment that begins at `offset` or behind it, opened; the one being written as far as it goes now.
    ///
    /// # Errors
    /// [`StorageError`] if it cannot be opened.
    pub fn segment_to_scrub(&self, offset: i64) -> Result<Option<SegmentToScrub>, StorageError> {
        let Some(segment) = self.segment_from(offset).filter(|segment| !segment.is_empty()) else {
            return Ok(None);
        };
        Ok(Some(SegmentToScrub {
            file: segment.open_log(self.storage())?,
            base_offset: segment.base_offset(),
            end_offset: segment.end_offset(),
            size_bytes: segment.size_bytes(),
            epochs: self.epoch_starts().to_vec(),
            generation: self.damage().generation,
        }))
    }

    /// Refuses to serve what the scrub found damaged in `segment`. Returns how many batches are news; none if the
    /// log's segments changed meanwhile, then the next scrub finds what is still there.
    pub fn note_damage(&mut self, segment: &SegmentToScrub, found: Vec<DamagedBatch>) -> usize {
        let base_offset = segment.base_offset;
        let known = self.damage_mut();
        if known.generation != segment.generation {
            return 0;
        }
        let before = known.batches.len();
        for batch in found {
            let is_same =
                |(base, old): &(i64, DamagedBatch)| *base == base_offset && old.position == batch.position;
            if !known.batches.iter().any(is_same) {
                known.batches.push((base_offset, batch));
            }
        }
        known.batches.len() - before
    }

    /// The damaged batches that are known, in no order.
    pub fn damaged_batches(&self) -> impl Iterator<Item = &DamagedBatch> {
        self.damage().batches.iter().map(|(_, batch)| batch)
    }
}

impl SegmentToScrub {
    /// The offset after the segment: where to look for the next one.
    #[must_use]
    pub fn end_offset(&self) -> i64 {
        self.end_offset
    }

    /// Reads the segment to its end. `pace` is told of the bytes read, waits as long as a limit demands, and ends the
    /// scrub with `false`.
    ///
    /// # Errors
    /// [`ScrubError`].
    pub fn verify(&self, pace: &mut dyn FnMut(u64) -> bool) -> Result<Vec<DamagedBatch>, ScrubError> {
        let mut damaged = Vec::new();
        let (mut expected, mut doubtful) = (self.base_offset, None);
        let mut scan = BatchScan::new(&self.file, 0, self.size_bytes);
        loop {
            let position = scan.position();
            let (end_position, reason) = match scan.next_batch() {
                Ok(Some(batch)) => {
                    let before = expected;
                    let fault = self.fault(&batch, &mut expected);
                    if fault.is_none() {
                        end_damage_at(&mut damaged, before, batch.base_offset());
                        // A hole in front of it: compaction made it, or a flipped bit.
                        doubtful =
                            (batch.base_offset() > before).then_some((position, scan.position(), before));
                    } else if let Some((position, end_position, offset)) = doubtful.take() {
                        let (path, end_offset) = (self.file.path().to_path_buf(), self.end_offset);
                        let reason = "its offsets and those behind it overlap".to_owned();
                        expected = offset;
                        damaged.push(DamagedBatch {
                            path,
                            position,
                            end_position,
                            offset,
                            end_offset,
                            reason,
                        });
                    }
                    (scan.position(), fault)
                }
                Ok(None) => return Ok(damaged),
                Err(ScanError::Storage(error)) => return Err(error.into()),
                Err(ScanError::Damaged { source, .. }) => {
                    let behind = find_batch_behind(&self.file, position, self.size_bytes, expected)?;
                    let end_position = behind.unwrap_or(self.size_bytes);
                    scan = BatchScan::new(&self.file, end_position, self.size_bytes);
                    (end_position, Some(source.to_string()))
                }
            };
            if let Some(reason) = reason {
                let path = self.file.path().to_path_buf();
                let (offset, end_offset) = (expected, self.end_offset);
                damaged.push(DamagedBatch { path, position, end_position, offset, end_offset, reason });
            }
            if !pace(end_position - position) {
                return Err(ScrubError::Stopped);
            }
        }
    }

    /// What is wrong with a batch whose checksum is right; raises `expected` behind one that is intact.
    fn fault(&self, batch: &RecordBatch, expected: &mut i64) -> Option<String> {
        let BatchHeader { base_offset, partition_leader_epoch, .. } = *batch.header();
        if base_offset < *expected || batch.header().end_offset() > self.end_offset {
            let bounds = format!("{expected}..{}", self.end_offset);
            return Some(format!("its offsets {base_offset}..={} lie outside {bounds}", batch.last_offset()));
        }
        let own = self.epochs.iter().rfind(|start| start.offset <= base_offset);
        if let Some(own) = own.filter(|own| own.epoch != partition_leader_epoch) {
            return Some(format!("its leader epoch is {partition_leader_epoch}, not {}", own.epoch));
        }
        *expected = batch.header().end_offset();
        None
    }
}

/// Says that the damage which began at `offset` ends in front of an intact batch at `next_offset`.
fn end_damage_at(damaged: &mut [DamagedBatch], offset: i64, next_offset: i64) {
    for batch in damaged.iter_mut().rev().take_while(|batch| batch.offset == offset) {
        batch.end_offset = next_offset;
    }
}
