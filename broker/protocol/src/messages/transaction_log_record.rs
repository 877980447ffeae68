//! Values kept in bytes: TransactionLogKey, TransactionLogValue.
//!
//! Written by `tidemill-protocol-generator` from `schemas/transaction_log_record.schema`; edits are overwritten.

use std::ops::RangeInclusive;

use crate::{DecodeError, EncodeError, Message, Reader, Writer};

/// TransactionLogKey, version 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransactionLogKey {
    /// `string`.
    pub transactional_id: String,
}

impl Message for TransactionLogKey {
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("TransactionLogKey", version, &Self::VERSIONS)?;
        let transactional_id = reader.read_string(false, "TransactionLogKey.transactional_id")?;
        Ok(Self { transactional_id })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("TransactionLogKey", version, &Self::VERSIONS)?;
        writer.write_string(false, &self.transactional_id, "TransactionLogKey.transactional_id")?;
        Ok(())
    }
}

impl TransactionLogKey {
    /// The `i16` in front of the key in a coordinator's record.
    pub const RECORD_TYPE: i16 = 0;
}

/// TransactionLogValue, versions 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionLogValue {
    /// `int64`.
    pub producer_id: i64,
    /// `int64` in version 1, tag 0; default -1.
    pub previous_producer_id: i64,
    /// `int64` in version 1, tag 1; default -1.
    pub next_producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `int16` in version 1, tag 3; default -1.
    pub next_producer_epoch: i16,
    /// `int32`.
    pub transaction_timeout_ms: i32,
    /// `int8`.
    pub transaction_status: i8,
    /// `[]PartitionsSchema`, or null.
    pub transaction_partitions: Option<Vec<PartitionsSchema>>,
    /// `int64`.
    pub transaction_last_update_timestamp_ms: i64,
    /// `int64`.
    pub transaction_start_timestamp_ms: i64,
    /// `int16` in version 1, tag 2.
    pub client_transaction_version: i16,
}

impl Default for TransactionLogValue {
    fn default() -> Self {
        Self {
            producer_id: 0,
            previous_producer_id: -1,
            next_producer_id: -1,
            producer_epoch: 0,
            next_producer_epoch: -1,
            transaction_timeout_ms: 0,
            transaction_status: 0,
            transaction_partitions: Some(Vec::new()),
            transaction_last_update_timestamp_ms: 0,
            transaction_start_timestamp_ms: 0,
            client_transaction_version: 0,
        }
    }
}

impl Message for TransactionLogValue {
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        reader.check_version("TransactionLogValue", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        let producer_id = reader.read_i64("TransactionLogValue.producer_id")?;
        let producer_epoch = reader.read_i16("TransactionLogValue.producer_epoch")?;
        let transaction_timeout_ms = reader.read_i32("TransactionLogValue.transaction_timeout_ms")?;
        let transaction_status = reader.read_i8("TransactionLogValue.transaction_status")?;
        let transaction_partitions = reader.read_nullable_array(
            flexible,
            3,
            "TransactionLogValue.transaction_partitions",
            |reader| PartitionsSchema::decode(reader, version),
        )?;
        let transaction_last_update_timestamp_ms =
            reader.read_i64("TransactionLogValue.transaction_last_update_timestamp_ms")?;
        let transaction_start_timestamp_ms =
            reader.read_i64("TransactionLogValue.transaction_start_timestamp_ms")?;
        let mut previous_producer_id = -1;
        let mut next_producer_id = -1;
        let mut next_producer_epoch = -1;
        let mut client_transaction_version = 0;
        if flexible {
            reader.read_tagged_fields("TransactionLogValue", &mut |tag, reader| {
                match tag {
                    0 => {
                        previous_producer_id = reader.read_i64("TransactionLogValue.previous_producer_id")?
                    }
                    1 => next_producer_id = reader.read_i64("TransactionLogValue.next_producer_id")?,
                    3 => next_producer_epoch = reader.read_i16("TransactionLogValue.next_producer_epoch")?,
                    2 => {
                        client_transaction_version =
                            reader.read_i16("TransactionLogValue.client_transaction_version")?
                    }
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(Self {
            producer_id,
            previous_producer_id,
            next_producer_id,
            producer_epoch,
            next_producer_epoch,
            transaction_timeout_ms,
            transaction_status,
            transaction_partitions,
            transaction_last_update_timestamp_ms,
            transaction_start_timestamp_ms,
            client_transaction_version,
        })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        writer.check_version("TransactionLogValue", version, &Self::VERSIONS)?;
        let flexible = version >= 1;
        writer.write_i64(self.producer_id);
        writer.write_i16(self.producer_epoch);
        writer.write_i32(self.transaction_timeout_ms);
        writer.write_i8(self.transaction_status);
        writer.write_nullable_array(
            flexible,
            self.transaction_partitions.as_deref(),
            "TransactionLogValue.transaction_partitions",
            |writer, element| element.encode(writer, version),
        )?;
        writer.write_i64(self.transaction_last_update_timestamp_ms);
        writer.write_i64(self.transaction_start_timestamp_ms);
        if version != 1 && self.previous_producer_id != -1 {
            return Err(EncodeError::not_in_version("TransactionLogValue.previous_producer_id", version));
        }
        if version != 1 && self.next_producer_id != -1 {
            return Err(EncodeError::not_in_version("TransactionLogValue.next_producer_id", version));
        }
        if version != 1 && self.client_transaction_version != 0 {
            return Err(EncodeError::not_in_version(
                "TransactionLogValue.client_transaction_version",
                version,
            ));
        }
        if version != 1 && self.next_producer_epoch != -1 {
            return Err(EncodeError::not_in_version("TransactionLogValue.next_producer_epoch", version));
        }
        if flexible {
            let tags = writer.start_tagged_fields();
            if self.previous_producer_id != -1 {
                let tag = writer.start_tag(tags, 0);
                writer.write_i64(self.previous_producer_id);
                writer.end_tag(tag, "TransactionLogValue.previous_producer_id")?;
            }
            if self.next_producer_id != -1 {
                let tag = writer.start_tag(tags, 1);
                writer.write_i64(self.next_producer_id);
                writer.end_tag(tag, "TransactionLogValue.next_producer_id")?;
            }
            if self.client_transaction_version != 0 {
                let tag = writer.start_tag(tags, 2);
                writer.write_i16(self.client_transaction_version);
                writer.end_tag(tag, "TransactionLogValue.client_transaction_version")?;
            }
            if self.next_producer_epoch != -1 {
                let tag = writer.start_tag(tags, 3);
                writer.write_i16(self.next_producer_epoch);
                writer.end_tag(tag, "TransactionLogValue.next_producer_epoch")?;
            }
        }
        Ok(())
    }
}

/// Part of [`TransactionLogValue`], versions 0 to 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionsSchema {
    /// `string`.
    pub topic: String,
    /// `[]int32`.
    pub partition_ids: Vec<i32>,
}

impl PartitionsSchema {
    fn decode(reader: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 1;
        let topic = reader.read_string(flexible, "PartitionsSchema.topic")?;
        let partition_ids = reader.read_array(flexible, 4, "PartitionsSchema.partition_ids", |reader| {
            reader.read_i32("PartitionsSchema.partition_ids")
        })?;
        if flexible {
            reader.skip_tagged_fields("PartitionsSchema")?;
        }
        Ok(Self { topic, partition_ids })
    }

    fn encode(&self, writer: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        writer.write_string(flexible, &self.topic, "PartitionsSchema.topic")?;
        writer.write_array(
            flexible,
            &self.partition_ids,
            "PartitionsSchema.partition_ids",
            |writer, element| {
                writer.write_i32(*element);
                Ok(())
            },
        )?;
        if flexible {
            writer.write_no_tagged_fields();
        }
        Ok(())
    }
}
