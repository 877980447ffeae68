//! What tasks count.

/// Counts since a task, or an application, started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskMetrics {
    /// Records taken from source partitions (Kafka: `process-total`).
    pub processed_records: u64,
    /// Records that Kafka's rules drop: null keys or values where there must be none, negative timestamps, and late
    /// ones (Kafka: `dropped-records-total`).
    pub dropped_records: u64,
    /// Those of the dropped that came after the end and the grace of their window, once per window.
    pub late_records: u64,
}

impl TaskMetrics {
    /// Adds the counts of another task.
    pub fn add(&mut self, other: &Self) {
        self.processed_records += other.processed_records;
        self.dropped_records += other.dropped_records;
        self.late_records += other.late_records;
    }
}
