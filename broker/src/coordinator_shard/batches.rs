//! From the entries of a step to record batches: consecutive records share one, each transaction has its own.

use bytes::Bytes;
use tidemill_protocol::records::{
    BatchBuilder, BatchOptions, EndTransactionMarker, NO_SEQUENCE, ProducerIdentity,
};

use super::step::{CoordinatorRecord, LogEntry, OffsetsMarker, TransactionProducer};

/// Size of a batch; a step that deletes very much writes several.
const MAX_BATCH_BYTES: usize = 512 * 1024;

/// Packs entries into batches, in order.
pub(super) fn batches(entries: impl Iterator<Item = LogEntry>, now_ms: i64) -> Vec<Bytes> {
    let mut packed = Packed { open: None, batches: Vec::new(), now_ms };
    for entry in entries {
        match entry {
            LogEntry::Record(record) => packed.add(None, &record),
            LogEntry::Transactional(producer, record) => packed.add(Some(producer), &record),
            LogEntry::Marker(marker) => packed.add_marker(&marker),
        }
    }
    packed.close();
    packed.batches
}

struct Packed {
    /// The batch that takes records, and whose transaction they belong to.
    open: Option<(Option<TransactionProducer>, BatchBuilder)>,
    batches: Vec<Bytes>,
    now_ms: i64,
}

impl Packed {
    fn add(&mut self, transaction: Option<TransactionProducer>, record: &CoordinatorRecord) {
        if self.open.as_ref().is_some_and(|(open, _)| *open != transaction) {
            self.close();
        }
        let now_ms = self.now_ms;
        let try_append = |open: &mut Option<(Option<TransactionProducer>, BatchBuilder)>| {
            let (_, builder) = open.get_or_insert_with(|| (transaction, builder(transaction, false)));
            builder.try_append(now_ms, Some(&record.key), record.value.as_deref(), &[]).is_some()
        };
        if !try_append(&mut self.open) {
            self.close();
            let appended = try_append(&mut self.open);
            assert!(appended, "the first record of a batch is taken whatever its size");
        }
    }

    fn add_marker(&mut self, marker: &OffsetsMarker) {
        self.close();
        let producer = TransactionProducer { id: marker.producer_id, epoch: marker.producer_epoch };
        let content =
            EndTransactionMarker { committed: marker.committed, coordinator_epoch: marker.coordinator_epoch };
        let mut batch = builder(Some(producer), true);
        let appended = batch.try_append(self.now_ms, Some(&content.key()), Some(&content.value()), &[]);
        assert!(appended.is_some(), "the first record of a batch is taken whatever its size");
        self.batches.push(build(batch));
    }

    fn close(&mut self) {
        if let Some((_, batch)) = self.open.take() {
            self.batches.push(build(batch));
        }
    }
}

fn builder(transaction: Option<TransactionProducer>, control: bool) -> BatchBuilder {
    let identity = |producer: TransactionProducer| ProducerIdentity {
        id: producer.id,
        epoch: producer.epoch,
        base_sequence: NO_SEQUENCE,
    };
    BatchBuilder::new(BatchOptions {
        size_limit: MAX_BATCH_BYTES,
        producer: transaction.map(identity),
        transactional: transaction.is_some(),
        control,
        ..BatchOptions::default()
    })
}

fn build(batch: BatchBuilder) -> Bytes {
    batch.build().expect("only compression fails, and there is none")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_protocol::records::RecordBatch;

    fn record(key: &str) -> CoordinatorRecord {
        CoordinatorRecord { key: Bytes::copy_from_slice(key.as_bytes()), value: None }
    }

    fn packed(entries: Vec<LogEntry>) -> Vec<RecordBatch> {
        let decode = |mut bytes| RecordBatch::decode_next(&mut bytes).unwrap().unwrap();
        batches(entries.into_iter(), 1_000).into_iter().map(decode).collect()
    }

    #[test]
    fn consecutive_records_share_a_batch_and_each_transaction_has_its_own() {
        let producer = |id| TransactionProducer { id, epoch: 2 };
        let batches = packed(vec![
            LogEntry::Record(record("a")),
            LogEntry::Record(record("b")),
            LogEntry::Transactional(producer(1), record("c")),
            LogEntry::Transactional(producer(1), record("d")),
            LogEntry::Transactional(producer(2), record("e")),
            LogEntry::Record(record("f")),
        ]);
        let shape: Vec<(i64, bool, i32)> = batches
            .iter()
            .map(|batch| (batch.header().producer_id, batch.is_transactional(), batch.header().record_count))
            .collect();
        assert_eq!(shape, [(-1, false, 2), (1, true, 2), (2, true, 1), (-1, false, 1)]);
        let header = batches[1].header();
        assert_eq!((header.producer_epoch, header.base_sequence), (2, -1));
    }

    #[test]
    fn a_marker_is_a_control_batch_of_its_producer() {
        let marker =
            OffsetsMarker { producer_id: 1, producer_epoch: 3, coordinator_epoch: 4, committed: true };
        let batches = packed(vec![LogEntry::Record(record("a")), LogEntry::Marker(marker)]);
        assert_eq!(batches.len(), 2);
        let batch = &batches[1];
        assert!(batch.is_control() && batch.is_transactional());
        assert_eq!((batch.header().producer_id, batch.header().producer_epoch), (1, 3));
        let records = batch.records(1_000).unwrap();
        let stored = records.iter().next().unwrap().unwrap();
        let read = EndTransactionMarker::decode(stored.key.unwrap(), stored.value.unwrap());
        assert_eq!(read, Ok(EndTransactionMarker { committed: true, coordinator_epoch: 4 }));
    }

    #[test]
    fn a_step_that_is_too_large_for_one_batch_becomes_several() {
        let large = "x".repeat(MAX_BATCH_BYTES / 2);
        let batches = packed(vec![
            LogEntry::Record(record(&large)),
            LogEntry::Record(record(&large)),
            LogEntry::Record(record("small")),
        ]);
        assert_eq!(batches.iter().map(|batch| batch.header().record_count).collect::<Vec<_>>(), [1, 2]);
    }
}
