//! Records as an application's own types.

use tidemill_protocol::records::BatchError;

use super::polled::{ConsumedBatch, Records};
use crate::{Deserializer, SerializationError};

/// A record whose key and value were deserialised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedRecord<K, V> {
    /// Offset in the partition.
    pub offset: i64,
    /// Milliseconds since the Unix epoch.
    pub timestamp: i64,
    /// The key.
    pub key: K,
    /// The value.
    pub value: V,
}

/// A record that cannot be had as the types wanted.
#[derive(Debug, thiserror::Error)]
pub enum TypedRecordError {
    /// The batch is damaged.
    #[error("the batch is damaged")]
    Batch {
        /// What is wrong.
        source: BatchError,
    },
    /// Key or value are not what the deserialiser expects; the next record may be.
    #[error("the record at offset {offset} cannot be read as the type wanted")]
    Deserialise {
        /// The record.
        offset: i64,
        /// What the deserialiser said.
        source: SerializationError,
    },
}

/// Iterates over the records of a batch as typed ones.
pub struct TypedRecords<'a, K, V> {
    records: Records<'a>,
    topic: &'a str,
    keys: &'a dyn Deserializer<K>,
    values: &'a dyn Deserializer<V>,
}

impl ConsumedBatch {
    /// Iterates over the records, deserialising keys and values.
    pub fn typed<'a, K, V>(
        &'a self,
        keys: &'a dyn Deserializer<K>,
        values: &'a dyn Deserializer<V>,
    ) -> TypedRecords<'a, K, V> {
        TypedRecords { records: self.records(), topic: self.topic(), keys, values }
    }
}

impl<K, V> Iterator for TypedRecords<'_, K, V> {
    type Item = Result<TypedRecord<K, V>, TypedRecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.records.next()? {
            Ok(record) => record,
            Err(source) => return Some(Err(TypedRecordError::Batch { source })),
        };
        let offset = record.offset;
        let failed = |source| TypedRecordError::Deserialise { offset, source };
        let key = self.keys.deserialize(self.topic, record.key).map_err(failed);
        let value = self.values.deserialize(self.topic, record.value).map_err(failed);
        let (key, value) = match (key, value) {
            (Ok(key), Ok(value)) => (key, value),
            (Err(error), _) | (_, Err(error)) => return Some(Err(error)),
        };
        Some(Ok(TypedRecord { offset, timestamp: record.timestamp, key, value }))
    }
}
