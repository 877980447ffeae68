//! Every version of every message, made up from its schema: our codec and the other one give back its bytes.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, TestRunner};
use tidemill_protocol_generator::sample::sample;

use super::cases::CASES;
use super::round_trip::messages_of_schemas;

const SAMPLES_PER_VERSION: u32 = 192;
const MAX_CHOICES: usize = 400;

/// Runs a property for every (message, version) with choices of its own.
fn for_every_version(check: impl Fn(&tidemill_protocol_generator::schema::Message, i16, &[u8], usize)) {
    let config = Config {
        cases: SAMPLES_PER_VERSION,
        failure_persistence: None,
        ..Config::default()
    };
    for (index, (message, _)) in messages_of_schemas(CASES).iter().enumerate() {
        for version in message.versions.first..=message.versions.last {
            TestRunner::new(config.clone())
                .run(&vec(any::<u8>(), 0..MAX_CHOICES), |choices| {
                    check(message, version, &choices, index);
                    Ok(())
                })
                .unwrap_or_else(|error| panic!("{} version {version}: {error}", message.name));
        }
    }
}

#[test]
fn every_version_of_every_message_round_trips() {
    let messages = messages_of_schemas(CASES);
    for_every_version(|message, version, choices, index| {
        let bytes = Bytes::from(sample(message, version, choices, false).bytes);
        assert_eq!((messages[index].1.ours)(bytes.clone(), version), Ok(bytes));
    });
}

#[test]
fn another_codec_reads_and_writes_the_same_bytes() {
    let messages = messages_of_schemas(CASES);
    for_every_version(|message, version, choices, index| {
        let Some(other) = messages[index].1.other else {
            return;
        };
        let bytes = Bytes::from(sample(message, version, choices, false).bytes);
        if let Some(encoded) = other(bytes.clone(), version) {
            assert_eq!(encoded, bytes);
        }
    });
}

#[test]
fn unknown_tagged_fields_are_skipped_in_every_struct() {
    let messages = messages_of_schemas(CASES);
    for_every_version(|message, version, choices, index| {
        let plain = Bytes::from(sample(message, version, choices, false).bytes);
        let extended = Bytes::from(sample(message, version, choices, true).bytes);
        assert_eq!(extended.len() > plain.len(), message.is_flexible(version));
        assert_eq!((messages[index].1.ours)(extended, version), Ok(plain));
    });
}

#[test]
fn the_other_codec_covers_all_but_the_newest_versions() {
    let mut unknown = Vec::new();
    for (message, case) in messages_of_schemas(CASES) {
        let Some(other) = case.other else { continue };
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
