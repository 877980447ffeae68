//! Input that no good client sends: each has a defined answer, and the broker goes on serving others.

use tidemill_protocol::messages::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use tidemill_protocol::messages::metadata::MetadataRequest;
use tidemill_protocol::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use tidemill_protocol::records::{BatchOptions, Compression};
use tidemill_protocol::{ApiKey, ErrorCode, Message, Reader, ResponseHeader};

use crate::wire::{TestBroker, batch, batch_with, encode, fetch_request, produce_request, records};

/// Where fields of a batch lie (Kafka documentation, "Record Batch").
const BATCH_LENGTH: usize = 8;
const MAGIC: usize = 16;
const CRC: usize = 17;
const ATTRIBUTES: usize = 21;
const RECORD_COUNT: usize = 57;

/// Sends `bytes` alone on a connection; says whether the broker answered by closing it.
fn closes_on(broker: &TestBroker, bytes: &[u8]) -> bool {
    let mut wire = broker.connect();
    wire.send_raw(bytes);
    wire.is_closed()
}

/// Fails unless a new client is served.
fn assert_serves(broker: &TestBroker) {
    let mut wire = broker.connect();
    assert!(!wire.newest(&MetadataRequest::default()).brokers.is_empty());
}

#[test]
fn an_unknown_api_or_version_closes_the_connection() {
    let broker = TestBroker::start();
    let request = |key: i16, version: i16| {
        let mut bytes = encode(&MetadataRequest::default(), 1, 1);
        bytes[4..6].copy_from_slice(&key.to_be_bytes());
        bytes[6..8].copy_from_slice(&version.to_be_bytes());
        bytes
    };
    for (key, version) in [(999, 0), (-1, 0), (4, 0), (3, 99), (3, -1), (1, 3), (0, 2)] {
        assert!(closes_on(&broker, &request(key, version)), "key {key} version {version}");
    }
    assert_serves(&broker);
}

#[test]
fn an_unknown_version_of_api_versions_is_answered_in_version_0() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let mut bytes = encode(&named_client(), 3, 77);
    bytes[6..8].copy_from_slice(&99_i16.to_be_bytes());
    wire.send_raw(&bytes);
    let mut reader = Reader::new(wire.receive_raw().unwrap().unwrap());
    let header = ResponseHeader::decode(&mut reader, ApiKey::ApiVersions, 0).unwrap();
    let response = ApiVersionsResponse::decode(&mut reader, 0).unwrap();
    assert_eq!(header.correlation_id, 77);
    assert_eq!(response.error_code, ErrorCode::UnsupportedVersion.code());
    assert!(response.api_keys.iter().any(|api| api.api_key == 18 && api.max_version == 4));
    // The connection lives: the client tries again.
    assert_eq!(wire.call(&named_client(), 3).error_code, 0);
}

fn named_client() -> ApiVersionsRequest {
    ApiVersionsRequest { client_software_name: "test".into(), client_software_version: "1.0".into() }
}

#[test]
fn a_client_name_outside_the_pattern_is_an_invalid_request() {
    let broker = TestBroker::start();
    let request = ApiVersionsRequest { client_software_name: "a b".into(), ..named_client() };
    assert_eq!(broker.connect().call(&request, 3).error_code, ErrorCode::InvalidRequest.code());
}

#[test]
fn frames_of_impossible_size_close_the_connection() {
    let broker = TestBroker::with(&[("socket.request.max.bytes", "1024")]);
    for size in [-1_i32, i32::MIN, 1_025, i32::MAX] {
        assert!(closes_on(&broker, &size.to_be_bytes()), "size {size}");
    }
    assert_serves(&broker);
}

#[test]
fn a_request_cut_at_any_byte_closes_the_connection_and_harms_nobody() {
    let broker = TestBroker::start();
    broker.connect().create_topic("orders", 1, &[]);
    let whole = [
        encode(&produce_request("orders", batch(&["a"]), -1), 12, 1),
        encode(&fetch_request("orders", 0, 0), 12, 1),
        encode(&named_client(), 3, 1),
    ];
    for request in whole {
        for length in 0..request.len() - 4 {
            // Cut on the wire: the rest never comes.
            let mut wire = broker.connect();
            wire.send_raw(&request[..length + 4]);
            wire.finish_sending();
            assert!(wire.is_closed(), "cut on the wire after {length} bytes");
            // Cut inside its frame: the size says that this is all.
            let mut shorter = request[..length + 4].to_vec();
            shorter[..4].copy_from_slice(&i32::try_from(length).unwrap().to_be_bytes());
            assert!(closes_on(&broker, &shorter), "cut in its frame after {length} bytes");
        }
    }
    assert!(records(&broker.connect().fetch("orders", 0, 0)).is_empty(), "no cut request was carried out");
}

#[test]
fn bytes_behind_a_request_are_ignored_as_kafka_does() {
    let broker = TestBroker::start();
    let mut request = encode(&fetch_request("orders", 0, 0), 12, 1);
    request.push(0);
    let size = i32::try_from(request.len() - 4).unwrap();
    request[..4].copy_from_slice(&size.to_be_bytes());
    let mut wire = broker.connect();
    wire.send_raw(&request);
    assert!(wire.receive_raw().unwrap().is_some());
}

#[test]
fn damaged_batches_are_refused_by_name_and_nothing_is_stored() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let good = batch(&["a", "b"]);
    let with = |at: usize, bytes: &[u8]| {
        let mut damaged = good.to_vec();
        damaged[at..at + bytes.len()].copy_from_slice(bytes);
        damaged
    };
    let format = [ErrorCode::UnsupportedForMessageFormat, ErrorCode::InvalidRecord];
    let damage = [ErrorCode::CorruptMessage, ErrorCode::InvalidRecord];
    let cases = [
        ("a wrong checksum", with(CRC, &[1, 2, 3, 4]), damage),
        ("an old magic", with(MAGIC, &[1]), format),
        ("an unknown magic", with(MAGIC, &[9]), format),
        ("a negative length", with(BATCH_LENGTH, &(-1_i32).to_be_bytes()), damage),
        ("a length past the end", with(BATCH_LENGTH, &9_999_i32.to_be_bytes()), damage),
        ("half a batch", good[..good.len() / 2].to_vec(), damage),
        ("no batch", Vec::new(), damage),
        ("two batches", [good.to_vec(), good.to_vec()].concat(), damage),
    ];
    for (name, bytes, expected) in cases {
        let refused = wire.produce("orders", bytes.into(), -1);
        let is_expected = expected.iter().any(|error| error.code() == refused.error_code);
        assert!(is_expected, "{name}: {refused:?}");
        assert!(refused.error_message.is_some_and(|message| !message.is_empty()), "{name} has no message");
    }
    assert!(records(&wire.fetch("orders", 0, 0)).is_empty());
    assert_eq!(wire.produce("orders", good, -1).base_offset, 0);
}

#[test]
fn a_batch_that_lies_about_its_records_is_refused() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let mut lying = batch(&["a", "b"]).to_vec();
    lying[RECORD_COUNT..RECORD_COUNT + 4].copy_from_slice(&1_000_000_i32.to_be_bytes());
    let crc = crc32c(&lying[ATTRIBUTES..]);
    lying[CRC..CRC + 4].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(wire.produce("orders", lying.into(), -1).error_code, ErrorCode::InvalidRecord.code());
}

#[test]
fn a_compressed_batch_that_cannot_be_unfolded_is_refused() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let mut garbage = batch(&["a", "b"]).to_vec();
    garbage[ATTRIBUTES + 1] |= 1;
    let crc = crc32c(&garbage[ATTRIBUTES..]);
    garbage[CRC..CRC + 4].copy_from_slice(&crc.to_be_bytes());
    let refused = wire.produce("orders", garbage.into(), -1);
    assert_eq!(refused.error_code, ErrorCode::InvalidRecord.code());
}

#[test]
fn a_control_batch_from_a_client_is_refused() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let mut control = batch(&["a"]).to_vec();
    control[ATTRIBUTES + 1] |= 0b10_0000;
    let crc = crc32c(&control[ATTRIBUTES..]);
    control[CRC..CRC + 4].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(wire.produce("orders", control.into(), -1).error_code, ErrorCode::InvalidRecord.code());
}

/// Castagnoli, bit by bit: slow, and independent of the code under test.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |crc: u32| {
        if crc & 1 == 1 { (crc >> 1) ^ 0x82F6_3B78 } else { crc >> 1 }
    };
    !bytes.iter().fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[test]
fn a_compression_bomb_is_refused_and_the_broker_goes_on() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let zeros = "\0".repeat(128 * 1024 * 1024);
    let bomb =
        batch_with(BatchOptions { compression: Compression::Zstd, ..BatchOptions::default() }, &[&zeros]);
    assert!(bomb.len() < 100_000, "the bomb is {} bytes", bomb.len());
    let answer = wire.produce("orders", bomb, -1);
    assert_eq!(answer.error_code, ErrorCode::InvalidRecord.code(), "{answer:?}");
    assert_serves(&broker);
}

#[test]
fn too_large_batches_and_unknown_acks_are_refused() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("small", 1, &[("max.message.bytes", "100")]);
    let refused = wire.produce("small", batch(&[&"x".repeat(200)]), -1);
    assert_eq!(refused.error_code, ErrorCode::MessageTooLarge.code());
    let refused = wire.produce("small", batch(&["a"]), 7);
    assert_eq!(refused.error_code, ErrorCode::InvalidRequiredAcks.code());
}

#[test]
fn null_where_it_is_not_allowed_is_answered_or_closes() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    wire.create_topic("orders", 1, &[]);
    let topic = TopicProduceData {
        name: "orders".into(),
        partition_data: vec![PartitionProduceData { index: 0, records: None }],
        ..TopicProduceData::default()
    };
    let request = ProduceRequest { acks: -1, timeout_ms: 1, topic_data: vec![topic], ..Default::default() };
    let response = wire.call(&request, 12);
    assert_eq!(response.responses[0].partition_responses[0].error_code, ErrorCode::InvalidRecord.code());
    wire.create_topic("compacted", 1, &[("cleanup.policy", "compact")]);
    let mut builder = tidemill_protocol::records::BatchBuilder::new(BatchOptions::default());
    builder.try_append(0, None, Some(b"value"), &[]).unwrap();
    let refused = wire.produce("compacted", builder.build().unwrap(), -1);
    assert_eq!(refused.error_code, ErrorCode::InvalidRecord.code());
    assert_eq!(refused.record_errors.len(), 1, "the record without a key is named");
}

#[test]
fn unknown_topics_and_internal_topics_are_refused() {
    let broker = TestBroker::start();
    let mut wire = broker.connect();
    let refused = wire.produce("absent", batch(&["a"]), -1);
    assert_eq!(refused.error_code, ErrorCode::UnknownTopicOrPartition.code());
    let refused = wire.produce("not a name", batch(&["a"]), -1);
    assert_eq!(refused.error_code, ErrorCode::InvalidTopicException.code());
    assert_eq!(wire.fetch("absent", 0, 0).error_code, ErrorCode::UnknownTopicOrPartition.code());
}
