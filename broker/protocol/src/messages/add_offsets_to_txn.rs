//! AddOffsetsToTxn (API key 25), versions 0 to 4, flexible since version 3.
//!
//! Written by `tidemill-protocol-generator` from `schemas/add_offsets_to_txn.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddOffsetsToTxnRequest {
    /// `string`.
    pub transactional_id: String,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `string`.
    pub group_id: String,
}

impl Message for AddOffsetsToTxnRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AddOffsetsToTxnRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let transactional_id = reader.read_string(flexible, "AddOffsetsToTxnRequest.transactional_id")?;
        let producer_id = reader.read_i64("AddOffsetsToTxnRequest.producer_id")?;
        let producer_epoch = reader.read_i16("AddOffsetsToTxnRequest.producer_epoch")?;
        let group_id = reader.read_string(flexible, "AddOffsetsToTxnRequest.group_id")?;
        if flexible {
            reader.skip_tagged_fields("AddOffsetsToTxnRequest")?;
        }
        Ok(Self { transactional_id, producer_id, producer_epoch, group_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AddOffsetsToTxnRequest", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        writer.write_string(flexible, &self.transactional_id, "AddOffsetsToTxnRequest.transactional_id")?;
        writer.write_i64(self.producer_id);
        writer.write_i16(self.producer_epoch);
        writer.write_string(flexible, &self.group_id, "AddOffsetsToTxnRequest.group_id")?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}

impl Request for AddOffsetsToTxnRequest {
    const API_KEY: ApiKey = ApiKey::AddOffsetsToTxn;
    const FLEXIBLE_SINCE: i16 = 3;
    type Response = AddOffsetsToTxnResponse;
}

/// Response, versions 0 to 4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddOffsetsToTxnResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
}

impl Message for AddOffsetsToTxnResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=4;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("AddOffsetsToTxnResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        let throttle_time_ms = reader.read_i32("AddOffsetsToTxnResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("AddOffsetsToTxnResponse.error_code")?;
        if flexible {
            reader.skip_tagged_fields("AddOffsetsToTxnResponse")?;
        }
        Ok(Self { throttle_time_ms, error_code })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("AddOffsetsToTxnResponse", version, &Self::VERSIONS)?;
        let flexible = version >= 3;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
