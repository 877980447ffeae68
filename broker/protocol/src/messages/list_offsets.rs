//! ListOffsets (API key 2), versions 1 to 11, flexible since version 6.
//!
//! Written by `tidemill-protocol-generator` from `schemas/list_offsets.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 1 to 11.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsRequest {
    /// `int32`.
    pub replica_id: i32,
    /// `int8` in versions 2 to 11.
    pub isolation_level: i8,
    /// `[]ListOffsetsTopic`.
    pub topics: Vec<ListOffsetsTopic>,
    /// `int32` in versions 10 to 11; dropped elsewhere.
    pub timeout_ms: i32,
}

impl Message for ListOffsetsRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=11;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ListOffsetsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        let replica_id = reader.read_i32("ListOffsetsRequest.replica_id")?;
        let isolation_level =
            if version >= 2 { reader.read_i8("ListOffsetsRequest.isolation_level")? } else { 0 };
        let topics = reader.read_array(flexible, 3, "ListOffsetsRequest.topics", |reader| {
            ListOffsetsTopic::decode(reader, version)
        })?;
        let timeout_ms = if version >= 10 { reader.read_i32("ListOffsetsRequest.timeout_ms")? } else { 0 };
        if flexible {
            reader.skip_tagged_fields("ListOffsetsRequest")?;
        }
        Ok(Self { replica_id, isolation_level, topics, timeout_ms })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ListOffsetsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        writer.write_i32(self.replica_id);
        if version >= 2 {
            writer.write_i8(self.isolation_level);
        } else if self.isolation_level != 0 {
            return Err(EncodeError::not_in_version("ListOffsetsRequest.isolation_level", version));
        }
        writer.write_array(flexible, &self.topics, "ListOffsetsRequest.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if version >= 10 {
            writer.write_i32(self.timeout_ms);
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ListOffsetsRequest`], versions 1 to 11.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsTopic {
    /// `string`.
    pub name: String,
    /// `[]ListOffsetsPartition`.
    pub partitions: Vec<ListOffsetsPartition>,
}

impl ListOffsetsTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let name = reader.read_string(flexible, "ListOffsetsTopic.name")?;
        let partitions = reader.read_array(flexible, 12, "ListOffsetsTopic.partitions", |reader| {
            ListOffsetsPartition::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("ListOffsetsTopic")?;
        }
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        writer.write_string(flexible, &self.name, "ListOffsetsTopic.name")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "ListOffsetsTopic.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ListOffsetsRequest`], versions 1 to 11.
#[derive(Debug, Clone, PartialEq)]
pub struct ListOffsetsPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int32` in versions 4 to 11; default -1; dropped elsewhere.
    pub current_leader_epoch: i32,
    /// `int64`.
    pub timestamp: i64,
}

impl Default for ListOffsetsPartition {
    fn default() -> Self {
        Self { partition_index: 0, current_leader_epoch: -1, timestamp: 0 }
    }
}

impl ListOffsetsPartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let partition_index = reader.read_i32("ListOffsetsPartition.partition_index")?;
        let current_leader_epoch =
            if version >= 4 { reader.read_i32("ListOffsetsPartition.current_leader_epoch")? } else { -1 };
        let timestamp = reader.read_i64("ListOffsetsPartition.timestamp")?;
        if flexible {
            reader.skip_tagged_fields("ListOffsetsPartition")?;
        }
        Ok(Self { partition_index, current_leader_epoch, timestamp })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        writer.write_i32(self.partition_index);
        if version >= 4 {
            writer.write_i32(self.current_leader_epoch);
        }
        writer.write_i64(self.timestamp);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for ListOffsetsRequest {
    const API_KEY: ApiKey = ApiKey::ListOffsets;
    const FLEXIBLE_SINCE: i16 = 6;
    type Response = ListOffsetsResponse;
}

/// Response, versions 1 to 11.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsResponse {
    /// `int32` in versions 2 to 11; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `[]ListOffsetsTopicResponse`.
    pub topics: Vec<ListOffsetsTopicResponse>,
}

impl Message for ListOffsetsResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=11;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ListOffsetsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        let throttle_time_ms =
            if version >= 2 { reader.read_i32("ListOffsetsResponse.throttle_time_ms")? } else { 0 };
        let topics = reader.read_array(flexible, 3, "ListOffsetsResponse.topics", |reader| {
            ListOffsetsTopicResponse::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("ListOffsetsResponse")?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ListOffsetsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        if version >= 2 {
            writer.write_i32(self.throttle_time_ms);
        }
        writer.write_array(flexible, &self.topics, "ListOffsetsResponse.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ListOffsetsResponse`], versions 1 to 11.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsTopicResponse {
    /// `string`.
    pub name: String,
    /// `[]ListOffsetsPartitionResponse`.
    pub partitions: Vec<ListOffsetsPartitionResponse>,
}

impl ListOffsetsTopicResponse {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let name = reader.read_string(flexible, "ListOffsetsTopicResponse.name")?;
        let partitions =
            reader.read_array(flexible, 22, "ListOffsetsTopicResponse.partitions", |reader| {
                ListOffsetsPartitionResponse::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("ListOffsetsTopicResponse")?;
        }
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        writer.write_string(flexible, &self.name, "ListOffsetsTopicResponse.name")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "ListOffsetsTopicResponse.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ListOffsetsResponse`], versions 1 to 11.
#[derive(Debug, Clone, PartialEq)]
pub struct ListOffsetsPartitionResponse {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `int64`; default -1.
    pub timestamp: i64,
    /// `int64`; default -1.
    pub offset: i64,
    /// `int32` in versions 4 to 11; default -1.
    pub leader_epoch: i32,
}

impl Default for ListOffsetsPartitionResponse {
    fn default() -> Self {
        Self { partition_index: 0, error_code: 0, timestamp: -1, offset: -1, leader_epoch: -1 }
    }
}

impl ListOffsetsPartitionResponse {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let partition_index = reader.read_i32("ListOffsetsPartitionResponse.partition_index")?;
        let error_code = reader.read_i16("ListOffsetsPartitionResponse.error_code")?;
        let timestamp = reader.read_i64("ListOffsetsPartitionResponse.timestamp")?;
        let offset = reader.read_i64("ListOffsetsPartitionResponse.offset")?;
        let leader_epoch =
            if version >= 4 { reader.read_i32("ListOffsetsPartitionResponse.leader_epoch")? } else { -1 };
        if flexible {
            reader.skip_tagged_fields("ListOffsetsPartitionResponse")?;
        }
        Ok(Self { partition_index, error_code, timestamp, offset, leader_epoch })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        writer.write_i64(self.timestamp);
        writer.write_i64(self.offset);
        if version >= 4 {
            writer.write_i32(self.leader_epoch);
        } else if self.leader_epoch != -1 {
            return Err(EncodeError::not_in_version("ListOffsetsPartitionResponse.leader_epoch", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
