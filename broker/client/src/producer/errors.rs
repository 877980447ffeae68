//! How sending fails: before a record is accepted, and after.

use std::sync::Arc;
use std::time::Duration;

use tidemill_environment::{Recoverable, Recovery};
use tidemill_protocol::ErrorCode;

use super::TransactionError;
use crate::TopicPartition;

/// A record was not accepted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SendError {
    /// The topic's partitions did not become known in time.
    #[error("no metadata of topic {topic} within {waited:?}: {reason}")]
    NoMetadata {
        /// The topic.
        topic: Arc<str>,
        /// How long sending waited (`max.block.ms`).
        waited: Duration,
        /// What the cluster said last.
        reason: String,
    },
    /// The cluster refuses the topic.
    #[error("topic {topic} cannot be used: {}", code.name())]
    Topic {
        /// The topic.
        topic: Arc<str>,
        /// The cluster's error.
        code: ErrorCode,
    },
    /// The topic has no such partition.
    #[error("topic {topic} has {count} partitions, partition {partition} is none of them")]
    UnknownPartition {
        /// The topic.
        topic: Arc<str>,
        /// The partition asked for.
        partition: i32,
        /// Partitions of the topic.
        count: usize,
    },
    /// No buffer memory became free in time.
    #[error("no {size} bytes of buffer.memory became free within {waited:?}")]
    BufferFull {
        /// Bytes wanted.
        size: usize,
        /// How long sending waited (`max.block.ms`).
        waited: Duration,
    },
    /// The record alone is larger than a request or the whole buffer may be.
    #[error("a record of {size} bytes is larger than {limit} ({key})")]
    TooLarge {
        /// Bytes of the record.
        size: usize,
        /// Bytes allowed.
        limit: usize,
        /// The key that sets the limit.
        key: &'static str,
    },
    /// A timestamp below zero.
    #[error("timestamp {timestamp} is negative")]
    InvalidTimestamp {
        /// The timestamp given.
        timestamp: i64,
    },
    /// A serialiser refused the key or the value.
    #[error("cannot serialise a record for {topic}: {reason}")]
    Serialise {
        /// The topic.
        topic: Arc<str>,
        /// What the serialiser said.
        reason: String,
    },
    /// A producer of transactions takes records only while a transaction is open and has not failed.
    #[error("the record belongs to no transaction")]
    Transaction {
        /// What the producer is doing, or how the transaction failed.
        source: TransactionError,
    },
    /// The producer was closed.
    #[error("the producer is closed")]
    Closed,
}

impl Recoverable for SendError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::NoMetadata { .. } | Self::BufferFull { .. } => Recovery::Retry,
            Self::UnknownPartition { .. } => Recovery::Refresh,
            Self::Transaction { source } => source.recovery(),
            Self::Topic { .. }
            | Self::TooLarge { .. }
            | Self::InvalidTimestamp { .. }
            | Self::Serialise { .. }
            | Self::Closed => Recovery::Fatal,
        }
    }
}

/// An accepted record was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// The broker refused the batch; it is not in the log.
    #[error("{partition} refused a batch with {}{}", code.name(), detail(message.as_ref()))]
    Refused {
        /// Where the batch was to go.
        partition: TopicPartition,
        /// The broker's error.
        code: ErrorCode,
        /// The broker's explanation.
        message: Option<Arc<str>>,
    },
    /// The batch was not acknowledged within `delivery.timeout.ms`; it may or may not be in the log.
    #[error("{partition} did not acknowledge a batch within {timeout:?}{}", detail(last.as_ref()))]
    Timeout {
        /// Where the batch was to go.
        partition: TopicPartition,
        /// `delivery.timeout.ms`.
        timeout: Duration,
        /// What the last try ended with.
        last: Option<Arc<str>>,
    },
    /// The batch could not be put into a request.
    #[error("a batch for {partition} cannot be encoded: {reason}")]
    Encode {
        /// Where the batch was to go.
        partition: TopicPartition,
        /// Why.
        reason: Arc<str>,
    },
    /// The batch was never sent: its transaction was aborted or has failed.
    #[error("a batch for {partition} was dropped: {reason}")]
    Dropped {
        /// Where the batch was to go.
        partition: TopicPartition,
        /// Why the transaction ends without it.
        reason: Arc<str>,
    },
    /// The producer was closed before the acknowledgement came; the record may or may not be in the log.
    #[error("the producer was closed before {partition} acknowledged a batch")]
    Closed {
        /// Where the batch was to go.
        partition: TopicPartition,
    },
}

fn detail(text: Option<&Arc<str>>) -> String {
    text.map(|text| format!(": {text}")).unwrap_or_default()
}

impl Recoverable for DeliveryError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::Timeout { .. } => Recovery::Retry,
            Self::Refused { code, .. } => match code {
                ErrorCode::InvalidProducerEpoch | ErrorCode::ProducerFenced => Recovery::Fenced,
                ErrorCode::TransactionAbortable => Recovery::Abort,
                ErrorCode::CorruptMessage => Recovery::Corrupt,
                code if code.is_retriable() => Recovery::Retry,
                _ => Recovery::Fatal,
            },
            Self::Dropped { .. } => Recovery::Abort,
            Self::Encode { .. } | Self::Closed { .. } => Recovery::Fatal,
        }
    }
}
