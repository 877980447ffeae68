//! The bytes of `__consumer_offsets`, as Kafka writes them.
//!
//! ```text
//! key    i16 type   fields          0, 1: offset of (group, topic, partition)    2: a classic group
//! value  i16 version   fields       absent: the key is deleted
//! ```
//! Offsets are written in version 3 of their value, or 1 when the commit names its own expiry, groups in version
//! 3: every Kafka since 2.3 reads those. Reading accepts all versions. Keys of other types (KIP-848 groups and
//! later) belong to nobody here and are skipped. Whether a record belongs to a transaction its batch says.

use bytes::{Buf, Bytes};
use tidemill_protocol::messages::group_metadata_record::{GroupMetadataKey, GroupMetadataValue};
use tidemill_protocol::messages::offset_commit_record::{OffsetCommitKey, OffsetCommitValue};
use tidemill_protocol::{DecodeError, Message, Reader};

use super::offsets::{CommittedOffset, OffsetKey};
use super::turn::CoordinatorRecord;
use crate::coordinator_shard::record_bytes::encode;

/// Version of the fields of every key this module knows: keys are told apart by type.
const KEY_VERSION: i16 = 0;
/// Offsets were written under this type before Kafka 0.8.2; the fields are the same.
const OLD_OFFSET_KEY_TYPE: i16 = 0;
const OFFSET_VALUE_VERSION: i16 = 3;
const OFFSET_VALUE_VERSION_WITH_EXPIRY: i16 = 1;
const GROUP_VALUE_VERSION: i16 = 3;

/// The place of an offset that was read from a record alone.
const UNPLACED: i64 = -1;

/// Longest text a record holds, in bytes. Requests with longer ones are refused before they reach a record.
pub(super) const MAX_TEXT_BYTES: usize = 32_000;

/// A record of `__consumer_offsets`, read.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredRecord {
    /// A committed offset, its place in the log not known yet; `None` deletes it.
    Offset(OffsetKey, Option<CommittedOffset>),
    /// A classic group; `None` deletes it.
    Group(String, Option<GroupMetadataValue>),
    /// A key of another kind of group.
    Other {
        /// The key's type.
        key_type: i16,
    },
}

/// A record of `__consumer_offsets` that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The record ends within its type or version.
    #[error("the {part} of a record has {found} bytes, too few for its type")]
    TooShort {
        /// `key` or `value`.
        part: &'static str,
        /// Its length.
        found: usize,
    },
    /// The fields are damaged, or of a version of the future.
    #[error("the {part} of a record of type {key_type} cannot be read")]
    Fields {
        /// `key` or `value`.
        part: &'static str,
        /// The key's type.
        key_type: i16,
        /// What is wrong.
        source: DecodeError,
    },
}

/// Writes the record of a committed offset; `None` deletes it.
#[must_use]
pub fn offset_commit(key: &OffsetKey, offset: Option<&CommittedOffset>) -> CoordinatorRecord {
    let fields =
        OffsetCommitKey { group: key.group_id.clone(), topic: key.topic.clone(), partition: key.partition };
    let value = offset.map(|offset| {
        let version = if offset.expire_timestamp_ms.is_some() {
            OFFSET_VALUE_VERSION_WITH_EXPIRY
        } else {
            OFFSET_VALUE_VERSION
        };
        let fields = OffsetCommitValue {
            offset: offset.offset,
            leader_epoch: offset.leader_epoch,
            metadata: offset.metadata.clone(),
            commit_timestamp: offset.commit_timestamp_ms,
            expire_timestamp: offset.expire_timestamp_ms.unwrap_or(-1),
            ..OffsetCommitValue::default()
        };
        encode(version, &fields, version)
    });
    CoordinatorRecord { key: encode(OffsetCommitKey::RECORD_TYPE, &fields, KEY_VERSION), value }
}

/// Writes the record of a classic group.
#[must_use]
pub fn group_metadata(group_id: &str, group: &GroupMetadataValue) -> CoordinatorRecord {
    let value = encode(GROUP_VALUE_VERSION, group, GROUP_VALUE_VERSION);
    CoordinatorRecord { key: group_key(group_id), value: Some(value) }
}

/// Writes the record that deletes a classic group.
#[must_use]
pub fn group_tombstone(group_id: &str) -> CoordinatorRecord {
    CoordinatorRecord { key: group_key(group_id), value: None }
}

/// Reads a record.
///
/// # Errors
/// [`RecordError`] if the key or the value is damaged.
pub fn read(key: Bytes, value: Option<Bytes>) -> Result<StoredRecord, RecordError> {
    let (key_type, fields) = split_number(key, "key")?;
    match key_type {
        OLD_OFFSET_KEY_TYPE | OffsetCommitKey::RECORD_TYPE => {
            let key: OffsetCommitKey = decode(fields, KEY_VERSION, "key", key_type)?;
            let value: Option<OffsetCommitValue> = decode_value(value, key_type)?;
            let key = OffsetKey { group_id: key.group, topic: key.topic, partition: key.partition };
            Ok(StoredRecord::Offset(key, value.map(CommittedOffset::from)))
        }
        GroupMetadataKey::RECORD_TYPE => {
            let key: GroupMetadataKey = decode(fields, KEY_VERSION, "key", key_type)?;
            Ok(StoredRecord::Group(key.group, decode_value(value, key_type)?))
        }
        key_type => Ok(StoredRecord::Other { key_type }),
    }
}

impl From<OffsetCommitValue> for CommittedOffset {
    fn from(value: OffsetCommitValue) -> Self {
        Self {
            offset: value.offset,
            leader_epoch: value.leader_epoch,
            metadata: value.metadata,
            commit_timestamp_ms: value.commit_timestamp,
            expire_timestamp_ms: Some(value.expire_timestamp).filter(|timestamp_ms| *timestamp_ms >= 0),
            record_offset: UNPLACED,
        }
    }
}

fn group_key(group_id: &str) -> Bytes {
    encode(GroupMetadataKey::RECORD_TYPE, &GroupMetadataKey { group: group_id.to_owned() }, KEY_VERSION)
}

fn decode_value<M: Message>(value: Option<Bytes>, key_type: i16) -> Result<Option<M>, RecordError> {
    let Some(value) = value else { return Ok(None) };
    let (version, fields) = split_number(value, "value")?;
    decode(fields, version, "value", key_type).map(Some)
}

fn decode<M: Message>(
    fields: Bytes,
    version: i16,
    part: &'static str,
    key_type: i16,
) -> Result<M, RecordError> {
    M::decode(&mut Reader::new(fields), version).map_err(|source| RecordError::Fields {
        part,
        key_type,
        source,
    })
}

fn split_number(mut bytes: Bytes, part: &'static str) -> Result<(i16, Bytes), RecordError> {
    if bytes.len() < size_of::<i16>() {
        return Err(RecordError::TooShort { part, found: bytes.len() });
    }
    Ok((bytes.get_i16(), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_protocol::messages::group_metadata_record::MemberMetadata;

    fn key() -> OffsetKey {
        OffsetKey { group_id: "g".to_owned(), topic: "t".to_owned(), partition: 3 }
    }

    fn offset() -> CommittedOffset {
        CommittedOffset {
            offset: 42,
            leader_epoch: 7,
            metadata: "m".to_owned(),
            commit_timestamp_ms: 1_000,
            expire_timestamp_ms: None,
            record_offset: UNPLACED,
        }
    }

    #[test]
    fn an_offset_has_kafkas_bytes() {
        let record = offset_commit(&key(), Some(&offset()));
        assert_eq!(record.key[..], *b"\x00\x01\x00\x01g\x00\x01t\x00\x00\x00\x03");
        let value = b"\x00\x03\x00\x00\x00\x00\x00\x00\x00\x2a\x00\x00\x00\x07\x00\x01m\x00\x00\x00\x00\x00\x00\x03\xe8";
        assert_eq!(record.value.as_deref(), Some(&value[..]));
        assert_eq!(read(record.key, record.value), Ok(StoredRecord::Offset(key(), Some(offset()))));
    }

    #[test]
    fn an_offset_with_its_own_expiry_is_written_in_version_1() {
        let offset = CommittedOffset { expire_timestamp_ms: Some(5), leader_epoch: -1, ..offset() };
        let record = offset_commit(&key(), Some(&offset));
        assert_eq!(record.value.as_ref().unwrap()[..2], [0, 1]);
        assert_eq!(read(record.key, record.value), Ok(StoredRecord::Offset(key(), Some(offset))));
    }

    #[test]
    fn a_group_is_written_in_version_3_and_read_back() {
        let member = MemberMetadata {
            member_id: "m-1".to_owned(),
            group_instance_id: Some("i".to_owned()),
            client_id: "c".to_owned(),
            client_host: "/127.0.0.1".to_owned(),
            rebalance_timeout: 1,
            session_timeout: 2,
            subscription: Bytes::from_static(b"s"),
            assignment: Bytes::from_static(b"a"),
        };
        let group = GroupMetadataValue {
            protocol_type: "consumer".to_owned(),
            generation: 4,
            protocol: Some("range".to_owned()),
            leader: Some("m-1".to_owned()),
            current_state_timestamp: 9,
            members: vec![member],
        };
        let record = group_metadata("g", &group);
        assert_eq!(record.key[..], *b"\x00\x02\x00\x01g");
        assert_eq!(record.value.as_ref().unwrap()[..2], [0, 3]);
        assert_eq!(read(record.key, record.value), Ok(StoredRecord::Group("g".to_owned(), Some(group))));
        let tombstone = group_tombstone("g");
        assert_eq!(read(tombstone.key, tombstone.value), Ok(StoredRecord::Group("g".to_owned(), None)));
    }

    #[test]
    fn keys_of_other_kinds_of_groups_are_told_apart_and_damage_is_named() {
        assert_eq!(read(Bytes::from_static(b"\x00\x05xyz"), None), Ok(StoredRecord::Other { key_type: 5 }));
        assert_eq!(
            read(Bytes::from_static(b"\x00"), None),
            Err(RecordError::TooShort { part: "key", found: 1 })
        );
        let cut = read(offset_commit(&key(), None).key, Some(Bytes::from_static(b"\x00\x03\x00")));
        assert!(matches!(cut, Err(RecordError::Fields { part: "value", key_type: 1, .. })), "{cut:?}");
    }
}
