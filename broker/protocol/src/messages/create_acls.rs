//! CreateAcls (API key 30), versions 1 to 3, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/create_acls.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateAclsRequest {
    /// `[]AclCreation`.
    pub creations: Vec<AclCreation>,
}

impl Message for CreateAclsRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("CreateAclsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let creations = reader.read_array(flexible, 8, "CreateAclsRequest.creations", |reader| {
            AclCreation::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("CreateAclsRequest")?;
        }
        Ok(Self { creations })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("CreateAclsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_array(flexible, &self.creations, "CreateAclsRequest.creations", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`CreateAclsRequest`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct AclCreation {
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: String,
    /// `int8`; default 3.
    pub resource_pattern_type: i8,
    /// `string`.
    pub principal: String,
    /// `string`.
    pub host: String,
    /// `int8`.
    pub operation: i8,
    /// `int8`.
    pub permission_type: i8,
}

impl Default for AclCreation {
    fn default() -> Self {
        Self {
            resource_type: 0,
            resource_name: String::new(),
            resource_pattern_type: 3,
            principal: String::new(),
            host: String::new(),
            operation: 0,
            permission_type: 0,
        }
    }
}

impl AclCreation {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let resource_type = reader.read_i8("AclCreation.resource_type")?;
        let resource_name = reader.read_string(flexible, "AclCreation.resource_name")?;
        let resource_pattern_type = reader.read_i8("AclCreation.resource_pattern_type")?;
        let principal = reader.read_string(flexible, "AclCreation.principal")?;
        let host = reader.read_string(flexible, "AclCreation.host")?;
        let operation = reader.read_i8("AclCreation.operation")?;
        let permission_type = reader.read_i8("AclCreation.permission_type")?;
        if flexible {
            reader.skip_tagged_fields("AclCreation")?;
        }
        Ok(Self {
            resource_type,
            resource_name,
            resource_pattern_type,
            principal,
            host,
            operation,
            permission_type,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i8(self.resource_type);
        writer.write_string(flexible, &self.resource_name, "AclCreation.resource_name")?;
        writer.write_i8(self.resource_pattern_type);
        writer.write_string(flexible, &self.principal, "AclCreation.principal")?;
        writer.write_string(flexible, &self.host, "AclCreation.host")?;
        writer.write_i8(self.operation);
        writer.write_i8(self.permission_type);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for CreateAclsRequest {
    const API_KEY: ApiKey = ApiKey::CreateAcls;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = CreateAclsResponse;
}

/// Response, versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateAclsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]AclCreationResult`.
    pub results: Vec<AclCreationResult>,
}

impl Message for CreateAclsResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("CreateAclsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let throttle_time_ms = reader.read_i32("CreateAclsResponse.throttle_time_ms")?;
        let results = reader.read_array(flexible, 4, "CreateAclsResponse.results", |reader| {
            AclCreationResult::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("CreateAclsResponse")?;
        }
        Ok(Self { throttle_time_ms, results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("CreateAclsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(flexible, &self.results, "CreateAclsResponse.results", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`CreateAclsResponse`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct AclCreationResult {
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
}

impl Default for AclCreationResult {
    fn default() -> Self {
        Self { error_code: 0, error_message: Some(String::new()) }
    }
}

impl AclCreationResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let error_code = reader.read_i16("AclCreationResult.error_code")?;
        let error_message = reader.read_nullable_string(flexible, "AclCreationResult.error_message")?;
        if flexible {
            reader.skip_tagged_fields("AclCreationResult")?;
        }
        Ok(Self { error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "AclCreationResult.error_message",
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
