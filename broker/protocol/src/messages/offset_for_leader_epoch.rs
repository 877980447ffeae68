//! OffsetForLeaderEpoch (API key 23), versions 2 to 4, flexible since version 4.
//!
//! Written by `tidemill-protocol-generator` from `schemas/offset_for_leader_epoch.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 2 to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetForLeaderEpochRequest {
    /// `int32` in versions 3 to 4; default -2; dropped elsewhere.
    pub replica_id: i32,
    /// `[]OffsetForLeaderTopic`.
    pub topics: Vec<OffsetForLeaderTopic>,
}

impl Default for OffsetForLeaderEpochRequest {
    fn default() -> Self {
        Self { replica_id: -2, topics: Vec::new() }
    }
}

impl Message for OffsetForLeaderEpochRequest {
    const VERSIONS: RangeInclusive<i16> = 2..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("OffsetForLeaderEpochRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let replica_id =
            if version >= 3 { reader.read_i32("OffsetForLeaderEpochRequest.replica_id")? } else { -2 };
        let topics = reader.read_array(flexible, 3, "OffsetForLeaderEpochRequest.topics", |reader| {
            OffsetForLeaderTopic::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("OffsetForLeaderEpochRequest")?;
        }
        Ok(Self { replica_id, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("OffsetForLeaderEpochRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        if version >= 3 {
            writer.write_i32(self.replica_id);
        }
        writer.write_array(
            flexible,
            &self.topics,
            "OffsetForLeaderEpochRequest.topics",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetForLeaderEpochRequest`], versions 2 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetForLeaderTopic {
    /// `string`.
    pub topic: String,
    /// `[]OffsetForLeaderPartition`.
    pub partitions: Vec<OffsetForLeaderPartition>,
}

impl OffsetForLeaderTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let topic = reader.read_string(flexible, "OffsetForLeaderTopic.topic")?;
        let partitions = reader.read_array(flexible, 12, "OffsetForLeaderTopic.partitions", |reader| {
            OffsetForLeaderPartition::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("OffsetForLeaderTopic")?;
        }
        Ok(Self { topic, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_string(flexible, &self.topic, "OffsetForLeaderTopic.topic")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "OffsetForLeaderTopic.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetForLeaderEpochRequest`], versions 2 to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetForLeaderPartition {
    /// `int32`.
    pub partition: i32,
    /// `int32`; default -1.
    pub current_leader_epoch: i32,
    /// `int32`.
    pub leader_epoch: i32,
}

impl Default for OffsetForLeaderPartition {
    fn default() -> Self {
        Self { partition: 0, current_leader_epoch: -1, leader_epoch: 0 }
    }
}

impl OffsetForLeaderPartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let partition = reader.read_i32("OffsetForLeaderPartition.partition")?;
        let current_leader_epoch = reader.read_i32("OffsetForLeaderPartition.current_leader_epoch")?;
        let leader_epoch = reader.read_i32("OffsetForLeaderPartition.leader_epoch")?;
        if flexible {
            reader.skip_tagged_fields("OffsetForLeaderPartition")?;
        }
        Ok(Self { partition, current_leader_epoch, leader_epoch })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_i32(self.partition);
        writer.write_i32(self.current_leader_epoch);
        writer.write_i32(self.leader_epoch);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for OffsetForLeaderEpochRequest {
    const API_KEY: ApiKey = ApiKey::OffsetForLeaderEpoch;
    const FLEXIBLE_SINCE: i16 = 4;
    type Response = OffsetForLeaderEpochResponse;
}

/// Response, versions 2 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetForLeaderEpochResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]OffsetForLeaderTopicResult`.
    pub topics: Vec<OffsetForLeaderTopicResult>,
}

impl Message for OffsetForLeaderEpochResponse {
    const VERSIONS: RangeInclusive<i16> = 2..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("OffsetForLeaderEpochResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let throttle_time_ms = reader.read_i32("OffsetForLeaderEpochResponse.throttle_time_ms")?;
        let topics = reader.read_array(flexible, 3, "OffsetForLeaderEpochResponse.topics", |reader| {
            OffsetForLeaderTopicResult::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("OffsetForLeaderEpochResponse")?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("OffsetForLeaderEpochResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            flexible,
            &self.topics,
            "OffsetForLeaderEpochResponse.topics",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetForLeaderEpochResponse`], versions 2 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetForLeaderTopicResult {
    /// `string`.
    pub topic: String,
    /// `[]EpochEndOffset`.
    pub partitions: Vec<EpochEndOffset>,
}

impl OffsetForLeaderTopicResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let topic = reader.read_string(flexible, "OffsetForLeaderTopicResult.topic")?;
        let partitions =
            reader.read_array(flexible, 18, "OffsetForLeaderTopicResult.partitions", |reader| {
                EpochEndOffset::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("OffsetForLeaderTopicResult")?;
        }
        Ok(Self { topic, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_string(flexible, &self.topic, "OffsetForLeaderTopicResult.topic")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "OffsetForLeaderTopicResult.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`OffsetForLeaderEpochResponse`], versions 2 to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochEndOffset {
    /// `int16`.
    pub error_code: i16,
    /// `int32`.
    pub partition: i32,
    /// `int32`; default -1.
    pub leader_epoch: i32,
    /// `int64`; default -1.
    pub end_offset: i64,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self { error_code: 0, partition: 0, leader_epoch: -1, end_offset: -1 }
    }
}

impl EpochEndOffset {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let error_code = reader.read_i16("EpochEndOffset.error_code")?;
        let partition = reader.read_i32("EpochEndOffset.partition")?;
        let leader_epoch = reader.read_i32("EpochEndOffset.leader_epoch")?;
        let end_offset = reader.read_i64("EpochEndOffset.end_offset")?;
        if flexible {
            reader.skip_tagged_fields("EpochEndOffset")?;
        }
        Ok(Self { error_code, partition, leader_epoch, end_offset })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_i16(self.error_code);
        writer.write_i32(self.partition);
        writer.write_i32(self.leader_epoch);
        writer.write_i64(self.end_offset);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
