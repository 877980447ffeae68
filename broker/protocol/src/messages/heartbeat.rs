//! Heartbeat (API key 12), versions 0 to 4, flexible since version 4.
//!
//! Written by `tidemill-protocol-generator` from `schemas/heartbeat.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeartbeatRequest {
    /// `string`.
    pub group_id: String,
    /// `int32`.
    pub generation_id: i32,
    /// `string`.
    pub member_id: String,
    /// `string` in versions 3 to 4, or null; default null.
    pub group_instance_id: Option<String>,
}

impl Message for HeartbeatRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("HeartbeatRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let group_id = reader.read_string(flexible, "HeartbeatRequest.group_id")?;
        let generation_id = reader.read_i32("HeartbeatRequest.generation_id")?;
        let member_id = reader.read_string(flexible, "HeartbeatRequest.member_id")?;
        let group_instance_id = if version >= 3 {
            reader.read_nullable_string(flexible, "HeartbeatRequest.group_instance_id")?
        } else {
            None
        };
        if flexible {
            reader.skip_tagged_fields("HeartbeatRequest")?;
        }
        Ok(Self { group_id, generation_id, member_id, group_instance_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("HeartbeatRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        writer.write_string(flexible, &self.group_id, "HeartbeatRequest.group_id")?;
        writer.write_i32(self.generation_id);
        writer.write_string(flexible, &self.member_id, "HeartbeatRequest.member_id")?;
        if version >= 3 {
            writer.write_nullable_string(
                flexible,
                self.group_instance_id.as_deref(),
                "HeartbeatRequest.group_instance_id",
            )?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::not_in_version("HeartbeatRequest.group_instance_id", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for HeartbeatRequest {
    const API_KEY: ApiKey = ApiKey::Heartbeat;
    const FLEXIBLE_SINCE: i16 = 4;
    type Response = HeartbeatResponse;
}

/// Response, versions 0 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeartbeatResponse {
    /// `int32` in versions 1 to 4; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
}

impl Message for HeartbeatResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("HeartbeatResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let throttle_time_ms =
            if version >= 1 { reader.read_i32("HeartbeatResponse.throttle_time_ms")? } else { 0 };
        let error_code = reader.read_i16("HeartbeatResponse.error_code")?;
        if flexible {
            reader.skip_tagged_fields("HeartbeatResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("HeartbeatResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        if version >= 1 {
            writer.write_i32(self.throttle_time_ms);
        }
        writer.write_i16(self.error_code);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
