//! What the cleaner and the scrub did, as numbers.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Counters of the work in the background.
#[derive(Debug, Default)]
pub(crate) struct CleanerMetrics {
    pub(super) passes: Counter<u64, AtomicU64>,
    pub(super) bytes_read: Counter<u64, AtomicU64>,
    pub(super) bytes_written: Counter<u64, AtomicU64>,
    pub(super) records_removed: Counter<u64, AtomicU64>,
    pub(super) uncleanable: Gauge,
    pub(super) max_dirty_percent: Gauge,
    pub(super) bytes_scrubbed: Counter<u64, AtomicU64>,
    pub(super) walks: Counter<u64, AtomicU64>,
    pub(super) damaged_batches: Gauge,
}

impl CleanerMetrics {
    /// Registers all of them; Kafka's names where Kafka has the metric.
    pub(crate) fn register(&self, registry: &mut Registry) {
        let counters = [
            ("tidemill_log_cleaner_passes", "Compactions of a partition that ended well", &self.passes),
            ("tidemill_log_cleaner_bytes_read", "Bytes read by compactions", &self.bytes_read),
            ("tidemill_log_cleaner_bytes_written", "Bytes kept by compactions", &self.bytes_written),
            ("tidemill_log_cleaner_records_removed", "Records removed", &self.records_removed),
            ("tidemill_log_scrub_bytes", "Bytes of closed segments read again", &self.bytes_scrubbed),
            ("tidemill_log_scrub_walks", "Walks of the scrub over all logs", &self.walks),
        ];
        for (name, help, counter) in counters {
            registry.register(name, help, counter.clone());
        }
        let gauges = [
            (
                "kafka_log_logcleanermanager_uncleanable_partitions_count",
                "Partitions that are not compacted any more because of an error",
                &self.uncleanable,
            ),
            (
                "kafka_log_logcleanermanager_max_dirty_percent",
                "Dirty share of the dirtiest compacted log",
                &self.max_dirty_percent,
            ),
            (
                "tidemill_log_damaged_batches",
                "Stored batches that the scrub found damaged and that are not served",
                &self.damaged_batches,
            ),
        ];
        for (name, help, gauge) in gauges {
            registry.register(name, help, gauge.clone());
        }
    }
}
