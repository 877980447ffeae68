//! What an application hears of its group's rebalances.

use super::BlockingConsumer;
use crate::TopicPartition;

/// Hears of rebalances, on the polling thread, inside poll (and close).
///
/// The consumer may be asked, sought and committed from here; polling it would wait for itself.
pub trait RebalanceListener: Send + Sync {
    /// Partitions were added; positions may be set before the first record is fetched.
    fn on_assigned(&self, _consumer: &BlockingConsumer, _partitions: &[TopicPartition]) {}

    /// Partitions are about to be given up; offsets can still be committed.
    fn on_revoked(&self, _consumer: &BlockingConsumer, _partitions: &[TopicPartition]) {}

    /// Partitions are gone, another member may have them: too late to commit.
    fn on_lost(&self, consumer: &BlockingConsumer, partitions: &[TopicPartition]) {
        self.on_revoked(consumer, partitions);
    }
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NoListener;

impl RebalanceListener for NoListener {}
