//! Decodes a message and encodes it again.

use std::path::Path;

use bytes::Bytes;
use tidemill_protocol::{DecodeError, Message, Reader, Writer};
use tidemill_protocol_generator::schema;

/// A message and how to send it through the codec.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) decode: fn(Bytes, i16) -> Result<(), DecodeError>,
    pub(crate) ours: fn(Bytes, i16) -> Result<Bytes, DecodeError>,
}

/// Our decoder, then our encoder. All bytes must belong to the message.
pub(crate) fn our_codec<M: Message>(bytes: Bytes, version: i16) -> Result<Bytes, DecodeError> {
    let mut reader = Reader::new(bytes);
    let message = M::decode(&mut reader, version)?;
    reader.finish("message")?;
    let mut writer = Writer::new();
    message.encode(&mut writer, version).expect("what a version could say it can say again");
    let (bytes, holes) = writer.finish();
    assert!(holes.is_empty(), "decoded records are inline");
    Ok(bytes)
}

/// Our decoder alone.
pub(crate) fn decode_only<M: Message>(bytes: Bytes, version: i16) -> Result<(), DecodeError> {
    M::decode(&mut Reader::new(bytes), version).map(drop)
}

/// All messages of the schemas, with their cases.
pub(crate) fn messages_of_schemas(cases: &'static [Case]) -> Vec<(schema::Message, &'static Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let schemas = tidemill_protocol_generator::load(&folder).expect("the schemas are well-formed");
    let messages: Vec<schema::Message> = schemas.into_iter().flat_map(|schema| schema.messages).collect();
    assert_eq!(messages.len(), cases.len());
    messages
        .into_iter()
        .map(|message| {
            let case = cases.iter().find(|case| case.name == message.name).expect("each message has a case");
            (message, case)
        })
        .collect()
}

/// Bytes that look random, the same in every run.
pub(crate) fn noise(seed: usize, length: usize) -> Vec<u8> {
    let mut state = seed as u64;
    (0..length)
        .map(|_| {
            // SplitMix64.
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed.to_le_bytes()[7]
        })
        .collect()
}

/// Asserts that what the decoder makes of any bytes is stable: encoded again, it is read as the same.
pub(crate) fn settles(case: &Case, bytes: Bytes, version: i16) {
    if let Ok(encoded) = (case.ours)(bytes, version) {
        assert_eq!((case.ours)(encoded.clone(), version), Ok(encoded), "{} version {version}", case.name);
    }
}
