//! A producer of an application's own types.

use std::sync::Arc;

use bytes::Bytes;

use super::{BorrowedRecord, Delivery, Producer, SendError};
use crate::network::block_on;
use crate::{SerializationError, Serializer};

/// Sends keys of type `K` and values of type `V` to one topic.
pub struct TypedProducer<K: ?Sized, V: ?Sized> {
    producer: Producer,
    topic: Arc<str>,
    keys: Arc<dyn Serializer<K>>,
    values: Arc<dyn Serializer<V>>,
}

impl<K: ?Sized, V: ?Sized> Clone for TypedProducer<K, V> {
    fn clone(&self) -> Self {
        Self {
            producer: self.producer.clone(),
            topic: Arc::clone(&self.topic),
            keys: Arc::clone(&self.keys),
            values: Arc::clone(&self.values),
        }
    }
}

impl<K: ?Sized, V: ?Sized> std::fmt::Debug for TypedProducer<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TypedProducer").field("topic", &self.topic).finish_non_exhaustive()
    }
}

impl<K: ?Sized, V: ?Sized> TypedProducer<K, V> {
    /// Makes a producer for `topic` that shares everything else with `producer`.
    pub fn new(
        producer: &Producer,
        topic: impl Into<Arc<str>>,
        keys: impl Serializer<K> + 'static,
        values: impl Serializer<V> + 'static,
    ) -> Self {
        Self {
            producer: producer.clone(),
            topic: topic.into(),
            keys: Arc::new(keys),
            values: Arc::new(values),
        }
    }

    /// Sends a record; see [`Producer::send`].
    ///
    /// # Errors
    /// [`SendError::Serialise`] if a serialiser refuses, else as [`Producer::send`].
    pub async fn send(&self, key: Option<&K>, value: Option<&V>) -> Result<Delivery, SendError> {
        let key = self.bytes(key.map(|key| self.keys.serialize(&self.topic, key)))?;
        let value = self.bytes(value.map(|value| self.values.serialize(&self.topic, value)))?;
        let record = BorrowedRecord {
            topic: &self.topic,
            partition: None,
            key: key.as_deref(),
            value: value.as_deref(),
            headers: &[],
            timestamp: None,
        };
        self.producer.send_borrowed(&record).await
    }

    /// Like [`TypedProducer::send`], waiting on this thread.
    ///
    /// # Errors
    /// As there.
    pub fn send_blocking(&self, key: Option<&K>, value: Option<&V>) -> Result<Delivery, SendError> {
        block_on(self.send(key, value))
    }

    fn bytes(
        &self,
        serialized: Option<Result<Option<Bytes>, SerializationError>>,
    ) -> Result<Option<Bytes>, SendError> {
        serialized
            .unwrap_or(Ok(None))
            .map_err(|error| SendError::Serialise { topic: Arc::clone(&self.topic), reason: error.reason })
    }
}
