//! What the brokers' errors mean to a transaction (KIP-588, KIP-890, KIP-1050).

use tidemill_protocol::ErrorCode;

use super::effects::Call;

/// What follows from an error, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// There is none.
    Done,
    /// The call is made again.
    Retry,
    /// The transaction can only be aborted.
    Abort,
    /// As above, and the coordinator no longer knows the producer id: another is needed.
    AbortAndRenew,
    /// A newer producer took over.
    Fenced,
    /// The producer is of no more use.
    Fatal,
}

/// Judges what a coordinator answered to `call`.
pub(super) fn of_call(call: &Call, code: ErrorCode) -> Verdict {
    match code {
        ErrorCode::None => Verdict::Done,
        ErrorCode::ProducerFenced | ErrorCode::InvalidProducerEpoch => Verdict::Fenced,
        ErrorCode::TransactionAbortable => Verdict::Abort,
        ErrorCode::UnknownProducerId | ErrorCode::InvalidProducerIdMapping => match call {
            Call::Init { .. } => Verdict::Fatal,
            _ => Verdict::AbortAndRenew,
        },
        code if code.is_retriable() => Verdict::Retry,
        code => match call {
            Call::AddPartitions { .. } if is_of_partition(code) => Verdict::Abort,
            Call::AddOffsets { .. } | Call::CommitOffsets { .. } if is_of_group(code) => Verdict::Abort,
            _ => Verdict::Fatal,
        },
    }
}

/// Judges why a batch of the transaction was given up.
///
/// An old epoch is not final here: the transaction may have timed out, which the coordinator tells when it is asked to abort.
pub(super) fn of_batch(code: ErrorCode) -> Verdict {
    match code {
        ErrorCode::ProducerFenced => Verdict::Fenced,
        ErrorCode::ClusterAuthorizationFailed
        | ErrorCode::TransactionalIdAuthorizationFailed
        | ErrorCode::UnsupportedVersion => Verdict::Fatal,
        ErrorCode::InvalidProducerIdMapping => Verdict::AbortAndRenew,
        _ => Verdict::Abort,
    }
}

fn is_of_partition(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::TopicAuthorizationFailed
            | ErrorCode::OperationNotAttempted
            | ErrorCode::InvalidTopicException
    )
}

fn is_of_group(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::GroupAuthorizationFailed
            | ErrorCode::TopicAuthorizationFailed
            | ErrorCode::InvalidGroupId
            | ErrorCode::FencedInstanceId
            | ErrorCode::UnknownMemberId
            | ErrorCode::IllegalGeneration
            | ErrorCode::StaleMemberEpoch
            | ErrorCode::RebalanceInProgress
            | ErrorCode::OffsetMetadataTooLarge
            | ErrorCode::InvalidCommitOffsetSize
            | ErrorCode::GroupIdNotFound
    )
}
