//! DescribeDelegationToken (API key 41), versions 1 to 3, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_delegation_token.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 1 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeDelegationTokenRequest {
    /// `[]DescribeDelegationTokenOwner`, or null.
    pub owners: Option<Vec<DescribeDelegationTokenOwner>>,
}

impl Default for DescribeDelegationTokenRequest {
    fn default() -> Self {
        Self { owners: Some(Vec::new()) }
    }
}

impl Message for DescribeDelegationTokenRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeDelegationTokenRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let owners =
            reader.read_nullable_array(flexible, 3, "DescribeDelegationTokenRequest.owners", |reader| {
                DescribeDelegationTokenOwner::decode(reader, version)
            })?;
        if flexible {
            reader.skip_tagged_fields("DescribeDelegationTokenRequest")?;
        }
        Ok(Self { owners })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeDelegationTokenRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_nullable_array(
            flexible,
            self.owners.as_deref(),
            "DescribeDelegationTokenRequest.owners",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeDelegationTokenRequest`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeDelegationTokenOwner {
    /// `string`.
    pub principal_type: String,
    /// `string`.
    pub principal_name: String,
}

impl DescribeDelegationTokenOwner {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let principal_type = reader.read_string(flexible, "DescribeDelegationTokenOwner.principal_type")?;
        let principal_name = reader.read_string(flexible, "DescribeDelegationTokenOwner.principal_name")?;
        if flexible {
            reader.skip_tagged_fields("DescribeDelegationTokenOwner")?;
        }
        Ok(Self { principal_type, principal_name })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.principal_type, "DescribeDelegationTokenOwner.principal_type")?;
        writer.write_string(flexible, &self.principal_name, "DescribeDelegationTokenOwner.principal_name")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for DescribeDelegationTokenRequest {
    const API_KEY: ApiKey = ApiKey::DescribeDelegationToken;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = DescribeDelegationTokenResponse;
}

/// Response, versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeDelegationTokenResponse {
    /// `int16`.
    pub error_code: i16,
    /// `[]DescribedDelegationToken`.
    pub tokens: Vec<DescribedDelegationToken>,
    /// `int32`.
    pub throttle_time_ms: i32,
}

impl Message for DescribeDelegationTokenResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeDelegationTokenResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let error_code = reader.read_i16("DescribeDelegationTokenResponse.error_code")?;
        let tokens = reader.read_array(flexible, 30, "DescribeDelegationTokenResponse.tokens", |reader| {
            DescribedDelegationToken::decode(reader, version)
        })?;
        let throttle_time_ms = reader.read_i32("DescribeDelegationTokenResponse.throttle_time_ms")?;
        if flexible {
            reader.skip_tagged_fields("DescribeDelegationTokenResponse")?;
        }
        Ok(Self { error_code, tokens, throttle_time_ms })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeDelegationTokenResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i16(self.error_code);
        writer.write_array(
            flexible,
            &self.tokens,
            "DescribeDelegationTokenResponse.tokens",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_i32(self.throttle_time_ms);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeDelegationTokenResponse`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedDelegationToken {
    /// `string`.
    pub principal_type: String,
    /// `string`.
    pub principal_name: String,
    /// `string` in version 3.
    pub token_requester_principal_type: String,
    /// `string` in version 3.
    pub token_requester_principal_name: String,
    /// `int64`.
    pub issue_timestamp: i64,
    /// `int64`.
    pub expiry_timestamp: i64,
    /// `int64`.
    pub max_timestamp: i64,
    /// `string`.
    pub token_id: String,
    /// `bytes`.
    pub hmac: Bytes,
    /// `[]DescribedDelegationTokenRenewer`.
    pub renewers: Vec<DescribedDelegationTokenRenewer>,
}

impl DescribedDelegationToken {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let principal_type = reader.read_string(flexible, "DescribedDelegationToken.principal_type")?;
        let principal_name = reader.read_string(flexible, "DescribedDelegationToken.principal_name")?;
        let token_requester_principal_type = if version == 3 {
            reader.read_string(flexible, "DescribedDelegationToken.token_requester_principal_type")?
        } else {
            String::new()
        };
        let token_requester_principal_name = if version == 3 {
            reader.read_string(flexible, "DescribedDelegationToken.token_requester_principal_name")?
        } else {
            String::new()
        };
        let issue_timestamp = reader.read_i64("DescribedDelegationToken.issue_timestamp")?;
        let expiry_timestamp = reader.read_i64("DescribedDelegationToken.expiry_timestamp")?;
        let max_timestamp = reader.read_i64("DescribedDelegationToken.max_timestamp")?;
        let token_id = reader.read_string(flexible, "DescribedDelegationToken.token_id")?;
        let hmac = reader.read_bytes(flexible, "DescribedDelegationToken.hmac")?;
        let renewers = reader.read_array(flexible, 3, "DescribedDelegationToken.renewers", |reader| {
            DescribedDelegationTokenRenewer::decode(reader, version)
        })?;
        if flexible {
            reader.skip_tagged_fields("DescribedDelegationToken")?;
        }
        Ok(Self {
            principal_type,
            principal_name,
            token_requester_principal_type,
            token_requester_principal_name,
            issue_timestamp,
            expiry_timestamp,
            max_timestamp,
            token_id,
            hmac,
            renewers,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.principal_type, "DescribedDelegationToken.principal_type")?;
        writer.write_string(flexible, &self.principal_name, "DescribedDelegationToken.principal_name")?;
        if version == 3 {
            writer.write_string(
                flexible,
                &self.token_requester_principal_type,
                "DescribedDelegationToken.token_requester_principal_type",
            )?;
        } else if !self.token_requester_principal_type.is_empty() {
            return Err(EncodeError::not_in_version(
                "DescribedDelegationToken.token_requester_principal_type",
                version,
            ));
        }
        if version == 3 {
            writer.write_string(
                flexible,
                &self.token_requester_principal_name,
                "DescribedDelegationToken.token_requester_principal_name",
            )?;
        } else if !self.token_requester_principal_name.is_empty() {
            return Err(EncodeError::not_in_version(
                "DescribedDelegationToken.token_requester_principal_name",
                version,
            ));
        }
        writer.write_i64(self.issue_timestamp);
        writer.write_i64(self.expiry_timestamp);
        writer.write_i64(self.max_timestamp);
        writer.write_string(flexible, &self.token_id, "DescribedDelegationToken.token_id")?;
        writer.write_bytes(flexible, &self.hmac, "DescribedDelegationToken.hmac")?;
        writer.write_array(
            flexible,
            &self.renewers,
            "DescribedDelegationToken.renewers",
            |writer, element| element.encode(writer, version),
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`DescribeDelegationTokenResponse`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedDelegationTokenRenewer {
    /// `string`.
    pub principal_type: String,
    /// `string`.
    pub principal_name: String,
}

impl DescribedDelegationTokenRenewer {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let principal_type =
            reader.read_string(flexible, "DescribedDelegationTokenRenewer.principal_type")?;
        let principal_name =
            reader.read_string(flexible, "DescribedDelegationTokenRenewer.principal_name")?;
        if flexible {
            reader.skip_tagged_fields("DescribedDelegationTokenRenewer")?;
        }
        Ok(Self { principal_type, principal_name })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(
            flexible,
            &self.principal_type,
            "DescribedDelegationTokenRenewer.principal_type",
        )?;
        writer.write_string(
            flexible,
            &self.principal_name,
            "DescribedDelegationTokenRenewer.principal_name",
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
