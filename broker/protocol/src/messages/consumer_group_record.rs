//! Values kept in bytes: ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue, ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue, ConsumerGroupMetadataKey, ConsumerGroupMetadataValue, ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue, ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue, ConsumerGroupTargetAssignmentMemberKey, ConsumerGroupTargetAssignmentMemberValue, ConsumerGroupTargetAssignmentMetadataKey, ConsumerGroupTargetAssignmentMetadataValue.
//!
//! Written by `tidemill-protocol-generator` from `schemas/consumer_group_record.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{DecodeError, EncodeError, Message, Reader, Uuid, Writer};

/// ConsumerGroupCurrentMemberAssignmentKey, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupCurrentMemberAssignmentKey {
    /// `string`.
    pub group_id: String,
    /// `string`.
    pub member_id: String,
}

impl Message for ConsumerGroupCurrentMemberAssignmentKey {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupCurrentMemberAssignmentKey", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(false, "ConsumerGroupCurrentMemberAssignmentKey.group_id")?;
        let member_id = reader.read_string(false, "ConsumerGroupCurrentMemberAssignmentKey.member_id")?;
        Ok(Self { group_id, member_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupCurrentMemberAssignmentKey", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.group_id, "ConsumerGroupCurrentMemberAssignmentKey.group_id")?;
        writer.write_string(false, &self.member_id, "ConsumerGroupCurrentMemberAssignmentKey.member_id")?;
        Ok(())
    }
}

impl ConsumerGroupCurrentMemberAssignmentKey {
    /// The `i16` in front of the key in a coordinator's record.
    pub const RECORD_TYPE: i16 = 8;
}

/// ConsumerGroupCurrentMemberAssignmentValue, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupCurrentMemberAssignmentValue {
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub previous_member_epoch: i32,
    /// `int8`.
    pub state: i8,
    /// `[]TopicPartitions`.
    pub assigned_partitions: Vec<TopicPartitions>,
    /// `[]TopicPartitions`.
    pub partitions_pending_revocation: Vec<TopicPartitions>,
}

impl Message for ConsumerGroupCurrentMemberAssignmentValue {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupCurrentMemberAssignmentValue", version, &Self::VERSIONS)?;
        let member_epoch = reader.read_i32("ConsumerGroupCurrentMemberAssignmentValue.member_epoch")?;
        let previous_member_epoch =
            reader.read_i32("ConsumerGroupCurrentMemberAssignmentValue.previous_member_epoch")?;
        let state = reader.read_i8("ConsumerGroupCurrentMemberAssignmentValue.state")?;
        let assigned_partitions = reader.read_array(
            true,
            18,
            "ConsumerGroupCurrentMemberAssignmentValue.assigned_partitions",
            TopicPartitions::decode,
        )?;
        let partitions_pending_revocation = reader.read_array(
            true,
            18,
            "ConsumerGroupCurrentMemberAssignmentValue.partitions_pending_revocation",
            TopicPartitions::decode,
        )?;
        reader.skip_tagged_fields("ConsumerGroupCurrentMemberAssignmentValue")?;
        Ok(Self {
            member_epoch,
            previous_member_epoch,
            state,
            assigned_partitions,
            partitions_pending_revocation,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupCurrentMemberAssignmentValue", version, &Self::VERSIONS)?;
        writer.write_i32(self.member_epoch);
        writer.write_i32(self.previous_member_epoch);
        writer.write_i8(self.state);
        writer.write_array(
            true,
            &self.assigned_partitions,
            "ConsumerGroupCurrentMemberAssignmentValue.assigned_partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_array(
            true,
            &self.partitions_pending_revocation,
            "ConsumerGroupCurrentMemberAssignmentValue.partitions_pending_revocation",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ConsumerGroupCurrentMemberAssignmentValue`], version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// `[]int32`, or null, tag 0.
    pub assignment_epochs: Option<Vec<i32>>,
}

impl Default for TopicPartitions {
    fn default() -> Self {
        Self { topic_id: Uuid::ZERO, partitions: Vec::new(), assignment_epochs: Some(Vec::new()) }
    }
}

impl TopicPartitions {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("TopicPartitions.topic_id")?;
        let partitions = reader.read_array(true, 4, "TopicPartitions.partitions", |reader| {
            reader.read_i32("TopicPartitions.partitions")
        })?;
        let mut assignment_epochs = Some(Vec::new());
        reader.read_tagged_fields("TopicPartitions", &mut |tag, reader| {
            match tag {
                0 => {
                    assignment_epochs = reader.read_nullable_array(
                        true,
                        4,
                        "TopicPartitions.assignment_epochs",
                        |reader| reader.read_i32("TopicPartitions.assignment_epochs"),
                    )?
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self { topic_id, partitions, assignment_epochs })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_array(true, &self.partitions, "TopicPartitions.partitions", |writer, element| {
            writer.write_i32(*element);
            Ok(())
        })?;
        let tags = writer.start_tagged_fields();
        if self.assignment_epochs.as_ref().is_none_or(|assignment_epochs| !assignment_epochs.is_empty()) {
            let tag = writer.start_tag(tags, 0);
            writer.write_nullable_array(
                true,
                self.assignment_epochs.as_deref(),
                "TopicPartitions.assignment_epochs",
                |writer, element| {
                    writer.write_i32(*element);
                    Ok(())
                },
            )?;
            writer.end_tag(tag, "TopicPartitions.assignment_epochs")?;
        }
        Ok(())
    }
}

/// ConsumerGroupMemberMetadataKey, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupMemberMetadataKey {
    /// `string`.
    pub group_id: String,
    /// `string`.
    pub member_id: String,
}

impl Message for ConsumerGroupMemberMetadataKey {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupMemberMetadataKey", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(false, "ConsumerGroupMemberMetadataKey.group_id")?;
        let member_id = reader.read_string(false, "ConsumerGroupMemberMetadataKey.member_id")?;
        Ok(Self { group_id, member_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupMemberMetadataKey", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.group_id, "ConsumerGroupMemberMetadataKey.group_id")?;
        writer.write_string(false, &self.member_id, "ConsumerGroupMemberMetadataKey.member_id")?;
        Ok(())
    }
}

impl ConsumerGroupMemberMetadataKey {
    /// The `i16` in front of the key in a coordinator's record.
    pub const RECORD_TYPE: i16 = 5;
}

/// ConsumerGroupMemberMetadataValue, version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerGroupMemberMetadataValue {
    /// `string`, or null.
    pub instance_id: Option<String>,
    /// `string`, or null.
    pub rack_id: Option<String>,
    /// `string`.
    pub client_id: String,
    /// `string`.
    pub client_host: String,
    /// `[]string`.
    pub subscribed_topic_names: Vec<String>,
    /// `string`, or null.
    pub subscribed_topic_regex: Option<String>,
    /// `int32`; default -1.
    pub rebalance_timeout_ms: i32,
    /// `string`, or null.
    pub server_assignor: Option<String>,
    /// `ClassicMemberMetadata`, or null, tag 0.
    pub classic_member_metadata: Option<ClassicMemberMetadata>,
}

impl Default for ConsumerGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            instance_id: Some(String::new()),
            rack_id: Some(String::new()),
            client_id: String::new(),
            client_host: String::new(),
            subscribed_topic_names: Vec::new(),
            subscribed_topic_regex: Some(String::new()),
            rebalance_timeout_ms: -1,
            server_assignor: Some(String::new()),
            classic_member_metadata: Some(ClassicMemberMetadata::default()),
        }
    }
}

impl Message for ConsumerGroupMemberMetadataValue {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupMemberMetadataValue", version, &Self::VERSIONS)?;
        let instance_id =
            reader.read_nullable_string(true, "ConsumerGroupMemberMetadataValue.instance_id")?;
        let rack_id = reader.read_nullable_string(true, "ConsumerGroupMemberMetadataValue.rack_id")?;
        let client_id = reader.read_string(true, "ConsumerGroupMemberMetadataValue.client_id")?;
        let client_host = reader.read_string(true, "ConsumerGroupMemberMetadataValue.client_host")?;
        let subscribed_topic_names = reader.read_array(
            true,
            1,
            "ConsumerGroupMemberMetadataValue.subscribed_topic_names",
            |reader| reader.read_string(true, "ConsumerGroupMemberMetadataValue.subscribed_topic_names"),
        )?;
        let subscribed_topic_regex =
            reader.read_nullable_string(true, "ConsumerGroupMemberMetadataValue.subscribed_topic_regex")?;
        let rebalance_timeout_ms =
            reader.read_i32("ConsumerGroupMemberMetadataValue.rebalance_timeout_ms")?;
        let server_assignor =
            reader.read_nullable_string(true, "ConsumerGroupMemberMetadataValue.server_assignor")?;
        let mut classic_member_metadata = Some(ClassicMemberMetadata::default());
        reader.read_tagged_fields("ConsumerGroupMemberMetadataValue", &mut |tag, reader| {
            match tag {
                0 => {
                    classic_member_metadata = if reader
                        .read_tagged_presence("ConsumerGroupMemberMetadataValue.classic_member_metadata")?
                    {
                        Some(ClassicMemberMetadata::decode(reader)?)
                    } else {
                        None
                    }
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self {
            instance_id,
            rack_id,
            client_id,
            client_host,
            subscribed_topic_names,
            subscribed_topic_regex,
            rebalance_timeout_ms,
            server_assignor,
            classic_member_metadata,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupMemberMetadataValue", version, &Self::VERSIONS)?;
        writer.write_nullable_string(
            true,
            self.instance_id.as_deref(),
            "ConsumerGroupMemberMetadataValue.instance_id",
        )?;
        writer.write_nullable_string(
            true,
            self.rack_id.as_deref(),
            "ConsumerGroupMemberMetadataValue.rack_id",
        )?;
        writer.write_string(true, &self.client_id, "ConsumerGroupMemberMetadataValue.client_id")?;
        writer.write_string(true, &self.client_host, "ConsumerGroupMemberMetadataValue.client_host")?;
        writer.write_array(
            true,
            &self.subscribed_topic_names,
            "ConsumerGroupMemberMetadataValue.subscribed_topic_names",
            |writer, element| {
                writer.write_string(true, element, "ConsumerGroupMemberMetadataValue.subscribed_topic_names")
            },
        )?;
        writer.write_nullable_string(
            true,
            self.subscribed_topic_regex.as_deref(),
            "ConsumerGroupMemberMetadataValue.subscribed_topic_regex",
        )?;
        writer.write_i32(self.rebalance_timeout_ms);
        writer.write_nullable_string(
            true,
            self.server_assignor.as_deref(),
            "ConsumerGroupMemberMetadataValue.server_assignor",
        )?;
        let tags = writer.start_tagged_fields();
        if self.classic_member_metadata != Some(ClassicMemberMetadata::default()) {
            let tag = writer.start_tag(tags, 0);
            writer.write_tagged_presence(self.classic_member_metadata.is_some());
            if let Some(classic_member_metadata) = &self.classic_member_metadata {
                classic_member_metadata.encode(writer)?;
            }
            writer.end_tag(tag, "ConsumerGroupMemberMetadataValue.classic_member_metadata")?;
        }
        Ok(())
    }
}

/// Part of [`ConsumerGroupMemberMetadataValue`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassicMemberMetadata {
    /// `int32`.
    pub session_timeout_ms: i32,
    /// `[]ClassicProtocol`.
    pub supported_protocols: Vec<ClassicProtocol>,
}

impl ClassicMemberMetadata {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let session_timeout_ms = reader.read_i32("ClassicMemberMetadata.session_timeout_ms")?;
        let supported_protocols = reader.read_array(
            true,
            3,
            "ClassicMemberMetadata.supported_protocols",
            ClassicProtocol::decode,
        )?;
        reader.skip_tagged_fields("ClassicMemberMetadata")?;
        Ok(Self { session_timeout_ms, supported_protocols })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.session_timeout_ms);
        writer.write_array(
            true,
            &self.supported_protocols,
            "ClassicMemberMetadata.supported_protocols",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ConsumerGroupMemberMetadataValue`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassicProtocol {
    /// `string`.
    pub name: String,
    /// `bytes`.
    pub metadata: Bytes,
}

impl ClassicProtocol {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "ClassicProtocol.name")?;
        let metadata = reader.read_bytes(true, "ClassicProtocol.metadata")?;
        reader.skip_tagged_fields("ClassicProtocol")?;
        Ok(Self { name, metadata })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "ClassicProtocol.name")?;
        writer.write_bytes(true, &self.metadata, "ClassicProtocol.metadata")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// ConsumerGroupMetadataKey, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupMetadataKey {
    /// `string`.
    pub group_id: String,
}

impl Message for ConsumerGroupMetadataKey {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupMetadataKey", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(false, "ConsumerGroupMetadataKey.group_id")?;
        Ok(Self { group_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupMetadataKey", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.group_id, "ConsumerGroupMetadataKey.group_id")?;
        Ok(())
    }
}

impl ConsumerGroupMetadataKey {
    /// The `i16` in front of the key in a coordinator's record.
    pub const RECORD_TYPE: i16 = 3;
}

/// ConsumerGroupMetadataValue, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupMetadataValue {
    /// `int32`.
    pub epoch: i32,
    /// `int64`, tag 0.
    pub metadata_hash: i64,
}

impl Message for ConsumerGroupMetadataValue {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupMetadataValue", version, &Self::VERSIONS)?;
        let epoch = reader.read_i32("ConsumerGroupMetadataValue.epoch")?;
        let mut metadata_hash = 0;
        reader.read_tagged_fields("ConsumerGroupMetadataValue", &mut |tag, reader| {
            match tag {
                0 => metadata_hash = reader.read_i64("ConsumerGroupMetadataValue.metadata_hash")?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self { epoch, metadata_hash })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupMetadataValue", version, &Self::VERSIONS)?;
        writer.write_i32(self.epoch);
        let tags = writer.start_tagged_fields();
        if self.metadata_hash != 0 {
            let tag = writer.start_tag(tags, 0);
            writer.write_i64(self.metadata_hash);
            writer.end_tag(tag, "ConsumerGroupMetadataValue.metadata_hash")?;
        }
        Ok(())
    }
}

/// ConsumerGroupPartitionMetadataKey, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupPartitionMetadataKey {
    /// `string`.
    pub group_id: String,
}

impl Message for ConsumerGroupPartitionMetadataKey {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupPartitionMetadataKey", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(false, "ConsumerGroupPartitionMetadataKey.group_id")?;
        Ok(Self { group_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupPartitionMetadataKey", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.group_id, "ConsumerGroupPartitionMetadataKey.group_id")?;
        Ok(())
    }
}

impl ConsumerGroupPartitionMetadataKey {
    /// The `i16` in front of the key in a coordinator's record.
    pub const RECORD_TYPE: i16 = 4;
}

/// ConsumerGroupPartitionMetadataValue, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupPartitionMetadataValue {
    /// `[]TopicMetadata`.
    pub topics: Vec<TopicMetadata>,
}

impl Message for ConsumerGroupPartitionMetadataValue {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupPartitionMetadataValue", version, &Self::VERSIONS)?;
        let topics = reader.read_array(
            true,
            23,
            "ConsumerGroupPartitionMetadataValue.topics",
            TopicMetadata::decode,
        )?;
        reader.skip_tagged_fields("ConsumerGroupPartitionMetadataValue")?;
        Ok(Self { topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupPartitionMetadataValue", version, &Self::VERSIONS)?;
        writer.write_array(
            true,
            &self.topics,
            "ConsumerGroupPartitionMetadataValue.topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ConsumerGroupPartitionMetadataValue`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicMetadata {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `string`.
    pub topic_name: String,
    /// `int32`.
    pub num_partitions: i32,
    /// `[]PartitionMetadata`.
    pub partition_metadata: Vec<PartitionMetadata>,
}

impl TopicMetadata {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("TopicMetadata.topic_id")?;
        let topic_name = reader.read_string(true, "TopicMetadata.topic_name")?;
        let num_partitions = reader.read_i32("TopicMetadata.num_partitions")?;
        let partition_metadata =
            reader.read_array(true, 6, "TopicMetadata.partition_metadata", PartitionMetadata::decode)?;
        reader.skip_tagged_fields("TopicMetadata")?;
        Ok(Self { topic_id, topic_name, num_partitions, partition_metadata })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_string(true, &self.topic_name, "TopicMetadata.topic_name")?;
        writer.write_i32(self.num_partitions);
        writer.write_array(
            true,
            &self.partition_metadata,
            "TopicMetadata.partition_metadata",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ConsumerGroupPartitionMetadataValue`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionMetadata {
    /// `int32`.
    pub partition: i32,
    /// `[]string`.
    pub racks: Vec<String>,
}

impl PartitionMetadata {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition = reader.read_i32("PartitionMetadata.partition")?;
        let racks = reader.read_array(true, 1, "PartitionMetadata.racks", |reader| {
            reader.read_string(true, "PartitionMetadata.racks")
        })?;
        reader.skip_tagged_fields("PartitionMetadata")?;
        Ok(Self { partition, racks })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition);
        writer.write_array(true, &self.racks, "PartitionMetadata.racks", |writer, element| {
            writer.write_string(true, element, "PartitionMetadata.racks")
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// ConsumerGroupRegularExpressionKey, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupRegularExpressionKey {
    /// `string`.
    pub group_id: String,
    /// `string`.
    pub regular_expression: String,
}

impl Message for ConsumerGroupRegularExpressionKey {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupRegularExpressionKey", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(false, "ConsumerGroupRegularExpressionKey.group_id")?;
        let regular_expression =
            reader.read_string(false, "ConsumerGroupRegularExpressionKey.regular_expression")?;
        Ok(Self { group_id, regular_expression })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupRegularExpressionKey", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.group_id, "ConsumerGroupRegularExpressionKey.group_id")?;
        writer.write_string(
            false,
            &self.regular_expression,
            "ConsumerGroupRegularExpressionKey.regular_expression",
        )?;
        Ok(())
    }
}

impl ConsumerGroupRegularExpressionKey {
    /// The `i16` in front of the key in a coordinator's record.
    pub const RECORD_TYPE: i16 = 16;
}

/// ConsumerGroupRegularExpressionValue, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupRegularExpressionValue {
    /// `[]string`.
    pub topics: Vec<String>,
    /// `int64`.
    pub version: i64,
    /// `int64`.
    pub timestamp: i64,
}

impl Message for ConsumerGroupRegularExpressionValue {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupRegularExpressionValue", version, &Self::VERSIONS)?;
        let topics = reader.read_array(true, 1, "ConsumerGroupRegularExpressionValue.topics", |reader| {
            reader.read_string(true, "ConsumerGroupRegularExpressionValue.topics")
        })?;
        let version_field = reader.read_i64("ConsumerGroupRegularExpressionValue.version")?;
        let timestamp = reader.read_i64("ConsumerGroupRegularExpressionValue.timestamp")?;
        reader.skip_tagged_fields("ConsumerGroupRegularExpressionValue")?;
        Ok(Self { topics, version: version_field, timestamp })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupRegularExpressionValue", version, &Self::VERSIONS)?;
        writer.write_array(
            true,
            &self.topics,
            "ConsumerGroupRegularExpressionValue.topics",
            |writer, element| {
                writer.write_string(true, element, "ConsumerGroupRegularExpressionValue.topics")
            },
        )?;
        writer.write_i64(self.version);
        writer.write_i64(self.timestamp);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// ConsumerGroupTargetAssignmentMemberKey, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupTargetAssignmentMemberKey {
    /// `string`.
    pub group_id: String,
    /// `string`.
    pub member_id: String,
}

impl Message for ConsumerGroupTargetAssignmentMemberKey {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupTargetAssignmentMemberKey", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(false, "ConsumerGroupTargetAssignmentMemberKey.group_id")?;
        let member_id = reader.read_string(false, "ConsumerGroupTargetAssignmentMemberKey.member_id")?;
        Ok(Self { group_id, member_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupTargetAssignmentMemberKey", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.group_id, "ConsumerGroupTargetAssignmentMemberKey.group_id")?;
        writer.write_string(false, &self.member_id, "ConsumerGroupTargetAssignmentMemberKey.member_id")?;
        Ok(())
    }
}

impl ConsumerGroupTargetAssignmentMemberKey {
    /// The `i16` in front of the key in a coordinator's record.
    pub const RECORD_TYPE: i16 = 7;
}

/// ConsumerGroupTargetAssignmentMemberValue, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupTargetAssignmentMemberValue {
    /// `[]TopicPartition`.
    pub topic_partitions: Vec<TopicPartition>,
}

impl Message for ConsumerGroupTargetAssignmentMemberValue {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupTargetAssignmentMemberValue", version, &Self::VERSIONS)?;
        let topic_partitions = reader.read_array(
            true,
            18,
            "ConsumerGroupTargetAssignmentMemberValue.topic_partitions",
            TopicPartition::decode,
        )?;
        reader.skip_tagged_fields("ConsumerGroupTargetAssignmentMemberValue")?;
        Ok(Self { topic_partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupTargetAssignmentMemberValue", version, &Self::VERSIONS)?;
        writer.write_array(
            true,
            &self.topic_partitions,
            "ConsumerGroupTargetAssignmentMemberValue.topic_partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ConsumerGroupTargetAssignmentMemberValue`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl TopicPartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_id = reader.read_uuid("TopicPartition.topic_id")?;
        let partitions = reader.read_array(true, 4, "TopicPartition.partitions", |reader| {
            reader.read_i32("TopicPartition.partitions")
        })?;
        reader.skip_tagged_fields("TopicPartition")?;
        Ok(Self { topic_id, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_uuid(self.topic_id);
        writer.write_array(true, &self.partitions, "TopicPartition.partitions", |writer, element| {
            writer.write_i32(*element);
            Ok(())
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// ConsumerGroupTargetAssignmentMetadataKey, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupTargetAssignmentMetadataKey {
    /// `string`.
    pub group_id: String,
}

impl Message for ConsumerGroupTargetAssignmentMetadataKey {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupTargetAssignmentMetadataKey", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(false, "ConsumerGroupTargetAssignmentMetadataKey.group_id")?;
        Ok(Self { group_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupTargetAssignmentMetadataKey", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.group_id, "ConsumerGroupTargetAssignmentMetadataKey.group_id")?;
        Ok(())
    }
}

impl ConsumerGroupTargetAssignmentMetadataKey {
    /// The `i16` in front of the key in a coordinator's record.
    pub const RECORD_TYPE: i16 = 6;
}

/// ConsumerGroupTargetAssignmentMetadataValue, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupTargetAssignmentMetadataValue {
    /// `int32`.
    pub assignment_epoch: i32,
    /// `int64`, tag 0.
    pub assignment_timestamp: i64,
}

impl Message for ConsumerGroupTargetAssignmentMetadataValue {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerGroupTargetAssignmentMetadataValue", version, &Self::VERSIONS)?;
        let assignment_epoch =
            reader.read_i32("ConsumerGroupTargetAssignmentMetadataValue.assignment_epoch")?;
        let mut assignment_timestamp = 0;
        reader.read_tagged_fields("ConsumerGroupTargetAssignmentMetadataValue", &mut |tag, reader| {
            match tag {
                0 => {
                    assignment_timestamp =
                        reader.read_i64("ConsumerGroupTargetAssignmentMetadataValue.assignment_timestamp")?
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(Self { assignment_epoch, assignment_timestamp })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerGroupTargetAssignmentMetadataValue", version, &Self::VERSIONS)?;
        writer.write_i32(self.assignment_epoch);
        let tags = writer.start_tagged_fields();
        if self.assignment_timestamp != 0 {
            let tag = writer.start_tag(tags, 0);
            writer.write_i64(self.assignment_timestamp);
            writer.end_tag(tag, "ConsumerGroupTargetAssignmentMetadataValue.assignment_timestamp")?;
        }
        Ok(())
    }
}
