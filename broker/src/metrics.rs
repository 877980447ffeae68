//! What the broker counts, under the names that Strimzi's dashboards and alerts use.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::fetch_session::sessions::SessionCounts;
use crate::partition::cleaner_metrics::CleanerMetrics;

/// The label `topic`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct TopicLabel {
    topic: String,
}

/// Counters of one broker.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) connections: Counter<u64, AtomicU64>,
    pub(crate) request_panics: Counter<u64, AtomicU64>,
    open_connections: Gauge,
    bytes_in: Family<TopicLabel, Counter>,
    bytes_out: Family<TopicLabel, Counter>,
    messages_in: Family<TopicLabel, Counter>,
    failed_produce: Counter,
    failed_fetch: Counter,
    fetch_sessions: Gauge,
    fetch_session_partitions: Gauge,
    fetch_session_evictions: Counter,
    pub(crate) cleaner: CleanerMetrics,
}

/// Counts a connection as open until dropped.
pub(crate) struct OpenConnection(Gauge);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// Makes counters at zero, registered under their names.
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::default(),
            connections: Counter::default(),
            request_panics: Counter::default(),
            open_connections: Gauge::default(),
            bytes_in: Family::default(),
            bytes_out: Family::default(),
            messages_in: Family::default(),
            failed_produce: Counter::default(),
            failed_fetch: Counter::default(),
            fetch_sessions: Gauge::default(),
            fetch_session_partitions: Gauge::default(),
            fetch_session_evictions: Counter::default(),
            cleaner: CleanerMetrics::default(),
        };
        metrics.register();
        metrics
    }

    /// Counts one connection as open until the result is dropped.
    pub(crate) fn count_open_connection(&self) -> OpenConnection {
        self.open_connections.inc();
        OpenConnection(self.open_connections.clone())
    }

    /// Counts records that a client had appended to `topic`.
    pub(crate) fn count_produced(&self, topic: &str, records: u64, size_bytes: u64) {
        let label = TopicLabel { topic: topic.to_owned() };
        self.messages_in.get_or_create(&label).inc_by(records);
        self.bytes_in.get_or_create(&label).inc_by(size_bytes);
    }

    /// Counts bytes that a consumer was sent from `topic`.
    pub(crate) fn count_fetched(&self, topic: &str, size_bytes: u64) {
        self.bytes_out.get_or_create(&TopicLabel { topic: topic.to_owned() }).inc_by(size_bytes);
    }

    /// Counts a partition of a Produce request that was refused.
    pub(crate) fn count_failed_produce(&self) {
        self.failed_produce.inc();
    }

    /// Counts a partition of a Fetch request that was refused.
    pub(crate) fn count_failed_fetch(&self) {
        self.failed_fetch.inc();
    }

    /// Tells how many fetch sessions there are.
    pub(crate) fn set_fetch_sessions(&self, counts: SessionCounts) {
        self.fetch_sessions.set(i64::try_from(counts.sessions).unwrap_or(i64::MAX));
        self.fetch_session_partitions.set(i64::try_from(counts.partitions).unwrap_or(i64::MAX));
        self.fetch_session_evictions.inc_by(counts.new_evictions);
    }

    /// Forgets a deleted topic.
    pub(crate) fn forget_topic(&self, topic: &str) {
        let label = TopicLabel { topic: topic.to_owned() };
        for family in [&self.bytes_in, &self.bytes_out, &self.messages_in] {
            family.remove(&label);
        }
    }

    /// Writes all metrics in the OpenMetrics text format.
    pub(crate) fn render(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn register(&mut self) {
        let topics = [
            ("messagesin", "Records appended by clients", self.messages_in.clone()),
            ("bytesin", "Bytes of record batches appended by clients", self.bytes_in.clone()),
            ("bytesout", "Bytes of record batches sent to consumers", self.bytes_out.clone()),
        ];
        for (name, help, family) in topics {
            self.registry.register(format!("kafka_server_brokertopicmetrics_{name}"), help, family);
        }
        let counters = [
            (
                "kafka_server_brokertopicmetrics_failedproducerequests",
                "Refused Produce partitions",
                self.failed_produce.clone(),
            ),
            (
                "kafka_server_brokertopicmetrics_failedfetchrequests",
                "Refused Fetch partitions",
                self.failed_fetch.clone(),
            ),
            (
                "kafka_server_fetchsessioncache_incrementalfetchsessionevictions",
                "Fetch sessions closed to make room for others",
                self.fetch_session_evictions.clone(),
            ),
            (
                "kafka_server_socket_server_metrics_connection_creation",
                "Connections accepted",
                self.connections.clone(),
            ),
            (
                "tidemill_request_panics",
                "Requests that panicked and cost their connection",
                self.request_panics.clone(),
            ),
        ];
        for (name, help, counter) in counters {
            self.registry.register(name, help, counter);
        }
        self.cleaner.register(&mut self.registry);
        let gauges = [
            (
                "kafka_server_socket_server_metrics_connection_count",
                "Connections open now",
                self.open_connections.clone(),
            ),
            (
                "kafka_server_fetchsessioncache_numincrementalfetchsessions",
                "Fetch sessions kept now",
                self.fetch_sessions.clone(),
            ),
            (
                "kafka_server_fetchsessioncache_numincrementalfetchpartitionscached",
                "Partitions of the fetch sessions kept now",
                self.fetch_session_partitions.clone(),
            ),
        ];
        for (name, help, gauge) in gauges {
            self.registry.register(name, help, gauge);
        }
    }
}
