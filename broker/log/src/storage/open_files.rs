//! Files are opened when first used; a bounded number stays open for the next use.
//!
//! Ten thousand partitions have thirty thousand segment and index files: more than a process may open. The
//! oldest opened file leaves first; whoever still holds it (a fetch being sent, bytes not synced yet) keeps it
//! open until done. One that is used again is opened again.

use super::{OpenMode, Storage, StorageError, StoredFile};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

/// The files that stay open between uses, oldest first.
#[derive(Debug)]
pub struct OpenFiles {
    capacity: usize,
    files: Mutex<VecDeque<Arc<StoredFile>>>,
}

impl OpenFiles {
    /// Keeps at most `capacity` files open.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, files: Mutex::default() }
    }

    fn keep(&self, file: Arc<StoredFile>) {
        let mut files = self.files();
        files.push_back(file);
        let excess = files.len().saturating_sub(self.capacity);
        let closed: Vec<_> = files.drain(..excess).collect();
        // Closing takes a system call: not under the lock.
        drop(files);
        drop(closed);
    }

    /// Lets go of a file that was removed, so that its space is freed.
    fn forget(&self, path: &Path) {
        self.files().retain(|file| file.path() != path);
    }

    fn files(&self) -> MutexGuard<'_, VecDeque<Arc<StoredFile>>> {
        self.files.lock().expect("nothing panics under this lock")
    }
}

/// A file that is opened when it is first needed, and again after [`OpenFiles`] let it go.
#[derive(Debug)]
pub(crate) struct LazyFile {
    path: PathBuf,
    opened: Mutex<Weak<StoredFile>>,
}

impl LazyFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, opened: Mutex::default() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file, which must exist.
    pub(crate) fn open(&self, storage: &dyn Storage) -> Result<Arc<StoredFile>, StorageError> {
        self.open_as(storage, OpenMode::Existing)
    }

    /// Opens the file, or makes it.
    pub(crate) fn create(&self, storage: &dyn Storage) -> Result<Arc<StoredFile>, StorageError> {
        self.open_as(storage, OpenMode::Create)
    }

    fn open_as(&self, storage: &dyn Storage, mode: OpenMode) -> Result<Arc<StoredFile>, StorageError> {
        let mut opened = self.opened.lock().expect("nothing panics under this lock");
        if let Some(file) = opened.upgrade() {
            return Ok(file);
        }
        let file = storage.open(&self.path, mode)?;
        *opened = Arc::downgrade(&file);
        drop(opened);
        storage.open_files().keep(Arc::clone(&file));
        Ok(file)
    }

    /// Removes the file; whoever holds it open can still read it.
    pub(crate) fn remove(&self, storage: &dyn Storage) -> Result<(), StorageError> {
        storage.open_files().forget(&self.path);
        storage.remove_file(&self.path)
    }

    /// Lets the cached descriptor go.
    pub(crate) fn close(&self, storage: &dyn Storage) {
        storage.open_files().forget(&self.path);
    }
}
