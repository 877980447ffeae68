//! DescribeGroups (API key 15), versions 0 to 6, flexible since version 5.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_groups.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 6.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeGroupsRequest {
    /// `[]string`.
    pub groups: Vec<String>,
    /// `bool` in versions 3 to 6.
    pub include_authorized_operations: bool,
}

impl Message for DescribeGroupsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=6;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeGroupsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 5;
        let groups = reader.read_array(flexible, 1, "DescribeGroupsRequest.groups", |reader| {
            reader.read_string(flexible, "DescribeGroupsRequest.groups")
        })?;
        let include_authorized_operations = if version >= 3 {
            reader.read_bool("DescribeGroupsRequest.include_authorized_operations")?
        } else {
            false
        };
        if flexible {
            reader.skip_tagged_fields("DescribeGroupsRequest")?;
        }
        Ok(Self { groups, include_authorized_operations })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeGroupsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 5;
        writer.write_array(flexible, &self.groups, "DescribeGroupsRequest.groups", |writer, element| {
            writer.write_string(flexible, element, "DescribeGroupsRequest.groups")
        })?;
        if version >= 3 {
            writer.write_bool(self.include_authorized_operations);
        } else if self.include_authorized_operations {
            return Err(EncodeError::not_in_version(
                "DescribeGroupsRequest.include_authorized_operations",
                version,
            ));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for DescribeGroupsRequest {
    const API_KEY: ApiKey = ApiKey::DescribeGroups;
    const FLEXIBLE_SINCE: i16 = 5;
    type Response = DescribeGroupsResponse;
}

/// Response, versions 0 to 6.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeGroupsResponse {
    /// `int32` in versions 1 to 6; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `[]DescribedGroup`.
    pub groups: Vec<DescribedGroup>,
}

impl Message for DescribeGroupsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=6;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeGroupsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 5;
        let throttle_time_ms =
            if version >= 1 { reader.read_i32("DescribeGroupsResponse.throttle_time_ms")? } else { 0 };
        let groups = reader.read_array(flexible, 12, "DescribeGroupsResponse.groups", |reader| {
            DescribedGroup::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DescribeGroupsResponse")?;
        }
        Ok(Self { throttle_time_ms, groups })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeGroupsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 5;
        if version >= 1 {
            writer.write_i32(self.throttle_time_ms);
        }
        writer.write_array(flexible, &self.groups, "DescribeGroupsResponse.groups", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeGroupsResponse`], versions 0 to 6.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    /// `int16`.
    pub error_code: i16,
    /// `string` in version 6, or null; default null.
    pub error_message: Option<String>,
    /// `string`.
    pub group_id: String,
    /// `string`.
    pub group_state: String,
    /// `string`.
    pub protocol_type: String,
    /// `string`.
    pub protocol_data: String,
    /// `[]DescribedGroupMember`.
    pub members: Vec<DescribedGroupMember>,
    /// `int32` in versions 3 to 6; default -2147483648.
    pub authorized_operations: i32,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: String::new(),
            group_state: String::new(),
            protocol_type: String::new(),
            protocol_data: String::new(),
            members: Vec::new(),
            authorized_operations: -2147483648,
        }
    }
}

impl DescribedGroup {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let error_code = reader.read_i16("DescribedGroup.error_code")?;
        let error_message = if version == 6 {
            reader.read_nullable_string(flexible, "DescribedGroup.error_message")?
        } else {
            None
        };
        let group_id = reader.read_string(flexible, "DescribedGroup.group_id")?;
        let group_state = reader.read_string(flexible, "DescribedGroup.group_state")?;
        let protocol_type = reader.read_string(flexible, "DescribedGroup.protocol_type")?;
        let protocol_data = reader.read_string(flexible, "DescribedGroup.protocol_data")?;
        let members = reader.read_array(flexible, 7, "DescribedGroup.members", |reader| {
            DescribedGroupMember::decode(reader, version)
        })?;
        let authorized_operations =
            if version >= 3 { reader.read_i32("DescribedGroup.authorized_operations")? } else { -2147483648 };
        if flexible {
            reader.skip_tagged_fields("DescribedGroup")?;
        }
        Ok(Self {
            error_code,
            error_message,
            group_id,
            group_state,
            protocol_type,
            protocol_data,
            members,
            authorized_operations,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        writer.write_i16(self.error_code);
        if version == 6 {
            writer.write_nullable_string(
                flexible,
                self.error_message.as_deref(),
                "DescribedGroup.error_message",
            )?;
        } else if self.error_message.is_some() {
            return Err(EncodeError::not_in_version("DescribedGroup.error_message", version));
        }
        writer.write_string(flexible, &self.group_id, "DescribedGroup.group_id")?;
        writer.write_string(flexible, &self.group_state, "DescribedGroup.group_state")?;
        writer.write_string(flexible, &self.protocol_type, "DescribedGroup.protocol_type")?;
        writer.write_string(flexible, &self.protocol_data, "DescribedGroup.protocol_data")?;
        writer.write_array(flexible, &self.members, "DescribedGroup.members", |writer, element| {
            element.encode(writer, version)
        })?;
        if version >= 3 {
            writer.write_i32(self.authorized_operations);
        } else if self.authorized_operations != -2147483648 {
            return Err(EncodeError::not_in_version("DescribedGroup.authorized_operations", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeGroupsResponse`], versions 0 to 6.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedGroupMember {
    /// `string`.
    pub member_id: String,
    /// `string` in versions 4 to 6, or null; default null; dropped elsewhere.
    pub group_instance_id: Option<String>,
    /// `string`.
    pub client_id: String,
    /// `string`.
    pub client_host: String,
    /// `bytes`.
    pub member_metadata: Bytes,
    /// `bytes`.
    pub member_assignment: Bytes,
}

impl DescribedGroupMember {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let member_id = reader.read_string(flexible, "DescribedGroupMember.member_id")?;
        let group_instance_id = if version >= 4 {
            reader.read_nullable_string(flexible, "DescribedGroupMember.group_instance_id")?
        } else {
            None
        };
        let client_id = reader.read_string(flexible, "DescribedGroupMember.client_id")?;
        let client_host = reader.read_string(flexible, "DescribedGroupMember.client_host")?;
        let member_metadata = reader.read_bytes(flexible, "DescribedGroupMember.member_metadata")?;
        let member_assignment = reader.read_bytes(flexible, "DescribedGroupMember.member_assignment")?;
        if flexible {
            reader.skip_tagged_fields("DescribedGroupMember")?;
        }
        Ok(Self { member_id, group_instance_id, client_id, client_host, member_metadata, member_assignment })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        writer.write_string(flexible, &self.member_id, "DescribedGroupMember.member_id")?;
        if version >= 4 {
            writer.write_nullable_string(
                flexible,
                self.group_instance_id.as_deref(),
                "DescribedGroupMember.group_instance_id",
            )?;
        }
        writer.write_string(flexible, &self.client_id, "DescribedGroupMember.client_id")?;
        writer.write_string(flexible, &self.client_host, "DescribedGroupMember.client_host")?;
        writer.write_bytes(flexible, &self.member_metadata, "DescribedGroupMember.member_metadata")?;
        writer.write_bytes(flexible, &self.member_assignment, "DescribedGroupMember.member_assignment")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
