//! IncrementalAlterConfigs (API key 44), versions 0 to 1, flexible since version 1.
//!
//! Written by `tidemill-protocol-generator` from `schemas/incremental_alter_configs.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IncrementalAlterConfigsRequest {
    /// `[]AlterConfigsResource`.
    pub resources: Vec<AlterConfigsResource>,
    /// `bool`.
    pub validate_only: bool,
}

impl Message for IncrementalAlterConfigsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("IncrementalAlterConfigsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        let resources =
            reader.read_array(flexible, 4, "IncrementalAlterConfigsRequest.resources", |reader| {
                AlterConfigsResource::decode(reader, version)
            })?;
        let validate_only = reader.read_bool("IncrementalAlterConfigsRequest.validate_only")?;
        if flexible {
            reader.skip_tagged_fields("IncrementalAlterConfigsRequest")?;
        }
        Ok(Self { resources, validate_only })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("IncrementalAlterConfigsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        writer.write_array(
            flexible,
            &self.resources,
            "IncrementalAlterConfigsRequest.resources",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_bool(self.validate_only);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`IncrementalAlterConfigsRequest`], versions 0 to 1.
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
        let flexible = version >= 1;
        let resource_type = reader.read_i8("AlterConfigsResource.resource_type")?;
        let resource_name = reader.read_string(flexible, "AlterConfigsResource.resource_name")?;
        let configs = reader.read_array(flexible, 4, "AlterConfigsResource.configs", |reader| {
            AlterableConfig::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("AlterConfigsResource")?;
        }
        Ok(Self { resource_type, resource_name, configs })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
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

/// Part of [`IncrementalAlterConfigsRequest`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterableConfig {
    /// `string`.
    pub name: String,
    /// `int8`.
    pub config_operation: i8,
    /// `string`, or null.
    pub value: Option<String>,
}

impl Default for AlterableConfig {
    fn default() -> Self {
        Self { name: String::new(), config_operation: 0, value: Some(String::new()) }
    }
}

impl AlterableConfig {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let name = reader.read_string(flexible, "AlterableConfig.name")?;
        let config_operation = reader.read_i8("AlterableConfig.config_operation")?;
        let value = reader.read_nullable_string(flexible, "AlterableConfig.value")?;
        if flexible {
            reader.skip_tagged_fields("AlterableConfig")?;
        }
        Ok(Self { name, config_operation, value })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        writer.write_string(flexible, &self.name, "AlterableConfig.name")?;
        writer.write_i8(self.config_operation);
        writer.write_nullable_string(flexible, self.value.as_deref(), "AlterableConfig.value")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for IncrementalAlterConfigsRequest {
    const API_KEY: ApiKey = ApiKey::IncrementalAlterConfigs;
    const FLEXIBLE_SINCE: i16 = 1;
    type Response = IncrementalAlterConfigsResponse;
}

/// Response, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IncrementalAlterConfigsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]AlterConfigsResourceResponse`.
    pub responses: Vec<AlterConfigsResourceResponse>,
}

impl Message for IncrementalAlterConfigsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("IncrementalAlterConfigsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        let throttle_time_ms = reader.read_i32("IncrementalAlterConfigsResponse.throttle_time_ms")?;
        let responses =
            reader.read_array(flexible, 6, "IncrementalAlterConfigsResponse.responses", |reader| {
                AlterConfigsResourceResponse::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("IncrementalAlterConfigsResponse")?;
        }
        Ok(Self { throttle_time_ms, responses })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("IncrementalAlterConfigsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            flexible,
            &self.responses,
            "IncrementalAlterConfigsResponse.responses",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`IncrementalAlterConfigsResponse`], versions 0 to 1.
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
        let flexible = version >= 1;
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
        let flexible = version >= 1;
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
