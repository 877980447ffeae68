//! From a topic's configuration to what its logs are told.

use std::time::Duration;

use tidemill_log::{CleanupPolicy, LogConfig, TopicCompression as LogCompression};
use tidemill_protocol::records::{Compression, TimestampType};

use crate::config::topic_config::{TopicCompression, TopicConfig, TopicTimestampType};

/// A bound this wide is none: Kafka's default for `message.timestamp.before.max.ms` is the largest i64.
const NO_BOUND: Duration = Duration::from_millis(i64::MAX.unsigned_abs());

/// Translates the values that logs honour.
pub(crate) fn of(topic: &TopicConfig, producer_expiration: Duration) -> LogConfig {
    let bound = |limit: Duration| (limit < NO_BOUND).then_some(limit);
    LogConfig {
        segment_bytes: topic.segment_bytes,
        segment_age: topic.segment_age,
        segment_jitter: topic.segment_jitter,
        segment_index_bytes: topic.segment_index_bytes,
        index_interval_bytes: topic.index_interval_bytes,
        retention: topic.retention,
        retention_bytes: topic.retention_bytes,
        max_message_bytes: topic.max_message_bytes,
        timestamp_type: match topic.timestamp_type {
            TopicTimestampType::CreateTime => TimestampType::CreateTime,
            TopicTimestampType::LogAppendTime => TimestampType::LogAppendTime,
        },
        timestamp_before_max: bound(topic.timestamp_before_max),
        timestamp_after_max: bound(topic.timestamp_after_max),
        cleanup: CleanupPolicy { delete: topic.delete, compact: topic.compact },
        min_cleanable_ratio: topic.min_cleanable_ratio,
        delete_retention: topic.delete_retention,
        min_compaction_lag: topic.min_compaction_lag,
        max_compaction_lag: bound(topic.max_compaction_lag),
        compression: compression(topic.compression),
        producer_expiration,
    }
}

fn compression(topic: TopicCompression) -> LogCompression {
    let (codec, level) = match topic {
        TopicCompression::Producer => return LogCompression::Producer,
        TopicCompression::Uncompressed => (Compression::None, None),
        // -1 is Kafka's name for the codec's own default.
        TopicCompression::Gzip { level } => (Compression::Gzip, (level != -1).then_some(level)),
        TopicCompression::Snappy => (Compression::Snappy, None),
        TopicCompression::Lz4 => (Compression::Lz4, None),
        TopicCompression::Zstd { level } => (Compression::Zstd, Some(level)),
    };
    LogCompression::Codec { codec, level }
}
