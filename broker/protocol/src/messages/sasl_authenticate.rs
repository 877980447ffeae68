//! SaslAuthenticate (API key 36), versions 0 to 2, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/sasl_authenticate.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaslAuthenticateRequest {
    /// `bytes`.
    pub auth_bytes: Bytes,
}

impl Message for SaslAuthenticateRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("SaslAuthenticateRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let auth_bytes = reader.read_bytes(flexible, "SaslAuthenticateRequest.auth_bytes")?;
        if flexible {
            reader.skip_tagged_fields("SaslAuthenticateRequest")?;
        }
        Ok(Self { auth_bytes })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("SaslAuthenticateRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_bytes(flexible, &self.auth_bytes, "SaslAuthenticateRequest.auth_bytes")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for SaslAuthenticateRequest {
    const API_KEY: ApiKey = ApiKey::SaslAuthenticate;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = SaslAuthenticateResponse;
}

/// Response, versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct SaslAuthenticateResponse {
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
    /// `bytes`.
    pub auth_bytes: Bytes,
    /// `int64` in versions 1 to 2; dropped elsewhere.
    pub session_lifetime_ms: i64,
}

impl Default for SaslAuthenticateResponse {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: Some(String::new()),
            auth_bytes: Bytes::new(),
            session_lifetime_ms: 0,
        }
    }
}

impl Message for SaslAuthenticateResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("SaslAuthenticateResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let error_code = reader.read_i16("SaslAuthenticateResponse.error_code")?;
        let error_message =
            reader.read_nullable_string(flexible, "SaslAuthenticateResponse.error_message")?;
        let auth_bytes = reader.read_bytes(flexible, "SaslAuthenticateResponse.auth_bytes")?;
        let session_lifetime_ms =
            if version >= 1 { reader.read_i64("SaslAuthenticateResponse.session_lifetime_ms")? } else { 0 };
        if flexible {
            reader.skip_tagged_fields("SaslAuthenticateResponse")?;
        }
        Ok(Self { error_code, error_message, auth_bytes, session_lifetime_ms })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("SaslAuthenticateResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            flexible,
            self.error_message.as_deref(),
            "SaslAuthenticateResponse.error_message",
        )?;
        writer.write_bytes(flexible, &self.auth_bytes, "SaslAuthenticateResponse.auth_bytes")?;
        if version >= 1 {
            writer.write_i64(self.session_lifetime_ms);
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
