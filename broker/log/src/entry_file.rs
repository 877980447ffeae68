//! A file of sorted entries of one size: what the offset, time and transaction indexes are stored in.
//!
//! Entries are appended to memory and written in blocks; a search in the file reads a handful of entries and
//! one block. No header, no checksum: the indexes are rebuilt from the log whenever they are in doubt.

use crate::storage::{LazyFile, Storage, StorageError, StoredFile};
use std::io::{self, IoSlice};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Entries that wait in memory before they are written.
const MAX_PENDING: usize = 512;

/// Entries that the last step of a search reads at once.
const BLOCK: u64 = 256;

/// One entry of an index file.
pub(crate) trait Entry: Copy {
    /// Bytes of the entry in the file.
    const SIZE: usize;

    fn encode(&self, base_offset: i64, output: &mut Vec<u8>);

    /// Decodes an entry from exactly [`Self::SIZE`] bytes.
    fn decode(base_offset: i64, bytes: &[u8]) -> Self;
}

/// Sorted entries: the first `stored` ones in the file, the rest in memory.
#[derive(Debug)]
pub(crate) struct EntryFile<E> {
    base_offset: i64,
    file: LazyFile,
    stored: u64,
    pending: Vec<E>,
    /// The last entry, once it was seen.
    last: OnceLock<E>,
}

impl<E: Entry> EntryFile<E> {
    /// Uses the file at `path`, which has `size_bytes`; a rest that is no whole entry is ignored.
    pub(crate) fn new(path: PathBuf, base_offset: i64, size_bytes: u64) -> Self {
        Self {
            base_offset,
            file: LazyFile::new(path),
            stored: size_bytes / E::SIZE as u64,
            pending: Vec::new(),
            last: OnceLock::new(),
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.stored + self.pending.len() as u64
    }

    /// Bytes of all entries.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.len() * E::SIZE as u64
    }

    pub(crate) fn push(&mut self, entry: E) {
        self.pending.push(entry);
        self.last = OnceLock::from(entry);
    }

    /// Whether entries wait in memory.
    pub(crate) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Whether enough entries wait in memory to be written.
    pub(crate) fn is_flush_due(&self) -> bool {
        self.pending.len() >= MAX_PENDING
    }

    /// Writes what waits in memory.
    pub(crate) fn flush(&mut self, storage: &dyn Storage) -> Result<(), StorageError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(self.pending.len() * E::SIZE);
        for entry in &self.pending {
            entry.encode(self.base_offset, &mut bytes);
        }
        let file = self.file.create(storage)?;
        file.write_all_at(&mut [IoSlice::new(&bytes)], self.stored * E::SIZE as u64)?;
        self.stored += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// Writes what waits in memory and hands out the file, to be synced. Makes the file if it does not exist.
    pub(crate) fn flushed_file(&mut self, storage: &dyn Storage) -> Result<Arc<StoredFile>, StorageError> {
        self.flush(storage)?;
        self.file.create(storage)
    }

    /// Keeps the first `count` entries.
    pub(crate) fn truncate(&mut self, storage: &dyn Storage, count: u64) -> Result<(), StorageError> {
        self.pending.truncate(usize::try_from(count.saturating_sub(self.stored)).unwrap_or(usize::MAX));
        self.last = OnceLock::new();
        if count < self.stored {
            self.file.create(storage)?.set_len(count * E::SIZE as u64)?;
            self.stored = count;
        }
        Ok(())
    }

    /// The entry at `index`, which must be below [`Self::len`].
    pub(crate) fn get(&self, storage: &dyn Storage, index: u64) -> Result<E, StorageError> {
        match index.checked_sub(self.stored) {
            Some(pending) => Ok(self.pending[usize::try_from(pending).expect("the index lies in memory")]),
            None => {
                let file = self.file.open(storage)?;
                Ok(self.read(&file, index, 1)?[0])
            }
        }
    }

    pub(crate) fn last(&self, storage: &dyn Storage) -> Result<Option<E>, StorageError> {
        let Some(index) = self.len().checked_sub(1) else {
            return Ok(None);
        };
        if self.last.get().is_none() {
            let last = self.get(storage, index)?;
            self.last.get_or_init(|| last);
        }
        Ok(self.last.get().copied())
    }

    /// The last entry for which `is_before` holds; it must hold for a prefix of the entries.
    pub(crate) fn last_before(
        &self,
        storage: &dyn Storage,
        is_before: impl Fn(&E) -> bool,
    ) -> Result<Option<E>, StorageError> {
        match self.count_before(storage, is_before)?.checked_sub(1) {
            Some(index) => self.get(storage, index).map(Some),
            None => Ok(None),
        }
    }

    /// How many entries `is_before` holds for; they must be a prefix.
    pub(crate) fn count_before(
        &self,
        storage: &dyn Storage,
        is_before: impl Fn(&E) -> bool,
    ) -> Result<u64, StorageError> {
        if self.stored == 0 || self.pending.first().is_some_and(&is_before) {
            return Ok(self.stored + self.pending.partition_point(is_before) as u64);
        }
        let file = self.file.open(storage)?;
        let (mut low, mut high) = (0, self.stored);
        while high - low > BLOCK {
            let middle = low + (high - low) / 2;
            if is_before(&self.read(&file, middle, 1)?[0]) { low = middle + 1 } else { high = middle }
        }
        Ok(low + self.read(&file, low, high - low)?.partition_point(is_before) as u64)
    }

    /// All entries from `start` on.
    pub(crate) fn read_from(&self, storage: &dyn Storage, start: u64) -> Result<Vec<E>, StorageError> {
        let mut entries = Vec::new();
        if start < self.stored {
            entries = self.read(&*self.file.open(storage)?, start, self.stored - start)?;
        }
        let in_memory = usize::try_from(start.saturating_sub(self.stored)).unwrap_or(usize::MAX);
        entries.extend_from_slice(self.pending.get(in_memory..).unwrap_or_default());
        Ok(entries)
    }

    /// Removes the file, if it was ever written.
    pub(crate) fn remove(&self, storage: &dyn Storage) -> Result<(), StorageError> {
        match self.file.remove(storage) {
            Err(error) if error.source.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    pub(crate) fn close(&self, storage: &dyn Storage) {
        self.file.close(storage);
    }

    fn read(&self, file: &StoredFile, start: u64, count: u64) -> Result<Vec<E>, StorageError> {
        let count = usize::try_from(count).expect("an index has fewer than 2^32 entries");
        let mut bytes = vec![0; count * E::SIZE];
        file.read_exact_at(&mut bytes, start * E::SIZE as u64)?;
        Ok(bytes.chunks_exact(E::SIZE).map(|entry| E::decode(self.base_offset, entry)).collect())
    }
}
