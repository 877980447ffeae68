//! Damaged messages: cut, continued, flipped. Decoding answers with an error and never panics.

use bytes::Bytes;
use tidemill_protocol::DecodeErrorKind;
use tidemill_protocol_generator::sample::sample;

use super::cases::CASES;
use super::round_trip::{Case, messages_of_schemas, noise, settles};

const SAMPLES_PER_VERSION: usize = 6;
const CHOICES: usize = 120;

/// Calls `check` with the bytes of some samples of every (message, version).
fn for_samples(check: impl Fn(&Case, i16, Bytes)) {
    for (message, case) in messages_of_schemas(CASES) {
        for version in message.versions.first..=message.versions.last {
            for seed in 0..SAMPLES_PER_VERSION {
                let sample = sample(&message, version, &noise(seed, CHOICES), false);
                check(case, version, Bytes::from(sample.bytes));
            }
        }
    }
}

#[test]
fn a_message_cut_at_any_byte_is_an_error() {
    for_samples(|case, version, bytes| {
        for length in 0..bytes.len() {
            let outcome = (case.decode)(bytes.slice(..length), version);
            assert!(outcome.is_err(), "{} version {version} cut to {length} bytes", case.name);
        }
    });
}

#[test]
fn bytes_behind_a_message_are_an_error() {
    for_samples(|case, version, bytes| {
        let continued = Bytes::from([&bytes, &[0u8][..]].concat());
        let error = (case.ours)(continued, version).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::TrailingBytes { remaining: 1 }, "{}", case.name);
        assert_eq!(error.offset, bytes.len(), "{} version {version}", case.name);
    });
}

#[test]
fn flipped_bytes_give_another_message_or_an_error() {
    for_samples(|case, version, bytes| {
        for position in 0..bytes.len() {
            for mask in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.to_vec();
                damaged[position] ^= mask;
                settles(case, Bytes::from(damaged), version);
            }
        }
    });
}

#[test]
fn a_version_outside_the_range_is_an_error() {
    for (message, case) in messages_of_schemas(CASES) {
        for version in [message.versions.first - 1, message.versions.last + 1, i16::MIN, i16::MAX] {
            let error = (case.decode)(Bytes::new(), version).unwrap_err();
            assert!(matches!(error.kind, DecodeErrorKind::UnsupportedVersion { .. }), "{}", message.name);
        }
    }
}
