//! DescribeTopicPartitions (API key 75), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_topic_partitions.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsRequest {
    /// `[]TopicRequest`.
    pub topics: Vec<TopicRequest>,
    /// `int32`; default 2000.
    pub response_partition_limit: i32,
    /// `DescribeTopicPartitionsRequestCursor`, or null; default null.
    pub cursor: Option<DescribeTopicPartitionsRequestCursor>,
}

impl Default for DescribeTopicPartitionsRequest {
    fn default() -> Self {
        Self { topics: Vec::new(), response_partition_limit: 2000, cursor: None }
    }
}

impl Message for DescribeTopicPartitionsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeTopicPartitionsRequest", version, &Self::VERSIONS)?;
        let topics =
            reader.read_array(true, 2, "DescribeTopicPartitionsRequest.topics", TopicRequest::decode)?;
        let response_partition_limit =
            reader.read_i32("DescribeTopicPartitionsRequest.response_partition_limit")?;
        let cursor = if reader.read_presence("DescribeTopicPartitionsRequest.cursor")? {
            Some(DescribeTopicPartitionsRequestCursor::decode(reader)?)
        } else {
            None
        };
        reader.skip_tagged_fields("DescribeTopicPartitionsRequest")?;
        Ok(Self { topics, response_partition_limit, cursor })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeTopicPartitionsRequest", version, &Self::VERSIONS)?;
        writer.write_array(
            true,
            &self.topics,
            "DescribeTopicPartitionsRequest.topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_i32(self.response_partition_limit);
        writer.write_presence(self.cursor.is_some());
        if let Some(cursor) = &self.cursor {
            cursor.encode(writer)?;
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeTopicPartitionsRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicRequest {
    /// `string`.
    pub name: String,
}

impl TopicRequest {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "TopicRequest.name")?;
        reader.skip_tagged_fields("TopicRequest")?;
        Ok(Self { name })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "TopicRequest.name")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeTopicPartitionsRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTopicPartitionsRequestCursor {
    /// `string`.
    pub topic_name: String,
    /// `int32`.
    pub partition_index: i32,
}

impl DescribeTopicPartitionsRequestCursor {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_name = reader.read_string(true, "DescribeTopicPartitionsRequestCursor.topic_name")?;
        let partition_index = reader.read_i32("DescribeTopicPartitionsRequestCursor.partition_index")?;
        reader.skip_tagged_fields("DescribeTopicPartitionsRequestCursor")?;
        Ok(Self { topic_name, partition_index })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic_name, "DescribeTopicPartitionsRequestCursor.topic_name")?;
        writer.write_i32(self.partition_index);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for DescribeTopicPartitionsRequest {
    const API_KEY: ApiKey = ApiKey::DescribeTopicPartitions;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = DescribeTopicPartitionsResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTopicPartitionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribeTopicPartitionsResponseTopic`.
    pub topics: Vec<DescribeTopicPartitionsResponseTopic>,
    /// `DescribeTopicPartitionsResponseCursor`, or null; default null.
    pub next_cursor: Option<DescribeTopicPartitionsResponseCursor>,
}

impl Message for DescribeTopicPartitionsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeTopicPartitionsResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("DescribeTopicPartitionsResponse.throttle_time_ms")?;
        let topics = reader.read_array(
            true,
            26,
            "DescribeTopicPartitionsResponse.topics",
            DescribeTopicPartitionsResponseTopic::decode,
        )?;
        let next_cursor = if reader.read_presence("DescribeTopicPartitionsResponse.next_cursor")? {
            Some(DescribeTopicPartitionsResponseCursor::decode(reader)?)
        } else {
            None
        };
        reader.skip_tagged_fields("DescribeTopicPartitionsResponse")?;
        Ok(Self { throttle_time_ms, topics, next_cursor })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeTopicPartitionsResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            true,
            &self.topics,
            "DescribeTopicPartitionsResponse.topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_presence(self.next_cursor.is_some());
        if let Some(next_cursor) = &self.next_cursor {
            next_cursor.encode(writer)?;
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeTopicPartitionsResponse`], version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsResponseTopic {
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub name: Option<String>,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `bool`.
    pub is_internal: bool,
    /// `[]DescribeTopicPartitionsResponsePartition`.
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    /// `int32`; default -2147483648.
    pub topic_authorized_operations: i32,
}

impl Default for DescribeTopicPartitionsResponseTopic {
    fn default() -> Self {
        Self {
            error_code: 0,
            name: Some(String::new()),
            topic_id: Uuid::ZERO,
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: -2147483648,
        }
    }
}

impl DescribeTopicPartitionsResponseTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let error_code = reader.read_i16("DescribeTopicPartitionsResponseTopic.error_code")?;
        let name = reader.read_nullable_string(true, "DescribeTopicPartitionsResponseTopic.name")?;
        let topic_id = reader.read_uuid("DescribeTopicPartitionsResponseTopic.topic_id")?;
        let is_internal = reader.read_bool("DescribeTopicPartitionsResponseTopic.is_internal")?;
        let partitions = reader.read_array(
            true,
            20,
            "DescribeTopicPartitionsResponseTopic.partitions",
            DescribeTopicPartitionsResponsePartition::decode,
        )?;
        let topic_authorized_operations =
            reader.read_i32("DescribeTopicPartitionsResponseTopic.topic_authorized_operations")?;
        reader.skip_tagged_fields("DescribeTopicPartitionsResponseTopic")?;
        Ok(Self { error_code, name, topic_id, is_internal, partitions, topic_authorized_operations })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.name.as_deref(),
            "DescribeTopicPartitionsResponseTopic.name",
        )?;
        writer.write_uuid(self.topic_id);
        writer.write_bool(self.is_internal);
        writer.write_array(
            true,
            &self.partitions,
            "DescribeTopicPartitionsResponseTopic.partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_i32(self.topic_authorized_operations);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeTopicPartitionsResponse`], version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsResponsePartition {
    /// `int16`.
    pub error_code: i16,
    /// `int32`.
    pub partition_index: i32,
    /// `int32`.
    pub leader_id: i32,
    /// `int32`; default -1.
    pub leader_epoch: i32,
    /// `[]int32`.
    pub replica_nodes: Vec<i32>,
    /// `[]int32`.
    pub isr_nodes: Vec<i32>,
    /// `[]int32`, or null; default null.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// `[]int32`, or null; default null.
    pub last_known_elr: Option<Vec<i32>>,
    /// `[]int32`.
    pub offline_replicas: Vec<i32>,
}

impl Default for DescribeTopicPartitionsResponsePartition {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            eligible_leader_replicas: None,
            last_known_elr: None,
            offline_replicas: Vec::new(),
        }
    }
}

impl DescribeTopicPartitionsResponsePartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let error_code = reader.read_i16("DescribeTopicPartitionsResponsePartition.error_code")?;
        let partition_index = reader.read_i32("DescribeTopicPartitionsResponsePartition.partition_index")?;
        let leader_id = reader.read_i32("DescribeTopicPartitionsResponsePartition.leader_id")?;
        let leader_epoch = reader.read_i32("DescribeTopicPartitionsResponsePartition.leader_epoch")?;
        let replica_nodes = reader.read_array(
            true,
            4,
            "DescribeTopicPartitionsResponsePartition.replica_nodes",
            |reader| reader.read_i32("DescribeTopicPartitionsResponsePartition.replica_nodes"),
        )?;
        let isr_nodes =
            reader.read_array(true, 4, "DescribeTopicPartitionsResponsePartition.isr_nodes", |reader| {
                reader.read_i32("DescribeTopicPartitionsResponsePartition.isr_nodes")
            })?;
        let eligible_leader_replicas = reader.read_nullable_array(
            true,
            4,
            "DescribeTopicPartitionsResponsePartition.eligible_leader_replicas",
            |reader| reader.read_i32("DescribeTopicPartitionsResponsePartition.eligible_leader_replicas"),
        )?;
        let last_known_elr = reader.read_nullable_array(
            true,
            4,
            "DescribeTopicPartitionsResponsePartition.last_known_elr",
            |reader| reader.read_i32("DescribeTopicPartitionsResponsePartition.last_known_elr"),
        )?;
        let offline_replicas = reader.read_array(
            true,
            4,
            "DescribeTopicPartitionsResponsePartition.offline_replicas",
            |reader| reader.read_i32("DescribeTopicPartitionsResponsePartition.offline_replicas"),
        )?;
        reader.skip_tagged_fields("DescribeTopicPartitionsResponsePartition")?;
        Ok(Self {
            error_code,
            partition_index,
            leader_id,
            leader_epoch,
            replica_nodes,
            isr_nodes,
            eligible_leader_replicas,
            last_known_elr,
            offline_replicas,
        })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i16(self.error_code);
        writer.write_i32(self.partition_index);
        writer.write_i32(self.leader_id);
        writer.write_i32(self.leader_epoch);
        writer.write_array(
            true,
            &self.replica_nodes,
            "DescribeTopicPartitionsResponsePartition.replica_nodes",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_array(
            true,
            &self.isr_nodes,
            "DescribeTopicPartitionsResponsePartition.isr_nodes",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_nullable_array(
            true,
            self.eligible_leader_replicas.as_deref(),
            "DescribeTopicPartitionsResponsePartition.eligible_leader_replicas",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_nullable_array(
            true,
            self.last_known_elr.as_deref(),
            "DescribeTopicPartitionsResponsePartition.last_known_elr",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_array(
            true,
            &self.offline_replicas,
            "DescribeTopicPartitionsResponsePartition.offline_replicas",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeTopicPartitionsResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTopicPartitionsResponseCursor {
    /// `string`.
    pub topic_name: String,
    /// `int32`.
    pub partition_index: i32,
}

impl DescribeTopicPartitionsResponseCursor {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_name = reader.read_string(true, "DescribeTopicPartitionsResponseCursor.topic_name")?;
        let partition_index = reader.read_i32("DescribeTopicPartitionsResponseCursor.partition_index")?;
        reader.skip_tagged_fields("DescribeTopicPartitionsResponseCursor")?;
        Ok(Self { topic_name, partition_index })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic_name, "DescribeTopicPartitionsResponseCursor.topic_name")?;
        writer.write_i32(self.partition_index);
        writer.write_no_tagged_fields();
        Ok(())
    }
}
