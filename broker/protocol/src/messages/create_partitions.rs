//! CreatePartitions (API key 37), versions 0 to 3, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/create_partitions.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsRequest {
    /// `[]CreatePartitionsTopic`.
    pub topics: Vec<CreatePartitionsTopic>,
    /// `int32`.
    pub timeout_ms: i32,
    /// `bool`.
    pub validate_only: bool,
}

impl Message for CreatePartitionsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("CreatePartitionsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let topics = reader.read_array(flexible, 7, "CreatePartitionsRequest.topics", |reader| {
            CreatePartitionsTopic::decode(reader, version)
        })?;
        let timeout_ms = reader.read_i32("CreatePartitionsRequest.timeout_ms")?;
        let validate_only = reader.read_bool("CreatePartitionsRequest.validate_only")?;
        if flexible {
            reader.skip_tagged_fields("CreatePartitionsRequest")?;
        }
        Ok(Self { topics, timeout_ms, validate_only })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("CreatePartitionsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_array(flexible, &self.topics, "CreatePartitionsRequest.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        writer.write_i32(self.timeout_ms);
        writer.write_bool(self.validate_only);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`CreatePartitionsRequest`], versions 0 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatePartitionsTopic {
    /// `string`.
    pub name: String,
    /// `int32`.
    pub count: i32,
    /// `[]CreatePartitionsAssignment`, or null.
    pub assignments: Option<Vec<CreatePartitionsAssignment>>,
}

impl Default for CreatePartitionsTopic {
    fn default() -> Self {
        Self { name: String::new(), count: 0, assignments: Some(Vec::new()) }
    }
}

impl CreatePartitionsTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let name = reader.read_string(flexible, "CreatePartitionsTopic.name")?;
        let count = reader.read_i32("CreatePartitionsTopic.count")?;
        let assignments =
            reader.read_nullable_array(flexible, 2, "CreatePartitionsTopic.assignments", |reader| {
                CreatePartitionsAssignment::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("CreatePartitionsTopic")?;
        }
        Ok(Self { name, count, assignments })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.name, "CreatePartitionsTopic.name")?;
        writer.write_i32(self.count);
        writer.write_nullable_array(
            flexible,
            self.assignments.as_deref(),
            "CreatePartitionsTopic.assignments",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`CreatePartitionsRequest`], versions 0 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsAssignment {
    /// `[]int32`.
    pub broker_ids: Vec<i32>,
}

impl CreatePartitionsAssignment {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let broker_ids =
            reader.read_array(flexible, 4, "CreatePartitionsAssignment.broker_ids", |reader| {
                reader.read_i32("CreatePartitionsAssignment.broker_ids")
            })?;
        if flexible {
            reader.skip_tagged_fields("CreatePartitionsAssignment")?;
        }
        Ok(Self { broker_ids })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_array(
            flexible,
            &self.broker_ids,
            "CreatePartitionsAssignment.broker_ids",
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

impl Request for CreatePartitionsRequest {
    const API_KEY: ApiKey = ApiKey::CreatePartitions;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = CreatePartitionsResponse;
}

/// Response, versions 0 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]CreatePartitionsTopicResult`.
    pub results: Vec<CreatePartitionsTopicResult>,
}

impl Message for CreatePartitionsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("CreatePartitionsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let throttle_time_ms = reader.read_i32("CreatePartitionsResponse.throttle_time_ms")?;
        let results = reader.read_array(flexible, 5, "CreatePartitionsResponse.results", |reader| {
            CreatePartitionsTopicResult::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("CreatePartitionsResponse")?;
        }
        Ok(Self { throttle_time_ms, results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("CreatePartitionsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            flexible,
            &self.results,
            "CreatePartitionsResponse.results",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`CreatePartitionsResponse`], versions 0 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsTopicResult {
    /// `string`.
    pub name: String,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
}

impl CreatePartitionsTopicResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let name = reader.read_string(flexible, "CreatePartitionsTopicResult.name")?;
        let error_code = reader.read_i16("CreatePartitionsTopicResult.error_code")?;
        let error_message =
            reader.read_nullable_string(flexible, "CreatePartitionsTopicResult.error_message")?;
        if flexible {
            reader.skip_tagged_fields("CreatePartitionsTopicResult")?;
        }
        Ok(Self { name, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.name, "CreatePartitionsTopicResult.name")?;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "CreatePartitionsTopicResult.error_message",
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
