//! DeleteAcls (API key 31), versions 1 to 3, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/delete_acls.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteAclsRequest {
    /// `[]DeleteAclsFilter`.
    pub filters: Vec<DeleteAclsFilter>,
}

impl Message for DeleteAclsRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DeleteAclsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let filters = reader.read_array(flexible, 8, "DeleteAclsRequest.filters", |reader| {
            DeleteAclsFilter::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DeleteAclsRequest")?;
        }
        Ok(Self { filters })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DeleteAclsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_array(flexible, &self.filters, "DeleteAclsRequest.filters", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DeleteAclsRequest`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsFilter {
    /// `int8`.
    pub resource_type_filter: i8,
    /// `string`, or null.
    pub resource_name_filter: Option<String>,
    /// `int8`; default 3.
    pub pattern_type_filter: i8,
    /// `string`, or null.
    pub principal_filter: Option<String>,
    /// `string`, or null.
    pub host_filter: Option<String>,
    /// `int8`.
    pub operation: i8,
    /// `int8`.
    pub permission_type: i8,
}

impl Default for DeleteAclsFilter {
    fn default() -> Self {
        Self {
            resource_type_filter: 0,
            resource_name_filter: Some(String::new()),
            pattern_type_filter: 3,
            principal_filter: Some(String::new()),
            host_filter: Some(String::new()),
            operation: 0,
            permission_type: 0,
        }
    }
}

impl DeleteAclsFilter {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let resource_type_filter = reader.read_i8("DeleteAclsFilter.resource_type_filter")?;
        let resource_name_filter =
            reader.read_nullable_string(flexible, "DeleteAclsFilter.resource_name_filter")?;
        let pattern_type_filter = reader.read_i8("DeleteAclsFilter.pattern_type_filter")?;
        let principal_filter = reader.read_nullable_string(flexible, "DeleteAclsFilter.principal_filter")?;
        let host_filter = reader.read_nullable_string(flexible, "DeleteAclsFilter.host_filter")?;
        let operation = reader.read_i8("DeleteAclsFilter.operation")?;
        let permission_type = reader.read_i8("DeleteAclsFilter.permission_type")?;
        if flexible {
            reader.skip_tagged_fields("DeleteAclsFilter")?;
        }
        Ok(Self {
            resource_type_filter,
            resource_name_filter,
            pattern_type_filter,
            principal_filter,
            host_filter,
            operation,
            permission_type,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i8(self.resource_type_filter);
        writer.write_nullable_string(
            flexible,
            self.resource_name_filter.as_deref(),
            "DeleteAclsFilter.resource_name_filter",
        )?;
        writer.write_i8(self.pattern_type_filter);
        writer.write_nullable_string(
            flexible,
            self.principal_filter.as_deref(),
            "DeleteAclsFilter.principal_filter",
        )?;
        writer.write_nullable_string(
            flexible,
            self.host_filter.as_deref(),
            "DeleteAclsFilter.host_filter",
        )?;
        writer.write_i8(self.operation);
        writer.write_i8(self.permission_type);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for DeleteAclsRequest {
    const API_KEY: ApiKey = ApiKey::DeleteAcls;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = DeleteAclsResponse;
}

/// Response, versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteAclsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DeleteAclsFilterResult`.
    pub filter_results: Vec<DeleteAclsFilterResult>,
}

impl Message for DeleteAclsResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DeleteAclsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let throttle_time_ms = reader.read_i32("DeleteAclsResponse.throttle_time_ms")?;
        let filter_results =
            reader.read_array(flexible, 5, "DeleteAclsResponse.filter_results", |reader| {
                DeleteAclsFilterResult::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("DeleteAclsResponse")?;
        }
        Ok(Self { throttle_time_ms, filter_results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DeleteAclsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            flexible,
            &self.filter_results,
            "DeleteAclsResponse.filter_results",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DeleteAclsResponse`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsFilterResult {
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `[]DeleteAclsMatchingAcl`.
    pub matching_acls: Vec<DeleteAclsMatchingAcl>,
}

impl Default for DeleteAclsFilterResult {
    fn default() -> Self {
        Self { error_code: 0, error_message: Some(String::new()), matching_acls: Vec::new() }
    }
}

impl DeleteAclsFilterResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let error_code = reader.read_i16("DeleteAclsFilterResult.error_code")?;
        let error_message = reader.read_nullable_string(flexible, "DeleteAclsFilterResult.error_message")?;
        let matching_acls =
            reader.read_array(flexible, 11, "DeleteAclsFilterResult.matching_acls", |reader| {
                DeleteAclsMatchingAcl::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("DeleteAclsFilterResult")?;
        }
        Ok(Self { error_code, error_message, matching_acls })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "DeleteAclsFilterResult.error_message",
        )?;
        writer.write_array(
            flexible,
            &self.matching_acls,
            "DeleteAclsFilterResult.matching_acls",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DeleteAclsResponse`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct DeleteAclsMatchingAcl {
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: String,
    /// `int8`; default 3.
    pub pattern_type: i8,
    /// `string`.
    pub principal: String,
    /// `string`.
    pub host: String,
    /// `int8`.
    pub operation: i8,
    /// `int8`.
    pub permission_type: i8,
}

impl Default for DeleteAclsMatchingAcl {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: Some(String::new()),
            resource_type: 0,
            resource_name: String::new(),
            pattern_type: 3,
            principal: String::new(),
            host: String::new(),
            operation: 0,
            permission_type: 0,
        }
    }
}

impl DeleteAclsMatchingAcl {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let error_code = reader.read_i16("DeleteAclsMatchingAcl.error_code")?;
        let error_message = reader.read_nullable_string(flexible, "DeleteAclsMatchingAcl.error_message")?;
        let resource_type = reader.read_i8("DeleteAclsMatchingAcl.resource_type")?;
        let resource_name = reader.read_string(flexible, "DeleteAclsMatchingAcl.resource_name")?;
        let pattern_type = reader.read_i8("DeleteAclsMatchingAcl.pattern_type")?;
        let principal = reader.read_string(flexible, "DeleteAclsMatchingAcl.principal")?;
        let host = reader.read_string(flexible, "DeleteAclsMatchingAcl.host")?;
        let operation = reader.read_i8("DeleteAclsMatchingAcl.operation")?;
        let permission_type = reader.read_i8("DeleteAclsMatchingAcl.permission_type")?;
        if flexible {
            reader.skip_tagged_fields("DeleteAclsMatchingAcl")?;
        }
        Ok(Self {
            error_code,
            error_message,
            resource_type,
            resource_name,
            pattern_type,
            principal,
            host,
            operation,
            permission_type,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "DeleteAclsMatchingAcl.error_message",
        )?;
        writer.write_i8(self.resource_type);
        writer.write_string(flexible, &self.resource_name, "DeleteAclsMatchingAcl.resource_name")?;
        writer.write_i8(self.pattern_type);
        writer.write_string(flexible, &self.principal, "DeleteAclsMatchingAcl.principal")?;
        writer.write_string(flexible, &self.host, "DeleteAclsMatchingAcl.host")?;
        writer.write_i8(self.operation);
        writer.write_i8(self.permission_type);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
