//! CreateDelegationToken (API key 38), versions 1 to 3, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/create_delegation_token.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 1 to 3.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateDelegationTokenRequest {
    /// `string` in version 3, or null.
    pub owner_principal_type: Option<String>,
    /// `string` in version 3, or null.
    pub owner_principal_name: Option<String>,
    /// `[]CreatableRenewers`.
    pub renewers: Vec<CreatableRenewers>,
    /// `int64`.
    pub max_lifetime_ms: i64,
}

impl Default for CreateDelegationTokenRequest {
    fn default() -> Self {
        Self {
            owner_principal_type: Some(String::new()),
            owner_principal_name: Some(String::new()),
            renewers: Vec::new(),
            max_lifetime_ms: 0,
        }
    }
}

impl Message for CreateDelegationTokenRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("CreateDelegationTokenRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let owner_principal_type = if version == 3 {
            reader.read_nullable_string(flexible, "CreateDelegationTokenRequest.owner_principal_type")?
        } else {
            Some(String::new())
        };
        let owner_principal_name = if version == 3 {
            reader.read_nullable_string(flexible, "CreateDelegationTokenRequest.owner_principal_name")?
        } else {
            Some(String::new())
        };
        let renewers = reader.read_array(flexible, 3, "CreateDelegationTokenRequest.renewers", |reader| {
            CreatableRenewers::decode(reader, version)
        })?;
        let max_lifetime_ms = reader.read_i64("CreateDelegationTokenRequest.max_lifetime_ms")?;
        if flexible {
            reader.skip_tagged_fields("CreateDelegationTokenRequest")?;
        }
        Ok(Self { owner_principal_type, owner_principal_name, renewers, max_lifetime_ms })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("CreateDelegationTokenRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        if version == 3 {
            writer.write_nullable_string(
                flexible,
                self.owner_principal_type.as_deref(),
                "CreateDelegationTokenRequest.owner_principal_type",
            )?;
        } else if self
            .owner_principal_type
            .as_ref()
            .is_none_or(|owner_principal_type| !owner_principal_type.is_empty())
        {
            return Err(EncodeError::not_in_version(
                "CreateDelegationTokenRequest.owner_principal_type",
                version,
            ));
        }
        if version == 3 {
            writer.write_nullable_string(
                flexible,
                self.owner_principal_name.as_deref(),
                "CreateDelegationTokenRequest.owner_principal_name",
            )?;
        } else if self
            .owner_principal_name
            .as_ref()
            .is_none_or(|owner_principal_name| !owner_principal_name.is_empty())
        {
            return Err(EncodeError::not_in_version(
                "CreateDelegationTokenRequest.owner_principal_name",
                version,
            ));
        }
        writer.write_array(
            flexible,
            &self.renewers,
            "CreateDelegationTokenRequest.renewers",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_i64(self.max_lifetime_ms);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`CreateDelegationTokenRequest`], versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableRenewers {
    /// `string`.
    pub principal_type: String,
    /// `string`.
    pub principal_name: String,
}

impl CreatableRenewers {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        let principal_type = reader.read_string(flexible, "CreatableRenewers.principal_type")?;
        let principal_name = reader.read_string(flexible, "CreatableRenewers.principal_name")?;
        if flexible {
            reader.skip_tagged_fields("CreatableRenewers")?;
        }
        Ok(Self { principal_type, principal_name })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        writer.write_string(flexible, &self.principal_type, "CreatableRenewers.principal_type")?;
        writer.write_string(flexible, &self.principal_name, "CreatableRenewers.principal_name")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for CreateDelegationTokenRequest {
    const API_KEY: ApiKey = ApiKey::CreateDelegationToken;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = CreateDelegationTokenResponse;
}

/// Response, versions 1 to 3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateDelegationTokenResponse {
    /// `int16`.
    pub error_code: i16,
    /// `string`.
    pub principal_type: String,
    /// `string`.
    pub principal_name: String,
    /// `string` in version 3.
    pub token_requester_principal_type: String,
    /// `string` in version 3.
    pub token_requester_principal_name: String,
    /// `int64`.
    pub issue_timestamp_ms: i64,
    /// `int64`.
    pub expiry_timestamp_ms: i64,
    /// `int64`.
    pub max_timestamp_ms: i64,
    /// `string`.
    pub token_id: String,
    /// `bytes`.
    pub hmac: Bytes,
    /// `int32`.
    pub throttle_time_ms: i32,
}

impl Message for CreateDelegationTokenResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=3;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("CreateDelegationTokenResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let error_code = reader.read_i16("CreateDelegationTokenResponse.error_code")?;
        let principal_type = reader.read_string(flexible, "CreateDelegationTokenResponse.principal_type")?;
        let principal_name = reader.read_string(flexible, "CreateDelegationTokenResponse.principal_name")?;
        let token_requester_principal_type = if version == 3 {
            reader.read_string(flexible, "CreateDelegationTokenResponse.token_requester_principal_type")?
        } else {
            String::new()
        };
        let token_requester_principal_name = if version == 3 {
            reader.read_string(flexible, "CreateDelegationTokenResponse.token_requester_principal_name")?
        } else {
            String::new()
        };
        let issue_timestamp_ms = reader.read_i64("CreateDelegationTokenResponse.issue_timestamp_ms")?;
        let expiry_timestamp_ms = reader.read_i64("CreateDelegationTokenResponse.expiry_timestamp_ms")?;
        let max_timestamp_ms = reader.read_i64("CreateDelegationTokenResponse.max_timestamp_ms")?;
        let token_id = reader.read_string(flexible, "CreateDelegationTokenResponse.token_id")?;
        let hmac = reader.read_bytes(flexible, "CreateDelegationTokenResponse.hmac")?;
        let throttle_time_ms = reader.read_i32("CreateDelegationTokenResponse.throttle_time_ms")?;
        if flexible {
            reader.skip_tagged_fields("CreateDelegationTokenResponse")?;
        }
        Ok(Self {
            error_code,
            principal_type,
            principal_name,
            token_requester_principal_type,
            token_requester_principal_name,
            issue_timestamp_ms,
            expiry_timestamp_ms,
            max_timestamp_ms,
            token_id,
            hmac,
            throttle_time_ms,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("CreateDelegationTokenResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i16(self.error_code);
        writer.write_string(
            flexible,
            &self.principal_type,
            "CreateDelegationTokenResponse.principal_type",
        )?;
        writer.write_string(
            flexible,
            &self.principal_name,
            "CreateDelegationTokenResponse.principal_name",
        )?;
        if version == 3 {
            writer.write_string(
                flexible,
                &self.token_requester_principal_type,
                "CreateDelegationTokenResponse.token_requester_principal_type",
            )?;
        } else if !self.token_requester_principal_type.is_empty() {
            return Err(EncodeError::not_in_version(
                "CreateDelegationTokenResponse.token_requester_principal_type",
                version,
            ));
        }
        if version == 3 {
            writer.write_string(
                flexible,
                &self.token_requester_principal_name,
                "CreateDelegationTokenResponse.token_requester_principal_name",
            )?;
        } else if !self.token_requester_principal_name.is_empty() {
            return Err(EncodeError::not_in_version(
                "CreateDelegationTokenResponse.token_requester_principal_name",
                version,
            ));
        }
        writer.write_i64(self.issue_timestamp_ms);
        writer.write_i64(self.expiry_timestamp_ms);
        writer.write_i64(self.max_timestamp_ms);
        writer.write_string(flexible, &self.token_id, "CreateDelegationTokenResponse.token_id")?;
        writer.write_bytes(flexible, &self.hmac, "CreateDelegationTokenResponse.hmac")?;
        writer.write_i32(self.throttle_time_ms);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
