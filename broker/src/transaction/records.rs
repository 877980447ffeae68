//! The bytes of `__transaction_state`, as Kafka writes them, and the topic itself.
//!
//! ```text
//! key    i16 0   fields                the transactional id
//! value  i16 version   fields          absent: the transactional id expired
//! ```
//! Values are written in version 1, which Kafka reads since 3.8; reading accepts 0 too. The epoch before the current
//! one is not stored: it follows from the state where a client's end raised the epoch, and is unknown elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use tidemill_protocol::messages::transaction_log_record::{
    PartitionsSchema, TransactionLogKey, TransactionLogValue,
};
use tidemill_protocol::{DecodeError, Message, Reader};

use super::state::TransactionState;
use super::transactional_id::{EPOCH_PER_TRANSACTION, Producer, Transaction};
use crate::catalog::topics::NewTopic;
use crate::config::broker_config::TransactionConfig;
use crate::coordinator_shard::record_bytes::encode;
use crate::coordinator_shard::step::CoordinatorRecord;

/// Name of the topic.
pub(crate) const TOPIC: &str = "__transaction_state";
const KEY_VERSION: i16 = 0;
const VALUE_VERSION: i16 = 1;

/// Longest transactional id, in bytes. Requests with longer ones are refused before they reach a record.
pub(crate) const MAX_ID_BYTES: usize = 32_000;

/// A record of `__transaction_state` that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecordError {
    /// The record ends within its version.
    #[error("the {part} of a record has {found} bytes, too few for a version")]
    TooShort { part: &'static str, found: usize },
    /// The fields are damaged, or of a version of the future.
    #[error("the {part} of a record of version {version} cannot be read")]
    Fields { part: &'static str, version: i16, source: DecodeError },
    /// The state is none that is ever stored.
    #[error("a record of transactional id {transactional_id:?} has the unknown state {state}")]
    State { transactional_id: String, state: i8 },
}

/// Describes the topic as it is created: compacted, so that it keeps the last record of every transactional id.
pub(crate) fn topic(config: &TransactionConfig) -> NewTopic {
    let overrides = [
        ("cleanup.policy", "compact".to_owned()),
        ("compression.type", "uncompressed".to_owned()),
        ("segment.bytes", config.log_segment_bytes.to_string()),
    ];
    NewTopic {
        name: TOPIC.to_owned(),
        partitions: Some(config.log_partitions),
        replication_factor: Some(config.log_replication_factor),
        assignments: BTreeMap::new(),
        overrides: overrides.map(|(key, value)| (key.to_owned(), value)).into(),
    }
}

/// Writes the record of a transactional id; `None` deletes it.
pub(crate) fn write(transactional_id: &str, transaction: Option<&Transaction>) -> CoordinatorRecord {
    let key = TransactionLogKey { transactional_id: transactional_id.to_owned() };
    let key = encode(TransactionLogKey::RECORD_TYPE, &key, KEY_VERSION);
    let value = transaction.map(|transaction| encode(VALUE_VERSION, &value_of(transaction), VALUE_VERSION));
    CoordinatorRecord { key, value }
}

fn value_of(transaction: &Transaction) -> TransactionLogValue {
    let mut by_topic: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for (topic, index) in &transaction.partitions {
        by_topic.entry(topic).or_default().push(*index);
    }
    let partitions = by_topic
        .into_iter()
        .map(|(topic, partition_ids)| PartitionsSchema { topic: topic.to_owned(), partition_ids })
        .collect();
    TransactionLogValue {
        producer_id: transaction.producer.id,
        previous_producer_id: transaction.previous_id,
        next_producer_id: transaction.next_id,
        producer_epoch: transaction.producer.epoch,
        transaction_timeout_ms: transaction.timeout_ms,
        transaction_status: transaction.state.id(),
        transaction_partitions: (transaction.state != TransactionState::Empty).then_some(partitions),
        transaction_last_update_timestamp_ms: transaction.updated_ms,
        transaction_start_timestamp_ms: transaction.start_ms,
        client_transaction_version: transaction.client_version,
        ..TransactionLogValue::default()
    }
}

/// Reads a record: the transactional id and what is known of it, nothing if it expired.
///
/// `None` for a key of a version of the future, which Kafka skips too.
///
/// # Errors
/// [`RecordError`] if the key or the value is damaged.
pub(crate) fn read(
    key: Bytes,
    value: Option<Bytes>,
) -> Result<Option<(String, Option<Transaction>)>, RecordError> {
    let (version, fields) = split_version(key, "key")?;
    if version != TransactionLogKey::RECORD_TYPE {
        return Ok(None);
    }
    let key: TransactionLogKey = decode(fields, KEY_VERSION, "key")?;
    let Some(value) = value else {
        return Ok(Some((key.transactional_id, None)));
    };
    let (version, fields) = split_version(value, "value")?;
    let value: TransactionLogValue = decode(fields, version, "value")?;
    let Some(state) = TransactionState::from_id(value.transaction_status) else {
        let (transactional_id, state) = (key.transactional_id, value.transaction_status);
        return Err(RecordError::State { transactional_id, state });
    };
    Ok(Some((key.transactional_id, Some(transaction_of(state, value)))))
}

fn transaction_of(state: TransactionState, value: TransactionLogValue) -> Transaction {
    let mut transaction = Transaction {
        state,
        producer: Producer { id: value.producer_id, epoch: value.producer_epoch },
        last_epoch: -1,
        previous_id: value.previous_producer_id,
        next_id: value.next_producer_id,
        timeout_ms: value.transaction_timeout_ms,
        partitions: Default::default(),
        start_ms: value.transaction_start_timestamp_ms,
        updated_ms: value.transaction_last_update_timestamp_ms,
        client_version: value.client_transaction_version,
    };
    if transaction.client_version >= EPOCH_PER_TRANSACTION {
        // Epoch 0 is that of a new producer id, which comes after the last epoch of the one before.
        let before = value.producer_epoch.checked_sub(1).filter(|epoch| *epoch >= 0);
        transaction.last_epoch = before.unwrap_or(i16::MAX - 1);
    }
    for topic in value.transaction_partitions.unwrap_or_default() {
        let name: Arc<str> = topic.topic.into();
        transaction
            .partitions
            .extend(topic.partition_ids.into_iter().map(|index| (Arc::clone(&name), index)));
    }
    transaction
}

fn split_version(bytes: Bytes, part: &'static str) -> Result<(i16, Bytes), RecordError> {
    let found = bytes.len();
    let mut fields = bytes;
    let version = fields.try_get_i16().map_err(|_| RecordError::TooShort { part, found })?;
    Ok((version, fields))
}

fn decode<T: Message>(fields: Bytes, version: i16, part: &'static str) -> Result<T, RecordError> {
    T::decode(&mut Reader::new(fields), version).map_err(|source| RecordError::Fields {
        part,
        version,
        source,
    })
}
