//! DeleteGroups (API key 42), versions 0 to 2, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/delete_groups.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteGroupsRequest {
    /// `[]string`.
    pub groups_names: Vec<String>,
}

impl Message for DeleteGroupsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DeleteGroupsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let groups_names = reader.read_array(flexible, 1, "DeleteGroupsRequest.groups_names", |reader| {
            reader.read_string(flexible, "DeleteGroupsRequest.groups_names")
        })?;
        if flexible {
            reader.skip_tagged_fields("DeleteGroupsRequest")?;
        }
        Ok(Self { groups_names })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DeleteGroupsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_array(
            flexible,
            &self.groups_names,
            "DeleteGroupsRequest.groups_names",
            |writer, element| writer.write_string(flexible, element, "DeleteGroupsRequest.groups_names"),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for DeleteGroupsRequest {
    const API_KEY: ApiKey = ApiKey::DeleteGroups;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = DeleteGroupsResponse;
}

/// Response, versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteGroupsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DeletableGroupResult`.
    pub results: Vec<DeletableGroupResult>,
}

impl Message for DeleteGroupsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DeleteGroupsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let throttle_time_ms = reader.read_i32("DeleteGroupsResponse.throttle_time_ms")?;
        let results = reader.read_array(flexible, 4, "DeleteGroupsResponse.results", |reader| {
            DeletableGroupResult::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DeleteGroupsResponse")?;
        }
        Ok(Self { throttle_time_ms, results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DeleteGroupsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(flexible, &self.results, "DeleteGroupsResponse.results", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DeleteGroupsResponse`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeletableGroupResult {
    /// `string`.
    pub group_id: String,
    /// `int16`.
    pub error_code: i16,
}

impl DeletableGroupResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let group_id = reader.read_string(flexible, "DeletableGroupResult.group_id")?;
        let error_code = reader.read_i16("DeletableGroupResult.error_code")?;
        if flexible {
            reader.skip_tagged_fields("DeletableGroupResult")?;
        }
        Ok(Self { group_id, error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.group_id, "DeletableGroupResult.group_id")?;
        writer.write_i16(self.error_code);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
