//! One value per key and window, for as long as the window is retained.
//!
//! ```text
//! key: serialised key | i64 big-endian window start, ms | i32 big-endian sequence number, 0
//! value: i64 big-endian timestamp | serialised value
//! ```
//!
//! These are the bytes of Kafka's window stores and of their changelogs. The sequence number tells duplicates apart where
//! a store keeps them; here it is always zero. Expired windows are invisible to readers and removed later by the backend.

use std::sync::Arc;

use super::StateError;
use super::backend::Write;
use super::cache::Overlay;
use super::store::{Emission, StateStore, StoreSerdes, StoreSetup, Update};
use crate::record::{Data, Record};
use crate::serde::{Presence, Serde, SerdeError};
use crate::windows::{Window, Windowed};

const SEQUENCE_BYTES: usize = size_of::<i32>();
const SUFFIX_BYTES: usize = size_of::<i64>() + SEQUENCE_BYTES;

/// New values of windows; `None` is a deletion.
pub(crate) type WindowUpdates<K, V> = Vec<Record<Windowed<K>, Option<V>>>;

/// A window store of one task.
pub(crate) struct WindowStore<K, V> {
    name: Arc<str>,
    keys: Arc<dyn Serde<K>>,
    overlay: Overlay<V>,
    emission: Emission,
    size_ms: i64,
    stream_time_ms: i64,
    key_bytes: Vec<u8>,
}

impl<K: Data, V: Data> WindowStore<K, V> {
    /// Makes the store that `setup` describes, for windows of `size_ms`.
    pub(crate) fn new(setup: StoreSetup, serdes: StoreSerdes<K, V>, size_ms: i64) -> Self {
        Self {
            keys: serdes.key,
            overlay: Overlay::new(Arc::clone(&setup.name), setup.index, setup.backend, serdes.value),
            name: setup.name,
            emission: setup.emission,
            size_ms,
            stream_time_ms: setup.checkpoint.stream_time_ms,
            key_bytes: Vec::new(),
        }
    }

    /// Takes note of a record's timestamp and returns the stream time: the greatest timestamp so far, milliseconds.
    pub(crate) fn observe(&mut self, timestamp: i64) -> i64 {
        self.stream_time_ms = self.stream_time_ms.max(timestamp);
        self.stream_time_ms
    }

    /// Replaces the value of `key` in the window that starts at `start_ms` by what `change` makes of the old one. The
    /// new timestamp is the greater of `timestamp` and the old one.
    ///
    /// # Errors
    /// [`StateError`] if the key cannot be serialised or the backend cannot be read.
    pub(crate) fn update<F>(
        &mut self,
        key: &K,
        start_ms: i64,
        timestamp: i64,
        change: F,
    ) -> Result<Update<'_, V>, StateError>
    where
        F: FnOnce(Option<V>) -> V,
    {
        if !write_stored_key(self.keys.as_ref(), key, start_ms, &mut self.key_bytes)
            .map_err(|source| StateError::Serde { store: self.name.to_string(), source })?
        {
            return Ok(Update::NullKey);
        }
        let hold_back = self.emission == Emission::Coalesced;
        let updated = self.overlay.update(&self.key_bytes, hold_back, |old| match old {
            Some((value, old_timestamp)) => (Some(change(Some(value))), old_timestamp.max(timestamp)),
            None => (Some(change(None)), timestamp),
        })?;
        Ok(match updated.value {
            Some(value) if !hold_back => Update::Forward { value, timestamp: updated.timestamp },
            _ => Update::HeldBack,
        })
    }

    /// Returns the updates that were held back, in the order of the last update of each key and window.
    ///
    /// # Errors
    /// [`StateError`] if a stored key cannot be read back.
    pub(crate) fn take_held_back(&mut self) -> Result<WindowUpdates<K, V>, StateError> {
        let (keys, name, size_ms) = (Arc::clone(&self.keys), Arc::clone(&self.name), self.size_ms);
        self.overlay
            .take_held_back()
            .into_iter()
            .map(|update| {
                let (key, start_ms) = read_stored_key(&name, keys.as_ref(), &update.key)?;
                let window = Window { start_ms, end_ms: start_ms.saturating_add(size_ms) };
                Ok(Record::new(Windowed { key, window }, update.value, update.timestamp))
            })
            .collect()
    }
}

impl<K: Data, V: Data> StateStore for WindowStore<K, V> {
    fn stage(&mut self, writes: &mut Vec<(Write, i64)>) -> Result<(), StateError> {
        self.overlay.stage(writes)
    }

    fn stream_time_ms(&self) -> i64 {
        self.stream_time_ms
    }

    fn size_bytes(&self) -> usize {
        self.overlay.size_bytes()
    }

    fn shed(&mut self) {
        self.overlay.clear();
    }
}

/// Writes the stored key of a window over `output`; returns false if the key is null.
pub(super) fn write_stored_key<K: 'static>(
    keys: &dyn Serde<K>,
    key: &K,
    start_ms: i64,
    output: &mut Vec<u8>,
) -> Result<bool, SerdeError> {
    output.clear();
    let presence = keys.serialize(key, output)?;
    output.extend_from_slice(&start_ms.to_be_bytes());
    output.extend_from_slice(&[0; SEQUENCE_BYTES]);
    Ok(presence == Presence::Present)
}

/// Reads key and window start of a stored key; `name` is the store's, for the error.
pub(super) fn read_stored_key<K: 'static>(
    name: &str,
    keys: &dyn Serde<K>,
    stored: &[u8],
) -> Result<(K, i64), StateError> {
    let (Some(start_ms), Some(key)) = (start_of_stored_key(stored), key_of_stored_key(stored)) else {
        let reason = format!("a window key of {} bytes", stored.len());
        return Err(StateError::Corrupt { store: name.to_owned(), reason });
    };
    let key =
        keys.deserialize(Some(key)).map_err(|source| StateError::Serde { store: name.to_owned(), source })?;
    Ok((key, start_ms))
}

/// Returns the window start in a stored key, milliseconds; `None` if the key is too short to be one.
pub(super) fn start_of_stored_key(stored: &[u8]) -> Option<i64> {
    let (_, suffix) = stored.split_last_chunk::<SUFFIX_BYTES>()?;
    suffix.first_chunk().map(|start| i64::from_be_bytes(*start))
}

/// Returns the serialised key within a stored key.
pub(super) fn key_of_stored_key(stored: &[u8]) -> Option<&[u8]> {
    stored.split_last_chunk::<SUFFIX_BYTES>().map(|(key, _)| key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serde::{i64, nullable, string};
    use crate::state::{MemoryBackend, StateBackend, StoreCheckpoint};

    fn setup(emission: Emission) -> StoreSetup {
        let backend: Arc<dyn StateBackend> = Arc::new(MemoryBackend::new(Vec::new()));
        StoreSetup {
            name: "by-hour".into(),
            index: 0,
            backend,
            emission,
            checkpoint: StoreCheckpoint::default(),
        }
    }

    #[test]
    fn the_stored_key_is_key_start_and_a_zero_sequence_number() {
        let mut bytes = Vec::new();
        assert_eq!(write_stored_key(&string(), &"JFK".to_owned(), 1_000, &mut bytes), Ok(true));
        assert_eq!(bytes, b"JFK\0\0\0\0\0\0\x03\xe8\0\0\0\0");
        assert_eq!(read_stored_key("by-hour", &string(), &bytes).unwrap(), ("JFK".to_owned(), 1_000));
    }

    #[test]
    fn a_null_key_is_reported_and_stores_nothing() {
        let serdes = StoreSerdes { key: Arc::new(nullable(string())), value: Arc::new(i64()) };
        let mut store = WindowStore::<Option<String>, i64>::new(setup(Emission::EveryUpdate), serdes, 10);
        assert_eq!(store.update(&None, 0, 5, |_| 1).unwrap(), Update::NullKey);
        let mut writes = Vec::new();
        store.stage(&mut writes).unwrap();
        assert!(writes.is_empty());
    }

    #[test]
    fn an_update_keeps_the_greater_timestamp_and_windows_are_apart() {
        let serdes = StoreSerdes { key: Arc::new(string()), value: Arc::new(i64()) };
        let mut store = WindowStore::new(setup(Emission::EveryUpdate), serdes, 10);
        let key = "JFK".to_owned();
        let count = |old: Option<i64>| old.unwrap_or(0) + 1;
        assert_eq!(store.update(&key, 0, 7, count).unwrap(), Update::Forward { value: &1, timestamp: 7 });
        assert_eq!(store.update(&key, 0, 3, count).unwrap(), Update::Forward { value: &2, timestamp: 7 });
        assert_eq!(store.update(&key, 10, 11, count).unwrap(), Update::Forward { value: &1, timestamp: 11 });
    }
}
