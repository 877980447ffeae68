//! Damaged messages: cut, continued, flipped. Decoding answers with an error and never panics.

use bytes::Bytes;
use tidemill_protocol::DecodeErrorKind;
use tidemill_protocol_generator::sample::sample;

use super::cases::CASES;
use super::round_trip::{messages_of_schemas, noise};

const SAMPLES_PER_VERSION: usize = 6;
const CHOICES: usize = 120;

/// Calls `check` with the bytes of some samples of every (message, version).
fn for_samples(check: impl Fn(&str, Bytes, &dyn Fn(Bytes) -> Result<Bytes, tidemill_protocol::DecodeError>)) {
    for (message, case) in messages_of_schemas(CASES) {
        for version in message.versions.first..=message.versions.last {
            for seed in 0..SAMPLES_PER_VERSION {
                let bytes = sample(&message, version, &noise(seed, CHOICES), false).bytes;
                let name = format!("{} version {version}, seed {seed}", message.name);
                check(&name, Bytes::from(bytes), &|bytes| (case.ours)(bytes, version));
            }
        }
    }
}

#[test]
fn a_message_cut_at_any_byte_is_an_error() {
    for_samples(|name, bytes, decode| {
        for length in 0..bytes.len() {
            assert!(
                decode(bytes.slice(..length)).is_err(),
                "{name}, cut to {length} of {}",
                bytes.len()
            );
        }
    });
}

#[test]
fn bytes_behind_a_message_are_an_error() {
    for_samples(|name, bytes, decode| {
        let error = decode(Bytes::from([&bytes, &[0u8][..]].concat())).unwrap_err();
        assert_eq!(
            error.kind,
            DecodeErrorKind::TrailingBytes { remaining: 1 },
            "{name}"
        );
        assert_eq!(error.offset, bytes.len(), "{name}");
    });
}

#[test]
fn flipped_bytes_give_another_message_or_an_error() {
    for_samples(|_, bytes, decode| {
        for position in 0..bytes.len() {
            for mask in [0x01, 0x80, 0xff] {
                let mut damaged = bytes.to_vec();
                damaged[position] ^= mask;
                // Either is fine; what counts is that it returns.
                let _ = decode(Bytes::from(damaged));
            }
        }
    });
}

#[test]
fn a_version_outside_the_range_is_an_error() {
    for (message, case) in messages_of_schemas(CASES) {
        for version in [
            message.versions.first - 1,
            message.versions.last + 1,
            i16::MIN,
            i16::MAX,
        ] {
            let error = (case.decode)(Bytes::new(), version).unwrap_err();
            assert!(
                matches!(error.kind, DecodeErrorKind::UnsupportedVersion { .. }),
                "{}",
                message.name
            );
        }
    }
}
