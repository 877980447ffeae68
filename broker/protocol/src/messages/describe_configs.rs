//! DescribeConfigs (API key 32), versions 1 to 4, flexible since version 4.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_configs.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 1 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeConfigsRequest {
    /// `[]DescribeConfigsResource`.
    pub resources: Vec<DescribeConfigsResource>,
    /// `bool`.
    pub include_synonyms: bool,
    /// `bool` in versions 3 to 4.
    pub include_documentation: bool,
}

impl Message for DescribeConfigsRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeConfigsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let resources = reader.read_array(flexible, 4, "DescribeConfigsRequest.resources", |reader| {
            DescribeConfigsResource::decode(reader, version)
        })?;
        let include_synonyms = reader.read_bool("DescribeConfigsRequest.include_synonyms")?;
        let include_documentation = if version >= 3 {
            reader.read_bool("DescribeConfigsRequest.include_documentation")?
        } else {
            false
        };
        if flexible {
            reader.skip_tagged_fields("DescribeConfigsRequest")?;
        }
        Ok(Self { resources, include_synonyms, include_documentation })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeConfigsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        writer.write_array(
            flexible,
            &self.resources,
            "DescribeConfigsRequest.resources",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_bool(self.include_synonyms);
        if version >= 3 {
            writer.write_bool(self.include_documentation);
        } else if self.include_documentation {
            return Err(EncodeError::not_in_version("DescribeConfigsRequest.include_documentation", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeConfigsRequest`], versions 1 to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResource {
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: String,
    /// `[]string`, or null.
    pub configuration_keys: Option<Vec<String>>,
}

impl Default for DescribeConfigsResource {
    fn default() -> Self {
        Self { resource_type: 0, resource_name: String::new(), configuration_keys: Some(Vec::new()) }
    }
}

impl DescribeConfigsResource {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let resource_type = reader.read_i8("DescribeConfigsResource.resource_type")?;
        let resource_name = reader.read_string(flexible, "DescribeConfigsResource.resource_name")?;
        let configuration_keys = reader.read_nullable_array(
            flexible,
            1,
            "DescribeConfigsResource.configuration_keys",
            |reader| reader.read_string(flexible, "DescribeConfigsResource.configuration_keys"),
        )?;
        if flexible {
            reader.skip_tagged_fields("DescribeConfigsResource")?;
        }
        Ok(Self { resource_type, resource_name, configuration_keys })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_i8(self.resource_type);
        writer.write_string(flexible, &self.resource_name, "DescribeConfigsResource.resource_name")?;
        writer.write_nullable_array(
            flexible,
            self.configuration_keys.as_deref(),
            "DescribeConfigsResource.configuration_keys",
            |writer, element| {
                writer.write_string(flexible, element, "DescribeConfigsResource.configuration_keys")
            },
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for DescribeConfigsRequest {
    const API_KEY: ApiKey = ApiKey::DescribeConfigs;
    const FLEXIBLE_SINCE: i16 = 4;
    type Response = DescribeConfigsResponse;
}

/// Response, versions 1 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeConfigsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribeConfigsResult`.
    pub results: Vec<DescribeConfigsResult>,
}

impl Message for DescribeConfigsResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeConfigsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        let throttle_time_ms = reader.read_i32("DescribeConfigsResponse.throttle_time_ms")?;
        let results = reader.read_array(flexible, 7, "DescribeConfigsResponse.results", |reader| {
            DescribeConfigsResult::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DescribeConfigsResponse")?;
        }
        Ok(Self { throttle_time_ms, results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeConfigsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 4;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            flexible,
            &self.results,
            "DescribeConfigsResponse.results",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeConfigsResponse`], versions 1 to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResult {
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: String,
    /// `[]DescribeConfigsResourceResult`.
    pub configs: Vec<DescribeConfigsResourceResult>,
}

impl Default for DescribeConfigsResult {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: Some(String::new()),
            resource_type: 0,
            resource_name: String::new(),
            configs: Vec::new(),
        }
    }
}

impl DescribeConfigsResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let error_code = reader.read_i16("DescribeConfigsResult.error_code")?;
        let error_message = reader.read_nullable_string(flexible, "DescribeConfigsResult.error_message")?;
        let resource_type = reader.read_i8("DescribeConfigsResult.resource_type")?;
        let resource_name = reader.read_string(flexible, "DescribeConfigsResult.resource_name")?;
        let configs = reader.read_array(flexible, 9, "DescribeConfigsResult.configs", |reader| {
            DescribeConfigsResourceResult::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DescribeConfigsResult")?;
        }
        Ok(Self { error_code, error_message, resource_type, resource_name, configs })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "DescribeConfigsResult.error_message",
        )?;
        writer.write_i8(self.resource_type);
        writer.write_string(flexible, &self.resource_name, "DescribeConfigsResult.resource_name")?;
        writer.write_array(flexible, &self.configs, "DescribeConfigsResult.configs", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeConfigsResponse`], versions 1 to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResourceResult {
    /// `string`.
    pub name: String,
    /// `string`, or null.
    pub value: Option<String>,
    /// `bool`.
    pub read_only: bool,
    /// `int8`; default -1.
    pub config_source: i8,
    /// `bool`.
    pub is_sensitive: bool,
    /// `[]DescribeConfigsSynonym`.
    pub synonyms: Vec<DescribeConfigsSynonym>,
    /// `int8` in versions 3 to 4; dropped elsewhere.
    pub config_type: i8,
    /// `string` in versions 3 to 4, or null; dropped elsewhere.
    pub documentation: Option<String>,
}

impl Default for DescribeConfigsResourceResult {
    fn default() -> Self {
        Self {
            name: String::new(),
            value: Some(String::new()),
            read_only: false,
            config_source: -1,
            is_sensitive: false,
            synonyms: Vec::new(),
            config_type: 0,
            documentation: Some(String::new()),
        }
    }
}

impl DescribeConfigsResourceResult {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let name = reader.read_string(flexible, "DescribeConfigsResourceResult.name")?;
        let value = reader.read_nullable_string(flexible, "DescribeConfigsResourceResult.value")?;
        let read_only = reader.read_bool("DescribeConfigsResourceResult.read_only")?;
        let config_source = reader.read_i8("DescribeConfigsResourceResult.config_source")?;
        let is_sensitive = reader.read_bool("DescribeConfigsResourceResult.is_sensitive")?;
        let synonyms =
            reader.read_array(flexible, 4, "DescribeConfigsResourceResult.synonyms", |reader| {
                DescribeConfigsSynonym::decode(reader, version)
            })?;
        let config_type =
            if version >= 3 { reader.read_i8("DescribeConfigsResourceResult.config_type")? } else { 0 };
        let documentation = if version >= 3 {
            reader.read_nullable_string(flexible, "DescribeConfigsResourceResult.documentation")?
        } else {
            Some(String::new())
        };
        if flexible {
            reader.skip_tagged_fields("DescribeConfigsResourceResult")?;
        }
        Ok(Self { name, value, read_only, config_source, is_sensitive, synonyms, config_type, documentation })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_string(flexible, &self.name, "DescribeConfigsResourceResult.name")?;
        writer.write_nullable_string(
            flexible,
            self.value.as_deref(),
            "DescribeConfigsResourceResult.value",
        )?;
        writer.write_bool(self.read_only);
        writer.write_i8(self.config_source);
        writer.write_bool(self.is_sensitive);
        writer.write_array(
            flexible,
            &self.synonyms,
            "DescribeConfigsResourceResult.synonyms",
            |writer, element| element.encode(writer, version),
        )?;
        if version >= 3 {
            writer.write_i8(self.config_type);
        }
        if version >= 3 {
            writer.write_nullable_string(
                flexible,
                self.documentation.as_deref(),
                "DescribeConfigsResourceResult.documentation",
            )?;
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeConfigsResponse`], versions 1 to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsSynonym {
    /// `string`.
    pub name: String,
    /// `string`, or null.
    pub value: Option<String>,
    /// `int8`.
    pub source: i8,
}

impl Default for DescribeConfigsSynonym {
    fn default() -> Self {
        Self { name: String::new(), value: Some(String::new()), source: 0 }
    }
}

impl DescribeConfigsSynonym {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        let name = reader.read_string(flexible, "DescribeConfigsSynonym.name")?;
        let value = reader.read_nullable_string(flexible, "DescribeConfigsSynonym.value")?;
        let source = reader.read_i8("DescribeConfigsSynonym.source")?;
        if flexible {
            reader.skip_tagged_fields("DescribeConfigsSynonym")?;
        }
        Ok(Self { name, value, source })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        writer.write_string(flexible, &self.name, "DescribeConfigsSynonym.name")?;
        writer.write_nullable_string(flexible, self.value.as_deref(), "DescribeConfigsSynonym.value")?;
        writer.write_i8(self.source);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
