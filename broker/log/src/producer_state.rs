//! What the log knows about idempotent and transactional producers: the answer to "was this batch stored
//! already, and may it come next?" (KIP-98, KIP-360).
//!
//! Per producer id the last five batches of its current epoch: a client has at most five requests in flight, so
//! a retry of any of them is answered with the offset it got the first time. A producer that is unknown, after
//! retention or expiry, may begin with any sequence number. Open transactions bound the last stable offset.
//!
//! This state equals the fold of the log's batches; [`snapshot`] shortens the fold after a restart.

pub(crate) mod snapshot;
#[cfg(test)]
mod tests;

use crate::transaction_index::AbortedTransaction;
use crate::validation::Admission;
use std::collections::BTreeMap;
use tidemill_protocol::records::{BatchHeader, EndTransactionMarker, NO_SEQUENCE, sequence_after};

/// Batches remembered per producer (Kafka's `NUM_BATCHES_TO_RETAIN`).
pub(crate) const MAX_BATCHES: usize = 5;

/// Why a producer's batch may not be appended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProducerError {
    /// A producer with a larger epoch has written already.
    #[error("producer {producer_id} has epoch {found}, the log has seen epoch {current}")]
    OldEpoch {
        /// The producer.
        producer_id: i64,
        /// Epoch of the batch.
        found: i16,
        /// Largest epoch seen.
        current: i16,
    },
    /// The batch does not follow the last one.
    #[error("producer {producer_id} with epoch {epoch} sends sequence {found}, expected {expected}")]
    OutOfOrderSequence {
        /// The producer.
        producer_id: i64,
        /// Epoch of the batch.
        epoch: i16,
        /// First sequence number of the batch.
        found: i32,
        /// The sequence number that comes next.
        expected: i32,
    },
    /// The producer has an open transaction, the batch belongs to none.
    #[error(
        "producer {producer_id} writes outside its open transaction, which began at offset {first_offset}"
    )]
    NotTransactional {
        /// The producer.
        producer_id: i64,
        /// Offset of the transaction's first record.
        first_offset: i64,
    },
    /// The batch would begin a transaction that its coordinator does not know of, or that has ended meanwhile.
    #[error("producer {producer_id} with epoch {epoch} has no transaction in this partition")]
    NotAdmitted {
        /// The producer.
        producer_id: i64,
        /// Epoch of the batch.
        epoch: i16,
    },
    /// A newer transaction coordinator has written a marker already.
    #[error("coordinator epoch {found} for producer {producer_id} is older than {current}")]
    CoordinatorFenced {
        /// The producer.
        producer_id: i64,
        /// Epoch of the marker.
        found: i32,
        /// Largest coordinator epoch seen.
        current: i32,
    },
}

/// A batch as remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredBatch {
    /// Sequence number of its last record.
    pub last_sequence: i32,
    /// Offset of its last record.
    pub last_offset: i64,
    /// Last offset minus first offset.
    pub offset_delta: i32,
    /// Its largest timestamp, or the append time, milliseconds.
    pub timestamp: i64,
}

impl StoredBatch {
    /// Offset of the batch's first record.
    #[must_use]
    pub fn base_offset(&self) -> i64 {
        self.last_offset - i64::from(self.offset_delta)
    }

    fn of(header: &BatchHeader) -> Self {
        Self {
            last_sequence: header.last_sequence(),
            last_offset: header.last_offset(),
            offset_delta: header.last_offset_delta,
            timestamp: header.max_timestamp,
        }
    }
}

/// What is known about one producer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerState {
    /// Its largest epoch.
    pub epoch: i16,
    /// Largest epoch of a transaction coordinator that wrote a marker for it; -1 if none did.
    pub coordinator_epoch: i32,
    /// When it wrote last, by this broker's clock, milliseconds.
    pub last_written_ms: i64,
    /// Offset of the first record of its open transaction.
    pub transaction_start: Option<i64>,
    /// Its last batches with this epoch, oldest first; at most five.
    pub batches: Vec<StoredBatch>,
}

impl ProducerState {
    fn new(epoch: i16) -> Self {
        Self {
            epoch,
            coordinator_epoch: -1,
            last_written_ms: 0,
            transaction_start: None,
            batches: Vec::new(),
        }
    }

    /// Sequence number of the last record; -1 if no batch with this epoch is remembered.
    #[must_use]
    pub fn last_sequence(&self) -> i32 {
        self.batches.last().map_or(NO_SEQUENCE, |batch| batch.last_sequence)
    }

    fn enter_epoch(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.epoch = epoch;
            self.batches.clear();
        }
    }
}

/// What to do with a producer's batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It comes next.
    Append,
    /// It is stored already: here.
    Duplicate(StoredBatch),
}

/// The producers of one log.
#[derive(Debug, Default)]
pub(crate) struct ProducerStates {
    producers: BTreeMap<i64, ProducerState>,
    /// First offset of each open transaction, with its producer.
    open: BTreeMap<i64, i64>,
    /// Offset of each marker that may not be committed yet, with the first offset of the transaction it finished.
    finished: BTreeMap<i64, i64>,
    /// Offset of the last marker of each producer since the log was opened.
    last_markers: BTreeMap<i64, i64>,
}

impl ProducerStates {
    pub(crate) fn get(&self, producer_id: i64) -> Option<&ProducerState> {
        self.producers.get(&producer_id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, &ProducerState)> {
        self.producers.iter().map(|(id, state)| (*id, state))
    }

    pub(crate) fn len(&self) -> usize {
        self.producers.len()
    }

    pub(super) fn insert(&mut self, producer_id: i64, state: ProducerState) {
        if let Some(first_offset) = state.transaction_start {
            self.open.insert(first_offset, producer_id);
        }
        self.producers.insert(producer_id, state);
    }

    /// Judges a data batch of a client.
    pub(crate) fn check_batch(&self, header: &BatchHeader) -> Result<Verdict, ProducerError> {
        let producer_id = header.producer_id;
        let Some(state) = self.get(producer_id) else {
            return Ok(Verdict::Append);
        };
        let BatchHeader { producer_epoch: epoch, base_sequence: found, .. } = *header;
        if epoch < state.epoch {
            return Err(ProducerError::OldEpoch { producer_id, found: epoch, current: state.epoch });
        }
        let last_sequence = if epoch == state.epoch { state.last_sequence() } else { NO_SEQUENCE };
        if epoch == state.epoch
            && let Some(stored) = state.batches.iter().find(|stored| is_same_batch(stored, header))
        {
            return Ok(Verdict::Duplicate(*stored));
        }
        let expected = if last_sequence < 0 { 0 } else { sequence_after(last_sequence, 1) };
        if found != expected {
            return Err(ProducerError::OutOfOrderSequence { producer_id, epoch, found, expected });
        }
        match state.transaction_start {
            Some(first_offset) if !header.attributes.is_transactional() => {
                Err(ProducerError::NotTransactional { producer_id, first_offset })
            }
            _ => Ok(Verdict::Append),
        }
    }

    /// Judges a client's batch that comes next: one of a transaction needs an open one, or the coordinator's word.
    ///
    /// The word is about the transaction that was open when it was given: after a marker it counts no longer.
    pub(crate) fn check_admission(
        &self,
        header: &BatchHeader,
        admission: Option<Admission>,
    ) -> Result<(), ProducerError> {
        let BatchHeader { producer_id, producer_epoch: epoch, base_sequence: found, .. } = *header;
        let state = self.get(producer_id);
        let is_open = state.is_some_and(|state| state.transaction_start.is_some() && state.epoch == epoch);
        if !header.attributes.is_transactional() || is_open {
            return Ok(());
        }
        let last_marker = self.last_markers.get(&producer_id).copied().unwrap_or(-1);
        let Some(admission) = admission.filter(|admission| last_marker < admission.asked_at) else {
            return Err(ProducerError::NotAdmitted { producer_id, epoch });
        };
        if admission.begins_at_zero && state.is_none() && found != 0 {
            return Err(ProducerError::OutOfOrderSequence { producer_id, epoch, found, expected: 0 });
        }
        Ok(())
    }

    /// Judges a data batch of a coordinator, which has no sequence numbers.
    pub(crate) fn check_epoch(&self, header: &BatchHeader) -> Result<(), ProducerError> {
        let BatchHeader { producer_id, producer_epoch: found, .. } = *header;
        match self.get(producer_id) {
            Some(state) if found < state.epoch => {
                Err(ProducerError::OldEpoch { producer_id, found, current: state.epoch })
            }
            _ => Ok(()),
        }
    }

    /// Judges a transaction marker.
    pub(crate) fn check_marker(
        &self,
        header: &BatchHeader,
        marker: &EndTransactionMarker,
    ) -> Result<(), ProducerError> {
        let producer_id = header.producer_id;
        self.check_epoch(header)?;
        let Some(state) = self.get(producer_id) else {
            return Ok(());
        };
        let (found, current) = (marker.coordinator_epoch, state.coordinator_epoch);
        if found < current {
            return Err(ProducerError::CoordinatorFenced { producer_id, found, current });
        }
        Ok(())
    }

    /// Notes a data batch that was stored.
    pub(crate) fn note_batch(&mut self, header: &BatchHeader, wall_ms: i64) {
        if !header.has_producer_id() {
            return;
        }
        let epoch = header.producer_epoch;
        let state = self.producers.entry(header.producer_id).or_insert_with(|| ProducerState::new(epoch));
        state.enter_epoch(epoch);
        state.last_written_ms = wall_ms;
        if state.batches.len() == MAX_BATCHES {
            state.batches.remove(0);
        }
        state.batches.push(StoredBatch::of(header));
        if header.attributes.is_transactional() && state.transaction_start.is_none() {
            state.transaction_start = Some(header.base_offset);
            self.open.insert(header.base_offset, header.producer_id);
        }
    }

    /// Notes a marker that was stored. Returns the transaction if it is aborted and has records.
    pub(crate) fn note_marker(
        &mut self,
        header: &BatchHeader,
        marker: &EndTransactionMarker,
        wall_ms: i64,
    ) -> Option<AbortedTransaction> {
        let BatchHeader { producer_id, producer_epoch: epoch, .. } = *header;
        let state = self.producers.entry(producer_id).or_insert_with(|| ProducerState::new(epoch));
        state.enter_epoch(epoch);
        state.coordinator_epoch = state.coordinator_epoch.max(marker.coordinator_epoch);
        state.last_written_ms = wall_ms;
        let last_offset = header.last_offset();
        self.last_markers.insert(producer_id, last_offset);
        let first_offset = state.transaction_start.take()?;
        self.open.remove(&first_offset);
        self.finished.insert(last_offset, first_offset);
        let last_stable_offset = self.open.keys().next().copied().unwrap_or(last_offset + 1);
        (!marker.committed).then_some(AbortedTransaction {
            producer_id,
            first_offset,
            last_offset,
            last_stable_offset,
        })
    }

    /// The end of what is decided: below it every transaction is finished and its marker lies below
    /// `high_watermark`. Never above `high_watermark`.
    pub(crate) fn last_stable_offset(&self, high_watermark: i64) -> i64 {
        let open = self.open.keys().next().copied();
        let finished = self.finished.range(high_watermark..).map(|(_, first)| *first).min();
        [open, finished].into_iter().flatten().fold(high_watermark, i64::min)
    }

    /// Forgets finished transactions whose markers lie below the high watermark.
    pub(crate) fn forget_finished(&mut self, high_watermark: i64) {
        self.finished = self.finished.split_off(&high_watermark);
    }

    /// Forgets producers that have not written for `expiration_ms` and have no open transaction.
    pub(crate) fn expire(&mut self, wall_ms: i64, expiration_ms: i64) {
        self.producers.retain(|_, state| {
            state.transaction_start.is_some() || wall_ms.saturating_sub(state.last_written_ms) < expiration_ms
        });
        self.last_markers.retain(|producer_id, _| self.producers.contains_key(producer_id));
    }
}

fn is_same_batch(stored: &StoredBatch, header: &BatchHeader) -> bool {
    stored.last_sequence == header.last_sequence() && stored.offset_delta == header.last_offset_delta
}
