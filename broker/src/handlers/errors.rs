//! From our errors to Kafka's codes: the one place that maps them.

use tidemill_log::{AppendError, ProducerError, ReadError, ScanError, ValidationError};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::BatchError;

use crate::catalog::metadata::CommitError;
use crate::catalog::topics::TopicError;
use crate::partition::group_commit::AppendFailure;
use crate::partition::waiters::Closed;
use crate::transaction::coordinator::TransactionReply;

pub(super) fn of_topic(error: &TopicError) -> ErrorCode {
    match error {
        TopicError::InvalidName { .. } | TopicError::Collides { .. } => ErrorCode::InvalidTopicException,
        TopicError::Exists { .. } => ErrorCode::TopicAlreadyExists,
        TopicError::Unknown => ErrorCode::UnknownTopicOrPartition,
        TopicError::InvalidPartitions { .. } | TopicError::NotAnIncrease { .. } => {
            ErrorCode::InvalidPartitions
        }
        TopicError::InvalidReplicationFactor { .. } => ErrorCode::InvalidReplicationFactor,
        TopicError::InvalidAssignment { .. } => ErrorCode::InvalidReplicaAssignment,
    }
}

pub(crate) fn of_commit(error: &CommitError) -> ErrorCode {
    tracing::error!(error = crate::error_chain::chain(error), "metadata change failed");
    match error {
        CommitError::Fold(_) => ErrorCode::UnknownServerError,
        CommitError::Log(_) => ErrorCode::KafkaStorageError,
    }
}

pub(crate) fn of_append(failure: &AppendFailure) -> ErrorCode {
    match failure {
        AppendFailure::Closed => ErrorCode::NotLeaderOrFollower,
        AppendFailure::Refused(error) => of_append_error(error),
    }
}

pub(crate) fn of_closed(closed: Closed) -> ErrorCode {
    match closed {
        Closed::SyncFailed => ErrorCode::KafkaStorageError,
        Closed::Gone => ErrorCode::NotLeaderOrFollower,
    }
}

/// The code of a fenced producer; old clients know only another one.
pub(super) fn of_fenced(error: ErrorCode, knows_fenced: bool) -> ErrorCode {
    match error {
        ErrorCode::ProducerFenced if !knows_fenced => ErrorCode::InvalidProducerEpoch,
        error => error,
    }
}

/// A coordinator that answers what was not asked: a bug of ours.
pub(super) fn of_wrong_reply(reply: &TransactionReply) -> ErrorCode {
    tracing::error!(?reply, "the transaction coordinator answered another request");
    ErrorCode::UnknownServerError
}

fn of_append_error(error: &AppendError) -> ErrorCode {
    match error {
        AppendError::Invalid(error) => of_validation(error),
        AppendError::Producer(error) => of_producer(error),
        AppendError::Compression(_) => ErrorCode::CorruptMessage,
        AppendError::Storage(_) | AppendError::Refused(_) => ErrorCode::KafkaStorageError,
    }
}

fn of_validation(error: &ValidationError) -> ErrorCode {
    match error {
        ValidationError::Malformed(error) => of_batch(error),
        ValidationError::BatchCount { .. } | ValidationError::InvalidRecord { .. } => {
            ErrorCode::InvalidRecord
        }
        ValidationError::TooLarge { .. } => ErrorCode::MessageTooLarge,
        ValidationError::LargerThanSegment { .. } => ErrorCode::RecordListTooLarge,
        ValidationError::InvalidTimestamp { .. } => ErrorCode::InvalidTimestamp,
        ValidationError::OffsetGap { .. } => ErrorCode::UnknownServerError,
    }
}

fn of_batch(error: &BatchError) -> ErrorCode {
    match error {
        BatchError::UnsupportedMagic { .. } => ErrorCode::UnsupportedForMessageFormat,
        // Not CORRUPT_MESSAGE: the checksum holds, so sending it again cannot help.
        BatchError::InvalidOffsetDelta { .. }
        | BatchError::Record { .. }
        | BatchError::Decompression { .. } => ErrorCode::InvalidRecord,
        BatchError::UnknownCompression { .. } => ErrorCode::UnsupportedCompressionType,
        BatchError::Incomplete { .. }
        | BatchError::InvalidLength { .. }
        | BatchError::ChecksumMismatch { .. } => ErrorCode::CorruptMessage,
    }
}

pub(crate) fn of_producer(error: &ProducerError) -> ErrorCode {
    match error {
        ProducerError::OldEpoch { .. } => ErrorCode::InvalidProducerEpoch,
        ProducerError::OutOfOrderSequence { .. } => ErrorCode::OutOfOrderSequenceNumber,
        ProducerError::NotTransactional { .. } | ProducerError::NotAdmitted { .. } => {
            ErrorCode::InvalidTxnState
        }
        ProducerError::CoordinatorFenced { .. } => ErrorCode::TransactionCoordinatorFenced,
    }
}

pub(super) fn of_read(error: &ReadError) -> ErrorCode {
    match error {
        ReadError::OffsetOutOfRange { .. } => ErrorCode::OffsetOutOfRange,
        // Loud: Kafka's consumer throws on it, and retries the other code for ever.
        ReadError::Damaged(_) | ReadError::Scan(ScanError::Damaged { .. }) => ErrorCode::CorruptMessage,
        ReadError::Scan(ScanError::Storage(_)) => ErrorCode::KafkaStorageError,
    }
}
