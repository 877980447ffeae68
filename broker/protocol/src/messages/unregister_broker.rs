//! UnregisterBroker (API key 64), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/unregister_broker.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnregisterBrokerRequest {
    /// `int32`.
    pub broker_id: i32,
}

impl Message for UnregisterBrokerRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("UnregisterBrokerRequest", version, &Self::VERSIONS)?;
        let broker_id = reader.read_i32("UnregisterBrokerRequest.broker_id")?;
        reader.skip_tagged_fields("UnregisterBrokerRequest")?;
        Ok(Self { broker_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("UnregisterBrokerRequest", version, &Self::VERSIONS)?;
        writer.write_i32(self.broker_id);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for UnregisterBrokerRequest {
    const API_KEY: ApiKey = ApiKey::UnregisterBroker;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = UnregisterBrokerResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq)]
pub struct UnregisterBrokerResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
}

impl Default for UnregisterBrokerResponse {
    fn default() -> Self {
        Self { throttle_time_ms: 0, error_code: 0, error_message: Some(String::new()) }
    }
}

impl Message for UnregisterBrokerResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("UnregisterBrokerResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("UnregisterBrokerResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("UnregisterBrokerResponse.error_code")?;
        let error_message = reader.read_nullable_string(true, "UnregisterBrokerResponse.error_message")?;
        reader.skip_tagged_fields("UnregisterBrokerResponse")?;
        Ok(Self { throttle_time_ms, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("UnregisterBrokerResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "UnregisterBrokerResponse.error_message",
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
