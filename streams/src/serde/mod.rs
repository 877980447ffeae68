//! How keys and values become bytes: the trait, and serdes for the types that most topics hold.
//!
//! In reading order: `numbers` and `text_and_bytes` have Kafka's own formats (big-endian numbers, UTF-8), `nullable` admits
//! null, `parsed` turns any type that prints and parses into a serde, `windowed` is the key of a windowed table.

mod nullable;
mod numbers;
mod parsed;
mod text_and_bytes;
mod windowed;

use std::sync::Arc;

pub use nullable::{Nullable, nullable};
pub use numbers::{Double, Integer, Long, f64, i32, i64};
pub use parsed::{Parsed, parsed};
pub use text_and_bytes::{RawBytes, Text, bytes, string};
pub use windowed::{TimeWindowed, time_windowed};

/// What a serialiser wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The appended bytes, possibly none, are the value.
    Present,
    /// The value is Kafka's null; nothing was appended.
    Null,
}

/// Turns values of one type into bytes and back.
///
/// Deserialisation borrows the bytes of the fetched batch: nothing is copied before the serde decides what to own.
pub trait Serde<T>: Send + Sync + 'static {
    /// Appends the bytes of `value` to `output`, or says that it is null.
    ///
    /// # Errors
    /// [`SerdeError::Invalid`] if the value has no representation.
    fn serialize(&self, value: &T, output: &mut Vec<u8>) -> Result<Presence, SerdeError>;

    /// Reads a value; `None` is Kafka's null.
    ///
    /// # Errors
    /// [`SerdeError::Null`] if the type has no null, [`SerdeError::Invalid`] if the bytes are not of this format.
    fn deserialize(&self, bytes: Option<&[u8]>) -> Result<T, SerdeError>;

    /// Returns the part of a serialised key that chooses the partition: all of it, except for windowed keys, whose
    /// window must not separate the records of one key.
    fn partitioning_part<'a>(&self, serialized: &'a [u8]) -> &'a [u8] {
        serialized
    }
}

impl<T: 'static> Serde<T> for Arc<dyn Serde<T>> {
    fn serialize(&self, value: &T, output: &mut Vec<u8>) -> Result<Presence, SerdeError> {
        self.as_ref().serialize(value, output)
    }

    fn deserialize(&self, bytes: Option<&[u8]>) -> Result<T, SerdeError> {
        self.as_ref().deserialize(bytes)
    }

    fn partitioning_part<'a>(&self, serialized: &'a [u8]) -> &'a [u8] {
        self.as_ref().partitioning_part(serialized)
    }
}

/// Why bytes are not a value, or a value has no bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SerdeError {
    /// A null where the type has none. At a source this drops the record, as Kafka's operators drop nulls.
    #[error("null where {type_name} was expected")]
    Null {
        /// What was expected.
        type_name: &'static str,
    },
    /// The bytes are not of the format, or the value cannot be written in it.
    #[error("not {type_name}: {reason}")]
    Invalid {
        /// What was expected.
        type_name: &'static str,
        /// What was found instead.
        reason: String,
    },
}

/// Returns the bytes, or the error of a type without null.
fn present<'a>(bytes: Option<&'a [u8]>, type_name: &'static str) -> Result<&'a [u8], SerdeError> {
    bytes.ok_or(SerdeError::Null { type_name })
}
