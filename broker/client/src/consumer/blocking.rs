//! The consumer for callers that do not await.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::time::Duration;

use super::errors::{CommitError, OffsetError, PollError};
use super::handle::Consumer;
use super::polled::Polled;
use crate::network::block_on;
use crate::{OffsetAndMetadata, OffsetAndTimestamp, TopicPartition};

/// A [`Consumer`] whose methods wait on the calling thread. Needs no runtime of the caller.
///
/// What does not wait is found on [`Consumer`], to which this dereferences; methods of the same name that wait
/// are defined here.
#[derive(Debug, Clone)]
pub struct BlockingConsumer {
    consumer: Consumer,
}

impl Deref for BlockingConsumer {
    type Target = Consumer;

    fn deref(&self) -> &Consumer {
        &self.consumer
    }
}

impl BlockingConsumer {
    pub(super) fn new(consumer: Consumer) -> Self {
        Self { consumer }
    }

    /// See [`Consumer::poll`].
    ///
    /// # Errors
    /// As there.
    pub fn poll(&self, timeout: Duration) -> Result<Polled, PollError> {
        block_on(self.consumer.poll(timeout))
    }

    /// See [`Consumer::commit_sync`].
    ///
    /// # Errors
    /// As there.
    pub fn commit_sync(
        &self,
        offsets: Option<BTreeMap<TopicPartition, OffsetAndMetadata>>,
    ) -> Result<(), CommitError> {
        block_on(self.consumer.commit_sync(offsets))
    }

    /// See [`Consumer::position`].
    ///
    /// # Errors
    /// As there.
    pub fn position(&self, partition: &TopicPartition) -> Result<i64, OffsetError> {
        block_on(self.consumer.position(partition))
    }

    /// See [`Consumer::committed`].
    ///
    /// # Errors
    /// As there.
    pub fn committed(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, OffsetAndMetadata>, OffsetError> {
        block_on(self.consumer.committed(partitions))
    }

    /// See [`Consumer::offsets_for_times`].
    ///
    /// # Errors
    /// As there.
    pub fn offsets_for_times(
        &self,
        timestamps: &BTreeMap<TopicPartition, i64>,
    ) -> Result<BTreeMap<TopicPartition, OffsetAndTimestamp>, OffsetError> {
        block_on(self.consumer.offsets_for_times(timestamps))
    }

    /// See [`Consumer::beginning_offsets`].
    ///
    /// # Errors
    /// As there.
    pub fn beginning_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>, OffsetError> {
        block_on(self.consumer.beginning_offsets(partitions))
    }

    /// See [`Consumer::end_offsets`].
    ///
    /// # Errors
    /// As there.
    pub fn end_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>, OffsetError> {
        block_on(self.consumer.end_offsets(partitions))
    }

    /// See [`Consumer::unsubscribe`].
    pub fn unsubscribe(&self) {
        block_on(self.consumer.unsubscribe());
    }

    /// See [`Consumer::close`].
    pub fn close(&self, timeout: Duration) {
        block_on(self.consumer.close(timeout));
    }
}
