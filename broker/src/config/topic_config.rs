//! The typed configuration of one topic: its overrides over the broker's defaults.

use std::time::Duration;

use super::error::ConfigError;
use super::layers::BrokerLayers;
use super::properties::Properties;
use super::registry;

/// `compression.type`: how the broker stores batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopicCompression {
    /// As the producer compressed them.
    Producer,
    /// Not compressed.
    Uncompressed,
    /// gzip at `compression.gzip.level` (-1 is the library's default).
    Gzip {
        /// -1, or 1 to 9.
        level: i32,
    },
    /// Snappy.
    Snappy,
    /// LZ4 frames.
    Lz4,
    /// Zstandard at `compression.zstd.level`.
    Zstd {
        /// -131072 to 22.
        level: i32,
    },
}

/// `message.timestamp.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopicTimestampType {
    /// The producer's time.
    CreateTime,
    /// The time of the append.
    LogAppendTime,
}

/// The values of a topic's keys that this broker honours.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicConfig {
    /// `cleanup.policy` contains `delete`.
    pub delete: bool,
    /// `cleanup.policy` contains `compact`.
    pub compact: bool,
    /// `min.cleanable.dirty.ratio`: share of a log that must be dirty before it is compacted.
    pub min_cleanable_ratio: f64,
    /// `delete.retention.ms`: how long a tombstone stays once it was compacted.
    pub delete_retention: Duration,
    /// `min.compaction.lag.ms`: age below which records are not compacted.
    pub min_compaction_lag: Duration,
    /// `max.compaction.lag.ms`: age at which dirty records are compacted whatever the ratio.
    pub max_compaction_lag: Duration,
    /// `compression.type` and its level.
    pub compression: TopicCompression,
    /// `index.interval.bytes`: bytes of batches between two index entries.
    pub index_interval_bytes: u32,
    /// `max.message.bytes`: largest batch, as stored.
    pub max_message_bytes: u32,
    /// `message.timestamp.type`.
    pub timestamp_type: TopicTimestampType,
    /// `message.timestamp.before.max.ms`: how far a timestamp may lie in the past.
    pub timestamp_before_max: Duration,
    /// `message.timestamp.after.max.ms`: how far a timestamp may lie in the future.
    pub timestamp_after_max: Duration,
    /// `retention.ms`; `None` (-1) keeps segments for ever.
    pub retention: Option<Duration>,
    /// `retention.bytes`; `None` (negative) does not limit the partition.
    pub retention_bytes: Option<u64>,
    /// `segment.bytes`, or `internal.segment.bytes` where a test sets it.
    pub segment_bytes: u32,
    /// `segment.index.bytes`: largest index of a segment.
    pub segment_index_bytes: u32,
    /// `segment.ms`: age at which a segment is closed.
    pub segment_age: Duration,
    /// `segment.jitter.ms`: how much earlier a segment may be closed.
    pub segment_jitter: Duration,
}

impl TopicConfig {
    /// Computes a topic's configuration from its `overrides` and the broker's values.
    ///
    /// # Errors
    /// [`ConfigError`] that names the key whose value does not fit.
    pub fn new(overrides: &Properties, broker: BrokerLayers<'_>) -> Result<Self, ConfigError> {
        let values = TopicValues { overrides, broker };
        let cleanup = values.text("cleanup.policy")?;
        let policies = super::kind::list_elements(&cleanup);
        let segment_bytes = match values.optional("internal.segment.bytes")? {
            Some(bytes) => fit("internal.segment.bytes", &bytes)?,
            None => values.number("segment.bytes")?,
        };
        Ok(Self {
            delete: policies.contains(&"delete"),
            compact: policies.contains(&"compact"),
            min_cleanable_ratio: values.share("min.cleanable.dirty.ratio")?,
            delete_retention: values.duration("delete.retention.ms")?,
            min_compaction_lag: values.duration("min.compaction.lag.ms")?,
            max_compaction_lag: values.duration("max.compaction.lag.ms")?,
            compression: values.compression()?,
            index_interval_bytes: values.number("index.interval.bytes")?,
            max_message_bytes: values.number("max.message.bytes")?,
            timestamp_type: match values.text("message.timestamp.type")?.as_str() {
                "LogAppendTime" => TopicTimestampType::LogAppendTime,
                _ => TopicTimestampType::CreateTime,
            },
            timestamp_before_max: values.duration("message.timestamp.before.max.ms")?,
            timestamp_after_max: values.duration("message.timestamp.after.max.ms")?,
            retention: u64::try_from(values.number::<i64>("retention.ms")?).ok().map(Duration::from_millis),
            retention_bytes: u64::try_from(values.number::<i64>("retention.bytes")?).ok(),
            segment_bytes,
            segment_index_bytes: values.number("segment.index.bytes")?,
            segment_age: values.duration("segment.ms")?,
            segment_jitter: values.duration("segment.jitter.ms")?,
        })
    }
}

/// The texts behind a [`TopicConfig`].
struct TopicValues<'a> {
    overrides: &'a Properties,
    broker: BrokerLayers<'a>,
}

impl TopicValues<'_> {
    fn optional(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        let key = registry::topic_key(name).expect("every key of TopicConfig is in the registry");
        match self.overrides.get(name) {
            Some(value) => key.check(value).map(Some),
            None => self.broker.topic_default(key).map(|(_, value)| value),
        }
    }

    fn text(&self, name: &'static str) -> Result<String, ConfigError> {
        Ok(self.optional(name)?.unwrap_or_default())
    }

    fn number<T: TryFrom<i64>>(&self, name: &'static str) -> Result<T, ConfigError> {
        fit(name, &self.text(name)?)
    }

    fn share(&self, name: &'static str) -> Result<f64, ConfigError> {
        let text = self.text(name)?;
        text.parse().map_err(|_| ConfigError::InvalidValue {
            key: name.to_owned(),
            value: text,
            expected: "a number".to_owned(),
        })
    }

    fn duration(&self, name: &'static str) -> Result<Duration, ConfigError> {
        self.number(name).map(Duration::from_millis)
    }

    fn compression(&self) -> Result<TopicCompression, ConfigError> {
        Ok(match self.text("compression.type")?.as_str() {
            "gzip" => TopicCompression::Gzip { level: self.number("compression.gzip.level")? },
            "snappy" => TopicCompression::Snappy,
            "lz4" => TopicCompression::Lz4,
            "zstd" => TopicCompression::Zstd { level: self.number("compression.zstd.level")? },
            "uncompressed" => TopicCompression::Uncompressed,
            _ => TopicCompression::Producer,
        })
    }
}

fn fit<T: TryFrom<i64>>(name: &str, text: &str) -> Result<T, ConfigError> {
    text.parse::<i64>().ok().and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
        ConfigError::InvalidValue {
            key: name.to_owned(),
            value: text.to_owned(),
            expected: "a number in range".to_owned(),
        }
    })
}
