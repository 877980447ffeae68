//! DescribeProducers (API key 61), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_producers.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeProducersRequest {
    /// `[]TopicRequest`.
    pub topics: Vec<TopicRequest>,
}

impl Message for DescribeProducersRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeProducersRequest", version, &Self::VERSIONS)?;
        let topics = reader.read_array(true, 3, "DescribeProducersRequest.topics", TopicRequest::decode)?;
        reader.skip_tagged_fields("DescribeProducersRequest")?;
        Ok(Self { topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeProducersRequest", version, &Self::VERSIONS)?;
        writer.write_array(true, &self.topics, "DescribeProducersRequest.topics", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeProducersRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicRequest {
    /// `string`.
    pub name: String,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
}

impl TopicRequest {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "TopicRequest.name")?;
        let partition_indexes = reader.read_array(true, 4, "TopicRequest.partition_indexes", |reader| {
            reader.read_i32("TopicRequest.partition_indexes")
        })?;
        reader.skip_tagged_fields("TopicRequest")?;
        Ok(Self { name, partition_indexes })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "TopicRequest.name")?;
        writer.write_array(
            true,
            &self.partition_indexes,
            "TopicRequest.partition_indexes",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for DescribeProducersRequest {
    const API_KEY: ApiKey = ApiKey::DescribeProducers;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = DescribeProducersResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeProducersResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]TopicResponse`.
    pub topics: Vec<TopicResponse>,
}

impl Message for DescribeProducersResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeProducersResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("DescribeProducersResponse.throttle_time_ms")?;
        let topics = reader.read_array(true, 3, "DescribeProducersResponse.topics", TopicResponse::decode)?;
        reader.skip_tagged_fields("DescribeProducersResponse")?;
        Ok(Self { throttle_time_ms, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeProducersResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(true, &self.topics, "DescribeProducersResponse.topics", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeProducersResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicResponse {
    /// `string`.
    pub name: String,
    /// `[]PartitionResponse`.
    pub partitions: Vec<PartitionResponse>,
}

impl TopicResponse {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "TopicResponse.name")?;
        let partitions = reader.read_array(true, 9, "TopicResponse.partitions", PartitionResponse::decode)?;
        reader.skip_tagged_fields("TopicResponse")?;
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "TopicResponse.name")?;
        writer.write_array(true, &self.partitions, "TopicResponse.partitions", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeProducersResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionResponse {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
    /// `[]ProducerState`.
    pub active_producers: Vec<ProducerState>,
}

impl PartitionResponse {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("PartitionResponse.partition_index")?;
        let error_code = reader.read_i16("PartitionResponse.error_code")?;
        let error_message = reader.read_nullable_string(true, "PartitionResponse.error_message")?;
        let active_producers =
            reader.read_array(true, 37, "PartitionResponse.active_producers", ProducerState::decode)?;
        reader.skip_tagged_fields("PartitionResponse")?;
        Ok(Self { partition_index, error_code, error_message, active_producers })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "PartitionResponse.error_message",
        )?;
        writer.write_array(
            true,
            &self.active_producers,
            "PartitionResponse.active_producers",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeProducersResponse`], version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct ProducerState {
    /// `int64`.
    pub producer_id: i64,
    /// `int32`.
    pub producer_epoch: i32,
    /// `int32`; default -1.
    pub last_sequence: i32,
    /// `int64`; default -1.
    pub last_timestamp: i64,
    /// `int32`.
    pub coordinator_epoch: i32,
    /// `int64`; default -1.
    pub current_txn_start_offset: i64,
}

impl Default for ProducerState {
    fn default() -> Self {
        Self {
            producer_id: 0,
            producer_epoch: 0,
            last_sequence: -1,
            last_timestamp: -1,
            coordinator_epoch: 0,
            current_txn_start_offset: -1,
        }
    }
}

impl ProducerState {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let producer_id = reader.read_i64("ProducerState.producer_id")?;
        let producer_epoch = reader.read_i32("ProducerState.producer_epoch")?;
        let last_sequence = reader.read_i32("ProducerState.last_sequence")?;
        let last_timestamp = reader.read_i64("ProducerState.last_timestamp")?;
        let coordinator_epoch = reader.read_i32("ProducerState.coordinator_epoch")?;
        let current_txn_start_offset = reader.read_i64("ProducerState.current_txn_start_offset")?;
        reader.skip_tagged_fields("ProducerState")?;
        Ok(Self {
            producer_id,
            producer_epoch,
            last_sequence,
            last_timestamp,
            coordinator_epoch,
            current_txn_start_offset,
        })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i64(self.producer_id);
        writer.write_i32(self.producer_epoch);
        writer.write_i32(self.last_sequence);
        writer.write_i64(self.last_timestamp);
        writer.write_i32(self.coordinator_epoch);
        writer.write_i64(self.current_txn_start_offset);
        writer.write_no_tagged_fields();
        Ok(())
    }
}
