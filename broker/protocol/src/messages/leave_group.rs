//! LeaveGroup (API key 13), versions 0 to 5, flexible since version 4.
//!
//! Written by `tidemill-protocol-generator` from `schemas/leave_group.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaveGroupRequest {
    /// `string`.
    pub group_id: String,
    /// `string` in versions 0 to 2.
    pub member_id: String,
    /// `[]MemberIdentity` in versions 3 to 5.
    pub members: Vec<MemberIdentity>,
}

impl Message for LeaveGroupRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("LeaveGroupRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let group_id = reader.read_string(flexible, "LeaveGroupRequest.group_id")?;
        let member_id = if version <= 2 {
            reader.read_string(flexible, "LeaveGroupRequest.member_id")?
        } else {
            String::new()
        };
        let members = if version >= 3 {
            reader.read_array(flexible, 3, "LeaveGroupRequest.members", |reader| {
                MemberIdentity::decode(reader, version)
            })?
        } else {
            Vec::new()
        };
        if flexible {
            reader.skip_tagged_fields("LeaveGroupRequest")?;
        }
        Ok(Self { group_id, member_id, members })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("LeaveGroupRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        writer.write_string(flexible, &self.group_id, "LeaveGroupRequest.group_id")?;
        if version <= 2 {
            writer.write_string(flexible, &self.member_id, "LeaveGroupRequest.member_id")?;
        } else if !self.member_id.is_empty() {
            return Err(EncodeError::not_in_version("LeaveGroupRequest.member_id", version));
        }
        if version >= 3 {
            writer.write_array(flexible, &self.members, "LeaveGroupRequest.members", |writer, element| {
                element.encode(writer, version)
            })?;
        } else if !self.members.is_empty() {
            return Err(EncodeError::not_in_version("LeaveGroupRequest.members", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`LeaveGroupRequest`], versions 3 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemberIdentity {
    /// `string`.
    pub member_id: String,
    /// `string`, or null; default null.
    pub group_instance_id: Option<String>,
    /// `string` in version 5, or null; default null; dropped elsewhere.
    pub reason: Option<String>,
}

impl MemberIdentity {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let member_id = reader.read_string(flexible, "MemberIdentity.member_id")?;
        let group_instance_id = reader.read_nullable_string(flexible, "MemberIdentity.group_instance_id")?;
        let reason =
            if version == 5 { reader.read_nullable_string(flexible, "MemberIdentity.reason")? } else { None };
        if flexible {
            reader.skip_tagged_fields("MemberIdentity")?;
        }
        Ok(Self { member_id, group_instance_id, reason })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_string(flexible, &self.member_id, "MemberIdentity.member_id")?;
        writer.write_nullable_string(
            flexible,
            self.group_instance_id.as_deref(),
            "MemberIdentity.group_instance_id",
        )?;
        if version == 5 {
            writer.write_nullable_string(flexible, self.reason.as_deref(), "MemberIdentity.reason")?;
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for LeaveGroupRequest {
    const API_KEY: ApiKey = ApiKey::LeaveGroup;
    const FLEXIBLE_SINCE: i16 = 4;
    type Response = LeaveGroupResponse;
}

/// Response, versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaveGroupResponse {
    /// `int32` in versions 1 to 5; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `[]MemberResponse` in versions 3 to 5.
    pub members: Vec<MemberResponse>,
}

impl Message for LeaveGroupResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("LeaveGroupResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let throttle_time_ms =
            if version >= 1 { reader.read_i32("LeaveGroupResponse.throttle_time_ms")? } else { 0 };
        let error_code = reader.read_i16("LeaveGroupResponse.error_code")?;
        let members = if version >= 3 {
            reader.read_array(flexible, 5, "LeaveGroupResponse.members", |reader| {
                MemberResponse::decode(reader, version)
            })?
        } else {
            Vec::new()
        };
        if flexible {
            reader.skip_tagged_fields("LeaveGroupResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code, members })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("LeaveGroupResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        if version >= 1 {
            writer.write_i32(self.throttle_time_ms);
        }
        writer.write_i16(self.error_code);
        if version >= 3 {
            writer.write_array(
                flexible,
                &self.members,
                "LeaveGroupResponse.members",
                |writer, element| element.encode(writer, version),
            )?;
        } else if !self.members.is_empty() {
            return Err(EncodeError::not_in_version("LeaveGroupResponse.members", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`LeaveGroupResponse`], versions 3 to 5.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberResponse {
    /// `string`.
    pub member_id: String,
    /// `string`, or null.
    pub group_instance_id: Option<String>,
    /// `int16`.
    pub error_code: i16,
}

impl Default for MemberResponse {
    fn default() -> Self {
        Self { member_id: String::new(), group_instance_id: Some(String::new()), error_code: 0 }
    }
}

impl MemberResponse {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let member_id = reader.read_string(flexible, "MemberResponse.member_id")?;
        let group_instance_id = reader.read_nullable_string(flexible, "MemberResponse.group_instance_id")?;
        let error_code = reader.read_i16("MemberResponse.error_code")?;
        if flexible {
            reader.skip_tagged_fields("MemberResponse")?;
        }
        Ok(Self { member_id, group_instance_id, error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_string(flexible, &self.member_id, "MemberResponse.member_id")?;
        writer.write_nullable_string(
            flexible,
            self.group_instance_id.as_deref(),
            "MemberResponse.group_instance_id",
        )?;
        writer.write_i16(self.error_code);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
