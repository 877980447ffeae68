//! Produce (API key 0), versions 3 to 13, flexible since version 9.
//!
//! Written by `tidemill-protocol-generator` from `schemas/produce.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Records, Request, Uuid, Writer};

/// Request, versions 3 to 13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProduceRequest {
    /// `string`, or null; default null.
    pub transactional_id: Option<String>,
    /// `int16`.
    pub acks: i16,
    /// `int32`.
    pub timeout_ms: i32,
    /// `[]TopicProduceData`.
    pub topic_data: Vec<TopicProduceData>,
}

impl Message for ProduceRequest {
    const VERSIONS: RangeInclusive<i16> = 3..=13;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ProduceRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 9;
        let transactional_id = reader.read_nullable_string(flexible, "ProduceRequest.transactional_id")?;
        let acks = reader.read_i16("ProduceRequest.acks")?;
        let timeout_ms = reader.read_i32("ProduceRequest.timeout_ms")?;
        let topic_data = reader.read_array(flexible, 3, "ProduceRequest.topic_data", |reader| {
            TopicProduceData::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("ProduceRequest")?;
        }
        Ok(Self { transactional_id, acks, timeout_ms, topic_data })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ProduceRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 9;
        writer.write_nullable_string(
            flexible,
            self.transactional_id.as_deref(),
            "ProduceRequest.transactional_id",
        )?;
        writer.write_i16(self.acks);
        writer.write_i32(self.timeout_ms);
        writer.write_array(flexible, &self.topic_data, "ProduceRequest.topic_data", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ProduceRequest`], versions 3 to 13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicProduceData {
    /// `string` in versions 3 to 12; dropped elsewhere.
    pub name: String,
    /// `uuid` in version 13; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]PartitionProduceData`.
    pub partition_data: Vec<PartitionProduceData>,
}

impl TopicProduceData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let name = if version <= 12 {
            reader.read_string(flexible, "TopicProduceData.name")?
        } else {
            String::new()
        };
        let topic_id =
            if version == 13 { reader.read_uuid("TopicProduceData.topic_id")? } else { Uuid::ZERO };
        let partition_data = reader.read_array(flexible, 6, "TopicProduceData.partition_data", |reader| {
            PartitionProduceData::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("TopicProduceData")?;
        }
        Ok(Self { name, topic_id, partition_data })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version <= 12 {
            writer.write_string(flexible, &self.name, "TopicProduceData.name")?;
        }
        if version == 13 {
            writer.write_uuid(self.topic_id);
        }
        writer.write_array(
            flexible,
            &self.partition_data,
            "TopicProduceData.partition_data",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ProduceRequest`], versions 3 to 13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionProduceData {
    /// `int32`.
    pub index: i32,
    /// `records`, or null.
    pub records: Option<Records>,
}

impl PartitionProduceData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let index = reader.read_i32("PartitionProduceData.index")?;
        let records = reader.read_nullable_records(flexible, "PartitionProduceData.records")?;
        if flexible {
            reader.skip_tagged_fields("PartitionProduceData")?;
        }
        Ok(Self { index, records })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        writer.write_i32(self.index);
        writer.write_nullable_records(flexible, self.records.as_ref(), "PartitionProduceData.records")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for ProduceRequest {
    const API_KEY: ApiKey = ApiKey::Produce;
    const FLEXIBLE_SINCE: i16 = 9;
    type Response = ProduceResponse;
}

/// Response, versions 3 to 13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProduceResponse {
    /// `[]TopicProduceResponse`.
    pub responses: Vec<TopicProduceResponse>,
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]NodeEndpoint` in versions 10 to 13, tag 0.
    pub node_endpoints: Vec<NodeEndpoint>,
}

impl Message for ProduceResponse {
    const VERSIONS: RangeInclusive<i16> = 3..=13;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ProduceResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 9;
        let responses = reader.read_array(flexible, 3, "ProduceResponse.responses", |reader| {
            TopicProduceResponse::decode(reader, version)
        })?;
        let throttle_time_ms = reader.read_i32("ProduceResponse.throttle_time_ms")?;
        let mut node_endpoints = Vec::new();
        if flexible {
            reader.read_tagged_fields("ProduceResponse", &mut |tag, reader| {
                match tag {
                    0 if version >= 10 => {
                        node_endpoints = reader.read_array(
                            true,
                            11,
                            "ProduceResponse.node_endpoints",
                            NodeEndpoint::decode,
                        )?
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self { responses, throttle_time_ms, node_endpoints })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ProduceResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 9;
        writer.write_array(flexible, &self.responses, "ProduceResponse.responses", |writer, element| {
            element.encode(writer, version)
        })?;
        writer.write_i32(self.throttle_time_ms);
        if version < 10 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::not_in_version("ProduceResponse.node_endpoints", version));
        }
        if flexible {
            let tags = writer.start_tagged_fields();
            if version >= 10 && !self.node_endpoints.is_empty() {
                let tag = writer.start_tag(tags, 0);
                writer.write_array(
                    true,
                    &self.node_endpoints,
                    "ProduceResponse.node_endpoints",
                    |writer, element| element.encode(writer),
                )?;
                writer.end_tag(tag, "ProduceResponse.node_endpoints")?;
            }
        }
        Ok(())
    }
}

/// Part of [`ProduceResponse`], versions 3 to 13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicProduceResponse {
    /// `string` in versions 3 to 12; dropped elsewhere.
    pub name: String,
    /// `uuid` in version 13; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]PartitionProduceResponse`.
    pub partition_responses: Vec<PartitionProduceResponse>,
}

impl TopicProduceResponse {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let name = if version <= 12 {
            reader.read_string(flexible, "TopicProduceResponse.name")?
        } else {
            String::new()
        };
        let topic_id =
            if version == 13 { reader.read_uuid("TopicProduceResponse.topic_id")? } else { Uuid::ZERO };
        let partition_responses =
            reader.read_array(flexible, 22, "TopicProduceResponse.partition_responses", |reader| {
                PartitionProduceResponse::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("TopicProduceResponse")?;
        }
        Ok(Self { name, topic_id, partition_responses })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version <= 12 {
            writer.write_string(flexible, &self.name, "TopicProduceResponse.name")?;
        }
        if version == 13 {
            writer.write_uuid(self.topic_id);
        }
        writer.write_array(
            flexible,
            &self.partition_responses,
            "TopicProduceResponse.partition_responses",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ProduceResponse`], versions 3 to 13.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionProduceResponse {
    /// `int32`.
    pub index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `int64`.
    pub base_offset: i64,
    /// `int64`; default -1.
    pub log_append_time_ms: i64,
    /// `int64` in versions 5 to 13; default -1; dropped elsewhere.
    pub log_start_offset: i64,
    /// `[]BatchIndexAndErrorMessage` in versions 8 to 13; dropped elsewhere.
    pub record_errors: Vec<BatchIndexAndErrorMessage>,
    /// `string` in versions 8 to 13, or null; default null; dropped elsewhere.
    pub error_message: Option<String>,
    /// `LeaderIdAndEpoch` in versions 10 to 13, tag 0.
    pub current_leader: LeaderIdAndEpoch,
}

impl Default for PartitionProduceResponse {
    fn default() -> Self {
        Self {
            index: 0,
            error_code: 0,
            base_offset: 0,
            log_append_time_ms: -1,
            log_start_offset: -1,
            record_errors: Vec::new(),
            error_message: None,
            current_leader: LeaderIdAndEpoch::default(),
        }
    }
}

impl PartitionProduceResponse {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let index = reader.read_i32("PartitionProduceResponse.index")?;
        let error_code = reader.read_i16("PartitionProduceResponse.error_code")?;
        let base_offset = reader.read_i64("PartitionProduceResponse.base_offset")?;
        let log_append_time_ms = reader.read_i64("PartitionProduceResponse.log_append_time_ms")?;
        let log_start_offset =
            if version >= 5 { reader.read_i64("PartitionProduceResponse.log_start_offset")? } else { -1 };
        let record_errors = if version >= 8 {
            reader.read_array(flexible, 6, "PartitionProduceResponse.record_errors", |reader| {
                BatchIndexAndErrorMessage::decode(reader, version)
            })?
        } else {
            Vec::new()
        };
        let error_message = if version >= 8 {
            reader.read_nullable_string(flexible, "PartitionProduceResponse.error_message")?
        } else {
            None
        };
        let mut current_leader = LeaderIdAndEpoch::default();
        if flexible {
            reader.read_tagged_fields("PartitionProduceResponse", &mut |tag, reader| {
                match tag {
                    0 if version >= 10 => current_leader = LeaderIdAndEpoch::decode(reader)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            index,
            error_code,
            base_offset,
            log_append_time_ms,
            log_start_offset,
            record_errors,
            error_message,
            current_leader,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        writer.write_i32(self.index);
        writer.write_i16(self.error_code);
        writer.write_i64(self.base_offset);
        writer.write_i64(self.log_append_time_ms);
        if version >= 5 {
            writer.write_i64(self.log_start_offset);
        }
        if version >= 8 {
            writer.write_array(
                flexible,
                &self.record_errors,
                "PartitionProduceResponse.record_errors",
                |writer, element| element.encode(writer, version),
            )?;
        }
        if version >= 8 {
            writer.write_nullable_string(
                flexible,
                self.error_message.as_deref(),
                "PartitionProduceResponse.error_message",
            )?;
        }
        if version < 10 && self.current_leader != LeaderIdAndEpoch::default() {
            return Err(EncodeError::not_in_version("PartitionProduceResponse.current_leader", version));
        }
        if flexible {
            let tags = writer.start_tagged_fields();
            if version >= 10 && self.current_leader != LeaderIdAndEpoch::default() {
                let tag = writer.start_tag(tags, 0);
                self.current_leader.encode(writer)?;
                writer.end_tag(tag, "PartitionProduceResponse.current_leader")?;
            }
        }
        Ok(())
    }
}

/// Part of [`ProduceResponse`], versions 8 to 13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BatchIndexAndErrorMessage {
    /// `int32`.
    pub batch_index: i32,
    /// `string`, or null; default null.
    pub batch_index_error_message: Option<String>,
}

impl BatchIndexAndErrorMessage {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let batch_index = reader.read_i32("BatchIndexAndErrorMessage.batch_index")?;
        let batch_index_error_message =
            reader.read_nullable_string(flexible, "BatchIndexAndErrorMessage.batch_index_error_message")?;
        if flexible {
            reader.skip_tagged_fields("BatchIndexAndErrorMessage")?;
        }
        Ok(Self { batch_index, batch_index_error_message })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        writer.write_i32(self.batch_index);
        writer.write_nullable_string(
            flexible,
            self.batch_index_error_message.as_deref(),
            "BatchIndexAndErrorMessage.batch_index_error_message",
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ProduceResponse`], versions 10 to 13.
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// `int32`; default -1.
    pub leader_id: i32,
    /// `int32`; default -1.
    pub leader_epoch: i32,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self { leader_id: -1, leader_epoch: -1 }
    }
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

/// Part of [`ProduceResponse`], versions 10 to 13.
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
