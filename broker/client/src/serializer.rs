//! Between an application's types and bytes.

use std::fmt;

use bytes::Bytes;

/// A value that has no bytes, or bytes that are no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SerializationError {
    /// What is wrong with the value or the bytes.
    pub reason: String,
}

/// Turns values into bytes.
pub trait Serializer<T: ?Sized>: Send + Sync {
    /// Returns the bytes of `value` for `topic`; `None` is Kafka's null.
    ///
    /// # Errors
    /// [`SerializationError`] if the value cannot be expressed.
    fn serialize(&self, topic: &str, value: &T) -> Result<Option<Bytes>, SerializationError>;
}

/// Turns bytes into values.
pub trait Deserializer<T>: Send + Sync {
    /// Returns the value of `bytes` from `topic`; `None` is Kafka's null.
    ///
    /// # Errors
    /// [`SerializationError`] if the bytes are no such value.
    fn deserialize(&self, topic: &str, bytes: Option<&[u8]>) -> Result<T, SerializationError>;
}

/// UTF-8 text.
#[derive(Debug, Clone, Copy, Default)]
pub struct StringSerializer;

impl Serializer<str> for StringSerializer {
    fn serialize(&self, _topic: &str, value: &str) -> Result<Option<Bytes>, SerializationError> {
        Ok(Some(Bytes::copy_from_slice(value.as_bytes())))
    }
}

impl Serializer<String> for StringSerializer {
    fn serialize(&self, _topic: &str, value: &String) -> Result<Option<Bytes>, SerializationError> {
        Ok(Some(Bytes::copy_from_slice(value.as_bytes())))
    }
}

impl Deserializer<String> for StringSerializer {
    fn deserialize(&self, topic: &str, bytes: Option<&[u8]>) -> Result<String, SerializationError> {
        let bytes = bytes.ok_or_else(|| absent(topic))?;
        String::from_utf8(bytes.to_vec()).map_err(|error| SerializationError { reason: error.to_string() })
    }
}

/// Bytes as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct BytesSerializer;

impl Serializer<Bytes> for BytesSerializer {
    fn serialize(&self, _topic: &str, value: &Bytes) -> Result<Option<Bytes>, SerializationError> {
        Ok(Some(value.clone()))
    }
}

impl Deserializer<Bytes> for BytesSerializer {
    fn deserialize(&self, topic: &str, bytes: Option<&[u8]>) -> Result<Bytes, SerializationError> {
        bytes.map(Bytes::copy_from_slice).ok_or_else(|| absent(topic))
    }
}

/// 64-bit integers, big-endian, as Java's `LongSerializer` writes them.
#[derive(Debug, Clone, Copy, Default)]
pub struct LongSerializer;

impl Serializer<i64> for LongSerializer {
    fn serialize(&self, _topic: &str, value: &i64) -> Result<Option<Bytes>, SerializationError> {
        Ok(Some(Bytes::copy_from_slice(&value.to_be_bytes())))
    }
}

impl Deserializer<i64> for LongSerializer {
    fn deserialize(&self, topic: &str, bytes: Option<&[u8]>) -> Result<i64, SerializationError> {
        let bytes = bytes.ok_or_else(|| absent(topic))?;
        let wrong = |_| SerializationError { reason: format!("expected 8 bytes, found {}", bytes.len()) };
        bytes.try_into().map(i64::from_be_bytes).map_err(wrong)
    }
}

/// Null stays null; everything else goes through the serialiser within.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nullable<S>(pub S);

impl<T, S: Serializer<T>> Serializer<Option<T>> for Nullable<S> {
    fn serialize(&self, topic: &str, value: &Option<T>) -> Result<Option<Bytes>, SerializationError> {
        value.as_ref().map_or(Ok(None), |value| self.0.serialize(topic, value))
    }
}

impl<T, S: Deserializer<T>> Deserializer<Option<T>> for Nullable<S> {
    fn deserialize(&self, topic: &str, bytes: Option<&[u8]>) -> Result<Option<T>, SerializationError> {
        bytes.map(|bytes| self.0.deserialize(topic, Some(bytes))).transpose()
    }
}

fn absent(topic: impl fmt::Display) -> SerializationError {
    SerializationError { reason: format!("a record of {topic} is null, which this type cannot be") }
}
