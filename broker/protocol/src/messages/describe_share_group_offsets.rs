//! DescribeShareGroupOffsets (API key 90), versions 0 to 1, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_share_group_offsets.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsRequest {
    /// `[]DescribeShareGroupOffsetsRequestGroup`.
    pub groups: Vec<DescribeShareGroupOffsetsRequestGroup>,
}

impl Message for DescribeShareGroupOffsetsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeShareGroupOffsetsRequest", version, &Self::VERSIONS)?;
        let groups = reader.read_array(
            true,
            3,
            "DescribeShareGroupOffsetsRequest.groups",
            DescribeShareGroupOffsetsRequestGroup::decode,
        )?;
        reader.skip_tagged_fields("DescribeShareGroupOffsetsRequest")?;
        Ok(Self { groups })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeShareGroupOffsetsRequest", version, &Self::VERSIONS)?;
        writer.write_array(
            true,
            &self.groups,
            "DescribeShareGroupOffsetsRequest.groups",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeShareGroupOffsetsRequest`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeShareGroupOffsetsRequestGroup {
    /// `string`.
    pub group_id: String,
    /// `[]DescribeShareGroupOffsetsRequestTopic`, or null.
    pub topics: Option<Vec<DescribeShareGroupOffsetsRequestTopic>>,
}

impl Default for DescribeShareGroupOffsetsRequestGroup {
    fn default() -> Self {
        Self { group_id: String::new(), topics: Some(Vec::new()) }
    }
}

impl DescribeShareGroupOffsetsRequestGroup {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let group_id = reader.read_string(true, "DescribeShareGroupOffsetsRequestGroup.group_id")?;
        let topics = reader.read_nullable_array(
            true,
            3,
            "DescribeShareGroupOffsetsRequestGroup.topics",
            DescribeShareGroupOffsetsRequestTopic::decode,
        )?;
        reader.skip_tagged_fields("DescribeShareGroupOffsetsRequestGroup")?;
        Ok(Self { group_id, topics })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.group_id, "DescribeShareGroupOffsetsRequestGroup.group_id")?;
        writer.write_nullable_array(
            true,
            self.topics.as_deref(),
            "DescribeShareGroupOffsetsRequestGroup.topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeShareGroupOffsetsRequest`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsRequestTopic {
    /// `string`.
    pub topic_name: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl DescribeShareGroupOffsetsRequestTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_name = reader.read_string(true, "DescribeShareGroupOffsetsRequestTopic.topic_name")?;
        let partitions =
            reader.read_array(true, 4, "DescribeShareGroupOffsetsRequestTopic.partitions", |reader| {
                reader.read_i32("DescribeShareGroupOffsetsRequestTopic.partitions")
            })?;
        reader.skip_tagged_fields("DescribeShareGroupOffsetsRequestTopic")?;
        Ok(Self { topic_name, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic_name, "DescribeShareGroupOffsetsRequestTopic.topic_name")?;
        writer.write_array(
            true,
            &self.partitions,
            "DescribeShareGroupOffsetsRequestTopic.partitions",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for DescribeShareGroupOffsetsRequest {
    const API_KEY: ApiKey = ApiKey::DescribeShareGroupOffsets;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = DescribeShareGroupOffsetsResponse;
}

/// Response, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribeShareGroupOffsetsResponseGroup`.
    pub groups: Vec<DescribeShareGroupOffsetsResponseGroup>,
}

impl Message for DescribeShareGroupOffsetsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeShareGroupOffsetsResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("DescribeShareGroupOffsetsResponse.throttle_time_ms")?;
        let groups = reader.read_array(true, 6, "DescribeShareGroupOffsetsResponse.groups", |reader| {
            DescribeShareGroupOffsetsResponseGroup::decode(reader, version)
        })?;
        reader.skip_tagged_fields("DescribeShareGroupOffsetsResponse")?;
        Ok(Self { throttle_time_ms, groups })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeShareGroupOffsetsResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            true,
            &self.groups,
            "DescribeShareGroupOffsetsResponse.groups",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeShareGroupOffsetsResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsResponseGroup {
    /// `string`.
    pub group_id: String,
    /// `[]DescribeShareGroupOffsetsResponseTopic`.
    pub topics: Vec<DescribeShareGroupOffsetsResponseTopic>,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
}

impl DescribeShareGroupOffsetsResponseGroup {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let group_id = reader.read_string(true, "DescribeShareGroupOffsetsResponseGroup.group_id")?;
        let topics =
            reader.read_array(true, 19, "DescribeShareGroupOffsetsResponseGroup.topics", |reader| {
                DescribeShareGroupOffsetsResponseTopic::decode(reader, version)
            })?;
        let error_code = reader.read_i16("DescribeShareGroupOffsetsResponseGroup.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "DescribeShareGroupOffsetsResponseGroup.error_message")?;
        reader.skip_tagged_fields("DescribeShareGroupOffsetsResponseGroup")?;
        Ok(Self { group_id, topics, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_string(true, &self.group_id, "DescribeShareGroupOffsetsResponseGroup.group_id")?;
        writer.write_array(
            true,
            &self.topics,
            "DescribeShareGroupOffsetsResponseGroup.topics",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "DescribeShareGroupOffsetsResponseGroup.error_message",
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeShareGroupOffsetsResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsResponseTopic {
    /// `string`.
    pub topic_name: String,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]DescribeShareGroupOffsetsResponsePartition`.
    pub partitions: Vec<DescribeShareGroupOffsetsResponsePartition>,
}

impl DescribeShareGroupOffsetsResponseTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_name = reader.read_string(true, "DescribeShareGroupOffsetsResponseTopic.topic_name")?;
        let topic_id = reader.read_uuid("DescribeShareGroupOffsetsResponseTopic.topic_id")?;
        let partitions =
            reader.read_array(true, 20, "DescribeShareGroupOffsetsResponseTopic.partitions", |reader| {
                DescribeShareGroupOffsetsResponsePartition::decode(reader, version)
            })?;
        reader.skip_tagged_fields("DescribeShareGroupOffsetsResponseTopic")?;
        Ok(Self { topic_name, topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic_name, "DescribeShareGroupOffsetsResponseTopic.topic_name")?;
        writer.write_uuid(self.topic_id);
        writer.write_array(
            true,
            &self.partitions,
            "DescribeShareGroupOffsetsResponseTopic.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeShareGroupOffsetsResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeShareGroupOffsetsResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub start_offset: i64,
    /// `int32`.
    pub leader_epoch: i32,
    /// `int64` in version 1; default -1; dropped elsewhere.
    pub lag: i64,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
}

impl Default for DescribeShareGroupOffsetsResponsePartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            start_offset: 0,
            leader_epoch: 0,
            lag: -1,
            error_code: 0,
            error_message: None,
        }
    }
}

impl DescribeShareGroupOffsetsResponsePartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index =
            reader.read_i32("DescribeShareGroupOffsetsResponsePartition.partition_index")?;
        let start_offset = reader.read_i64("DescribeShareGroupOffsetsResponsePartition.start_offset")?;
        let leader_epoch = reader.read_i32("DescribeShareGroupOffsetsResponsePartition.leader_epoch")?;
        let lag = if version == 1 {
            reader.read_i64("DescribeShareGroupOffsetsResponsePartition.lag")?
        } else {
            -1
        };
        let error_code = reader.read_i16("DescribeShareGroupOffsetsResponsePartition.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "DescribeShareGroupOffsetsResponsePartition.error_message")?;
        reader.skip_tagged_fields("DescribeShareGroupOffsetsResponsePartition")?;
        Ok(Self { partition_index, start_offset, leader_epoch, lag, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_i64(self.start_offset);
        writer.write_i32(self.leader_epoch);
        if version == 1 {
            writer.write_i64(self.lag);
        }
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "DescribeShareGroupOffsetsResponsePartition.error_message",
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
