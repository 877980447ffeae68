//! SaslHandshake (API key 17), versions 0 to 1, never flexible.
//!
//! Written by `tidemill-protocol-generator` from `schemas/sasl_handshake.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaslHandshakeRequest {
    /// `string`.
    pub mechanism: String,
}

impl Message for SaslHandshakeRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("SaslHandshakeRequest", version, &Self::VERSIONS)?;
        let mechanism = reader.read_string(false, "SaslHandshakeRequest.mechanism")?;
        Ok(Self { mechanism })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("SaslHandshakeRequest", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.mechanism, "SaslHandshakeRequest.mechanism")?;
        Ok(())
    }
}

impl Request for SaslHandshakeRequest {
    const API_KEY: ApiKey = ApiKey::SaslHandshake;
    const FLEXIBLE_SINCE: i16 = i16::MAX;
    type Response = SaslHandshakeResponse;
}

/// Response, versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SaslHandshakeResponse {
    /// `int16`.
    pub error_code: i16,
    /// `[]string`.
    pub mechanisms: Vec<String>,
}

impl Message for SaslHandshakeResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("SaslHandshakeResponse", version, &Self::VERSIONS)?;
        let error_code = reader.read_i16("SaslHandshakeResponse.error_code")?;
        let mechanisms = reader.read_array(false, 2, "SaslHandshakeResponse.mechanisms", |reader| {
            reader.read_string(false, "SaslHandshakeResponse.mechanisms")
        })?;
        Ok(Self { error_code, mechanisms })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("SaslHandshakeResponse", version, &Self::VERSIONS)?;
        writer.write_i16(self.error_code);
        writer.write_array(
            false,
            &self.mechanisms,
            "SaslHandshakeResponse.mechanisms",
            |writer, element| writer.write_string(false, element, "SaslHandshakeResponse.mechanisms"),
        )?;
        Ok(())
    }
}
