//! DescribeTransactions (API key 65), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_transactions.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTransactionsRequest {
    /// `[]string`.
    pub transactional_ids: Vec<String>,
}

impl Message for DescribeTransactionsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeTransactionsRequest", version, &Self::VERSIONS)?;
        let transactional_ids =
            reader.read_array(true, 1, "DescribeTransactionsRequest.transactional_ids", |reader| {
                reader.read_string(true, "DescribeTransactionsRequest.transactional_ids")
            })?;
        reader.skip_tagged_fields("DescribeTransactionsRequest")?;
        Ok(Self { transactional_ids })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeTransactionsRequest", version, &Self::VERSIONS)?;
        writer.write_array(
            true,
            &self.transactional_ids,
            "DescribeTransactionsRequest.transactional_ids",
            |writer, element| {
                writer.write_string(true, element, "DescribeTransactionsRequest.transactional_ids")
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for DescribeTransactionsRequest {
    const API_KEY: ApiKey = ApiKey::DescribeTransactions;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = DescribeTransactionsResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTransactionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]TransactionState`.
    pub transaction_states: Vec<TransactionState>,
}

impl Message for DescribeTransactionsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeTransactionsResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("DescribeTransactionsResponse.throttle_time_ms")?;
        let transaction_states = reader.read_array(
            true,
            28,
            "DescribeTransactionsResponse.transaction_states",
            TransactionState::decode,
        )?;
        reader.skip_tagged_fields("DescribeTransactionsResponse")?;
        Ok(Self { throttle_time_ms, transaction_states })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeTransactionsResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            true,
            &self.transaction_states,
            "DescribeTransactionsResponse.transaction_states",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeTransactionsResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransactionState {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub transactional_id: String,
    /// `string`.
    pub transaction_state: String,
    /// `int32`.
    pub transaction_timeout_ms: i32,
    /// `int64`.
    pub transaction_start_time_ms: i64,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `[]TopicData`.
    pub topics: Vec<TopicData>,
}

impl TransactionState {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let error_code = reader.read_i16("TransactionState.error_code")?;
        let transactional_id = reader.read_string(true, "TransactionState.transactional_id")?;
        let transaction_state = reader.read_string(true, "TransactionState.transaction_state")?;
        let transaction_timeout_ms = reader.read_i32("TransactionState.transaction_timeout_ms")?;
        let transaction_start_time_ms = reader.read_i64("TransactionState.transaction_start_time_ms")?;
        let producer_id = reader.read_i64("TransactionState.producer_id")?;
        let producer_epoch = reader.read_i16("TransactionState.producer_epoch")?;
        let topics = reader.read_array(true, 3, "TransactionState.topics", TopicData::decode)?;
        reader.skip_tagged_fields("TransactionState")?;
        Ok(Self {
            error_code,
            transactional_id,
            transaction_state,
            transaction_timeout_ms,
            transaction_start_time_ms,
            producer_id,
            producer_epoch,
            topics,
        })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i16(self.error_code);
        writer.write_string(true, &self.transactional_id, "TransactionState.transactional_id")?;
        writer.write_string(true, &self.transaction_state, "TransactionState.transaction_state")?;
        writer.write_i32(self.transaction_timeout_ms);
        writer.write_i64(self.transaction_start_time_ms);
        writer.write_i64(self.producer_id);
        writer.write_i16(self.producer_epoch);
        writer.write_array(true, &self.topics, "TransactionState.topics", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeTransactionsResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicData {
    /// `string`.
    pub topic: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl TopicData {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic = reader.read_string(true, "TopicData.topic")?;
        let partitions = reader
            .read_array(true, 4, "TopicData.partitions", |reader| reader.read_i32("TopicData.partitions"))?;
        reader.skip_tagged_fields("TopicData")?;
        Ok(Self { topic, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic, "TopicData.topic")?;
        writer.write_array(true, &self.partitions, "TopicData.partitions", |writer, element| {
            writer.write_i32(*element);
            Ok(())
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
