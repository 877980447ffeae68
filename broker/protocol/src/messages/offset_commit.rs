//! OffsetCommit (API key 8), versions 2 to 10, flexible since version 8.
//!
//! Written by `tidemill-protocol-generator` from `schemas/offset_commit.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, versions 2 to 10.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitRequest {
    /// `string`.
    pub group_id: String,
    /// `int32`; default -1.
    pub generation_id_or_member_epoch: i32,
    /// `string`.
    pub member_id: String,
    /// `string` in versions 7 to 10, or null; default null.
    pub group_instance_id: Option<String>,
    /// `int64` in versions 2 to 4; default -1; dropped elsewhere.
    pub retention_time_ms: i64,
    /// `[]OffsetCommitRequestTopic`.
    pub topics: Vec<OffsetCommitRequestTopic>,
}

impl Default for OffsetCommitRequest {
    fn default() -> Self {
        Self {
            group_id: String::new(),
            generation_id_or_member_epoch: -1,
            member_id: String::new(),
            group_instance_id: None,
            retention_time_ms: -1,
            topics: Vec::new(),
        }
    }
}

impl Message for OffsetCommitRequest {
    const VERSIONS: RangeInclusive<i16> = 2..=10;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("OffsetCommitRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 8;
        let group_id = reader.read_string(flexible, "OffsetCommitRequest.group_id")?;
        let generation_id_or_member_epoch =
            reader.read_i32("OffsetCommitRequest.generation_id_or_member_epoch")?;
        let member_id = reader.read_string(flexible, "OffsetCommitRequest.member_id")?;
        let group_instance_id = if version >= 7 {
            reader.read_nullable_string(flexible, "OffsetCommitRequest.group_instance_id")?
        } else {
            None
        };
        let retention_time_ms =
            if version <= 4 { reader.read_i64("OffsetCommitRequest.retention_time_ms")? } else { -1 };
        let topics = reader.read_array(flexible, 3, "OffsetCommitRequest.topics", |reader| {
            OffsetCommitRequestTopic::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("OffsetCommitRequest")?;
        }
        Ok(Self {
            group_id,
            generation_id_or_member_epoch,
            member_id,
            group_instance_id,
            retention_time_ms,
            topics,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("OffsetCommitRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 8;
        writer.write_string(flexible, &self.group_id, "OffsetCommitRequest.group_id")?;
        writer.write_i32(self.generation_id_or_member_epoch);
        writer.write_string(flexible, &self.member_id, "OffsetCommitRequest.member_id")?;
        if version >= 7 {
            writer.write_nullable_string(
                flexible,
                self.group_instance_id.as_deref(),
                "OffsetCommitRequest.group_instance_id",
            )?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::not_in_version("OffsetCommitRequest.group_instance_id", version));
        }
        if version <= 4 {
            writer.write_i64(self.retention_time_ms);
        }
        writer.write_array(flexible, &self.topics, "OffsetCommitRequest.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetCommitRequest`], versions 2 to 10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitRequestTopic {
    /// `string` in versions 2 to 9; dropped elsewhere.
    pub name: String,
    /// `uuid` in version 10; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]OffsetCommitRequestPartition`.
    pub partitions: Vec<OffsetCommitRequestPartition>,
}

impl OffsetCommitRequestTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 8;
        let name = if version <= 9 {
            reader.read_string(flexible, "OffsetCommitRequestTopic.name")?
        } else {
            String::new()
        };
        let topic_id =
            if version == 10 { reader.read_uuid("OffsetCommitRequestTopic.topic_id")? } else { Uuid::ZERO };
        let partitions =
            reader.read_array(flexible, 14, "OffsetCommitRequestTopic.partitions", |reader| {
                OffsetCommitRequestPartition::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("OffsetCommitRequestTopic")?;
        }
        Ok(Self { name, topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 8;
        if version <= 9 {
            writer.write_string(flexible, &self.name, "OffsetCommitRequestTopic.name")?;
        }
        if version == 10 {
            writer.write_uuid(self.topic_id);
        }
        writer.write_array(
            flexible,
            &self.partitions,
            "OffsetCommitRequestTopic.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetCommitRequest`], versions 2 to 10.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitRequestPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub committed_offset: i64,
    /// `int32` in versions 6 to 10; default -1; dropped elsewhere.
    pub committed_leader_epoch: i32,
    /// `string`, or null.
    pub committed_metadata: Option<String>,
}

impl Default for OffsetCommitRequestPartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            committed_metadata: Some(String::new()),
        }
    }
}

impl OffsetCommitRequestPartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 8;
        let partition_index = reader.read_i32("OffsetCommitRequestPartition.partition_index")?;
        let committed_offset = reader.read_i64("OffsetCommitRequestPartition.committed_offset")?;
        let committed_leader_epoch = if version >= 6 {
            reader.read_i32("OffsetCommitRequestPartition.committed_leader_epoch")?
        } else {
            -1
        };
        let committed_metadata =
            reader.read_nullable_string(flexible, "OffsetCommitRequestPartition.committed_metadata")?;
        if flexible {
            reader.skip_tagged_fields("OffsetCommitRequestPartition")?;
        }
        Ok(Self { partition_index, committed_offset, committed_leader_epoch, committed_metadata })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 8;
        writer.write_i32(self.partition_index);
        writer.write_i64(self.committed_offset);
        if version >= 6 {
            writer.write_i32(self.committed_leader_epoch);
        }
        writer.write_nullable_string(
            flexible,
            self.committed_metadata.as_deref(),
            "OffsetCommitRequestPartition.committed_metadata",
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for OffsetCommitRequest {
    const API_KEY: ApiKey = ApiKey::OffsetCommit;
    const FLEXIBLE_SINCE: i16 = 8;
    type Response = OffsetCommitResponse;
}

/// Response, versions 2 to 10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponse {
    /// `int32` in versions 3 to 10; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `[]OffsetCommitResponseTopic`.
    pub topics: Vec<OffsetCommitResponseTopic>,
}

impl Message for OffsetCommitResponse {
    const VERSIONS: RangeInclusive<i16> = 2..=10;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("OffsetCommitResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 8;
        let throttle_time_ms =
            if version >= 3 { reader.read_i32("OffsetCommitResponse.throttle_time_ms")? } else { 0 };
        let topics = reader.read_array(flexible, 3, "OffsetCommitResponse.topics", |reader| {
            OffsetCommitResponseTopic::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("OffsetCommitResponse")?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("OffsetCommitResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 8;
        if version >= 3 {
            writer.write_i32(self.throttle_time_ms);
        }
        writer.write_array(flexible, &self.topics, "OffsetCommitResponse.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetCommitResponse`], versions 2 to 10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponseTopic {
    /// `string` in versions 2 to 9; dropped elsewhere.
    pub name: String,
    /// `uuid` in version 10; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]OffsetCommitResponsePartition`.
    pub partitions: Vec<OffsetCommitResponsePartition>,
}

impl OffsetCommitResponseTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 8;
        let name = if version <= 9 {
            reader.read_string(flexible, "OffsetCommitResponseTopic.name")?
        } else {
            String::new()
        };
        let topic_id =
            if version == 10 { reader.read_uuid("OffsetCommitResponseTopic.topic_id")? } else { Uuid::ZERO };
        let partitions =
            reader.read_array(flexible, 6, "OffsetCommitResponseTopic.partitions", |reader| {
                OffsetCommitResponsePartition::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("OffsetCommitResponseTopic")?;
        }
        Ok(Self { name, topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 8;
        if version <= 9 {
            writer.write_string(flexible, &self.name, "OffsetCommitResponseTopic.name")?;
        }
        if version == 10 {
            writer.write_uuid(self.topic_id);
        }
        writer.write_array(
            flexible,
            &self.partitions,
            "OffsetCommitResponseTopic.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetCommitResponse`], versions 2 to 10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
}

impl OffsetCommitResponsePartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 8;
        let partition_index = reader.read_i32("OffsetCommitResponsePartition.partition_index")?;
        let error_code = reader.read_i16("OffsetCommitResponsePartition.error_code")?;
        if flexible {
            reader.skip_tagged_fields("OffsetCommitResponsePartition")?;
        }
        Ok(Self { partition_index, error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 8;
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
