//! How transactions fail.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tidemill_environment::{Recoverable, Recovery};
use tidemill_protocol::ErrorCode;

/// What went wrong first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionFailure {
    /// What was being done, for example `AddPartitionsToTxn` or `Produce`.
    pub during: &'static str,
    /// The broker's error; `None` if there was no usable answer.
    pub code: Option<ErrorCode>,
    /// What it was about and why.
    pub reason: Arc<str>,
    /// A commit was on its way and not answered: it may have happened.
    pub may_be_committed: bool,
}

impl fmt::Display for TransactionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.during, self.reason)?;
        if let Some(code) = self.code {
            write!(f, " ({})", code.name())?;
        }
        if self.may_be_committed {
            write!(f, "; the transaction may have been committed")?;
        }
        Ok(())
    }
}

/// An operation on transactions failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransactionError {
    /// The producer was made without `transactional.id`.
    #[error("the producer has no transactional.id")]
    NotTransactional,
    /// The operation does not fit what the producer is doing.
    #[error("{operation} is not possible: {state}")]
    OutOfPlace {
        /// The operation.
        operation: &'static str,
        /// What the producer is doing.
        state: &'static str,
    },
    /// An earlier operation timed out, or its caller went away; call it again to learn how it ended.
    #[error("{operation} is not possible before {pending} is called again: its outcome is not known")]
    Pending {
        /// The operation.
        operation: &'static str,
        /// The earlier one.
        pending: &'static str,
    },
    /// The operation goes on, but its end did not come within `max.block.ms`. Call it again to wait on: the outcome
    /// is unknown, in particular a commit may have happened.
    #[error("{operation} did not end within {waited:?}{}", detail(last.as_deref()))]
    Timeout {
        /// The operation.
        operation: &'static str,
        /// How long the caller waited.
        waited: Duration,
        /// What the last try ended with.
        last: Option<String>,
    },
    /// The transaction can only be aborted; the next one may succeed.
    #[error("the transaction must be aborted: {cause}")]
    Abortable {
        /// Why.
        cause: TransactionFailure,
    },
    /// A newer producer uses the transactional id, or the transaction timed out. This producer is of no more use.
    #[error("the producer is fenced: {cause}")]
    Fenced {
        /// Why.
        cause: TransactionFailure,
    },
    /// This producer can write no more transactions.
    #[error("the producer cannot go on: {cause}")]
    Fatal {
        /// Why.
        cause: TransactionFailure,
    },
    /// The producer was closed.
    #[error("the producer is closed")]
    Closed,
}

fn detail(last: Option<&str>) -> String {
    last.map(|last| format!("; last: {last}")).unwrap_or_default()
}

impl TransactionError {
    /// Returns what went wrong first, if the transaction failed.
    #[must_use]
    pub fn cause(&self) -> Option<&TransactionFailure> {
        match self {
            Self::Abortable { cause } | Self::Fenced { cause } | Self::Fatal { cause } => Some(cause),
            _ => None,
        }
    }

    /// Returns the broker's error, if it was one.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        self.cause().and_then(|cause| cause.code)
    }
}

impl Recoverable for TransactionError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::Pending { .. } | Self::Timeout { .. } => Recovery::Retry,
            Self::Abortable { .. } => Recovery::Abort,
            Self::Fenced { .. } => Recovery::Fenced,
            Self::NotTransactional | Self::OutOfPlace { .. } | Self::Fatal { .. } | Self::Closed => {
                Recovery::Fatal
            }
        }
    }
}
