//! A Fetch response whose records are sent from elsewhere has, once they are put in, the bytes of one that
//! carries them itself.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, proptest};
use tidemill_protocol::frame::{EncodedFrame, FramePart, encode_request, encode_response, frame_size};
use tidemill_protocol::messages::fetch::{
    FetchRequest, FetchResponse, FetchableTopicResponse, PartitionData,
};
use tidemill_protocol::{ApiKey, Message, Reader, Records, Request, RequestHeader, ResponseHeader, Uuid};

/// Response to a Fetch with one topic per list of records; `None` is null.
fn response(
    topics: &[Vec<Option<Vec<u8>>>],
    records: &dyn Fn(&[u8]) -> Records,
    version: i16,
) -> EncodedFrame {
    let responses = topics.iter().enumerate().map(|(index, partitions)| {
        let partition = |records_of_one: &Option<Vec<u8>>| PartitionData {
            records: records_of_one.as_deref().map(records),
            aborted_transactions: None,
            ..PartitionData::default()
        };
        let (topic, topic_id) = match version {
            ..=12 => (format!("topic-{index}"), Uuid::ZERO),
            _ => (String::new(), Uuid([7; 16])),
        };
        FetchableTopicResponse { topic, topic_id, partitions: partitions.iter().map(partition).collect() }
    });
    let response = FetchResponse { responses: responses.collect(), ..FetchResponse::default() };
    encode_response(ResponseHeader { correlation_id: 4 }, ApiKey::Fetch, version, &response)
        .expect("every version can say it")
}

/// What goes over the connection if the sender takes the missing bytes from `deferred`.
fn sent(frame: EncodedFrame, mut deferred: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in frame.into_parts() {
        match part {
            FramePart::Bytes(part) => bytes.extend(part),
            FramePart::Deferred(size_bytes) => {
                let records = deferred.next().expect("one piece per hole");
                assert_eq!(records.len(), size_bytes as usize);
                bytes.extend(records);
            }
        }
    }
    assert_eq!(deferred.next(), None);
    bytes
}

fn topics() -> impl Strategy<Value = Vec<Vec<Option<Vec<u8>>>>> {
    vec(vec(proptest::option::of(vec(any::<u8>(), 0..300)), 0..4), 0..4)
}

proptest! {
    #[test]
    fn a_filled_hole_equals_inline_records(topics in topics(), version in 4i16..=18) {
        let inline = response(&topics, &|bytes| Records::Inline(Bytes::copy_from_slice(bytes)), version);
        let size_of = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap();
        let deferred = response(&topics, &|bytes| Records::Deferred(size_of(bytes)), version);
        assert!(inline.is_whole());
        assert_eq!(deferred.size_bytes(), inline.size_bytes());

        let missing: Vec<Vec<u8>> = topics.into_iter().flatten().flatten().filter(|bytes| !bytes.is_empty()).collect();
        assert_eq!(deferred.is_whole(), missing.is_empty());
        assert_eq!(sent(deferred, missing.into_iter()), sent(inline, std::iter::empty()));
    }
}

#[test]
fn the_size_in_front_of_a_frame_counts_the_holes() {
    let frame = response(&[vec![Some(vec![1; 1000])]], &|_| Records::Deferred(1000), 12);
    let bytes = sent(frame, [vec![1; 1000]].into_iter());
    assert_eq!(frame_size(bytes[..4].try_into().unwrap(), 10_000), Ok(bytes.len() - 4));
}

#[test]
fn a_request_frame_is_read_back() {
    let header = RequestHeader {
        api_key: ApiKey::Fetch,
        api_version: 16,
        correlation_id: 11,
        client_id: Some("reader".to_owned()),
    };
    let request = FetchRequest { max_wait_ms: 500, ..FetchRequest::default() };
    let bytes = sent(encode_request(&header, &request).unwrap(), std::iter::empty());
    let mut reader = Reader::new(Bytes::from(bytes).slice(4..));
    assert_eq!(RequestHeader::decode(&mut reader), Ok(header));
    assert_eq!(FetchRequest::decode(&mut reader, 16), Ok(request));
    assert_eq!(reader.finish("FetchRequest"), Ok(()));
    assert_eq!(FetchRequest::API_KEY.request_versions(), FetchRequest::VERSIONS);
    assert_eq!(FetchRequest::API_KEY.flexible_since(), FetchRequest::FLEXIBLE_SINCE);
}
