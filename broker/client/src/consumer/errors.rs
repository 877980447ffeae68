//! How consuming fails.

use std::time::Duration;

use tidemill_environment::{Recoverable, Recovery};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::BatchError;

use crate::TopicPartition;
use crate::connection::CallError;

/// Polling found something the caller must know. Positions stay where they were.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// A position is outside the log and `auto.offset.reset=none`.
    #[error("position {offset} of {partition} is outside the log and auto.offset.reset is none")]
    OffsetOutOfRange {
        /// The partition.
        partition: TopicPartition,
        /// The position.
        offset: i64,
    },
    /// A partition has no committed offset and `auto.offset.reset=none`.
    #[error("{partition} has no committed offset and auto.offset.reset is none")]
    NoOffset {
        /// The partition.
        partition: TopicPartition,
    },
    /// The log was cut below the position and `auto.offset.reset=none`.
    #[error("the log of {partition} was truncated to {end_offset}, below position {offset}")]
    Truncated {
        /// The partition.
        partition: TopicPartition,
        /// The position.
        offset: i64,
        /// Where the logs diverge.
        end_offset: i64,
    },
    /// A batch is damaged. Seek behind it to go on.
    #[error("a batch of {partition} at or after offset {offset} is damaged")]
    Corrupt {
        /// The partition.
        partition: TopicPartition,
        /// The position.
        offset: i64,
        /// What is wrong.
        source: BatchError,
    },
    /// The broker refuses to serve a partition.
    #[error("{partition} cannot be read: {}", code.name())]
    Refused {
        /// The partition.
        partition: TopicPartition,
        /// The broker's error.
        code: ErrorCode,
    },
    /// The coordinator refuses the member.
    #[error("group {group_id} refused this member: {} ({})", code.name(), code.message())]
    Group {
        /// `group.id`.
        group_id: String,
        /// The coordinator's error.
        code: ErrorCode,
    },
    /// The chosen assignor could not assign.
    #[error("group {group_id} could not be assigned: {reason}")]
    Assignor {
        /// `group.id`.
        group_id: String,
        /// What the assignor said.
        reason: String,
    },
    /// Nothing is subscribed to or assigned.
    #[error("the consumer has neither a subscription nor assigned partitions")]
    NothingToPoll,
    /// The consumer was closed.
    #[error("the consumer is closed")]
    Closed,
}

impl Recoverable for PollError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::Corrupt { .. } => Recovery::Corrupt,
            Self::Group { code: ErrorCode::FencedInstanceId, .. } => Recovery::Fenced,
            Self::Group { code, .. } | Self::Refused { code, .. } if code.is_retriable() => Recovery::Retry,
            Self::Assignor { .. } => Recovery::Retry,
            _ => Recovery::Fatal,
        }
    }
}

/// A subscription or assignment that contradicts the consumer's state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubscribeError {
    /// Subscriptions need a group.
    #[error("a subscription needs group.id")]
    NoGroup,
    /// Manual assignment and subscription exclude each other.
    #[error("partitions cannot be assigned by hand while the consumer is subscribed; unsubscribe first")]
    Subscribed,
    /// As above, the other way round.
    #[error("the consumer has partitions assigned by hand; unsubscribe first")]
    Assigned,
    /// The pattern is no regular expression.
    #[error("{pattern} is no regular expression: {reason}")]
    Pattern {
        /// The pattern given.
        pattern: String,
        /// What is wrong.
        reason: String,
    },
    /// The consumer was closed.
    #[error("the consumer is closed")]
    Closed,
}

impl Recoverable for SubscribeError {
    fn recovery(&self) -> Recovery {
        Recovery::Fatal
    }
}

/// A question about offsets, or a change of position, failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OffsetError {
    /// The consumer does not have the partition.
    #[error("{partition} is not assigned to this consumer")]
    NotAssigned {
        /// The partition.
        partition: TopicPartition,
    },
    /// An offset below zero.
    #[error("offset {offset} of {partition} is negative")]
    Negative {
        /// The partition.
        partition: TopicPartition,
        /// The offset given.
        offset: i64,
    },
    /// The broker refused.
    #[error("{partition}: {} ({})", code.name(), code.message())]
    Refused {
        /// The partition.
        partition: TopicPartition,
        /// The broker's error.
        code: ErrorCode,
    },
    /// No answer came in time.
    #[error("no answer within {timeout:?}: {last}")]
    Timeout {
        /// How long it was tried.
        timeout: Duration,
        /// What the last try ended with.
        last: String,
    },
    /// The request got no usable answer.
    #[error("the cluster gave no usable answer")]
    Call {
        /// Why.
        source: CallError,
    },
    /// The question needs a group.
    #[error("committed offsets need group.id")]
    NoGroup,
}

impl Recoverable for OffsetError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::Timeout { .. } => Recovery::Retry,
            Self::Refused { code, .. } if code.is_retriable() => Recovery::Retry,
            Self::Call { source } => source.recovery(),
            _ => Recovery::Fatal,
        }
    }
}

/// Committing offsets failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// The group has moved on: the partitions may belong to another member now.
    #[error("group {group_id} has moved on ({}): the partitions may belong to another member", code.name())]
    Fenced {
        /// `group.id`.
        group_id: String,
        /// The coordinator's error.
        code: ErrorCode,
    },
    /// The group is rebalancing: poll, then commit again what is still assigned.
    #[error("group {group_id} is rebalancing")]
    Rebalancing {
        /// `group.id`.
        group_id: String,
    },
    /// The coordinator refused a partition's offset.
    #[error("offset of {partition} not committed: {} ({})", code.name(), code.message())]
    Refused {
        /// The partition.
        partition: TopicPartition,
        /// The coordinator's error.
        code: ErrorCode,
    },
    /// No success in time.
    #[error("offsets not committed within {timeout:?}: {last}")]
    Timeout {
        /// How long it was tried.
        timeout: Duration,
        /// What the last try ended with.
        last: String,
    },
    /// The request got no usable answer.
    #[error("the coordinator gave no usable answer")]
    Call {
        /// Why.
        source: CallError,
    },
    /// Commits need a group.
    #[error("commits need group.id")]
    NoGroup,
}

impl Recoverable for CommitError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::Fenced { .. } => Recovery::Fenced,
            Self::Rebalancing { .. } | Self::Timeout { .. } => Recovery::Retry,
            Self::Refused { code, .. } if code.is_retriable() => Recovery::Retry,
            Self::Call { source } => source.recovery(),
            Self::Refused { .. } | Self::NoGroup => Recovery::Fatal,
        }
    }
}
