//! ListPartitionReassignments (API key 46), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/list_partition_reassignments.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPartitionReassignmentsRequest {
    /// `int32`; default 60000.
    pub timeout_ms: i32,
    /// `[]ListPartitionReassignmentsTopics`, or null; default null.
    pub topics: Option<Vec<ListPartitionReassignmentsTopics>>,
}

impl Default for ListPartitionReassignmentsRequest {
    fn default() -> Self {
        Self { timeout_ms: 60000, topics: None }
    }
}

impl Message for ListPartitionReassignmentsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ListPartitionReassignmentsRequest", version, &Self::VERSIONS)?;
        let timeout_ms = reader.read_i32("ListPartitionReassignmentsRequest.timeout_ms")?;
        let topics = reader.read_nullable_array(
            true,
            3,
            "ListPartitionReassignmentsRequest.topics",
            ListPartitionReassignmentsTopics::decode,
        )?;
        reader.skip_tagged_fields("ListPartitionReassignmentsRequest")?;
        Ok(Self { timeout_ms, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ListPartitionReassignmentsRequest", version, &Self::VERSIONS)?;
        writer.write_i32(self.timeout_ms);
        writer.write_nullable_array(
            true,
            self.topics.as_deref(),
            "ListPartitionReassignmentsRequest.topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ListPartitionReassignmentsRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListPartitionReassignmentsTopics {
    /// `string`.
    pub name: String,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
}

impl ListPartitionReassignmentsTopics {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "ListPartitionReassignmentsTopics.name")?;
        let partition_indexes =
            reader.read_array(true, 4, "ListPartitionReassignmentsTopics.partition_indexes", |reader| {
                reader.read_i32("ListPartitionReassignmentsTopics.partition_indexes")
            })?;
        reader.skip_tagged_fields("ListPartitionReassignmentsTopics")?;
        Ok(Self { name, partition_indexes })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "ListPartitionReassignmentsTopics.name")?;
        writer.write_array(
            true,
            &self.partition_indexes,
            "ListPartitionReassignmentsTopics.partition_indexes",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for ListPartitionReassignmentsRequest {
    const API_KEY: ApiKey = ApiKey::ListPartitionReassignments;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = ListPartitionReassignmentsResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPartitionReassignmentsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `[]OngoingTopicReassignment`.
    pub topics: Vec<OngoingTopicReassignment>,
}

impl Default for ListPartitionReassignmentsResponse {
    fn default() -> Self {
        Self { throttle_time_ms: 0, error_code: 0, error_message: Some(String::new()), topics: Vec::new() }
    }
}

impl Message for ListPartitionReassignmentsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ListPartitionReassignmentsResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("ListPartitionReassignmentsResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("ListPartitionReassignmentsResponse.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "ListPartitionReassignmentsResponse.error_message")?;
        let topics = reader.read_array(
            true,
            3,
            "ListPartitionReassignmentsResponse.topics",
            OngoingTopicReassignment::decode,
        )?;
        reader.skip_tagged_fields("ListPartitionReassignmentsResponse")?;
        Ok(Self { throttle_time_ms, error_code, error_message, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ListPartitionReassignmentsResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "ListPartitionReassignmentsResponse.error_message",
        )?;
        writer.write_array(
            true,
            &self.topics,
            "ListPartitionReassignmentsResponse.topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ListPartitionReassignmentsResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OngoingTopicReassignment {
    /// `string`.
    pub name: String,
    /// `[]OngoingPartitionReassignment`.
    pub partitions: Vec<OngoingPartitionReassignment>,
}

impl OngoingTopicReassignment {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "OngoingTopicReassignment.name")?;
        let partitions = reader.read_array(
            true,
            8,
            "OngoingTopicReassignment.partitions",
            OngoingPartitionReassignment::decode,
        )?;
        reader.skip_tagged_fields("OngoingTopicReassignment")?;
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "OngoingTopicReassignment.name")?;
        writer.write_array(
            true,
            &self.partitions,
            "OngoingTopicReassignment.partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ListPartitionReassignmentsResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OngoingPartitionReassignment {
    /// `int32`.
    pub partition_index: i32,
    /// `[]int32`.
    pub replicas: Vec<i32>,
    /// `[]int32`.
    pub adding_replicas: Vec<i32>,
    /// `[]int32`.
    pub removing_replicas: Vec<i32>,
}

impl OngoingPartitionReassignment {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("OngoingPartitionReassignment.partition_index")?;
        let replicas = reader.read_array(true, 4, "OngoingPartitionReassignment.replicas", |reader| {
            reader.read_i32("OngoingPartitionReassignment.replicas")
        })?;
        let adding_replicas =
            reader.read_array(true, 4, "OngoingPartitionReassignment.adding_replicas", |reader| {
                reader.read_i32("OngoingPartitionReassignment.adding_replicas")
            })?;
        let removing_replicas =
            reader.read_array(true, 4, "OngoingPartitionReassignment.removing_replicas", |reader| {
                reader.read_i32("OngoingPartitionReassignment.removing_replicas")
            })?;
        reader.skip_tagged_fields("OngoingPartitionReassignment")?;
        Ok(Self { partition_index, replicas, adding_replicas, removing_replicas })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_array(
            true,
            &self.replicas,
            "OngoingPartitionReassignment.replicas",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_array(
            true,
            &self.adding_replicas,
            "OngoingPartitionReassignment.adding_replicas",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_array(
            true,
            &self.removing_replicas,
            "OngoingPartitionReassignment.removing_replicas",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
