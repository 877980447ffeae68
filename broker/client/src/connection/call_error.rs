//! How one request to one broker fails.

use std::time::Duration;

use tidemill_environment::{Recoverable, Recovery};
use tidemill_protocol::{ApiKey, DecodeError, EncodeError};

/// A request got no usable answer. What the broker answered as an error is not in here.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// No connection could be made.
    #[error("cannot connect to {address}: {reason}")]
    Connect {
        /// `host:port` of the broker.
        address: String,
        /// What the operating system or the handshake said.
        reason: String,
    },
    /// The connection ended before the answer came.
    #[error("the connection to {address} ended before it answered {api:?}")]
    Disconnected {
        /// `host:port` of the broker.
        address: String,
        /// The API called.
        api: ApiKey,
    },
    /// No answer came in time; the connection was given up.
    #[error("{address} did not answer {api:?} within {timeout:?}")]
    Timeout {
        /// `host:port` of the broker.
        address: String,
        /// The API called.
        api: ApiKey,
        /// How long the call waited.
        timeout: Duration,
    },
    /// Broker and client share no version of the API.
    #[error("{address} speaks no version of {api:?} that this client speaks")]
    Unsupported {
        /// `host:port` of the broker.
        address: String,
        /// The API wanted.
        api: ApiKey,
    },
    /// The request cannot be expressed in the version both sides speak.
    #[error("cannot encode {api:?}")]
    Encode {
        /// The API called.
        api: ApiKey,
        /// The field and why.
        source: EncodeError,
    },
    /// The answer is not what the API's version says.
    #[error("cannot read what {address} answered to {api:?}")]
    Decode {
        /// `host:port` of the broker.
        address: String,
        /// The API called.
        api: ApiKey,
        /// The field and why.
        source: DecodeError,
    },
    /// The metadata names no such broker.
    #[error("broker {node_id} is not part of the cluster as last seen")]
    UnknownNode {
        /// Id of the broker.
        node_id: i32,
    },
    /// No broker of the cluster answered.
    #[error("no broker could be reached, the last error: {last}")]
    NoBroker {
        /// What the last one tried said.
        last: String,
    },
}

impl Recoverable for CallError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::Connect { .. }
            | Self::Disconnected { .. }
            | Self::Timeout { .. }
            | Self::NoBroker { .. } => Recovery::Retry,
            Self::UnknownNode { .. } => Recovery::Refresh,
            Self::Decode { .. } => Recovery::Corrupt,
            Self::Unsupported { .. } | Self::Encode { .. } => Recovery::Fatal,
        }
    }
}

impl CallError {
    /// Whether trying again, perhaps elsewhere, can help.
    pub(crate) fn is_retriable(&self) -> bool {
        matches!(self.recovery(), Recovery::Retry | Recovery::Refresh)
    }
}
