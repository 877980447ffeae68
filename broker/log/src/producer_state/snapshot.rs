//! Producer snapshots (`<offset>.snapshot`): the producer state before an offset, in Kafka's format and an
//! addition of our own that Kafka's reader skips. Integers big-endian.
//!
//! ```text
//! version i16 = 1 | crc u32 (CRC32C of all that follows) | producers i32, then for each:
//!     producer_id i64 | epoch i16 | last_sequence i32 | last_offset i64 | offset_delta i32 | timestamp i64
//!     coordinator_epoch i32 | transaction_start i64 (-1 if none)
//! "TMBT" | version i16 = 1 | oldest reader i16 = 1 | for each producer, in the same order:
//!     batches u8, then for each: last_sequence i32 | last_offset i64 | offset_delta i32 | timestamp i64
//! ```
//!
//! Kafka stores one batch per producer, so that after a restart it answers retries of older ones with
//! OUT_OF_ORDER_SEQUENCE_NUMBER; the addition keeps all five. A snapshot is written without a sync: the checksum
//! tells a torn one, and the state is then folded from an older snapshot.

use super::{MAX_BATCHES, ProducerState, ProducerStates, StoredBatch};
use bytes::{Buf, BufMut, TryGetError};

const VERSION: i16 = 1;
/// Bytes before those that the checksum covers.
const CHECKED_FROM: usize = 6;
const ADDITION: &[u8; 4] = b"TMBT";
const ADDITION_VERSION: i16 = 1;
const PRODUCER_BYTES: usize = 46;

/// Why a snapshot is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SnapshotError {
    #[error("it is cut off")]
    Truncated,
    #[error("its version is {found}, expected {VERSION}")]
    Version { found: i16 },
    #[error("its checksum is {stored:#010x}, its bytes give {computed:#010x}")]
    Checksum { stored: u32, computed: u32 },
}

impl From<TryGetError> for SnapshotError {
    fn from(_: TryGetError) -> Self {
        Self::Truncated
    }
}

/// Writes the state of all producers.
pub(crate) fn encode(states: &ProducerStates) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(64 + states.len() * 2 * PRODUCER_BYTES);
    bytes.put_i16(VERSION);
    bytes.put_u32(0);
    bytes.put_i32(i32::try_from(states.len()).expect("fewer than 2^31 producers fit into memory"));
    for (producer_id, state) in states.iter() {
        let none = StoredBatch { last_sequence: -1, last_offset: -1, offset_delta: 0, timestamp: -1 };
        let last = state.batches.last().unwrap_or(&none);
        bytes.put_i64(producer_id);
        bytes.put_i16(state.epoch);
        bytes.put_i32(last.last_sequence);
        bytes.put_i64(last.last_offset);
        bytes.put_i32(last.offset_delta);
        bytes.put_i64(state.last_written_ms);
        bytes.put_i32(state.coordinator_epoch);
        bytes.put_i64(state.transaction_start.unwrap_or(-1));
    }
    bytes.put_slice(ADDITION);
    bytes.put_i16(ADDITION_VERSION);
    bytes.put_i16(ADDITION_VERSION);
    for (_, state) in states.iter() {
        bytes.put_u8(u8::try_from(state.batches.len()).expect("at most five batches are kept"));
        for batch in &state.batches {
            bytes.put_i32(batch.last_sequence);
            bytes.put_i64(batch.last_offset);
            bytes.put_i32(batch.offset_delta);
            bytes.put_i64(batch.timestamp);
        }
    }
    let crc = crc32c::crc32c(&bytes[CHECKED_FROM..]);
    bytes[2..CHECKED_FROM].copy_from_slice(&crc.to_be_bytes());
    bytes
}

/// Reads a snapshot written here or by Kafka.
pub(crate) fn decode(bytes: &[u8]) -> Result<ProducerStates, SnapshotError> {
    let mut input = bytes;
    let found = input.try_get_i16()?;
    if found != VERSION {
        return Err(SnapshotError::Version { found });
    }
    let stored = input.try_get_u32()?;
    let computed = crc32c::crc32c(input);
    if stored != computed {
        return Err(SnapshotError::Checksum { stored, computed });
    }
    let count = usize::try_from(input.try_get_i32()?).map_err(|_| SnapshotError::Truncated)?;
    if count > input.len() / PRODUCER_BYTES {
        return Err(SnapshotError::Truncated);
    }
    let mut producers = Vec::with_capacity(count);
    for _ in 0..count {
        producers.push(decode_producer(&mut input)?);
    }
    decode_addition(input, &mut producers)?;
    let mut states = ProducerStates::default();
    for (producer_id, state) in producers {
        states.insert(producer_id, state);
    }
    Ok(states)
}

fn decode_producer(input: &mut &[u8]) -> Result<(i64, ProducerState), SnapshotError> {
    let producer_id = input.try_get_i64()?;
    let mut state = ProducerState::new(input.try_get_i16()?);
    let (last_sequence, last_offset) = (input.try_get_i32()?, input.try_get_i64()?);
    let (offset_delta, timestamp) = (input.try_get_i32()?, input.try_get_i64()?);
    state.last_written_ms = timestamp;
    state.coordinator_epoch = input.try_get_i32()?;
    state.transaction_start = Some(input.try_get_i64()?).filter(|offset| *offset >= 0);
    if last_offset >= 0 {
        state.batches.push(StoredBatch { last_sequence, last_offset, offset_delta, timestamp });
    }
    Ok((producer_id, state))
}

/// Replaces each producer's one batch by all that are kept, if the addition is there and can be read.
fn decode_addition(input: &[u8], producers: &mut [(i64, ProducerState)]) -> Result<(), SnapshotError> {
    let Some(mut input) = input.strip_prefix(ADDITION) else {
        return Ok(());
    };
    let (_version, oldest_reader) = (input.try_get_i16()?, input.try_get_i16()?);
    if oldest_reader > ADDITION_VERSION {
        return Ok(());
    }
    for (_, state) in producers {
        let count = usize::from(input.try_get_u8()?);
        state.batches.clear();
        for _ in 0..count {
            let (last_sequence, last_offset) = (input.try_get_i32()?, input.try_get_i64()?);
            let (offset_delta, timestamp) = (input.try_get_i32()?, input.try_get_i64()?);
            if state.batches.len() < MAX_BATCHES {
                state.batches.push(StoredBatch { last_sequence, last_offset, offset_delta, timestamp });
            }
        }
    }
    Ok(())
}
