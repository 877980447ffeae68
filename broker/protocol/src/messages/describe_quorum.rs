//! DescribeQuorum (API key 55), versions 0 to 2, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_quorum.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeQuorumRequest {
    /// `[]DescribeQuorumRequestTopicData`.
    pub topics: Vec<DescribeQuorumRequestTopicData>,
}

impl Message for DescribeQuorumRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeQuorumRequest", version, &Self::VERSIONS)?;
        let topics = reader.read_array(
            true,
            3,
            "DescribeQuorumRequest.topics",
            DescribeQuorumRequestTopicData::decode,
        )?;
        reader.skip_tagged_fields("DescribeQuorumRequest")?;
        Ok(Self { topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeQuorumRequest", version, &Self::VERSIONS)?;
        writer.write_array(true, &self.topics, "DescribeQuorumRequest.topics", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeQuorumRequest`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeQuorumRequestTopicData {
    /// `string`.
    pub topic_name: String,
    /// `[]DescribeQuorumRequestPartitionData`.
    pub partitions: Vec<DescribeQuorumRequestPartitionData>,
}

impl DescribeQuorumRequestTopicData {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_name = reader.read_string(true, "DescribeQuorumRequestTopicData.topic_name")?;
        let partitions = reader.read_array(
            true,
            5,
            "DescribeQuorumRequestTopicData.partitions",
            DescribeQuorumRequestPartitionData::decode,
        )?;
        reader.skip_tagged_fields("DescribeQuorumRequestTopicData")?;
        Ok(Self { topic_name, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic_name, "DescribeQuorumRequestTopicData.topic_name")?;
        writer.write_array(
            true,
            &self.partitions,
            "DescribeQuorumRequestTopicData.partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeQuorumRequest`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeQuorumRequestPartitionData {
    /// `int32`.
    pub partition_index: i32,
}

impl DescribeQuorumRequestPartitionData {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("DescribeQuorumRequestPartitionData.partition_index")?;
        reader.skip_tagged_fields("DescribeQuorumRequestPartitionData")?;
        Ok(Self { partition_index })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for DescribeQuorumRequest {
    const API_KEY: ApiKey = ApiKey::DescribeQuorum;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = DescribeQuorumResponse;
}

/// Response, versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeQuorumResponse {
    /// `int16`.
    pub error_code: i16,
    /// `string` in version 2, or null; dropped elsewhere.
    pub error_message: Option<String>,
    /// `[]DescribeQuorumResponseTopicData`.
    pub topics: Vec<DescribeQuorumResponseTopicData>,
    /// `[]Node` in version 2.
    pub nodes: Vec<Node>,
}

impl Default for DescribeQuorumResponse {
    fn default() -> Self {
        Self { error_code: 0, error_message: Some(String::new()), topics: Vec::new(), nodes: Vec::new() }
    }
}

impl Message for DescribeQuorumResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeQuorumResponse", version, &Self::VERSIONS)?;
        let error_code = reader.read_i16("DescribeQuorumResponse.error_code")?;
        let error_message = if version == 2 {
            reader.read_nullable_string(true, "DescribeQuorumResponse.error_message")?
        } else {
            Some(String::new())
        };
        let topics = reader.read_array(true, 3, "DescribeQuorumResponse.topics", |reader| {
            DescribeQuorumResponseTopicData::decode(reader, version)
        })?;
        let nodes = if version == 2 {
            reader.read_array(true, 6, "DescribeQuorumResponse.nodes", Node::decode)?
        } else {
            Vec::new()
        };
        reader.skip_tagged_fields("DescribeQuorumResponse")?;
        Ok(Self { error_code, error_message, topics, nodes })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeQuorumResponse", version, &Self::VERSIONS)?;
        writer.write_i16(self.error_code);
        if version == 2 {
            writer.write_nullable_string(
                true,
                self.error_message.as_deref(),
                "DescribeQuorumResponse.error_message",
            )?;
        }
        writer.write_array(true, &self.topics, "DescribeQuorumResponse.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if version == 2 {
            writer.write_array(true, &self.nodes, "DescribeQuorumResponse.nodes", |writer, element| {
                element.encode(writer)
            })?;
        } else if !self.nodes.is_empty() {
            return Err(EncodeError::not_in_version("DescribeQuorumResponse.nodes", version));
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeQuorumResponse`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeQuorumResponseTopicData {
    /// `string`.
    pub topic_name: String,
    /// `[]DescribeQuorumResponsePartitionData`.
    pub partitions: Vec<DescribeQuorumResponsePartitionData>,
}

impl DescribeQuorumResponseTopicData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let topic_name = reader.read_string(true, "DescribeQuorumResponseTopicData.topic_name")?;
        let partitions =
            reader.read_array(true, 25, "DescribeQuorumResponseTopicData.partitions", |reader| {
                DescribeQuorumResponsePartitionData::decode(reader, version)
            })?;
        reader.skip_tagged_fields("DescribeQuorumResponseTopicData")?;
        Ok(Self { topic_name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic_name, "DescribeQuorumResponseTopicData.topic_name")?;
        writer.write_array(
            true,
            &self.partitions,
            "DescribeQuorumResponseTopicData.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeQuorumResponse`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeQuorumResponsePartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string` in version 2, or null; dropped elsewhere.
    pub error_message: Option<String>,
    /// `int32`.
    pub leader_id: i32,
    /// `int32`.
    pub leader_epoch: i32,
    /// `int64`.
    pub high_watermark: i64,
    /// `[]ReplicaState`.
    pub current_voters: Vec<ReplicaState>,
    /// `[]ReplicaState`.
    pub observers: Vec<ReplicaState>,
}

impl Default for DescribeQuorumResponsePartitionData {
    fn default() -> Self {
        Self {
            partition_index: 0,
            error_code: 0,
            error_message: Some(String::new()),
            leader_id: 0,
            leader_epoch: 0,
            high_watermark: 0,
            current_voters: Vec::new(),
            observers: Vec::new(),
        }
    }
}

impl DescribeQuorumResponsePartitionData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("DescribeQuorumResponsePartitionData.partition_index")?;
        let error_code = reader.read_i16("DescribeQuorumResponsePartitionData.error_code")?;
        let error_message = if version == 2 {
            reader.read_nullable_string(true, "DescribeQuorumResponsePartitionData.error_message")?
        } else {
            Some(String::new())
        };
        let leader_id = reader.read_i32("DescribeQuorumResponsePartitionData.leader_id")?;
        let leader_epoch = reader.read_i32("DescribeQuorumResponsePartitionData.leader_epoch")?;
        let high_watermark = reader.read_i64("DescribeQuorumResponsePartitionData.high_watermark")?;
        let current_voters =
            reader.read_array(true, 13, "DescribeQuorumResponsePartitionData.current_voters", |reader| {
                ReplicaState::decode(reader, version)
            })?;
        let observers =
            reader.read_array(true, 13, "DescribeQuorumResponsePartitionData.observers", |reader| {
                ReplicaState::decode(reader, version)
            })?;
        reader.skip_tagged_fields("DescribeQuorumResponsePartitionData")?;
        Ok(Self {
            partition_index,
            error_code,
            error_message,
            leader_id,
            leader_epoch,
            high_watermark,
            current_voters,
            observers,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        if version == 2 {
            writer.write_nullable_string(
                true,
                self.error_message.as_deref(),
                "DescribeQuorumResponsePartitionData.error_message",
            )?;
        }
        writer.write_i32(self.leader_id);
        writer.write_i32(self.leader_epoch);
        writer.write_i64(self.high_watermark);
        writer.write_array(
            true,
            &self.current_voters,
            "DescribeQuorumResponsePartitionData.current_voters",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_array(
            true,
            &self.observers,
            "DescribeQuorumResponsePartitionData.observers",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeQuorumResponse`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    /// `int32`.
    pub replica_id: i32,
    /// `uuid` in version 2.
    pub replica_directory_id: Uuid,
    /// `int64`.
    pub log_end_offset: i64,
    /// `int64` in versions 1 to 2; default -1; dropped elsewhere.
    pub last_fetch_timestamp: i64,
    /// `int64` in versions 1 to 2; default -1; dropped elsewhere.
    pub last_caught_up_timestamp: i64,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self {
            replica_id: 0,
            replica_directory_id: Uuid::ZERO,
            log_end_offset: 0,
            last_fetch_timestamp: -1,
            last_caught_up_timestamp: -1,
        }
    }
}

impl ReplicaState {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let replica_id = reader.read_i32("ReplicaState.replica_id")?;
        let replica_directory_id =
            if version == 2 { reader.read_uuid("ReplicaState.replica_directory_id")? } else { Uuid::ZERO };
        let log_end_offset = reader.read_i64("ReplicaState.log_end_offset")?;
        let last_fetch_timestamp =
            if version >= 1 { reader.read_i64("ReplicaState.last_fetch_timestamp")? } else { -1 };
        let last_caught_up_timestamp =
            if version >= 1 { reader.read_i64("ReplicaState.last_caught_up_timestamp")? } else { -1 };
        reader.skip_tagged_fields("ReplicaState")?;
        Ok(Self {
            replica_id,
            replica_directory_id,
            log_end_offset,
            last_fetch_timestamp,
            last_caught_up_timestamp,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_i32(self.replica_id);
        if version == 2 {
            writer.write_uuid(self.replica_directory_id);
        } else if self.replica_directory_id != Uuid::ZERO {
            return Err(EncodeError::not_in_version("ReplicaState.replica_directory_id", version));
        }
        writer.write_i64(self.log_end_offset);
        if version >= 1 {
            writer.write_i64(self.last_fetch_timestamp);
        }
        if version >= 1 {
            writer.write_i64(self.last_caught_up_timestamp);
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeQuorumResponse`], version 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    /// `int32`.
    pub node_id: i32,
    /// `[]Listener`.
    pub listeners: Vec<Listener>,
}

impl Node {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let node_id = reader.read_i32("Node.node_id")?;
        let listeners = reader.read_array(true, 5, "Node.listeners", Listener::decode)?;
        reader.skip_tagged_fields("Node")?;
        Ok(Self { node_id, listeners })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.node_id);
        writer
            .write_array(true, &self.listeners, "Node.listeners", |writer, element| element.encode(writer))?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeQuorumResponse`], version 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener {
    /// `string`.
    pub name: String,
    /// `string`.
    pub host: String,
    /// `uint16`.
    pub port: u16,
}

impl Listener {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "Listener.name")?;
        let host = reader.read_string(true, "Listener.host")?;
        let port = reader.read_u16("Listener.port")?;
        reader.skip_tagged_fields("Listener")?;
        Ok(Self { name, host, port })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "Listener.name")?;
        writer.write_string(true, &self.host, "Listener.host")?;
        writer.write_u16(self.port);
        writer.write_no_tagged_fields();
        Ok(())
    }
}
