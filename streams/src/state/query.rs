//! Reading committed state from other threads.
//!
//! A handle sees what the last commit of each task wrote, never the uncommitted changes of a running one. It covers the
//! partitions that are open in this process; answers are bounded by the caller's limit. A task that closes waits for
//! the reads in progress and takes its stores out of sight.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use parking_lot::RwLock;

use super::StateError;
use super::backend::{StateBackend, WindowExpiry};
use super::cache::read_stored;
use super::store::StoreSerdes;
use super::window_store::{key_of_stored_key, read_stored_key, start_of_stored_key, write_stored_key};
use crate::record::Data;
use crate::serde::Presence;
use crate::windows::{Window, Windowed};

/// An entry of a store: key, value and the value's timestamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreEntry<K, V> {
    /// The key.
    pub key: K,
    /// The value.
    pub value: V,
    /// The timestamp of the value, milliseconds.
    pub timestamp: i64,
}

/// One partition of a store that is open in this process.
#[derive(Clone)]
pub(crate) struct PublishedStore {
    /// The store's position in the topology's list.
    pub(crate) index: usize,
    /// Its committed state.
    pub(crate) backend: Arc<dyn StateBackend>,
    /// Its expiry, if it is a window store.
    pub(crate) expiry: Option<Arc<WindowExpiry>>,
}

/// The stores that are open in this process, by name and partition.
#[derive(Default)]
pub(crate) struct PublishedState {
    stores: RwLock<BTreeMap<(String, i32), PublishedStore>>,
}

impl PublishedState {
    /// Lets readers see a store.
    pub(crate) fn publish(&self, name: &str, partition: i32, store: PublishedStore) {
        self.stores.write().insert((name.to_owned(), partition), store);
    }

    /// Takes a store out of sight; returns when no read of it is in progress.
    pub(crate) fn withdraw(&self, name: &str, partition: i32) {
        self.stores.write().remove(&(name.to_owned(), partition));
    }

    /// Calls `read` for each open partition of a store until it breaks. Stores cannot be withdrawn meanwhile.
    fn each<F>(&self, name: &str, mut read: F) -> Result<(), StateError>
    where
        F: FnMut(&PublishedStore) -> Result<ControlFlow<()>, StateError>,
    {
        let stores = self.stores.read();
        let first = (name.to_owned(), i32::MIN);
        let mut partitions = stores.range(first..).take_while(|((other, _), _)| other == name).peekable();
        if partitions.peek().is_none() {
            return Err(StateError::NotOpen { store: name.to_owned() });
        }
        for (_, store) in partitions {
            if read(store)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// The local, committed part of a key-value store.
pub struct ReadOnlyKeyValueStore<K, V> {
    name: String,
    state: Arc<PublishedState>,
    serdes: StoreSerdes<K, V>,
}

impl<K: Data, V: Data> ReadOnlyKeyValueStore<K, V> {
    /// Makes a handle on the store `name`.
    pub(crate) fn new(name: &str, state: Arc<PublishedState>, serdes: StoreSerdes<K, V>) -> Self {
        Self { name: name.to_owned(), state, serdes }
    }

    /// Returns the value of `key`, if it is in a partition that is open here.
    ///
    /// # Errors
    /// [`StateError::NotOpen`] if no partition of the store is open here; others if it cannot be read.
    pub fn get(&self, key: &K) -> Result<Option<StoreEntry<K, V>>, StateError> {
        let mut bytes = Vec::new();
        let presence = self
            .serdes
            .key
            .serialize(key, &mut bytes)
            .map_err(|source| StateError::Serde { store: self.name.clone(), source })?;
        let mut found = None;
        self.state.each(&self.name, |store| {
            if presence == Presence::Present && found.is_none() {
                found = store.backend.get(store.index, &bytes)?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let Some(stored) = found else { return Ok(None) };
        let (value, timestamp) = read_stored(&self.name, self.serdes.value.as_ref(), &stored)?;
        Ok(Some(StoreEntry { key: key.clone(), value, timestamp }))
    }

    /// Returns at most `limit` entries, partition by partition, each in the order of its serialised keys.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn all(&self, limit: usize) -> Result<Vec<StoreEntry<K, V>>, StateError> {
        let mut entries = Vec::new();
        self.state.each(&self.name, |store| {
            scan(store, (&[], None), limit, &mut entries, |key, stored| self.entry(key, stored).map(Some))
        })?;
        Ok(entries)
    }

    /// Returns at most `limit` entries with `min <= key <= last` in the order of serialised keys, partition by
    /// partition.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn range(&self, min: &K, last: &K, limit: usize) -> Result<Vec<StoreEntry<K, V>>, StateError> {
        let (mut min_bytes, mut end_bytes) = (Vec::new(), Vec::new());
        for (key, bytes) in [(min, &mut min_bytes), (last, &mut end_bytes)] {
            self.serdes
                .key
                .serialize(key, bytes)
                .map_err(|source| StateError::Serde { store: self.name.clone(), source })?;
        }
        // The least byte string after `last`.
        end_bytes.push(0);
        let mut entries = Vec::new();
        self.state.each(&self.name, |store| {
            scan(store, (&min_bytes, Some(&end_bytes)), limit, &mut entries, |key, stored| {
                self.entry(key, stored).map(Some)
            })
        })?;
        Ok(entries)
    }

    fn entry(&self, key: &[u8], stored: &[u8]) -> Result<StoreEntry<K, V>, StateError> {
        let key = self
            .serdes
            .key
            .deserialize(Some(key))
            .map_err(|source| StateError::Serde { store: self.name.clone(), source })?;
        let (value, timestamp) = read_stored(&self.name, self.serdes.value.as_ref(), stored)?;
        Ok(StoreEntry { key, value, timestamp })
    }
}

/// The local, committed part of a window store.
pub struct ReadOnlyWindowStore<K, V> {
    name: String,
    state: Arc<PublishedState>,
    serdes: StoreSerdes<K, V>,
    size_ms: i64,
}

impl<K: Data, V: Data> ReadOnlyWindowStore<K, V> {
    /// Makes a handle on the store `name`, whose windows have `size_ms`.
    pub(crate) fn new(
        name: &str,
        state: Arc<PublishedState>,
        serdes: StoreSerdes<K, V>,
        size_ms: i64,
    ) -> Self {
        Self { name: name.to_owned(), state, serdes, size_ms }
    }

    /// Returns the windows of `key` that start within `min_start_ms..=last_start_ms`, earliest first, at most `limit`.
    ///
    /// # Errors
    /// [`StateError::NotOpen`] if no partition of the store is open here; others if it cannot be read.
    pub fn fetch(
        &self,
        key: &K,
        min_start_ms: i64,
        last_start_ms: i64,
        limit: usize,
    ) -> Result<Vec<StoreEntry<Windowed<K>, V>>, StateError> {
        let (mut min, mut end) = (Vec::new(), Vec::new());
        for (start_ms, bytes) in [(min_start_ms.max(0), &mut min), (last_start_ms, &mut end)] {
            let present = write_stored_key(self.serdes.key.as_ref(), key, start_ms, bytes)
                .map_err(|source| StateError::Serde { store: self.name.clone(), source })?;
            if !present || last_start_ms < 0 {
                return Ok(Vec::new());
            }
        }
        end.push(0);
        let wanted = key_of_stored_key(&min).map(<[u8]>::to_vec);
        let mut entries = Vec::new();
        self.state.each(&self.name, |store| {
            scan(store, (&min, Some(&end)), limit, &mut entries, |stored_key, stored| {
                // Longer keys that begin with this one lie between its windows.
                if key_of_stored_key(stored_key) != wanted.as_deref() {
                    return Ok(None);
                }
                self.live_entry(store, stored_key, stored)
            })
        })?;
        Ok(entries)
    }

    /// Returns at most `limit` live windows, partition by partition, each in the order of its stored keys.
    ///
    /// # Errors
    /// As [`fetch`](Self::fetch).
    pub fn all(&self, limit: usize) -> Result<Vec<StoreEntry<Windowed<K>, V>>, StateError> {
        let mut entries = Vec::new();
        self.state.each(&self.name, |store| {
            scan(store, (&[], None), limit, &mut entries, |key, stored| self.live_entry(store, key, stored))
        })?;
        Ok(entries)
    }

    fn live_entry(
        &self,
        store: &PublishedStore,
        key: &[u8],
        stored: &[u8],
    ) -> Result<Option<StoreEntry<Windowed<K>, V>>, StateError> {
        let expired = |start_ms| store.expiry.as_ref().is_some_and(|expiry| expiry.is_expired(start_ms));
        if start_of_stored_key(key).is_some_and(expired) {
            return Ok(None);
        }
        let (key, start_ms) = read_stored_key(&self.name, self.serdes.key.as_ref(), key)?;
        let window = Window { start_ms, end_ms: start_ms.saturating_add(self.size_ms) };
        let (value, timestamp) = read_stored(&self.name, self.serdes.value.as_ref(), stored)?;
        Ok(Some(StoreEntry { key: Windowed { key, window }, value, timestamp }))
    }
}

/// Appends what `read` makes of the entries within `range` until there are `limit`.
fn scan<E, R>(
    store: &PublishedStore,
    range: (&[u8], Option<&[u8]>),
    limit: usize,
    entries: &mut Vec<E>,
    mut read: R,
) -> Result<ControlFlow<()>, StateError>
where
    R: FnMut(&[u8], &[u8]) -> Result<Option<E>, StateError>,
{
    let mut failure = None;
    if entries.len() < limit {
        store.backend.scan(store.index, range.0, range.1, &mut |key, stored| {
            match read(key, stored) {
                Ok(entry) => entries.extend(entry),
                Err(error) => failure = Some(error),
            }
            if failure.is_some() || entries.len() >= limit {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
    }
    match failure {
        Some(error) => Err(error),
        None if entries.len() >= limit => Ok(ControlFlow::Break(())),
        None => Ok(ControlFlow::Continue(())),
    }
}
