//! What readers of committed data see of several producers whose transactions interleave.

use bytes::{Bytes, BytesMut};
use tidemill_protocol::records::{BatchBuilder, BatchOptions, EndTransactionMarker, ProducerIdentity};

use super::buffered::{Aborted, Buffered, ReadOptions};
use crate::TopicPartition;
use crate::config::IsolationLevel;

/// A log under construction: batches of whole transactions and of none.
#[derive(Default)]
struct Log {
    bytes: BytesMut,
    end_offset: i64,
}

impl Log {
    fn options(&self, producer_id: i64, control: bool) -> BatchOptions {
        let base_sequence = if control { -1 } else { 0 };
        BatchOptions {
            base_offset: self.end_offset,
            producer: Some(ProducerIdentity { id: producer_id, epoch: 0, base_sequence }),
            transactional: true,
            control,
            ..BatchOptions::default()
        }
    }

    fn add(&mut self, options: BatchOptions, records: &[(Option<&[u8]>, &[u8])]) {
        let mut builder = BatchBuilder::new(options);
        for (key, value) in records {
            builder.try_append(0, *key, Some(value), &[]).unwrap();
            self.end_offset += 1;
        }
        self.bytes.extend_from_slice(&builder.build().unwrap());
    }

    /// Two records of a transaction.
    fn data(mut self, producer_id: i64, values: [&str; 2]) -> Self {
        let options = self.options(producer_id, false);
        self.add(options, &values.map(|value| (None, value.as_bytes())));
        self
    }

    /// A record outside transactions, of a producer that also writes inside them or of none.
    fn plain(mut self, producer_id: Option<i64>, value: &str) -> Self {
        let mut options = self.options(producer_id.unwrap_or(-1), false);
        options.transactional = false;
        options.producer = options.producer.filter(|producer| producer.id >= 0);
        self.add(options, &[(None, value.as_bytes())]);
        self
    }

    fn end(mut self, producer_id: i64, committed: bool) -> Self {
        let marker = EndTransactionMarker { committed, coordinator_epoch: 0 };
        let options = self.options(producer_id, true);
        self.add(options, &[(Some(&marker.key()), &marker.value())]);
        self
    }

    /// Returns what was added since the last time: one Fetch answer.
    fn answer(&mut self) -> Bytes {
        self.bytes.split().freeze()
    }
}

fn aborted(of: &[(i64, i64)]) -> Vec<Aborted> {
    let of = of.iter();
    of.map(|&(producer_id, first_offset)| Aborted { producer_id, first_offset }).collect()
}

/// Takes everything from `position` on; the values, and the position behind them.
fn drain(buffered: &mut Buffered, isolation_level: IsolationLevel, mut position: i64) -> (Vec<String>, i64) {
    let partition = TopicPartition::new("t", 0);
    let options = ReadOptions { check_crcs: true, isolation_level };
    let mut values = Vec::new();
    // One record at a time: a filter that forgets in the middle of a batch is found out.
    while let Some(batch) = buffered.take(&partition, position, 1, options).unwrap() {
        assert!(batch.next_offset() > position, "every batch moves the position");
        position = batch.next_offset();
        let of = batch.records().map(|record| record.unwrap().value.unwrap().to_vec());
        values.extend(of.map(|value| String::from_utf8(value).unwrap()));
    }
    (values, position)
}

#[test]
fn of_interleaved_transactions_only_the_aborted_ones_are_hidden_each_up_to_its_marker() {
    let log = || {
        Log::default()
            .data(1, ["1a", "1b"]) // 0: aborted at 7
            .data(2, ["2a", "2b"]) // 2: committed
            .plain(None, "plain") // 4
            .data(1, ["1c", "1d"]) // 5
            .end(1, false) // 7
            .data(3, ["3a", "3b"]) // 8: aborted at 15
            .data(1, ["1e", "1f"]) // 10: committed at 14, by the producer that had aborted
            .data(2, ["2c", "2d"]) // 12
            .end(1, true) // 14
            .end(3, false) // 15
            .end(2, true) // 16
            .data(1, ["1g", "1h"]) // 17: aborted at 20
            .plain(Some(1), "outside") // 19
            .end(1, false) // 20
            .data(3, ["3c", "3d"]) // 21: committed
            .end(3, true) // 23
    };
    let committed = ["2a", "2b", "plain", "1e", "1f", "2c", "2d", "outside", "3c", "3d"];
    // The order in which transactions ended is the broker's, not that in which they began.
    for order in [[(1, 0), (3, 8), (1, 17)], [(1, 17), (3, 8), (1, 0)], [(3, 8), (1, 17), (1, 0)]] {
        let mut buffered = Buffered::default();
        buffered.push(log().answer(), aborted(&order), 24);
        let (values, position) = drain(&mut buffered, IsolationLevel::ReadCommitted, 0);
        assert_eq!((values.as_slice(), position), (committed.map(str::to_owned).as_slice(), 24), "{order:?}");
        assert!(buffered.is_empty());
    }
    let mut buffered = Buffered::default();
    buffered.push(log().answer(), Vec::new(), 24);
    let (values, position) = drain(&mut buffered, IsolationLevel::ReadUncommitted, 0);
    assert_eq!((values.len(), position), (18, 24), "everything but the markers");
}

#[test]
fn an_aborted_transaction_that_spans_two_answers_is_hidden_in_both_and_no_longer() {
    let mut log = Log::default().data(1, ["1a", "1b"]).data(2, ["2a", "2b"]);
    let first = log.answer();
    let mut log = log.data(1, ["1c", "1d"]).end(1, false).data(1, ["1e", "1f"]).end(2, true).end(1, true);
    let second = log.answer();
    // Both overlap the aborted transaction, so both name it.
    let mut buffered = Buffered::default();
    buffered.push(first.clone(), aborted(&[(1, 0)]), 9);
    buffered.push(second.clone(), aborted(&[(1, 0)]), 11);
    let (values, position) = drain(&mut buffered, IsolationLevel::ReadCommitted, 0);
    assert_eq!((values, position), (["2a", "2b", "1e", "1f"].map(str::to_owned).to_vec(), 11));

    // A reader that begins inside the transaction learns of it from the first offset before its position.
    let mut buffered = Buffered::default();
    buffered.push(second, aborted(&[(1, 0)]), 11);
    let (values, position) = drain(&mut buffered, IsolationLevel::ReadCommitted, 5);
    assert_eq!((values, position), (["1e", "1f"].map(str::to_owned).to_vec(), 11));

    // What was noted before a seek does not outlive it.
    let mut buffered = Buffered::default();
    buffered.push(first.clone(), aborted(&[(1, 0)]), 9);
    assert_eq!(drain(&mut buffered, IsolationLevel::ReadCommitted, 0).0, ["2a", "2b"]);
    buffered.clear();
    buffered.push(first, Vec::new(), 9);
    assert_eq!(drain(&mut buffered, IsolationLevel::ReadCommitted, 0).0, ["1a", "1b", "2a", "2b"]);
}
