//! What goes into the state machine of transactions and what comes out of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tidemill_protocol::ErrorCode;

use crate::connection::Backoff;
use crate::producer::effects::SlotId;
use crate::{ConsumerGroupMetadata, OffsetAndMetadata, TopicPartition};

/// What the machine needs to know of the configuration.
#[derive(Debug, Clone)]
pub(in crate::producer) struct TransactionSettings {
    pub(in crate::producer) backoff: Backoff,
    /// Highest level of `transaction.version` to use.
    pub(in crate::producer) max_version: i16,
    /// How long a closed producer tries to abort what it left open.
    pub(in crate::producer) closing_patience: Duration,
}

/// How the coordinator learns of partitions and groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::producer) enum Protocol {
    /// It is told beforehand (KIP-98).
    V1,
    /// The first write tells it; epochs change with each transaction (KIP-890).
    V2,
}

/// An operation whose caller waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    Init,
    Commit,
    Abort,
    /// Offsets that were sent, by number.
    Offsets(u64),
}

impl Operation {
    /// Returns the name under which callers know it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Init => "init_transactions",
            Self::Commit => "commit_transaction",
            Self::Abort => "abort_transaction",
            Self::Offsets(_) => "send_offsets_to_transaction",
        }
    }
}

/// Offsets that become committed with the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GroupOffsets {
    pub(super) group: ConsumerGroupMetadata,
    pub(super) offsets: BTreeMap<TopicPartition, OffsetAndMetadata>,
}

/// A call to a coordinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    /// InitProducerId; with an identity, for its next epoch (KIP-360).
    Init { recover: Option<(i64, i16)> },
    /// AddPartitionsToTxn.
    AddPartitions { slots: BTreeSet<SlotId> },
    /// AddOffsetsToTxn.
    AddOffsets { group_id: Arc<str> },
    /// TxnOffsetCommit, to the group's coordinator.
    CommitOffsets { offsets: Arc<GroupOffsets> },
    /// EndTxn.
    End { committed: bool },
}

impl Call {
    /// Returns the name of the API.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Init { .. } => "InitProducerId",
            Self::AddPartitions { .. } => "AddPartitionsToTxn",
            Self::AddOffsets { .. } => "AddOffsetsToTxn",
            Self::CommitOffsets { .. } => "TxnOffsetCommit",
            Self::End { .. } => "EndTxn",
        }
    }
}

/// In whose name, and by which protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) producer_id: i64,
    pub(super) epoch: i16,
    pub(super) protocol: Protocol,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::producer) enum Effect {
    /// Call the coordinator; say how it ended with the same number.
    Call(NumberedCall),
    /// Number the batches of every partition anew under this producer id and epoch.
    BeginEpoch { id: i64, epoch: i16 },
    /// Give up every batch that was never sent.
    DropUnsent { reason: Arc<str> },
    /// Give up every batch that is not under way.
    DropAll { reason: Arc<str> },
}

/// A call under its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::producer) struct NumberedCall {
    pub(super) number: u64,
    pub(super) call: Call,
    pub(super) caller: Caller,
}

impl NumberedCall {
    /// Returns the name of the API.
    pub(super) fn name(&self) -> &'static str {
        self.call.name()
    }
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CallEnd {
    Answered(Answer),
    /// No usable answer: the call may or may not have had its effect.
    Unanswered {
        reason: String,
        retriable: bool,
    },
}

/// What a coordinator answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The error of each thing the call was about.
    pub(super) rows: Vec<(ErrorCode, Option<TopicPartition>)>,
    /// Producer id and epoch to go on with, if the answer names some.
    pub(super) identity: Option<(i64, i16)>,
    /// Level of `transaction.version` the cluster has finalised.
    pub(super) transaction_version: i16,
}
