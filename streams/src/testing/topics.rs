//! The typed ends of a driven topology.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;

use super::driver::{Driven, TestDriverError};
use crate::record::{Data, Record};
use crate::runtime::OutgoingRecord;
use crate::serde::{Presence, Serde, SerdeError};

/// Where a test puts records into a topic.
pub struct TestInputTopic<K, V> {
    driven: Rc<RefCell<Driven>>,
    topic: Arc<str>,
    key: Arc<dyn Serde<K>>,
    value: Arc<dyn Serde<V>>,
}

/// Where a test takes records out of a topic.
pub struct TestOutputTopic<K, V> {
    driven: Rc<RefCell<Driven>>,
    topic: String,
    key: Arc<dyn Serde<K>>,
    value: Arc<dyn Serde<V>>,
}

impl<K: Data, V: Data> TestInputTopic<K, V> {
    /// Makes the input end of `topic`.
    pub(super) fn new(
        driven: Rc<RefCell<Driven>>,
        topic: &str,
        key: Arc<dyn Serde<K>>,
        value: Arc<dyn Serde<V>>,
    ) -> Self {
        Self { driven, topic: topic.into(), key, value }
    }

    /// Puts one record into the topic and lets the topology process it; `timestamp` is in milliseconds.
    ///
    /// # Errors
    /// [`TestDriverError`] if the record does not fit the serdes or a task fails.
    pub fn pipe(&self, key: K, value: V, timestamp: i64) -> Result<(), TestDriverError> {
        self.pipe_queued(vec![Record::new(key, value, timestamp)])
    }

    /// Puts records into the topic and only then lets the topology process them, in runs as large as the options allow.
    ///
    /// # Errors
    /// [`TestDriverError`] if a record does not fit the serdes or a task fails.
    pub fn pipe_queued(&self, records: Vec<Record<K, V>>) -> Result<(), TestDriverError> {
        let encoded: Result<Vec<OutgoingRecord>, SerdeError> =
            records.into_iter().map(|record| self.encode(record)).collect();
        let encoded =
            encoded.map_err(|source| TestDriverError::Serde { topic: self.topic.to_string(), source })?;
        self.driven.borrow_mut().pipe(&self.topic, encoded)
    }

    fn encode(&self, record: Record<K, V>) -> Result<OutgoingRecord, SerdeError> {
        Ok(OutgoingRecord {
            topic: Arc::clone(&self.topic),
            key: encode(self.key.as_ref(), &record.key)?,
            partitioning_part: None,
            value: encode(self.value.as_ref(), &record.value)?,
            timestamp: record.timestamp,
            headers: record.headers,
        })
    }
}

impl<K: Data, V: Data> TestOutputTopic<K, V> {
    /// Makes the output end of `topic`.
    pub(super) fn new(
        driven: Rc<RefCell<Driven>>,
        topic: &str,
        key: Arc<dyn Serde<K>>,
        value: Arc<dyn Serde<V>>,
    ) -> Self {
        Self { driven, topic: topic.to_owned(), key, value }
    }

    /// Takes the records that were written since the last call, in order.
    ///
    /// # Errors
    /// [`TestDriverError::Serde`] if a record does not fit the serdes.
    pub fn read_records(&self) -> Result<Vec<Record<K, V>>, TestDriverError> {
        let written = self.driven.borrow_mut().take_written(&self.topic);
        let decode = |record: OutgoingRecord| {
            Ok(Record {
                key: self.key.deserialize(record.key.as_deref())?,
                value: self.value.deserialize(record.value.as_deref())?,
                timestamp: record.timestamp,
                headers: record.headers,
            })
        };
        let decoded: Result<_, SerdeError> = written.into_iter().map(decode).collect();
        decoded.map_err(|source| TestDriverError::Serde { topic: self.topic.clone(), source })
    }

    /// Takes the keys and values of the records that were written since the last call, in order.
    ///
    /// # Errors
    /// As [`read_records`](Self::read_records).
    pub fn read_key_values(&self) -> Result<Vec<(K, V)>, TestDriverError> {
        Ok(self.read_records()?.into_iter().map(|record| (record.key, record.value)).collect())
    }

    /// Takes the values of the records that were written since the last call, in order.
    ///
    /// # Errors
    /// As [`read_records`](Self::read_records).
    pub fn read_values(&self) -> Result<Vec<V>, TestDriverError> {
        Ok(self.read_records()?.into_iter().map(|record| record.value).collect())
    }
}

fn encode<T: 'static>(serde: &dyn Serde<T>, value: &T) -> Result<Option<Bytes>, SerdeError> {
    let mut bytes = Vec::new();
    let presence = serde.serialize(value, &mut bytes)?;
    Ok((presence == Presence::Present).then(|| bytes.into()))
}
