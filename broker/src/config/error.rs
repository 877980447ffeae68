//! What can be wrong with a configuration, and the code Kafka answers for it.

use tidemill_protocol::ErrorCode;

/// Whose configuration a key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfigScope {
    /// A broker's, from `server.properties` or altered at run time.
    Broker,
    /// A topic's overrides.
    Topic,
}

impl std::fmt::Display for ConfigScope {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Broker => "broker",
            Self::Topic => "topic",
        })
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The value does not fit the key's type or bounds.
    #[error("invalid value {value:?} for configuration {key}: expected {expected}")]
    InvalidValue {
        /// The key as it was given.
        key: String,
        /// The value as it was given.
        value: String,
        /// What would have been right.
        expected: String,
    },
    /// No such key exists in this scope.
    #[error("unknown {scope} configuration {key}")]
    UnknownKey {
        /// The scope that was asked.
        scope: ConfigScope,
        /// The key as it was given.
        key: String,
    },
    /// APPEND or SUBTRACT was asked of a key that holds one value.
    #[error("cannot {operation} configuration {key}: it is not a list")]
    NotAList {
        /// The key.
        key: String,
        /// `append to` or `subtract from`.
        operation: &'static str,
    },
    /// Two keys contradict each other.
    #[error("configuration {lower_key} ({lower_value}) is greater than {upper_key} ({upper_value})")]
    Contradiction {
        /// The key whose value must be the smaller one.
        lower_key: &'static str,
        /// Its value.
        lower_value: i64,
        /// The key whose value must be the greater one.
        upper_key: &'static str,
        /// Its value.
        upper_value: i64,
    },
    /// The key can only be set before the broker starts.
    #[error("configuration {key} cannot be changed while the broker runs")]
    ReadOnly {
        /// The key.
        key: String,
    },
    /// The key must be set for one broker, not as the default of all.
    #[error("configuration {key} must be set for one broker, not as the default of all brokers")]
    PerBroker {
        /// The key.
        key: String,
    },
    /// A value was needed and null was given.
    #[error("null value for configuration {key}")]
    NullValue {
        /// The key.
        key: String,
    },
    /// One request names a key twice.
    #[error("configuration {key} occurs twice in one request")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// The operation of an IncrementalAlterConfigs entry is not one of 0 to 3.
    #[error("unknown operation {operation} for configuration {key}")]
    UnknownOperation {
        /// The key.
        key: String,
        /// The operation's number on the wire.
        operation: i8,
    },
    /// A line of a `.properties` file cannot be read.
    #[error("line {line}: invalid escape sequence {sequence:?}")]
    InvalidEscape {
        /// Line number, from 1.
        line: usize,
        /// The sequence as written.
        sequence: String,
    },
}

impl ConfigError {
    /// Returns the code of Kafka's answer when a request carries this error in `scope`.
    ///
    /// Requests that are malformed get INVALID_REQUEST, values that do not fit INVALID_CONFIG; broker values
    /// that do not fit get INVALID_REQUEST too (KAFKA-13609).
    #[must_use]
    pub fn error_code(&self, scope: ConfigScope) -> ErrorCode {
        match self {
            Self::ReadOnly { .. }
            | Self::PerBroker { .. }
            | Self::NullValue { .. }
            | Self::DuplicateKey { .. }
            | Self::InvalidEscape { .. }
            | Self::UnknownOperation { .. } => ErrorCode::InvalidRequest,
            Self::InvalidValue { .. } | Self::Contradiction { .. } if scope == ConfigScope::Broker => {
                ErrorCode::InvalidRequest
            }
            Self::InvalidValue { .. }
            | Self::Contradiction { .. }
            | Self::UnknownKey { .. }
            | Self::NotAList { .. } => ErrorCode::InvalidConfig,
        }
    }
}
