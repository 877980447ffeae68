//! A coordinator's partition, as its shard needs it.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use tidemill_protocol::ErrorCode;

use super::step::ProducerCheck;

/// Why a shard's log did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ShardLogError {
    /// The batch is larger than the topic allows: trying again is useless.
    #[error("the batch is larger than the topic allows")]
    TooLarge,
    /// The batch was not appended, or is not durable.
    #[error("the log is not available: {reason}")]
    Unavailable {
        /// What the log said.
        reason: String,
    },
    /// What is stored cannot be read.
    #[error("the log cannot be read at offset {offset}: {reason}")]
    Damaged {
        /// Where.
        offset: i64,
        /// What is wrong.
        reason: String,
    },
}

/// Whole batches of a log.
#[derive(Debug, Clone)]
pub struct StoredBatches {
    /// The batches, one after the other.
    pub bytes: Bytes,
    /// The offset after the last one.
    pub end_offset: i64,
}

/// Becomes ready when what was asked for is durable, or never will be.
pub type WhenDurable = Pin<Box<dyn Future<Output = Result<(), ShardLogError>> + Send>>;

/// A log that one shard writes and that only holds its records.
pub trait ShardLog: Send + Sync + 'static {
    /// Appends a batch and returns the end of the log after it.
    ///
    /// # Errors
    /// [`ShardLogError`] if the batch was not appended.
    fn append(&self, batch: Bytes) -> impl Future<Output = Result<i64, ShardLogError>> + Send;

    /// Tells whether the log takes what a request is about to write.
    ///
    /// # Errors
    /// The code that the sender is answered.
    fn check(&self, check: ProducerCheck) -> Result<(), ErrorCode>;

    /// Returns the offset after the last batch, durable or not.
    fn end_offset(&self) -> i64;

    /// Waits until the high watermark reaches `end_offset`.
    fn when_durable(&self, end_offset: i64) -> WhenDurable;

    /// Returns the high watermark.
    fn high_watermark(&self) -> i64;

    /// Returns the first offset that can be read.
    fn start_offset(&self) -> i64;

    /// Reads batches from `offset` on, below the high watermark; nothing at its end. Blocks on the disk.
    ///
    /// # Errors
    /// [`ShardLogError::Damaged`] or [`ShardLogError::Unavailable`].
    fn read_from(&self, offset: i64) -> Result<Option<StoredBatches>, ShardLogError>;
}
