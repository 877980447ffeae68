//! Values kept in bytes: OffsetCommitKey, OffsetCommitValue.
//!
//! Written by `tidemill-protocol-generator` from `schemas/offset_commit_record.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{DecodeError, EncodeError, Message, Reader, Uuid, Writer};

/// OffsetCommitKey, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitKey {
    /// `string`.
    pub group: String,
    /// `string`.
    pub topic: String,
    /// `int32`.
    pub partition: i32,
}

impl Message for OffsetCommitKey {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("OffsetCommitKey", version, &Self::VERSIONS)?;
        let group = reader.read_string(false, "OffsetCommitKey.group")?;
        let topic = reader.read_string(false, "OffsetCommitKey.topic")?;
        let partition = reader.read_i32("OffsetCommitKey.partition")?;
        Ok(Self { group, topic, partition })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("OffsetCommitKey", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.group, "OffsetCommitKey.group")?;
        writer.write_string(false, &self.topic, "OffsetCommitKey.topic")?;
        writer.write_i32(self.partition);
        Ok(())
    }
}

impl OffsetCommitKey {
    /// The `i16` in front of the key in a coordinator's record.
    pub const RECORD_TYPE: i16 = 1;
}

/// OffsetCommitValue, versions 0 to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitValue {
    /// `int64`.
    pub offset: i64,
    /// `int32` in versions 3 to 4; default -1; dropped elsewhere.
    pub leader_epoch: i32,
    /// `string`.
    pub metadata: String,
    /// `int64`.
    pub commit_timestamp: i64,
    /// `int64` in version 1; default -1; dropped elsewhere.
    pub expire_timestamp: i64,
    /// `uuid` in version 4, tag 0; dropped elsewhere.
    pub topic_id: Uuid,
}

impl Default for OffsetCommitValue {
    fn default() -> Self {
        Self {
            offset: 0,
            leader_epoch: -1,
            metadata: String::new(),
            commit_timestamp: 0,
            expire_timestamp: -1,
            topic_id: Uuid::ZERO,
        }
    }
}

impl Message for OffsetCommitValue {
    const VERSIONS: RangeInclusive<i16> = 0..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("OffsetCommitValue", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let offset = reader.read_i64("OffsetCommitValue.offset")?;
        let leader_epoch = if version >= 3 { reader.read_i32("OffsetCommitValue.leader_epoch")? } else { -1 };
        let metadata = reader.read_string(flexible, "OffsetCommitValue.metadata")?;
        let commit_timestamp = reader.read_i64("OffsetCommitValue.commit_timestamp")?;
        let expire_timestamp =
            if version == 1 { reader.read_i64("OffsetCommitValue.expire_timestamp")? } else { -1 };
        let mut topic_id = Uuid::ZERO;
        if flexible {
            reader.read_tagged_fields("OffsetCommitValue", &mut |tag, reader| {
                match tag {
                    0 => topic_id = reader.read_uuid("OffsetCommitValue.topic_id")?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self { offset, leader_epoch, metadata, commit_timestamp, expire_timestamp, topic_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("OffsetCommitValue", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        writer.write_i64(self.offset);
        if version >= 3 {
            writer.write_i32(self.leader_epoch);
        }
        writer.write_string(flexible, &self.metadata, "OffsetCommitValue.metadata")?;
        writer.write_i64(self.commit_timestamp);
        if version == 1 {
            writer.write_i64(self.expire_timestamp);
        }
        if flexible {
            let tags = writer.start_tagged_fields();
            if self.topic_id != Uuid::ZERO {
                let tag = writer.start_tag(tags, 0);
                writer.write_uuid(self.topic_id);
                writer.end_tag(tag, "OffsetCommitValue.topic_id")?;
            }
        }
        Ok(())
    }
}
