//! The machine's own file system.

use super::{DirectoryEntry, FileHandle, OpenFiles, OpenMode, Storage, StorageError, StoredFile};
use std::fs::{self, File};
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Files kept open between uses unless the caller says otherwise.
const DEFAULT_OPEN_FILES: usize = 4_096;

/// The machine's own file system.
#[derive(Debug)]
pub struct Disk {
    open_files: OpenFiles,
}

impl Disk {
    /// Keeps up to `max_open_files` files open between uses.
    #[must_use]
    pub fn new(max_open_files: usize) -> Self {
        Self { open_files: OpenFiles::new(max_open_files) }
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self::new(DEFAULT_OPEN_FILES)
    }
}

impl Storage for Disk {
    fn open(&self, path: &Path, mode: OpenMode) -> Result<Arc<StoredFile>, StorageError> {
        let create = mode == OpenMode::Create;
        let file = fs::OpenOptions::new().read(true).write(true).create(create).truncate(false).open(path);
        let file = file.map_err(|source| StorageError::new("open", path, source))?;
        Ok(Arc::new(StoredFile::new(path.to_path_buf(), Box::new(DiskFile { file }))))
    }

    fn create_directory(&self, path: &Path) -> Result<(), StorageError> {
        fs::create_dir_all(path).map_err(|source| StorageError::new("create the directory", path, source))
    }

    fn list(&self, path: &Path) -> Result<Vec<DirectoryEntry>, StorageError> {
        let failed = |source| StorageError::new("list", path, source);
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(source) => return Err(StorageError::new("measure", &entry.path(), source)),
            };
            let is_directory = metadata.is_dir();
            let size_bytes = if is_directory { 0 } else { metadata.len() };
            entries.push(DirectoryEntry { name, is_directory, size_bytes });
        }
        Ok(entries)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), StorageError> {
        fs::rename(from, to).map_err(|source| StorageError::new("rename", from, source))
    }

    fn remove_file(&self, path: &Path) -> Result<(), StorageError> {
        fs::remove_file(path).map_err(|source| StorageError::new("remove", path, source))
    }

    fn remove_directory(&self, path: &Path) -> Result<(), StorageError> {
        fs::remove_dir(path).map_err(|source| StorageError::new("remove", path, source))
    }

    fn sync_directory(&self, path: &Path) -> Result<(), StorageError> {
        let synced = fs::OpenOptions::new().read(true).open(path).and_then(|directory| directory.sync_all());
        synced.map_err(|source| StorageError::new("sync the directory", path, source))
    }

    fn open_files(&self) -> &OpenFiles {
        &self.open_files
    }
}

#[derive(Debug)]
struct DiskFile {
    file: File,
}

impl FileHandle for DiskFile {
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        self.file.read_at(buffer, position)
    }

    fn write_at(&self, parts: &[IoSlice<'_>], position: u64) -> io::Result<usize> {
        Ok(rustix::io::pwritev(&self.file, parts, position)?)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.file.as_fd())
    }
}
