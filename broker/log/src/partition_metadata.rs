//! The topic a partition's directory belongs to (`partition.metadata`), in Kafka's text format (KIP-516).
//!
//! ```text
//! version: 0
//! topic_id: AAAAAAAAAAAAAAAAAAAAAQ     base64url, without padding
//! ```

use crate::file_names::PARTITION_METADATA;
use crate::storage::{Storage, StorageError, read_file, replace_file};
use std::path::{Path, PathBuf};
use tidemill_protocol::Uuid;

/// Why the file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PartitionMetadataError {
    /// The disk failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The file is not what was written.
    #[error("{} is damaged: it says {found:?}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Its content.
        found: String,
    },
}

/// What the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionMetadata {
    /// The topic's id.
    pub topic_id: Uuid,
}

impl PartitionMetadata {
    /// Reads the file of a partition's directory; `None` if there is none.
    ///
    /// # Errors
    /// [`PartitionMetadataError`] if it cannot be read or understood.
    pub fn read(storage: &dyn Storage, directory: &Path) -> Result<Option<Self>, PartitionMetadataError> {
        let path = directory.join(PARTITION_METADATA);
        let Some(content) = read_file(storage, &path)? else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(&content);
        let topic_id = text.strip_prefix("version: 0\ntopic_id: ").and_then(|id| id.trim_end().parse().ok());
        let found = || text.chars().take(200).collect();
        topic_id
            .map(|topic_id| Some(Self { topic_id }))
            .ok_or_else(|| PartitionMetadataError::Damaged { path, found: found() })
    }

    /// Writes the file into a partition's directory; durable on return.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    pub fn write(&self, storage: &dyn Storage, directory: &Path) -> Result<(), StorageError> {
        let text = format!("version: 0\ntopic_id: {}\n", self.topic_id);
        replace_file(storage, &directory.join(PARTITION_METADATA), text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Disk;

    #[test]
    fn the_topic_id_reads_back_and_a_damaged_file_is_refused() {
        let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::default());
        assert_eq!(PartitionMetadata::read(&disk, folder.path()).unwrap(), None);
        let metadata = PartitionMetadata { topic_id: Uuid([7; 16]) };
        metadata.write(&disk, folder.path()).unwrap();
        assert_eq!(PartitionMetadata::read(&disk, folder.path()).unwrap(), Some(metadata));
        std::fs::write(folder.path().join(PARTITION_METADATA), "version: 0\ntopic_id: ?").unwrap();
        assert!(PartitionMetadata::read(&disk, folder.path()).is_err());
    }
}
