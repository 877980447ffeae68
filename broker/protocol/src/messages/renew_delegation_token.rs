//! RenewDelegationToken (API key 39), versions 1 to 2, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/renew_delegation_token.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RenewDelegationTokenRequest {
    /// `bytes`.
    pub hmac: Bytes,
    /// `int64`.
    pub renew_period_ms: i64,
}

impl Message for RenewDelegationTokenRequest {
    const VERSIONS: RangeInclusive<i16> = 1..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("RenewDelegationTokenRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let hmac = reader.read_bytes(flexible, "RenewDelegationTokenRequest.hmac")?;
        let renew_period_ms = reader.read_i64("RenewDelegationTokenRequest.renew_period_ms")?;
        if flexible {
            reader.skip_tagged_fields("RenewDelegationTokenRequest")?;
        }
        Ok(Self { hmac, renew_period_ms })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("RenewDelegationTokenRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_bytes(flexible, &self.hmac, "RenewDelegationTokenRequest.hmac")?;
        writer.write_i64(self.renew_period_ms);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for RenewDelegationTokenRequest {
    const API_KEY: ApiKey = ApiKey::RenewDelegationToken;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = RenewDelegationTokenResponse;
}

/// Response, versions 1 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RenewDelegationTokenResponse {
    /// `int16`.
    pub error_code: i16,
    /// `int64`.
    pub expiry_timestamp_ms: i64,
    /// `int32`.
    pub throttle_time_ms: i32,
}

impl Message for RenewDelegationTokenResponse {
    const VERSIONS: RangeInclusive<i16> = 1..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("RenewDelegationTokenResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let error_code = reader.read_i16("RenewDelegationTokenResponse.error_code")?;
        let expiry_timestamp_ms = reader.read_i64("RenewDelegationTokenResponse.expiry_timestamp_ms")?;
        let throttle_time_ms = reader.read_i32("RenewDelegationTokenResponse.throttle_time_ms")?;
        if flexible {
            reader.skip_tagged_fields("RenewDelegationTokenResponse")?;
        }
        Ok(Self { error_code, expiry_timestamp_ms, throttle_time_ms })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("RenewDelegationTokenResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i16(self.error_code);
        writer.write_i64(self.expiry_timestamp_ms);
        writer.write_i32(self.throttle_time_ms);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
