//! A batch from its first record to its acknowledgement.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use tidemill_protocol::records::{
    BatchBuilder, BatchOptions, CompressionError, HeaderRef, ProducerIdentity, RecordBatch, RecordRef,
};

use super::buffer_memory::BufferReservation;
use super::delivery::BatchDelivery;
use super::effects::Divisible;

/// A closed batch: no record is added any more. Compressed and numbered when it is first sent.
#[derive(Debug)]
pub(super) struct ClosedBatch {
    content: Mutex<Content>,
    /// Tells the callers; also names the partition.
    pub(super) delivery: Arc<BatchDelivery>,
    /// Given back when the batch, or its last part, is dropped.
    memory: Arc<BufferReservation>,
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
        Self { content: Mutex::new(Content::Collected(builder)), delivery, memory: Arc::new(memory) }
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

impl Divisible for Arc<ClosedBatch> {
    fn divide(&self) -> Option<[(Self, i32); 2]> {
        let Content::Encoded { batch, .. } = &*self.content.lock() else {
            return None;
        };
        let set = batch.records(usize::MAX).ok()?;
        let records: Vec<RecordRef<'_>> = set.iter().collect::<Result<_, _>>().ok()?;
        let middle = records.len().checked_div(2).filter(|middle| *middle > 0)?;
        let options = BatchOptions {
            compression: batch.header().attributes.compression().ok()?,
            transactional: batch.is_transactional(),
            ..BatchOptions::default()
        };
        let (first, second) = records.split_at(middle);
        let deliveries = self.delivery.divide(i32::try_from(middle).ok()?)?;
        let half = |records: &[RecordRef<'_>], delivery| {
            let part = ClosedBatch {
                content: Mutex::new(Content::Collected(collect(records, options.clone()))),
                delivery,
                memory: Arc::clone(&self.memory),
            };
            (Arc::new(part), i32::try_from(records.len()).expect("a batch counts its records in an i32"))
        };
        let [of_first, of_second] = deliveries;
        Some([half(first, of_first), half(second, of_second)])
    }
}

/// Collects records of another batch.
fn collect(records: &[RecordRef<'_>], options: BatchOptions) -> BatchBuilder {
    let mut builder = BatchBuilder::new(options);
    for record in records {
        let headers: Vec<HeaderRef<'_>> = record.headers.clone().collect();
        let appended = builder.try_append(record.timestamp, record.key, record.value, &headers);
        appended.expect("a part is smaller than the whole, which fitted");
    }
    builder
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
