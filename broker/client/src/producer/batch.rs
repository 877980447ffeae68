//! A batch from its first record to its acknowledgement.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use tidemill_protocol::records::{BatchBuilder, CompressionError, ProducerIdentity, RecordBatch};

use super::buffer_memory::BufferReservation;
use super::delivery::BatchDelivery;

/// A closed batch: no record is added any more. Compressed and numbered when it is first sent.
#[derive(Debug)]
pub(super) struct ClosedBatch {
    content: Mutex<Content>,
    /// Tells the callers; also names the partition.
    pub(super) delivery: Arc<BatchDelivery>,
    /// Given back when the batch is dropped.
    _memory: BufferReservation,
}

#[derive(Debug)]
enum Content {
    Collected(BatchBuilder),
    Encoded {
        batch: RecordBatch,
        identity: Option<ProducerIdentity>,
    },
    /// Compression failed; the batch is about to be given up.
    Lost,
}

impl ClosedBatch {
    /// Closes a batch.
    pub(super) fn new(
        builder: BatchBuilder,
        delivery: Arc<BatchDelivery>,
        memory: BufferReservation,
    ) -> Self {
        Self { content: Mutex::new(Content::Collected(builder)), delivery, _memory: memory }
    }

    /// Returns the batch as bytes that carry `identity`.
    ///
    /// # Errors
    /// [`CompressionError`] if the codec fails.
    pub(super) fn encode(&self, identity: Option<ProducerIdentity>) -> Result<Bytes, CompressionError> {
        let mut content = self.content.lock();
        let batch = match std::mem::replace(&mut *content, Content::Lost) {
            Content::Collected(mut builder) => {
                if let Some(identity) = identity {
                    builder.set_producer(identity);
                }
                decode_own(builder.build()?)
            }
            Content::Encoded { batch, identity: known } if known == identity => batch,
            Content::Encoded { batch, .. } => stamp(&batch, identity),
            Content::Lost => return Ok(Bytes::new()),
        };
        let bytes = batch.bytes().clone();
        *content = Content::Encoded { batch, identity };
        Ok(bytes)
    }
}

/// Reads back what the builder built.
fn decode_own(bytes: Bytes) -> RecordBatch {
    let mut input = bytes;
    let decoded = RecordBatch::decode_next(&mut input).expect("the builder writes valid batches");
    decoded.expect("the builder writes one batch")
}

/// Writes other sequence numbers into a batch that was encoded before.
fn stamp(batch: &RecordBatch, identity: Option<ProducerIdentity>) -> RecordBatch {
    let mut header = *batch.header();
    if let Some(identity) = identity {
        header.producer_id = identity.id;
        header.producer_epoch = identity.epoch;
        header.base_sequence = identity.base_sequence;
    }
    header.crc = header.checksum(&batch.payload());
    batch.with_header(header)
}
