//! OffsetDelete (API key 47), version 0, never flexible.
//!
//! Written by `tidemill-protocol-generator` from `schemas/offset_delete.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequest {
    /// `string`.
    pub group_id: String,
    /// `[]OffsetDeleteRequestTopic`.
    pub topics: Vec<OffsetDeleteRequestTopic>,
}

impl Message for OffsetDeleteRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("OffsetDeleteRequest", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(false, "OffsetDeleteRequest.group_id")?;
        let topics =
            reader.read_array(false, 6, "OffsetDeleteRequest.topics", OffsetDeleteRequestTopic::decode)?;
        Ok(Self { group_id, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("OffsetDeleteRequest", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.group_id, "OffsetDeleteRequest.group_id")?;
        writer.write_array(false, &self.topics, "OffsetDeleteRequest.topics", |writer, element| {
            element.encode(writer)
        })?;
        Ok(())
    }
}

/// Part of [`OffsetDeleteRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequestTopic {
    /// `string`.
    pub name: String,
    /// `[]OffsetDeleteRequestPartition`.
    pub partitions: Vec<OffsetDeleteRequestPartition>,
}

impl OffsetDeleteRequestTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(false, "OffsetDeleteRequestTopic.name")?;
        let partitions = reader.read_array(
            false,
            4,
            "OffsetDeleteRequestTopic.partitions",
            OffsetDeleteRequestPartition::decode,
        )?;
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(false, &self.name, "OffsetDeleteRequestTopic.name")?;
        writer.write_array(
            false,
            &self.partitions,
            "OffsetDeleteRequestTopic.partitions",
            |writer, element| element.encode(writer),
        )?;
        Ok(())
    }
}

/// Part of [`OffsetDeleteRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequestPartition {
    /// `int32`.
    pub partition_index: i32,
}

impl OffsetDeleteRequestPartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("OffsetDeleteRequestPartition.partition_index")?;
        Ok(Self { partition_index })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        Ok(())
    }
}

impl Request for OffsetDeleteRequest {
    const API_KEY: ApiKey = ApiKey::OffsetDelete;
    const FLEXIBLE_SINCE: i16 = i16::MAX;
    type Response = OffsetDeleteResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponse {
    /// `int16`.
    pub error_code: i16,
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]OffsetDeleteResponseTopic`.
    pub topics: Vec<OffsetDeleteResponseTopic>,
}

impl Message for OffsetDeleteResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("OffsetDeleteResponse", version, &Self::VERSIONS)?;
        let error_code = reader.read_i16("OffsetDeleteResponse.error_code")?;
        let throttle_time_ms = reader.read_i32("OffsetDeleteResponse.throttle_time_ms")?;
        let topics =
            reader.read_array(false, 6, "OffsetDeleteResponse.topics", OffsetDeleteResponseTopic::decode)?;
        Ok(Self { error_code, throttle_time_ms, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("OffsetDeleteResponse", version, &Self::VERSIONS)?;
        writer.write_i16(self.error_code);
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(false, &self.topics, "OffsetDeleteResponse.topics", |writer, element| {
            element.encode(writer)
        })?;
        Ok(())
    }
}

/// Part of [`OffsetDeleteResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponseTopic {
    /// `string`.
    pub name: String,
    /// `[]OffsetDeleteResponsePartition`.
    pub partitions: Vec<OffsetDeleteResponsePartition>,
}

impl OffsetDeleteResponseTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(false, "OffsetDeleteResponseTopic.name")?;
        let partitions = reader.read_array(
            false,
            6,
            "OffsetDeleteResponseTopic.partitions",
            OffsetDeleteResponsePartition::decode,
        )?;
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(false, &self.name, "OffsetDeleteResponseTopic.name")?;
        writer.write_array(
            false,
            &self.partitions,
            "OffsetDeleteResponseTopic.partitions",
            |writer, element| element.encode(writer),
        )?;
        Ok(())
    }
}

/// Part of [`OffsetDeleteResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
}

impl OffsetDeleteResponsePartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("OffsetDeleteResponsePartition.partition_index")?;
        let error_code = reader.read_i16("OffsetDeleteResponsePartition.error_code")?;
        Ok(Self { partition_index, error_code })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        Ok(())
    }
}
