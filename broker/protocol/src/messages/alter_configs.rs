//! AlterConfigs (API key 33), versions 0 to 2, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/alter_configs.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterConfigsRequest {
    /// `[]AlterConfigsResource`.
    pub resources: Vec<AlterConfigsResource>,
    /// `bool`.
    pub validate_only: bool,
}

impl Message for AlterConfigsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterConfigsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let resources = reader.read_array(flexible, 4, "AlterConfigsRequest.resources", |reader| {
            AlterConfigsResource::decode(reader, version)
        })?;
        let validate_only = reader.read_bool("AlterConfigsRequest.validate_only")?;
        if flexible {
            reader.skip_tagged_fields("AlterConfigsRequest")?;
        }
        Ok(Self { resources, validate_only })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterConfigsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_array(
            flexible,
            &self.resources,
            "AlterConfigsRequest.resources",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_bool(self.validate_only);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterConfigsRequest`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterConfigsResource {
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: String,
    /// `[]AlterableConfig`.
    pub configs: Vec<AlterableConfig>,
}

impl AlterConfigsResource {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let resource_type = reader.read_i8("AlterConfigsResource.resource_type")?;
        let resource_name = reader.read_string(flexible, "AlterConfigsResource.resource_name")?;
        let configs = reader.read_array(flexible, 3, "AlterConfigsResource.configs", |reader| {
            AlterableConfig::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("AlterConfigsResource")?;
        }
        Ok(Self { resource_type, resource_name, configs })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i8(self.resource_type);
        writer.write_string(flexible, &self.resource_name, "AlterConfigsResource.resource_name")?;
        writer.write_array(flexible, &self.configs, "AlterConfigsResource.configs", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterConfigsRequest`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterableConfig {
    /// `string`.
    pub name: String,
    /// `string`, or null.
    pub value: Option<String>,
}

impl Default for AlterableConfig {
    fn default() -> Self {
        Self { name: String::new(), value: Some(String::new()) }
    }
}

impl AlterableConfig {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let name = reader.read_string(flexible, "AlterableConfig.name")?;
        let value = reader.read_nullable_string(flexible, "AlterableConfig.value")?;
        if flexible {
            reader.skip_tagged_fields("AlterableConfig")?;
        }
        Ok(Self { name, value })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.name, "AlterableConfig.name")?;
        writer.write_nullable_string(flexible, self.value.as_deref(), "AlterableConfig.value")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for AlterConfigsRequest {
    const API_KEY: ApiKey = ApiKey::AlterConfigs;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = AlterConfigsResponse;
}

/// Response, versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterConfigsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]AlterConfigsResourceResponse`.
    pub responses: Vec<AlterConfigsResourceResponse>,
}

impl Message for AlterConfigsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterConfigsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let throttle_time_ms = reader.read_i32("AlterConfigsResponse.throttle_time_ms")?;
        let responses = reader.read_array(flexible, 6, "AlterConfigsResponse.responses", |reader| {
            AlterConfigsResourceResponse::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("AlterConfigsResponse")?;
        }
        Ok(Self { throttle_time_ms, responses })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterConfigsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            flexible,
            &self.responses,
            "AlterConfigsResponse.responses",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterConfigsResponse`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterConfigsResourceResponse {
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: String,
}

impl Default for AlterConfigsResourceResponse {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: Some(String::new()),
            resource_type: 0,
            resource_name: String::new(),
        }
    }
}

impl AlterConfigsResourceResponse {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let error_code = reader.read_i16("AlterConfigsResourceResponse.error_code")?;
        let error_message =
            reader.read_nullable_string(flexible, "AlterConfigsResourceResponse.error_message")?;
        let resource_type = reader.read_i8("AlterConfigsResourceResponse.resource_type")?;
        let resource_name = reader.read_string(flexible, "AlterConfigsResourceResponse.resource_name")?;
        if flexible {
            reader.skip_tagged_fields("AlterConfigsResourceResponse")?;
        }
        Ok(Self { error_code, error_message, resource_type, resource_name })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "AlterConfigsResourceResponse.error_message",
        )?;
        writer.write_i8(self.resource_type);
        writer.write_string(flexible, &self.resource_name, "AlterConfigsResourceResponse.resource_name")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
