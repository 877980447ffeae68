//! ElectLeaders (API key 43), versions 0 to 2, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/elect_leaders.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct ElectLeadersRequest {
    /// `int8` in versions 1 to 2.
    pub election_type: i8,
    /// `[]TopicPartitions`, or null.
    pub topic_partitions: Option<Vec<TopicPartitions>>,
    /// `int32`; default 60000.
    pub timeout_ms: i32,
}

impl Default for ElectLeadersRequest {
    fn default() -> Self {
        Self { election_type: 0, topic_partitions: Some(Vec::new()), timeout_ms: 60000 }
    }
}

impl Message for ElectLeadersRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ElectLeadersRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let election_type =
            if version >= 1 { reader.read_i8("ElectLeadersRequest.election_type")? } else { 0 };
        let topic_partitions =
            reader.read_nullable_array(flexible, 3, "ElectLeadersRequest.topic_partitions", |reader| {
                TopicPartitions::decode(reader, version)
            })?;
        let timeout_ms = reader.read_i32("ElectLeadersRequest.timeout_ms")?;
        if flexible {
            reader.skip_tagged_fields("ElectLeadersRequest")?;
        }
        Ok(Self { election_type, topic_partitions, timeout_ms })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ElectLeadersRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        if version >= 1 {
            writer.write_i8(self.election_type);
        } else if self.election_type != 0 {
            return Err(EncodeError::not_in_version("ElectLeadersRequest.election_type", version));
        }
        writer.write_nullable_array(
            flexible,
            self.topic_partitions.as_deref(),
            "ElectLeadersRequest.topic_partitions",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_i32(self.timeout_ms);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ElectLeadersRequest`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `string`.
    pub topic: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl TopicPartitions {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let topic = reader.read_string(flexible, "TopicPartitions.topic")?;
        let partitions = reader.read_array(flexible, 4, "TopicPartitions.partitions", |reader| {
            reader.read_i32("TopicPartitions.partitions")
        })?;
        if flexible {
            reader.skip_tagged_fields("TopicPartitions")?;
        }
        Ok(Self { topic, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.topic, "TopicPartitions.topic")?;
        writer.write_array(flexible, &self.partitions, "TopicPartitions.partitions", |writer, element| {
            writer.write_i32(*element);
            Ok(())
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for ElectLeadersRequest {
    const API_KEY: ApiKey = ApiKey::ElectLeaders;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = ElectLeadersResponse;
}

/// Response, versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ElectLeadersResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16` in versions 1 to 2.
    pub error_code: i16,
    /// `[]ReplicaElectionResult`.
    pub replica_election_results: Vec<ReplicaElectionResult>,
}

impl Message for ElectLeadersResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ElectLeadersResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let throttle_time_ms = reader.read_i32("ElectLeadersResponse.throttle_time_ms")?;
        let error_code = if version >= 1 { reader.read_i16("ElectLeadersResponse.error_code")? } else { 0 };
        let replica_election_results =
            reader.read_array(flexible, 3, "ElectLeadersResponse.replica_election_results", |reader| {
                ReplicaElectionResult::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("ElectLeadersResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code, replica_election_results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ElectLeadersResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i32(self.throttle_time_ms);
        if version >= 1 {
            writer.write_i16(self.error_code);
        } else if self.error_code != 0 {
            return Err(EncodeError::not_in_version("ElectLeadersResponse.error_code", version));
        }
        writer.write_array(
            flexible,
            &self.replica_election_results,
            "ElectLeadersResponse.replica_election_results",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ElectLeadersResponse`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReplicaElectionResult {
    /// `string`.
    pub topic: String,
    /// `[]PartitionResult`.
    pub partition_result: Vec<PartitionResult>,
}

impl ReplicaElectionResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let topic = reader.read_string(flexible, "ReplicaElectionResult.topic")?;
        let partition_result =
            reader.read_array(flexible, 8, "ReplicaElectionResult.partition_result", |reader| {
                PartitionResult::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("ReplicaElectionResult")?;
        }
        Ok(Self { topic, partition_result })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.topic, "ReplicaElectionResult.topic")?;
        writer.write_array(
            flexible,
            &self.partition_result,
            "ReplicaElectionResult.partition_result",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ElectLeadersResponse`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionResult {
    /// `int32`.
    pub partition_id: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
}

impl Default for PartitionResult {
    fn default() -> Self {
        Self { partition_id: 0, error_code: 0, error_message: Some(String::new()) }
    }
}

impl PartitionResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let partition_id = reader.read_i32("PartitionResult.partition_id")?;
        let error_code = reader.read_i16("PartitionResult.error_code")?;
        let error_message = reader.read_nullable_string(flexible, "PartitionResult.error_message")?;
        if flexible {
            reader.skip_tagged_fields("PartitionResult")?;
        }
        Ok(Self { partition_id, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i32(self.partition_id);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "PartitionResult.error_message",
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
