//! DeleteTopics (API key 20), versions 1 to 6, flexible since version 4.
//!
//! Written by `tidemill-protocol-generator` from `schemas/delete_topics.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, versions 1 to 6.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicsRequest {
    /// `[]DeleteTopicState` in version 6.
    pub topics: Vec<DeleteTopicState>,
    /// `[]string` in versions 1 to 5; dropped elsewhere.
    pub topic_names: Vec<String>,
    /// `int32`.
    pub timeout_ms: i32,
}

impl Message for DeleteTopicsRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=6;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DeleteTopicsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let topics = if version == 6 {
            reader.read_array(flexible, 18, "DeleteTopicsRequest.topics", DeleteTopicState::decode)?
        } else {
            Vec::new()
        };
        let topic_names = if version <= 5 {
            reader.read_array(flexible, 1, "DeleteTopicsRequest.topic_names", |reader| {
                reader.read_string(flexible, "DeleteTopicsRequest.topic_names")
            })?
        } else {
            Vec::new()
        };
        let timeout_ms = reader.read_i32("DeleteTopicsRequest.timeout_ms")?;
        if flexible {
            reader.skip_tagged_fields("DeleteTopicsRequest")?;
        }
        Ok(Self { topics, topic_names, timeout_ms })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DeleteTopicsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        if version == 6 {
            writer.write_array(flexible, &self.topics, "DeleteTopicsRequest.topics", |writer, element| {
                element.encode(writer)
            })?;
        } else if !self.topics.is_empty() {
            return Err(EncodeError::not_in_version("DeleteTopicsRequest.topics", version));
        }
        if version <= 5 {
            writer.write_array(
                flexible,
                &self.topic_names,
                "DeleteTopicsRequest.topic_names",
                |writer, element| writer.write_string(flexible, element, "DeleteTopicsRequest.topic_names"),
            )?;
        }
        writer.write_i32(self.timeout_ms);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DeleteTopicsRequest`], version 6.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicState {
    /// `string`, or null; default null.
    pub name: Option<String>,
    /// `uuid`.
    pub topic_id: Uuid,
}

impl DeleteTopicState {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_nullable_string(true, "DeleteTopicState.name")?;
        let topic_id = reader.read_uuid("DeleteTopicState.topic_id")?;
        reader.skip_tagged_fields("DeleteTopicState")?;
        Ok(Self { name, topic_id })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_nullable_string(true, self.name.as_deref(), "DeleteTopicState.name")?;
        writer.write_uuid(self.topic_id);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for DeleteTopicsRequest {
    const API_KEY: ApiKey = ApiKey::DeleteTopics;
    const FLEXIBLE_SINCE: i16 = 4;
    type Response = DeleteTopicsResponse;
}

/// Response, versions 1 to 6.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DeletableTopicResult`.
    pub responses: Vec<DeletableTopicResult>,
}

impl Message for DeleteTopicsResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=6;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DeleteTopicsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let throttle_time_ms = reader.read_i32("DeleteTopicsResponse.throttle_time_ms")?;
        let responses = reader.read_array(flexible, 4, "DeleteTopicsResponse.responses", |reader| {
            DeletableTopicResult::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DeleteTopicsResponse")?;
        }
        Ok(Self { throttle_time_ms, responses })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DeleteTopicsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            flexible,
            &self.responses,
            "DeleteTopicsResponse.responses",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DeleteTopicsResponse`], versions 1 to 6.
#[derive(Debug, Clone, PartialEq)]
pub struct DeletableTopicResult {
    /// `string`, or null in version 6.
    pub name: Option<String>,
    /// `uuid` in version 6; dropped elsewhere.
    pub topic_id: Uuid,
    /// `int16`.
    pub error_code: i16,
    /// `string` in versions 5 to 6, or null; default null; dropped elsewhere.
    pub error_message: Option<String>,
}

impl Default for DeletableTopicResult {
    fn default() -> Self {
        Self { name: Some(String::new()), topic_id: Uuid::ZERO, error_code: 0, error_message: None }
    }
}

impl DeletableTopicResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let name = if version == 6 {
            reader.read_nullable_string(flexible, "DeletableTopicResult.name")?
        } else {
            Some(reader.read_string(flexible, "DeletableTopicResult.name")?)
        };
        let topic_id =
            if version == 6 { reader.read_uuid("DeletableTopicResult.topic_id")? } else { Uuid::ZERO };
        let error_code = reader.read_i16("DeletableTopicResult.error_code")?;
        let error_message = if version >= 5 {
            reader.read_nullable_string(flexible, "DeletableTopicResult.error_message")?
        } else {
            None
        };
        if flexible {
            reader.skip_tagged_fields("DeletableTopicResult")?;
        }
        Ok(Self { name, topic_id, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        if version != 6 && self.name.is_none() {
            return Err(EncodeError::null_not_allowed("DeletableTopicResult.name", version));
        }
        writer.write_nullable_string(flexible, self.name.as_deref(), "DeletableTopicResult.name")?;
        if version == 6 {
            writer.write_uuid(self.topic_id);
        }
        writer.write_i16(self.error_code);
        if version >= 5 {
            writer.write_nullable_string(
                flexible,
                self.error_message.as_deref(),
                "DeletableTopicResult.error_message",
            )?;
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
