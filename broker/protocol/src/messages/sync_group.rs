//! SyncGroup (API key 14), versions 0 to 5, flexible since version 4.
//!
//! Written by `tidemill-protocol-generator` from `schemas/sync_group.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupRequest {
    /// `string`.
    pub group_id: String,
    /// `int32`.
    pub generation_id: i32,
    /// `string`.
    pub member_id: String,
    /// `string` in versions 3 to 5, or null; default null.
    pub group_instance_id: Option<String>,
    /// `string` in version 5, or null; default null; dropped elsewhere.
    pub protocol_type: Option<String>,
    /// `string` in version 5, or null; default null; dropped elsewhere.
    pub protocol_name: Option<String>,
    /// `[]SyncGroupRequestAssignment`.
    pub assignments: Vec<SyncGroupRequestAssignment>,
}

impl Message for SyncGroupRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("SyncGroupRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let group_id = reader.read_string(flexible, "SyncGroupRequest.group_id")?;
        let generation_id = reader.read_i32("SyncGroupRequest.generation_id")?;
        let member_id = reader.read_string(flexible, "SyncGroupRequest.member_id")?;
        let group_instance_id = if version >= 3 {
            reader.read_nullable_string(flexible, "SyncGroupRequest.group_instance_id")?
        } else {
            None
        };
        let protocol_type = if version == 5 {
            reader.read_nullable_string(flexible, "SyncGroupRequest.protocol_type")?
        } else {
            None
        };
        let protocol_name = if version == 5 {
            reader.read_nullable_string(flexible, "SyncGroupRequest.protocol_name")?
        } else {
            None
        };
        let assignments = reader.read_array(flexible, 3, "SyncGroupRequest.assignments", |reader| {
            SyncGroupRequestAssignment::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("SyncGroupRequest")?;
        }
        Ok(Self {
            group_id,
            generation_id,
            member_id,
            group_instance_id,
            protocol_type,
            protocol_name,
            assignments,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("SyncGroupRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        writer.write_string(flexible, &self.group_id, "SyncGroupRequest.group_id")?;
        writer.write_i32(self.generation_id);
        writer.write_string(flexible, &self.member_id, "SyncGroupRequest.member_id")?;
        if version >= 3 {
            writer.write_nullable_string(
                flexible,
                self.group_instance_id.as_deref(),
                "SyncGroupRequest.group_instance_id",
            )?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::not_in_version("SyncGroupRequest.group_instance_id", version));
        }
        if version == 5 {
            writer.write_nullable_string(
                flexible,
                self.protocol_type.as_deref(),
                "SyncGroupRequest.protocol_type",
            )?;
        }
        if version == 5 {
            writer.write_nullable_string(
                flexible,
                self.protocol_name.as_deref(),
                "SyncGroupRequest.protocol_name",
            )?;
        }
        writer.write_array(
            flexible,
            &self.assignments,
            "SyncGroupRequest.assignments",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`SyncGroupRequest`], versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupRequestAssignment {
    /// `string`.
    pub member_id: String,
    /// `bytes`.
    pub assignment: Bytes,
}

impl SyncGroupRequestAssignment {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let member_id = reader.read_string(flexible, "SyncGroupRequestAssignment.member_id")?;
        let assignment = reader.read_bytes(flexible, "SyncGroupRequestAssignment.assignment")?;
        if flexible {
            reader.skip_tagged_fields("SyncGroupRequestAssignment")?;
        }
        Ok(Self { member_id, assignment })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_string(flexible, &self.member_id, "SyncGroupRequestAssignment.member_id")?;
        writer.write_bytes(flexible, &self.assignment, "SyncGroupRequestAssignment.assignment")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for SyncGroupRequest {
    const API_KEY: ApiKey = ApiKey::SyncGroup;
    const FLEXIBLE_SINCE: i16 = 4;
    type Response = SyncGroupResponse;
}

/// Response, versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupResponse {
    /// `int32` in versions 1 to 5; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string` in version 5, or null; default null; dropped elsewhere.
    pub protocol_type: Option<String>,
    /// `string` in version 5, or null; default null; dropped elsewhere.
    pub protocol_name: Option<String>,
    /// `bytes`.
    pub assignment: Bytes,
}

impl Message for SyncGroupResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("SyncGroupResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let throttle_time_ms =
            if version >= 1 { reader.read_i32("SyncGroupResponse.throttle_time_ms")? } else { 0 };
        let error_code = reader.read_i16("SyncGroupResponse.error_code")?;
        let protocol_type = if version == 5 {
            reader.read_nullable_string(flexible, "SyncGroupResponse.protocol_type")?
        } else {
            None
        };
        let protocol_name = if version == 5 {
            reader.read_nullable_string(flexible, "SyncGroupResponse.protocol_name")?
        } else {
            None
        };
        let assignment = reader.read_bytes(flexible, "SyncGroupResponse.assignment")?;
        if flexible {
            reader.skip_tagged_fields("SyncGroupResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code, protocol_type, protocol_name, assignment })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("SyncGroupResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        if version >= 1 {
            writer.write_i32(self.throttle_time_ms);
        }
        writer.write_i16(self.error_code);
        if version == 5 {
            writer.write_nullable_string(
                flexible,
                self.protocol_type.as_deref(),
                "SyncGroupResponse.protocol_type",
            )?;
        }
        if version == 5 {
            writer.write_nullable_string(
                flexible,
                self.protocol_name.as_deref(),
                "SyncGroupResponse.protocol_name",
            )?;
        }
        writer.write_bytes(flexible, &self.assignment, "SyncGroupResponse.assignment")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
