//! AlterReplicaLogDirs (API key 34), versions 1 to 2, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/alter_replica_log_dirs.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterReplicaLogDirsRequest {
    /// `[]AlterReplicaLogDir`.
    pub dirs: Vec<AlterReplicaLogDir>,
}

impl Message for AlterReplicaLogDirsRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterReplicaLogDirsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let dirs = reader.read_array(flexible, 3, "AlterReplicaLogDirsRequest.dirs", |reader| {
            AlterReplicaLogDir::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("AlterReplicaLogDirsRequest")?;
        }
        Ok(Self { dirs })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterReplicaLogDirsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_array(flexible, &self.dirs, "AlterReplicaLogDirsRequest.dirs", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterReplicaLogDirsRequest`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterReplicaLogDir {
    /// `string`.
    pub path: String,
    /// `[]AlterReplicaLogDirTopic`.
    pub topics: Vec<AlterReplicaLogDirTopic>,
}

impl AlterReplicaLogDir {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let path = reader.read_string(flexible, "AlterReplicaLogDir.path")?;
        let topics = reader.read_array(flexible, 3, "AlterReplicaLogDir.topics", |reader| {
            AlterReplicaLogDirTopic::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("AlterReplicaLogDir")?;
        }
        Ok(Self { path, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.path, "AlterReplicaLogDir.path")?;
        writer.write_array(flexible, &self.topics, "AlterReplicaLogDir.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterReplicaLogDirsRequest`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterReplicaLogDirTopic {
    /// `string`.
    pub name: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl AlterReplicaLogDirTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let name = reader.read_string(flexible, "AlterReplicaLogDirTopic.name")?;
        let partitions = reader.read_array(flexible, 4, "AlterReplicaLogDirTopic.partitions", |reader| {
            reader.read_i32("AlterReplicaLogDirTopic.partitions")
        })?;
        if flexible {
            reader.skip_tagged_fields("AlterReplicaLogDirTopic")?;
        }
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.name, "AlterReplicaLogDirTopic.name")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "AlterReplicaLogDirTopic.partitions",
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

impl Request for AlterReplicaLogDirsRequest {
    const API_KEY: ApiKey = ApiKey::AlterReplicaLogDirs;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = AlterReplicaLogDirsResponse;
}

/// Response, versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterReplicaLogDirsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]AlterReplicaLogDirTopicResult`.
    pub results: Vec<AlterReplicaLogDirTopicResult>,
}

impl Message for AlterReplicaLogDirsResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterReplicaLogDirsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let throttle_time_ms = reader.read_i32("AlterReplicaLogDirsResponse.throttle_time_ms")?;
        let results = reader.read_array(flexible, 3, "AlterReplicaLogDirsResponse.results", |reader| {
            AlterReplicaLogDirTopicResult::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("AlterReplicaLogDirsResponse")?;
        }
        Ok(Self { throttle_time_ms, results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterReplicaLogDirsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            flexible,
            &self.results,
            "AlterReplicaLogDirsResponse.results",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterReplicaLogDirsResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterReplicaLogDirTopicResult {
    /// `string`.
    pub topic_name: String,
    /// `[]AlterReplicaLogDirPartitionResult`.
    pub partitions: Vec<AlterReplicaLogDirPartitionResult>,
}

impl AlterReplicaLogDirTopicResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let topic_name = reader.read_string(flexible, "AlterReplicaLogDirTopicResult.topic_name")?;
        let partitions =
            reader.read_array(flexible, 6, "AlterReplicaLogDirTopicResult.partitions", |reader| {
                AlterReplicaLogDirPartitionResult::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("AlterReplicaLogDirTopicResult")?;
        }
        Ok(Self { topic_name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.topic_name, "AlterReplicaLogDirTopicResult.topic_name")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "AlterReplicaLogDirTopicResult.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterReplicaLogDirsResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterReplicaLogDirPartitionResult {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
}

impl AlterReplicaLogDirPartitionResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let partition_index = reader.read_i32("AlterReplicaLogDirPartitionResult.partition_index")?;
        let error_code = reader.read_i16("AlterReplicaLogDirPartitionResult.error_code")?;
        if flexible {
            reader.skip_tagged_fields("AlterReplicaLogDirPartitionResult")?;
        }
        Ok(Self { partition_index, error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
