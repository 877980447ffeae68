//! CreateTopics (API key 19), versions 2 to 7, flexible since version 5.
//!
//! Written by `tidemill-protocol-generator` from `schemas/create_topics.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, versions 2 to 7.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTopicsRequest {
    /// `[]CreatableTopic`.
    pub topics: Vec<CreatableTopic>,
    /// `int32`; default 60000.
    pub timeout_ms: i32,
    /// `bool`.
    pub validate_only: bool,
}

impl Default for CreateTopicsRequest {
    fn default() -> Self {
        Self { topics: Vec::new(), timeout_ms: 60000, validate_only: false }
    }
}

impl Message for CreateTopicsRequest {
    const VERSIONS: RangeInclusive<i16> = 2..=7;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("CreateTopicsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 5;
        let topics = reader.read_array(flexible, 10, "CreateTopicsRequest.topics", |reader| {
            CreatableTopic::decode(reader, version)
        })?;
        let timeout_ms = reader.read_i32("CreateTopicsRequest.timeout_ms")?;
        let validate_only = reader.read_bool("CreateTopicsRequest.validate_only")?;
        if flexible {
            reader.skip_tagged_fields("CreateTopicsRequest")?;
        }
        Ok(Self { topics, timeout_ms, validate_only })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("CreateTopicsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 5;
        writer.write_array(flexible, &self.topics, "CreateTopicsRequest.topics", |writer, element| {
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

/// Part of [`CreateTopicsRequest`], versions 2 to 7.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableTopic {
    /// `string`.
    pub name: String,
    /// `int32`.
    pub num_partitions: i32,
    /// `int16`.
    pub replication_factor: i16,
    /// `[]CreatableReplicaAssignment`.
    pub assignments: Vec<CreatableReplicaAssignment>,
    /// `[]CreatableTopicConfig`.
    pub configs: Vec<CreatableTopicConfig>,
}

impl CreatableTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let name = reader.read_string(flexible, "CreatableTopic.name")?;
        let num_partitions = reader.read_i32("CreatableTopic.num_partitions")?;
        let replication_factor = reader.read_i16("CreatableTopic.replication_factor")?;
        let assignments = reader.read_array(flexible, 6, "CreatableTopic.assignments", |reader| {
            CreatableReplicaAssignment::decode(reader, version)
        })?;
        let configs = reader.read_array(flexible, 3, "CreatableTopic.configs", |reader| {
            CreatableTopicConfig::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("CreatableTopic")?;
        }
        Ok(Self { name, num_partitions, replication_factor, assignments, configs })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        writer.write_string(flexible, &self.name, "CreatableTopic.name")?;
        writer.write_i32(self.num_partitions);
        writer.write_i16(self.replication_factor);
        writer.write_array(
            flexible,
            &self.assignments,
            "CreatableTopic.assignments",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_array(flexible, &self.configs, "CreatableTopic.configs", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`CreateTopicsRequest`], versions 2 to 7.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableReplicaAssignment {
    /// `int32`.
    pub partition_index: i32,
    /// `[]int32`.
    pub broker_ids: Vec<i32>,
}

impl CreatableReplicaAssignment {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let partition_index = reader.read_i32("CreatableReplicaAssignment.partition_index")?;
        let broker_ids =
            reader.read_array(flexible, 4, "CreatableReplicaAssignment.broker_ids", |reader| {
                reader.read_i32("CreatableReplicaAssignment.broker_ids")
            })?;
        if flexible {
            reader.skip_tagged_fields("CreatableReplicaAssignment")?;
        }
        Ok(Self { partition_index, broker_ids })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        writer.write_i32(self.partition_index);
        writer.write_array(
            flexible,
            &self.broker_ids,
            "CreatableReplicaAssignment.broker_ids",
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

/// Part of [`CreateTopicsRequest`], versions 2 to 7.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicConfig {
    /// `string`.
    pub name: String,
    /// `string`, or null.
    pub value: Option<String>,
}

impl Default for CreatableTopicConfig {
    fn default() -> Self {
        Self { name: String::new(), value: Some(String::new()) }
    }
}

impl CreatableTopicConfig {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let name = reader.read_string(flexible, "CreatableTopicConfig.name")?;
        let value = reader.read_nullable_string(flexible, "CreatableTopicConfig.value")?;
        if flexible {
            reader.skip_tagged_fields("CreatableTopicConfig")?;
        }
        Ok(Self { name, value })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        writer.write_string(flexible, &self.name, "CreatableTopicConfig.name")?;
        writer.write_nullable_string(flexible, self.value.as_deref(), "CreatableTopicConfig.value")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for CreateTopicsRequest {
    const API_KEY: ApiKey = ApiKey::CreateTopics;
    const FLEXIBLE_SINCE: i16 = 5;
    type Response = CreateTopicsResponse;
}

/// Response, versions 2 to 7.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateTopicsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]CreatableTopicResult`.
    pub topics: Vec<CreatableTopicResult>,
}

impl Message for CreateTopicsResponse {
    const VERSIONS: RangeInclusive<i16> = 2..=7;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("CreateTopicsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 5;
        let throttle_time_ms = reader.read_i32("CreateTopicsResponse.throttle_time_ms")?;
        let topics = reader.read_array(flexible, 6, "CreateTopicsResponse.topics", |reader| {
            CreatableTopicResult::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("CreateTopicsResponse")?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("CreateTopicsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 5;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(flexible, &self.topics, "CreateTopicsResponse.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`CreateTopicsResponse`], versions 2 to 7.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicResult {
    /// `string`.
    pub name: String,
    /// `uuid` in version 7; dropped elsewhere.
    pub topic_id: Uuid,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `int16` in versions 5 to 7, tag 0; dropped elsewhere.
    pub topic_config_error_code: i16,
    /// `int32` in versions 5 to 7; default -1; dropped elsewhere.
    pub num_partitions: i32,
    /// `int16` in versions 5 to 7; default -1; dropped elsewhere.
    pub replication_factor: i16,
    /// `[]CreatableTopicConfigs` in versions 5 to 7, or null; dropped elsewhere.
    pub configs: Option<Vec<CreatableTopicConfigs>>,
}

impl Default for CreatableTopicResult {
    fn default() -> Self {
        Self {
            name: String::new(),
            topic_id: Uuid::ZERO,
            error_code: 0,
            error_message: Some(String::new()),
            topic_config_error_code: 0,
            num_partitions: -1,
            replication_factor: -1,
            configs: Some(Vec::new()),
        }
    }
}

impl CreatableTopicResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let name = reader.read_string(flexible, "CreatableTopicResult.name")?;
        let topic_id =
            if version == 7 { reader.read_uuid("CreatableTopicResult.topic_id")? } else { Uuid::ZERO };
        let error_code = reader.read_i16("CreatableTopicResult.error_code")?;
        let error_message = reader.read_nullable_string(flexible, "CreatableTopicResult.error_message")?;
        let num_partitions =
            if version >= 5 { reader.read_i32("CreatableTopicResult.num_partitions")? } else { -1 };
        let replication_factor =
            if version >= 5 { reader.read_i16("CreatableTopicResult.replication_factor")? } else { -1 };
        let configs = if version >= 5 {
            reader.read_nullable_array(
                flexible,
                6,
                "CreatableTopicResult.configs",
                CreatableTopicConfigs::decode,
            )?
        } else {
            Some(Vec::new())
        };
        let mut topic_config_error_code = 0;
        if flexible {
            reader.read_tagged_fields("CreatableTopicResult", &mut |tag, reader| {
                match tag {
                    0 => {
                        topic_config_error_code =
                            reader.read_i16("CreatableTopicResult.topic_config_error_code")?
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            name,
            topic_id,
            error_code,
            error_message,
            topic_config_error_code,
            num_partitions,
            replication_factor,
            configs,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        writer.write_string(flexible, &self.name, "CreatableTopicResult.name")?;
        if version == 7 {
            writer.write_uuid(self.topic_id);
        }
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "CreatableTopicResult.error_message",
        )?;
        if version >= 5 {
            writer.write_i32(self.num_partitions);
        }
        if version >= 5 {
            writer.write_i16(self.replication_factor);
        }
        if version >= 5 {
            writer.write_nullable_array(
                flexible,
                self.configs.as_deref(),
                "CreatableTopicResult.configs",
                |writer, element| element.encode(writer),
            )?;
        }
        if flexible {
            let tags = writer.start_tagged_fields();
            if self.topic_config_error_code != 0 {
                let tag = writer.start_tag(tags, 0);
                writer.write_i16(self.topic_config_error_code);
                writer.end_tag(tag, "CreatableTopicResult.topic_config_error_code")?;
            }
        }
        Ok(())
    }
}

/// Part of [`CreateTopicsResponse`], versions 5 to 7.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicConfigs {
    /// `string`.
    pub name: String,
    /// `string`, or null.
    pub value: Option<String>,
    /// `bool`.
    pub read_only: bool,
    /// `int8`; default -1.
    pub config_source: i8,
    /// `bool`.
    pub is_sensitive: bool,
}

impl Default for CreatableTopicConfigs {
    fn default() -> Self {
        Self {
            name: String::new(),
            value: Some(String::new()),
            read_only: false,
            config_source: -1,
            is_sensitive: false,
        }
    }
}

impl CreatableTopicConfigs {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "CreatableTopicConfigs.name")?;
        let value = reader.read_nullable_string(true, "CreatableTopicConfigs.value")?;
        let read_only = reader.read_bool("CreatableTopicConfigs.read_only")?;
        let config_source = reader.read_i8("CreatableTopicConfigs.config_source")?;
        let is_sensitive = reader.read_bool("CreatableTopicConfigs.is_sensitive")?;
        reader.skip_tagged_fields("CreatableTopicConfigs")?;
        Ok(Self { name, value, read_only, config_source, is_sensitive })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "CreatableTopicConfigs.name")?;
        writer.write_nullable_string(true, self.value.as_deref(), "CreatableTopicConfigs.value")?;
        writer.write_bool(self.read_only);
        writer.write_i8(self.config_source);
        writer.write_bool(self.is_sensitive);
        writer.write_no_tagged_fields();
        Ok(())
    }
}
