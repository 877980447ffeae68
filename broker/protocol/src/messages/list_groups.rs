//! ListGroups (API key 16), versions 0 to 5, flexible since version 3.
//!
//! Written by `tidemill-protocol-generator` from `schemas/list_groups.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListGroupsRequest {
    /// `[]string` in versions 4 to 5.
    pub states_filter: Vec<String>,
    /// `[]string` in version 5.
    pub types_filter: Vec<String>,
}

impl Message for ListGroupsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ListGroupsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let states_filter = if version >= 4 {
            reader.read_array(flexible, 1, "ListGroupsRequest.states_filter", |reader| {
                reader.read_string(flexible, "ListGroupsRequest.states_filter")
            })?
        } else {
            Vec::new()
        };
        let types_filter = if version == 5 {
            reader.read_array(flexible, 1, "ListGroupsRequest.types_filter", |reader| {
                reader.read_string(flexible, "ListGroupsRequest.types_filter")
            })?
        } else {
            Vec::new()
        };
        if flexible {
            reader.skip_tagged_fields("ListGroupsRequest")?;
        }
        Ok(Self { states_filter, types_filter })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ListGroupsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        if version >= 4 {
            writer.write_array(
                flexible,
                &self.states_filter,
                "ListGroupsRequest.states_filter",
                |writer, element| writer.write_string(flexible, element, "ListGroupsRequest.states_filter"),
            )?;
        } else if !self.states_filter.is_empty() {
            return Err(EncodeError::not_in_version("ListGroupsRequest.states_filter", version));
        }
        if version == 5 {
            writer.write_array(
                flexible,
                &self.types_filter,
                "ListGroupsRequest.types_filter",
                |writer, element| writer.write_string(flexible, element, "ListGroupsRequest.types_filter"),
            )?;
        } else if !self.types_filter.is_empty() {
            return Err(EncodeError::not_in_version("ListGroupsRequest.types_filter", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for ListGroupsRequest {
    const API_KEY: ApiKey = ApiKey::ListGroups;
    const FLEXIBLE_SINCE: i16 = 3;
    type Response = ListGroupsResponse;
}

/// Response, versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListGroupsResponse {
    /// `int32` in versions 1 to 5; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `[]ListedGroup`.
    pub groups: Vec<ListedGroup>,
}

impl Message for ListGroupsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ListGroupsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let throttle_time_ms =
            if version >= 1 { reader.read_i32("ListGroupsResponse.throttle_time_ms")? } else { 0 };
        let error_code = reader.read_i16("ListGroupsResponse.error_code")?;
        let groups = reader.read_array(flexible, 3, "ListGroupsResponse.groups", |reader| {
            ListedGroup::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("ListGroupsResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code, groups })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ListGroupsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        if version >= 1 {
            writer.write_i32(self.throttle_time_ms);
        }
        writer.write_i16(self.error_code);
        writer.write_array(flexible, &self.groups, "ListGroupsResponse.groups", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ListGroupsResponse`], versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListedGroup {
    /// `string`.
    pub group_id: String,
    /// `string`.
    pub protocol_type: String,
    /// `string` in versions 4 to 5; dropped elsewhere.
    pub group_state: String,
    /// `string` in version 5; dropped elsewhere.
    pub group_type: String,
}

impl ListedGroup {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let group_id = reader.read_string(flexible, "ListedGroup.group_id")?;
        let protocol_type = reader.read_string(flexible, "ListedGroup.protocol_type")?;
        let group_state = if version >= 4 {
            reader.read_string(flexible, "ListedGroup.group_state")?
        } else {
            String::new()
        };
        let group_type = if version == 5 {
            reader.read_string(flexible, "ListedGroup.group_type")?
        } else {
            String::new()
        };
        if flexible {
            reader.skip_tagged_fields("ListedGroup")?;
        }
        Ok(Self { group_id, protocol_type, group_state, group_type })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        writer.write_string(flexible, &self.group_id, "ListedGroup.group_id")?;
        writer.write_string(flexible, &self.protocol_type, "ListedGroup.protocol_type")?;
        if version >= 4 {
            writer.write_string(flexible, &self.group_state, "ListedGroup.group_state")?;
        }
        if version == 5 {
            writer.write_string(flexible, &self.group_type, "ListedGroup.group_type")?;
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
