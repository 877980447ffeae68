//! AlterShareGroupOffsets (API key 91), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/alter_share_group_offsets.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequest {
    /// `string`.
    pub group_id: String,
    /// `[]AlterShareGroupOffsetsRequestTopic`.
    pub topics: Vec<AlterShareGroupOffsetsRequestTopic>,
}

impl Message for AlterShareGroupOffsetsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterShareGroupOffsetsRequest", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(true, "AlterShareGroupOffsetsRequest.group_id")?;
        let topics = reader.read_array(
            true,
            3,
            "AlterShareGroupOffsetsRequest.topics",
            AlterShareGroupOffsetsRequestTopic::decode,
        )?;
        reader.skip_tagged_fields("AlterShareGroupOffsetsRequest")?;
        Ok(Self { group_id, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterShareGroupOffsetsRequest", version, &Self::VERSIONS)?;
        writer.write_string(true, &self.group_id, "AlterShareGroupOffsetsRequest.group_id")?;
        writer.write_array(
            true,
            &self.topics,
            "AlterShareGroupOffsetsRequest.topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AlterShareGroupOffsetsRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequestTopic {
    /// `string`.
    pub topic_name: String,
    /// `[]AlterShareGroupOffsetsRequestPartition`.
    pub partitions: Vec<AlterShareGroupOffsetsRequestPartition>,
}

impl AlterShareGroupOffsetsRequestTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_name = reader.read_string(true, "AlterShareGroupOffsetsRequestTopic.topic_name")?;
        let partitions = reader.read_array(
            true,
            13,
            "AlterShareGroupOffsetsRequestTopic.partitions",
            AlterShareGroupOffsetsRequestPartition::decode,
        )?;
        reader.skip_tagged_fields("AlterShareGroupOffsetsRequestTopic")?;
        Ok(Self { topic_name, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic_name, "AlterShareGroupOffsetsRequestTopic.topic_name")?;
        writer.write_array(
            true,
            &self.partitions,
            "AlterShareGroupOffsetsRequestTopic.partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AlterShareGroupOffsetsRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequestPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub start_offset: i64,
}

impl AlterShareGroupOffsetsRequestPartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("AlterShareGroupOffsetsRequestPartition.partition_index")?;
        let start_offset = reader.read_i64("AlterShareGroupOffsetsRequestPartition.start_offset")?;
        reader.skip_tagged_fields("AlterShareGroupOffsetsRequestPartition")?;
        Ok(Self { partition_index, start_offset })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_i64(self.start_offset);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for AlterShareGroupOffsetsRequest {
    const API_KEY: ApiKey = ApiKey::AlterShareGroupOffsets;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = AlterShareGroupOffsetsResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
    /// `[]AlterShareGroupOffsetsResponseTopic`.
    pub responses: Vec<AlterShareGroupOffsetsResponseTopic>,
}

impl Message for AlterShareGroupOffsetsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterShareGroupOffsetsResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("AlterShareGroupOffsetsResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("AlterShareGroupOffsetsResponse.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "AlterShareGroupOffsetsResponse.error_message")?;
        let responses = reader.read_array(
            true,
            19,
            "AlterShareGroupOffsetsResponse.responses",
            AlterShareGroupOffsetsResponseTopic::decode,
        )?;
        reader.skip_tagged_fields("AlterShareGroupOffsetsResponse")?;
        Ok(Self { throttle_time_ms, error_code, error_message, responses })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterShareGroupOffsetsResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "AlterShareGroupOffsetsResponse.error_message",
        )?;
        writer.write_array(
            true,
            &self.responses,
            "AlterShareGroupOffsetsResponse.responses",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AlterShareGroupOffsetsResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsResponseTopic {
    /// `string`.
    pub topic_name: String,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]AlterShareGroupOffsetsResponsePartition`.
    pub partitions: Vec<AlterShareGroupOffsetsResponsePartition>,
}

impl AlterShareGroupOffsetsResponseTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_name = reader.read_string(true, "AlterShareGroupOffsetsResponseTopic.topic_name")?;
        let topic_id = reader.read_uuid("AlterShareGroupOffsetsResponseTopic.topic_id")?;
        let partitions = reader.read_array(
            true,
            8,
            "AlterShareGroupOffsetsResponseTopic.partitions",
            AlterShareGroupOffsetsResponsePartition::decode,
        )?;
        reader.skip_tagged_fields("AlterShareGroupOffsetsResponseTopic")?;
        Ok(Self { topic_name, topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic_name, "AlterShareGroupOffsetsResponseTopic.topic_name")?;
        writer.write_uuid(self.topic_id);
        writer.write_array(
            true,
            &self.partitions,
            "AlterShareGroupOffsetsResponseTopic.partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AlterShareGroupOffsetsResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
}

impl AlterShareGroupOffsetsResponsePartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("AlterShareGroupOffsetsResponsePartition.partition_index")?;
        let error_code = reader.read_i16("AlterShareGroupOffsetsResponsePartition.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "AlterShareGroupOffsetsResponsePartition.error_message")?;
        reader.skip_tagged_fields("AlterShareGroupOffsetsResponsePartition")?;
        Ok(Self { partition_index, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "AlterShareGroupOffsetsResponsePartition.error_message",
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
