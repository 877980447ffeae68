//! ApiVersions (API key 18), versions 0 to 4, flexible since version 3.
//!
//! Written by `tidemill-protocol-generator` from `schemas/api_versions.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ApiVersionsRequest {
    /// `string` in versions 3 to 4; dropped elsewhere.
    pub client_software_name: String,
    /// `string` in versions 3 to 4; dropped elsewhere.
    pub client_software_version: String,
}

impl Message for ApiVersionsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ApiVersionsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let client_software_name = if version >= 3 {
            reader.read_string(flexible, "ApiVersionsRequest.client_software_name")?
        } else {
            String::new()
        };
        let client_software_version = if version >= 3 {
            reader.read_string(flexible, "ApiVersionsRequest.client_software_version")?
        } else {
            String::new()
        };
        if flexible {
            reader.skip_tagged_fields("ApiVersionsRequest")?;
        }
        Ok(Self { client_software_name, client_software_version })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ApiVersionsRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        if version >= 3 {
            writer.write_string(
                flexible,
                &self.client_software_name,
                "ApiVersionsRequest.client_software_name",
            )?;
        }
        if version >= 3 {
            writer.write_string(
                flexible,
                &self.client_software_version,
                "ApiVersionsRequest.client_software_version",
            )?;
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for ApiVersionsRequest {
    const API_KEY: ApiKey = ApiKey::ApiVersions;
    const FLEXIBLE_SINCE: i16 = 3;
    type Response = ApiVersionsResponse;
}

/// Response, versions 0 to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiVersionsResponse {
    /// `int16`.
    pub error_code: i16,
    /// `[]ApiVersion`.
    pub api_keys: Vec<ApiVersion>,
    /// `int32` in versions 1 to 4; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `[]SupportedFeatureKey` in versions 3 to 4, tag 0; dropped elsewhere.
    pub supported_features: Vec<SupportedFeatureKey>,
    /// `int64` in versions 3 to 4, tag 1; default -1; dropped elsewhere.
    pub finalized_features_epoch: i64,
    /// `[]FinalizedFeatureKey` in versions 3 to 4, tag 2; dropped elsewhere.
    pub finalized_features: Vec<FinalizedFeatureKey>,
    /// `bool` in versions 3 to 4, tag 3; dropped elsewhere.
    pub zk_migration_ready: bool,
}

impl Default for ApiVersionsResponse {
    fn default() -> Self {
        Self {
            error_code: 0,
            api_keys: Vec::new(),
            throttle_time_ms: 0,
            supported_features: Vec::new(),
            finalized_features_epoch: -1,
            finalized_features: Vec::new(),
            zk_migration_ready: false,
        }
    }
}

impl Message for ApiVersionsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ApiVersionsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let error_code = reader.read_i16("ApiVersionsResponse.error_code")?;
        let api_keys = reader.read_array(flexible, 6, "ApiVersionsResponse.api_keys", |reader| {
            ApiVersion::decode(reader, version)
        })?;
        let throttle_time_ms =
            if version >= 1 { reader.read_i32("ApiVersionsResponse.throttle_time_ms")? } else { 0 };
        let mut supported_features = Vec::new();
        let mut finalized_features_epoch = -1;
        let mut finalized_features = Vec::new();
        let mut zk_migration_ready = false;
        if flexible {
            reader.read_tagged_fields("ApiVersionsResponse", &mut |tag, reader| {
                match tag {
                    0 => {
                        supported_features = reader.read_array(
                            true,
                            6,
                            "ApiVersionsResponse.supported_features",
                            SupportedFeatureKey::decode,
                        )?
                    }
                    1 => {
                        finalized_features_epoch =
                            reader.read_i64("ApiVersionsResponse.finalized_features_epoch")?
                    }
                    2 => {
                        finalized_features = reader.read_array(
                            true,
                            6,
                            "ApiVersionsResponse.finalized_features",
                            FinalizedFeatureKey::decode,
                        )?
                    }
                    3 => zk_migration_ready = reader.read_bool("ApiVersionsResponse.zk_migration_ready")?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            error_code,
            api_keys,
            throttle_time_ms,
            supported_features,
            finalized_features_epoch,
            finalized_features,
            zk_migration_ready,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ApiVersionsResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        writer.write_i16(self.error_code);
        writer.write_array(flexible, &self.api_keys, "ApiVersionsResponse.api_keys", |writer, element| {
            element.encode(writer, version)
        })?;
        if version >= 1 {
            writer.write_i32(self.throttle_time_ms);
        }
        if flexible {
            let tags = writer.start_tagged_fields();
            if !self.supported_features.is_empty() {
                let tag = writer.start_tag(tags, 0);
                writer.write_array(
                    true,
                    &self.supported_features,
                    "ApiVersionsResponse.supported_features",
                    |writer, element| element.encode(writer),
                )?;
                writer.end_tag(tag, "ApiVersionsResponse.supported_features")?;
            }
            if self.finalized_features_epoch != -1 {
                let tag = writer.start_tag(tags, 1);
                writer.write_i64(self.finalized_features_epoch);
                writer.end_tag(tag, "ApiVersionsResponse.finalized_features_epoch")?;
            }
            if !self.finalized_features.is_empty() {
                let tag = writer.start_tag(tags, 2);
                writer.write_array(
                    true,
                    &self.finalized_features,
                    "ApiVersionsResponse.finalized_features",
                    |writer, element| element.encode(writer),
                )?;
                writer.end_tag(tag, "ApiVersionsResponse.finalized_features")?;
            }
            if self.zk_migration_ready {
                let tag = writer.start_tag(tags, 3);
                writer.write_bool(self.zk_migration_ready);
                writer.end_tag(tag, "ApiVersionsResponse.zk_migration_ready")?;
            }
        }
        Ok(())
    }
}

/// Part of [`ApiVersionsResponse`], versions 0 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ApiVersion {
    /// `int16`.
    pub api_key: i16,
    /// `int16`.
    pub min_version: i16,
    /// `int16`.
    pub max_version: i16,
}

impl ApiVersion {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        let api_key = reader.read_i16("ApiVersion.api_key")?;
        let min_version = reader.read_i16("ApiVersion.min_version")?;
        let max_version = reader.read_i16("ApiVersion.max_version")?;
        if flexible {
            reader.skip_tagged_fields("ApiVersion")?;
        }
        Ok(Self { api_key, min_version, max_version })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        writer.write_i16(self.api_key);
        writer.write_i16(self.min_version);
        writer.write_i16(self.max_version);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`ApiVersionsResponse`], versions 3 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SupportedFeatureKey {
    /// `string`.
    pub name: String,
    /// `int16`.
    pub min_version: i16,
    /// `int16`.
    pub max_version: i16,
}

impl SupportedFeatureKey {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "SupportedFeatureKey.name")?;
        let min_version = reader.read_i16("SupportedFeatureKey.min_version")?;
        let max_version = reader.read_i16("SupportedFeatureKey.max_version")?;
        reader.skip_tagged_fields("SupportedFeatureKey")?;
        Ok(Self { name, min_version, max_version })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "SupportedFeatureKey.name")?;
        writer.write_i16(self.min_version);
        writer.write_i16(self.max_version);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ApiVersionsResponse`], versions 3 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FinalizedFeatureKey {
    /// `string`.
    pub name: String,
    /// `int16`.
    pub max_version_level: i16,
    /// `int16`.
    pub min_version_level: i16,
}

impl FinalizedFeatureKey {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let name = reader.read_string(true, "FinalizedFeatureKey.name")?;
        let max_version_level = reader.read_i16("FinalizedFeatureKey.max_version_level")?;
        let min_version_level = reader.read_i16("FinalizedFeatureKey.min_version_level")?;
        reader.skip_tagged_fields("FinalizedFeatureKey")?;
        Ok(Self { name, max_version_level, min_version_level })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.name, "FinalizedFeatureKey.name")?;
        writer.write_i16(self.max_version_level);
        writer.write_i16(self.min_version_level);
        writer.write_no_tagged_fields();
        Ok(())
    }
}
