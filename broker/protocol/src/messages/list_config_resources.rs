//! ListConfigResources (API key 74), versions 0 to 1, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/list_config_resources.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListConfigResourcesRequest {
    /// `[]int8` in version 1.
    pub resource_types: Vec<i8>,
}

impl Message for ListConfigResourcesRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ListConfigResourcesRequest", version, &Self::VERSIONS)?;
        let resource_types = if version == 1 {
            reader.read_array(true, 1, "ListConfigResourcesRequest.resource_types", |reader| {
                reader.read_i8("ListConfigResourcesRequest.resource_types")
            })?
        } else {
            Vec::new()
        };
        reader.skip_tagged_fields("ListConfigResourcesRequest")?;
        Ok(Self { resource_types })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ListConfigResourcesRequest", version, &Self::VERSIONS)?;
        if version == 1 {
            writer.write_array(
                true,
                &self.resource_types,
                "ListConfigResourcesRequest.resource_types",
                |writer, element| {
                    writer.write_i8(*element);
                    Ok(())
                },
            )?;
        } else if !self.resource_types.is_empty() {
            return Err(EncodeError::not_in_version("ListConfigResourcesRequest.resource_types", version));
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for ListConfigResourcesRequest {
    const API_KEY: ApiKey = ApiKey::ListConfigResources;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = ListConfigResourcesResponse;
}

/// Response, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListConfigResourcesResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `[]ConfigResource`.
    pub config_resources: Vec<ConfigResource>,
}

impl Message for ListConfigResourcesResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ListConfigResourcesResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("ListConfigResourcesResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("ListConfigResourcesResponse.error_code")?;
        let config_resources =
            reader.read_array(true, 2, "ListConfigResourcesResponse.config_resources", |reader| {
                ConfigResource::decode(reader, version)
            })?;
        reader.skip_tagged_fields("ListConfigResourcesResponse")?;
        Ok(Self { throttle_time_ms, error_code, config_resources })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ListConfigResourcesResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_array(
            true,
            &self.config_resources,
            "ListConfigResourcesResponse.config_resources",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ListConfigResourcesResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigResource {
    /// `string`.
    pub resource_name: String,
    /// `int8` in version 1; default 16; dropped elsewhere.
    pub resource_type: i8,
}

impl Default for ConfigResource {
    fn default() -> Self {
        Self { resource_name: String::new(), resource_type: 16 }
    }
}

impl ConfigResource {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let resource_name = reader.read_string(true, "ConfigResource.resource_name")?;
        let resource_type = if version == 1 { reader.read_i8("ConfigResource.resource_type")? } else { 16 };
        reader.skip_tagged_fields("ConfigResource")?;
        Ok(Self { resource_name, resource_type })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_string(true, &self.resource_name, "ConfigResource.resource_name")?;
        if version == 1 {
            writer.write_i8(self.resource_type);
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}
