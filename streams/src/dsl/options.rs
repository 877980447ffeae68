//! What can be said about an operator beside what it does: serdes, stores, names.

use std::sync::Arc;
use std::time::Duration;

use crate::record::{Data, Record};
use crate::runtime::TimestampExtractor;
use crate::serde::Serde;
use crate::state::Emission;
use crate::windows::saturating_ms;

/// How a topic is read.
pub struct Consumed<K, V> {
    pub(super) key: Arc<dyn Serde<K>>,
    pub(super) value: Arc<dyn Serde<V>>,
    pub(super) extractor: Option<TimestampExtractor<K, V>>,
    pub(super) name: Option<String>,
}

impl<K: Data, V: Data> Consumed<K, V> {
    /// Reads keys and values by these serdes and takes the records' timestamps as event time.
    pub fn with(key: impl Serde<K>, value: impl Serde<V>) -> Self {
        Self { key: Arc::new(key), value: Arc::new(value), extractor: None, name: None }
    }

    /// Takes what `extractor` returns as event time, in milliseconds since the Unix epoch.
    ///
    /// It is given the record, with Kafka's timestamp, and the greatest event time of the partition so far (-1 before
    /// the first record). A negative result drops the record.
    #[must_use]
    pub fn timestamp_extractor<F>(self, extractor: F) -> Self
    where
        F: Fn(&Record<K, V>, i64) -> i64 + Send + Sync + 'static,
    {
        Self { extractor: Some(Arc::new(extractor)), ..self }
    }

    /// Names the source node.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }
}

/// How a topic is written.
pub struct Produced<K, V> {
    pub(super) key: Option<Arc<dyn Serde<K>>>,
    pub(super) value: Option<Arc<dyn Serde<V>>>,
}

impl<K: Data, V: Data> Produced<K, V> {
    /// Writes keys and values by these serdes.
    pub fn with(key: impl Serde<K>, value: impl Serde<V>) -> Self {
        Self { key: Some(Arc::new(key)), value: Some(Arc::new(value)) }
    }

    /// Writes by the serdes that the stream still has: those of its source, grouping or store.
    #[must_use]
    pub fn inherited() -> Self {
        Self { key: None, value: None }
    }
}

/// How a stream is grouped: the serdes of the repartition topic, should there be one, and of the stores that follow.
pub struct Grouped<K, V> {
    pub(super) key: Option<Arc<dyn Serde<K>>>,
    pub(super) value: Option<Arc<dyn Serde<V>>>,
    pub(super) name: Option<String>,
}

impl<K: Data, V: Data> Grouped<K, V> {
    /// Uses these serdes.
    pub fn with(key: impl Serde<K>, value: impl Serde<V>) -> Self {
        Self { key: Some(Arc::new(key)), value: Some(Arc::new(value)), name: None }
    }

    /// Uses the serdes that the stream still has.
    #[must_use]
    pub fn inherited() -> Self {
        Self { key: None, value: None, name: None }
    }

    /// Names the repartition topic: `<application.id>-<name>-repartition`.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }
}

/// How a table is stored.
pub struct Materialized<V> {
    pub(super) name: Option<String>,
    pub(super) value: Option<Arc<dyn Serde<V>>>,
    pub(super) persistent: bool,
    pub(super) logged: bool,
    pub(super) emission: Option<Emission>,
    pub(super) retention_ms: Option<i64>,
}

impl<V: Data> Default for Materialized<V> {
    fn default() -> Self {
        Self { name: None, value: None, persistent: true, logged: true, emission: None, retention_ms: None }
    }
}

impl<V: Data> Materialized<V> {
    /// Stores values by `value` under a generated name.
    pub fn with(value: impl Serde<V>) -> Self {
        Self::default().value_serde(value)
    }

    /// Stores under `name`, which names the changelog topic and is the name to query.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::default() }
    }

    /// Stores values by `value`.
    #[must_use]
    pub fn value_serde(self, value: impl Serde<V>) -> Self {
        Self { value: Some(Arc::new(value)), ..self }
    }

    /// Keeps the store in memory; a restart restores all of it from the changelog.
    #[must_use]
    pub fn in_memory(self) -> Self {
        Self { persistent: false, ..self }
    }

    /// Keeps no changelog: the store is lost with its machine, and when its task moves.
    #[must_use]
    pub fn logging_disabled(self) -> Self {
        Self { logged: false, ..self }
    }

    /// Says when this table's updates are forwarded, whatever the application's setting.
    #[must_use]
    pub fn emission(self, emission: Emission) -> Self {
        Self { emission: Some(emission), ..self }
    }

    /// Keeps windows for `retention` of stream time, at least their size and grace.
    #[must_use]
    pub fn retention(self, retention: Duration) -> Self {
        Self { retention_ms: Some(saturating_ms(retention)), ..self }
    }
}
