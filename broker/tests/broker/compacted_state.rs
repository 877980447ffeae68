//! What the coordinators keep in their own topics survives compaction: a broker that reads compacted
//! `__consumer_offsets` and `__transaction_state` again knows the same, and holds no transaction for open.

use std::collections::HashMap;

use tidemill_protocol::messages::add_offsets_to_txn::AddOffsetsToTxnRequest;
use tidemill_protocol::messages::end_txn::{EndTxnRequest, EndTxnResponse};
use tidemill_protocol::messages::find_coordinator::FindCoordinatorRequest;
use tidemill_protocol::messages::init_producer_id::InitProducerIdRequest;
use tidemill_protocol::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics,
};
use tidemill_protocol::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use tidemill_protocol::records::RecordBatch;
use tidemill_protocol::{ErrorCode, Records};

use crate::wire::{TestBroker, Wire, fetch_request};

const GROUP: &str = "group";
const TOPIC: &str = "seats";
const OFFSETS: &str = "__consumer_offsets";
const TRANSACTIONS: &str = "__transaction_state";
/// Segments of about two batches, compacted as often as possible; markers that nobody needs leave at once.
const EAGER: &[(&str, &str)] = &[
    ("log.cleaner.backoff.ms", "10"),
    ("log.cleaner.min.cleanable.ratio", "0.01"),
    ("log.cleaner.delete.retention.ms", "0"),
    ("offsets.topic.num.partitions", "1"),
    ("offsets.topic.segment.bytes", "300"),
    ("transaction.state.log.num.partitions", "1"),
    ("transaction.state.log.segment.bytes", "300"),
];

/// The versions of TxnOffsetCommit and EndTxn: of the first protocol, and of the second (KIP-890).
const PROTOCOLS: [(i16, i16); 2] = [(4, 4), (5, 5)];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Producer {
    id: i64,
    epoch: i16,
}

/// Calls until the coordinator has loaded and no markers are being written.
fn when_ready<T>(mut call: impl FnMut() -> (i16, T)) -> T {
    loop {
        let (error, answer) = call();
        let waits = [
            ErrorCode::CoordinatorLoadInProgress,
            ErrorCode::ConcurrentTransactions,
            ErrorCode::UnstableOffsetCommit,
        ];
        if !waits.map(|wait| wait.code()).contains(&error) {
            assert_eq!(error, 0);
            return answer;
        }
    }
}

fn find_coordinators(wire: &mut Wire) {
    for (key_type, key) in [(0, GROUP), (1, "transactions")] {
        let keys = vec![key.to_owned()];
        let request = FindCoordinatorRequest { key_type, coordinator_keys: keys, ..Default::default() };
        assert_eq!(wire.call(&request, 6).coordinators[0].error_code, 0);
    }
}

fn init(wire: &mut Wire, transactional_id: &str) -> Producer {
    let request = InitProducerIdRequest {
        transactional_id: Some(transactional_id.to_owned()),
        transaction_timeout_ms: 60_000,
        producer_id: -1,
        producer_epoch: -1,
    };
    when_ready(|| {
        let given = wire.call(&request, 5);
        (given.error_code, Producer { id: given.producer_id, epoch: given.producer_epoch })
    })
}

fn commit(wire: &mut Wire, version: i16, (transactional_id, producer): (&str, Producer), offset: i64) {
    if version < 5 {
        let request = AddOffsetsToTxnRequest {
            transactional_id: transactional_id.to_owned(),
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            group_id: GROUP.to_owned(),
        };
        when_ready(|| (wire.call(&request, 3).error_code, ()));
    }
    let partition = TxnOffsetCommitRequestPartition {
        partition_index: 0,
        committed_offset: offset,
        committed_leader_epoch: -1,
        committed_metadata: None,
    };
    let topic = TxnOffsetCommitRequestTopic { name: TOPIC.to_owned(), partitions: vec![partition] };
    let request = TxnOffsetCommitRequest {
        transactional_id: transactional_id.to_owned(),
        group_id: GROUP.to_owned(),
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        generation_id: -1,
        member_id: String::new(),
        group_instance_id: None,
        topics: vec![topic],
    };
    when_ready(|| (wire.call(&request, version).topics[0].partitions[0].error_code, ()));
}

/// Ends a transaction; returns who writes the next one.
fn end(
    wire: &mut Wire,
    version: i16,
    (transactional_id, producer): (&str, Producer),
    committed: bool,
) -> Producer {
    let request = EndTxnRequest {
        transactional_id: transactional_id.to_owned(),
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        committed,
    };
    let ended: EndTxnResponse = when_ready(|| {
        let ended = wire.call(&request, version);
        (ended.error_code, ended)
    });
    if version < 5 { producer } else { Producer { id: ended.producer_id, epoch: ended.producer_epoch } }
}

/// The committed offset, once no transaction is open that could change it.
fn stable_offset(wire: &mut Wire) -> i64 {
    let topics = vec![OffsetFetchRequestTopics {
        name: TOPIC.to_owned(),
        partition_indexes: vec![0],
        ..Default::default()
    }];
    let group =
        OffsetFetchRequestGroup { group_id: GROUP.to_owned(), topics: Some(topics), ..Default::default() };
    let request = OffsetFetchRequest { groups: vec![group], require_stable: true, ..Default::default() };
    when_ready(|| {
        let mut response = wire.call(&request, 9);
        let mut group = response.groups.remove(0);
        if group.error_code != 0 {
            return (group.error_code, -1);
        }
        let partition = group.topics.remove(0).partitions.remove(0);
        (partition.error_code, partition.committed_offset)
    })
}

/// All batches of an internal topic.
fn batches(wire: &mut Wire, topic: &str) -> Vec<RecordBatch> {
    let mut found: Vec<RecordBatch> = Vec::new();
    loop {
        let offset = found.last().map_or(0, |batch| batch.header().end_offset());
        let Some(Records::Inline(mut bytes)) = wire.fetch(topic, offset, 0).records else { return found };
        let before = found.len();
        while let Some(batch) = RecordBatch::decode_next(&mut bytes).unwrap() {
            found.push(batch);
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Whether a topic holds fewer than `most` records.
fn is_compacted(wire: &mut Wire, topic: &str, most: i64) -> bool {
    let found = batches(wire, topic);
    // A fetch at the end is the pause between two looks.
    wire.fetch(topic, found.last().unwrap().header().end_offset(), 20);
    found.iter().map(|batch| i64::from(batch.header().record_count)).sum::<i64>() < most
}

/// Every batch of a transaction has a marker of its producer somewhere behind it.
fn assert_every_transaction_ends(batches: &[RecordBatch]) {
    let mut open = HashMap::new();
    for batch in batches.iter().filter(|batch| batch.is_transactional()) {
        let producer_id = batch.header().producer_id;
        match batch.is_control() {
            true => open.remove(&producer_id),
            false => open.insert(producer_id, batch.base_offset()),
        };
    }
    assert_eq!(open, HashMap::new(), "transactions by producer that nothing ends");
}

/// Starts the broker again; nothing that could stand in for the batches is left.
fn restart_from_batches(broker: &mut TestBroker) -> Wire {
    broker.stop();
    for topic in [OFFSETS, TRANSACTIONS] {
        for entry in std::fs::read_dir(broker.dir.path().join(format!("{topic}-0"))).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "snapshot") {
                std::fs::remove_file(path).unwrap();
            }
        }
    }
    broker.start_again();
    let mut wire = broker.connect();
    find_coordinators(&mut wire);
    wire
}

/// Compacted and read again, whatever protocol the transactions had.
fn life(txn_offset_commit: i16, end_txn: i16) {
    let mut broker = TestBroker::with(EAGER);
    let mut wire = broker.connect();
    wire.create_topic(TOPIC, 1, &[]);
    find_coordinators(&mut wire);
    // Its only commit is superseded: what stays of it is an empty batch, with the producer's last sequence number.
    let early = ("early", init(&mut wire, "early"));
    commit(&mut wire, txn_offset_commit, early, 7);
    end(&mut wire, end_txn, early, true);
    let mut late = ("late", init(&mut wire, "late"));
    // Every transaction adds a commit and a marker to one topic, and more to the other.
    let (mut round, mut last_committed) = (0, -1);
    while round < 30 || ![OFFSETS, TRANSACTIONS].iter().all(|topic| is_compacted(&mut wire, topic, round)) {
        commit(&mut wire, txn_offset_commit, late, round);
        let is_committed = round % 3 == 0;
        late.1 = end(&mut wire, end_txn, late, is_committed);
        last_committed = if is_committed { round } else { last_committed };
        round += 1;
        assert!(round < 1_000, "nothing is compacted");
    }
    assert_eq!(stable_offset(&mut wire), last_committed);
    assert_every_transaction_ends(&batches(&mut wire, OFFSETS));

    for _ in 0..2 {
        wire = restart_from_batches(&mut broker);
        assert_eq!(stable_offset(&mut wire), last_committed);
        for topic in [OFFSETS, TRANSACTIONS] {
            let mut request = fetch_request(topic, 0, 0);
            request.isolation_level = 1;
            let data = wire.call(&request, 12).responses.remove(0).partitions.remove(0);
            assert_eq!(data.last_stable_offset, data.high_watermark, "{topic}");
        }
    }
    // The transaction log knows who writes: the next transaction of the same producer goes on.
    commit(&mut wire, txn_offset_commit, late, 5_000);
    end(&mut wire, end_txn, late, true);
    assert_eq!(stable_offset(&mut wire), 5_000);
    assert_eq!(init(&mut wire, "early").id, early.1.id);
}

#[test]
fn compacted_coordinator_topics_tell_what_they_told_before_with_the_first_protocol() {
    let (txn_offset_commit, end_txn) = PROTOCOLS[0];
    life(txn_offset_commit, end_txn);
}

#[test]
fn compacted_coordinator_topics_tell_what_they_told_before_with_the_second_protocol() {
    let (txn_offset_commit, end_txn) = PROTOCOLS[1];
    life(txn_offset_commit, end_txn);
}
