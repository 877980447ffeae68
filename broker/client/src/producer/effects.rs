//! What goes into the sender and what comes out of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::ProducerIdentity;

use super::delivery::Written;
use crate::connection::Backoff;

/// Number of a partition within one producer.
pub(super) type SlotId = usize;

/// What the sender needs to know of the configuration.
#[derive(Debug, Clone)]
pub(super) struct SenderSettings {
    pub(super) idempotent: bool,
    /// The producer id and its epochs come from the transactions, and a lost sequence ends the transaction.
    pub(super) transactional: bool,
    pub(super) max_in_flight: usize,
    pub(super) max_request_size: usize,
    pub(super) delivery_timeout: Duration,
    pub(super) retries: u32,
    pub(super) backoff: Backoff,
}

/// Which partitions may begin new batches; what was sent once is repeated in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gate {
    Open,
    Shut,
    Partitions(BTreeSet<SlotId>),
}

impl Gate {
    /// Whether `slot` may begin a batch.
    pub(super) fn admits(&self, slot: SlotId) -> bool {
        match self {
            Self::Open => true,
            Self::Shut => false,
            Self::Partitions(slots) => slots.contains(&slot),
        }
    }
}

/// When a partition's next batch may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readiness {
    /// There is none.
    Empty,
    /// It may collect records until then.
    At(Duration),
    /// It is due.
    Ready,
}

/// A batch as the source hands it over.
#[derive(Debug)]
pub(super) struct TakenBatch<B> {
    pub(super) payload: B,
    pub(super) records: i32,
    pub(super) created: Duration,
}

/// Where batches come from.
pub(super) trait BatchSource<B> {
    /// Says when the next batch of `slot` is due.
    fn readiness(&mut self, slot: SlotId, now: Duration) -> Readiness;
    /// Bytes of the next batch of `slot`, and when its first record was accepted.
    fn peek(&mut self, slot: SlotId) -> Option<(usize, Duration)>;
    /// Takes the next batch of `slot`, due or not.
    fn take(&mut self, slot: SlotId) -> Option<TakenBatch<B>>;
}

/// One batch of a request.
#[derive(Debug, Clone)]
pub(super) struct OutgoingBatch<B> {
    pub(super) slot: SlotId,
    pub(super) payload: B,
    pub(super) identity: Option<ProducerIdentity>,
}

/// Why a batch is given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    Refused {
        code: ErrorCode,
        message: Option<Arc<str>>,
    },
    Timeout {
        last: Option<Arc<str>>,
    },
    Encode {
        reason: Arc<str>,
    },
    /// Its transaction ends without it.
    Dropped {
        reason: Arc<str>,
    },
}

/// A batch that can be cut in two, for a broker that finds it too large.
pub(super) trait Divisible: Sized {
    /// Returns both halves with their records, in order; `None` if there is nothing to divide.
    fn divide(&self) -> Option<[(Self, i32); 2]>;
}

/// What to do.
#[derive(Debug)]
pub(super) enum Effect<B> {
    /// Send these batches to the broker, in order.
    Produce { request: u64, node: i32, batches: Vec<OutgoingBatch<B>> },
    /// Ask for a producer id.
    AcquireIdentity,
    /// The view of the cluster is stale.
    RefreshMetadata,
    /// Tell the batch's callers.
    Finish { payload: B, outcome: Result<Written, Failure> },
}

/// What a broker said about one batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BatchAnswer {
    Written(Written),
    Error {
        code: ErrorCode,
        message: Option<Arc<str>>,
    },
    /// The batch never left: its payload cannot be encoded.
    Unencodable {
        reason: Arc<str>,
    },
}
