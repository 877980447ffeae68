//! What the log asks of a disk.
//!
//! Positions and sizes are bytes. Nothing here is durable before `sync_data` (bytes of a file) or
//! `sync_directory` (names created, renamed or removed in it) has returned.

use super::OpenFiles;
use std::fmt::Debug;
use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An operation on a file or directory that failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation} {}{}", path.display(), position.map(|at| format!(" at byte {at}")).unwrap_or_default())]
pub struct StorageError {
    /// What was attempted, as a verb.
    pub operation: &'static str,
    /// The file or directory.
    pub path: PathBuf,
    /// Where in the file, if that matters.
    pub position: Option<u64>,
    /// What the disk answered.
    pub source: io::Error,
}

impl StorageError {
    pub(crate) fn new(operation: &'static str, path: &Path, source: io::Error) -> Self {
        Self { operation, path: path.to_path_buf(), position: None, source }
    }

    fn at(operation: &'static str, path: &Path, position: u64, source: io::Error) -> Self {
        Self { operation, path: path.to_path_buf(), position: Some(position), source }
    }
}

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// For reading and writing; it must exist.
    Existing,
    /// For reading and writing; made, empty, if it does not exist.
    Create,
}

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The last part of the path. Names that are not UTF-8 are not listed: the log writes none.
    pub name: String,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// Size of a file; 0 for directories.
    pub size_bytes: u64,
}

/// A disk, or something that behaves like one.
pub trait Storage: Send + Sync + Debug {
    /// Opens a file for reading and writing.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    fn open(&self, path: &Path, mode: OpenMode) -> Result<Arc<StoredFile>, StorageError>;

    /// Makes a directory and those above it; one that exists is left alone.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    fn create_directory(&self, path: &Path) -> Result<(), StorageError>;

    /// Lists a directory in no particular order.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    fn list(&self, path: &Path) -> Result<Vec<DirectoryEntry>, StorageError>;

    /// Renames a file or directory, replacing a file that has the new name.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    fn rename(&self, from: &Path, to: &Path) -> Result<(), StorageError>;

    /// Removes a file. Its bytes stay readable through files opened before.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    fn remove_file(&self, path: &Path) -> Result<(), StorageError>;

    /// Removes an empty directory.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    fn remove_directory(&self, path: &Path) -> Result<(), StorageError>;

    /// Makes the names in a directory durable.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    fn sync_directory(&self, path: &Path) -> Result<(), StorageError>;

    /// The files kept open for later use.
    fn open_files(&self) -> &OpenFiles;
}

/// An open file of some [`Storage`].
pub trait FileHandle: Send + Sync + Debug {
    /// Reads up to `buffer.len()` bytes; 0 at the end of the file.
    ///
    /// # Errors
    /// The disk's answer.
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize>;

    /// Writes some or all of `parts`, one after the other; returns how many bytes.
    ///
    /// # Errors
    /// The disk's answer.
    fn write_at(&self, parts: &[IoSlice<'_>], position: u64) -> io::Result<usize>;

    /// Cuts the file, or extends it with zeros.
    ///
    /// # Errors
    /// The disk's answer.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Size of the file.
    ///
    /// # Errors
    /// The disk's answer.
    fn size_bytes(&self) -> io::Result<u64>;

    /// Makes the file's bytes and size durable.
    ///
    /// # Errors
    /// The disk's answer. The bytes may be lost then, whatever a later call says.
    fn sync_data(&self) -> io::Result<()>;

    /// The descriptor, if there is one to send from.
    fn as_fd(&self) -> Option<BorrowedFd<'_>>;
}

/// An open file and its path. It stays open, and its bytes readable, while anyone holds it.
#[derive(Debug)]
pub struct StoredFile {
    path: PathBuf,
    handle: Box<dyn FileHandle>,
}

impl StoredFile {
    /// Makes a stored file of an open handle.
    #[must_use]
    pub fn new(path: PathBuf, handle: Box<dyn FileHandle>) -> Self {
        Self { path, handle }
    }

    /// Where the file was opened; it may have been renamed or removed since.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The descriptor for `sendfile`; `None` on a simulated disk.
    #[must_use]
    pub fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        self.handle.as_fd()
    }

    /// Size of the file.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    pub fn size_bytes(&self) -> Result<u64, StorageError> {
        self.handle.size_bytes().map_err(|source| StorageError::new("measure", &self.path, source))
    }

    /// Fills `buffer` from `position`, or as much of it as the file has; returns how much.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    pub fn read_at(&self, buffer: &mut [u8], position: u64) -> Result<usize, StorageError> {
        let mut filled = 0;
        while filled < buffer.len() {
            let at = position + filled as u64;
            match self.handle.read_at(&mut buffer[filled..], at) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(StorageError::at("read", &self.path, at, source)),
            }
        }
        Ok(filled)
    }

    /// Fills `buffer` from `position`.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer, or that the file ends too early.
    pub fn read_exact_at(&self, buffer: &mut [u8], position: u64) -> Result<(), StorageError> {
        let filled = self.read_at(buffer, position)?;
        if filled == buffer.len() {
            return Ok(());
        }
        let source = io::Error::from(io::ErrorKind::UnexpectedEof);
        Err(StorageError::at("read", &self.path, position + filled as u64, source))
    }

    /// Writes all of `parts`, one after the other, at `position`.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer; some of the bytes may have been written.
    pub fn write_all_at(&self, parts: &mut [IoSlice<'_>], position: u64) -> Result<(), StorageError> {
        let mut parts = parts;
        let mut at = position;
        IoSlice::advance_slices(&mut parts, 0);
        while !parts.is_empty() {
            match self.handle.write_at(parts, at) {
                Ok(0) => {
                    let source = io::Error::from(io::ErrorKind::WriteZero);
                    return Err(StorageError::at("write", &self.path, at, source));
                }
                Ok(count) => {
                    at += count as u64;
                    IoSlice::advance_slices(&mut parts, count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(StorageError::at("write", &self.path, at, source)),
            }
        }
        Ok(())
    }

    /// Cuts the file at `len`.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer.
    pub fn set_len(&self, len: u64) -> Result<(), StorageError> {
        self.handle.set_len(len).map_err(|source| StorageError::at("cut", &self.path, len, source))
    }

    /// Makes the file's bytes and size durable.
    ///
    /// # Errors
    /// [`StorageError`] with the disk's answer. The bytes may be lost then, whatever a later call says.
    pub fn sync_data(&self) -> Result<(), StorageError> {
        self.handle.sync_data().map_err(|source| StorageError::new("sync", &self.path, source))
    }
}
