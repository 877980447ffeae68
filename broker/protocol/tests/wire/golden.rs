//! Messages that the other codec does not have, as Kafka 4.3.1's own classes read and wrote them.
//!
//! Each line of `golden.txt` is a message, a version and bytes that were made up from the schema, decoded and
//! encoded again by Kafka 4.3.1's generated Java classes without a difference. They hold the schemas to
//! Kafka where no other codec does.

use bytes::Bytes;
use tidemill_protocol_generator::sample::sample;

use super::cases::CASES;
use super::messages::other_codec_of;
use super::round_trip::{messages_of_schemas, noise};

const GOLDEN: &str = include_str!("golden.txt");
const SEEDS: std::ops::Range<usize> = 1..4;
const CHOICES: usize = 160;

/// The lines as the schemas give them, for every (message, version) without another codec.
fn lines_of_schemas() -> Vec<String> {
    let mut lines = Vec::new();
    for (message, _) in messages_of_schemas(CASES) {
        for version in message.versions.first..=message.versions.last {
            let smallest = Bytes::from(sample(&message, version, &[], false).bytes);
            if other_codec_of(&message).is_some_and(|codec| codec(smallest, version).is_some()) {
                continue;
            }
            for seed in SEEDS {
                let bytes = sample(&message, version, &noise(seed, CHOICES), false).bytes;
                let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                lines.push(format!("{} {version} {digits}", message.name));
            }
        }
    }
    lines
}

#[test]
fn messages_without_another_codec_have_the_bytes_that_kafka_has_confirmed() {
    let expected: Vec<&str> = GOLDEN.lines().collect();
    assert_eq!(lines_of_schemas(), expected);
}
