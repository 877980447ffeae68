//! DeleteRecords (API key 21), versions 0 to 2, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/delete_records.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsRequest {
    /// `[]DeleteRecordsTopic`.
    pub topics: Vec<DeleteRecordsTopic>,
    /// `int32`.
    pub timeout_ms: i32,
}

impl Message for DeleteRecordsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DeleteRecordsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let topics = reader.read_array(flexible, 3, "DeleteRecordsRequest.topics", |reader| {
            DeleteRecordsTopic::decode(reader, version)
        })?;
        let timeout_ms = reader.read_i32("DeleteRecordsRequest.timeout_ms")?;
        if flexible {
            reader.skip_tagged_fields("DeleteRecordsRequest")?;
        }
        Ok(Self { topics, timeout_ms })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DeleteRecordsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_array(flexible, &self.topics, "DeleteRecordsRequest.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        writer.write_i32(self.timeout_ms);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DeleteRecordsRequest`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsTopic {
    /// `string`.
    pub name: String,
    /// `[]DeleteRecordsPartition`.
    pub partitions: Vec<DeleteRecordsPartition>,
}

impl DeleteRecordsTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let name = reader.read_string(flexible, "DeleteRecordsTopic.name")?;
        let partitions = reader.read_array(flexible, 12, "DeleteRecordsTopic.partitions", |reader| {
            DeleteRecordsPartition::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DeleteRecordsTopic")?;
        }
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.name, "DeleteRecordsTopic.name")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "DeleteRecordsTopic.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DeleteRecordsRequest`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub offset: i64,
}

impl DeleteRecordsPartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let partition_index = reader.read_i32("DeleteRecordsPartition.partition_index")?;
        let offset = reader.read_i64("DeleteRecordsPartition.offset")?;
        if flexible {
            reader.skip_tagged_fields("DeleteRecordsPartition")?;
        }
        Ok(Self { partition_index, offset })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i32(self.partition_index);
        writer.write_i64(self.offset);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for DeleteRecordsRequest {
    const API_KEY: ApiKey = ApiKey::DeleteRecords;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = DeleteRecordsResponse;
}

/// Response, versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DeleteRecordsTopicResult`.
    pub topics: Vec<DeleteRecordsTopicResult>,
}

impl Message for DeleteRecordsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DeleteRecordsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let throttle_time_ms = reader.read_i32("DeleteRecordsResponse.throttle_time_ms")?;
        let topics = reader.read_array(flexible, 3, "DeleteRecordsResponse.topics", |reader| {
            DeleteRecordsTopicResult::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DeleteRecordsResponse")?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DeleteRecordsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(flexible, &self.topics, "DeleteRecordsResponse.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DeleteRecordsResponse`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsTopicResult {
    /// `string`.
    pub name: String,
    /// `[]DeleteRecordsPartitionResult`.
    pub partitions: Vec<DeleteRecordsPartitionResult>,
}

impl DeleteRecordsTopicResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let name = reader.read_string(flexible, "DeleteRecordsTopicResult.name")?;
        let partitions =
            reader.read_array(flexible, 14, "DeleteRecordsTopicResult.partitions", |reader| {
                DeleteRecordsPartitionResult::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("DeleteRecordsTopicResult")?;
        }
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.name, "DeleteRecordsTopicResult.name")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "DeleteRecordsTopicResult.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DeleteRecordsResponse`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsPartitionResult {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub low_watermark: i64,
    /// `int16`.
    pub error_code: i16,
}

impl DeleteRecordsPartitionResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let partition_index = reader.read_i32("DeleteRecordsPartitionResult.partition_index")?;
        let low_watermark = reader.read_i64("DeleteRecordsPartitionResult.low_watermark")?;
        let error_code = reader.read_i16("DeleteRecordsPartitionResult.error_code")?;
        if flexible {
            reader.skip_tagged_fields("DeleteRecordsPartitionResult")?;
        }
        Ok(Self { partition_index, low_watermark, error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i32(self.partition_index);
        writer.write_i64(self.low_watermark);
        writer.write_i16(self.error_code);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
