//! The durable form of metadata: one record of `__cluster_metadata-0` is one atomic list of changes.
//!
//! ```text
//! {"version":1,"oldest_reader":1,"changes":[{"type":"topic_created","name":"orders",...}, ...]}
//! ```
//!
//! JSON, because metadata is small and an operator with a dump of the log should be able to read it. A reader
//! refuses a record whose `oldest_reader` is above its own version; within a version, fields are only added, with a
//! default.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidemill_protocol::Uuid;

/// The version this program writes and the highest it reads.
const VERSION: u16 = 1;

/// One thing that changed. Order within a record matters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Change {
    /// A topic came to be, without partitions yet.
    TopicCreated { name: String, id: TopicId },
    /// A partition was added to a topic. Indexes are dense from 0.
    PartitionAdded { topic: TopicId, index: i32, replicas: Vec<i32> },
    /// A topic and its partitions are gone; the id is never used again.
    TopicDeleted { id: TopicId },
    /// A configuration override was set (`Some`) or removed (`None`).
    ConfigChanged { resource: Resource, key: String, value: Option<String> },
    /// All producer ids below this one may have been given out.
    ProducerIdsReserved { end: i64 },
    /// The broker started without having stopped cleanly: every leader epoch rises by one.
    LeaderEpochsRaised,
}

/// What a configuration override belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Resource {
    /// One topic, by id.
    Topic(TopicId),
    /// One broker.
    Broker(i32),
    /// All brokers (`--entity-default`).
    ClusterDefault,
}

/// A topic id in Kafka's base64 spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct TopicId(pub(crate) Uuid);

impl From<TopicId> for String {
    fn from(id: TopicId) -> Self {
        id.0.to_string()
    }
}

impl TryFrom<String> for TopicId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self).map_err(|_| format!("{text:?} is not a topic id"))
    }
}

#[derive(Serialize, Deserialize)]
struct ChangeRecord {
    version: u16,
    oldest_reader: u16,
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct ChangeRecordVersion {
    version: u16,
    oldest_reader: u16,
}

/// Why a metadata record cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    /// Written by a newer program in a way that this one must not guess at.
    #[error("record version {version} needs a reader of version {oldest_reader}, this one is {VERSION}")]
    TooNew { version: u16, oldest_reader: u16 },
    /// Not what this program writes.
    #[error("record is not a list of metadata changes")]
    Malformed(#[source] serde_json::Error),
}

/// Encodes one atomic list of changes as a record value.
pub(crate) fn encode(changes: &[Change]) -> Vec<u8> {
    let record = ChangeRecord { version: VERSION, oldest_reader: 1, changes: changes.to_vec() };
    serde_json::to_vec(&record).expect("strings, numbers and lists always have a JSON form")
}

/// Decodes what [`encode`] wrote.
pub(crate) fn decode(value: &[u8]) -> Result<Vec<Change>, ChangeError> {
    let head: ChangeRecordVersion = serde_json::from_slice(value).map_err(ChangeError::Malformed)?;
    if head.oldest_reader > VERSION {
        return Err(ChangeError::TooNew { version: head.version, oldest_reader: head.oldest_reader });
    }
    let record: ChangeRecord = serde_json::from_slice(value).map_err(ChangeError::Malformed)?;
    Ok(record.changes)
}

/// Configuration overrides by key.
pub(crate) type Overrides = BTreeMap<String, String>;

#[cfg(test)]
mod tests {
    use super::*;

    /// What version 1 of this program wrote; it must stay readable for ever.
    const GOLDEN_V1: &str = r#"{"version":1,"oldest_reader":1,"changes":[
        {"type":"topic_created","name":"orders","id":"AAAAAAAAAAAAAAAAAAAABw"},
        {"type":"partition_added","topic":"AAAAAAAAAAAAAAAAAAAABw","index":0,"replicas":[1]},
        {"type":"config_changed","resource":{"topic":"AAAAAAAAAAAAAAAAAAAABw"},"key":"retention.ms","value":"1"},
        {"type":"config_changed","resource":"cluster_default","key":"num.partitions","value":null},
        {"type":"producer_ids_reserved","end":1000},
        {"type":"leader_epochs_raised"},
        {"type":"topic_deleted","id":"AAAAAAAAAAAAAAAAAAAABw"}]}"#;

    #[test]
    fn a_record_of_version_1_stays_readable_and_round_trips() {
        let changes = decode(GOLDEN_V1.as_bytes()).unwrap();
        assert_eq!(changes.len(), 7);
        assert_eq!(decode(&encode(&changes)).unwrap(), changes);
    }

    #[test]
    fn a_record_for_newer_readers_is_refused_even_if_its_changes_are_unknown() {
        let newer = br#"{"version":9,"oldest_reader":2,"changes":[{"type":"moon_phase"}]}"#;
        assert!(matches!(decode(newer), Err(ChangeError::TooNew { version: 9, oldest_reader: 2 })));
    }

    #[test]
    fn damage_is_an_error() {
        for damaged in
            [&b""[..], b"{}", b"null", b"{\"version\":1,\"oldest_reader\":1,\"changes\":[{\"type\":\"x\"}]}"]
        {
            assert!(matches!(decode(damaged), Err(ChangeError::Malformed(_))));
        }
    }
}
