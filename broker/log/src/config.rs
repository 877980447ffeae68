//! Topic configuration that the log acts on, as typed values. Text is parsed by the broker.

use std::time::Duration;
use tidemill_protocol::records::{Compression, TimestampType};

/// `compression.type` of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TopicCompression {
    /// `producer`: batches are stored as they come.
    #[default]
    Producer,
    /// Any other value: batches with another codec are encoded anew.
    Codec {
        /// The codec.
        codec: Compression,
        /// `compression.gzip.level`, `compression.zstd.level`; `None` is the codec's default.
        level: Option<i32>,
    },
}

/// `cleanup.policy` of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CleanupPolicy {
    /// Old segments are deleted by age and size.
    pub delete: bool,
    /// Only the last value of each key is kept, so every record needs a key.
    pub compact: bool,
}

/// What a topic's configuration says about its logs.
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// `segment.bytes`: a new segment starts when the next batch would pass this size. Default 1 GiB, at most
    /// 2 GiB - 1.
    pub segment_bytes: u32,
    /// `segment.ms`: age at which a segment is rolled even if it is not full. Default 7 days.
    pub segment_age: Duration,
    /// `segment.jitter.ms`: a segment may be rolled up to so much earlier, so that the partitions of a topic do not
    /// all roll at once. Default 0.
    pub segment_jitter: Duration,
    /// `segment.index.bytes`: a new segment starts when an index has this size. Default 10 MiB.
    pub segment_index_bytes: u32,
    /// `index.interval.bytes`: bytes of batches between two index entries. Default 4096.
    pub index_interval_bytes: u32,
    /// `retention.ms`: age at which a closed segment is deleted; `None` (-1) keeps it. Default 7 days.
    pub retention: Option<Duration>,
    /// `retention.bytes`: size of the log above which its oldest segments are deleted; `None` (-1) keeps them.
    pub retention_bytes: Option<u64>,
    /// `max.message.bytes`: largest batch, as stored, header included. Default 1048588.
    pub max_message_bytes: u32,
    /// `message.timestamp.type`. Default `CreateTime`.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`: how far a record may lie in the past; `None` is no limit (default).
    pub timestamp_before_max: Option<Duration>,
    /// `message.timestamp.after.max.ms`: how far a record may lie in the future; `None` is no limit. Default
    /// 1 hour (KIP-937).
    pub timestamp_after_max: Option<Duration>,
    /// `cleanup.policy`. Default `delete`.
    pub cleanup: CleanupPolicy,
    /// `min.cleanable.dirty.ratio`: share of a log that must be dirty before it is compacted. Default 0.5.
    pub min_cleanable_ratio: f64,
    /// `delete.retention.ms`: how long a tombstone stays readable after it was first compacted. Default 1 day.
    pub delete_retention: Duration,
    /// `min.compaction.lag.ms`: records younger than this are not compacted. Default 0.
    pub min_compaction_lag: Duration,
    /// `max.compaction.lag.ms`: a log with dirty records older than this is compacted whatever its ratio
    /// (KIP-354); `None` is no limit (default).
    pub max_compaction_lag: Option<Duration>,
    /// `compression.type`. Default `producer`.
    pub compression: TopicCompression,
    /// `producer.id.expiration.ms` of the broker: a producer that is idle so long is forgotten. Default 1 day.
    pub producer_expiration: Duration,
}

impl Default for LogConfig {
    fn default() -> Self {
        const DAY: Duration = Duration::from_hours(24);
        Self {
            segment_bytes: 1 << 30,
            segment_age: DAY * 7,
            segment_jitter: Duration::ZERO,
            segment_index_bytes: 10 << 20,
            index_interval_bytes: 4_096,
            retention: Some(DAY * 7),
            retention_bytes: None,
            max_message_bytes: 1_048_588,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max: None,
            timestamp_after_max: Some(Duration::from_hours(1)),
            cleanup: CleanupPolicy { delete: true, compact: false },
            min_cleanable_ratio: 0.5,
            delete_retention: DAY,
            min_compaction_lag: Duration::ZERO,
            max_compaction_lag: None,
            compression: TopicCompression::Producer,
            producer_expiration: DAY,
        }
    }
}

/// A duration in milliseconds; saturates.
pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
