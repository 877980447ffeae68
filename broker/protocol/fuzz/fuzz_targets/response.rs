//! Responses as a client receives them, and the values that coordinators and consumers keep in bytes.
//!
//! The first byte chooses the message, the second the version; the rest is the body.

#![no_main]

#[path = "../../tests/wire/cases.rs"]
mod cases;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/wire/round_trip.rs"]
mod round_trip;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [choice, version, body @ ..] = input else {
        return;
    };
    let responses = cases::CASES.iter().filter(|case| !case.name.ends_with("Request"));
    let Some(case) = responses.cycle().nth(usize::from(*choice)) else {
        return;
    };
    round_trip::settles(case, Bytes::copy_from_slice(body), i16::from(*version));
});
