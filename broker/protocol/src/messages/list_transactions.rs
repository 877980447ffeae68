//! ListTransactions (API key 66), versions 0 to 2, flexible since version 0.
//!
//! Written by `tidemill-protocol-generator` from `schemas/list_transactions.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{ApiKey, DecodeError, EncodeError, Message, Reader, Request, Writer};

/// Request, versions 0 to 2.
#[derive(Debug, Clone, PartialEq)]
pub struct ListTransactionsRequest {
    /// `[]string`.
    pub state_filters: Vec<String>,
    /// `[]int64`.
    pub producer_id_filters: Vec<i64>,
    /// `int64` in versions 1 to 2; default -1.
    pub duration_filter: i64,
    /// `string` in version 2, or null; default null.
    pub transactional_id_pattern: Option<String>,
}

impl Default for ListTransactionsRequest {
    fn default() -> Self {
        Self {
            state_filters: Vec::new(),
            producer_id_filters: Vec::new(),
            duration_filter: -1,
            transactional_id_pattern: None,
        }
    }
}

impl Message for ListTransactionsRequest {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ListTransactionsRequest", version, &Self::VERSIONS)?;
        let state_filters =
            reader.read_array(true, 1, "ListTransactionsRequest.state_filters", |reader| {
                reader.read_string(true, "ListTransactionsRequest.state_filters")
            })?;
        let producer_id_filters =
            reader.read_array(true, 8, "ListTransactionsRequest.producer_id_filters", |reader| {
                reader.read_i64("ListTransactionsRequest.producer_id_filters")
            })?;
        let duration_filter =
            if version >= 1 { reader.read_i64("ListTransactionsRequest.duration_filter")? } else { -1 };
        let transactional_id_pattern = if version == 2 {
            reader.read_nullable_string(true, "ListTransactionsRequest.transactional_id_pattern")?
        } else {
            None
        };
        reader.skip_tagged_fields("ListTransactionsRequest")?;
        Ok(Self { state_filters, producer_id_filters, duration_filter, transactional_id_pattern })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ListTransactionsRequest", version, &Self::VERSIONS)?;
        writer.write_array(
            true,
            &self.state_filters,
            "ListTransactionsRequest.state_filters",
            |writer, element| writer.write_string(true, element, "ListTransactionsRequest.state_filters"),
        )?;
        writer.write_array(
            true,
            &self.producer_id_filters,
            "ListTransactionsRequest.producer_id_filters",
            |writer, element| {
                writer.write_i64(*element);
                Ok(())
            },
        )?;
        if version >= 1 {
            writer.write_i64(self.duration_filter);
        } else if self.duration_filter != -1 {
            return Err(EncodeError::not_in_version("ListTransactionsRequest.duration_filter", version));
        }
        if version == 2 {
            writer.write_nullable_string(
                true,
                self.transactional_id_pattern.as_deref(),
                "ListTransactionsRequest.transactional_id_pattern",
            )?;
        } else if self.transactional_id_pattern.is_some() {
            return Err(EncodeError::not_in_version(
                "ListTransactionsRequest.transactional_id_pattern",
                version,
            ));
        }
        writer.write_no_tagged_fields();
        Ok(())
    }
}

impl Request for ListTransactionsRequest {
    const API_KEY: ApiKey = ApiKey::ListTransactions;
    const FLEXIBLE_SINCE: i16 = 0;
    type Response = ListTransactionsResponse;
}

/// Response, versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListTransactionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `[]string`.
    pub unknown_state_filters: Vec<String>,
    /// `[]TransactionState`.
    pub transaction_states: Vec<TransactionState>,
}

impl Message for ListTransactionsResponse {
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("ListTransactionsResponse", version, &Self::VERSIONS)?;
        let throttle_time_ms = reader.read_i32("ListTransactionsResponse.throttle_time_ms")?;
        let error_code = reader.read_i16("ListTransactionsResponse.error_code")?;
        let unknown_state_filters =
            reader.read_array(true, 1, "ListTransactionsResponse.unknown_state_filters", |reader| {
                reader.read_string(true, "ListTransactionsResponse.unknown_state_filters")
            })?;
        let transaction_states = reader.read_array(
            true,
            11,
            "ListTransactionsResponse.transaction_states",
            TransactionState::decode,
        )?;
        reader.skip_tagged_fields("ListTransactionsResponse")?;
        Ok(Self { throttle_time_ms, error_code, unknown_state_filters, transaction_states })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("ListTransactionsResponse", version, &Self::VERSIONS)?;
        writer.write_i32(self.throttle_time_ms);
        writer.write_i16(self.error_code);
        writer.write_array(
            true,
            &self.unknown_state_filters,
            "ListTransactionsResponse.unknown_state_filters",
            |writer, element| {
                writer.write_string(true, element, "ListTransactionsResponse.unknown_state_filters")
            },
        )?;
        writer.write_array(
            true,
            &self.transaction_states,
            "ListTransactionsResponse.transaction_states",
            |writer, element| element.encode(writer),
        )?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}

/// Part of [`ListTransactionsResponse`], versions 0 to 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransactionState {
    /// `string`.
    pub transactional_id: String,
    /// `int64`.
    pub producer_id: i64,
    /// `string`.
    pub transaction_state: String,
}

impl TransactionState {
    fn decode(reader: &mut Reader) -> Result<Self, DecodeError> {
        let transactional_id = reader.read_string(true, "TransactionState.transactional_id")?;
        let producer_id = reader.read_i64("TransactionState.producer_id")?;
        let transaction_state = reader.read_string(true, "TransactionState.transaction_state")?;
        reader.skip_tagged_fields("TransactionState")?;
        Ok(Self { transactional_id, producer_id, transaction_state })
    }

    fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        writer.write_string(true, &self.transactional_id, "TransactionState.transactional_id")?;
        writer.write_i64(self.producer_id);
        writer.write_string(true, &self.transaction_state, "TransactionState.transaction_state")?;
        writer.write_no_tagged_fields();
        Ok(())
    }
}
