//! DescribeClientQuotas (API key 48), versions 0 to 1, flexible since version 1.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_client_quotas.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeClientQuotasRequest {
    /// `[]ComponentData`.
    pub components: Vec<ComponentData>,
    /// `bool`.
    pub strict: bool,
}

impl Message for DescribeClientQuotasRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeClientQuotasRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        let components =
            reader.read_array(flexible, 4, "DescribeClientQuotasRequest.components", |reader| {
                ComponentData::decode(reader, version)
            })?;
        let strict = reader.read_bool("DescribeClientQuotasRequest.strict")?;
        if flexible {
            reader.skip_tagged_fields("DescribeClientQuotasRequest")?;
        }
        Ok(Self { components, strict })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeClientQuotasRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        writer.write_array(
            flexible,
            &self.components,
            "DescribeClientQuotasRequest.components",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_bool(self.strict);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeClientQuotasRequest`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentData {
    /// `string`.
    pub entity_type: String,
    /// `int8`.
    pub match_type: i8,
    /// `string`, or null.
    pub r#match: Option<String>,
}

impl Default for ComponentData {
    fn default() -> Self {
        Self { entity_type: String::new(), match_type: 0, r#match: Some(String::new()) }
    }
}

impl ComponentData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let entity_type = reader.read_string(flexible, "ComponentData.entity_type")?;
        let match_type = reader.read_i8("ComponentData.match_type")?;
        let r#match = reader.read_nullable_string(flexible, "ComponentData.match")?;
        if flexible {
            reader.skip_tagged_fields("ComponentData")?;
        }
        Ok(Self { entity_type, match_type, r#match })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        writer.write_string(flexible, &self.entity_type, "ComponentData.entity_type")?;
        writer.write_i8(self.match_type);
        writer.write_nullable_string(flexible, self.r#match.as_deref(), "ComponentData.match")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for DescribeClientQuotasRequest {
    const API_KEY: ApiKey = ApiKey::DescribeClientQuotas;
    const FLEXIBLE_SINCE: i16 = 1;
    type Response = DescribeClientQuotasResponse;
}

/// Response, versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClientQuotasResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `[]EntryData`, or null.
    pub entries: Option<Vec<EntryData>>,
}

impl Default for DescribeClientQuotasResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(String::new()),
            entries: Some(Vec::new()),
        }
    }
}

impl Message for DescribeClientQuotasResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeClientQuotasResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        let throttle_time_ms = reader.read_i32("DescribeClientQuotasResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("DescribeClientQuotasResponse.error_code")?;
        let error_message =
            reader.read_nullable_string(flexible, "DescribeClientQuotasResponse.error_message")?;
        let entries =
            reader.read_nullable_array(flexible, 3, "DescribeClientQuotasResponse.entries", |reader| {
                EntryData::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("DescribeClientQuotasResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code, error_message, entries })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeClientQuotasResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "DescribeClientQuotasResponse.error_message",
        )?;
        writer.write_nullable_array(
            flexible,
            self.entries.as_deref(),
            "DescribeClientQuotasResponse.entries",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeClientQuotasResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntryData {
    /// `[]EntityData`.
    pub entity: Vec<EntityData>,
    /// `[]ValueData`.
    pub values: Vec<ValueData>,
}

impl EntryData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let entity = reader
            .read_array(flexible, 3, "EntryData.entity", |reader| EntityData::decode(reader, version))?;
        let values = reader
            .read_array(flexible, 10, "EntryData.values", |reader| ValueData::decode(reader, version))?;
        if flexible {
            reader.skip_tagged_fields("EntryData")?;
        }
        Ok(Self { entity, values })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        writer.write_array(flexible, &self.entity, "EntryData.entity", |writer, element| {
            element.encode(writer, version)
        })?;
        writer.write_array(flexible, &self.values, "EntryData.values", |writer, element| {
            element.encode(writer, version)
        })?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeClientQuotasResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityData {
    /// `string`.
    pub entity_type: String,
    /// `string`, or null.
    pub entity_name: Option<String>,
}

impl Default for EntityData {
    fn default() -> Self {
        Self { entity_type: String::new(), entity_name: Some(String::new()) }
    }
}

impl EntityData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let entity_type = reader.read_string(flexible, "EntityData.entity_type")?;
        let entity_name = reader.read_nullable_string(flexible, "EntityData.entity_name")?;
        if flexible {
            reader.skip_tagged_fields("EntityData")?;
        }
        Ok(Self { entity_type, entity_name })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        writer.write_string(flexible, &self.entity_type, "EntityData.entity_type")?;
        writer.write_nullable_string(flexible, self.entity_name.as_deref(), "EntityData.entity_name")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeClientQuotasResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ValueData {
    /// `string`.
    pub key: String,
    /// `float64`.
    pub value: f64,
}

impl ValueData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let key = reader.read_string(flexible, "ValueData.key")?;
        let value = reader.read_f64("ValueData.value")?;
        if flexible {
            reader.skip_tagged_fields("ValueData")?;
        }
        Ok(Self { key, value })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        writer.write_string(flexible, &self.key, "ValueData.key")?;
        writer.write_f64(self.value);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
