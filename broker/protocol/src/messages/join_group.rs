//! JoinGroup (API key 11), versions 0 to 9, flexible since version 6.
//!
//! Written by `tidemill-protocol-generator` from `schemas/join_group.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 9.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinGroupRequest {
    /// `string`.
    pub group_id: String,
    /// `int32`.
    pub session_timeout_ms: i32,
    /// `int32` in versions 1 to 9; default -1; dropped elsewhere.
    pub rebalance_timeout_ms: i32,
    /// `string`.
    pub member_id: String,
    /// `string` in versions 5 to 9, or null; default null.
    pub group_instance_id: Option<String>,
    /// `string`.
    pub protocol_type: String,
    /// `[]JoinGroupRequestProtocol`.
    pub protocols: Vec<JoinGroupRequestProtocol>,
    /// `string` in versions 8 to 9, or null; default null; dropped elsewhere.
    pub reason: Option<String>,
}

impl Default for JoinGroupRequest {
    fn default() -> Self {
        Self {
            group_id: String::new(),
            session_timeout_ms: 0,
            rebalance_timeout_ms: -1,
            member_id: String::new(),
            group_instance_id: None,
            protocol_type: String::new(),
            protocols: Vec::new(),
            reason: None,
        }
    }
}

impl Message for JoinGroupRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=9;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("JoinGroupRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        let group_id = reader.read_string(flexible, "JoinGroupRequest.group_id")?;
        let session_timeout_ms = reader.read_i32("JoinGroupRequest.session_timeout_ms")?;
        let rebalance_timeout_ms =
            if version >= 1 { reader.read_i32("JoinGroupRequest.rebalance_timeout_ms")? } else { -1 };
        let member_id = reader.read_string(flexible, "JoinGroupRequest.member_id")?;
        let group_instance_id = if version >= 5 {
            reader.read_nullable_string(flexible, "JoinGroupRequest.group_instance_id")?
        } else {
            None
        };
        let protocol_type = reader.read_string(flexible, "JoinGroupRequest.protocol_type")?;
        let protocols = reader.read_array(flexible, 3, "JoinGroupRequest.protocols", |reader| {
            JoinGroupRequestProtocol::decode(reader, version)
        })?;
        let reason = if version >= 8 {
            reader.read_nullable_string(flexible, "JoinGroupRequest.reason")?
        } else {
            None
        };
        if flexible {
            reader.skip_tagged_fields("JoinGroupRequest")?;
        }
        Ok(Self {
            group_id,
            session_timeout_ms,
            rebalance_timeout_ms,
            member_id,
            group_instance_id,
            protocol_type,
            protocols,
            reason,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("JoinGroupRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        writer.write_string(flexible, &self.group_id, "JoinGroupRequest.group_id")?;
        writer.write_i32(self.session_timeout_ms);
        if version >= 1 {
            writer.write_i32(self.rebalance_timeout_ms);
        }
        writer.write_string(flexible, &self.member_id, "JoinGroupRequest.member_id")?;
        if version >= 5 {
            writer.write_nullable_string(
                flexible,
                self.group_instance_id.as_deref(),
                "JoinGroupRequest.group_instance_id",
            )?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::not_in_version("JoinGroupRequest.group_instance_id", version));
        }
        writer.write_string(flexible, &self.protocol_type, "JoinGroupRequest.protocol_type")?;
        writer.write_array(flexible, &self.protocols, "JoinGroupRequest.protocols", |writer, element| {
            element.encode(writer, version)
        })?;
        if version >= 8 {
            writer.write_nullable_string(flexible, self.reason.as_deref(), "JoinGroupRequest.reason")?;
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`JoinGroupRequest`], versions 0 to 9.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JoinGroupRequestProtocol {
    /// `string`.
    pub name: String,
    /// `bytes`.
    pub metadata: Bytes,
}

impl JoinGroupRequestProtocol {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let name = reader.read_string(flexible, "JoinGroupRequestProtocol.name")?;
        let metadata = reader.read_bytes(flexible, "JoinGroupRequestProtocol.metadata")?;
        if flexible {
            reader.skip_tagged_fields("JoinGroupRequestProtocol")?;
        }
        Ok(Self { name, metadata })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        writer.write_string(flexible, &self.name, "JoinGroupRequestProtocol.name")?;
        writer.write_bytes(flexible, &self.metadata, "JoinGroupRequestProtocol.metadata")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for JoinGroupRequest {
    const API_KEY: ApiKey = ApiKey::JoinGroup;
    const FLEXIBLE_SINCE: i16 = 6;
    type Response = JoinGroupResponse;
}

/// Response, versions 0 to 9.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinGroupResponse {
    /// `int32` in versions 2 to 9; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `int32`; default -1.
    pub generation_id: i32,
    /// `string` in versions 7 to 9, or null; default null; dropped elsewhere.
    pub protocol_type: Option<String>,
    /// `string`, or null in versions 7 to 9.
    pub protocol_name: Option<String>,
    /// `string`.
    pub leader: String,
    /// `bool` in version 9.
    pub skip_assignment: bool,
    /// `string`.
    pub member_id: String,
    /// `[]JoinGroupResponseMember`.
    pub members: Vec<JoinGroupResponseMember>,
}

impl Default for JoinGroupResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            generation_id: -1,
            protocol_type: None,
            protocol_name: Some(String::new()),
            leader: String::new(),
            skip_assignment: false,
            member_id: String::new(),
            members: Vec::new(),
        }
    }
}

impl Message for JoinGroupResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=9;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("JoinGroupResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        let throttle_time_ms =
            if version >= 2 { reader.read_i32("JoinGroupResponse.throttle_time_ms")? } else { 0 };
        let error_code = reader.read_i16("JoinGroupResponse.error_code")?;
        let generation_id = reader.read_i32("JoinGroupResponse.generation_id")?;
        let protocol_type = if version >= 7 {
            reader.read_nullable_string(flexible, "JoinGroupResponse.protocol_type")?
        } else {
            None
        };
        let protocol_name = if version >= 7 {
            reader.read_nullable_string(flexible, "JoinGroupResponse.protocol_name")?
        } else {
            Some(reader.read_string(flexible, "JoinGroupResponse.protocol_name")?)
        };
        let leader = reader.read_string(flexible, "JoinGroupResponse.leader")?;
        let skip_assignment =
            if version == 9 { reader.read_bool("JoinGroupResponse.skip_assignment")? } else { false };
        let member_id = reader.read_string(flexible, "JoinGroupResponse.member_id")?;
        let members = reader.read_array(flexible, 4, "JoinGroupResponse.members", |reader| {
            JoinGroupResponseMember::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("JoinGroupResponse")?;
        }
        Ok(Self {
            throttle_time_ms,
            error_code,
            generation_id,
            protocol_type,
            protocol_name,
            leader,
            skip_assignment,
            member_id,
            members,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("JoinGroupResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 6;
        if version >= 2 {
            writer.write_i32(self.throttle_time_ms);
        }
        writer.write_i16(self.error_code);
        writer.write_i32(self.generation_id);
        if version >= 7 {
            writer.write_nullable_string(
                flexible,
                self.protocol_type.as_deref(),
                "JoinGroupResponse.protocol_type",
            )?;
        }
        if version < 7 && self.protocol_name.is_none() {
            return Err(EncodeError::null_not_allowed("JoinGroupResponse.protocol_name", version));
        }
        writer.write_nullable_string(
            flexible,
            self.protocol_name.as_deref(),
            "JoinGroupResponse.protocol_name",
        )?;
        writer.write_string(flexible, &self.leader, "JoinGroupResponse.leader")?;
        if version == 9 {
            writer.write_bool(self.skip_assignment);
        } else if self.skip_assignment {
            return Err(EncodeError::not_in_version("JoinGroupResponse.skip_assignment", version));
        }
        writer.write_string(flexible, &self.member_id, "JoinGroupResponse.member_id")?;
        writer.write_array(flexible, &self.members, "JoinGroupResponse.members", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`JoinGroupResponse`], versions 0 to 9.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JoinGroupResponseMember {
    /// `string`.
    pub member_id: String,
    /// `string` in versions 5 to 9, or null; default null; dropped elsewhere.
    pub group_instance_id: Option<String>,
    /// `bytes`.
    pub metadata: Bytes,
}

impl JoinGroupResponseMember {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        let member_id = reader.read_string(flexible, "JoinGroupResponseMember.member_id")?;
        let group_instance_id = if version >= 5 {
            reader.read_nullable_string(flexible, "JoinGroupResponseMember.group_instance_id")?
        } else {
            None
        };
        let metadata = reader.read_bytes(flexible, "JoinGroupResponseMember.metadata")?;
        if flexible {
            reader.skip_tagged_fields("JoinGroupResponseMember")?;
        }
        Ok(Self { member_id, group_instance_id, metadata })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        writer.write_string(flexible, &self.member_id, "JoinGroupResponseMember.member_id")?;
        if version >= 5 {
            writer.write_nullable_string(
                flexible,
                self.group_instance_id.as_deref(),
                "JoinGroupResponseMember.group_instance_id",
            )?;
        }
        writer.write_bytes(flexible, &self.metadata, "JoinGroupResponseMember.metadata")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
