//! A disk in memory that behaves as badly as POSIX allows, reproducibly from a seed.
//!
//! * A crash loses what was not synced: any subset of the pages written, single sectors of a page (a torn
//!   write), any subset of the names made, renamed or removed. What was lost in the middle reads as zeros.
//! * A failed sync leaves the bytes readable and lost: no later sync writes them (the behaviour of Linux).
//! * A full disk writes what still fits.
//!
//! It lies in the library and not in its tests because the broker's own simulation uses it too.

mod inode;
mod names;

use super::{DirectoryEntry, FileHandle, OpenFiles, OpenMode, Storage, StorageError, StoredFile};
use inode::Inode;
use names::{NameChange, Names};
use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use tidemill_environment::{Random, SeededRandom};

/// Files that a simulated disk keeps open between uses: few, so that opening again is part of every test.
const OPEN_FILES: usize = 4;

/// What goes wrong on a [`SimulatedDisk`] besides the crash.
#[derive(Debug, Clone, Copy, Default)]
pub struct SimulatedFaults {
    /// One in so many syncs fails; `None`: none does.
    pub failing_syncs_one_in: Option<u64>,
    /// Bytes the disk has room for; `None`: as many as there are.
    pub capacity_bytes: Option<u64>,
    /// Syncs do nothing and report success, as if nobody had called them.
    pub ignores_syncs: bool,
    /// Changes and syncs that still happen, as if the machine stopped after them: all later ones fail.
    pub stops_after: Option<u64>,
}

/// A disk in memory that loses what was not synced.
#[derive(Debug)]
pub struct SimulatedDisk {
    state: Arc<Mutex<State>>,
    open_files: OpenFiles,
}

#[derive(Debug)]
struct State {
    random: SeededRandom,
    faults: SimulatedFaults,
    names: Names,
    inodes: BTreeMap<u64, Inode>,
    next_inode: u64,
    /// Changes and syncs since the faults were set.
    performed: u64,
}

impl SimulatedDisk {
    /// Makes an empty disk. `seed` decides which syncs fail.
    #[must_use]
    pub fn new(seed: u64, faults: SimulatedFaults) -> Self {
        let random = SeededRandom::new(seed);
        let names = Names::default();
        let state = State { random, faults, names, inodes: BTreeMap::new(), next_inode: 0, performed: 0 };
        Self::with_state(state)
    }

    fn with_state(state: State) -> Self {
        Self { state: Arc::new(Mutex::new(state)), open_files: OpenFiles::new(OPEN_FILES) }
    }

    /// Returns the disk as it is after a power loss; `seed` decides what of the unsynced is lost.
    #[must_use]
    pub fn crash(&self, seed: u64) -> Self {
        let mut random = SeededRandom::new(seed);
        let state = self.state();
        // From "nothing unsynced survived" to "nearly everything did".
        let survivors_of_ten = random.below(11);
        let mut survives = || random.below(10) < survivors_of_ten;
        let names = state.names.after_crash(&mut survives);
        let linked = |inode: &u64| names.inodes().any(|linked| linked == *inode);
        let inodes = state.inodes.iter().filter(|(id, _)| linked(id));
        let inodes = inodes.map(|(id, inode)| (*id, inode.after_crash(&mut survives))).collect();
        let (faults, next_inode) = (state.faults, state.next_inode);
        let faults = SimulatedFaults { stops_after: None, ..faults };
        let random = SeededRandom::new(seed);
        Self::with_state(State { random, faults, names, inodes, next_inode, performed: 0 })
    }

    /// Lets other things go wrong from now on.
    pub fn set_faults(&self, faults: SimulatedFaults) {
        let mut state = self.state();
        state.faults = faults;
        state.performed = 0;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics under this lock")
    }
}

impl State {
    /// Counts a change or a sync; an error once the machine has stopped.
    fn perform(&mut self) -> io::Result<()> {
        if self.faults.stops_after.is_some_and(|limit| self.performed >= limit) {
            return Err(io::Error::other("simulated stop of the machine"));
        }
        self.performed += 1;
        Ok(())
    }

    fn sync_fails(&mut self) -> bool {
        self.faults.failing_syncs_one_in.is_some_and(|one_in| self.random.below(one_in) == 0)
    }

    fn free_bytes(&self) -> u64 {
        let used: u64 =
            self.names.inodes().filter_map(|id| self.inodes.get(&id)).map(Inode::size_bytes).sum();
        self.faults.capacity_bytes.map_or(u64::MAX, |capacity| capacity.saturating_sub(used))
    }
}

impl Storage for SimulatedDisk {
    fn open(&self, path: &Path, mode: OpenMode) -> Result<Arc<StoredFile>, StorageError> {
        let mut state = self.state();
        let id = match (state.names.file(path), mode) {
            (Some(id), _) => id,
            (None, OpenMode::Existing) => {
                return Err(StorageError::new("open", path, io::ErrorKind::NotFound.into()));
            }
            (None, OpenMode::Create) => {
                state.perform().map_err(|source| StorageError::new("create", path, source))?;
                let id = state.next_inode;
                state.next_inode += 1;
                let created = state.names.change(NameChange::Link { path: path.to_path_buf(), inode: id });
                created.map_err(|source| StorageError::new("create", path, source))?;
                state.inodes.insert(id, Inode::default());
                id
            }
        };
        let handle = SimulatedFile { state: Arc::clone(&self.state), inode: id };
        Ok(Arc::new(StoredFile::new(path.to_path_buf(), Box::new(handle))))
    }

    fn create_directory(&self, path: &Path) -> Result<(), StorageError> {
        let mut state = self.state();
        let missing: Vec<_> =
            path.ancestors().take_while(|directory| !state.names.is_directory(directory)).collect();
        for directory in missing.into_iter().rev() {
            let created = state.names.change(NameChange::MakeDirectory { path: directory.to_path_buf() });
            created.map_err(|source| StorageError::new("create the directory", directory, source))?;
        }
        Ok(())
    }

    fn list(&self, path: &Path) -> Result<Vec<DirectoryEntry>, StorageError> {
        let state = self.state();
        let entries = state.names.list(path).map_err(|source| StorageError::new("list", path, source))?;
        let entry = |(name, inode): (String, Option<u64>)| DirectoryEntry {
            name,
            is_directory: inode.is_none(),
            size_bytes: inode.and_then(|id| state.inodes.get(&id)).map_or(0, Inode::size_bytes),
        };
        Ok(entries.into_iter().map(entry).collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), StorageError> {
        let mut state = self.state();
        let failed = |source| StorageError::new("rename", from, source);
        state.perform().map_err(failed)?;
        let inode = state.names.file(from).ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
        let change = NameChange::Rename { from: from.to_path_buf(), to: to.to_path_buf(), inode };
        state.names.change(change).map_err(failed)
    }

    fn remove_file(&self, path: &Path) -> Result<(), StorageError> {
        let change = NameChange::Unlink { path: path.to_path_buf() };
        let mut state = self.state();
        let removed = state.perform().and_then(|()| state.names.change(change));
        removed.map_err(|source| StorageError::new("remove", path, source))
    }

    fn remove_directory(&self, path: &Path) -> Result<(), StorageError> {
        let change = NameChange::RemoveDirectory { path: path.to_path_buf() };
        self.state().names.change(change).map_err(|source| StorageError::new("remove", path, source))
    }

    fn sync_directory(&self, path: &Path) -> Result<(), StorageError> {
        let mut state = self.state();
        let failed = |source| StorageError::new("sync the directory", path, source);
        state.perform().map_err(failed)?;
        if state.faults.ignores_syncs {
            return Ok(());
        }
        if state.sync_fails() {
            return Err(failed(failed_sync()));
        }
        state.names.sync(path);
        Ok(())
    }

    fn open_files(&self) -> &OpenFiles {
        &self.open_files
    }
}

#[derive(Debug)]
struct SimulatedFile {
    state: Arc<Mutex<State>>,
    inode: u64,
}

impl SimulatedFile {
    fn perform(&self) -> io::Result<()> {
        self.state.lock().expect("nothing panics under this lock").perform()
    }

    fn with<R>(&self, action: impl FnOnce(&mut Inode) -> R) -> R {
        let mut state = self.state.lock().expect("nothing panics under this lock");
        action(state.inodes.get_mut(&self.inode).expect("inodes stay while their disk does"))
    }
}

impl FileHandle for SimulatedFile {
    fn read_at(&self, buffer: &mut [u8], position: u64) -> io::Result<usize> {
        Ok(self.with(|inode| inode.read_at(buffer, position)))
    }

    fn write_at(&self, parts: &[IoSlice<'_>], position: u64) -> io::Result<usize> {
        self.perform()?;
        let mut bytes: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).collect();
        let free = self.state.lock().expect("nothing panics under this lock").free_bytes();
        let size = self.with(|inode| inode.size_bytes());
        let room = size.saturating_sub(position).saturating_add(free);
        bytes.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        if bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let written = bytes.len();
        self.with(|inode| inode.write_at(bytes, position));
        Ok(written)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.perform()?;
        self.with(|inode| inode.set_len(len));
        Ok(())
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.with(|inode| inode.size_bytes()))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state.lock().expect("nothing panics under this lock");
        state.perform()?;
        if state.faults.ignores_syncs {
            return Ok(());
        }
        let fails = state.sync_fails();
        let State { random, inodes, .. } = &mut *state;
        let inode = inodes.get_mut(&self.inode).expect("inodes stay while their disk does");
        if fails {
            inode.fail_sync(&mut || random.below(2) == 0);
            return Err(failed_sync());
        }
        inode.sync();
        Ok(())
    }

    fn as_fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

fn failed_sync() -> io::Error {
    io::Error::other("simulated failure of a sync")
}

#[cfg(test)]
mod tests;
