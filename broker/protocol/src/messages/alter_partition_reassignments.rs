//! AlterPartitionReassignments (API key 45), versions 0 to 1, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/alter_partition_reassignments.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterPartitionReassignmentsRequest {
    /// `int32`; default 60000.
    pub timeout_ms: i32,
    /// `bool` in version 1; default true.
    pub allow_replication_factor_change: bool,
    /// `[]ReassignableTopic`.
    pub topics: Vec<ReassignableTopic>,
}

impl Default for AlterPartitionReassignmentsRequest {
    fn default() -> Self {
        Self { timeout_ms: 60000, allow_replication_factor_change: true, topics: Vec::new() }
    }
}

impl Message for AlterPartitionReassignmentsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterPartitionReassignmentsRequest", version, &Self::VERSIONS)?;
        let timeout_ms = reader.read_i32("AlterPartitionReassignmentsRequest.timeout_ms")?;
        let allow_replication_factor_change = if version == 1 {
            reader.read_bool("AlterPartitionReassignmentsRequest.allow_replication_factor_change")?
        } else {
            true
        };
        let topics = reader.read_array(
            true,
            3,
            "AlterPartitionReassignmentsRequest.topics",
            ReassignableTopic::decode,
        )?;
        reader.skip_tagged_fields("AlterPartitionReassignmentsRequest")?;
        Ok(Self { timeout_ms, allow_replication_factor_change, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterPartitionReassignmentsRequest", version, &Self::VERSIONS)?;
        writer.write_i32(self.timeout_ms);
        if version == 1 {
            writer.write_bool(self.allow_replication_factor_change);
        } else if !self.allow_replication_factor_change {
            return Err(EncodeError::not_in_version(
                "AlterPartitionReassignmentsRequest.allow_replication_factor_change",
                version,
            ));
        }
        writer.write_array(
            true,
            &self.topics,
            "AlterPartitionReassignmentsRequest.topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AlterPartitionReassignmentsRequest`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReassignableTopic {
    /// `string`.
    pub name: String,
    /// `[]ReassignablePartition`.
    pub partitions: Vec<ReassignablePartition>,
}

impl ReassignableTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "ReassignableTopic.name")?;
        let partitions =
            reader.read_array(true, 6, "ReassignableTopic.partitions", ReassignablePartition::decode)?;
        reader.skip_tagged_fields("ReassignableTopic")?;
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "ReassignableTopic.name")?;
        writer.write_array(true, &self.partitions, "ReassignableTopic.partitions", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AlterPartitionReassignmentsRequest`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReassignablePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `[]int32`, or null; default null.
    pub replicas: Option<Vec<i32>>,
}

impl ReassignablePartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("ReassignablePartition.partition_index")?;
        let replicas = reader.read_nullable_array(true, 4, "ReassignablePartition.replicas", |reader| {
            reader.read_i32("ReassignablePartition.replicas")
        })?;
        reader.skip_tagged_fields("ReassignablePartition")?;
        Ok(Self { partition_index, replicas })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_nullable_array(
            true,
            self.replicas.as_deref(),
            "ReassignablePartition.replicas",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for AlterPartitionReassignmentsRequest {
    const API_KEY: ApiKey = ApiKey::AlterPartitionReassignments;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = AlterPartitionReassignmentsResponse;
}

/// Response, versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterPartitionReassignmentsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `bool` in version 1; default true; dropped elsewhere.
    pub allow_replication_factor_change: bool,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `[]ReassignableTopicResponse`.
    pub responses: Vec<ReassignableTopicResponse>,
}

impl Default for AlterPartitionReassignmentsResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            allow_replication_factor_change: true,
            error_code: 0,
            error_message: Some(String::new()),
            responses: Vec::new(),
        }
    }
}

impl Message for AlterPartitionReassignmentsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterPartitionReassignmentsResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("AlterPartitionReassignmentsResponse.throttle_time_ms")?;
        let allow_replication_factor_change = if version == 1 {
            reader.read_bool("AlterPartitionReassignmentsResponse.allow_replication_factor_change")?
        } else {
            true
        };
        let error_code = reader.read_i16("AlterPartitionReassignmentsResponse.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "AlterPartitionReassignmentsResponse.error_message")?;
        let responses = reader.read_array(
            true,
            3,
            "AlterPartitionReassignmentsResponse.responses",
            ReassignableTopicResponse::decode,
        )?;
        reader.skip_tagged_fields("AlterPartitionReassignmentsResponse")?;
        Ok(Self { throttle_time_ms, allow_replication_factor_change, error_code, error_message, responses })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterPartitionReassignmentsResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        if version == 1 {
            writer.write_bool(self.allow_replication_factor_change);
        }
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "AlterPartitionReassignmentsResponse.error_message",
        )?;
        writer.write_array(
            true,
            &self.responses,
            "AlterPartitionReassignmentsResponse.responses",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AlterPartitionReassignmentsResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReassignableTopicResponse {
    /// `string`.
    pub name: String,
    /// `[]ReassignablePartitionResponse`.
    pub partitions: Vec<ReassignablePartitionResponse>,
}

impl ReassignableTopicResponse {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "ReassignableTopicResponse.name")?;
        let partitions = reader.read_array(
            true,
            8,
            "ReassignableTopicResponse.partitions",
            ReassignablePartitionResponse::decode,
        )?;
        reader.skip_tagged_fields("ReassignableTopicResponse")?;
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "ReassignableTopicResponse.name")?;
        writer.write_array(
            true,
            &self.partitions,
            "ReassignableTopicResponse.partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AlterPartitionReassignmentsResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct ReassignablePartitionResponse {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
}

impl Default for ReassignablePartitionResponse {
    fn default() -> Self {
        Self { partition_index: 0, error_code: 0, error_message: Some(String::new()) }
    }
}

impl ReassignablePartitionResponse {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("ReassignablePartitionResponse.partition_index")?;
        let error_code = reader.read_i16("ReassignablePartitionResponse.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "ReassignablePartitionResponse.error_message")?;
        reader.skip_tagged_fields("ReassignablePartitionResponse")?;
        Ok(Self { partition_index, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "ReassignablePartitionResponse.error_message",
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
