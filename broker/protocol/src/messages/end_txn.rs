//! EndTxn (API key 26), versions 0 to 5, flexible since version 3.
//!
//! Written by `tidemill-protocol-generator` from `schemas/end_txn.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndTxnRequest {
    /// `string`.
    pub transactional_id: String,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `bool`.
    pub committed: bool,
}

impl Message for EndTxnRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("EndTxnRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let transactional_id = reader.read_string(flexible, "EndTxnRequest.transactional_id")?;
        let producer_id = reader.read_i64("EndTxnRequest.producer_id")?;
        let producer_epoch = reader.read_i16("EndTxnRequest.producer_epoch")?;
        let committed = reader.read_bool("EndTxnRequest.committed")?;
        if flexible {
            reader.skip_tagged_fields("EndTxnRequest")?;
        }
        Ok(Self { transactional_id, producer_id, producer_epoch, committed })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("EndTxnRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        writer.write_string(flexible, &self.transactional_id, "EndTxnRequest.transactional_id")?;
        writer.write_i64(self.producer_id);
        writer.write_i16(self.producer_epoch);
        writer.write_bool(self.committed);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for EndTxnRequest {
    const API_KEY: ApiKey = ApiKey::EndTxn;
    const FLEXIBLE_SINCE: i16 = 3;
    type Response = EndTxnResponse;
}

/// Response, versions 0 to 5.
#[derive(Debug, Clone, PartialEq)]
pub struct EndTxnResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `int64` in version 5; default -1; dropped elsewhere.
    pub producer_id: i64,
    /// `int16` in version 5; default -1; dropped elsewhere.
    pub producer_epoch: i16,
}

impl Default for EndTxnResponse {
    fn default() -> Self {
        Self { throttle_time_ms: 0, error_code: 0, producer_id: -1, producer_epoch: -1 }
    }
}

impl Message for EndTxnResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("EndTxnResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let throttle_time_ms = reader.read_i32("EndTxnResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("EndTxnResponse.error_code")?;
        let producer_id = if version == 5 { reader.read_i64("EndTxnResponse.producer_id")? } else { -1 };
        let producer_epoch =
            if version == 5 { reader.read_i16("EndTxnResponse.producer_epoch")? } else { -1 };
        if flexible {
            reader.skip_tagged_fields("EndTxnResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code, producer_id, producer_epoch })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("EndTxnResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        if version == 5 {
            writer.write_i64(self.producer_id);
        }
        if version == 5 {
            writer.write_i16(self.producer_epoch);
        }
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
