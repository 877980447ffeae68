//! ConsumerGroupHeartbeat (API key 68), versions 0 to 1, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/consumer_group_heartbeat.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerGroupHeartbeatRequest {
    /// `string`.
    pub group_id: String,
    /// `string`.
    pub member_id: String,
    /// `int32`.
    pub member_epoch: i32,
    /// `string`, or null; default null.
    pub instance_id: Option<String>,
    /// `string`, or null; default null.
    pub rack_id: Option<String>,
    /// `int32`; default -1.
    pub rebalance_timeout_ms: i32,
    /// `[]string`, or null; default null.
    pub subscribed_topic_names: Option<Vec<String>>,
    /// `string` in version 1, or null; default null.
    pub subscribed_topic_regex: Option<String>,
    /// `string`, or null; default null.
    pub server_assignor: Option<String>,
    /// `[]ConsumerGroupHeartbeatRequestTopicPartitions`, or null; default null.
    pub topic_partitions: Option<Vec<ConsumerGroupHeartbeatRequestTopicPartitions>>,
}

impl Default for ConsumerGroupHeartbeatRequest {
    fn default() -> Self {
        Self {
            group_id: String::new(),
            member_id: String::new(),
            member_epoch: 0,
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            subscribed_topic_names: None,
            subscribed_topic_regex: None,
            server_assignor: None,
            topic_partitions: None,
        }
    }
}

impl Message for ConsumerGroupHeartbeatRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupHeartbeatRequest", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(true, "ConsumerGroupHeartbeatRequest.group_id")?;
        let member_id = reader.read_string(true, "ConsumerGroupHeartbeatRequest.member_id")?;
        let member_epoch = reader.read_i32("ConsumerGroupHeartbeatRequest.member_epoch")?;
        let instance_id = reader.read_nullable_string(true, "ConsumerGroupHeartbeatRequest.instance_id")?;
        let rack_id = reader.read_nullable_string(true, "ConsumerGroupHeartbeatRequest.rack_id")?;
        let rebalance_timeout_ms = reader.read_i32("ConsumerGroupHeartbeatRequest.rebalance_timeout_ms")?;
        let subscribed_topic_names = reader.read_nullable_array(
            true,
            1,
            "ConsumerGroupHeartbeatRequest.subscribed_topic_names",
            |reader| reader.read_string(true, "ConsumerGroupHeartbeatRequest.subscribed_topic_names"),
        )?;
        let subscribed_topic_regex = if version == 1 {
            reader.read_nullable_string(true, "ConsumerGroupHeartbeatRequest.subscribed_topic_regex")?
        } else {
            None
        };
        let server_assignor =
            reader.read_nullable_string(true, "ConsumerGroupHeartbeatRequest.server_assignor")?;
        let topic_partitions = reader.read_nullable_array(
            true,
            18,
            "ConsumerGroupHeartbeatRequest.topic_partitions",
            ConsumerGroupHeartbeatRequestTopicPartitions::decode,
        )?;
        reader.skip_tagged_fields("ConsumerGroupHeartbeatRequest")?;
        Ok(Self {
            group_id,
            member_id,
            member_epoch,
            instance_id,
            rack_id,
            rebalance_timeout_ms,
            subscribed_topic_names,
            subscribed_topic_regex,
            server_assignor,
            topic_partitions,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupHeartbeatRequest", version, &Self::VERSIONS)?;
        writer.write_string(true, &self.group_id, "ConsumerGroupHeartbeatRequest.group_id")?;
        writer.write_string(true, &self.member_id, "ConsumerGroupHeartbeatRequest.member_id")?;
        writer.write_i32(self.member_epoch);
        writer.write_nullable_string(
            true,
            self.instance_id.as_deref(),
            "ConsumerGroupHeartbeatRequest.instance_id",
        )?;
        writer.write_nullable_string(
            true,
            self.rack_id.as_deref(),
            "ConsumerGroupHeartbeatRequest.rack_id",
        )?;
        writer.write_i32(self.rebalance_timeout_ms);
        writer.write_nullable_array(
            true,
            self.subscribed_topic_names.as_deref(),
            "ConsumerGroupHeartbeatRequest.subscribed_topic_names",
            |writer, element| {
                writer.write_string(true, element, "ConsumerGroupHeartbeatRequest.subscribed_topic_names")
            },
        )?;
        if version == 1 {
            writer.write_nullable_string(
                true,
                self.subscribed_topic_regex.as_deref(),
                "ConsumerGroupHeartbeatRequest.subscribed_topic_regex",
            )?;
        } else if self.subscribed_topic_regex.is_some() {
            return Err(EncodeError::not_in_version(
                "ConsumerGroupHeartbeatRequest.subscribed_topic_regex",
                version,
            ));
        }
        writer.write_nullable_string(
            true,
            self.server_assignor.as_deref(),
            "ConsumerGroupHeartbeatRequest.server_assignor",
        )?;
        writer.write_nullable_array(
            true,
            self.topic_partitions.as_deref(),
            "ConsumerGroupHeartbeatRequest.topic_partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ConsumerGroupHeartbeatRequest`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupHeartbeatRequestTopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl ConsumerGroupHeartbeatRequestTopicPartitions {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("ConsumerGroupHeartbeatRequestTopicPartitions.topic_id")?;
        let partitions = reader.read_array(
            true,
            4,
            "ConsumerGroupHeartbeatRequestTopicPartitions.partitions",
            |reader| reader.read_i32("ConsumerGroupHeartbeatRequestTopicPartitions.partitions"),
        )?;
        reader.skip_tagged_fields("ConsumerGroupHeartbeatRequestTopicPartitions")?;
        Ok(Self { topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_array(
            true,
            &self.partitions,
            "ConsumerGroupHeartbeatRequestTopicPartitions.partitions",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for ConsumerGroupHeartbeatRequest {
    const API_KEY: ApiKey = ApiKey::ConsumerGroupHeartbeat;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = ConsumerGroupHeartbeatResponse;
}

/// Response, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupHeartbeatResponse {
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

impl Message for ConsumerGroupHeartbeatResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupHeartbeatResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("ConsumerGroupHeartbeatResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("ConsumerGroupHeartbeatResponse.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "ConsumerGroupHeartbeatResponse.error_message")?;
        let member_id = reader.read_nullable_string(true, "ConsumerGroupHeartbeatResponse.member_id")?;
        let member_epoch = reader.read_i32("ConsumerGroupHeartbeatResponse.member_epoch")?;
        let heartbeat_interval_ms =
            reader.read_i32("ConsumerGroupHeartbeatResponse.heartbeat_interval_ms")?;
        let assignment = if reader.read_presence("ConsumerGroupHeartbeatResponse.assignment")? {
            Some(Assignment::decode(reader)?)
        } else {
            None
        };
        reader.skip_tagged_fields("ConsumerGroupHeartbeatResponse")?;
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
        writer.check_version("ConsumerGroupHeartbeatResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "ConsumerGroupHeartbeatResponse.error_message",
        )?;
        writer.write_nullable_string(
            true,
            self.member_id.as_deref(),
            "ConsumerGroupHeartbeatResponse.member_id",
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

/// Part of [`ConsumerGroupHeartbeatResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    /// `[]ConsumerGroupHeartbeatResponseTopicPartitions`.
    pub topic_partitions: Vec<ConsumerGroupHeartbeatResponseTopicPartitions>,
}

impl Assignment {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_partitions = reader.read_array(
            true,
            18,
            "Assignment.topic_partitions",
            ConsumerGroupHeartbeatResponseTopicPartitions::decode,
        )?;
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

/// Part of [`ConsumerGroupHeartbeatResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupHeartbeatResponseTopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl ConsumerGroupHeartbeatResponseTopicPartitions {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("ConsumerGroupHeartbeatResponseTopicPartitions.topic_id")?;
        let partitions = reader.read_array(
            true,
            4,
            "ConsumerGroupHeartbeatResponseTopicPartitions.partitions",
            |reader| reader.read_i32("ConsumerGroupHeartbeatResponseTopicPartitions.partitions"),
        )?;
        reader.skip_tagged_fields("ConsumerGroupHeartbeatResponseTopicPartitions")?;
        Ok(Self { topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_array(
            true,
            &self.partitions,
            "ConsumerGroupHeartbeatResponseTopicPartitions.partitions",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
