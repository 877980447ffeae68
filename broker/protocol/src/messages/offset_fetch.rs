//! OffsetFetch (API key 9), versions 1 to 10, flexible since version 6.
//!
//! Written by `tidemill-protocol-generator` from `schemas/offset_fetch.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, versions 1 to 10.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequest {
    /// `string` in versions 1 to 7.
    pub group_id: String,
    /// `[]OffsetFetchRequestTopic` in versions 1 to 7, or null in versions 2 to 7.
    pub topics: Option<Vec<OffsetFetchRequestTopic>>,
    /// `[]OffsetFetchRequestGroup` in versions 8 to 10.
    pub groups: Vec<OffsetFetchRequestGroup>,
    /// `bool` in versions 7 to 10.
    pub require_stable: bool,
}

impl Default for OffsetFetchRequest {
    fn default() -> Self {
        Self { group_id: String::new(), topics: Some(Vec::new()), groups: Vec::new(), require_stable: false }
    }
}

impl Message for OffsetFetchRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=10;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("OffsetFetchRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        let group_id = if version <= 7 {
            reader.read_string(flexible, "OffsetFetchRequest.group_id")?
        } else {
            String::new()
        };
        let topics = if version <= 7 {
            if version >= 2 {
                reader.read_nullable_array(flexible, 3, "OffsetFetchRequest.topics", |reader| {
                    OffsetFetchRequestTopic::decode(reader, version)
                })?
            } else {
                Some(reader.read_array(flexible, 3, "OffsetFetchRequest.topics", |reader| {
                    OffsetFetchRequestTopic::decode(reader, version)
                })?)
            }
        } else {
            Some(Vec::new())
        };
        let groups = if version >= 8 {
            reader.read_array(flexible, 3, "OffsetFetchRequest.groups", |reader| {
                OffsetFetchRequestGroup::decode(reader, version)
            })?
        } else {
            Vec::new()
        };
        let require_stable =
            if version >= 7 { reader.read_bool("OffsetFetchRequest.require_stable")? } else { false };
        if flexible {
            reader.skip_tagged_fields("OffsetFetchRequest")?;
        }
        Ok(Self { group_id, topics, groups, require_stable })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("OffsetFetchRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        if version <= 7 {
            writer.write_string(flexible, &self.group_id, "OffsetFetchRequest.group_id")?;
        } else if !self.group_id.is_empty() {
            return Err(EncodeError::not_in_version("OffsetFetchRequest.group_id", version));
        }
        if version <= 7 {
            if version < 2 && self.topics.is_none() {
                return Err(EncodeError::null_not_allowed("OffsetFetchRequest.topics", version));
            }
            writer.write_nullable_array(
                flexible,
                self.topics.as_deref(),
                "OffsetFetchRequest.topics",
                |writer, element| element.encode(writer, version),
            )?;
        } else if self.topics.as_ref().is_none_or(|topics| !topics.is_empty()) {
            return Err(EncodeError::not_in_version("OffsetFetchRequest.topics", version));
        }
        if version >= 8 {
            writer.write_array(flexible, &self.groups, "OffsetFetchRequest.groups", |writer, element| {
                element.encode(writer, version)
            })?;
        } else if !self.groups.is_empty() {
            return Err(EncodeError::not_in_version("OffsetFetchRequest.groups", version));
        }
        if version >= 7 {
            writer.write_bool(self.require_stable);
        } else if self.require_stable {
            return Err(EncodeError::not_in_version("OffsetFetchRequest.require_stable", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetFetchRequest`], versions 1 to 7.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchRequestTopic {
    /// `string`.
    pub name: String,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
}

impl OffsetFetchRequestTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let name = reader.read_string(flexible, "OffsetFetchRequestTopic.name")?;
        let partition_indexes =
            reader.read_array(flexible, 4, "OffsetFetchRequestTopic.partition_indexes", |reader| {
                reader.read_i32("OffsetFetchRequestTopic.partition_indexes")
            })?;
        if flexible {
            reader.skip_tagged_fields("OffsetFetchRequestTopic")?;
        }
        Ok(Self { name, partition_indexes })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        writer.write_string(flexible, &self.name, "OffsetFetchRequestTopic.name")?;
        writer.write_array(
            flexible,
            &self.partition_indexes,
            "OffsetFetchRequestTopic.partition_indexes",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetFetchRequest`], versions 8 to 10.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequestGroup {
    /// `string`.
    pub group_id: String,
    /// `string` in versions 9 to 10, or null; default null; dropped elsewhere.
    pub member_id: Option<String>,
    /// `int32` in versions 9 to 10; default -1; dropped elsewhere.
    pub member_epoch: i32,
    /// `[]OffsetFetchRequestTopics`, or null.
    pub topics: Option<Vec<OffsetFetchRequestTopics>>,
}

impl Default for OffsetFetchRequestGroup {
    fn default() -> Self {
        Self { group_id: String::new(), member_id: None, member_epoch: -1, topics: Some(Vec::new()) }
    }
}

impl OffsetFetchRequestGroup {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let group_id = reader.read_string(true, "OffsetFetchRequestGroup.group_id")?;
        let member_id = if version >= 9 {
            reader.read_nullable_string(true, "OffsetFetchRequestGroup.member_id")?
        } else {
            None
        };
        let member_epoch =
            if version >= 9 { reader.read_i32("OffsetFetchRequestGroup.member_epoch")? } else { -1 };
        let topics = reader.read_nullable_array(true, 3, "OffsetFetchRequestGroup.topics", |reader| {
            OffsetFetchRequestTopics::decode(reader, version)
        })?;
        reader.skip_tagged_fields("OffsetFetchRequestGroup")?;
        Ok(Self { group_id, member_id, member_epoch, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_string(true, &self.group_id, "OffsetFetchRequestGroup.group_id")?;
        if version >= 9 {
            writer.write_nullable_string(
                true,
                self.member_id.as_deref(),
                "OffsetFetchRequestGroup.member_id",
            )?;
        }
        if version >= 9 {
            writer.write_i32(self.member_epoch);
        }
        writer.write_nullable_array(
            true,
            self.topics.as_deref(),
            "OffsetFetchRequestGroup.topics",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`OffsetFetchRequest`], versions 8 to 10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchRequestTopics {
    /// `string` in versions 8 to 9; dropped elsewhere.
    pub name: String,
    /// `uuid` in version 10; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
}

impl OffsetFetchRequestTopics {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = if version <= 9 {
            reader.read_string(true, "OffsetFetchRequestTopics.name")?
        } else {
            String::new()
        };
        let topic_id =
            if version == 10 { reader.read_uuid("OffsetFetchRequestTopics.topic_id")? } else { Uuid::ZERO };
        let partition_indexes =
            reader.read_array(true, 4, "OffsetFetchRequestTopics.partition_indexes", |reader| {
                reader.read_i32("OffsetFetchRequestTopics.partition_indexes")
            })?;
        reader.skip_tagged_fields("OffsetFetchRequestTopics")?;
        Ok(Self { name, topic_id, partition_indexes })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            writer.write_string(true, &self.name, "OffsetFetchRequestTopics.name")?;
        }
        if version == 10 {
            writer.write_uuid(self.topic_id);
        }
        writer.write_array(
            true,
            &self.partition_indexes,
            "OffsetFetchRequestTopics.partition_indexes",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for OffsetFetchRequest {
    const API_KEY: ApiKey = ApiKey::OffsetFetch;
    const FLEXIBLE_SINCE: i16 = 6;
    type Response = OffsetFetchResponse;
}

/// Response, versions 1 to 10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponse {
    /// `int32` in versions 3 to 10; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `[]OffsetFetchResponseTopic` in versions 1 to 7.
    pub topics: Vec<OffsetFetchResponseTopic>,
    /// `int16` in versions 2 to 7; dropped elsewhere.
    pub error_code: i16,
    /// `[]OffsetFetchResponseGroup` in versions 8 to 10.
    pub groups: Vec<OffsetFetchResponseGroup>,
}

impl Message for OffsetFetchResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=10;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("OffsetFetchResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        let throttle_time_ms =
            if version >= 3 { reader.read_i32("OffsetFetchResponse.throttle_time_ms")? } else { 0 };
        let topics = if version <= 7 {
            reader.read_array(flexible, 3, "OffsetFetchResponse.topics", |reader| {
                OffsetFetchResponseTopic::decode(reader, version)
            })?
        } else {
            Vec::new()
        };
        let error_code =
            if (2..=7).contains(&version) { reader.read_i16("OffsetFetchResponse.error_code")? } else { 0 };
        let groups = if version >= 8 {
            reader.read_array(flexible, 5, "OffsetFetchResponse.groups", |reader| {
                OffsetFetchResponseGroup::decode(reader, version)
            })?
        } else {
            Vec::new()
        };
        if flexible {
            reader.skip_tagged_fields("OffsetFetchResponse")?;
        }
        Ok(Self { throttle_time_ms, topics, error_code, groups })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("OffsetFetchResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        if version >= 3 {
            writer.write_i32(self.throttle_time_ms);
        }
        if version <= 7 {
            writer.write_array(flexible, &self.topics, "OffsetFetchResponse.topics", |writer, element| {
                element.encode(writer, version)
            })?;
        } else if !self.topics.is_empty() {
            return Err(EncodeError::not_in_version("OffsetFetchResponse.topics", version));
        }
        if (2..=7).contains(&version) {
            writer.write_i16(self.error_code);
        }
        if version >= 8 {
            writer.write_array(flexible, &self.groups, "OffsetFetchResponse.groups", |writer, element| {
                element.encode(writer, version)
            })?;
        } else if !self.groups.is_empty() {
            return Err(EncodeError::not_in_version("OffsetFetchResponse.groups", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetFetchResponse`], versions 1 to 7.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseTopic {
    /// `string`.
    pub name: String,
    /// `[]OffsetFetchResponsePartition`.
    pub partitions: Vec<OffsetFetchResponsePartition>,
}

impl OffsetFetchResponseTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let name = reader.read_string(flexible, "OffsetFetchResponseTopic.name")?;
        let partitions =
            reader.read_array(flexible, 16, "OffsetFetchResponseTopic.partitions", |reader| {
                OffsetFetchResponsePartition::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("OffsetFetchResponseTopic")?;
        }
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        writer.write_string(flexible, &self.name, "OffsetFetchResponseTopic.name")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "OffsetFetchResponseTopic.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetFetchResponse`], versions 1 to 7.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub committed_offset: i64,
    /// `int32` in versions 5 to 7; default -1; dropped elsewhere.
    pub committed_leader_epoch: i32,
    /// `string`, or null.
    pub metadata: Option<String>,
    /// `int16`.
    pub error_code: i16,
}

impl Default for OffsetFetchResponsePartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: Some(String::new()),
            error_code: 0,
        }
    }
}

impl OffsetFetchResponsePartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let partition_index = reader.read_i32("OffsetFetchResponsePartition.partition_index")?;
        let committed_offset = reader.read_i64("OffsetFetchResponsePartition.committed_offset")?;
        let committed_leader_epoch = if version >= 5 {
            reader.read_i32("OffsetFetchResponsePartition.committed_leader_epoch")?
        } else {
            -1
        };
        let metadata = reader.read_nullable_string(flexible, "OffsetFetchResponsePartition.metadata")?;
        let error_code = reader.read_i16("OffsetFetchResponsePartition.error_code")?;
        if flexible {
            reader.skip_tagged_fields("OffsetFetchResponsePartition")?;
        }
        Ok(Self { partition_index, committed_offset, committed_leader_epoch, metadata, error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        writer.write_i32(self.partition_index);
        writer.write_i64(self.committed_offset);
        if version >= 5 {
            writer.write_i32(self.committed_leader_epoch);
        }
        writer.write_nullable_string(
            flexible,
            self.metadata.as_deref(),
            "OffsetFetchResponsePartition.metadata",
        )?;
        writer.write_i16(self.error_code);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetFetchResponse`], versions 8 to 10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseGroup {
    /// `string`.
    pub group_id: String,
    /// `[]OffsetFetchResponseTopics`.
    pub topics: Vec<OffsetFetchResponseTopics>,
    /// `int16`.
    pub error_code: i16,
}

impl OffsetFetchResponseGroup {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let group_id = reader.read_string(true, "OffsetFetchResponseGroup.group_id")?;
        let topics = reader.read_array(true, 3, "OffsetFetchResponseGroup.topics", |reader| {
            OffsetFetchResponseTopics::decode(reader, version)
        })?;
        let error_code = reader.read_i16("OffsetFetchResponseGroup.error_code")?;
        reader.skip_tagged_fields("OffsetFetchResponseGroup")?;
        Ok(Self { group_id, topics, error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_string(true, &self.group_id, "OffsetFetchResponseGroup.group_id")?;
        writer.write_array(true, &self.topics, "OffsetFetchResponseGroup.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        writer.write_i16(self.error_code);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`OffsetFetchResponse`], versions 8 to 10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseTopics {
    /// `string` in versions 8 to 9; dropped elsewhere.
    pub name: String,
    /// `uuid` in version 10; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]OffsetFetchResponsePartitions`.
    pub partitions: Vec<OffsetFetchResponsePartitions>,
}

impl OffsetFetchResponseTopics {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let name = if version <= 9 {
            reader.read_string(true, "OffsetFetchResponseTopics.name")?
        } else {
            String::new()
        };
        let topic_id =
            if version == 10 { reader.read_uuid("OffsetFetchResponseTopics.topic_id")? } else { Uuid::ZERO };
        let partitions = reader.read_array(
            true,
            20,
            "OffsetFetchResponseTopics.partitions",
            OffsetFetchResponsePartitions::decode,
        )?;
        reader.skip_tagged_fields("OffsetFetchResponseTopics")?;
        Ok(Self { name, topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            writer.write_string(true, &self.name, "OffsetFetchResponseTopics.name")?;
        }
        if version == 10 {
            writer.write_uuid(self.topic_id);
        }
        writer.write_array(
            true,
            &self.partitions,
            "OffsetFetchResponseTopics.partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`OffsetFetchResponse`], versions 8 to 10.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchResponsePartitions {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub committed_offset: i64,
    /// `int32`; default -1.
    pub committed_leader_epoch: i32,
    /// `string`, or null.
    pub metadata: Option<String>,
    /// `int16`.
    pub error_code: i16,
}

impl Default for OffsetFetchResponsePartitions {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: Some(String::new()),
            error_code: 0,
        }
    }
}

impl OffsetFetchResponsePartitions {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("OffsetFetchResponsePartitions.partition_index")?;
        let committed_offset = reader.read_i64("OffsetFetchResponsePartitions.committed_offset")?;
        let committed_leader_epoch =
            reader.read_i32("OffsetFetchResponsePartitions.committed_leader_epoch")?;
        let metadata = reader.read_nullable_string(true, "OffsetFetchResponsePartitions.metadata")?;
        let error_code = reader.read_i16("OffsetFetchResponsePartitions.error_code")?;
        reader.skip_tagged_fields("OffsetFetchResponsePartitions")?;
        Ok(Self { partition_index, committed_offset, committed_leader_epoch, metadata, error_code })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_i64(self.committed_offset);
        writer.write_i32(self.committed_leader_epoch);
        writer.write_nullable_string(
            true,
            self.metadata.as_deref(),
            "OffsetFetchResponsePartitions.metadata",
        )?;
        writer.write_i16(self.error_code);
        writer.write_no_tagged_fields();
        Ok(())
    }
}
