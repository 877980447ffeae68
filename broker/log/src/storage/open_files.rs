//! Files are opened when first used; a bounded number stays open for the next use.
//!
//! Ten thousand partitions have thirty thousand segment and index files: more than a process may open. The
//! oldest opened file leaves first; whoever still holds it (a fetch being sent, bytes not synced yet) keeps it
//! open until done. One that is used again is opened again.

use super::{OpenMode, Storage, StorageError, StoredFile};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

/// The files that stay open between uses.
#[derive(Debug)]
pub struct OpenFiles {
    capacity: usize,
    kept: Mutex<Kept>,
}

/// Files by the number they were opened under: the first is the oldest.
#[derive(Debug, Default)]
struct Kept {
    files: BTreeMap<u64, Arc<StoredFile>>,
    next: u64,
}

impl OpenFiles {
    /// Keeps at most `capacity` files open.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, kept: Mutex::default() }
    }

    /// Keeps a file open; returns the number to [`OpenFiles::forget`] it by.
    fn keep(&self, file: Arc<StoredFile>) -> u64 {
        let mut kept = self.kept();
        let number = kept.next;
        kept.next += 1;
        kept.files.insert(number, file);
        let closed = if kept.files.len() > self.capacity { kept.files.pop_first() } else { None };
        // Closing takes a system call: not under the lock.
        drop(kept);
        drop(closed);
        number
    }

    /// Lets go of a file, so that its space is freed if it was removed.
    fn forget(&self, number: u64) {
        let closed = self.kept().files.remove(&number);
        drop(closed);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("nothing panics under this lock")
    }
}

/// A file that is opened when it is first needed, and again after [`OpenFiles`] let it go.
#[derive(Debug)]
pub(crate) struct LazyFile {
    path: PathBuf,
    opened: Mutex<Opened>,
}

/// The file while it is open, and its number among the [`OpenFiles`].
#[derive(Debug, Default)]
struct Opened {
    file: Weak<StoredFile>,
    number: Option<u64>,
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
        let mut opened = self.opened();
        if let Some(file) = opened.file.upgrade() {
            return Ok(file);
        }
        let file = storage.open(&self.path, mode)?;
        opened.file = Arc::downgrade(&file);
        opened.number = Some(storage.open_files().keep(Arc::clone(&file)));
        Ok(file)
    }

    /// Removes the file; whoever holds it open can still read it.
    pub(crate) fn remove(&self, storage: &dyn Storage) -> Result<(), StorageError> {
        self.close(storage);
        storage.remove_file(&self.path)
    }

    /// Lets the cached descriptor go.
    pub(crate) fn close(&self, storage: &dyn Storage) {
        let number = self.opened().number.take();
        if let Some(number) = number {
            storage.open_files().forget(number);
        }
    }

    fn opened(&self) -> MutexGuard<'_, Opened> {
        self.opened.lock().expect("nothing panics under this lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Disk;

    #[test]
    fn the_oldest_leaves_when_there_are_too_many_and_one_that_is_closed_at_once() {
        let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::new(2));
        let files: Vec<_> = ["a", "b", "c"].map(|name| LazyFile::new(folder.path().join(name))).into();
        let is_open = |file: &LazyFile| file.opened().file.upgrade().is_some();
        for file in &files {
            drop(file.create(&disk).unwrap());
        }
        assert_eq!(files.iter().map(is_open).collect::<Vec<_>>(), [false, true, true]);
        files[2].close(&disk);
        // Closed already: that must not close what was opened since.
        files[0].close(&disk);
        assert_eq!(files.iter().map(is_open).collect::<Vec<_>>(), [false, true, false]);
        drop(files[2].open(&disk).unwrap());
        assert!(is_open(&files[1]) && is_open(&files[2]));
    }
}
