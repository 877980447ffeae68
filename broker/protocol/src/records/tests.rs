//! Batches built here read back here and in the crate kafka-protocol, and the other way round.

mod damage;

use super::{
    Attributes, BatchBuilder, BatchHeader, BatchOptions, Compression, EndTransactionMarker, HEADER_BYTES,
    HeaderRef, PREFIX_BYTES, ProducerIdentity, RecordBatch, TimestampType,
};
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::indexmap::IndexMap;
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records as other;
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

const LIMIT: usize = 1 << 20;

type Field = Option<Vec<u8>>;

#[derive(Debug, Clone, PartialEq)]
struct OwnedRecord {
    timestamp: i64,
    key: Field,
    value: Field,
    headers: Vec<(Vec<u8>, Field)>,
}

fn field() -> impl Strategy<Value = Field> {
    prop::option::of(prop::collection::vec(any::<u8>(), 0..150))
}

fn record() -> impl Strategy<Value = OwnedRecord> {
    let headers = prop::collection::vec(("[a-c]{0,2}".prop_map(String::into_bytes), field()), 0..4);
    (0..i64::MAX / 2, field(), field(), headers).prop_map(|(timestamp, key, value, headers)| OwnedRecord {
        timestamp,
        key,
        value,
        headers,
    })
}

fn codec() -> impl Strategy<Value = Compression> {
    prop::sample::select(Compression::ALL.to_vec())
}

fn build(options: BatchOptions, records: &[OwnedRecord]) -> Bytes {
    let mut builder = BatchBuilder::new(options);
    for (index, record) in records.iter().enumerate() {
        let headers: Vec<_> =
            record.headers.iter().map(|(key, value)| HeaderRef { key, value: value.as_deref() }).collect();
        let delta =
            builder.try_append(record.timestamp, record.key.as_deref(), record.value.as_deref(), &headers);
        assert_eq!(delta, Some(i32::try_from(index).unwrap()));
    }
    builder.build().unwrap()
}

fn decode_one(mut bytes: Bytes) -> RecordBatch {
    let batch = RecordBatch::decode_next(&mut bytes).unwrap().unwrap();
    assert!(bytes.is_empty());
    batch.verify_checksum().unwrap();
    batch
}

fn read(batch: &RecordBatch) -> Vec<(i64, OwnedRecord)> {
    let records = batch.records(LIMIT).unwrap();
    let owned = |bytes: &[u8]| bytes.to_vec();
    let read = records.iter().map(|record| {
        let record = record.unwrap();
        let headers = record.headers.map(|header| (header.key.to_vec(), header.value.map(owned))).collect();
        let (key, value) = (record.key.map(owned), record.value.map(owned));
        (record.offset, OwnedRecord { timestamp: record.timestamp, key, value, headers })
    });
    read.collect()
}

fn sample(compression: Compression) -> Bytes {
    let records: Vec<_> = (0..3)
        .map(|number| OwnedRecord {
            timestamp: 1_000 + i64::from(number),
            key: Some(vec![number]),
            value: (number != 1).then(|| vec![number; 20]),
            headers: vec![(b"h".to_vec(), None), (b"h".to_vec(), Some(vec![number]))],
        })
        .collect();
    build(BatchOptions { compression, ..BatchOptions::default() }, &records)
}

proptest! {
    #[test]
    fn records_round_trip_through_every_codec(
        records in prop::collection::vec(record(), 1..20),
        compression in codec(),
        transactional in any::<bool>(),
        base_offset in 0..i64::MAX / 2,
    ) {
        let producer = Some(ProducerIdentity { id: 9, epoch: 3, base_sequence: 12 });
        let options = BatchOptions { compression, transactional, producer, base_offset, ..BatchOptions::default() };
        let batch = decode_one(build(options, &records));
        assert_eq!(batch.compression().unwrap(), compression);
        assert_eq!(batch.is_transactional(), transactional);
        assert_eq!(batch.header().producer_id, 9);
        assert_eq!(batch.last_offset(), base_offset + i64::try_from(records.len()).unwrap() - 1);
        assert_eq!(batch.header().max_timestamp, records.iter().map(|record| record.timestamp).max().unwrap());
        let expected: Vec<_> = (base_offset..).zip(records).collect();
        assert_eq!(read(&batch), expected);
    }

    #[test]
    fn any_bytes_are_decoded_or_refused_without_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        magic in prop_oneof![Just(2u8), any::<u8>()],
    ) {
        let mut bytes = bytes;
        if let Some(byte) = bytes.get_mut(16) {
            *byte = magic;
        }
        if let Some(length) = bytes.get_mut(8..12) {
            length.copy_from_slice(&100i32.to_be_bytes());
        }
        let mut input = Bytes::from(bytes);
        while let Ok(Some(batch)) = RecordBatch::decode_next(&mut input) {
            if let Ok(records) = batch.records(LIMIT) {
                let _ = records.iter().count();
            }
        }
    }

    #[test]
    fn kafka_protocol_reads_what_is_built_here(records in prop::collection::vec(record(), 1..10)) {
        let producer = Some(ProducerIdentity { id: 9, epoch: 3, base_sequence: 12 });
        let options = BatchOptions { producer, base_offset: 40, leader_epoch: 6, ..BatchOptions::default() };
        let mut bytes = build(options, &records);
        let decoded = other::RecordBatchDecoder::decode(&mut bytes).unwrap();
        for (index, (theirs, ours)) in decoded.records.iter().zip(&records).enumerate() {
            let index = i32::try_from(index).unwrap();
            assert_eq!(theirs.offset, 40 + i64::from(index));
            assert_eq!(theirs.sequence, 12 + index);
            assert_eq!((theirs.producer_id, theirs.producer_epoch, theirs.partition_leader_epoch), (9, 3, 6));
            assert_eq!(theirs.timestamp, ours.timestamp);
            assert_eq!(theirs.key.as_deref(), ours.key.as_deref());
            assert_eq!(theirs.value.as_deref(), ours.value.as_deref());
            // Their map keeps one header per key: the last.
            for (key, value) in &theirs.headers {
                let last = ours.headers.iter().rfind(|(name, _)| name == key.as_bytes()).unwrap();
                assert_eq!(value.as_deref(), last.1.as_deref());
            }
        }
        assert_eq!(decoded.records.len(), records.len());
    }

    #[test]
    fn batches_of_kafka_protocol_are_read_here(records in prop::collection::vec(record(), 1..10)) {
        let theirs: Vec<_> = (0..).zip(&records).map(|(index, record)| their_record(index, record)).collect();
        let mut bytes = BytesMut::new();
        let options = other::RecordEncodeOptions { version: 2, compression: other::Compression::None };
        other::RecordBatchEncoder::encode(&mut bytes, &theirs, &options).unwrap();
        let mut input = bytes.freeze();
        let mut read_back = Vec::new();
        while let Some(batch) = RecordBatch::decode_next(&mut input).unwrap() {
            batch.verify_checksum().unwrap();
            read_back.extend(read(&batch));
        }
        let offsets: Vec<_> = read_back.iter().map(|(offset, _)| *offset).collect();
        assert_eq!(offsets, (0..i64::try_from(records.len()).unwrap()).collect::<Vec<_>>());
        for ((_, ours), record) in read_back.iter().zip(&records) {
            assert_eq!((ours.timestamp, &ours.key, &ours.value), (record.timestamp, &record.key, &record.value));
        }
    }
}

fn their_record(index: i32, record: &OwnedRecord) -> other::Record {
    let text = |bytes: &[u8]| StrBytes::from_string(String::from_utf8(bytes.to_vec()).unwrap());
    let headers: IndexMap<_, _> =
        record.headers.iter().map(|(key, value)| (text(key), value.clone().map(Bytes::from))).collect();
    other::Record {
        transactional: false,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: 0,
        producer_id: -1,
        producer_epoch: -1,
        timestamp_type: other::TimestampType::Creation,
        offset: i64::from(index),
        sequence: -1,
        timestamp: record.timestamp,
        key: record.key.clone().map(Bytes::from),
        value: record.value.clone().map(Bytes::from),
        headers,
    }
}

#[test]
fn placing_a_batch_leaves_its_checksum_valid() {
    let batch = decode_one(sample(Compression::Zstd));
    let prefix = batch.header().placement_prefix(1 << 40, 17);
    let placed = decode_one([&prefix, &batch.bytes()[PREFIX_BYTES..]].concat().into());
    assert_eq!((placed.base_offset(), placed.header().partition_leader_epoch), (1 << 40, 17));
    assert_eq!(placed.header().crc, batch.header().crc);
    assert_eq!(read(&placed)[2].0, (1 << 40) + 2);
}

#[test]
fn the_append_time_replaces_every_timestamp_and_renews_the_checksum() {
    let batch = decode_one(sample(Compression::Lz4));
    let header = batch.header_with_append_time(777);
    let stamped = decode_one([&header.encode(), &batch.bytes()[HEADER_BYTES..]].concat().into());
    assert_eq!(stamped.timestamp_type(), TimestampType::LogAppendTime);
    assert!(read(&stamped).iter().all(|(_, record)| record.timestamp == 777));
}

#[test]
fn compaction_keeps_offsets_and_range_when_records_go() {
    let options = BatchOptions { base_offset: 100, ..BatchOptions::default() };
    let full = decode_one(build(
        options.clone(),
        &(0..5u8)
            .map(|n| OwnedRecord { timestamp: 5, key: Some(vec![n]), value: None, headers: Vec::new() })
            .collect::<Vec<_>>(),
    ));
    let records = full.records(LIMIT).unwrap();
    let mut kept = BatchBuilder::new(options.clone());
    for record in records.iter().map(Result::unwrap).filter(|record| [101, 103].contains(&record.offset)) {
        kept.try_append_record(&record).unwrap();
    }
    kept.extend_to(full.header().last_offset_delta);
    let kept = decode_one(kept.build().unwrap());
    assert_eq!((kept.base_offset(), kept.last_offset(), kept.header().record_count), (100, 104, 2));
    assert_eq!(read(&kept).iter().map(|(offset, _)| *offset).collect::<Vec<_>>(), [101, 103]);

    let mut empty = BatchBuilder::new(options);
    empty.extend_to(4);
    let empty = decode_one(empty.build().unwrap());
    assert_eq!((empty.last_offset(), empty.header().record_count, read(&empty).len()), (104, 0, 0));
}

#[test]
fn a_full_batch_takes_no_more_but_its_first_record_always_fits() {
    let mut builder = BatchBuilder::new(BatchOptions { size_limit: 100, ..BatchOptions::default() });
    assert_eq!(builder.try_append(0, None, Some(&[0; 500]), &[]), Some(0));
    assert_eq!(builder.try_append(0, None, None, &[]), None);
    assert_eq!(builder.len(), 1);
}

#[test]
fn a_control_batch_carries_a_marker() {
    let marker = EndTransactionMarker { committed: true, coordinator_epoch: 4 };
    let producer = Some(ProducerIdentity { id: 1, epoch: 0, base_sequence: -1 });
    let options = BatchOptions { control: true, transactional: true, producer, ..BatchOptions::default() };
    let mut builder = BatchBuilder::new(options);
    builder.try_append(9, Some(&marker.key()), Some(&marker.value()), &[]).unwrap();
    let batch = decode_one(builder.build().unwrap());
    assert!(batch.is_control() && batch.is_transactional());
    assert_eq!(batch.header().last_sequence(), -1);
    let records = batch.records(LIMIT).unwrap();
    let record = records.iter().next().unwrap().unwrap();
    assert_eq!(EndTransactionMarker::decode(record.key.unwrap(), record.value.unwrap()), Ok(marker));
}

#[test]
fn the_header_has_the_bytes_of_the_specification() {
    let header = BatchHeader {
        base_offset: 1,
        batch_length: 49,
        partition_leader_epoch: 2,
        magic: 2,
        crc: 0xdead_beef,
        attributes: Attributes(0x14),
        last_offset_delta: 3,
        base_timestamp: 4,
        max_timestamp: 5,
        producer_id: 6,
        producer_epoch: 7,
        base_sequence: 8,
        record_count: 9,
    };
    let mut expected = Vec::new();
    expected.put_i64(1);
    expected.put_slice(&[0, 0, 0, 49, 0, 0, 0, 2, 2, 0xde, 0xad, 0xbe, 0xef, 0, 0x14, 0, 0, 0, 3]);
    expected.put_i64(4);
    expected.put_i64(5);
    expected.put_i64(6);
    expected.put_slice(&[0, 7, 0, 0, 0, 8, 0, 0, 0, 9]);
    assert_eq!(header.encode().as_slice(), expected);
    assert_eq!(BatchHeader::decode(&header.encode()), header);
}
