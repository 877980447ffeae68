//! UpdateFeatures (API key 57), versions 0 to 2, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/update_features.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateFeaturesRequest {
    /// `int32`; default 60000.
    pub timeout_ms: i32,
    /// `[]FeatureUpdateKey`.
    pub feature_updates: Vec<FeatureUpdateKey>,
    /// `bool` in versions 1 to 2.
    pub validate_only: bool,
}

impl Default for UpdateFeaturesRequest {
    fn default() -> Self {
        Self { timeout_ms: 60000, feature_updates: Vec::new(), validate_only: false }
    }
}

impl Message for UpdateFeaturesRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("UpdateFeaturesRequest", version, &Self::VERSIONS)?;
        let timeout_ms = reader.read_i32("UpdateFeaturesRequest.timeout_ms")?;
        let feature_updates =
            reader.read_array(true, 5, "UpdateFeaturesRequest.feature_updates", |reader| {
                FeatureUpdateKey::decode(reader, version)
            })?;
        let validate_only =
            if version >= 1 { reader.read_bool("UpdateFeaturesRequest.validate_only")? } else { false };
        reader.skip_tagged_fields("UpdateFeaturesRequest")?;
        Ok(Self { timeout_ms, feature_updates, validate_only })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("UpdateFeaturesRequest", version, &Self::VERSIONS)?;
        writer.write_i32(self.timeout_ms);
        writer.write_array(
            true,
            &self.feature_updates,
            "UpdateFeaturesRequest.feature_updates",
            |writer, element| element.encode(writer, version),
        )?;
        if version >= 1 {
            writer.write_bool(self.validate_only);
        } else if self.validate_only {
            return Err(EncodeError::not_in_version("UpdateFeaturesRequest.validate_only", version));
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`UpdateFeaturesRequest`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureUpdateKey {
    /// `string`.
    pub feature: String,
    /// `int16`.
    pub max_version_level: i16,
    /// `bool` in version 0.
    pub allow_downgrade: bool,
    /// `int8` in versions 1 to 2; default 1.
    pub upgrade_type: i8,
}

impl Default for FeatureUpdateKey {
    fn default() -> Self {
        Self { feature: String::new(), max_version_level: 0, allow_downgrade: false, upgrade_type: 1 }
    }
}

impl FeatureUpdateKey {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let feature = reader.read_string(true, "FeatureUpdateKey.feature")?;
        let max_version_level = reader.read_i16("FeatureUpdateKey.max_version_level")?;
        let allow_downgrade =
            if version == 0 { reader.read_bool("FeatureUpdateKey.allow_downgrade")? } else { false };
        let upgrade_type = if version >= 1 { reader.read_i8("FeatureUpdateKey.upgrade_type")? } else { 1 };
        reader.skip_tagged_fields("FeatureUpdateKey")?;
        Ok(Self { feature, max_version_level, allow_downgrade, upgrade_type })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_string(true, &self.feature, "FeatureUpdateKey.feature")?;
        writer.write_i16(self.max_version_level);
        if version == 0 {
            writer.write_bool(self.allow_downgrade);
        } else if self.allow_downgrade {
            return Err(EncodeError::not_in_version("FeatureUpdateKey.allow_downgrade", version));
        }
        if version >= 1 {
            writer.write_i8(self.upgrade_type);
        } else if self.upgrade_type != 1 {
            return Err(EncodeError::not_in_version("FeatureUpdateKey.upgrade_type", version));
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for UpdateFeaturesRequest {
    const API_KEY: ApiKey = ApiKey::UpdateFeatures;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = UpdateFeaturesResponse;
}

/// Response, versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateFeaturesResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `[]UpdatableFeatureResult` in versions 0 to 1; dropped elsewhere.
    pub results: Vec<UpdatableFeatureResult>,
}

impl Default for UpdateFeaturesResponse {
    fn default() -> Self {
        Self { throttle_time_ms: 0, error_code: 0, error_message: Some(String::new()), results: Vec::new() }
    }
}

impl Message for UpdateFeaturesResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("UpdateFeaturesResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("UpdateFeaturesResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("UpdateFeaturesResponse.error_code")?;
        let error_message = reader.read_nullable_string(true, "UpdateFeaturesResponse.error_message")?;
        let results = if version <= 1 {
            reader.read_array(true, 5, "UpdateFeaturesResponse.results", UpdatableFeatureResult::decode)?
        } else {
            Vec::new()
        };
        reader.skip_tagged_fields("UpdateFeaturesResponse")?;
        Ok(Self { throttle_time_ms, error_code, error_message, results })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("UpdateFeaturesResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "UpdateFeaturesResponse.error_message",
        )?;
        if version <= 1 {
            writer.write_array(
                true,
                &self.results,
                "UpdateFeaturesResponse.results",
                |writer, element| element.encode(writer),
            )?;
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`UpdateFeaturesResponse`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdatableFeatureResult {
    /// `string`.
    pub feature: String,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
}

impl Default for UpdatableFeatureResult {
    fn default() -> Self {
        Self { feature: String::new(), error_code: 0, error_message: Some(String::new()) }
    }
}

impl UpdatableFeatureResult {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let feature = reader.read_string(true, "UpdatableFeatureResult.feature")?;
        let error_code = reader.read_i16("UpdatableFeatureResult.error_code")?;
        let error_message = reader.read_nullable_string(true, "UpdatableFeatureResult.error_message")?;
        reader.skip_tagged_fields("UpdatableFeatureResult")?;
        Ok(Self { feature, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.feature, "UpdatableFeatureResult.feature")?;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "UpdatableFeatureResult.error_message",
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
