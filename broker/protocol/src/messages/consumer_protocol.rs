//! Values kept in bytes: ConsumerProtocolSubscription, ConsumerProtocolAssignment.
//!
//! Written by `tidemill-protocol-generator` from `schemas/consumer_protocol.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{DecodeError, EncodeError, Message, Reader, Writer};

/// ConsumerProtocolSubscription, versions 0 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerProtocolSubscription {
    /// `[]string`.
    pub topics: Vec<String>,
    /// `bytes`, or null; default null.
    pub user_data: Option<Bytes>,
    /// `[]ConsumerProtocolSubscriptionTopicPartition` in versions 1 to 3; dropped elsewhere.
    pub owned_partitions: Vec<ConsumerProtocolSubscriptionTopicPartition>,
    /// `int32` in versions 2 to 3; default -1; dropped elsewhere.
    pub generation_id: i32,
    /// `string` in version 3, or null; default null; dropped elsewhere.
    pub rack_id: Option<String>,
}

impl Default for ConsumerProtocolSubscription {
    fn default() -> Self {
        Self {
            topics: Vec::new(),
            user_data: None,
            owned_partitions: Vec::new(),
            generation_id: -1,
            rack_id: None,
        }
    }
}

impl Message for ConsumerProtocolSubscription {
    const VERSIONS: RangeInclusive<i16> = 0..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerProtocolSubscription", version, &Self::VERSIONS)?;
        let topics = reader.read_array(false, 2, "ConsumerProtocolSubscription.topics", |reader| {
            reader.read_string(false, "ConsumerProtocolSubscription.topics")
        })?;
        let user_data = reader.read_nullable_bytes(false, "ConsumerProtocolSubscription.user_data")?;
        let owned_partitions = if version >= 1 {
            reader.read_array(
                false,
                6,
                "ConsumerProtocolSubscription.owned_partitions",
                ConsumerProtocolSubscriptionTopicPartition::decode,
            )?
        } else {
            Vec::new()
        };
        let generation_id =
            if version >= 2 { reader.read_i32("ConsumerProtocolSubscription.generation_id")? } else { -1 };
        let rack_id = if version == 3 {
            reader.read_nullable_string(false, "ConsumerProtocolSubscription.rack_id")?
        } else {
            None
        };
        Ok(Self { topics, user_data, owned_partitions, generation_id, rack_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerProtocolSubscription", version, &Self::VERSIONS)?;
        writer.write_array(
            false,
            &self.topics,
            "ConsumerProtocolSubscription.topics",
            |writer, element| writer.write_string(false, element, "ConsumerProtocolSubscription.topics"),
        )?;
        writer.write_nullable_bytes(
            false,
            self.user_data.as_ref(),
            "ConsumerProtocolSubscription.user_data",
        )?;
        if version >= 1 {
            writer.write_array(
                false,
                &self.owned_partitions,
                "ConsumerProtocolSubscription.owned_partitions",
                |writer, element| element.encode(writer),
            )?;
        }
        if version >= 2 {
            writer.write_i32(self.generation_id);
        }
        if version == 3 {
            writer.write_nullable_string(
                false,
                self.rack_id.as_deref(),
                "ConsumerProtocolSubscription.rack_id",
            )?;
        }
        Ok(())
    }
}

/// Part of [`ConsumerProtocolSubscription`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerProtocolSubscriptionTopicPartition {
    /// `string`.
    pub topic: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl ConsumerProtocolSubscriptionTopicPartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic = reader.read_string(false, "ConsumerProtocolSubscriptionTopicPartition.topic")?;
        let partitions = reader.read_array(
            false,
            4,
            "ConsumerProtocolSubscriptionTopicPartition.partitions",
            |reader| reader.read_i32("ConsumerProtocolSubscriptionTopicPartition.partitions"),
        )?;
        Ok(Self { topic, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(false, &self.topic, "ConsumerProtocolSubscriptionTopicPartition.topic")?;
        writer.write_array(
            false,
            &self.partitions,
            "ConsumerProtocolSubscriptionTopicPartition.partitions",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        Ok(())
    }
}

/// ConsumerProtocolAssignment, versions 0 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerProtocolAssignment {
    /// `[]ConsumerProtocolAssignmentTopicPartition`.
    pub assigned_partitions: Vec<ConsumerProtocolAssignmentTopicPartition>,
    /// `bytes`, or null; default null.
    pub user_data: Option<Bytes>,
}

impl Message for ConsumerProtocolAssignment {
    const VERSIONS: RangeInclusive<i16> = 0..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ConsumerProtocolAssignment", version, &Self::VERSIONS)?;
        let assigned_partitions = reader.read_array(
            false,
            6,
            "ConsumerProtocolAssignment.assigned_partitions",
            ConsumerProtocolAssignmentTopicPartition::decode,
        )?;
        let user_data = reader.read_nullable_bytes(false, "ConsumerProtocolAssignment.user_data")?;
        Ok(Self { assigned_partitions, user_data })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ConsumerProtocolAssignment", version, &Self::VERSIONS)?;
        writer.write_array(
            false,
            &self.assigned_partitions,
            "ConsumerProtocolAssignment.assigned_partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_nullable_bytes(
            false,
            self.user_data.as_ref(),
            "ConsumerProtocolAssignment.user_data",
        )?;
        Ok(())
    }
}

/// Part of [`ConsumerProtocolAssignment`], versions 0 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerProtocolAssignmentTopicPartition {
    /// `string`.
    pub topic: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl ConsumerProtocolAssignmentTopicPartition {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic = reader.read_string(false, "ConsumerProtocolAssignmentTopicPartition.topic")?;
        let partitions =
            reader.read_array(false, 4, "ConsumerProtocolAssignmentTopicPartition.partitions", |reader| {
                reader.read_i32("ConsumerProtocolAssignmentTopicPartition.partitions")
            })?;
        Ok(Self { topic, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(false, &self.topic, "ConsumerProtocolAssignmentTopicPartition.topic")?;
        writer.write_array(
            false,
            &self.partitions,
            "ConsumerProtocolAssignmentTopicPartition.partitions",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        Ok(())
    }
}
