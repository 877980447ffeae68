//! The codec that ours is compared with: the crate kafka-protocol.

use bytes::{Bytes, BytesMut};
use kafka_protocol::protocol::{Decodable, Encodable, Message};

/// Decodes and encodes a message; `None` if the codec does not know the version.
pub(crate) type OtherCodec = fn(Bytes, i16) -> Option<Bytes>;

/// An [`OtherCodec`]. Only bytes that are known to be well-formed may be passed.
pub(crate) fn other_codec<M: Message + Decodable + Encodable>(
    mut bytes: Bytes,
    version: i16,
) -> Option<Bytes> {
    if !(M::VERSIONS.min..=M::VERSIONS.max).contains(&version) {
        return None;
    }
    let message = M::decode(&mut bytes, version).expect("the other codec reads the message");
    assert!(bytes.is_empty(), "the other codec leaves {} bytes", bytes.len());
    let mut encoded = BytesMut::new();
    message.encode(&mut encoded, version).expect("the other codec writes the message");
    Some(encoded.freeze())
}
