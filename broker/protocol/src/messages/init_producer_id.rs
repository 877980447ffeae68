//! InitProducerId (API key 22), versions 0 to 5, flexible since version 2.
//!
//! Written by `tidemill-protocol-generator` from `schemas/init_producer_id.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 5.
#[derive(Debug, Clone, PartialEq)]
pub struct InitProducerIdRequest {
    /// `string`, or null.
    pub transactional_id: Option<String>,
    /// `int32`.
    pub transaction_timeout_ms: i32,
    /// `int64` in versions 3 to 5; default -1.
    pub producer_id: i64,
    /// `int16` in versions 3 to 5; default -1.
    pub producer_epoch: i16,
}

impl Default for InitProducerIdRequest {
    fn default() -> Self {
        Self {
            transactional_id: Some(String::new()),
            transaction_timeout_ms: 0,
            producer_id: -1,
            producer_epoch: -1,
        }
    }
}

impl Message for InitProducerIdRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("InitProducerIdRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let transactional_id =
            reader.read_nullable_string(flexible, "InitProducerIdRequest.transactional_id")?;
        let transaction_timeout_ms = reader.read_i32("InitProducerIdRequest.transaction_timeout_ms")?;
        let producer_id =
            if version >= 3 { reader.read_i64("InitProducerIdRequest.producer_id")? } else { -1 };
        let producer_epoch =
            if version >= 3 { reader.read_i16("InitProducerIdRequest.producer_epoch")? } else { -1 };
        if flexible {
            reader.skip_tagged_fields("InitProducerIdRequest")?;
        }
        Ok(Self { transactional_id, transaction_timeout_ms, producer_id, producer_epoch })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("InitProducerIdRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_nullable_string(
            flexible,
            self.transactional_id.as_deref(),
            "InitProducerIdRequest.transactional_id",
        )?;
        writer.write_i32(self.transaction_timeout_ms);
        if version >= 3 {
            writer.write_i64(self.producer_id);
        } else if self.producer_id != -1 {
            return Err(EncodeError::not_in_version("InitProducerIdRequest.producer_id", version));
        }
        if version >= 3 {
            writer.write_i16(self.producer_epoch);
        } else if self.producer_epoch != -1 {
            return Err(EncodeError::not_in_version("InitProducerIdRequest.producer_epoch", version));
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for InitProducerIdRequest {
    const API_KEY: ApiKey = ApiKey::InitProducerId;
    const FLEXIBLE_SINCE: i16 = 2;
    type Response = InitProducerIdResponse;
}

/// Response, versions 0 to 5.
#[derive(Debug, Clone, PartialEq)]
pub struct InitProducerIdResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `int64`; default -1.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
}

impl Default for InitProducerIdResponse {
    fn default() -> Self {
        Self { throttle_time_ms: 0, error_code: 0, producer_id: -1, producer_epoch: 0 }
    }
}

impl Message for InitProducerIdResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("InitProducerIdResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        let throttle_time_ms = reader.read_i32("InitProducerIdResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("InitProducerIdResponse.error_code")?;
        let producer_id = reader.read_i64("InitProducerIdResponse.producer_id")?;
        let producer_epoch = reader.read_i16("InitProducerIdResponse.producer_epoch")?;
        if flexible {
            reader.skip_tagged_fields("InitProducerIdResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code, producer_id, producer_epoch })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("InitProducerIdResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 2;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_i64(self.producer_id);
        writer.write_i16(self.producer_epoch);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
