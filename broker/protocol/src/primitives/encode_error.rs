//! Why a message cannot be put into bytes.

use tidemill_environment::{Recoverable, Recovery};

/// A message that a version cannot express: which field, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {kind}")]
pub struct EncodeError {
    /// The field as `Struct.field`, or the name of the message.
    pub field: &'static str,
    /// Why it cannot be written.
    pub kind: EncodeErrorKind,
}

/// Why a field cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeErrorKind {
    /// The field has a value that matters, but the version has no such field.
    #[error("is set, but version {version} has no such field")]
    NotInVersion {
        /// The version asked for.
        version: i16,
    },
    /// The field is null in a version that does not allow it.
    #[error("is null, which version {version} does not allow")]
    NullNotAllowed {
        /// The version asked for.
        version: i16,
    },
    /// A string, byte string or array that is longer than its length field can say.
    #[error("has length {length}, more than {max}")]
    TooLong {
        /// Bytes or elements.
        length: usize,
        /// The most that fits.
        max: usize,
    },
    /// A version outside the message's range.
    #[error("has no version {version}, only {first} to {last}")]
    UnsupportedVersion {
        /// The version asked for.
        version: i16,
        /// First version of the message.
        first: i16,
        /// Last version of the message.
        last: i16,
    },
}

impl EncodeError {
    /// The field is set but does not exist in `version`.
    pub(crate) fn not_in_version(field: &'static str, version: i16) -> Self {
        Self { field, kind: EncodeErrorKind::NotInVersion { version } }
    }

    /// The field is null but must not be in `version`.
    pub(crate) fn null_not_allowed(field: &'static str, version: i16) -> Self {
        Self { field, kind: EncodeErrorKind::NullNotAllowed { version } }
    }
}

impl Recoverable for EncodeError {
    fn recovery(&self) -> Recovery {
        Recovery::Fatal
    }
}
