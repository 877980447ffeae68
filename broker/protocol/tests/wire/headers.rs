//! Request and response headers against the other codec, for every version of every API.

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages as theirs;
use kafka_protocol::protocol::{Encodable, StrBytes};
use tidemill_protocol::{ApiKey, Reader, RequestHeader, ResponseHeader, Writer};

/// The versions that both codecs have.
fn shared_versions() -> impl Iterator<Item = (ApiKey, theirs::ApiKey, i16)> {
    (ApiKey::ALL.iter())
        .filter_map(|&key| Some((key, theirs::ApiKey::try_from(key.code()).ok()?)))
        .flat_map(|(key, other)| key.request_versions().map(move |version| (key, other, version)))
}

#[test]
fn request_headers_have_the_bytes_of_the_other_codec() {
    for (api_key, other_key, api_version) in shared_versions() {
        for client_id in [None, Some(String::new()), Some("console-consumer".to_owned())] {
            let header = RequestHeader { api_key, api_version, correlation_id: -7, client_id };
            let mut writer = Writer::new();
            header.encode(&mut writer).unwrap();
            let bytes = writer.finish().0;

            let other = theirs::RequestHeader::default()
                .with_request_api_key(api_key.code())
                .with_request_api_version(api_version)
                .with_correlation_id(-7)
                .with_client_id(header.client_id.clone().map(StrBytes::from_string));
            let mut expected = BytesMut::new();
            other.encode(&mut expected, other_key.request_header_version(api_version)).unwrap();
            assert_eq!(bytes, expected, "{api_key} version {api_version}");

            let mut reader = Reader::new(bytes);
            assert_eq!(RequestHeader::decode(&mut reader), Ok(header));
            assert_eq!(reader.finish("RequestHeader"), Ok(()));
        }
    }
}

#[test]
fn response_headers_have_the_bytes_of_the_other_codec() {
    for (api_key, other_key, api_version) in shared_versions() {
        let header = ResponseHeader { correlation_id: 0x0102_0304 };
        let mut writer = Writer::new();
        header.encode(&mut writer, api_key, api_version);
        let bytes = writer.finish().0;

        let other = theirs::ResponseHeader::default().with_correlation_id(0x0102_0304);
        let mut expected = BytesMut::new();
        other.encode(&mut expected, other_key.response_header_version(api_version)).unwrap();
        assert_eq!(bytes, expected, "{api_key} version {api_version}");

        let mut reader = Reader::new(bytes);
        assert_eq!(ResponseHeader::decode(&mut reader, api_key, api_version), Ok(header));
        assert_eq!(reader.finish("ResponseHeader"), Ok(()));
    }
}

#[test]
fn names_and_keys_are_those_of_the_other_codec() {
    let mut shared = 0;
    for key in ApiKey::ALL {
        if let Ok(other) = theirs::ApiKey::try_from(key.code()) {
            assert_eq!(format!("{other:?}").replace("Key", ""), key.name());
            shared += 1;
        }
    }
    assert_eq!(shared, ApiKey::ALL.len() - 2, "only the two of Streams groups are missing there");
}

#[test]
fn unknown_tagged_fields_of_a_header_are_skipped() {
    let bytes = Bytes::from_static(&[0, 1, 0, 12, 0, 0, 0, 9, 0xff, 0xff, 1, 7, 2, 0xaa, 0xbb]);
    let mut reader = Reader::new(bytes);
    let header = RequestHeader::decode(&mut reader).unwrap();
    assert_eq!((header.api_key, header.api_version, header.correlation_id), (ApiKey::Fetch, 12, 9));
    assert_eq!(reader.finish("RequestHeader"), Ok(()));
}
