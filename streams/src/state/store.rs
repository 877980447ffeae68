//! What every store of a task has in common: how a task makes it, commits it and lets go of its memory.

use std::any::Any;
use std::sync::Arc;

use super::StateError;
use super::backend::{StateBackend, StoreCheckpoint, Write};
use crate::serde::Serde;

/// When the updates of a table reach what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Emission {
    /// Once per key and commit, with the latest value: what Kafka Streams does with its record cache.
    #[default]
    Coalesced,
    /// Every update at once: what Kafka Streams does with `statestore.cache.max.bytes=0`.
    EveryUpdate,
}

/// What kind of store it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreKind {
    /// One value per key.
    KeyValue,
    /// One value per key and window, kept for some stream time.
    Window {
        /// How long a window is kept, milliseconds.
        retention_ms: i64,
    },
}

/// The serdes of a store, as the topology keeps them for queries.
pub(crate) struct StoreSerdes<K, V> {
    /// Of the keys.
    pub(crate) key: Arc<dyn Serde<K>>,
    /// Of the values.
    pub(crate) value: Arc<dyn Serde<V>>,
}

impl<K, V> Clone for StoreSerdes<K, V> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), value: Arc::clone(&self.value) }
    }
}

/// What a task gives a store that it makes.
#[derive(Clone)]
pub(crate) struct StoreSetup {
    /// The name.
    pub(crate) name: Arc<str>,
    /// The position in the topology's list of stores.
    pub(crate) index: usize,
    /// Where committed state lives.
    pub(crate) backend: Arc<dyn StateBackend>,
    /// Whether updates are held back until the commit.
    pub(crate) emission: Emission,
    /// Where the store stood at the last commit, after a restore.
    pub(crate) checkpoint: StoreCheckpoint,
}

/// What an update of a store means for what follows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Update<'a, V> {
    /// The key is null: nothing was stored, the record is to be counted as dropped.
    NullKey,
    /// Stored; it will be forwarded with the commit.
    HeldBack,
    /// Stored, and to be forwarded now.
    Forward {
        /// The new value.
        value: &'a V,
        /// Its timestamp, milliseconds.
        timestamp: i64,
    },
}

/// A store as its task sees it.
pub(crate) trait StateStore: Any + Send {
    /// Appends the changes since the last commit and their timestamps; they count as committed from then on.
    fn stage(&mut self, writes: &mut Vec<(Write, i64)>) -> Result<(), StateError>;

    /// Returns the greatest event time seen, in milliseconds; -1 before the first record.
    fn stream_time_ms(&self) -> i64;

    /// Returns the estimated bytes held in memory above the backend.
    fn size_bytes(&self) -> usize;

    /// Lets go of what is held in memory; called only right after a commit.
    fn shed(&mut self);
}
