//! DeleteShareGroupOffsets (API key 92), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/delete_share_group_offsets.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsRequest {
    /// `string`.
    pub group_id: String,
    /// `[]DeleteShareGroupOffsetsRequestTopic`.
    pub topics: Vec<DeleteShareGroupOffsetsRequestTopic>,
}

impl Message for DeleteShareGroupOffsetsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DeleteShareGroupOffsetsRequest", version, &Self::VERSIONS)?;
        let group_id = reader.read_string(true, "DeleteShareGroupOffsetsRequest.group_id")?;
        let topics = reader.read_array(
            true,
            2,
            "DeleteShareGroupOffsetsRequest.topics",
            DeleteShareGroupOffsetsRequestTopic::decode,
        )?;
        reader.skip_tagged_fields("DeleteShareGroupOffsetsRequest")?;
        Ok(Self { group_id, topics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DeleteShareGroupOffsetsRequest", version, &Self::VERSIONS)?;
        writer.write_string(true, &self.group_id, "DeleteShareGroupOffsetsRequest.group_id")?;
        writer.write_array(
            true,
            &self.topics,
            "DeleteShareGroupOffsetsRequest.topics",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DeleteShareGroupOffsetsRequest`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsRequestTopic {
    /// `string`.
    pub topic_name: String,
}

impl DeleteShareGroupOffsetsRequestTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_name = reader.read_string(true, "DeleteShareGroupOffsetsRequestTopic.topic_name")?;
        reader.skip_tagged_fields("DeleteShareGroupOffsetsRequestTopic")?;
        Ok(Self { topic_name })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic_name, "DeleteShareGroupOffsetsRequestTopic.topic_name")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for DeleteShareGroupOffsetsRequest {
    const API_KEY: ApiKey = ApiKey::DeleteShareGroupOffsets;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = DeleteShareGroupOffsetsResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
    /// `[]DeleteShareGroupOffsetsResponseTopic`.
    pub responses: Vec<DeleteShareGroupOffsetsResponseTopic>,
}

impl Message for DeleteShareGroupOffsetsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DeleteShareGroupOffsetsResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("DeleteShareGroupOffsetsResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("DeleteShareGroupOffsetsResponse.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "DeleteShareGroupOffsetsResponse.error_message")?;
        let responses = reader.read_array(
            true,
            21,
            "DeleteShareGroupOffsetsResponse.responses",
            DeleteShareGroupOffsetsResponseTopic::decode,
        )?;
        reader.skip_tagged_fields("DeleteShareGroupOffsetsResponse")?;
        Ok(Self { throttle_time_ms, error_code, error_message, responses })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DeleteShareGroupOffsetsResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "DeleteShareGroupOffsetsResponse.error_message",
        )?;
        writer.write_array(
            true,
            &self.responses,
            "DeleteShareGroupOffsetsResponse.responses",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DeleteShareGroupOffsetsResponse`], version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteShareGroupOffsetsResponseTopic {
    /// `string`.
    pub topic_name: String,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
}

impl DeleteShareGroupOffsetsResponseTopic {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let topic_name = reader.read_string(true, "DeleteShareGroupOffsetsResponseTopic.topic_name")?;
        let topic_id = reader.read_uuid("DeleteShareGroupOffsetsResponseTopic.topic_id")?;
        let error_code = reader.read_i16("DeleteShareGroupOffsetsResponseTopic.error_code")?;
        let error_message =
            reader.read_nullable_string(true, "DeleteShareGroupOffsetsResponseTopic.error_message")?;
        reader.skip_tagged_fields("DeleteShareGroupOffsetsResponseTopic")?;
        Ok(Self { topic_name, topic_id, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.topic_name, "DeleteShareGroupOffsetsResponseTopic.topic_name")?;
        writer.write_uuid(self.topic_id);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "DeleteShareGroupOffsetsResponseTopic.error_message",
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
