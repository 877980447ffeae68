//! DescribeCluster (API key 60), versions 0 to 2, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/describe_cluster.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClusterRequest {
    /// `bool`.
    pub include_cluster_authorized_operations: bool,
    /// `int8` in versions 1 to 2; default 1.
    pub endpoint_type: i8,
    /// `bool` in version 2.
    pub include_fenced_brokers: bool,
}

impl Default for DescribeClusterRequest {
    fn default() -> Self {
        Self { include_cluster_authorized_operations: false, endpoint_type: 1, include_fenced_brokers: false }
    }
}

impl Message for DescribeClusterRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeClusterRequest", version, &Self::VERSIONS)?;
        let include_cluster_authorized_operations =
            reader.read_bool("DescribeClusterRequest.include_cluster_authorized_operations")?;
        let endpoint_type =
            if version >= 1 { reader.read_i8("DescribeClusterRequest.endpoint_type")? } else { 1 };
        let include_fenced_brokers = if version == 2 {
            reader.read_bool("DescribeClusterRequest.include_fenced_brokers")?
        } else {
            false
        };
        reader.skip_tagged_fields("DescribeClusterRequest")?;
        Ok(Self { include_cluster_authorized_operations, endpoint_type, include_fenced_brokers })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeClusterRequest", version, &Self::VERSIONS)?;
        writer.write_bool(self.include_cluster_authorized_operations);
        if version >= 1 {
            writer.write_i8(self.endpoint_type);
        } else if self.endpoint_type != 1 {
            return Err(EncodeError::not_in_version("DescribeClusterRequest.endpoint_type", version));
        }
        if version == 2 {
            writer.write_bool(self.include_fenced_brokers);
        } else if self.include_fenced_brokers {
            return Err(EncodeError::not_in_version(
                "DescribeClusterRequest.include_fenced_brokers",
                version,
            ));
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for DescribeClusterRequest {
    const API_KEY: ApiKey = ApiKey::DescribeCluster;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = DescribeClusterResponse;
}

/// Response, versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClusterResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, or null; default null.
    pub error_message: Option<String>,
    /// `int8` in versions 1 to 2; default 1.
    pub endpoint_type: i8,
    /// `string`.
    pub cluster_id: String,
    /// `int32`; default -1.
    pub controller_id: i32,
    /// `[]DescribeClusterBroker`.
    pub brokers: Vec<DescribeClusterBroker>,
    /// `int32`; default -2147483648.
    pub cluster_authorized_operations: i32,
}

impl Default for DescribeClusterResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: None,
            endpoint_type: 1,
            cluster_id: String::new(),
            controller_id: -1,
            brokers: Vec::new(),
            cluster_authorized_operations: -2147483648,
        }
    }
}

impl Message for DescribeClusterResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("DescribeClusterResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("DescribeClusterResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("DescribeClusterResponse.error_code")?;
        let error_message = reader.read_nullable_string(true, "DescribeClusterResponse.error_message")?;
        let endpoint_type =
            if version >= 1 { reader.read_i8("DescribeClusterResponse.endpoint_type")? } else { 1 };
        let cluster_id = reader.read_string(true, "DescribeClusterResponse.cluster_id")?;
        let controller_id = reader.read_i32("DescribeClusterResponse.controller_id")?;
        let brokers = reader.read_array(true, 11, "DescribeClusterResponse.brokers", |reader| {
            DescribeClusterBroker::decode(reader, version)
        })?;
        let cluster_authorized_operations =
            reader.read_i32("DescribeClusterResponse.cluster_authorized_operations")?;
        reader.skip_tagged_fields("DescribeClusterResponse")?;
        Ok(Self {
            throttle_time_ms,
            error_code,
            error_message,
            endpoint_type,
            cluster_id,
            controller_id,
            brokers,
            cluster_authorized_operations,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("DescribeClusterResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_nullable_string(
            true,
            self.error_message.as_deref(),
            "DescribeClusterResponse.error_message",
        )?;
        if version >= 1 {
            writer.write_i8(self.endpoint_type);
        } else if self.endpoint_type != 1 {
            return Err(EncodeError::not_in_version("DescribeClusterResponse.endpoint_type", version));
        }
        writer.write_string(true, &self.cluster_id, "DescribeClusterResponse.cluster_id")?;
        writer.write_i32(self.controller_id);
        writer.write_array(true, &self.brokers, "DescribeClusterResponse.brokers", |writer, element| {
            element.encode(writer, version)
        })?;
        writer.write_i32(self.cluster_authorized_operations);
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`DescribeClusterResponse`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeClusterBroker {
    /// `int32`.
    pub broker_id: i32,
    /// `string`.
    pub host: String,
    /// `int32`.
    pub port: i32,
    /// `string`, or null; default null.
    pub rack: Option<String>,
    /// `bool` in version 2.
    pub is_fenced: bool,
}

impl DescribeClusterBroker {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let broker_id = reader.read_i32("DescribeClusterBroker.broker_id")?;
        let host = reader.read_string(true, "DescribeClusterBroker.host")?;
        let port = reader.read_i32("DescribeClusterBroker.port")?;
        let rack = reader.read_nullable_string(true, "DescribeClusterBroker.rack")?;
        let is_fenced =
            if version == 2 { reader.read_bool("DescribeClusterBroker.is_fenced")? } else { false };
        reader.skip_tagged_fields("DescribeClusterBroker")?;
        Ok(Self { broker_id, host, port, rack, is_fenced })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.write_i32(self.broker_id);
        writer.write_string(true, &self.host, "DescribeClusterBroker.host")?;
        writer.write_i32(self.port);
        writer.write_nullable_string(true, self.rack.as_deref(), "DescribeClusterBroker.rack")?;
        if version == 2 {
            writer.write_bool(self.is_fenced);
        } else if self.is_fenced {
            return Err(EncodeError::not_in_version("DescribeClusterBroker.is_fenced", version));
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}
