//! The data directory: locked while in use, marked with whose it is and how it was left.
//!
//! ```text
//! .lock                     held by the running broker
//! meta.properties           version, cluster.id, node.id (Kafka's file); written on first start
//! .kafka_cleanshutdown      present only after a clean stop; removed at start
//! __cluster_metadata-0/     metadata
//! <topic>-<index>/          one partition each
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tidemill_environment::Random;
use tidemill_protocol::Uuid;

const LOCK: &str = ".lock";
const META: &str = "meta.properties";
const CLEAN: &str = ".kafka_cleanshutdown";

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Another process uses it.
    #[error(
        "data directory {path} is in use by another broker: stop that one or give this one its own --data-dir"
    )]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// It was written by another cluster or node.
    #[error("data directory {path} belongs to {key}={found}, this broker is {key}={expected}")]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// `cluster.id` or `node.id`.
        key: &'static str,
        /// What `meta.properties` says.
        found: String,
        /// What this broker was told to be.
        expected: String,
    },
    /// `meta.properties` cannot be understood.
    #[error("{path}: {reason}")]
    Meta {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file system refuses.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// A locked data directory.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    cluster_id: String,
    was_clean: bool,
    /// Released by the operating system however this process ends.
    _lock: File,
}

impl DataDir {
    /// Locks `path`, formats it on first use, and takes away the mark of a clean stop.
    pub(crate) fn open(
        path: &Path,
        node_id: i32,
        cluster_id: Option<&str>,
        random: &mut dyn Random,
    ) -> Result<Self, DataDirError> {
        fs::create_dir_all(path).map_err(io_error("create", path))?;
        let lock = lock(path)?;
        let meta = path.join(META);
        let cluster_id = match fs::read_to_string(&meta) {
            Ok(text) => check_meta(path, &text, node_id, cluster_id)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                format(path, node_id, cluster_id, random)?
            }
            Err(error) => return Err(io_error("read", &meta)(error)),
        };
        let mark = path.join(CLEAN);
        let was_clean = match fs::remove_file(&mark) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(io_error("remove", &mark)(error)),
        };
        sync_dir(path)?;
        Ok(Self { path: path.to_owned(), cluster_id, was_clean, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn cluster_id(&self) -> &str {
        &self.cluster_id
    }

    /// Whether the broker that used the directory before closed every log.
    pub(crate) fn was_clean(&self) -> bool {
        self.was_clean
    }

    /// Leaves the mark that every log was closed.
    pub(crate) fn mark_clean(&self) -> Result<(), DataDirError> {
        write_durably(&self.path, CLEAN, "{\"version\":0}\n")
    }
}

fn lock(path: &Path) -> Result<File, DataDirError> {
    let file = path.join(LOCK);
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&file)
        .map_err(io_error("write to", &file))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(DataDirError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(io_error("lock", &file)(error)),
    }
}

fn format(
    path: &Path,
    node_id: i32,
    cluster_id: Option<&str>,
    random: &mut dyn Random,
) -> Result<String, DataDirError> {
    let cluster_id = cluster_id.map_or_else(|| new_cluster_id(random), str::to_owned);
    write_durably(path, META, &format!("version=1\ncluster.id={cluster_id}\nnode.id={node_id}\n"))?;
    tracing::info!(path = %path.display(), cluster_id, node_id, "formatted the data directory");
    Ok(cluster_id)
}

fn new_cluster_id(random: &mut dyn Random) -> String {
    let bits = (u128::from(random.next_u64()) << 64) | u128::from(random.next_u64());
    Uuid::from_random_bits(bits).to_string()
}

fn check_meta(
    path: &Path,
    text: &str,
    node_id: i32,
    cluster_id: Option<&str>,
) -> Result<String, DataDirError> {
    let value_of = |key: &'static str| {
        text.lines()
            .find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('=').map(str::trim))
            .ok_or_else(|| meta_error(path, format!("{key} is missing")))
    };
    let version = value_of("version")?;
    if version != "1" {
        return Err(meta_error(path, format!("version {version} is not supported, expected 1")));
    }
    let found_cluster = value_of("cluster.id")?;
    let expected = [("cluster.id", cluster_id.map(str::to_owned)), ("node.id", Some(node_id.to_string()))];
    for (key, expected) in expected {
        let found = value_of(key)?;
        if let Some(expected) = expected.filter(|expected| expected != found) {
            return Err(DataDirError::Foreign {
                path: path.to_owned(),
                key,
                found: found.to_owned(),
                expected,
            });
        }
    }
    Ok(found_cluster.to_owned())
}

fn meta_error(path: &Path, reason: String) -> DataDirError {
    DataDirError::Meta { path: path.join(META), reason }
}

/// Writes a file so that after a power loss it is there whole or not at all.
fn write_durably(dir: &Path, name: &str, text: &str) -> Result<(), DataDirError> {
    let temporary = dir.join(format!("{name}.tmp"));
    let path = dir.join(name);
    let write = || {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, &path)
    };
    write().map_err(io_error("write", &path))?;
    sync_dir(dir)
}

fn sync_dir(path: &Path) -> Result<(), DataDirError> {
    OpenOptions::new().read(true).open(path).and_then(|dir| dir.sync_all()).map_err(io_error("sync", path))
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DataDirError + use<> {
    let path = path.to_owned();
    move |source| DataDirError::Io { action, path, source }
}

#[cfg(test)]
mod tests {
    use tidemill_environment::SeededRandom;

    use super::*;

    fn open(path: &Path, node_id: i32, cluster_id: Option<&str>) -> Result<DataDir, DataDirError> {
        DataDir::open(path, node_id, cluster_id, &mut SeededRandom::new(1))
    }

    #[test]
    fn the_first_start_formats_and_later_ones_find_the_same_cluster() {
        let dir = tempfile::tempdir().unwrap();
        let first = open(dir.path(), 1, None).unwrap();
        let id = first.cluster_id().to_owned();
        drop(first);
        assert_eq!(open(dir.path(), 1, None).unwrap().cluster_id(), id);
        assert_eq!(open(dir.path(), 1, Some(&id)).unwrap().cluster_id(), id);
    }

    #[test]
    fn a_directory_in_use_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let _first = open(dir.path(), 1, None).unwrap();
        assert!(matches!(open(dir.path(), 1, None), Err(DataDirError::Locked { .. })));
    }

    #[test]
    fn a_directory_of_another_cluster_or_node_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        drop(open(dir.path(), 1, Some("mine")).unwrap());
        let error = open(dir.path(), 1, Some("other")).unwrap_err();
        assert!(error.to_string().ends_with("belongs to cluster.id=mine, this broker is cluster.id=other"));
        let error = open(dir.path(), 2, None).unwrap_err();
        assert!(error.to_string().ends_with("belongs to node.id=1, this broker is node.id=2"));
    }

    #[test]
    fn only_a_marked_stop_counts_as_clean_and_only_once() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!open(dir.path(), 1, None).unwrap().was_clean());
        let second = open(dir.path(), 1, None).unwrap();
        second.mark_clean().unwrap();
        drop(second);
        assert!(open(dir.path(), 1, None).unwrap().was_clean());
        assert!(!open(dir.path(), 1, None).unwrap().was_clean());
    }

    #[test]
    fn a_damaged_meta_file_says_what_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(META), "version=1\nnode.id=1\n").unwrap();
        assert!(open(dir.path(), 1, None).unwrap_err().to_string().contains("cluster.id is missing"));
        fs::write(dir.path().join(META), "version=7\n").unwrap();
        assert!(open(dir.path(), 1, None).unwrap_err().to_string().contains("version 7 is not supported"));
    }
}
