//! DescribeAcls (API key 29), versions 1 to 3, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_acls.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 1 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeAclsRequest {
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

impl Default for DescribeAclsRequest {
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

impl Message for DescribeAclsRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeAclsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let resource_type_filter = reader.read_i8("DescribeAclsRequest.resource_type_filter")?;
        let resource_name_filter =
            reader.read_nullable_string(flexible, "DescribeAclsRequest.resource_name_filter")?;
        let pattern_type_filter = reader.read_i8("DescribeAclsRequest.pattern_type_filter")?;
        let principal_filter =
            reader.read_nullable_string(flexible, "DescribeAclsRequest.principal_filter")?;
        let host_filter = reader.read_nullable_string(flexible, "DescribeAclsRequest.host_filter")?;
        let operation = reader.read_i8("DescribeAclsRequest.operation")?;
        let permission_type = reader.read_i8("DescribeAclsRequest.permission_type")?;
        if flexible {
            reader.skip_tagged_fields("DescribeAclsRequest")?;
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
        writer.check_version("DescribeAclsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i8(self.resource_type_filter);
        writer.write_nullable_string(
            flexible,
            self.resource_name_filter.as_deref(),
            "DescribeAclsRequest.resource_name_filter",
        )?;
        writer.write_i8(self.pattern_type_filter);
        writer.write_nullable_string(
            flexible,
            self.principal_filter.as_deref(),
            "DescribeAclsRequest.principal_filter",
        )?;
        writer.write_nullable_string(
            flexible,
            self.host_filter.as_deref(),
            "DescribeAclsRequest.host_filter",
        )?;
        writer.write_i8(self.operation);
        writer.write_i8(self.permission_type);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for DescribeAclsRequest {
    const API_KEY: ApiKey = ApiKey::DescribeAcls;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = DescribeAclsResponse;
}

/// Response, versions 1 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeAclsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `[]DescribeAclsResource`.
    pub resources: Vec<DescribeAclsResource>,
}

impl Default for DescribeAclsResponse {
    fn default() -> Self {
        Self { throttle_time_ms: 0, error_code: 0, error_message: Some(String::new()), resources: Vec::new() }
    }
}

impl Message for DescribeAclsResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeAclsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let throttle_time_ms = reader.read_i32("DescribeAclsResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("DescribeAclsResponse.error_code")?;
        let error_message = reader.read_nullable_string(flexible, "DescribeAclsResponse.error_message")?;
        let resources = reader.read_array(flexible, 5, "DescribeAclsResponse.resources", |reader| {
            DescribeAclsResource::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DescribeAclsResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code, error_message, resources })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeAclsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "DescribeAclsResponse.error_message",
        )?;
        writer.write_array(
            flexible,
            &self.resources,
            "DescribeAclsResponse.resources",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeAclsResponse`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeAclsResource {
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: String,
    /// `int8`; default 3.
    pub pattern_type: i8,
    /// `[]AclDescription`.
    pub acls: Vec<AclDescription>,
}

impl Default for DescribeAclsResource {
    fn default() -> Self {
        Self { resource_type: 0, resource_name: String::new(), pattern_type: 3, acls: Vec::new() }
    }
}

impl DescribeAclsResource {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let resource_type = reader.read_i8("DescribeAclsResource.resource_type")?;
        let resource_name = reader.read_string(flexible, "DescribeAclsResource.resource_name")?;
        let pattern_type = reader.read_i8("DescribeAclsResource.pattern_type")?;
        let acls = reader.read_array(flexible, 5, "DescribeAclsResource.acls", |reader| {
            AclDescription::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DescribeAclsResource")?;
        }
        Ok(Self { resource_type, resource_name, pattern_type, acls })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i8(self.resource_type);
        writer.write_string(flexible, &self.resource_name, "DescribeAclsResource.resource_name")?;
        writer.write_i8(self.pattern_type);
        writer.write_array(flexible, &self.acls, "DescribeAclsResource.acls", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeAclsResponse`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AclDescription {
    /// `string`.
    pub principal: String,
    /// `string`.
    pub host: String,
    /// `int8`.
    pub operation: i8,
    /// `int8`.
    pub permission_type: i8,
}

impl AclDescription {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let principal = reader.read_string(flexible, "AclDescription.principal")?;
        let host = reader.read_string(flexible, "AclDescription.host")?;
        let operation = reader.read_i8("AclDescription.operation")?;
        let permission_type = reader.read_i8("AclDescription.permission_type")?;
        if flexible {
            reader.skip_tagged_fields("AclDescription")?;
        }
        Ok(Self { principal, host, operation, permission_type })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.principal, "AclDescription.principal")?;
        writer.write_string(flexible, &self.host, "AclDescription.host")?;
        writer.write_i8(self.operation);
        writer.write_i8(self.permission_type);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
