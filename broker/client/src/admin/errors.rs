//! How administration fails.

use std::time::Duration;

use tidemill_environment::{Recoverable, Recovery};
use tidemill_protocol::ErrorCode;

use crate::connection::CallError;

/// A call failed, or one of the things it was about did.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AdminError {
    /// The cluster refused.
    #[error("{subject}: {}{}", code.name(), detail(message.as_deref(), *code))]
    Refused {
        /// What the call was about, for example `topic orders`.
        subject: String,
        /// The cluster's error.
        code: ErrorCode,
        /// The cluster's explanation.
        message: Option<String>,
    },
    /// The request got no usable answer.
    #[error("{subject}: the cluster gave no usable answer")]
    Call {
        /// What the call was about.
        subject: String,
        /// Why.
        source: CallError,
    },
    /// The call did not succeed within `default.api.timeout.ms`.
    #[error("{subject}: no success within {timeout:?}; last: {last}")]
    Timeout {
        /// What the call was about.
        subject: String,
        /// How long it was tried.
        timeout: Duration,
        /// What the last try ended with.
        last: String,
    },
}

fn detail(message: Option<&str>, code: ErrorCode) -> String {
    format!(" ({})", message.unwrap_or_else(|| code.message()))
}

impl AdminError {
    /// Returns the cluster's error code if the cluster refused.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            Self::Call { .. } | Self::Timeout { .. } => None,
        }
    }

    /// Makes `Ok` of no error and `Refused` of any other code.
    pub(super) fn check(subject: &str, code: i16, message: Option<String>) -> Result<(), Self> {
        match ErrorCode::from_code(code) {
            ErrorCode::None => Ok(()),
            code => Err(Self::Refused { subject: subject.to_owned(), code, message }),
        }
    }

    /// Whether trying again can help.
    pub(super) fn is_retriable(&self) -> bool {
        matches!(self.recovery(), Recovery::Retry | Recovery::Refresh)
    }
}

impl Recoverable for AdminError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::Refused { code, .. } if code.is_retriable() => Recovery::Retry,
            Self::Refused { .. } => Recovery::Fatal,
            Self::Call { source, .. } => source.recovery(),
            Self::Timeout { .. } => Recovery::Retry,
        }
    }
}
