//! ShareGroupHeartbeat (API key 76), version 1, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/share_group_heartbeat.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, version 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupHeartbeatRequest {
    /// `string`.
    pub group_id: String,
    /// `string`.
    pub member_id: String,
    /// `int32`.
    pub member_epoch: i32,
    /// `string`, or null; default null.
    pub rack_id: Option<String>,
    /// `[]string`, or null; default null.
    pub subscribed_topic_names: Option<Vec<String>>,
}

impl Message for ShareGroupHeartbeatRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ShareGroupHeartbeatRequest", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(true, "ShareGroupHeartbeatRequest.group_id")?;
        let member_id = reader.read_string(true, "ShareGroupHeartbeatRequest.member_id")?;
        let member_epoch = reader.read_i32("ShareGroupHeartbeatRequest.member_epoch")?;
        let rack_id = reader.read_nullable_string(true, "ShareGroupHeartbeatRequest.rack_id")?;
        let subscribed_topic_names = reader.read_nullable_array(
            true,
            1,
            "ShareGroupHeartbeatRequest.subscribed_topic_names",
            |reader| reader.read_string(true, "ShareGroupHeartbeatRequest.subscribed_topic_names"),
        )?;
        reader.skip_tagged_fields("ShareGroupHeartbeatRequest")?;
        Ok(Self { group_id, member_id, member_epoch, rack_id, subscribed_topic_names })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ShareGroupHeartbeatRequest", version, &Self::VERSIONS)?;
        writer.write_string(true, &self.group_id, "ShareGroupHeartbeatRequest.group_id")?;
        writer.write_string(true, &self.member_id, "ShareGroupHeartbeatRequest.member_id")?;
        writer.write_i32(self.member_epoch);
        writer.write_nullable_string(true, self.rack_id.as_deref(), "ShareGroupHeartbeatRequest.rack_id")?;
        writer.write_nullable_array(
            true,
            self.subscribed_topic_names.as_deref(),
            "ShareGroupHeartbeatRequest.subscribed_topic_names",
            |writer, element| {
                writer.write_string(true, element, "ShareGroupHeartbeatRequest.subscribed_topic_names")
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for ShareGroupHeartbeatRequest {
    const API_KEY: ApiKey = ApiKey::ShareGroupHeartbeat;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = ShareGroupHeartbeatResponse;
}

/// Response, version 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupHeartbeatResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
    /// `string`, or null; default null.
    pub member_id: Option<String>,
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub heartbeat_interval_ms: i32,
    /// `Assignment`, or null; default null.
    pub assignment: Option<Assignment>,
}

impl Message for ShareGroupHeartbeatResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ShareGroupHeartbeatResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("ShareGroupHeartbeatResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("ShareGroupHeartbeatResponse.error_code")?;
        let error_message = reader.read_nullable_string(true, "ShareGroupHeartbeatResponse.error_message")?;
        let member_id = reader.read_nullable_string(true, "ShareGroupHeartbeatResponse.member_id")?;
        let member_epoch = reader.read_i32("ShareGroupHeartbeatResponse.member_epoch")?;
        let heartbeat_interval_ms = reader.read_i32("ShareGroupHeartbeatResponse.heartbeat_interval_ms")?;
        let assignment = if reader.read_presence("ShareGroupHeartbeatResponse.assignment")? {
            Some(Assignment::decode(reader)?)
        } else {
            None
        };
        reader.skip_tagged_fields("ShareGroupHeartbeatResponse")?;
        Ok(Self {
            throttle_time_ms,
            error_code,
            error_message,
            member_id,
            member_epoch,
            heartbeat_interval_ms,
            assignment,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ShareGroupHeartbeatResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "ShareGroupHeartbeatResponse.error_message",
        )?;
        writer.write_nullable_string(
            true,
            self.member_id.as_deref(),
            "ShareGroupHeartbeatResponse.member_id",
        )?;
        writer.write_i32(self.member_epoch);
        writer.write_i32(self.heartbeat_interval_ms);
        writer.write_presence(self.assignment.is_some());
        if let Some(assignment) = &self.assignment {
            assignment.encode(writer)?;
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareGroupHeartbeatResponse`], version 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    /// `[]TopicPartitions`.
    pub topic_partitions: Vec<TopicPartitions>,
}

impl Assignment {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_partitions =
            reader.read_array(true, 18, "Assignment.topic_partitions", TopicPartitions::decode)?;
        reader.skip_tagged_fields("Assignment")?;
        Ok(Self { topic_partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_array(
            true,
            &self.topic_partitions,
            "Assignment.topic_partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareGroupHeartbeatResponse`], version 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl TopicPartitions {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("TopicPartitions.topic_id")?;
        let partitions = reader.read_array(true, 4, "TopicPartitions.partitions", |reader| {
            reader.read_i32("TopicPartitions.partitions")
        })?;
        reader.skip_tagged_fields("TopicPartitions")?;
        Ok(Self { topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_array(true, &self.partitions, "TopicPartitions.partitions", |writer, element| {
            writer.write_i32(*element);
            Ok(())
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
