//! ShareAcknowledge (API key 79), versions 1 to 2, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/share_acknowledge.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, versions 1 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareAcknowledgeRequest {
    /// `string`, or null; default null.
    pub group_id: Option<String>,
    /// `string`, or null.
    pub member_id: Option<String>,
    /// `int32`.
    pub share_session_epoch: i32,
    /// `bool` in version 2.
    pub is_renew_ack: bool,
    /// `[]AcknowledgeTopic`.
    pub topics: Vec<AcknowledgeTopic>,
}

impl Default for ShareAcknowledgeRequest {
    fn default() -> Self {
        Self {
            group_id: None,
            member_id: Some(String::new()),
            share_session_epoch: 0,
            is_renew_ack: false,
            topics: Vec::new(),
        }
    }
}

impl Message for ShareAcknowledgeRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ShareAcknowledgeRequest", version, &Self::VERSIONS)?;
        let group_id = reader.read_nullable_string(true, "ShareAcknowledgeRequest.group_id")?;
        let member_id = reader.read_nullable_string(true, "ShareAcknowledgeRequest.member_id")?;
        let share_session_epoch = reader.read_i32("ShareAcknowledgeRequest.share_session_epoch")?;
        let is_renew_ack =
            if version == 2 { reader.read_bool("ShareAcknowledgeRequest.is_renew_ack")? } else { false };
        let topics =
            reader.read_array(true, 18, "ShareAcknowledgeRequest.topics", AcknowledgeTopic::decode)?;
        reader.skip_tagged_fields("ShareAcknowledgeRequest")?;
        Ok(Self { group_id, member_id, share_session_epoch, is_renew_ack, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ShareAcknowledgeRequest", version, &Self::VERSIONS)?;
        writer.write_nullable_string(true, self.group_id.as_deref(), "ShareAcknowledgeRequest.group_id")?;
        writer.write_nullable_string(true, self.member_id.as_deref(), "ShareAcknowledgeRequest.member_id")?;
        writer.write_i32(self.share_session_epoch);
        if version == 2 {
            writer.write_bool(self.is_renew_ack);
        } else if self.is_renew_ack {
            return Err(EncodeError::not_in_version("ShareAcknowledgeRequest.is_renew_ack", version));
        }
        writer.write_array(true, &self.topics, "ShareAcknowledgeRequest.topics", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareAcknowledgeRequest`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcknowledgeTopic {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]AcknowledgePartition`.
    pub partitions: Vec<AcknowledgePartition>,
}

impl AcknowledgeTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("AcknowledgeTopic.topic_id")?;
        let partitions =
            reader.read_array(true, 6, "AcknowledgeTopic.partitions", AcknowledgePartition::decode)?;
        reader.skip_tagged_fields("AcknowledgeTopic")?;
        Ok(Self { topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_array(true, &self.partitions, "AcknowledgeTopic.partitions", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareAcknowledgeRequest`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcknowledgePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `[]AcknowledgementBatch`.
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
}

impl AcknowledgePartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("AcknowledgePartition.partition_index")?;
        let acknowledgement_batches = reader.read_array(
            true,
            18,
            "AcknowledgePartition.acknowledgement_batches",
            AcknowledgementBatch::decode,
        )?;
        reader.skip_tagged_fields("AcknowledgePartition")?;
        Ok(Self { partition_index, acknowledgement_batches })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_array(
            true,
            &self.acknowledgement_batches,
            "AcknowledgePartition.acknowledgement_batches",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareAcknowledgeRequest`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcknowledgementBatch {
    /// `int64`.
    pub first_offset: i64,
    /// `int64`.
    pub last_offset: i64,
    /// `[]int8`.
    pub acknowledge_types: Vec<i8>,
}

impl AcknowledgementBatch {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let first_offset = reader.read_i64("AcknowledgementBatch.first_offset")?;
        let last_offset = reader.read_i64("AcknowledgementBatch.last_offset")?;
        let acknowledge_types =
            reader.read_array(true, 1, "AcknowledgementBatch.acknowledge_types", |reader| {
                reader.read_i8("AcknowledgementBatch.acknowledge_types")
            })?;
        reader.skip_tagged_fields("AcknowledgementBatch")?;
        Ok(Self { first_offset, last_offset, acknowledge_types })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i64(self.first_offset);
        writer.write_i64(self.last_offset);
        writer.write_array(
            true,
            &self.acknowledge_types,
            "AcknowledgementBatch.acknowledge_types",
            |writer, element| {
                writer.write_i8(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for ShareAcknowledgeRequest {
    const API_KEY: ApiKey = ApiKey::ShareAcknowledge;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = ShareAcknowledgeResponse;
}

/// Response, versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareAcknowledgeResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
    /// `int32` in version 2; dropped elsewhere.
    pub acquisition_lock_timeout_ms: i32,
    /// `[]ShareAcknowledgeTopicResponse`.
    pub responses: Vec<ShareAcknowledgeTopicResponse>,
    /// `[]NodeEndpoint`.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Message for ShareAcknowledgeResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ShareAcknowledgeResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("ShareAcknowledgeResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("ShareAcknowledgeResponse.error_code")?;
        let error_message = reader.read_nullable_string(true, "ShareAcknowledgeResponse.error_message")?;
        let acquisition_lock_timeout_ms = if version == 2 {
            reader.read_i32("ShareAcknowledgeResponse.acquisition_lock_timeout_ms")?
        } else {
            0
        };
        let responses = reader.read_array(
            true,
            18,
            "ShareAcknowledgeResponse.responses",
            ShareAcknowledgeTopicResponse::decode,
        )?;
        let node_endpoints =
            reader.read_array(true, 11, "ShareAcknowledgeResponse.node_endpoints", NodeEndpoint::decode)?;
        reader.skip_tagged_fields("ShareAcknowledgeResponse")?;
        Ok(Self {
            throttle_time_ms,
            error_code,
            error_message,
            acquisition_lock_timeout_ms,
            responses,
            node_endpoints,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ShareAcknowledgeResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "ShareAcknowledgeResponse.error_message",
        )?;
        if version == 2 {
            writer.write_i32(self.acquisition_lock_timeout_ms);
        }
        writer.write_array(
            true,
            &self.responses,
            "ShareAcknowledgeResponse.responses",
            |writer, element| element.encode(writer),
        )?;
        writer.write_array(
            true,
            &self.node_endpoints,
            "ShareAcknowledgeResponse.node_endpoints",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareAcknowledgeResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareAcknowledgeTopicResponse {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
}

impl ShareAcknowledgeTopicResponse {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("ShareAcknowledgeTopicResponse.topic_id")?;
        let partitions =
            reader.read_array(true, 17, "ShareAcknowledgeTopicResponse.partitions", PartitionData::decode)?;
        reader.skip_tagged_fields("ShareAcknowledgeTopicResponse")?;
        Ok(Self { topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_array(
            true,
            &self.partitions,
            "ShareAcknowledgeTopicResponse.partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareAcknowledgeResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
    /// `LeaderIdAndEpoch`.
    pub current_leader: LeaderIdAndEpoch,
}

impl PartitionData {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("PartitionData.partition_index")?;
        let error_code = reader.read_i16("PartitionData.error_code")?;
        let error_message = reader.read_nullable_string(true, "PartitionData.error_message")?;
        let current_leader = LeaderIdAndEpoch::decode(reader)?;
        reader.skip_tagged_fields("PartitionData")?;
        Ok(Self { partition_index, error_code, error_message, current_leader })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(true, self.error_message.as_deref(), "PartitionData.error_message")?;
        self.current_leader.encode(writer)?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareAcknowledgeResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaderIdAndEpoch {
    /// `int32`.
    pub leader_id: i32,
    /// `int32`.
    pub leader_epoch: i32,
}

impl LeaderIdAndEpoch {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let leader_id = reader.read_i32("LeaderIdAndEpoch.leader_id")?;
        let leader_epoch = reader.read_i32("LeaderIdAndEpoch.leader_epoch")?;
        reader.skip_tagged_fields("LeaderIdAndEpoch")?;
        Ok(Self { leader_id, leader_epoch })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.leader_id);
        writer.write_i32(self.leader_epoch);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareAcknowledgeResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeEndpoint {
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: String,
    /// `int32`.
    pub port: i32,
    /// `string`, or null; default null.
    pub rack: Option<String>,
}

impl NodeEndpoint {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let node_id = reader.read_i32("NodeEndpoint.node_id")?;
        let host = reader.read_string(true, "NodeEndpoint.host")?;
        let port = reader.read_i32("NodeEndpoint.port")?;
        let rack = reader.read_nullable_string(true, "NodeEndpoint.rack")?;
        reader.skip_tagged_fields("NodeEndpoint")?;
        Ok(Self { node_id, host, port, rack })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.node_id);
        writer.write_string(true, &self.host, "NodeEndpoint.host")?;
        writer.write_i32(self.port);
        writer.write_nullable_string(true, self.rack.as_deref(), "NodeEndpoint.rack")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
