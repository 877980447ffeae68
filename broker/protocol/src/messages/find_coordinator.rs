//! FindCoordinator (API key 10), versions 0 to 6, flexible since version 3.
//!
//! Written by `tidemill-protocol-generator` from `schemas/find_coordinator.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 6.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FindCoordinatorRequest {
    /// `string` in versions 0 to 3.
    pub key: String,
    /// `int8` in versions 1 to 6.
    pub key_type: i8,
    /// `[]string` in versions 4 to 6.
    pub coordinator_keys: Vec<String>,
}

impl Message for FindCoordinatorRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=6;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("FindCoordinatorRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let key = if version <= 3 {
            reader.read_string(flexible, "FindCoordinatorRequest.key")?
        } else {
            String::new()
        };
        let key_type = if version >= 1 { reader.read_i8("FindCoordinatorRequest.key_type")? } else { 0 };
        let coordinator_keys = if version >= 4 {
            reader.read_array(flexible, 1, "FindCoordinatorRequest.coordinator_keys", |reader| {
                reader.read_string(flexible, "FindCoordinatorRequest.coordinator_keys")
            })?
        } else {
            Vec::new()
        };
        if flexible {
            reader.skip_tagged_fields("FindCoordinatorRequest")?;
        }
        Ok(Self { key, key_type, coordinator_keys })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("FindCoordinatorRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        if version <= 3 {
            writer.write_string(flexible, &self.key, "FindCoordinatorRequest.key")?;
        } else if !self.key.is_empty() {
            return Err(EncodeError::not_in_version("FindCoordinatorRequest.key", version));
        }
        if version >= 1 {
            writer.write_i8(self.key_type);
        } else if self.key_type != 0 {
            return Err(EncodeError::not_in_version("FindCoordinatorRequest.key_type", version));
        }
        if version >= 4 {
            writer.write_array(
                flexible,
                &self.coordinator_keys,
                "FindCoordinatorRequest.coordinator_keys",
                |writer, element| {
                    writer.write_string(flexible, element, "FindCoordinatorRequest.coordinator_keys")
                },
            )?;
        } else if !self.coordinator_keys.is_empty() {
            return Err(EncodeError::not_in_version("FindCoordinatorRequest.coordinator_keys", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for FindCoordinatorRequest {
    const API_KEY: ApiKey = ApiKey::FindCoordinator;
    const FLEXIBLE_SINCE: i16 = 3;
    type Response = FindCoordinatorResponse;
}

/// Response, versions 0 to 6.
#[derive(Debug, Clone, PartialEq)]
pub struct FindCoordinatorResponse {
    /// `int32` in versions 1 to 6; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `int16` in versions 0 to 3.
    pub error_code: i16,
    /// `string` in versions 1 to 3, or null; dropped elsewhere.
    pub error_message: Option<String>,
    /// `int32` in versions 0 to 3.
    pub node_id: i32,
    /// `string` in versions 0 to 3.
    pub host: String,
    /// `int32` in versions 0 to 3.
    pub port: i32,
    /// `[]Coordinator` in versions 4 to 6.
    pub coordinators: Vec<Coordinator>,
}

impl Default for FindCoordinatorResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(String::new()),
            node_id: 0,
            host: String::new(),
            port: 0,
            coordinators: Vec::new(),
        }
    }
}

impl Message for FindCoordinatorResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=6;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("FindCoordinatorResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let throttle_time_ms =
            if version >= 1 { reader.read_i32("FindCoordinatorResponse.throttle_time_ms")? } else { 0 };
        let error_code =
            if version <= 3 { reader.read_i16("FindCoordinatorResponse.error_code")? } else { 0 };
        let error_message = if (1..=3).contains(&version) {
            reader.read_nullable_string(flexible, "FindCoordinatorResponse.error_message")?
        } else {
            Some(String::new())
        };
        let node_id = if version <= 3 { reader.read_i32("FindCoordinatorResponse.node_id")? } else { 0 };
        let host = if version <= 3 {
            reader.read_string(flexible, "FindCoordinatorResponse.host")?
        } else {
            String::new()
        };
        let port = if version <= 3 { reader.read_i32("FindCoordinatorResponse.port")? } else { 0 };
        let coordinators = if version >= 4 {
            reader.read_array(flexible, 14, "FindCoordinatorResponse.coordinators", Coordinator::decode)?
        } else {
            Vec::new()
        };
        if flexible {
            reader.skip_tagged_fields("FindCoordinatorResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code, error_message, node_id, host, port, coordinators })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("FindCoordinatorResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        if version >= 1 {
            writer.write_i32(self.throttle_time_ms);
        }
        if version <= 3 {
            writer.write_i16(self.error_code);
        } else if self.error_code != 0 {
            return Err(EncodeError::not_in_version("FindCoordinatorResponse.error_code", version));
        }
        if (1..=3).contains(&version) {
            writer.write_nullable_string(
                flexible,
                self.error_message.as_deref(),
                "FindCoordinatorResponse.error_message",
            )?;
        }
        if version <= 3 {
            writer.write_i32(self.node_id);
        } else if self.node_id != 0 {
            return Err(EncodeError::not_in_version("FindCoordinatorResponse.node_id", version));
        }
        if version <= 3 {
            writer.write_string(flexible, &self.host, "FindCoordinatorResponse.host")?;
        } else if !self.host.is_empty() {
            return Err(EncodeError::not_in_version("FindCoordinatorResponse.host", version));
        }
        if version <= 3 {
            writer.write_i32(self.port);
        } else if self.port != 0 {
            return Err(EncodeError::not_in_version("FindCoordinatorResponse.port", version));
        }
        if version >= 4 {
            writer.write_array(
                flexible,
                &self.coordinators,
                "FindCoordinatorResponse.coordinators",
                |writer, element| element.encode(writer),
            )?;
        } else if !self.coordinators.is_empty() {
            return Err(EncodeError::not_in_version("FindCoordinatorResponse.coordinators", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

/// Part of [`FindCoordinatorResponse`], versions 4 to 6.
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinator {
    /// `string`.
    pub key: String,
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: String,
    /// `int32`.
    pub port: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null.
    pub error_message: Option<String>,
}

impl Default for Coordinator {
    fn default() -> Self {
        Self {
            key: String::new(),
            node_id: 0,
            host: String::new(),
            port: 0,
            error_code: 0,
            error_message: Some(String::new()),
        }
    }
}

impl Coordinator {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let key = reader.read_string(true, "Coordinator.key")?;
        let node_id = reader.read_i32("Coordinator.node_id")?;
        let host = reader.read_string(true, "Coordinator.host")?;
        let port = reader.read_i32("Coordinator.port")?;
        let error_code = reader.read_i16("Coordinator.error_code")?;
        let error_message = reader.read_nullable_string(true, "Coordinator.error_message")?;
        reader.skip_tagged_fields("Coordinator")?;
        Ok(Self { key, node_id, host, port, error_code, error_message })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.key, "Coordinator.key")?;
        writer.write_i32(self.node_id);
        writer.write_string(true, &self.host, "Coordinator.host")?;
        writer.write_i32(self.port);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(true, self.error_message.as_deref(), "Coordinator.error_message")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
