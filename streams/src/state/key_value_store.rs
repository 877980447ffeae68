//! One value per key.
//!
//! ```text
//! key: the serialised key            value: i64 big-endian timestamp | serialised value
//! ```

use std::sync::Arc;

use super::StateError;
use super::backend::Write;
use super::cache::Overlay;
use super::store::{Emission, StateStore, StoreSerdes, StoreSetup, Update};
use crate::record::{Data, Record};
use crate::serde::{Presence, Serde};

/// A key-value store of one task.
pub(crate) struct KeyValueStore<K, V> {
    name: Arc<str>,
    keys: Arc<dyn Serde<K>>,
    overlay: Overlay<V>,
    emission: Emission,
    stream_time_ms: i64,
    key_bytes: Vec<u8>,
}

impl<K: Data, V: Data> KeyValueStore<K, V> {
    /// Makes the store that `setup` describes.
    pub(crate) fn new(setup: StoreSetup, serdes: StoreSerdes<K, V>) -> Self {
        Self {
            keys: serdes.key,
            overlay: Overlay::new(Arc::clone(&setup.name), setup.index, setup.backend, serdes.value),
            name: setup.name,
            emission: setup.emission,
            stream_time_ms: setup.checkpoint.stream_time_ms,
            key_bytes: Vec::new(),
        }
    }

    /// Replaces the value of `key` by what `change` makes of the old one. The new timestamp is the greater of
    /// `timestamp` and the old one.
    ///
    /// # Errors
    /// [`StateError`] if the key cannot be serialised or the backend cannot be read.
    pub(crate) fn update<F>(
        &mut self,
        key: &K,
        timestamp: i64,
        change: F,
    ) -> Result<Update<'_, V>, StateError>
    where
        F: FnOnce(Option<V>) -> V,
    {
        self.key_bytes.clear();
        let presence = self
            .keys
            .serialize(key, &mut self.key_bytes)
            .map_err(|source| StateError::Serde { store: self.name.to_string(), source })?;
        if presence == Presence::Null {
            return Ok(Update::NullKey);
        }
        self.stream_time_ms = self.stream_time_ms.max(timestamp);
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

    /// Returns the updates that were held back, in the order of each key's last update.
    ///
    /// # Errors
    /// [`StateError::Serde`] if a stored key cannot be read back.
    pub(crate) fn take_held_back(&mut self) -> Result<Vec<Record<K, Option<V>>>, StateError> {
        let keys = Arc::clone(&self.keys);
        let name = Arc::clone(&self.name);
        self.overlay
            .take_held_back()
            .into_iter()
            .map(|update| {
                let key = keys
                    .deserialize(Some(&update.key))
                    .map_err(|source| StateError::Serde { store: name.to_string(), source })?;
                Ok(Record::new(key, update.value, update.timestamp))
            })
            .collect()
    }
}

impl<K: Data, V: Data> StateStore for KeyValueStore<K, V> {
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
