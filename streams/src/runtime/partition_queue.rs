//! Records of one source partition that wait to be processed, decoded on arrival.
//!
//! The queue is first in, first out; which queue is served next is the task's choice. The offset to commit is that of the
//! head, or, when the queue is empty, the end of what was pushed: dropped records and gaps advance it too.

use std::collections::VecDeque;
use std::sync::Arc;

use super::metrics::TaskMetrics;
use super::run::ErasedRun;
use crate::record::{Data, Headers, Record};
use crate::serde::{Serde, SerdeError};

/// A fetched record, borrowed from its batch.
pub(crate) struct SourceRecord<'a> {
    /// The offset.
    pub(crate) offset: i64,
    /// The timestamp the batch gives it, milliseconds; -1 if none.
    pub(crate) timestamp: i64,
    /// The key.
    pub(crate) key: Option<&'a [u8]>,
    /// The value.
    pub(crate) value: Option<&'a [u8]>,
    /// The headers.
    pub(crate) headers: Headers,
}

/// Why a record could not be queued.
#[derive(Debug)]
pub(crate) enum QueueError {
    /// It cannot be decoded.
    Deserialize {
        /// The record.
        offset: i64,
        /// What the serde said.
        source: SerdeError,
    },
    /// It has no event time.
    InvalidTimestamp {
        /// The record.
        offset: i64,
        /// What it has instead.
        timestamp: i64,
    },
}

/// A queue as tasks see it.
pub(crate) trait PartitionQueue: Send {
    /// Decodes and appends records; `end_offset` is the offset after the last fetched one.
    fn push(
        &mut self,
        records: &[SourceRecord<'_>],
        end_offset: i64,
        metrics: &mut TaskMetrics,
    ) -> Result<(), QueueError>;

    /// Returns the event time of the next record, milliseconds.
    fn head_timestamp(&self) -> Option<i64>;

    /// Takes the longest prefix of at most `max_records` whose timestamps do not pass `last_timestamp`.
    fn take_run(&mut self, max_records: usize, last_timestamp: i64) -> ErasedRun;

    /// Returns the offset to commit; nothing before the first push.
    fn next_offset(&self) -> Option<i64>;
}

/// Chooses a record's event time from the record and the greatest event time of its partition so far; a negative
/// result drops the record.
pub(crate) type TimestampExtractor<K, V> = Arc<dyn Fn(&Record<K, V>, i64) -> i64 + Send + Sync>;

/// How a source reads its topic.
pub(crate) struct SourceSerdes<K, V> {
    /// Of the keys.
    pub(crate) key: Arc<dyn Serde<K>>,
    /// Of the values.
    pub(crate) value: Arc<dyn Serde<V>>,
    /// The user's choice of event time; without one the record's timestamp must be valid.
    pub(crate) extractor: Option<TimestampExtractor<K, V>>,
}

impl<K, V> Clone for SourceSerdes<K, V> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), value: Arc::clone(&self.value), extractor: self.extractor.clone() }
    }
}

/// The queue of a source with these types.
pub(crate) struct TypedQueue<K, V> {
    serdes: SourceSerdes<K, V>,
    records: VecDeque<(i64, Record<K, V>)>,
    end_offset: Option<i64>,
    partition_time: i64,
}

impl<K: Data, V: Data> TypedQueue<K, V> {
    /// Makes an empty queue.
    pub(crate) fn new(serdes: SourceSerdes<K, V>) -> Self {
        Self { serdes, records: VecDeque::new(), end_offset: None, partition_time: -1 }
    }

    /// Returns the decoded record, or nothing for one that is dropped.
    fn decode(&self, record: &SourceRecord<'_>) -> Result<Option<Record<K, V>>, QueueError> {
        let offset = record.offset;
        let parts = self
            .serdes
            .key
            .deserialize(record.key)
            .and_then(|key| Ok((key, self.serdes.value.deserialize(record.value)?)));
        let (key, value) = match parts {
            Ok(parts) => parts,
            Err(SerdeError::Null { .. }) => return Ok(None),
            Err(source) => return Err(QueueError::Deserialize { offset, source }),
        };
        let mut decoded = Record { key, value, timestamp: record.timestamp, headers: record.headers.clone() };
        match &self.serdes.extractor {
            Some(extractor) => decoded.timestamp = extractor(&decoded, self.partition_time),
            None if decoded.timestamp < 0 => {
                return Err(QueueError::InvalidTimestamp { offset, timestamp: decoded.timestamp });
            }
            None => {}
        }
        Ok(Some(decoded).filter(|decoded| decoded.timestamp >= 0))
    }
}

impl<K: Data, V: Data> PartitionQueue for TypedQueue<K, V> {
    fn push(
        &mut self,
        records: &[SourceRecord<'_>],
        end_offset: i64,
        metrics: &mut TaskMetrics,
    ) -> Result<(), QueueError> {
        for record in records {
            match self.decode(record)? {
                Some(decoded) => {
                    self.partition_time = self.partition_time.max(decoded.timestamp);
                    self.records.push_back((record.offset, decoded));
                }
                None => metrics.dropped_records += 1,
            }
        }
        self.end_offset = Some(end_offset);
        Ok(())
    }

    fn head_timestamp(&self) -> Option<i64> {
        self.records.front().map(|(_, record)| record.timestamp)
    }

    fn take_run(&mut self, max_records: usize, last_timestamp: i64) -> ErasedRun {
        let within = |(_, record): &(i64, Record<K, V>)| record.timestamp <= last_timestamp;
        let length = self.records.iter().take(max_records).take_while(|entry| within(entry)).count();
        ErasedRun::new(self.records.drain(..length).map(|(_, record)| record).collect())
    }

    fn next_offset(&self) -> Option<i64> {
        self.records.front().map(|(offset, _)| *offset).or(self.end_offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serde::{i64, nullable, string};

    fn queue() -> TypedQueue<Option<String>, i64> {
        TypedQueue::new(SourceSerdes {
            key: Arc::new(nullable(string())),
            value: Arc::new(i64()),
            extractor: None,
        })
    }

    fn record(offset: i64, timestamp: i64, value: Option<&[u8]>) -> SourceRecord<'_> {
        SourceRecord { offset, timestamp, key: None, value, headers: Headers::default() }
    }

    const ONE: Option<&[u8]> = Some(&[0, 0, 0, 0, 0, 0, 0, 1]);

    #[test]
    fn a_run_ends_where_another_queue_would_be_served() {
        let mut queue = queue();
        let records = [record(0, 5, ONE), record(1, 9, ONE), record(2, 7, ONE)];
        queue.push(&records, 3, &mut TaskMetrics::default()).unwrap();
        assert_eq!(queue.take_run(10, 8).len(), 1);
        assert_eq!((queue.head_timestamp(), queue.next_offset()), (Some(9), Some(1)));
        assert_eq!(queue.take_run(10, 9).len(), 2);
        assert_eq!(queue.next_offset(), Some(3));
    }

    #[test]
    fn dropped_records_are_counted_and_advance_the_offset() {
        let (mut queue, mut metrics) = (queue(), TaskMetrics::default());
        queue.push(&[record(4, 5, None)], 9, &mut metrics).unwrap();
        assert_eq!((queue.records.len(), queue.next_offset(), metrics.dropped_records), (0, Some(9), 1));
    }

    #[test]
    fn a_record_without_event_time_is_refused_unless_an_extractor_finds_one() {
        let mut metrics = TaskMetrics::default();
        let refused = queue().push(&[record(4, -1, ONE)], 5, &mut metrics);
        assert!(matches!(refused, Err(QueueError::InvalidTimestamp { offset: 4, timestamp: -1 })));
        let mut queue = queue();
        queue.serdes.extractor = Some(Arc::new(|_, partition_time| partition_time + 10));
        queue.push(&[record(4, -1, ONE), record(5, -1, ONE)], 6, &mut metrics).unwrap();
        assert_eq!(queue.head_timestamp(), Some(9));
        assert_eq!(queue.take_run(10, i64::MAX).downcast::<Option<String>, i64>()[1].timestamp, 19);
    }

    #[test]
    fn bytes_that_are_no_value_name_their_offset() {
        let refused = queue().push(&[record(4, 0, Some(b"x"))], 5, &mut TaskMetrics::default());
        assert!(matches!(refused, Err(QueueError::Deserialize { offset: 4, .. })));
    }
}
