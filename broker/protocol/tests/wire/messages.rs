//! Every version of every message, made up from its schema: our codec and the other one give back its bytes.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, TestRunner};
use tidemill_protocol_generator::sample::sample;
use tidemill_protocol_generator::schema::Message;

use super::cases::CASES;
use super::other_cases::OTHER_CASES;
use super::other_codec::OtherCodec;
use super::round_trip::{Case, messages_of_schemas};

const SAMPLES_PER_VERSION: u32 = 192;
const MAX_CHOICES: usize = 400;

/// Runs a property for every (message, version) with choices of its own.
fn for_every_version(check: impl Fn(&Message, &Case, i16, &[u8])) {
    let config = Config { cases: SAMPLES_PER_VERSION, failure_persistence: None, ..Config::default() };
    for (message, case) in messages_of_schemas(CASES) {
        for version in message.versions.first..=message.versions.last {
            TestRunner::new(config.clone())
                .run(&vec(any::<u8>(), 0..MAX_CHOICES), |choices| {
                    check(&message, case, version, &choices);
                    Ok(())
                })
                .unwrap_or_else(|error| panic!("{} version {version}: {error}", message.name));
        }
    }
}

/// The other codec for a message, if it has one.
pub(crate) fn other_codec_of(message: &Message) -> Option<OtherCodec> {
    OTHER_CASES.iter().find(|(name, _)| *name == message.name).map(|&(_, codec)| codec)
}

#[test]
fn every_version_of_every_message_round_trips() {
    for_every_version(|message, case, version, choices| {
        let bytes = Bytes::from(sample(message, version, choices, false).bytes);
        assert_eq!((case.ours)(bytes.clone(), version), Ok(bytes));
    });
}

#[test]
fn another_codec_reads_and_writes_the_same_bytes() {
    for_every_version(|message, _, version, choices| {
        let bytes = Bytes::from(sample(message, version, choices, false).bytes);
        if let Some(encoded) = other_codec_of(message).and_then(|codec| codec(bytes.clone(), version)) {
            assert_eq!(encoded, bytes);
        }
    });
}

#[test]
fn unknown_tagged_fields_are_skipped_in_every_struct() {
    for_every_version(|message, case, version, choices| {
        let plain = Bytes::from(sample(message, version, choices, false).bytes);
        let extended = Bytes::from(sample(message, version, choices, true).bytes);
        assert_eq!(extended.len() > plain.len(), message.is_flexible(version));
        assert_eq!((case.ours)(extended, version), Ok(plain));
    });
}

#[test]
fn the_other_codec_covers_all_but_the_newest_versions() {
    let mut unknown = Vec::new();
    for (message, _) in messages_of_schemas(CASES) {
        let Some(other) = other_codec_of(&message) else {
            continue;
        };
        for version in message.versions.first..=message.versions.last {
            let smallest = Bytes::from(sample(&message, version, &[], false).bytes);
            if other(smallest, version).is_none() {
                unknown.push(format!("{} {version}", message.name));
            }
        }
    }
    let expected = [
        "DescribeLogDirsRequest 5",
        "DescribeLogDirsResponse 5",
        "DescribeShareGroupOffsetsRequest 1",
        "DescribeShareGroupOffsetsResponse 1",
        "ListOffsetsRequest 11",
        "ListOffsetsResponse 11",
        "OffsetCommitRequest 10",
        "OffsetFetchRequest 10",
        "ShareAcknowledgeRequest 2",
        "ShareAcknowledgeResponse 2",
        "ShareFetchRequest 2",
        "ShareFetchResponse 2",
        "WriteTxnMarkersRequest 2",
        "WriteTxnMarkersResponse 2",
    ];
    assert_eq!(unknown, expected);
}
