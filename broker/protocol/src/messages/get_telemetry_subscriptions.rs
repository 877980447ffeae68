//! GetTelemetrySubscriptions (API key 71), version 0, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/get_telemetry_subscriptions.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Uuid, Writer};

/// Request, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GetTelemetrySubscriptionsRequest {
    /// `uuid`.
    pub client_instance_id: Uuid,
}

impl Message for GetTelemetrySubscriptionsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("GetTelemetrySubscriptionsRequest", version, &Self::VERSIONS)?;
        let client_instance_id = reader.read_uuid("GetTelemetrySubscriptionsRequest.client_instance_id")?;
        reader.skip_tagged_fields("GetTelemetrySubscriptionsRequest")?;
        Ok(Self { client_instance_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("GetTelemetrySubscriptionsRequest", version, &Self::VERSIONS)?;
        writer.write_uuid(self.client_instance_id);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for GetTelemetrySubscriptionsRequest {
    const API_KEY: ApiKey = ApiKey::GetTelemetrySubscriptions;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = GetTelemetrySubscriptionsResponse;
}

/// Response, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GetTelemetrySubscriptionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `uuid`.
    pub client_instance_id: Uuid,
    /// `int32`.
    pub subscription_id: i32,
    /// `[]int8`.
    pub accepted_compression_types: Vec<i8>,
    /// `int32`.
    pub push_interval_ms: i32,
    /// `int32`.
    pub telemetry_max_bytes: i32,
    /// `bool`.
    pub delta_temporality: bool,
    /// `[]string`.
    pub requested_metrics: Vec<String>,
}

impl Message for GetTelemetrySubscriptionsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("GetTelemetrySubscriptionsResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("GetTelemetrySubscriptionsResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("GetTelemetrySubscriptionsResponse.error_code")?;
        let client_instance_id = reader.read_uuid("GetTelemetrySubscriptionsResponse.client_instance_id")?;
        let subscription_id = reader.read_i32("GetTelemetrySubscriptionsResponse.subscription_id")?;
        let accepted_compression_types = reader.read_array(
            true,
            1,
            "GetTelemetrySubscriptionsResponse.accepted_compression_types",
            |reader| reader.read_i8("GetTelemetrySubscriptionsResponse.accepted_compression_types"),
        )?;
        let push_interval_ms = reader.read_i32("GetTelemetrySubscriptionsResponse.push_interval_ms")?;
        let telemetry_max_bytes = reader.read_i32("GetTelemetrySubscriptionsResponse.telemetry_max_bytes")?;
        let delta_temporality = reader.read_bool("GetTelemetrySubscriptionsResponse.delta_temporality")?;
        let requested_metrics =
            reader.read_array(true, 1, "GetTelemetrySubscriptionsResponse.requested_metrics", |reader| {
                reader.read_string(true, "GetTelemetrySubscriptionsResponse.requested_metrics")
            })?;
        reader.skip_tagged_fields("GetTelemetrySubscriptionsResponse")?;
        Ok(Self {
            throttle_time_ms,
            error_code,
            client_instance_id,
            subscription_id,
            accepted_compression_types,
            push_interval_ms,
            telemetry_max_bytes,
            delta_temporality,
            requested_metrics,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("GetTelemetrySubscriptionsResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_uuid(self.client_instance_id);
        writer.write_i32(self.subscription_id);
        writer.write_array(
            true,
            &self.accepted_compression_types,
            "GetTelemetrySubscriptionsResponse.accepted_compression_types",
            |writer, element| {
                writer.write_i8(*element);
                Ok(())
            },
        )?;
        writer.write_i32(self.push_interval_ms);
        writer.write_i32(self.telemetry_max_bytes);
        writer.write_bool(self.delta_temporality);
        writer.write_array(
            true,
            &self.requested_metrics,
            "GetTelemetrySubscriptionsResponse.requested_metrics",
            |writer, element| {
                writer.write_string(true, element, "GetTelemetrySubscriptionsResponse.requested_metrics")
            },
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
