//! Which transactional batches a pass meets are aborted, and which markers nobody needs any more.
//!
//! A marker may go when no batch of its transaction is left in front of it; an abort marker that stays keeps its
//! entry in the transaction index, or readers would take the aborted batches in front of it for committed.

use crate::transaction_index::AbortedTransaction;
use std::collections::{HashMap, HashSet, VecDeque};
use tidemill_protocol::records::{BatchHeader, EndTransactionMarker};

/// What is to become of a transaction marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkerFate {
    /// Batches of its transaction are there: it stays, with its entry in the transaction index if it has one.
    Needed(Option<AbortedTransaction>),
    /// None is.
    Unneeded,
}

/// The transactions that are open at one point of a pass over a log.
#[derive(Debug)]
pub(super) struct PassedTransactions {
    /// Those that begin further on, by first offset.
    ahead: VecDeque<AbortedTransaction>,
    /// The aborted one of each producer, and whether a batch of it was met.
    aborted: HashMap<i64, (AbortedTransaction, bool)>,
    /// Producers of which a batch of a transaction that is not aborted was met.
    committed: HashSet<i64>,
}

impl PassedTransactions {
    /// Begins a pass; `aborted` are sorted by first offset.
    pub(super) fn new(aborted: &[AbortedTransaction]) -> Self {
        Self { ahead: aborted.iter().copied().collect(), aborted: HashMap::new(), committed: HashSet::new() }
    }

    /// Notes a batch of data; says whether it is aborted.
    pub(super) fn note_data(&mut self, header: &BatchHeader) -> bool {
        self.enter(header.last_offset());
        if !header.attributes.is_transactional() {
            return false;
        }
        match self.aborted.get_mut(&header.producer_id) {
            // A transaction ends at its marker, also if that one is gone.
            Some((transaction, met)) if header.last_offset() < transaction.last_offset => {
                *met = true;
                true
            }
            _ => {
                self.committed.insert(header.producer_id);
                false
            }
        }
    }

    /// Notes a marker; `None` is a control batch that ends no transaction, or was emptied before.
    pub(super) fn note_marker(
        &mut self,
        header: &BatchHeader,
        marker: Option<&EndTransactionMarker>,
    ) -> MarkerFate {
        self.enter(header.last_offset());
        let producer_id = header.producer_id;
        let Some(marker) = marker else {
            return if header.record_count == 0 { MarkerFate::Unneeded } else { MarkerFate::Needed(None) };
        };
        let has_committed = self.committed.remove(&producer_id);
        if !marker.committed
            && let Some((transaction, true)) = self.aborted.remove(&producer_id)
        {
            return MarkerFate::Needed(Some(transaction));
        }
        if has_committed { MarkerFate::Needed(None) } else { MarkerFate::Unneeded }
    }

    /// Lets the transactions begin that do so up to `offset`.
    fn enter(&mut self, offset: i64) {
        while let Some(transaction) = self.ahead.pop_front_if(|next| next.first_offset <= offset) {
            let (current, met) = self.aborted.entry(transaction.producer_id).or_insert((transaction, false));
            if current.last_offset < transaction.first_offset {
                (*current, *met) = (transaction, false);
            }
        }
    }
}
