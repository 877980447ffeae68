//! Record batches, format version 2: what Produce and Fetch carry and what segments store.
//!
//! In reading order: `header` (the 61 bytes in front), `batch` (one batch as received), `record` (the
//! records inside), `compression` and `snappy_stream` (what may lie between the two), `control`
//! (transaction markers), `builder` (new batches). Format: Kafka documentation, "Record Batch" (KIP-98).
//! Message formats 0 and 1 are refused, as Kafka 4 refuses them (KIP-724).

mod batch;
mod builder;
mod compression;
mod control;
mod header;
mod record;
mod snappy_stream;
#[cfg(test)]
mod tests;

pub use batch::{BatchError, RecordBatch};
pub use builder::{BatchBuilder, BatchOptions, ProducerIdentity};
pub use compression::{Compression, CompressionError, compress, decompress};
pub use control::{ControlError, ControlType, EndTransactionMarker};
pub use header::{Attributes, BatchHeader, HEADER_BYTES, PREFIX_BYTES, TimestampType, sequence_after};
pub use record::{HeaderIter, HeaderRef, RecordError, RecordIter, RecordRef, RecordSet};

/// Timestamp of a record or batch that has none.
pub const NO_TIMESTAMP: i64 = -1;
/// Producer id of a batch whose producer is not idempotent.
pub const NO_PRODUCER_ID: i64 = -1;
/// Producer epoch of a batch whose producer is not idempotent.
pub const NO_PRODUCER_EPOCH: i16 = -1;
/// Base sequence of a batch whose producer is not idempotent.
pub const NO_SEQUENCE: i32 = -1;
/// Partition leader epoch of a batch that no leader has placed yet.
pub const NO_LEADER_EPOCH: i32 = -1;
