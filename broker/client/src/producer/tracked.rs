//! One partition in the eyes of the sender: the batches it took over and has not seen acknowledged, in order.
//!
//! ```text
//! front                                   back
//! [in flight] [in flight] ... [in flight]            everything sent: the next batch may follow
//! [retry]     [in flight] ... [in flight]            a barrier: nothing is sent until the last returns
//! [retry]     [retry]     ... [retry]                sent again from the front, one after the other
//! ```
//!
//! Sequence numbers are given once, at the first sending, and stay with the batch until it is acknowledged or
//! known not to be in the log. A batch that expires keeps its numbers: if it was written, what follows fits; if
//! not, the broker refuses what follows as out of order, which proves that none of it is in the log, and only
//! then is all of it numbered anew under the next epoch. So nothing is ever written twice.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tidemill_protocol::records::{ProducerIdentity, sequence_after};

use super::effects::Divisible;

/// A batch that was taken out of the accumulator.
#[derive(Debug)]
pub(super) struct Tracked<B> {
    /// The batch itself.
    pub(super) payload: B,
    /// Records in it.
    pub(super) records: i32,
    /// When its first record was accepted.
    pub(super) created: Duration,
    /// Its place in the producer's sequence, once it was sent.
    pub(super) identity: Option<ProducerIdentity>,
    /// The request that carries it now.
    pub(super) in_flight: Option<u64>,
    /// Times it was sent.
    pub(super) attempts: u32,
    /// What the last try ended with.
    pub(super) last: Option<Arc<str>>,
    /// Its time is over and its callers know.
    pub(super) expired: bool,
}

/// The producer id under which a partition is written, and the next number. Epochs are bumped per partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbering {
    pub(super) id: i64,
    pub(super) epoch: i16,
    pub(super) next_sequence: i32,
    /// Whether the broker has acknowledged a batch of this epoch. Before that it accepts any sequence number
    /// from a producer it does not know, so only one batch may be under way.
    pub(super) established: bool,
}

/// One partition.
#[derive(Debug)]
pub(super) struct TrackedPartition<B> {
    pub(super) leader: Option<i32>,
    pub(super) batches: VecDeque<Tracked<B>>,
    pub(super) numbering: Option<Numbering>,
    /// The broker does not know the sequence: nothing unacknowledged is in the log.
    pub(super) is_lost: bool,
    pub(super) not_before: Duration,
    pub(super) failures: u32,
}

/// What a partition can send next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The batch at this place, again.
    Retry(usize),
    /// A new batch.
    New,
    /// Nothing until an answer comes.
    Wait,
}

impl<B> Default for TrackedPartition<B> {
    fn default() -> Self {
        Self {
            leader: None,
            batches: VecDeque::new(),
            numbering: None,
            is_lost: false,
            not_before: Duration::ZERO,
            failures: 0,
        }
    }
}

impl<B: Divisible> TrackedPartition<B> {
    /// Puts two halves in the place of the batch at `index`, which the broker did not take for its size. They
    /// share its sequence numbers, so what was sent behind it still follows.
    pub(super) fn divide(&mut self, index: usize) -> bool {
        let Some(batch) = self.batches.get(index).filter(|batch| !batch.expired) else {
            return false;
        };
        let Some(halves) = batch.payload.divide() else {
            return false;
        };
        let (created, attempts, mut identity) = (batch.created, batch.attempts, batch.identity);
        self.batches.remove(index);
        for (place, (payload, records)) in (index..).zip(halves) {
            let half = Tracked {
                payload,
                records,
                created,
                identity,
                in_flight: None,
                attempts,
                last: None,
                expired: false,
            };
            self.batches.insert(place, half);
            if let Some(identity) = &mut identity {
                identity.base_sequence = sequence_after(identity.base_sequence, records);
            }
        }
        true
    }
}

impl<B> TrackedPartition<B> {
    /// Says what to send next with at most `max_in_flight` batches under way.
    pub(super) fn next(&self, max_in_flight: usize) -> Next {
        let unestablished = self.numbering.is_some_and(|numbering| !numbering.established);
        let limit = if unestablished { 1 } else { max_in_flight };
        let under_way = self.batches.iter().filter(|batch| batch.in_flight.is_some()).count();
        // A broker recognises a repetition among the last five batches only: none may be added while one is
        // repeated.
        let repeating = self.batches.iter().any(|batch| batch.in_flight.is_some() && batch.attempts > 1);
        match self.batches.iter().position(|batch| batch.in_flight.is_none()) {
            _ if under_way >= limit || repeating => Next::Wait,
            _ if self.is_lost && under_way > 0 => Next::Wait,
            None => Next::New,
            Some(_) if under_way > 0 => Next::Wait,
            Some(first) => Next::Retry(first),
        }
    }

    /// Whether no batch is under way.
    pub(super) fn is_quiet(&self) -> bool {
        self.batches.iter().all(|batch| batch.in_flight.is_none())
    }

    /// Gives the batch at `index` its sequence numbers unless it has some.
    pub(super) fn number(&mut self, index: usize) {
        let Some(batch) = self.batches.get_mut(index).filter(|batch| batch.identity.is_none()) else {
            return;
        };
        if let Some(numbering) = &mut self.numbering {
            let (id, epoch, base_sequence) = (numbering.id, numbering.epoch, numbering.next_sequence);
            batch.identity = Some(ProducerIdentity { id, epoch, base_sequence });
            numbering.next_sequence = sequence_after(base_sequence, batch.records);
        }
    }

    /// Starts the next epoch: everything unacknowledged is numbered anew from 0. `false` if the id has no more
    /// epochs, so that another id is needed.
    ///
    /// Only for batches that are known not to be in the log.
    pub(super) fn renumber(&mut self) -> bool {
        debug_assert!(self.is_quiet(), "a batch under way has numbers that must not change");
        self.is_lost = false;
        for batch in &mut self.batches {
            batch.identity = None;
        }
        let next = self.numbering.and_then(|numbering| {
            // The last epoch is reserved, as brokers reserve it.
            let epoch = numbering.epoch.checked_add(1).filter(|epoch| *epoch < i16::MAX)?;
            Some(Numbering { epoch, next_sequence: 0, established: false, ..numbering })
        });
        self.numbering = next;
        next.is_some()
    }

    /// Returns the place of the batch that request `request` carries.
    pub(super) fn carried_by(&self, request: u64) -> Option<usize> {
        self.batches.iter().position(|batch| batch.in_flight == Some(request))
    }
}
