//! PushTelemetry (API key 72), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/push_telemetry.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use bytes::Bytes;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PushTelemetryRequest {
    /// `uuid`.
    pub client_instance_id: Uuid,
    /// `int32`.
    pub subscription_id: i32,
    /// `bool`.
    pub terminating: bool,
    /// `int8`.
    pub compression_type: i8,
    /// `bytes`.
    pub metrics: Bytes,
}

impl Message for PushTelemetryRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("PushTelemetryRequest", version, &Self::VERSIONS)?;
        let client_instance_id = reader.read_uuid("PushTelemetryRequest.client_instance_id")?;
        let subscription_id = reader.read_i32("PushTelemetryRequest.subscription_id")?;
        let terminating = reader.read_bool("PushTelemetryRequest.terminating")?;
        let compression_type = reader.read_i8("PushTelemetryRequest.compression_type")?;
        let metrics = reader.read_bytes(true, "PushTelemetryRequest.metrics")?;
        reader.skip_tagged_fields("PushTelemetryRequest")?;
        Ok(Self { client_instance_id, subscription_id, terminating, compression_type, metrics })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("PushTelemetryRequest", version, &Self::VERSIONS)?;
        writer.write_uuid(self.client_instance_id);
        writer.write_i32(self.subscription_id);
        writer.write_bool(self.terminating);
        writer.write_i8(self.compression_type);
        writer.write_bytes(true, &self.metrics, "PushTelemetryRequest.metrics")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for PushTelemetryRequest {
    const API_KEY: ApiKey = ApiKey::PushTelemetry;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = PushTelemetryResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PushTelemetryResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
}

impl Message for PushTelemetryResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("PushTelemetryResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("PushTelemetryResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("PushTelemetryResponse.error_code")?;
        reader.skip_tagged_fields("PushTelemetryResponse")?;
        Ok(Self { throttle_time_ms, error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("PushTelemetryResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_no_tagged_fields();
        Ok(())
    }
}
