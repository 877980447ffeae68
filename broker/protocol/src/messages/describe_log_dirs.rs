//! DescribeLogDirs (API key 35), versions 1 to 5, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_log_dirs.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 1 to 5.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeLogDirsRequest {
    /// `[]DescribableLogDirTopic`, or null.
    pub topics: Option<Vec<DescribableLogDirTopic>>,
}

impl Default for DescribeLogDirsRequest {
    fn default() -> Self {
        Self { topics: Some(Vec::new()) }
    }
}

impl Message for DescribeLogDirsRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeLogDirsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let topics = reader.read_nullable_array(flexible, 3, "DescribeLogDirsRequest.topics", |reader| {
            DescribableLogDirTopic::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DescribeLogDirsRequest")?;
        }
        Ok(Self { topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeLogDirsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_nullable_array(
            flexible,
            self.topics.as_deref(),
            "DescribeLogDirsRequest.topics",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeLogDirsRequest`], versions 1 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribableLogDirTopic {
    /// `string`.
    pub topic: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl DescribableLogDirTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let topic = reader.read_string(flexible, "DescribableLogDirTopic.topic")?;
        let partitions = reader.read_array(flexible, 4, "DescribableLogDirTopic.partitions", |reader| {
            reader.read_i32("DescribableLogDirTopic.partitions")
        })?;
        if flexible {
            reader.skip_tagged_fields("DescribableLogDirTopic")?;
        }
        Ok(Self { topic, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.topic, "DescribableLogDirTopic.topic")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "DescribableLogDirTopic.partitions",
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

impl Request for DescribeLogDirsRequest {
    const API_KEY: ApiKey = ApiKey::DescribeLogDirs;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = DescribeLogDirsResponse;
}

/// Response, versions 1 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16` in versions 3 to 5; dropped elsewhere.
    pub error_code: i16,
    /// `[]DescribeLogDirsResult`.
    pub results: Vec<DescribeLogDirsResult>,
}

impl Message for DescribeLogDirsResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeLogDirsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let throttle_time_ms = reader.read_i32("DescribeLogDirsResponse.throttle_time_ms")?;
        let error_code =
            if version >= 3 { reader.read_i16("DescribeLogDirsResponse.error_code")? } else { 0 };
        let results = reader.read_array(flexible, 5, "DescribeLogDirsResponse.results", |reader| {
            DescribeLogDirsResult::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DescribeLogDirsResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code, results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeLogDirsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i32(self.throttle_time_ms);
        if version >= 3 {
            writer.write_i16(self.error_code);
        }
        writer.write_array(
            flexible,
            &self.results,
            "DescribeLogDirsResponse.results",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeLogDirsResponse`], versions 1 to 5.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeLogDirsResult {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub log_dir: String,
    /// `[]DescribeLogDirsTopic`.
    pub topics: Vec<DescribeLogDirsTopic>,
    /// `int64` in versions 4 to 5; default -1; dropped elsewhere.
    pub total_bytes: i64,
    /// `int64` in versions 4 to 5; default -1; dropped elsewhere.
    pub usable_bytes: i64,
    /// `bool` in version 5; dropped elsewhere.
    pub is_cordoned: bool,
}

impl Default for DescribeLogDirsResult {
    fn default() -> Self {
        Self {
            error_code: 0,
            log_dir: String::new(),
            topics: Vec::new(),
            total_bytes: -1,
            usable_bytes: -1,
            is_cordoned: false,
        }
    }
}

impl DescribeLogDirsResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let error_code = reader.read_i16("DescribeLogDirsResult.error_code")?;
        let log_dir = reader.read_string(flexible, "DescribeLogDirsResult.log_dir")?;
        let topics = reader.read_array(flexible, 3, "DescribeLogDirsResult.topics", |reader| {
            DescribeLogDirsTopic::decode(reader, version)
        })?;
        let total_bytes =
            if version >= 4 { reader.read_i64("DescribeLogDirsResult.total_bytes")? } else { -1 };
        let usable_bytes =
            if version >= 4 { reader.read_i64("DescribeLogDirsResult.usable_bytes")? } else { -1 };
        let is_cordoned =
            if version == 5 { reader.read_bool("DescribeLogDirsResult.is_cordoned")? } else { false };
        if flexible {
            reader.skip_tagged_fields("DescribeLogDirsResult")?;
        }
        Ok(Self { error_code, log_dir, topics, total_bytes, usable_bytes, is_cordoned })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i16(self.error_code);
        writer.write_string(flexible, &self.log_dir, "DescribeLogDirsResult.log_dir")?;
        writer.write_array(flexible, &self.topics, "DescribeLogDirsResult.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if version >= 4 {
            writer.write_i64(self.total_bytes);
        }
        if version >= 4 {
            writer.write_i64(self.usable_bytes);
        }
        if version == 5 {
            writer.write_bool(self.is_cordoned);
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeLogDirsResponse`], versions 1 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsTopic {
    /// `string`.
    pub name: String,
    /// `[]DescribeLogDirsPartition`.
    pub partitions: Vec<DescribeLogDirsPartition>,
}

impl DescribeLogDirsTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let name = reader.read_string(flexible, "DescribeLogDirsTopic.name")?;
        let partitions = reader.read_array(flexible, 21, "DescribeLogDirsTopic.partitions", |reader| {
            DescribeLogDirsPartition::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DescribeLogDirsTopic")?;
        }
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.name, "DescribeLogDirsTopic.name")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "DescribeLogDirsTopic.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeLogDirsResponse`], versions 1 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeLogDirsPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub partition_size: i64,
    /// `int64`.
    pub offset_lag: i64,
    /// `bool`.
    pub is_future_key: bool,
}

impl DescribeLogDirsPartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let partition_index = reader.read_i32("DescribeLogDirsPartition.partition_index")?;
        let partition_size = reader.read_i64("DescribeLogDirsPartition.partition_size")?;
        let offset_lag = reader.read_i64("DescribeLogDirsPartition.offset_lag")?;
        let is_future_key = reader.read_bool("DescribeLogDirsPartition.is_future_key")?;
        if flexible {
            reader.skip_tagged_fields("DescribeLogDirsPartition")?;
        }
        Ok(Self { partition_index, partition_size, offset_lag, is_future_key })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i32(self.partition_index);
        writer.write_i64(self.partition_size);
        writer.write_i64(self.offset_lag);
        writer.write_bool(self.is_future_key);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
