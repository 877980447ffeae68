//! What a log must remember besides its batches (`tidemill-checkpoint`), replaced as a whole:
//!
//! ```text
//! tidemill-checkpoint 1 1    format version, oldest reader that understands it
//! log_start_offset 1000      records below were deleted
//! recovery_point 5000        everything below was synced, indexes of closed segments included
//! ```
//!
//! Kafka keeps both numbers in files of the log directory for all partitions together, and writes the start
//! offset once a minute; here a DeleteRecords that was answered is never undone. Sync tickets write the file
//! off the log's lock: a generation number voids those that a truncation has overtaken.

use crate::storage::{Storage, StorageError, read_file, replace_file};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard};

const NAME: &str = "tidemill-checkpoint";
const VERSION: u32 = 1;
const OLDEST_READER: u32 = 1;

/// Why the checkpoint of a log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The disk failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The file is not what was written.
    #[error("{} is damaged: line {line} is {found:?}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What the line says.
        found: String,
    },
    /// The file was written by a later version that this one cannot follow.
    #[error("{} needs a reader of version {oldest_reader}, this one has version {VERSION}", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// The version that the file asks for.
        oldest_reader: u32,
    },
}

/// The numbers in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Checkpoint {
    pub(crate) log_start_offset: i64,
    pub(crate) recovery_point: i64,
}

/// The file and what it says.
#[derive(Debug)]
pub(crate) struct CheckpointFile {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    written: Checkpoint,
    generation: u64,
}

impl CheckpointFile {
    /// Reads the file; one that is missing says 0 and 0.
    pub(crate) fn open(storage: &dyn Storage, path: PathBuf) -> Result<Self, CheckpointError> {
        let written = match read_file(storage, &path)? {
            Some(content) => parse(&path, &String::from_utf8_lossy(&content))?,
            None => Checkpoint::default(),
        };
        Ok(Self { path, state: Mutex::new(State { written, generation: 0 }) })
    }

    pub(crate) fn written(&self) -> Checkpoint {
        self.state().written
    }

    pub(crate) fn generation(&self) -> u64 {
        self.state().generation
    }

    /// Stores the log start offset; durable on return.
    pub(crate) fn set_log_start(
        &self,
        storage: &dyn Storage,
        log_start_offset: i64,
    ) -> Result<(), StorageError> {
        let mut state = self.state();
        let checkpoint = Checkpoint { log_start_offset, ..state.written };
        self.write(storage, &mut state, checkpoint)
    }

    /// Raises the recovery point, unless the log was truncated since `generation` was read.
    pub(crate) fn raise_recovery_point(
        &self,
        storage: &dyn Storage,
        recovery_point: i64,
        generation: u64,
    ) -> Result<(), StorageError> {
        let mut state = self.state();
        if generation != state.generation || recovery_point <= state.written.recovery_point {
            return Ok(());
        }
        let checkpoint = Checkpoint { recovery_point, ..state.written };
        self.write(storage, &mut state, checkpoint)
    }

    /// Lowers the recovery point to the end offset of a truncation, and voids all tickets given out before.
    pub(crate) fn truncated_to(
        &self,
        storage: &dyn Storage,
        checkpoint: Checkpoint,
    ) -> Result<(), StorageError> {
        let mut state = self.state();
        state.generation += 1;
        self.write(storage, &mut state, checkpoint)
    }

    fn write(
        &self,
        storage: &dyn Storage,
        state: &mut MutexGuard<'_, State>,
        checkpoint: Checkpoint,
    ) -> Result<(), StorageError> {
        if checkpoint == state.written {
            return Ok(());
        }
        let Checkpoint { log_start_offset, recovery_point } = checkpoint;
        let text = format!(
            "{NAME} {VERSION} {OLDEST_READER}\nlog_start_offset {log_start_offset}\nrecovery_point {recovery_point}\n"
        );
        replace_file(storage, &self.path, text.as_bytes())?;
        state.written = checkpoint;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics under this lock")
    }
}

fn parse(path: &std::path::Path, text: &str) -> Result<Checkpoint, CheckpointError> {
    let lines: Vec<&str> = text.lines().collect();
    let damaged = |line: usize| CheckpointError::Damaged {
        path: path.to_path_buf(),
        line,
        found: lines.get(line - 1).copied().unwrap_or_default().to_owned(),
    };
    let first: Vec<&str> = lines.first().copied().unwrap_or_default().split(' ').collect();
    let [NAME, _version, oldest_reader] = first[..] else {
        return Err(damaged(1));
    };
    let oldest_reader: u32 = oldest_reader.parse().map_err(|_| damaged(1))?;
    if oldest_reader > VERSION {
        return Err(CheckpointError::TooNew { path: path.to_path_buf(), oldest_reader });
    }
    let number = |line: usize, name: &str| -> Result<i64, CheckpointError> {
        let text = lines.get(line - 1).and_then(|line| line.strip_prefix(name)?.strip_prefix(' '));
        text.and_then(|digits| digits.parse().ok()).filter(|number| *number >= 0).ok_or_else(|| damaged(line))
    };
    Ok(Checkpoint {
        log_start_offset: number(2, "log_start_offset")?,
        recovery_point: number(3, "recovery_point")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Disk;

    #[test]
    fn a_truncation_voids_the_tickets_before_it() {
        let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::default());
        let file = CheckpointFile::open(&disk, folder.path().join(NAME)).unwrap();
        let before = file.generation();
        file.truncated_to(&disk, Checkpoint { log_start_offset: 3, recovery_point: 10 }).unwrap();
        file.raise_recovery_point(&disk, 20, before).unwrap();
        assert_eq!(file.written().recovery_point, 10);
        file.raise_recovery_point(&disk, 20, file.generation()).unwrap();
        let again = CheckpointFile::open(&disk, folder.path().join(NAME)).unwrap();
        assert_eq!(again.written(), Checkpoint { log_start_offset: 3, recovery_point: 20 });
    }

    #[test]
    fn a_damaged_or_newer_file_is_refused_by_name() {
        let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::default());
        let path = folder.path().join(NAME);
        let error = |text: &str| {
            std::fs::write(&path, text).unwrap();
            CheckpointFile::open(&disk, path.clone()).unwrap_err().to_string()
        };
        assert!(error("").contains("line 1"));
        assert!(
            error("tidemill-checkpoint 1 1\nlog_start_offset x\n")
                .contains("line 2 is \"log_start_offset x\"")
        );
        assert!(error("tidemill-checkpoint 1 1\nlog_start_offset 1\n").contains("line 3"));
        assert!(error("tidemill-checkpoint 9 2\n").contains("needs a reader of version 2"));
    }
}
