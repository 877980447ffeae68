//! Why bytes are no message.

use tidemill_environment::{Recoverable, Recovery};

use super::varint::VarintError;

/// A message that could not be decoded: which field, where, and what was wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} at byte {offset}: {kind}")]
pub struct DecodeError {
    /// The field as `Struct.field`, or the name of the message.
    pub field: &'static str,
    /// Where the field begins, in bytes from the start of what the reader was given.
    pub offset: usize,
    /// What was wrong.
    pub kind: DecodeErrorKind,
}

/// What was wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeErrorKind {
    /// The input is too short.
    #[error("needs {needed} bytes, {remaining} remain")]
    UnexpectedEnd {
        /// Bytes that the field takes.
        needed: usize,
        /// Bytes that are left.
        remaining: usize,
    },
    /// A length or count below -1.
    #[error("has the negative length {length}")]
    NegativeLength {
        /// The length found.
        length: i64,
    },
    /// A string longer than Kafka allows.
    #[error("is a string of {length} bytes, more than 32767")]
    StringTooLong {
        /// Bytes of the string.
        length: usize,
    },
    /// A null where the version does not allow one.
    #[error("is null, which this version does not allow")]
    UnexpectedNull,
    /// More elements than the remaining bytes can hold.
    #[error("claims {count} elements of at least {min_element_bytes} bytes, {remaining} bytes remain")]
    CountBeyondInput {
        /// Elements claimed.
        count: usize,
        /// Bytes that the smallest element takes.
        min_element_bytes: usize,
        /// Bytes that are left.
        remaining: usize,
    },
    /// The decoded form would take more memory than the input justifies.
    #[error("needs {needed} bytes of memory, of the allowance {remaining} remain")]
    AllocationBeyondInput {
        /// Bytes of memory for the elements.
        needed: usize,
        /// What is left of the allowance.
        remaining: usize,
    },
    /// A string that is not UTF-8.
    #[error("is not UTF-8 from its byte {valid_bytes} on")]
    InvalidUtf8 {
        /// Bytes of the string that are valid.
        valid_bytes: usize,
    },
    /// A variable-length integer that is cut or too wide.
    #[error(transparent)]
    Varint(#[from] VarintError),
    /// A tagged field whose content is shorter than its size.
    #[error("leaves {unread} bytes of its tag {tag} unread")]
    TagNotConsumed {
        /// The tag.
        tag: u32,
        /// Bytes left over.
        unread: usize,
    },
    /// Bytes after the end of the message.
    #[error("is followed by {remaining} bytes that belong to nothing")]
    TrailingBytes {
        /// Bytes left over.
        remaining: usize,
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
    /// An API key outside [`ApiKey`](crate::ApiKey).
    #[error("names the unknown API {key}")]
    UnknownApiKey {
        /// The key found.
        key: i16,
    },
}

impl Recoverable for DecodeError {
    fn recovery(&self) -> Recovery {
        match self.kind {
            DecodeErrorKind::UnsupportedVersion { .. } | DecodeErrorKind::UnknownApiKey { .. } => {
                Recovery::Fatal
            }
            _ => Recovery::Corrupt,
        }
    }
}
