//! What flows between operators: one record, its headers, and the bound its parts must meet.

use std::sync::Arc;

use bytes::Bytes;

/// What a key or a value must be able to do: be owned by its record, move to the thread that runs the task, and
/// be copied where a stream has several readers. Holds for every such type.
pub trait Data: Clone + Send + 'static {}

impl<T: Clone + Send + 'static> Data for T {}

/// A record between two operators.
///
/// Kafka's null is a matter of types here: a stream whose keys or values may be null has `Option<..>` as its
/// key or value type and reads them with [`nullable`](crate::serde::nullable).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<K, V> {
    /// The key.
    pub key: K,
    /// The value.
    pub value: V,
    /// Event time, milliseconds since the Unix epoch; never negative.
    pub timestamp: i64,
    /// The headers, in order; names may repeat.
    pub headers: Headers,
}

impl<K, V> Record<K, V> {
    /// Makes a record without headers.
    pub fn new(key: K, value: V, timestamp: i64) -> Self {
        Self { key, value, timestamp, headers: Headers::default() }
    }

    /// Returns this record with another key.
    pub fn with_key<K2>(self, key: K2) -> Record<K2, V> {
        Record { key, value: self.value, timestamp: self.timestamp, headers: self.headers }
    }

    /// Returns this record with another value.
    pub fn with_value<V2>(self, value: V2) -> Record<K, V2> {
        Record { key: self.key, value, timestamp: self.timestamp, headers: self.headers }
    }
}

/// One header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name; names may repeat within a record.
    pub key: String,
    /// The value; Kafka allows null.
    pub value: Option<Bytes>,
}

/// The headers of a record: shared, so that a record without them costs nothing and a copy is cheap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    entries: Option<Arc<[Header]>>,
}

impl Headers {
    /// Makes headers from a list, which keeps its order.
    #[must_use]
    pub fn from_list(list: Vec<Header>) -> Self {
        Self { entries: if list.is_empty() { None } else { Some(list.into()) } }
    }

    /// Returns the headers in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Header] {
        self.entries.as_deref().unwrap_or_default()
    }
}
