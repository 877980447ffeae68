//! TxnOffsetCommit (API key 28), versions 0 to 5, flexible since version 3.
//!
//! Written by `tidemill-protocol-generator` from `schemas/txn_offset_commit.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 5.
#[derive(Debug, Clone, PartialEq)]
pub struct TxnOffsetCommitRequest {
    /// `string`.
    pub transactional_id: String,
    /// `string`.
    pub group_id: String,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `int32` in versions 3 to 5; default -1.
    pub generation_id: i32,
    /// `string` in versions 3 to 5.
    pub member_id: String,
    /// `string` in versions 3 to 5, or null; default null.
    pub group_instance_id: Option<String>,
    /// `[]TxnOffsetCommitRequestTopic`.
    pub topics: Vec<TxnOffsetCommitRequestTopic>,
}

impl Default for TxnOffsetCommitRequest {
    fn default() -> Self {
        Self {
            transactional_id: String::new(),
            group_id: String::new(),
            producer_id: 0,
            producer_epoch: 0,
            generation_id: -1,
            member_id: String::new(),
            group_instance_id: None,
            topics: Vec::new(),
        }
    }
}

impl Message for TxnOffsetCommitRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("TxnOffsetCommitRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let transactional_id = reader.read_string(flexible, "TxnOffsetCommitRequest.transactional_id")?;
        let group_id = reader.read_string(flexible, "TxnOffsetCommitRequest.group_id")?;
        let producer_id = reader.read_i64("TxnOffsetCommitRequest.producer_id")?;
        let producer_epoch = reader.read_i16("TxnOffsetCommitRequest.producer_epoch")?;
        let generation_id =
            if version >= 3 { reader.read_i32("TxnOffsetCommitRequest.generation_id")? } else { -1 };
        let member_id = if version >= 3 {
            reader.read_string(flexible, "TxnOffsetCommitRequest.member_id")?
        } else {
            String::new()
        };
        let group_instance_id = if version >= 3 {
            reader.read_nullable_string(flexible, "TxnOffsetCommitRequest.group_instance_id")?
        } else {
            None
        };
        let topics = reader.read_array(flexible, 3, "TxnOffsetCommitRequest.topics", |reader| {
            TxnOffsetCommitRequestTopic::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("TxnOffsetCommitRequest")?;
        }
        Ok(Self {
            transactional_id,
            group_id,
            producer_id,
            producer_epoch,
            generation_id,
            member_id,
            group_instance_id,
            topics,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("TxnOffsetCommitRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        writer.write_string(flexible, &self.transactional_id, "TxnOffsetCommitRequest.transactional_id")?;
        writer.write_string(flexible, &self.group_id, "TxnOffsetCommitRequest.group_id")?;
        writer.write_i64(self.producer_id);
        writer.write_i16(self.producer_epoch);
        if version >= 3 {
            writer.write_i32(self.generation_id);
        } else if self.generation_id != -1 {
            return Err(EncodeError::not_in_version("TxnOffsetCommitRequest.generation_id", version));
        }
        if version >= 3 {
            writer.write_string(flexible, &self.member_id, "TxnOffsetCommitRequest.member_id")?;
        } else if !self.member_id.is_empty() {
            return Err(EncodeError::not_in_version("TxnOffsetCommitRequest.member_id", version));
        }
        if version >= 3 {
            writer.write_nullable_string(
                flexible,
                self.group_instance_id.as_deref(),
                "TxnOffsetCommitRequest.group_instance_id",
            )?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::not_in_version("TxnOffsetCommitRequest.group_instance_id", version));
        }
        writer.write_array(flexible, &self.topics, "TxnOffsetCommitRequest.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`TxnOffsetCommitRequest`], versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitRequestTopic {
    /// `string`.
    pub name: String,
    /// `[]TxnOffsetCommitRequestPartition`.
    pub partitions: Vec<TxnOffsetCommitRequestPartition>,
}

impl TxnOffsetCommitRequestTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let name = reader.read_string(flexible, "TxnOffsetCommitRequestTopic.name")?;
        let partitions =
            reader.read_array(flexible, 14, "TxnOffsetCommitRequestTopic.partitions", |reader| {
                TxnOffsetCommitRequestPartition::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("TxnOffsetCommitRequestTopic")?;
        }
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        writer.write_string(flexible, &self.name, "TxnOffsetCommitRequestTopic.name")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "TxnOffsetCommitRequestTopic.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`TxnOffsetCommitRequest`], versions 0 to 5.
#[derive(Debug, Clone, PartialEq)]
pub struct TxnOffsetCommitRequestPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub committed_offset: i64,
    /// `int32` in versions 2 to 5; default -1; dropped elsewhere.
    pub committed_leader_epoch: i32,
    /// `string`, or null.
    pub committed_metadata: Option<String>,
}

impl Default for TxnOffsetCommitRequestPartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            committed_metadata: Some(String::new()),
        }
    }
}

impl TxnOffsetCommitRequestPartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let partition_index = reader.read_i32("TxnOffsetCommitRequestPartition.partition_index")?;
        let committed_offset = reader.read_i64("TxnOffsetCommitRequestPartition.committed_offset")?;
        let committed_leader_epoch = if version >= 2 {
            reader.read_i32("TxnOffsetCommitRequestPartition.committed_leader_epoch")?
        } else {
            -1
        };
        let committed_metadata =
            reader.read_nullable_string(flexible, "TxnOffsetCommitRequestPartition.committed_metadata")?;
        if flexible {
            reader.skip_tagged_fields("TxnOffsetCommitRequestPartition")?;
        }
        Ok(Self { partition_index, committed_offset, committed_leader_epoch, committed_metadata })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        writer.write_i32(self.partition_index);
        writer.write_i64(self.committed_offset);
        if version >= 2 {
            writer.write_i32(self.committed_leader_epoch);
        }
        writer.write_nullable_string(
            flexible,
            self.committed_metadata.as_deref(),
            "TxnOffsetCommitRequestPartition.committed_metadata",
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for TxnOffsetCommitRequest {
    const API_KEY: ApiKey = ApiKey::TxnOffsetCommit;
    const FLEXIBLE_SINCE: i16 = 3;
    type Response = TxnOffsetCommitResponse;
}

/// Response, versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]TxnOffsetCommitResponseTopic`.
    pub topics: Vec<TxnOffsetCommitResponseTopic>,
}

impl Message for TxnOffsetCommitResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("TxnOffsetCommitResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let throttle_time_ms = reader.read_i32("TxnOffsetCommitResponse.throttle_time_ms")?;
        let topics = reader.read_array(flexible, 3, "TxnOffsetCommitResponse.topics", |reader| {
            TxnOffsetCommitResponseTopic::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("TxnOffsetCommitResponse")?;
        }
        Ok(Self { throttle_time_ms, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("TxnOffsetCommitResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(flexible, &self.topics, "TxnOffsetCommitResponse.topics", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`TxnOffsetCommitResponse`], versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitResponseTopic {
    /// `string`.
    pub name: String,
    /// `[]TxnOffsetCommitResponsePartition`.
    pub partitions: Vec<TxnOffsetCommitResponsePartition>,
}

impl TxnOffsetCommitResponseTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let name = reader.read_string(flexible, "TxnOffsetCommitResponseTopic.name")?;
        let partitions =
            reader.read_array(flexible, 6, "TxnOffsetCommitResponseTopic.partitions", |reader| {
                TxnOffsetCommitResponsePartition::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("TxnOffsetCommitResponseTopic")?;
        }
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        writer.write_string(flexible, &self.name, "TxnOffsetCommitResponseTopic.name")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "TxnOffsetCommitResponseTopic.partitions",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`TxnOffsetCommitResponse`], versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
}

impl TxnOffsetCommitResponsePartition {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let partition_index = reader.read_i32("TxnOffsetCommitResponsePartition.partition_index")?;
        let error_code = reader.read_i16("TxnOffsetCommitResponsePartition.error_code")?;
        if flexible {
            reader.skip_tagged_fields("TxnOffsetCommitResponsePartition")?;
        }
        Ok(Self { partition_index, error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
