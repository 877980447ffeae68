//! AddPartitionsToTxn (API key 24), versions 0 to 5, flexible since version 3.
//!
//! Written by `tidemill-protocol-generator` from `schemas/add_partitions_to_txn.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnRequest {
    /// `[]AddPartitionsToTxnTransaction` in versions 4 to 5.
    pub transactions: Vec<AddPartitionsToTxnTransaction>,
    /// `string` in versions 0 to 3.
    pub v3_and_below_transactional_id: String,
    /// `int64` in versions 0 to 3.
    pub v3_and_below_producer_id: i64,
    /// `int16` in versions 0 to 3.
    pub v3_and_below_producer_epoch: i16,
    /// `[]AddPartitionsToTxnTopic` in versions 0 to 3.
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic>,
}

impl Message for AddPartitionsToTxnRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AddPartitionsToTxnRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let transactions = if version >= 4 {
            reader.read_array(flexible, 14, "AddPartitionsToTxnRequest.transactions", |reader| {
                AddPartitionsToTxnTransaction::decode(reader, version)
            })?
        } else {
            Vec::new()
        };
        let v3_and_below_transactional_id = if version <= 3 {
            reader.read_string(flexible, "AddPartitionsToTxnRequest.v3_and_below_transactional_id")?
        } else {
            String::new()
        };
        let v3_and_below_producer_id = if version <= 3 {
            reader.read_i64("AddPartitionsToTxnRequest.v3_and_below_producer_id")?
        } else {
            0
        };
        let v3_and_below_producer_epoch = if version <= 3 {
            reader.read_i16("AddPartitionsToTxnRequest.v3_and_below_producer_epoch")?
        } else {
            0
        };
        let v3_and_below_topics = if version <= 3 {
            reader.read_array(flexible, 3, "AddPartitionsToTxnRequest.v3_and_below_topics", |reader| {
                AddPartitionsToTxnTopic::decode(reader, version)
            })?
        } else {
            Vec::new()
        };
        if flexible {
            reader.skip_tagged_fields("AddPartitionsToTxnRequest")?;
        }
        Ok(Self {
            transactions,
            v3_and_below_transactional_id,
            v3_and_below_producer_id,
            v3_and_below_producer_epoch,
            v3_and_below_topics,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AddPartitionsToTxnRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        if version >= 4 {
            writer.write_array(
                flexible,
                &self.transactions,
                "AddPartitionsToTxnRequest.transactions",
                |writer, element| element.encode(writer, version),
            )?;
        } else if !self.transactions.is_empty() {
            return Err(EncodeError::not_in_version("AddPartitionsToTxnRequest.transactions", version));
        }
        if version <= 3 {
            writer.write_string(
                flexible,
                &self.v3_and_below_transactional_id,
                "AddPartitionsToTxnRequest.v3_and_below_transactional_id",
            )?;
        } else if !self.v3_and_below_transactional_id.is_empty() {
            return Err(EncodeError::not_in_version(
                "AddPartitionsToTxnRequest.v3_and_below_transactional_id",
                version,
            ));
        }
        if version <= 3 {
            writer.write_i64(self.v3_and_below_producer_id);
        } else if self.v3_and_below_producer_id != 0 {
            return Err(EncodeError::not_in_version(
                "AddPartitionsToTxnRequest.v3_and_below_producer_id",
                version,
            ));
        }
        if version <= 3 {
            writer.write_i16(self.v3_and_below_producer_epoch);
        } else if self.v3_and_below_producer_epoch != 0 {
            return Err(EncodeError::not_in_version(
                "AddPartitionsToTxnRequest.v3_and_below_producer_epoch",
                version,
            ));
        }
        if version <= 3 {
            writer.write_array(
                flexible,
                &self.v3_and_below_topics,
                "AddPartitionsToTxnRequest.v3_and_below_topics",
                |writer, element| element.encode(writer, version),
            )?;
        } else if !self.v3_and_below_topics.is_empty() {
            return Err(EncodeError::not_in_version(
                "AddPartitionsToTxnRequest.v3_and_below_topics",
                version,
            ));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AddPartitionsToTxnRequest`], versions 4 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTransaction {
    /// `string`.
    pub transactional_id: String,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `bool`.
    pub verify_only: bool,
    /// `[]AddPartitionsToTxnTopic`.
    pub topics: Vec<AddPartitionsToTxnTopic>,
}

impl AddPartitionsToTxnTransaction {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let transactional_id = reader.read_string(true, "AddPartitionsToTxnTransaction.transactional_id")?;
        let producer_id = reader.read_i64("AddPartitionsToTxnTransaction.producer_id")?;
        let producer_epoch = reader.read_i16("AddPartitionsToTxnTransaction.producer_epoch")?;
        let verify_only = reader.read_bool("AddPartitionsToTxnTransaction.verify_only")?;
        let topics = reader.read_array(true, 3, "AddPartitionsToTxnTransaction.topics", |reader| {
            AddPartitionsToTxnTopic::decode(reader, version)
        })?;
        reader.skip_tagged_fields("AddPartitionsToTxnTransaction")?;
        Ok(Self { transactional_id, producer_id, producer_epoch, verify_only, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_string(
            true,
            &self.transactional_id,
            "AddPartitionsToTxnTransaction.transactional_id",
        )?;
        writer.write_i64(self.producer_id);
        writer.write_i16(self.producer_epoch);
        writer.write_bool(self.verify_only);
        writer.write_array(
            true,
            &self.topics,
            "AddPartitionsToTxnTransaction.topics",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AddPartitionsToTxnRequest`], versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTopic {
    /// `string`.
    pub name: String,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl AddPartitionsToTxnTopic {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let name = reader.read_string(flexible, "AddPartitionsToTxnTopic.name")?;
        let partitions = reader.read_array(flexible, 4, "AddPartitionsToTxnTopic.partitions", |reader| {
            reader.read_i32("AddPartitionsToTxnTopic.partitions")
        })?;
        if flexible {
            reader.skip_tagged_fields("AddPartitionsToTxnTopic")?;
        }
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        writer.write_string(flexible, &self.name, "AddPartitionsToTxnTopic.name")?;
        writer.write_array(
            flexible,
            &self.partitions,
            "AddPartitionsToTxnTopic.partitions",
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

impl Request for AddPartitionsToTxnRequest {
    const API_KEY: ApiKey = ApiKey::AddPartitionsToTxn;
    const FLEXIBLE_SINCE: i16 = 3;
    type Response = AddPartitionsToTxnResponse;
}

/// Response, versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16` in versions 4 to 5; dropped elsewhere.
    pub error_code: i16,
    /// `[]AddPartitionsToTxnResult` in versions 4 to 5.
    pub results_by_transaction: Vec<AddPartitionsToTxnResult>,
    /// `[]AddPartitionsToTxnTopicResult` in versions 0 to 3.
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult>,
}

impl Message for AddPartitionsToTxnResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AddPartitionsToTxnResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let throttle_time_ms = reader.read_i32("AddPartitionsToTxnResponse.throttle_time_ms")?;
        let error_code =
            if version >= 4 { reader.read_i16("AddPartitionsToTxnResponse.error_code")? } else { 0 };
        let results_by_transaction = if version >= 4 {
            reader.read_array(flexible, 3, "AddPartitionsToTxnResponse.results_by_transaction", |reader| {
                AddPartitionsToTxnResult::decode(reader, version)
            })?
        } else {
            Vec::new()
        };
        let results_by_topic_v3_and_below = if version <= 3 {
            reader.read_array(
                flexible,
                3,
                "AddPartitionsToTxnResponse.results_by_topic_v3_and_below",
                |reader| AddPartitionsToTxnTopicResult::decode(reader, version),
            )?
        } else {
            Vec::new()
        };
        if flexible {
            reader.skip_tagged_fields("AddPartitionsToTxnResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code, results_by_transaction, results_by_topic_v3_and_below })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AddPartitionsToTxnResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        writer.write_i32(self.throttle_time_ms);
        if version >= 4 {
            writer.write_i16(self.error_code);
        }
        if version >= 4 {
            writer.write_array(
                flexible,
                &self.results_by_transaction,
                "AddPartitionsToTxnResponse.results_by_transaction",
                |writer, element| element.encode(writer, version),
            )?;
        } else if !self.results_by_transaction.is_empty() {
            return Err(EncodeError::not_in_version(
                "AddPartitionsToTxnResponse.results_by_transaction",
                version,
            ));
        }
        if version <= 3 {
            writer.write_array(
                flexible,
                &self.results_by_topic_v3_and_below,
                "AddPartitionsToTxnResponse.results_by_topic_v3_and_below",
                |writer, element| element.encode(writer, version),
            )?;
        } else if !self.results_by_topic_v3_and_below.is_empty() {
            return Err(EncodeError::not_in_version(
                "AddPartitionsToTxnResponse.results_by_topic_v3_and_below",
                version,
            ));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AddPartitionsToTxnResponse`], versions 4 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnResult {
    /// `string`.
    pub transactional_id: String,
    /// `[]AddPartitionsToTxnTopicResult`.
    pub topic_results: Vec<AddPartitionsToTxnTopicResult>,
}

impl AddPartitionsToTxnResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let transactional_id = reader.read_string(true, "AddPartitionsToTxnResult.transactional_id")?;
        let topic_results =
            reader.read_array(true, 3, "AddPartitionsToTxnResult.topic_results", |reader| {
                AddPartitionsToTxnTopicResult::decode(reader, version)
            })?;
        reader.skip_tagged_fields("AddPartitionsToTxnResult")?;
        Ok(Self { transactional_id, topic_results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_string(true, &self.transactional_id, "AddPartitionsToTxnResult.transactional_id")?;
        writer.write_array(
            true,
            &self.topic_results,
            "AddPartitionsToTxnResult.topic_results",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`AddPartitionsToTxnResponse`], versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTopicResult {
    /// `string`.
    pub name: String,
    /// `[]AddPartitionsToTxnPartitionResult`.
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
}

impl AddPartitionsToTxnTopicResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let name = reader.read_string(flexible, "AddPartitionsToTxnTopicResult.name")?;
        let results_by_partition = reader.read_array(
            flexible,
            6,
            "AddPartitionsToTxnTopicResult.results_by_partition",
            |reader| AddPartitionsToTxnPartitionResult::decode(reader, version),
        )?;
        if flexible {
            reader.skip_tagged_fields("AddPartitionsToTxnTopicResult")?;
        }
        Ok(Self { name, results_by_partition })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        writer.write_string(flexible, &self.name, "AddPartitionsToTxnTopicResult.name")?;
        writer.write_array(
            flexible,
            &self.results_by_partition,
            "AddPartitionsToTxnTopicResult.results_by_partition",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AddPartitionsToTxnResponse`], versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnPartitionResult {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub partition_error_code: i16,
}

impl AddPartitionsToTxnPartitionResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let partition_index = reader.read_i32("AddPartitionsToTxnPartitionResult.partition_index")?;
        let partition_error_code =
            reader.read_i16("AddPartitionsToTxnPartitionResult.partition_error_code")?;
        if flexible {
            reader.skip_tagged_fields("AddPartitionsToTxnPartitionResult")?;
        }
        Ok(Self { partition_index, partition_error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        writer.write_i32(self.partition_index);
        writer.write_i16(self.partition_error_code);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
