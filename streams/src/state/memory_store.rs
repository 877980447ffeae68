//! A backend in memory: for in-memory stores and for the test driver.
//!
//! It survives nothing: after a restart its stores are the fold of their whole changelog.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use bytes::Bytes;
use parking_lot::RwLock;

use super::StateError;
use super::backend::{StateBackend, StoreCheckpoint, StoreLayout, Visit, Write};
use super::window_store::start_of_stored_key;

/// Committed state in ordered maps.
pub(crate) struct MemoryBackend {
    layouts: Vec<StoreLayout>,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    stores: HashMap<usize, BTreeMap<Bytes, Bytes>>,
    checkpoints: HashMap<usize, StoreCheckpoint>,
}

impl MemoryBackend {
    /// Makes an empty backend for `layouts`.
    pub(crate) fn new(layouts: Vec<StoreLayout>) -> Self {
        Self { layouts, state: RwLock::default() }
    }
}

impl StateBackend for MemoryBackend {
    fn get(&self, store: usize, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        let state = self.state.read();
        Ok(state.stores.get(&store).and_then(|entries| entries.get(key)).map(|value| value.to_vec()))
    }

    fn scan(&self, store: usize, min: &[u8], end: Option<&[u8]>, visit: Visit<'_>) -> Result<(), StateError> {
        let state = self.state.read();
        let Some(entries) = state.stores.get(&store) else {
            return Ok(());
        };
        if end.is_some_and(|end| end <= min) {
            return Ok(());
        }
        let range = (Bound::Included(min), end.map_or(Bound::Unbounded, Bound::Excluded));
        for (key, value) in entries.range::<[u8], _>(range) {
            if visit(key, value).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn checkpoint(&self, store: usize) -> Result<Option<StoreCheckpoint>, StateError> {
        Ok(self.state.read().checkpoints.get(&store).copied())
    }

    fn apply(&self, writes: &[Write], checkpoints: &[(usize, StoreCheckpoint)]) -> Result<(), StateError> {
        let mut state = self.state.write();
        for write in writes {
            let entries = state.stores.entry(write.store).or_default();
            match &write.value {
                Some(value) => entries.insert(write.key.clone(), value.clone()),
                None => entries.remove(&write.key),
            };
        }
        state.checkpoints.extend(checkpoints.iter().copied());
        for layout in &self.layouts {
            if let (Some(expiry), Some(entries)) = (&layout.expiry, state.stores.get_mut(&layout.index)) {
                entries
                    .retain(|key, _| !start_of_stored_key(key).is_some_and(|start| expiry.is_expired(start)));
            }
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StateError> {
        Ok(())
    }
}
