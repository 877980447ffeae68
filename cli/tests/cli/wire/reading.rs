//! What a read_committed consumer sees, filtered here and not by our client.

use std::collections::BTreeSet;

use tidemill_protocol::Records;
use tidemill_protocol::messages::fetch::{
    AbortedTransaction, FetchPartition, FetchRequest, FetchTopic, PartitionData,
};
use tidemill_protocol::records::{ControlType, RecordBatch};

use super::{PAUSE, Wire};

const READ_COMMITTED: i8 = 1;
const FETCH_VERSION: i16 = 12;
const MAX_BYTES: i32 = 4 << 20;
/// Looks at a transaction that has no marker yet: half a minute.
const MAX_TRIES: u32 = 6_000;
const MAX_UNFOLDED: usize = 64 << 20;

/// A partition as a read_committed consumer sees it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Offset and value of each visible record.
    pub(crate) records: Vec<(i64, u64)>,
    pub(crate) last_stable_offset: i64,
    pub(crate) high_watermark: i64,
}

impl Seen {
    pub(crate) fn values(&self) -> Vec<u64> {
        self.records.iter().map(|(_, value)| *value).collect()
    }
}

/// Reads a partition once every transaction in it has its marker: an EndTxn is answered when the end is decided, the
/// markers follow. Fails if one hangs.
pub(crate) fn read_settled(wire: &mut Wire, topic: &str, partition: i32) -> Seen {
    for _ in 0..MAX_TRIES {
        let seen = read_committed(wire, topic, partition, 0);
        if seen.last_stable_offset == seen.high_watermark {
            return seen;
        }
        std::thread::sleep(PAUSE);
    }
    panic!("a transaction hangs in {topic}-{partition}");
}

/// Reads a partition from `offset` up to its last stable offset.
fn read_committed(wire: &mut Wire, topic: &str, partition: i32, from: i64) -> Seen {
    let mut seen = Seen::default();
    let mut offset = from;
    loop {
        let data = fetch(wire, topic, partition, offset);
        assert_eq!(data.error_code, 0, "{topic}-{partition} at {offset}: {data:?}");
        (seen.last_stable_offset, seen.high_watermark) = (data.last_stable_offset, data.high_watermark);
        let next = take_visible(&data, offset, &mut seen.records);
        if next >= data.last_stable_offset || next == offset {
            assert!(
                next >= data.last_stable_offset,
                "{topic}-{partition} gives nothing at {offset}: {data:?}"
            );
            return seen;
        }
        offset = next;
    }
}

fn fetch(wire: &mut Wire, topic: &str, partition: i32, fetch_offset: i64) -> PartitionData {
    let partition = FetchPartition {
        partition,
        fetch_offset,
        partition_max_bytes: MAX_BYTES,
        ..FetchPartition::default()
    };
    let topic = FetchTopic { topic: topic.to_owned(), partitions: vec![partition], ..FetchTopic::default() };
    let request = FetchRequest {
        max_wait_ms: 0,
        min_bytes: 0,
        max_bytes: MAX_BYTES,
        isolation_level: READ_COMMITTED,
        topics: vec![topic],
        ..FetchRequest::default()
    };
    wire.call(&request, FETCH_VERSION).responses.remove(0).partitions.remove(0)
}

/// Takes what is visible; returns the offset to go on at. As KIP-98 tells a consumer: a producer's records are dropped
/// from the first offset of its aborted transaction until its marker.
fn take_visible(data: &PartitionData, from: i64, records: &mut Vec<(i64, u64)>) -> i64 {
    let mut aborted: Vec<AbortedTransaction> = data.aborted_transactions.clone().unwrap_or_default();
    aborted.sort_by_key(|transaction| transaction.first_offset);
    let mut aborting: BTreeSet<i64> = BTreeSet::new();
    let mut next = from;
    let Some(Records::Inline(bytes)) = &data.records else { return next };
    let mut bytes = bytes.clone();
    while let Ok(Some(batch)) = RecordBatch::decode_next(&mut bytes) {
        batch.verify_checksum().unwrap();
        next = batch.last_offset() + 1;
        let producer = batch.header().producer_id;
        aborted.retain(|transaction| {
            let begun = transaction.first_offset <= batch.last_offset();
            if begun {
                aborting.insert(transaction.producer_id);
            }
            !begun
        });
        let content = batch.records(MAX_UNFOLDED).unwrap();
        if batch.is_control() {
            let record = content.iter().next().unwrap().unwrap();
            if ControlType::from_key(record.key.unwrap()).unwrap() == ControlType::Abort {
                aborting.remove(&producer);
            }
            continue;
        }
        if batch.is_transactional() && aborting.contains(&producer) {
            continue;
        }
        for record in content.iter().map(|record| record.unwrap()).filter(|record| record.offset >= from) {
            let value = std::str::from_utf8(record.value.unwrap()).unwrap().parse().unwrap();
            records.push((record.offset, value));
        }
    }
    next
}
