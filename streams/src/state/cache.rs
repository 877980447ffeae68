//! The write-back overlay: deserialised values above the backend.
//!
//! An update of a cached key is a hash lookup and a call of user code; bytes are made once per key and commit. Entries
//! that changed since the last commit are *dirty*. Apart from that an entry can be *held back*: its update has not been
//! forwarded yet because emission is coalesced. The two are independent.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use super::StateError;
use super::backend::{StateBackend, TIMESTAMP_BYTES, Write};
use crate::serde::{Presence, Serde};

/// Estimated bytes of an entry beside key and value: hash table, allocations.
const ENTRY_OVERHEAD_BYTES: usize = 96;

/// Values of one store, by stored key.
pub(super) struct Overlay<V> {
    name: Arc<str>,
    store: usize,
    backend: Arc<dyn StateBackend>,
    values: Arc<dyn Serde<V>>,
    positions: HashMap<Bytes, usize>,
    entries: Vec<Entry<V>>,
    dirty: Vec<usize>,
    held_back: Vec<usize>,
    next_sequence: u64,
    size_bytes: usize,
}

struct Entry<V> {
    key: Bytes,
    value: Option<V>,
    timestamp: i64,
    dirty: bool,
    /// The order of the last update that was held back.
    held_back: Option<u64>,
}

/// The state of a key after an update.
#[derive(Debug)]
pub(super) struct Updated<K, V> {
    /// The stored key.
    pub(super) key: K,
    /// The value; `None` if the key was deleted.
    pub(super) value: Option<V>,
    /// The timestamp of the value, milliseconds.
    pub(super) timestamp: i64,
}

impl<V: Clone + 'static> Overlay<V> {
    /// Makes an empty overlay over `store` of `backend`.
    pub(super) fn new(
        name: Arc<str>,
        store: usize,
        backend: Arc<dyn StateBackend>,
        values: Arc<dyn Serde<V>>,
    ) -> Self {
        Self {
            name,
            store,
            backend,
            values,
            positions: HashMap::new(),
            entries: Vec::new(),
            dirty: Vec::new(),
            held_back: Vec::new(),
            next_sequence: 0,
            size_bytes: 0,
        }
    }

    /// Replaces the value of `key` by what `change` makes of the old value and its timestamp.
    ///
    /// With `hold_back` the update is kept for [`take_held_back`](Self::take_held_back).
    pub(super) fn update<F>(
        &mut self,
        key: &[u8],
        hold_back: bool,
        change: F,
    ) -> Result<Updated<(), &V>, StateError>
    where
        F: FnOnce(Option<(V, i64)>) -> (Option<V>, i64),
    {
        let position = self.position_of(key)?;
        let entry = &mut self.entries[position];
        let old = entry.value.take().map(|value| (value, entry.timestamp));
        (entry.value, entry.timestamp) = change(old);
        if !entry.dirty {
            entry.dirty = true;
            self.dirty.push(position);
        }
        if hold_back {
            if entry.held_back.is_none() {
                self.held_back.push(position);
            }
            entry.held_back = Some(self.next_sequence);
            self.next_sequence += 1;
        }
        Ok(Updated { key: (), value: entry.value.as_ref(), timestamp: entry.timestamp })
    }

    /// Returns the current state of the keys whose updates were held back, in the order of their last update.
    pub(super) fn take_held_back(&mut self) -> Vec<Updated<Bytes, V>> {
        let mut positions = std::mem::take(&mut self.held_back);
        positions.sort_unstable_by_key(|position| self.entries[*position].held_back);
        let mut updates = Vec::with_capacity(positions.len());
        for position in positions {
            let entry = &mut self.entries[position];
            entry.held_back = None;
            updates.push(Updated {
                key: entry.key.clone(),
                value: entry.value.clone(),
                timestamp: entry.timestamp,
            });
        }
        updates
    }

    /// Appends every change since the last commit to `writes`, in the order of the first change, and forgets that they
    /// are changes: if the commit fails the overlay must be dropped.
    pub(super) fn stage(&mut self, writes: &mut Vec<(Write, i64)>) -> Result<(), StateError> {
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(self.dirty.len());
        for position in &self.dirty {
            let entry = &mut self.entries[*position];
            entry.dirty = false;
            let start = bytes.len();
            bytes.extend_from_slice(&entry.timestamp.to_be_bytes());
            let presence = match &entry.value {
                Some(value) => self
                    .values
                    .serialize(value, &mut bytes)
                    .map_err(|source| StateError::Serde { store: self.name.to_string(), source })?,
                None => Presence::Null,
            };
            if presence == Presence::Null {
                bytes.truncate(start);
            }
            ends.push(bytes.len());
        }
        let bytes = Bytes::from(bytes);
        let mut start = 0;
        for (position, end) in self.dirty.drain(..).zip(ends) {
            let entry = &self.entries[position];
            let value = (end > start).then(|| bytes.slice(start..end));
            start = end;
            writes.push((Write { store: self.store, key: entry.key.clone(), value }, entry.timestamp));
        }
        Ok(())
    }

    /// Returns the estimated size of the overlay in bytes.
    pub(super) fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    /// Forgets everything; only right when nothing is dirty or held back.
    pub(super) fn clear(&mut self) {
        debug_assert!(self.dirty.is_empty() && self.held_back.is_empty(), "changes would be lost");
        self.positions.clear();
        self.entries.clear();
        self.size_bytes = 0;
    }

    fn position_of(&mut self, key: &[u8]) -> Result<usize, StateError> {
        if let Some(position) = self.positions.get(key) {
            return Ok(*position);
        }
        let stored = self.backend.get(self.store, key)?;
        let value_bytes = stored.as_ref().map_or(0, Vec::len);
        let (value, timestamp) = match stored {
            Some(stored) => {
                let (value, timestamp) = read_stored(&self.name, self.values.as_ref(), &stored)?;
                (Some(value), timestamp)
            }
            None => (None, -1),
        };
        let key = Bytes::copy_from_slice(key);
        self.size_bytes += key.len() + value_bytes.max(size_of::<V>()) + ENTRY_OVERHEAD_BYTES;
        let position = self.entries.len();
        self.entries.push(Entry { key: key.clone(), value, timestamp, dirty: false, held_back: None });
        self.positions.insert(key, position);
        Ok(position)
    }
}

/// Reads a value as stored; `name` is the store's, for the error.
pub(super) fn read_stored<V: 'static>(
    name: &str,
    values: &dyn Serde<V>,
    stored: &[u8],
) -> Result<(V, i64), StateError> {
    let Some((timestamp, value)) = stored.split_first_chunk::<TIMESTAMP_BYTES>() else {
        let reason = format!("a value of {} bytes has no timestamp", stored.len());
        return Err(StateError::Corrupt { store: name.to_owned(), reason });
    };
    let value = values
        .deserialize(Some(value))
        .map_err(|source| StateError::Serde { store: name.to_owned(), source })?;
    Ok((value, i64::from_be_bytes(*timestamp)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serde::i64;
    use crate::state::MemoryBackend;

    impl Overlay<i64> {
        fn get(&mut self, key: &[u8]) -> Result<Option<(&i64, i64)>, StateError> {
            let position = self.position_of(key)?;
            let entry = &self.entries[position];
            Ok(entry.value.as_ref().map(|value| (value, entry.timestamp)))
        }
    }

    fn overlay(backend: &Arc<MemoryBackend>) -> Overlay<i64> {
        Overlay::new("counts".into(), 0, Arc::clone(backend) as Arc<dyn StateBackend>, Arc::new(i64()))
    }

    fn add(overlay: &mut Overlay<i64>, key: &[u8], timestamp: i64) {
        let count = |old: Option<(i64, i64)>| {
            let (count, latest) = old.unwrap_or((0, -1));
            (Some(count + 1), latest.max(timestamp))
        };
        overlay.update(key, true, count).unwrap();
    }

    fn staged(overlay: &mut Overlay<i64>) -> Vec<Write> {
        let mut writes = Vec::new();
        overlay.stage(&mut writes).unwrap();
        writes.into_iter().map(|(write, _)| write).collect()
    }

    #[test]
    fn a_key_is_written_once_a_commit_however_often_it_changed() {
        let backend = Arc::new(MemoryBackend::new(Vec::new()));
        let mut overlay = overlay(&backend);
        for timestamp in [5, 9, 7] {
            add(&mut overlay, b"a", timestamp);
        }
        let writes = staged(&mut overlay);
        assert_eq!(writes.len(), 1);
        assert_eq!(
            writes[0].value.as_deref(),
            Some([0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 3].as_slice())
        );
        assert!(staged(&mut overlay).is_empty());
    }

    #[test]
    fn held_back_updates_come_in_the_order_of_their_last_update_and_once() {
        let backend = Arc::new(MemoryBackend::new(Vec::new()));
        let mut overlay = overlay(&backend);
        for key in [b"a", b"b", b"a"] {
            add(&mut overlay, key, 1);
        }
        let updates: Vec<_> =
            overlay.take_held_back().into_iter().map(|update| (update.key, update.value)).collect();
        assert_eq!(updates, [(Bytes::from_static(b"b"), Some(1)), (Bytes::from_static(b"a"), Some(2))]);
        assert!(overlay.take_held_back().is_empty());
    }

    #[test]
    fn a_cleared_overlay_reads_what_was_committed_and_a_deletion_stays_one() {
        let backend = Arc::new(MemoryBackend::new(Vec::new()));
        let mut overlay = overlay(&backend);
        add(&mut overlay, b"a", 5);
        overlay.take_held_back();
        backend.apply(&staged(&mut overlay), &[]).unwrap();
        overlay.clear();
        assert_eq!(overlay.get(b"a").unwrap(), Some((&1, 5)));
        overlay.update(b"a", false, |_| (None, 6)).unwrap();
        backend.apply(&staged(&mut overlay), &[]).unwrap();
        overlay.clear();
        assert_eq!(overlay.get(b"a").unwrap(), None);
    }

    #[test]
    fn a_stored_value_without_timestamp_is_an_error_that_names_the_store() {
        let backend = Arc::new(MemoryBackend::new(Vec::new()));
        let write =
            Write { store: 0, key: Bytes::from_static(b"a"), value: Some(Bytes::from_static(b"123")) };
        backend.apply(&[write], &[]).unwrap();
        let error = overlay(&backend).get(b"a").unwrap_err();
        assert!(error.to_string().contains("store counts"), "{error}");
    }
}
