//! What can go wrong with state.

use std::io;
use std::path::PathBuf;

use tidemill_environment::{Recoverable, Recovery};

use crate::serde::SerdeError;

/// Why state could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process uses the directory.
    #[error("state directory {path} is used by another process: give each instance its own state.dir")]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// A file or folder of the state directory cannot be used.
    #[error("cannot {action} {path}: {source}")]
    Directory {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The state directory was written by a release whose format this one cannot read.
    #[error("state directory {path} has format {found:?}, this release reads {readable}")]
    Format {
        /// The file that states the format.
        path: PathBuf,
        /// Its content.
        found: String,
        /// The format this release reads.
        readable: u32,
    },
    /// RocksDB refused.
    #[error("cannot {action} store {store}: {source}")]
    RocksDb {
        /// What was attempted.
        action: &'static str,
        /// The store, or the path of the database.
        store: String,
        /// What RocksDB said.
        source: rocksdb::Error,
    },
    /// Stored bytes are not what was written.
    #[error("store {store} holds bytes that cannot be read: {reason}")]
    Corrupt {
        /// The store.
        store: String,
        /// What is wrong with them.
        reason: String,
    },
    /// A key or value of a store does not fit its serde.
    #[error("store {store}: {source}")]
    Serde {
        /// The store.
        store: String,
        /// What the serde said.
        source: SerdeError,
    },
    /// No store of this name and kind in the topology.
    #[error("no {kind} store named {store} in this topology")]
    UnknownStore {
        /// The name that was asked for.
        store: String,
        /// The kind that was asked for.
        kind: &'static str,
    },
    /// The store exists, with other types.
    #[error("store {store} does not hold {asked}")]
    WrongType {
        /// The name that was asked for.
        store: String,
        /// The types that were asked for.
        asked: &'static str,
    },
    /// The store's partition is not here: it moved to another instance, or is being restored.
    #[error("store {store} is not open here: its task is being restored or runs on another instance")]
    NotOpen {
        /// The store.
        store: String,
    },
}

impl Recoverable for StateError {
    fn recovery(&self) -> Recovery {
        match self {
            Self::NotOpen { .. } => Recovery::Retry,
            Self::Corrupt { .. } | Self::Serde { .. } => Recovery::Corrupt,
            Self::Locked { .. }
            | Self::Directory { .. }
            | Self::Format { .. }
            | Self::RocksDb { .. }
            | Self::UnknownStore { .. }
            | Self::WrongType { .. } => Recovery::Fatal,
        }
    }
}
