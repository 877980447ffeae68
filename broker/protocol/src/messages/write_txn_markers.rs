//! WriteTxnMarkers (API key 27), versions 1 to 2, flexible since version 1.
//!
//! Written by `tidemill-protocol-generator` from `schemas/write_txn_markers.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WriteTxnMarkersRequest {
    /// `[]WritableTxnMarker`.
    pub markers: Vec<WritableTxnMarker>,
}

impl Message for WriteTxnMarkersRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("WriteTxnMarkersRequest", version, &Self::VERSIONS)?;
        let markers = reader.read_array(true, 17, "WriteTxnMarkersRequest.markers", |reader| {
            WritableTxnMarker::decode(reader, version)
        })?;
        reader.skip_tagged_fields("WriteTxnMarkersRequest")?;
        Ok(Self { markers })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("WriteTxnMarkersRequest", version, &Self::VERSIONS)?;
        writer.write_array(true, &self.markers, "WriteTxnMarkersRequest.markers", |writer, element| {
            element.encode(writer, version)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`WriteTxnMarkersRequest`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarker {
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `bool`.
    pub transaction_result: bool,
    /// `[]WritableTxnMarkerTopic`.
    pub topics: Vec<WritableTxnMarkerTopic>,
    /// `int32`.
    pub coordinator_epoch: i32,
    /// `int8` in version 2; dropped elsewhere.
    pub transaction_version: i8,
}

impl WritableTxnMarker {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let producer_id = reader.read_i64("WritableTxnMarker.producer_id")?;
        let producer_epoch = reader.read_i16("WritableTxnMarker.producer_epoch")?;
        let transaction_result = reader.read_bool("WritableTxnMarker.transaction_result")?;
        let topics =
            reader.read_array(true, 3, "WritableTxnMarker.topics", WritableTxnMarkerTopic::decode)?;
        let coordinator_epoch = reader.read_i32("WritableTxnMarker.coordinator_epoch")?;
        let transaction_version =
            if version == 2 { reader.read_i8("WritableTxnMarker.transaction_version")? } else { 0 };
        reader.skip_tagged_fields("WritableTxnMarker")?;
        Ok(Self {
            producer_id,
            producer_epoch,
            transaction_result,
            topics,
            coordinator_epoch,
            transaction_version,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_i64(self.producer_id);
        writer.write_i16(self.producer_epoch);
        writer.write_bool(self.transaction_result);
        writer.write_array(true, &self.topics, "WritableTxnMarker.topics", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_i32(self.coordinator_epoch);
        if version == 2 {
            writer.write_i8(self.transaction_version);
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`WriteTxnMarkersRequest`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarkerTopic {
    /// `string`.
    pub name: String,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
}

impl WritableTxnMarkerTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "WritableTxnMarkerTopic.name")?;
        let partition_indexes =
            reader.read_array(true, 4, "WritableTxnMarkerTopic.partition_indexes", |reader| {
                reader.read_i32("WritableTxnMarkerTopic.partition_indexes")
            })?;
        reader.skip_tagged_fields("WritableTxnMarkerTopic")?;
        Ok(Self { name, partition_indexes })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "WritableTxnMarkerTopic.name")?;
        writer.write_array(
            true,
            &self.partition_indexes,
            "WritableTxnMarkerTopic.partition_indexes",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for WriteTxnMarkersRequest {
    const API_KEY: ApiKey = ApiKey::WriteTxnMarkers;
    const FLEXIBLE_SINCE: i16 = 1;
    type Response = WriteTxnMarkersResponse;
}

/// Response, versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WriteTxnMarkersResponse {
    /// `[]WritableTxnMarkerResult`.
    pub markers: Vec<WritableTxnMarkerResult>,
}

impl Message for WriteTxnMarkersResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("WriteTxnMarkersResponse", version, &Self::VERSIONS)?;
        let markers = reader.read_array(
            true,
            10,
            "WriteTxnMarkersResponse.markers",
            WritableTxnMarkerResult::decode,
        )?;
        reader.skip_tagged_fields("WriteTxnMarkersResponse")?;
        Ok(Self { markers })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("WriteTxnMarkersResponse", version, &Self::VERSIONS)?;
        writer.write_array(true, &self.markers, "WriteTxnMarkersResponse.markers", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`WriteTxnMarkersResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarkerResult {
    /// `int64`.
    pub producer_id: i64,
    /// `[]WritableTxnMarkerTopicResult`.
    pub topics: Vec<WritableTxnMarkerTopicResult>,
}

impl WritableTxnMarkerResult {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let producer_id = reader.read_i64("WritableTxnMarkerResult.producer_id")?;
        let topics = reader.read_array(
            true,
            3,
            "WritableTxnMarkerResult.topics",
            WritableTxnMarkerTopicResult::decode,
        )?;
        reader.skip_tagged_fields("WritableTxnMarkerResult")?;
        Ok(Self { producer_id, topics })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i64(self.producer_id);
        writer.write_array(true, &self.topics, "WritableTxnMarkerResult.topics", |writer, element| {
            element.encode(writer)
        })?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`WriteTxnMarkersResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarkerTopicResult {
    /// `string`.
    pub name: String,
    /// `[]WritableTxnMarkerPartitionResult`.
    pub partitions: Vec<WritableTxnMarkerPartitionResult>,
}

impl WritableTxnMarkerTopicResult {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "WritableTxnMarkerTopicResult.name")?;
        let partitions = reader.read_array(
            true,
            7,
            "WritableTxnMarkerTopicResult.partitions",
            WritableTxnMarkerPartitionResult::decode,
        )?;
        reader.skip_tagged_fields("WritableTxnMarkerTopicResult")?;
        Ok(Self { name, partitions })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "WritableTxnMarkerTopicResult.name")?;
        writer.write_array(
            true,
            &self.partitions,
            "WritableTxnMarkerTopicResult.partitions",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`WriteTxnMarkersResponse`], versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarkerPartitionResult {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
}

impl WritableTxnMarkerPartitionResult {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let partition_index = reader.read_i32("WritableTxnMarkerPartitionResult.partition_index")?;
        let error_code = reader.read_i16("WritableTxnMarkerPartitionResult.error_code")?;
        reader.skip_tagged_fields("WritableTxnMarkerPartitionResult")?;
        Ok(Self { partition_index, error_code })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_i32(self.partition_index);
        writer.write_i16(self.error_code);
        writer.write_no_tagged_fields();
        Ok(())
    }
}
