//! Where committed state lives: ordered bytes per store, written only by whole commits.
//!
//! A backend holds exactly the fold of the changelog up to the offset stored with it. Value layout, as Kafka's
//! timestamped stores have it:
//!
//! ```text
//! i64 big-endian timestamp, ms | value bytes
//! ```
//!
//! Layout of a [`StoreCheckpoint`], our own:
//!
//! ```text
//! u8 version = 1 | u8 oldest version whose readers understand it = 1 | i64 changelog offset | i64 stream time, ms
//! ```

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;

use super::StateError;

const CHECKPOINT_VERSION: u8 = 1;
const CHECKPOINT_BYTES: usize = 2 + 2 * size_of::<i64>();
/// Bytes of the timestamp in front of every stored value.
pub(crate) const TIMESTAMP_BYTES: usize = size_of::<i64>();

/// What a backend must know of a store before it opens.
#[derive(Debug, Clone)]
pub(crate) struct StoreLayout {
    /// The position in the topology's list of stores.
    pub(crate) index: usize,
    /// The name, unique in the topology.
    pub(crate) name: Arc<str>,
    /// For window stores, the expiry that compaction applies.
    pub(crate) expiry: Option<Arc<WindowExpiry>>,
}

/// The boundary below which windows are expired; moved by commits, read by compactions.
#[derive(Debug)]
pub(crate) struct WindowExpiry {
    min_live_start_ms: AtomicI64,
    retention_ms: i64,
}

impl WindowExpiry {
    /// Makes an expiry that keeps windows for `retention_ms` of stream time.
    pub(crate) fn new(retention_ms: i64) -> Self {
        Self { min_live_start_ms: AtomicI64::new(i64::MIN), retention_ms }
    }

    /// Returns the earliest window start that is live when the stream time is `stream_time_ms`.
    pub(crate) fn min_live_start_ms(&self, stream_time_ms: i64) -> i64 {
        stream_time_ms.saturating_sub(self.retention_ms).saturating_add(1)
    }

    /// Moves the boundary to that of a committed stream time.
    pub(crate) fn advance(&self, stream_time_ms: i64) {
        self.min_live_start_ms.fetch_max(self.min_live_start_ms(stream_time_ms), Ordering::Relaxed);
    }

    /// Says whether a window that starts at `start_ms` is expired by what was committed.
    pub(crate) fn is_expired(&self, start_ms: i64) -> bool {
        start_ms < self.min_live_start_ms.load(Ordering::Relaxed)
    }
}

/// One change of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Write {
    /// The store, as its position in the topology's list.
    pub(crate) store: usize,
    /// The key as stored.
    pub(crate) key: Bytes,
    /// Timestamp and value as stored; `None` deletes.
    pub(crate) value: Option<Bytes>,
}

/// How far a store has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StoreCheckpoint {
    /// The changelog offset up to which (exclusive) the store equals the changelog; -1 without a changelog.
    pub(crate) changelog_offset: i64,
    /// The greatest event time the store has seen, in milliseconds; -1 before the first record.
    pub(crate) stream_time_ms: i64,
}

impl Default for StoreCheckpoint {
    fn default() -> Self {
        Self { changelog_offset: -1, stream_time_ms: -1 }
    }
}

impl StoreCheckpoint {
    /// Writes the stored form.
    pub(crate) fn encode(&self) -> [u8; CHECKPOINT_BYTES] {
        let mut bytes = [CHECKPOINT_VERSION; CHECKPOINT_BYTES];
        bytes[2..10].copy_from_slice(&self.changelog_offset.to_be_bytes());
        bytes[10..].copy_from_slice(&self.stream_time_ms.to_be_bytes());
        bytes
    }

    /// Reads the stored form; `store` is for the error.
    pub(crate) fn decode(bytes: &[u8], store: &str) -> Result<Self, StateError> {
        let corrupt = |reason: String| StateError::Corrupt {
            store: store.to_owned(),
            reason: format!("checkpoint {reason}"),
        };
        match bytes {
            [_, oldest_reader, ..] if *oldest_reader > CHECKPOINT_VERSION => Err(corrupt(format!(
                "needs a reader of version {oldest_reader}, this is {CHECKPOINT_VERSION}"
            ))),
            [_, _, fields @ ..] if fields.len() >= CHECKPOINT_BYTES - 2 => Ok(Self {
                changelog_offset: big_endian(fields, 0),
                stream_time_ms: big_endian(fields, size_of::<i64>()),
            }),
            _ => Err(corrupt(format!("of {} bytes", bytes.len()))),
        }
    }
}

fn big_endian(bytes: &[u8], position: usize) -> i64 {
    let field =
        bytes.get(position..).and_then(|rest| rest.first_chunk()).expect("the caller checked the length");
    i64::from_be_bytes(*field)
}

/// What a scan calls for each entry: key and value as stored, in order of the key's bytes.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>;

/// Committed state of one task. Readable from every thread, written by the task's owner alone.
pub(crate) trait StateBackend: Send + Sync {
    /// Returns the stored value of `key`.
    fn get(&self, store: usize, key: &[u8]) -> Result<Option<Vec<u8>>, StateError>;

    /// Visits the entries with `min <= key < end` (no `end`: to the last) of one consistent view.
    fn scan(&self, store: usize, min: &[u8], end: Option<&[u8]>, visit: Visit<'_>) -> Result<(), StateError>;

    /// Returns how far the store had come at the last commit; `None` if it never had one.
    fn checkpoint(&self, store: usize) -> Result<Option<StoreCheckpoint>, StateError>;

    /// Applies a commit: all of it becomes visible and, in time, durable together.
    fn apply(&self, writes: &[Write], checkpoints: &[(usize, StoreCheckpoint)]) -> Result<(), StateError>;

    /// Makes everything applied so far durable.
    fn flush(&self) -> Result<(), StateError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_reads_back_as_written_and_its_bytes_are_fixed() {
        let checkpoint = StoreCheckpoint { changelog_offset: 258, stream_time_ms: -1 };
        let bytes = checkpoint.encode();
        assert_eq!(bytes, [1, 1, 0, 0, 0, 0, 0, 0, 1, 2, 255, 255, 255, 255, 255, 255, 255, 255]);
        assert_eq!(StoreCheckpoint::decode(&bytes, "counts").unwrap(), checkpoint);
    }

    #[test]
    fn a_checkpoint_of_a_future_format_or_cut_short_is_refused() {
        let mut bytes = StoreCheckpoint::default().encode();
        assert!(StoreCheckpoint::decode(&bytes[..17], "counts").is_err());
        bytes[1] = 2;
        let error = StoreCheckpoint::decode(&bytes, "counts").unwrap_err();
        assert_eq!(
            error.to_string(),
            "store counts holds bytes that cannot be read: checkpoint needs a reader of version 2, this is 1"
        );
    }

    #[test]
    fn a_window_expires_when_the_stream_time_passes_its_retention() {
        let expiry = WindowExpiry::new(10);
        assert!(!expiry.is_expired(0));
        expiry.advance(9);
        assert!(!expiry.is_expired(0));
        expiry.advance(10);
        assert!(expiry.is_expired(0));
        assert!(!expiry.is_expired(1));
    }
}
