//! Sends what tasks produce and remembers what is not acknowledged.
//!
//! The producer's `flush` reports only batches that were still open when it began, so every delivery is kept until the
//! commit asks for its outcome. Their number is bounded: past [`MAX_UNCONFIRMED_RECORDS`] a commit is due.

use std::sync::Arc;

use tidemill_client::{BlockingProducer, BorrowedRecord, Delivery, HeaderRef, murmur2_partition};

use super::error::ThreadError;
use super::output::OutgoingRecord;
use super::task::ChangelogRecord;

/// Deliveries that are kept between two commits, 24 bytes each.
const MAX_UNCONFIRMED_RECORDS: usize = 500_000;

/// The sending half of a stream thread.
pub(super) struct RecordSender {
    producer: BlockingProducer,
    unconfirmed: Vec<Delivery>,
}

impl RecordSender {
    /// Makes a sender on the thread's producer.
    pub(super) fn new(producer: BlockingProducer) -> Self {
        Self { producer, unconfirmed: Vec::new() }
    }

    /// Sends a record of a sink.
    ///
    /// # Errors
    /// [`ThreadError::Send`] if the producer does not accept it.
    pub(super) fn send(&mut self, record: &OutgoingRecord) -> Result<(), ThreadError> {
        let partition = match &record.partitioning_part {
            Some(part) if Some(part) != record.key.as_ref() => Some(self.partition_of(&record.topic, part)?),
            _ => None,
        };
        let headers: Vec<HeaderRef<'_>> = record
            .headers
            .as_slice()
            .iter()
            .map(|header| HeaderRef { key: header.key.as_bytes(), value: header.value.as_deref() })
            .collect();
        let borrowed = BorrowedRecord {
            topic: &record.topic,
            partition,
            key: record.key.as_deref(),
            value: record.value.as_deref(),
            headers: &headers,
            timestamp: Some(record.timestamp),
        };
        let delivery = self.producer.send_borrowed(&borrowed).map_err(ThreadError::Send)?;
        self.unconfirmed.push(delivery);
        Ok(())
    }

    /// Sends a change of a store and returns its delivery, which is also kept here.
    ///
    /// # Errors
    /// [`ThreadError::Send`] if the producer does not accept it.
    pub(super) fn send_change(
        &mut self,
        topic: &str,
        partition: i32,
        record: &ChangelogRecord,
    ) -> Result<Delivery, ThreadError> {
        let borrowed = BorrowedRecord {
            topic,
            partition: Some(partition),
            key: Some(&record.key),
            value: record.value.as_deref(),
            headers: &[],
            timestamp: Some(record.timestamp),
        };
        let delivery = self.producer.send_borrowed(&borrowed).map_err(ThreadError::Send)?;
        self.unconfirmed.push(delivery.clone());
        Ok(delivery)
    }

    /// Waits until everything sent so far is acknowledged.
    ///
    /// # Errors
    /// [`ThreadError::Delivery`] for the first record that is not.
    pub(super) fn confirm(&mut self) -> Result<(), ThreadError> {
        self.producer.flush().map_err(ThreadError::Delivery)?;
        for delivery in self.unconfirmed.drain(..) {
            delivery.wait().map_err(ThreadError::Delivery)?;
        }
        Ok(())
    }

    /// Says whether a commit is due because too many deliveries are kept.
    pub(super) fn is_full(&self) -> bool {
        self.unconfirmed.len() >= MAX_UNCONFIRMED_RECORDS
    }

    fn partition_of(&self, topic: &Arc<str>, part: &[u8]) -> Result<i32, ThreadError> {
        let count = self.producer.partition_count(topic).map_err(ThreadError::Send)?;
        Ok(murmur2_partition(part, i32::try_from(count).unwrap_or(i32::MAX)))
    }
}
