//! ShareFetch (API key 78), versions 1 to 2, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/share_fetch.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Records, Request, Uuid, Writer};

/// Request, versions 1 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareFetchRequest {
    /// `string`, or null; default null.
    pub group_id: Option<String>,
    /// `string`, or null.
    pub member_id: Option<String>,
    /// `int32`.
    pub share_session_epoch: i32,
    /// `int32`.
    pub max_wait_ms: i32,
    /// `int32`.
    pub min_bytes: i32,
    /// `int32`; default 2147483647.
    pub max_bytes: i32,
    /// `int32`.
    pub max_records: i32,
    /// `int32`.
    pub batch_size: i32,
    /// `int8` in version 2; dropped elsewhere.
    pub share_acquire_mode: i8,
    /// `bool` in version 2.
    pub is_renew_ack: bool,
    /// `[]FetchTopic`.
    pub topics: Vec<FetchTopic>,
    /// `[]ForgottenTopic`.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
}

impl Default for ShareFetchRequest {
    fn default() -> Self {
        Self {
            group_id: None,
            member_id: Some(String::new()),
            share_session_epoch: 0,
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            max_records: 0,
            batch_size: 0,
            share_acquire_mode: 0,
            is_renew_ack: false,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
        }
    }
}

impl Message for ShareFetchRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ShareFetchRequest", version, &Self::VERSIONS)?;
        let group_id = reader.read_nullable_string(true, "ShareFetchRequest.group_id")?;
        let member_id = reader.read_nullable_string(true, "ShareFetchRequest.member_id")?;
        let share_session_epoch = reader.read_i32("ShareFetchRequest.share_session_epoch")?;
        let max_wait_ms = reader.read_i32("ShareFetchRequest.max_wait_ms")?;
        let min_bytes = reader.read_i32("ShareFetchRequest.min_bytes")?;
        let max_bytes = reader.read_i32("ShareFetchRequest.max_bytes")?;
        let max_records = reader.read_i32("ShareFetchRequest.max_records")?;
        let batch_size = reader.read_i32("ShareFetchRequest.batch_size")?;
        let share_acquire_mode =
            if version == 2 { reader.read_i8("ShareFetchRequest.share_acquire_mode")? } else { 0 };
        let is_renew_ack =
            if version == 2 { reader.read_bool("ShareFetchRequest.is_renew_ack")? } else { false };
        let topics = reader.read_array(true, 18, "ShareFetchRequest.topics", FetchTopic::decode)?;
        let forgotten_topics_data =
            reader.read_array(true, 18, "ShareFetchRequest.forgotten_topics_data", ForgottenTopic::decode)?;
        reader.skip_tagged_fields("ShareFetchRequest")?;
        Ok(Self {
            group_id,
            member_id,
            share_session_epoch,
            max_wait_ms,
            min_bytes,
            max_bytes,
            max_records,
            batch_size,
            share_acquire_mode,
            is_renew_ack,
            topics,
            forgotten_topics_data,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ShareFetchRequest", version, &Self::VERSIONS)?;
        writer.write_nullable_string(true, self.group_id.as_deref(), "ShareFetchRequest.group_id")?;
        writer.write_nullable_string(true, self.member_id.as_deref(), "ShareFetchRequest.member_id")?;
        writer.write_i32(self.share_session_epoch);
        writer.write_i32(self.max_wait_ms);
        writer.write_i32(self.min_bytes);
        writer.write_i32(self.max_bytes);
        writer.write_i32(self.max_records);
        writer.write_i32(self.batch_size);
        if version == 2 {
            writer.write_i8(self.share_acquire_mode);
        }
        if version == 2 {
            writer.write_bool(self.is_renew_ack);
        } else if self.is_renew_ack {
            return Err(EncodeError::not_in_version("ShareFetchRequest.is_renew_ack", version));
        }
        writer.write_array(true, &self.topics, "ShareFetchRequest.topics", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_array(
            true,
            &self.forgotten_topics_data,
            "ShareFetchRequest.forgotten_topics_data",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareFetchRequest`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchTopic {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]FetchPartition`.
    pub partitions: Vec<FetchPartition>,
}

impl FetchTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("FetchTopic.topic_id")?;
        let partitions = reader.read_array(true, 6, "FetchTopic.partitions", FetchPartition::decode)?;
        reader.skip_tagged_fields("FetchTopic")?;
        Ok(Self { topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_array(true, &self.partitions, "FetchTopic.partitions", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareFetchRequest`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `[]AcknowledgementBatch`.
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
}

impl FetchPartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("FetchPartition.partition_index")?;
        let acknowledgement_batches = reader.read_array(
            true,
            18,
            "FetchPartition.acknowledgement_batches",
            AcknowledgementBatch::decode,
        )?;
        reader.skip_tagged_fields("FetchPartition")?;
        Ok(Self { partition_index, acknowledgement_batches })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_array(
            true,
            &self.acknowledgement_batches,
            "FetchPartition.acknowledgement_batches",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareFetchRequest`], versions 1 to 2.
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

/// Part of [`ShareFetchRequest`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForgottenTopic {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl ForgottenTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("ForgottenTopic.topic_id")?;
        let partitions = reader.read_array(true, 4, "ForgottenTopic.partitions", |reader| {
            reader.read_i32("ForgottenTopic.partitions")
        })?;
        reader.skip_tagged_fields("ForgottenTopic")?;
        Ok(Self { topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_array(true, &self.partitions, "ForgottenTopic.partitions", |writer, element| {
            writer.write_i32(*element);
            Ok(())
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for ShareFetchRequest {
    const API_KEY: ApiKey = ApiKey::ShareFetch;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = ShareFetchResponse;
}

/// Response, versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareFetchResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
    /// `int32`.
    pub acquisition_lock_timeout_ms: i32,
    /// `[]ShareFetchableTopicResponse`.
    pub responses: Vec<ShareFetchableTopicResponse>,
    /// `[]NodeEndpoint`.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Message for ShareFetchResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ShareFetchResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("ShareFetchResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("ShareFetchResponse.error_code")?;
        let error_message = reader.read_nullable_string(true, "ShareFetchResponse.error_message")?;
        let acquisition_lock_timeout_ms =
            reader.read_i32("ShareFetchResponse.acquisition_lock_timeout_ms")?;
        let responses = reader.read_array(
            true,
            18,
            "ShareFetchResponse.responses",
            ShareFetchableTopicResponse::decode,
        )?;
        let node_endpoints =
            reader.read_array(true, 11, "ShareFetchResponse.node_endpoints", NodeEndpoint::decode)?;
        reader.skip_tagged_fields("ShareFetchResponse")?;
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
        writer.check_version("ShareFetchResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "ShareFetchResponse.error_message",
        )?;
        writer.write_i32(self.acquisition_lock_timeout_ms);
        writer.write_array(true, &self.responses, "ShareFetchResponse.responses", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_array(
            true,
            &self.node_endpoints,
            "ShareFetchResponse.node_endpoints",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareFetchResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareFetchableTopicResponse {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
}

impl ShareFetchableTopicResponse {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("ShareFetchableTopicResponse.topic_id")?;
        let partitions =
            reader.read_array(true, 22, "ShareFetchableTopicResponse.partitions", PartitionData::decode)?;
        reader.skip_tagged_fields("ShareFetchableTopicResponse")?;
        Ok(Self { topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_array(
            true,
            &self.partitions,
            "ShareFetchableTopicResponse.partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareFetchResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
    /// `int16`.
    pub acknowledge_error_code: i16,
    /// `string`, or null; default null.
    pub acknowledge_error_message: Option<String>,
    /// `LeaderIdAndEpoch`.
    pub current_leader: LeaderIdAndEpoch,
    /// `records`.
    pub records: Records,
    /// `[]AcquiredRecords`.
    pub acquired_records: Vec<AcquiredRecords>,
}

impl PartitionData {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("PartitionData.partition_index")?;
        let error_code = reader.read_i16("PartitionData.error_code")?;
        let error_message = reader.read_nullable_string(true, "PartitionData.error_message")?;
        let acknowledge_error_code = reader.read_i16("PartitionData.acknowledge_error_code")?;
        let acknowledge_error_message =
            reader.read_nullable_string(true, "PartitionData.acknowledge_error_message")?;
        let current_leader = LeaderIdAndEpoch::decode(reader)?;
        let records = reader.read_records(true, "PartitionData.records")?;
        let acquired_records =
            reader.read_array(true, 19, "PartitionData.acquired_records", AcquiredRecords::decode)?;
        reader.skip_tagged_fields("PartitionData")?;
        Ok(Self {
            partition_index,
            error_code,
            error_message,
            acknowledge_error_code,
            acknowledge_error_message,
            current_leader,
            records,
            acquired_records,
        })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(true, self.error_message.as_deref(), "PartitionData.error_message")?;
        writer.write_i16(self.acknowledge_error_code);
        writer.write_nullable_string(
            true,
            self.acknowledge_error_message.as_deref(),
            "PartitionData.acknowledge_error_message",
        )?;
        self.current_leader.encode(writer)?;
        writer.write_records(true, &self.records, "PartitionData.records")?;
        writer.write_array(
            true,
            &self.acquired_records,
            "PartitionData.acquired_records",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareFetchResponse`], versions 1 to 2.
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

/// Part of [`ShareFetchResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcquiredRecords {
    /// `int64`.
    pub first_offset: i64,
    /// `int64`.
    pub last_offset: i64,
    /// `int16`.
    pub delivery_count: i16,
}

impl AcquiredRecords {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let first_offset = reader.read_i64("AcquiredRecords.first_offset")?;
        let last_offset = reader.read_i64("AcquiredRecords.last_offset")?;
        let delivery_count = reader.read_i16("AcquiredRecords.delivery_count")?;
        reader.skip_tagged_fields("AcquiredRecords")?;
        Ok(Self { first_offset, last_offset, delivery_count })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i64(self.first_offset);
        writer.write_i64(self.last_offset);
        writer.write_i16(self.delivery_count);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ShareFetchResponse`], versions 1 to 2.
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
