//! Requests as a broker receives them: a header, then the body that it names.
//!
//! Whatever decodes can be encoded again, and that is read as the same message.

#![no_main]

#[path = "../../tests/wire/cases.rs"]
mod cases;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/wire/round_trip.rs"]
mod round_trip;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use tidemill_protocol::{Reader, RequestHeader};

fuzz_target!(|input: &[u8]| {
    let frame = Bytes::copy_from_slice(input);
    let mut reader = Reader::new(frame.clone());
    let Ok(header) = RequestHeader::decode(&mut reader) else {
        return;
    };
    let name = format!("{}Request", header.api_key);
    let case = cases::CASES
        .iter()
        .find(|case| case.name == name)
        .expect("each API has a request");
    round_trip::settles(case, frame.slice(reader.position()..), header.api_version);
});
