//! What is known of one transactional id, and what may become of it.
//!
//! Every method that changes something returns whether the caller must append a record; nothing here knows the log.

use std::collections::BTreeSet;
use std::sync::Arc;

use tidemill_protocol::ErrorCode;

use super::state::TransactionState;

/// The last epoch a producer is given. The one above it stays for fencing it.
const LAST_GIVEN_EPOCH: i16 = i16::MAX - 1;
/// The protocol whose ends raise the epoch (KIP-890).
pub(crate) const EPOCH_PER_TRANSACTION: i16 = 2;

/// A partition by its topic's name.
pub(crate) type TopicPartition = (Arc<str>, i32);

/// A producer id and one of its epochs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Producer {
    pub(crate) id: i64,
    pub(crate) epoch: i16,
}

impl Producer {
    /// No producer, as requests and records write it.
    pub(crate) const NONE: Self = Self { id: -1, epoch: -1 };

    fn is_exhausted(self) -> bool {
        self.epoch >= LAST_GIVEN_EPOCH
    }
}

/// Why a request changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The answer.
    Error(ErrorCode),
    /// The request must come again with a producer id that nobody had.
    NeedsProducerId,
}

impl From<ErrorCode> for Refusal {
    fn from(error: ErrorCode) -> Self {
        Self::Error(error)
    }
}

/// What InitProducerId asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Initialize {
    /// `transaction.timeout.ms` of the producer.
    pub(crate) timeout_ms: i32,
    /// Who the producer says it is already (KIP-360).
    pub(crate) current: Option<Producer>,
    /// A producer id that nobody had, if one was asked for.
    pub(crate) fresh_id: Option<i64>,
}

/// What InitProducerId came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Initialized {
    /// The transactional id belongs to this producer.
    As(Producer),
    /// The open transaction of the producer before is being aborted; ask again.
    AbortsFirst,
}

/// What EndTxn asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) producer: Producer,
    pub(crate) committed: bool,
    /// Whether the client takes a new epoch with the answer (EndTxn version 5, KIP-890).
    pub(crate) raises_epoch: bool,
    /// A producer id that nobody had, if one was asked for.
    pub(crate) fresh_id: Option<i64>,
}

/// Whether a record of the new state must be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Append,
    Nothing,
}

/// One transactional id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transaction {
    pub(crate) state: TransactionState,
    /// Who may write. In a Prepare state its epoch is the markers'.
    pub(crate) producer: Producer,
    /// The epoch before, if whoever holds it may not have heard of the current one. Not stored.
    pub(crate) last_epoch: i16,
    /// The producer id before, -1 if there was none.
    pub(crate) previous_id: i64,
    /// The producer id after the markers are written, -1 if it stays.
    pub(crate) next_id: i64,
    pub(crate) timeout_ms: i32,
    pub(crate) partitions: BTreeSet<TopicPartition>,
    /// When the transaction began, -1 if none has.
    pub(crate) start_ms: i64,
    pub(crate) updated_ms: i64,
    /// [`EPOCH_PER_TRANSACTION`] if the last transaction was ended by a client that takes the new epoch from the
    /// answer, else 0. It tells the repetition of that request from a request that is late.
    pub(crate) client_version: i16,
}

impl Transaction {
    /// Makes a transactional id that no producer was initialised for.
    pub(crate) fn new(producer_id: i64, now_ms: i64) -> Self {
        Self {
            state: TransactionState::Empty,
            producer: Producer { id: producer_id, epoch: -1 },
            last_epoch: -1,
            previous_id: -1,
            next_id: -1,
            timeout_ms: 0,
            partitions: BTreeSet::new(),
            start_ms: -1,
            updated_ms: now_ms,
            client_version: 0,
        }
    }

    /// Gives the transactional id to a producer and fences the one before (InitProducerId; KIP-98, KIP-360).
    ///
    /// # Errors
    /// PRODUCER_FENCED if the caller is not the producer it says, CONCURRENT_TRANSACTIONS while markers are written.
    pub(crate) fn initialize(&mut self, request: &Initialize, now_ms: i64) -> Result<Initialized, Refusal> {
        if !request.current.is_none_or(|current| self.knows(current)) {
            return Err(ErrorCode::ProducerFenced.into());
        }
        match self.state {
            TransactionState::PrepareCommit | TransactionState::PrepareAbort => {
                Err(ErrorCode::ConcurrentTransactions.into())
            }
            TransactionState::Ongoing => {
                // Whoever is not the owner of the transaction must not end it.
                if request.current.is_some_and(|current| current != self.producer) {
                    return Err(ErrorCode::ProducerFenced.into());
                }
                self.abort_and_fence(now_ms);
                Ok(Initialized::AbortsFirst)
            }
            TransactionState::Empty | TransactionState::CompleteCommit | TransactionState::CompleteAbort => {
                self.next_producer(request)?;
                self.state = TransactionState::Empty;
                self.timeout_ms = request.timeout_ms;
                self.start_ms = -1;
                self.updated_ms = now_ms;
                self.client_version = 0;
                Ok(Initialized::As(self.producer))
            }
        }
    }

    /// The producer after the markers are written, if its id is new: its client may know it already.
    pub(crate) fn pending_producer(&self) -> Option<Producer> {
        (self.next_id >= 0).then_some(Producer { id: self.next_id, epoch: 0 })
    }

    /// Tells whether `current` may be the producer of this transactional id, or was until its answer got lost.
    fn knows(&self, current: Producer) -> bool {
        self.producer.epoch < 0
            || self.pending_producer() == Some(current)
            || current.id == self.producer.id
            || (current.id == self.previous_id && current.is_exhausted())
    }

    fn next_producer(&mut self, request: &Initialize) -> Result<(), Refusal> {
        let Producer { id, epoch } = self.producer;
        let same_epoch = request.current.is_none_or(|current| current.epoch == epoch);
        if self.producer.is_exhausted() && same_epoch {
            let fresh_id = request.fresh_id.ok_or(Refusal::NeedsProducerId)?;
            self.previous_id = id;
            self.producer = Producer { id: fresh_id, epoch: 0 };
            self.last_epoch = if request.current.is_some() { epoch } else { -1 };
            return Ok(());
        }
        match request.current {
            None => self.last_epoch = -1,
            Some(current) if epoch < 0 || current.epoch == epoch => self.last_epoch = epoch,
            // The answer to the same request got lost: nobody else was initialised since.
            Some(current) if self.last_epoch >= 0 && current.epoch == self.last_epoch => return Ok(()),
            Some(_) => return Err(ErrorCode::ProducerFenced.into()),
        }
        self.previous_id = id;
        self.producer.epoch = epoch + 1;
        Ok(())
    }

    /// Adds partitions, beginning a transaction if none is open (AddPartitionsToTxn).
    ///
    /// # Errors
    /// As [`Self::check_producer`], or CONCURRENT_TRANSACTIONS while markers of the transaction before are written.
    pub(crate) fn add(
        &mut self,
        producer: Producer,
        partitions: &BTreeSet<TopicPartition>,
        now_ms: i64,
    ) -> Result<Change, ErrorCode> {
        self.check_open(producer)?;
        if self.state == TransactionState::Ongoing && partitions.is_subset(&self.partitions) {
            return Ok(Change::Nothing);
        }
        if self.state != TransactionState::Ongoing {
            self.start_ms = now_ms;
        }
        self.state = TransactionState::Ongoing;
        self.partitions.extend(partitions.iter().cloned());
        self.updated_ms = now_ms;
        // Whoever uses the epoch has heard of it.
        self.last_epoch = -1;
        self.client_version = 0;
        Ok(Change::Append)
    }

    /// Returns those of `partitions` that are not in the transaction.
    ///
    /// # Errors
    /// As [`Self::add`].
    pub(crate) fn missing(
        &self,
        producer: Producer,
        partitions: &BTreeSet<TopicPartition>,
    ) -> Result<BTreeSet<TopicPartition>, ErrorCode> {
        self.check_open(producer)?;
        Ok(partitions.difference(&self.partitions).cloned().collect())
    }

    fn check_open(&self, producer: Producer) -> Result<(), ErrorCode> {
        self.check_producer(producer)?;
        match self.state.preparing() {
            Some(_) => Err(ErrorCode::ConcurrentTransactions),
            None => Ok(()),
        }
    }

    /// Tells whether `producer` owns the transactional id.
    ///
    /// # Errors
    /// INVALID_PRODUCER_ID_MAPPING or PRODUCER_FENCED; CONCURRENT_TRANSACTIONS if it will own it soon.
    fn check_producer(&self, producer: Producer) -> Result<(), ErrorCode> {
        if self.pending_producer() == Some(producer) {
            Err(ErrorCode::ConcurrentTransactions)
        } else if producer.id != self.producer.id {
            Err(ErrorCode::InvalidProducerIdMapping)
        } else if producer.epoch != self.producer.epoch {
            Err(ErrorCode::ProducerFenced)
        } else {
            Ok(())
        }
    }

    /// Decides the outcome (EndTxn). The same request again is answered as the first.
    ///
    /// # Errors
    /// INVALID_TXN_STATE if there is nothing to end this way, CONCURRENT_TRANSACTIONS while markers are written, and
    /// as [`Self::check_producer`].
    pub(crate) fn end(&mut self, request: &End, now_ms: i64) -> Result<Change, Refusal> {
        if request.raises_epoch && self.was_ended_by(request.producer) {
            return Ok(self.repeat(request.committed)?);
        }
        self.check_producer(request.producer)?;
        let nothing_to_commit = request.raises_epoch && !request.committed;
        match self.state {
            TransactionState::Ongoing => self.decide(request, now_ms),
            // No partition was added, but the producer cannot know: what it sent may be on its way.
            TransactionState::Empty | TransactionState::CompleteCommit | TransactionState::CompleteAbort
                if nothing_to_commit =>
            {
                self.start_ms = now_ms;
                self.decide(request, now_ms)
            }
            // With the new protocol the markers of the transaction before this one are being written.
            TransactionState::PrepareCommit | TransactionState::PrepareAbort if request.raises_epoch => {
                Err(ErrorCode::ConcurrentTransactions.into())
            }
            _ if request.raises_epoch => Err(ErrorCode::InvalidTxnState.into()),
            _ => Ok(self.repeat(request.committed)?),
        }
    }

    /// Tells whether `producer` has ended the last transaction and got this producer's present id and epoch for it.
    fn was_ended_by(&self, producer: Producer) -> bool {
        let raised =
            producer.id == self.producer.id && producer.epoch.checked_add(1) == Some(self.producer.epoch);
        let renewed =
            producer.id == self.previous_id && producer.epoch == LAST_GIVEN_EPOCH && self.producer.epoch == 0;
        self.client_version >= EPOCH_PER_TRANSACTION && (raised || renewed)
    }

    fn repeat(&self, committed: bool) -> Result<Change, ErrorCode> {
        if self.state.completed() == Some(committed) {
            Ok(Change::Nothing)
        } else if self.state.preparing() == Some(committed) {
            Err(ErrorCode::ConcurrentTransactions)
        } else {
            Err(ErrorCode::InvalidTxnState)
        }
    }

    fn decide(&mut self, request: &End, now_ms: i64) -> Result<Change, Refusal> {
        if request.raises_epoch {
            if self.producer.is_exhausted() {
                self.next_id = request.fresh_id.ok_or(Refusal::NeedsProducerId)?;
            }
            self.last_epoch = self.producer.epoch;
            // At most the largest epoch, which nobody is ever given.
            self.producer.epoch = self.producer.epoch.saturating_add(1);
            self.client_version = EPOCH_PER_TRANSACTION;
        } else {
            self.client_version = 0;
        }
        self.state = TransactionState::prepare(request.committed);
        self.updated_ms = now_ms;
        Ok(Change::Append)
    }

    /// Decides to abort the open transaction and takes the epoch from whoever writes in it.
    pub(crate) fn abort_and_fence(&mut self, now_ms: i64) {
        debug_assert_eq!(self.state, TransactionState::Ongoing, "only an open transaction is aborted");
        self.state = TransactionState::PrepareAbort;
        self.producer.epoch = self.producer.epoch.saturating_add(1);
        self.last_epoch = -1;
        self.client_version = 0;
        self.updated_ms = now_ms;
    }

    /// Tells whether the open transaction is older than its producer allows.
    pub(crate) fn has_timed_out(&self, now_ms: i64) -> bool {
        self.state == TransactionState::Ongoing
            && self.start_ms.saturating_add(i64::from(self.timeout_ms)) < now_ms
    }

    /// Notes that every partition has its marker.
    pub(crate) fn complete(&mut self, now_ms: i64) {
        self.state = match self.state {
            TransactionState::PrepareCommit => TransactionState::CompleteCommit,
            _ => TransactionState::CompleteAbort,
        };
        if self.next_id >= 0 {
            self.previous_id = self.producer.id;
            self.producer = Producer { id: self.next_id, epoch: 0 };
            self.next_id = -1;
        }
        self.partitions.clear();
        self.updated_ms = now_ms;
    }
}
