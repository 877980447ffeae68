//! Metadata (API key 3), versions 0 to 13, flexible since version 9.
//!
//! Written by `tidemill-protocol-generator` from `schemas/metadata.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, versions 0 to 13.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequest {
    /// `[]MetadataRequestTopic`, or null in versions 1 to 13.
    pub topics: Option<Vec<MetadataRequestTopic>>,
    /// `bool` in versions 4 to 13; default true.
    pub allow_auto_topic_creation: bool,
    /// `bool` in versions 8 to 10.
    pub include_cluster_authorized_operations: bool,
    /// `bool` in versions 8 to 13.
    pub include_topic_authorized_operations: bool,
}

impl Default for MetadataRequest {
    fn default() -> Self {
        Self {
            topics: Some(Vec::new()),
            allow_auto_topic_creation: true,
            include_cluster_authorized_operations: false,
            include_topic_authorized_operations: false,
        }
    }
}

impl Message for MetadataRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=13;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("MetadataRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 9;
        let topics = if version >= 1 {
            reader.read_nullable_array(flexible, 2, "MetadataRequest.topics", |reader| {
                MetadataRequestTopic::decode(reader, version)
            })?
        } else {
            Some(reader.read_array(flexible, 2, "MetadataRequest.topics", |reader| {
                MetadataRequestTopic::decode(reader, version)
            })?)
        };
        let allow_auto_topic_creation =
            if version >= 4 { reader.read_bool("MetadataRequest.allow_auto_topic_creation")? } else { true };
        let include_cluster_authorized_operations = if (8..=10).contains(&version) {
            reader.read_bool("MetadataRequest.include_cluster_authorized_operations")?
        } else {
            false
        };
        let include_topic_authorized_operations = if version >= 8 {
            reader.read_bool("MetadataRequest.include_topic_authorized_operations")?
        } else {
            false
        };
        if flexible {
            reader.skip_tagged_fields("MetadataRequest")?;
        }
        Ok(Self {
            topics,
            allow_auto_topic_creation,
            include_cluster_authorized_operations,
            include_topic_authorized_operations,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("MetadataRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 9;
        if version < 1 && self.topics.is_none() {
            return Err(EncodeError::null_not_allowed("MetadataRequest.topics", version));
        }
        writer.write_nullable_array(
            flexible,
            self.topics.as_deref(),
            "MetadataRequest.topics",
            |writer, element| element.encode(writer, version),
        )?;
        if version >= 4 {
            writer.write_bool(self.allow_auto_topic_creation);
        } else if !self.allow_auto_topic_creation {
            return Err(EncodeError::not_in_version("MetadataRequest.allow_auto_topic_creation", version));
        }
        if (8..=10).contains(&version) {
            writer.write_bool(self.include_cluster_authorized_operations);
        } else if self.include_cluster_authorized_operations {
            return Err(EncodeError::not_in_version(
                "MetadataRequest.include_cluster_authorized_operations",
                version,
            ));
        }
        if version >= 8 {
            writer.write_bool(self.include_topic_authorized_operations);
        } else if self.include_topic_authorized_operations {
            return Err(EncodeError::not_in_version(
                "MetadataRequest.include_topic_authorized_operations",
                version,
            ));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`MetadataRequest`], versions 0 to 13.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequestTopic {
    /// `uuid` in versions 10 to 13; dropped elsewhere.
    pub topic_id: Uuid,
    /// `string`, or null in versions 10 to 13.
    pub name: Option<String>,
}

impl Default for MetadataRequestTopic {
    fn default() -> Self {
        Self { topic_id: Uuid::ZERO, name: Some(String::new()) }
    }
}

impl MetadataRequestTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let topic_id =
            if version >= 10 { reader.read_uuid("MetadataRequestTopic.topic_id")? } else { Uuid::ZERO };
        let name = if version >= 10 {
            reader.read_nullable_string(flexible, "MetadataRequestTopic.name")?
        } else {
            Some(reader.read_string(flexible, "MetadataRequestTopic.name")?)
        };
        if flexible {
            reader.skip_tagged_fields("MetadataRequestTopic")?;
        }
        Ok(Self { topic_id, name })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version >= 10 {
            writer.write_uuid(self.topic_id);
        }
        if version < 10 && self.name.is_none() {
            return Err(EncodeError::null_not_allowed("MetadataRequestTopic.name", version));
        }
        writer.write_nullable_string(flexible, self.name.as_deref(), "MetadataRequestTopic.name")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for MetadataRequest {
    const API_KEY: ApiKey = ApiKey::Metadata;
    const FLEXIBLE_SINCE: i16 = 9;
    type Response = MetadataResponse;
}

/// Response, versions 0 to 13.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponse {
    /// `int32` in versions 3 to 13; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `[]MetadataResponseBroker`.
    pub brokers: Vec<MetadataResponseBroker>,
    /// `string` in versions 2 to 13, or null; default null; dropped elsewhere.
    pub cluster_id: Option<String>,
    /// `int32` in versions 1 to 13; default -1; dropped elsewhere.
    pub controller_id: i32,
    /// `[]MetadataResponseTopic`.
    pub topics: Vec<MetadataResponseTopic>,
    /// `int32` in versions 8 to 10; default -2147483648.
    pub cluster_authorized_operations: i32,
    /// `int16` in version 13; dropped elsewhere.
    pub error_code: i16,
}

impl Default for MetadataResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            brokers: Vec::new(),
            cluster_id: None,
            controller_id: -1,
            topics: Vec::new(),
            cluster_authorized_operations: -2147483648,
            error_code: 0,
        }
    }
}

impl Message for MetadataResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=13;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("MetadataResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 9;
        let throttle_time_ms =
            if version >= 3 { reader.read_i32("MetadataResponse.throttle_time_ms")? } else { 0 };
        let brokers = reader.read_array(flexible, 10, "MetadataResponse.brokers", |reader| {
            MetadataResponseBroker::decode(reader, version)
        })?;
        let cluster_id = if version >= 2 {
            reader.read_nullable_string(flexible, "MetadataResponse.cluster_id")?
        } else {
            None
        };
        let controller_id =
            if version >= 1 { reader.read_i32("MetadataResponse.controller_id")? } else { -1 };
        let topics = reader.read_array(flexible, 8, "MetadataResponse.topics", |reader| {
            MetadataResponseTopic::decode(reader, version)
        })?;
        let cluster_authorized_operations = if (8..=10).contains(&version) {
            reader.read_i32("MetadataResponse.cluster_authorized_operations")?
        } else {
            -2147483648
        };
        let error_code = if version == 13 { reader.read_i16("MetadataResponse.error_code")? } else { 0 };
        if flexible {
            reader.skip_tagged_fields("MetadataResponse")?;
        }
        Ok(Self {
            throttle_time_ms,
            brokers,
            cluster_id,
            controller_id,
            topics,
            cluster_authorized_operations,
            error_code,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("MetadataResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 9;
        if version >= 3 {
            writer.write_i32(self.throttle_time_ms);
        }
        writer.write_array(flexible, &self.brokers, "MetadataResponse.brokers", |writer, element| {
            element.encode(writer, version)
        })?;
        if version >= 2 {
            writer.write_nullable_string(
                flexible,
                self.cluster_id.as_deref(),
                "MetadataResponse.cluster_id",
            )?;
        }
        if version >= 1 {
            writer.write_i32(self.controller_id);
        }
        writer.write_array(flexible, &self.topics, "MetadataResponse.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if (8..=10).contains(&version) {
            writer.write_i32(self.cluster_authorized_operations);
        } else if self.cluster_authorized_operations != -2147483648 {
            return Err(EncodeError::not_in_version(
                "MetadataResponse.cluster_authorized_operations",
                version,
            ));
        }
        if version == 13 {
            writer.write_i16(self.error_code);
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`MetadataResponse`], versions 0 to 13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetadataResponseBroker {
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: String,
    /// `int32`.
    pub port: i32,
    /// `string` in versions 1 to 13, or null; default null; dropped elsewhere.
    pub rack: Option<String>,
}

impl MetadataResponseBroker {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let node_id = reader.read_i32("MetadataResponseBroker.node_id")?;
        let host = reader.read_string(flexible, "MetadataResponseBroker.host")?;
        let port = reader.read_i32("MetadataResponseBroker.port")?;
        let rack = if version >= 1 {
            reader.read_nullable_string(flexible, "MetadataResponseBroker.rack")?
        } else {
            None
        };
        if flexible {
            reader.skip_tagged_fields("MetadataResponseBroker")?;
        }
        Ok(Self { node_id, host, port, rack })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        writer.write_i32(self.node_id);
        writer.write_string(flexible, &self.host, "MetadataResponseBroker.host")?;
        writer.write_i32(self.port);
        if version >= 1 {
            writer.write_nullable_string(flexible, self.rack.as_deref(), "MetadataResponseBroker.rack")?;
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`MetadataResponse`], versions 0 to 13.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponseTopic {
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null in versions 12 to 13.
    pub name: Option<String>,
    /// `uuid` in versions 10 to 13; dropped elsewhere.
    pub topic_id: Uuid,
    /// `bool` in versions 1 to 13; dropped elsewhere.
    pub is_internal: bool,
    /// `[]MetadataResponsePartition`.
    pub partitions: Vec<MetadataResponsePartition>,
    /// `int32` in versions 8 to 13; default -2147483648.
    pub topic_authorized_operations: i32,
}

impl Default for MetadataResponseTopic {
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

impl MetadataResponseTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let error_code = reader.read_i16("MetadataResponseTopic.error_code")?;
        let name = if version >= 12 {
            reader.read_nullable_string(flexible, "MetadataResponseTopic.name")?
        } else {
            Some(reader.read_string(flexible, "MetadataResponseTopic.name")?)
        };
        let topic_id =
            if version >= 10 { reader.read_uuid("MetadataResponseTopic.topic_id")? } else { Uuid::ZERO };
        let is_internal =
            if version >= 1 { reader.read_bool("MetadataResponseTopic.is_internal")? } else { false };
        let partitions = reader.read_array(flexible, 18, "MetadataResponseTopic.partitions", |reader| {
            MetadataResponsePartition::decode(reader, version)
        })?;
        let topic_authorized_operations = if version >= 8 {
            reader.read_i32("MetadataResponseTopic.topic_authorized_operations")?
        } else {
            -2147483648
        };
        if flexible {
            reader.skip_tagged_fields("MetadataResponseTopic")?;
        }
        Ok(Self { error_code, name, topic_id, is_internal, partitions, topic_authorized_operations })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        writer.write_i16(self.error_code);
        if version < 12 && self.name.is_none() {
            return Err(EncodeError::null_not_allowed("MetadataResponseTopic.name", version));
        }
        writer.write_nullable_string(flexible, self.name.as_deref(), "MetadataResponseTopic.name")?;
        if version >= 10 {
            writer.write_uuid(self.topic_id);
        }
        if version >= 1 {
            writer.write_bool(self.is_internal);
        }
        writer.write_array(
            flexible,
            &self.partitions,
            "MetadataResponseTopic.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if version >= 8 {
            writer.write_i32(self.topic_authorized_operations);
        } else if self.topic_authorized_operations != -2147483648 {
            return Err(EncodeError::not_in_version(
                "MetadataResponseTopic.topic_authorized_operations",
                version,
            ));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`MetadataResponse`], versions 0 to 13.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponsePartition {
    /// `int16`.
    pub error_code: i16,
    /// `int32`.
    pub partition_index: i32,
    /// `int32`.
    pub leader_id: i32,
    /// `int32` in versions 7 to 13; default -1; dropped elsewhere.
    pub leader_epoch: i32,
    /// `[]int32`.
    pub replica_nodes: Vec<i32>,
    /// `[]int32`.
    pub isr_nodes: Vec<i32>,
    /// `[]int32` in versions 5 to 13; dropped elsewhere.
    pub offline_replicas: Vec<i32>,
}

impl Default for MetadataResponsePartition {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            offline_replicas: Vec::new(),
        }
    }
}

impl MetadataResponsePartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let error_code = reader.read_i16("MetadataResponsePartition.error_code")?;
        let partition_index = reader.read_i32("MetadataResponsePartition.partition_index")?;
        let leader_id = reader.read_i32("MetadataResponsePartition.leader_id")?;
        let leader_epoch =
            if version >= 7 { reader.read_i32("MetadataResponsePartition.leader_epoch")? } else { -1 };
        let replica_nodes =
            reader.read_array(flexible, 4, "MetadataResponsePartition.replica_nodes", |reader| {
                reader.read_i32("MetadataResponsePartition.replica_nodes")
            })?;
        let isr_nodes = reader.read_array(flexible, 4, "MetadataResponsePartition.isr_nodes", |reader| {
            reader.read_i32("MetadataResponsePartition.isr_nodes")
        })?;
        let offline_replicas = if version >= 5 {
            reader.read_array(flexible, 4, "MetadataResponsePartition.offline_replicas", |reader| {
                reader.read_i32("MetadataResponsePartition.offline_replicas")
            })?
        } else {
            Vec::new()
        };
        if flexible {
            reader.skip_tagged_fields("MetadataResponsePartition")?;
        }
        Ok(Self {
            error_code,
            partition_index,
            leader_id,
            leader_epoch,
            replica_nodes,
            isr_nodes,
            offline_replicas,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        writer.write_i16(self.error_code);
        writer.write_i32(self.partition_index);
        writer.write_i32(self.leader_id);
        if version >= 7 {
            writer.write_i32(self.leader_epoch);
        }
        writer.write_array(
            flexible,
            &self.replica_nodes,
            "MetadataResponsePartition.replica_nodes",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_array(
            flexible,
            &self.isr_nodes,
            "MetadataResponsePartition.isr_nodes",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        if version >= 5 {
            writer.write_array(
                flexible,
                &self.offline_replicas,
                "MetadataResponsePartition.offline_replicas",
                |writer, element| {
                    writer.write_i32(*element);
                    Ok(())
                },
            )?;
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
