//! State of a task.
//!
//! Typed stores (`key_value_store`, `window_store`) sit on a write-back overlay of deserialised values (`cache`), which
//! sits on one backend per task (`backend`: `rocksdb_store` or `memory_store`). A commit moves the overlay's changes into
//! the changelog first and into the backend, together with the changelog's offsets, last (`changelog`). `directory` owns
//! the folders on disk; `query` reads what was committed from other threads.

mod backend;
mod cache;
mod changelog;
mod directory;
mod error;
mod key_value_store;
mod memory_store;
mod query;
mod rocksdb_store;
mod store;
mod window_store;

pub use error::StateError;
pub use query::{ReadOnlyKeyValueStore, ReadOnlyWindowStore, StoreEntry};
pub use rocksdb_store::StateMemory;
pub use store::Emission;

pub(crate) use backend::{StateBackend, StoreCheckpoint, StoreLayout, WindowExpiry, Write};
pub(crate) use changelog::{changelog_value, restored_write};
pub(crate) use directory::{StateDirectory, TaskDirectory};
pub(crate) use key_value_store::KeyValueStore;
pub(crate) use memory_store::MemoryBackend;
pub(crate) use query::{PublishedState, PublishedStore};
pub(crate) use rocksdb_store::RocksDbBackend;
pub(crate) use store::{StateStore, StoreKind, StoreSerdes, StoreSetup, Update};
pub(crate) use window_store::WindowStore;
