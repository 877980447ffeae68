//! Keys and values of coordinators' records: two bytes of type or version, then fields.

use bytes::Bytes;
use tidemill_protocol::{Message, Writer};

/// Writes `number` and behind it `fields` in `version`.
///
/// # Panics
/// If a text is too long for the format: shards refuse those before they reach a record.
pub(crate) fn encode(number: i16, fields: &impl Message, version: i16) -> Bytes {
    let mut writer = Writer::new();
    fields.encode(&mut writer, version).expect("a shard refuses texts that are too long for a record");
    let (body, _holes) = writer.finish();
    let mut bytes = Vec::with_capacity(size_of::<i16>() + body.len());
    bytes.extend_from_slice(&number.to_be_bytes());
    bytes.extend_from_slice(&body);
    Bytes::from(bytes)
}
