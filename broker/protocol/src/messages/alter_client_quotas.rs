//! AlterClientQuotas (API key 49), versions 0 to 1, flexible since version 1.
//!
//! Written by `tidemill-protocol-generator` from `schemas/alter_client_quotas.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterClientQuotasRequest {
    /// `[]AlterClientQuotasRequestEntryData`.
    pub entries: Vec<AlterClientQuotasRequestEntryData>,
    /// `bool`.
    pub validate_only: bool,
}

impl Message for AlterClientQuotasRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterClientQuotasRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        let entries = reader.read_array(flexible, 3, "AlterClientQuotasRequest.entries", |reader| {
            AlterClientQuotasRequestEntryData::decode(reader, version)
        })?;
        let validate_only = reader.read_bool("AlterClientQuotasRequest.validate_only")?;
        if flexible {
            reader.skip_tagged_fields("AlterClientQuotasRequest")?;
        }
        Ok(Self { entries, validate_only })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterClientQuotasRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        writer.write_array(
            flexible,
            &self.entries,
            "AlterClientQuotasRequest.entries",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_bool(self.validate_only);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterClientQuotasRequest`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterClientQuotasRequestEntryData {
    /// `[]AlterClientQuotasRequestEntityData`.
    pub entity: Vec<AlterClientQuotasRequestEntityData>,
    /// `[]OpData`.
    pub ops: Vec<OpData>,
}

impl AlterClientQuotasRequestEntryData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let entity =
            reader.read_array(flexible, 3, "AlterClientQuotasRequestEntryData.entity", |reader| {
                AlterClientQuotasRequestEntityData::decode(reader, version)
            })?;
        let ops = reader.read_array(flexible, 11, "AlterClientQuotasRequestEntryData.ops", |reader| {
            OpData::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("AlterClientQuotasRequestEntryData")?;
        }
        Ok(Self { entity, ops })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        writer.write_array(
            flexible,
            &self.entity,
            "AlterClientQuotasRequestEntryData.entity",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_array(
            flexible,
            &self.ops,
            "AlterClientQuotasRequestEntryData.ops",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterClientQuotasRequest`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterClientQuotasRequestEntityData {
    /// `string`.
    pub entity_type: String,
    /// `string`, or null.
    pub entity_name: Option<String>,
}

impl Default for AlterClientQuotasRequestEntityData {
    fn default() -> Self {
        Self { entity_type: String::new(), entity_name: Some(String::new()) }
    }
}

impl AlterClientQuotasRequestEntityData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let entity_type = reader.read_string(flexible, "AlterClientQuotasRequestEntityData.entity_type")?;
        let entity_name =
            reader.read_nullable_string(flexible, "AlterClientQuotasRequestEntityData.entity_name")?;
        if flexible {
            reader.skip_tagged_fields("AlterClientQuotasRequestEntityData")?;
        }
        Ok(Self { entity_type, entity_name })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        writer.write_string(flexible, &self.entity_type, "AlterClientQuotasRequestEntityData.entity_type")?;
        writer.write_nullable_string(
            flexible,
            self.entity_name.as_deref(),
            "AlterClientQuotasRequestEntityData.entity_name",
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterClientQuotasRequest`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OpData {
    /// `string`.
    pub key: String,
    /// `float64`.
    pub value: f64,
    /// `bool`.
    pub remove: bool,
}

impl OpData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let key = reader.read_string(flexible, "OpData.key")?;
        let value = reader.read_f64("OpData.value")?;
        let remove = reader.read_bool("OpData.remove")?;
        if flexible {
            reader.skip_tagged_fields("OpData")?;
        }
        Ok(Self { key, value, remove })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        writer.write_string(flexible, &self.key, "OpData.key")?;
        writer.write_f64(self.value);
        writer.write_bool(self.remove);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for AlterClientQuotasRequest {
    const API_KEY: ApiKey = ApiKey::AlterClientQuotas;
    const FLEXIBLE_SINCE: i16 = 1;
    type Response = AlterClientQuotasResponse;
}

/// Response, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterClientQuotasResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]AlterClientQuotasResponseEntryData`.
    pub entries: Vec<AlterClientQuotasResponseEntryData>,
}

impl Message for AlterClientQuotasResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AlterClientQuotasResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        let throttle_time_ms = reader.read_i32("AlterClientQuotasResponse.throttle_time_ms")?;
        let entries = reader.read_array(flexible, 5, "AlterClientQuotasResponse.entries", |reader| {
            AlterClientQuotasResponseEntryData::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("AlterClientQuotasResponse")?;
        }
        Ok(Self { throttle_time_ms, entries })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AlterClientQuotasResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        writer.write_i32(self.throttle_time_ms);
        writer.write_array(
            flexible,
            &self.entries,
            "AlterClientQuotasResponse.entries",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterClientQuotasResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterClientQuotasResponseEntryData {
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `[]AlterClientQuotasResponseEntityData`.
    pub entity: Vec<AlterClientQuotasResponseEntityData>,
}

impl Default for AlterClientQuotasResponseEntryData {
    fn default() -> Self {
        Self { error_code: 0, error_message: Some(String::new()), entity: Vec::new() }
    }
}

impl AlterClientQuotasResponseEntryData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let error_code = reader.read_i16("AlterClientQuotasResponseEntryData.error_code")?;
        let error_message =
            reader.read_nullable_string(flexible, "AlterClientQuotasResponseEntryData.error_message")?;
        let entity =
            reader.read_array(flexible, 3, "AlterClientQuotasResponseEntryData.entity", |reader| {
                AlterClientQuotasResponseEntityData::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("AlterClientQuotasResponseEntryData")?;
        }
        Ok(Self { error_code, error_message, entity })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "AlterClientQuotasResponseEntryData.error_message",
        )?;
        writer.write_array(
            flexible,
            &self.entity,
            "AlterClientQuotasResponseEntryData.entity",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`AlterClientQuotasResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterClientQuotasResponseEntityData {
    /// `string`.
    pub entity_type: String,
    /// `string`, or null.
    pub entity_name: Option<String>,
}

impl Default for AlterClientQuotasResponseEntityData {
    fn default() -> Self {
        Self { entity_type: String::new(), entity_name: Some(String::new()) }
    }
}

impl AlterClientQuotasResponseEntityData {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let entity_type = reader.read_string(flexible, "AlterClientQuotasResponseEntityData.entity_type")?;
        let entity_name =
            reader.read_nullable_string(flexible, "AlterClientQuotasResponseEntityData.entity_name")?;
        if flexible {
            reader.skip_tagged_fields("AlterClientQuotasResponseEntityData")?;
        }
        Ok(Self { entity_type, entity_name })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        writer.write_string(
            flexible,
            &self.entity_type,
            "AlterClientQuotasResponseEntityData.entity_type",
        )?;
        writer.write_nullable_string(
            flexible,
            self.entity_name.as_deref(),
            "AlterClientQuotasResponseEntityData.entity_name",
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
