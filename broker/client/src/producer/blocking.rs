//! The producer for callers that do not await.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{BorrowedRecord, Delivery, DeliveryError, Producer, SendError, TransactionError};
use crate::network::block_on;
use crate::{ConsumerGroupMetadata, OffsetAndMetadata, ProducerRecord, RecordMetadata, TopicPartition};

/// A [`Producer`] whose methods wait on the calling thread. Needs no runtime of the caller.
#[derive(Debug, Clone)]
pub struct BlockingProducer {
    producer: Producer,
}

impl BlockingProducer {
    pub(super) fn new(producer: Producer) -> Self {
        Self { producer }
    }

    /// See [`Producer::send`].
    ///
    /// # Errors
    /// As there.
    pub fn send(&self, record: ProducerRecord) -> Result<Delivery, SendError> {
        match self.producer.send_now(&record) {
            Some(sent) => sent,
            None => block_on(self.producer.send(record)),
        }
    }

    /// See [`Producer::send_borrowed`].
    ///
    /// # Errors
    /// As there.
    pub fn send_borrowed(&self, record: &BorrowedRecord<'_>) -> Result<Delivery, SendError> {
        match self.producer.send_borrowed_now(record) {
            Some(sent) => sent,
            None => block_on(self.producer.send_borrowed(record)),
        }
    }

    /// See [`Producer::send_with`].
    ///
    /// # Errors
    /// As there.
    pub fn send_with(
        &self,
        record: ProducerRecord,
        callback: impl FnOnce(Result<RecordMetadata, DeliveryError>) + Send + 'static,
    ) -> Result<(), SendError> {
        block_on(self.producer.send_with(record, callback))
    }

    /// See [`Producer::flush`].
    ///
    /// # Errors
    /// As there.
    pub fn flush(&self) -> Result<(), DeliveryError> {
        block_on(self.producer.flush())
    }

    /// See [`Producer::close`].
    ///
    /// # Errors
    /// As there.
    pub fn close(&self, timeout: Duration) -> Result<(), DeliveryError> {
        block_on(self.producer.close(timeout))
    }

    /// See [`Producer::partition_count`].
    ///
    /// # Errors
    /// As there.
    pub fn partition_count(&self, topic: &str) -> Result<usize, SendError> {
        block_on(self.producer.partition_count(topic))
    }

    /// See [`Producer::init_transactions`].
    ///
    /// # Errors
    /// As there.
    pub fn init_transactions(&self) -> Result<(), TransactionError> {
        block_on(self.producer.init_transactions())
    }

    /// See [`Producer::begin_transaction`].
    ///
    /// # Errors
    /// As there.
    pub fn begin_transaction(&self) -> Result<(), TransactionError> {
        self.producer.begin_transaction()
    }

    /// See [`Producer::send_offsets_to_transaction`].
    ///
    /// # Errors
    /// As there.
    pub fn send_offsets_to_transaction(
        &self,
        offsets: BTreeMap<TopicPartition, OffsetAndMetadata>,
        group: &ConsumerGroupMetadata,
    ) -> Result<(), TransactionError> {
        block_on(self.producer.send_offsets_to_transaction(offsets, group))
    }

    /// See [`Producer::commit_transaction`].
    ///
    /// # Errors
    /// As there.
    pub fn commit_transaction(&self) -> Result<(), TransactionError> {
        block_on(self.producer.commit_transaction())
    }

    /// See [`Producer::abort_transaction`].
    ///
    /// # Errors
    /// As there.
    pub fn abort_transaction(&self) -> Result<(), TransactionError> {
        block_on(self.producer.abort_transaction())
    }

    /// Returns the awaiting face.
    #[must_use]
    pub fn producer(&self) -> &Producer {
        &self.producer
    }
}
