//! Plain data that producers, consumers and admins exchange with their callers.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

/// One partition of one topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// Name of the topic.
    pub topic: Arc<str>,
    /// Number of the partition, from 0.
    pub partition: i32,
}

impl TopicPartition {
    /// Names partition `partition` of `topic`.
    pub fn new(topic: impl Into<Arc<str>>, partition: i32) -> Self {
        Self { topic: topic.into(), partition }
    }
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// A header of a record; keys may repeat and keep their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Name of the header.
    pub key: String,
    /// Its value; `None` is Kafka's null.
    pub value: Option<Bytes>,
}

/// A record to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerRecord {
    /// Topic to write to.
    pub topic: Arc<str>,
    /// Partition to write to; `None` leaves the choice to the partitioner.
    pub partition: Option<i32>,
    /// Key; `None` is Kafka's null.
    pub key: Option<Bytes>,
    /// Value; `None` is Kafka's null, a tombstone in a compacted topic.
    pub value: Option<Bytes>,
    /// Headers in order.
    pub headers: Vec<Header>,
    /// Milliseconds since the Unix epoch; `None` takes the time of sending.
    pub timestamp: Option<i64>,
}

impl ProducerRecord {
    /// Makes a record without key, value and headers.
    pub fn new(topic: impl Into<Arc<str>>) -> Self {
        Self {
            topic: topic.into(),
            partition: None,
            key: None,
            value: None,
            headers: Vec::new(),
            timestamp: None,
        }
    }

    /// Sets the key.
    #[must_use]
    pub fn key(mut self, key: impl Into<Bytes>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sets the value.
    #[must_use]
    pub fn value(mut self, value: impl Into<Bytes>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Names the partition.
    #[must_use]
    pub fn partition(mut self, partition: i32) -> Self {
        self.partition = Some(partition);
        self
    }

    /// Sets the timestamp, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn timestamp(mut self, timestamp: i64) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, key: impl Into<String>, value: impl Into<Bytes>) -> Self {
        self.headers.push(Header { key: key.into(), value: Some(value.into()) });
        self
    }
}

/// Where an acknowledged record is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordMetadata {
    /// Its topic.
    pub topic: Arc<str>,
    /// Its partition.
    pub partition: i32,
    /// Its offset; -1 with `acks=0`.
    pub offset: i64,
    /// Its timestamp: the one it was sent with, or the broker's if the topic uses the time of appending.
    pub timestamp: i64,
}

/// A position to commit: the next offset to read, and what the application wants to remember with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetAndMetadata {
    /// The next offset to read.
    pub offset: i64,
    /// Leader epoch of the last record read, if known.
    pub leader_epoch: Option<i32>,
    /// Free text, at most 4096 bytes on most brokers.
    pub metadata: String,
}

impl OffsetAndMetadata {
    /// Makes a position without leader epoch and text.
    #[must_use]
    pub fn new(offset: i64) -> Self {
        Self { offset, leader_epoch: None, metadata: String::new() }
    }
}

/// The answer to a question for an offset by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffsetAndTimestamp {
    /// Offset of the first record that is not older than asked.
    pub offset: i64,
    /// That record's timestamp; -1 for the ends of a log.
    pub timestamp: i64,
    /// Leader epoch of that record, if known.
    pub leader_epoch: Option<i32>,
}

/// What identifies a member of a group to a transactional producer (KIP-447).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerGroupMetadata {
    /// `group.id`.
    pub group_id: Arc<str>,
    /// Generation of the group, -1 outside one.
    pub generation_id: i32,
    /// Member id, empty outside a group.
    pub member_id: String,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<String>,
}
