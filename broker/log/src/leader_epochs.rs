//! The first offset of each leader epoch (`leader-epoch-checkpoint`), in Kafka's text format.
//!
//! ```text
//! 0                          version
//! 2                          entries
//! 0 0                        epoch, start offset
//! 5 1042
//! ```
//!
//! Followers and consumers ask where an epoch ended to find out where their log diverges (KIP-101, KIP-320).
//! Epochs and offsets both rise.

use crate::storage::{Storage, StorageError, read_file, replace_file};
use std::fmt::Write;
use std::path::PathBuf;

/// A leader epoch and an offset that belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochOffset {
    /// The leader epoch.
    pub epoch: i32,
    /// Its first offset, or in answers its end offset, exclusive.
    pub offset: i64,
}

const VERSION: &str = "0";

/// The leader epochs of one log. Invariant: memory equals the file after every call that succeeded.
#[derive(Debug)]
pub(crate) struct LeaderEpochs {
    path: PathBuf,
    starts: Vec<EpochOffset>,
}

impl LeaderEpochs {
    /// Reads the file; a file that is missing or damaged counts as empty, and the second answer says so: the
    /// epochs are in the batches as well.
    pub(crate) fn open(storage: &dyn Storage, path: PathBuf) -> Result<(Self, bool), StorageError> {
        let starts = match read_file(storage, &path)? {
            Some(content) => std::str::from_utf8(&content).ok().and_then(parse),
            None => None,
        };
        let found = starts.is_some();
        Ok((Self { path, starts: starts.unwrap_or_default() }, found))
    }

    /// Notes that `epoch` wrote the record at `offset`; news only if the epoch is larger than all before.
    pub(crate) fn assign(
        &mut self,
        storage: &dyn Storage,
        epoch: i32,
        offset: i64,
    ) -> Result<(), StorageError> {
        if epoch < 0 || self.starts.last().is_some_and(|last| epoch <= last.epoch) {
            return Ok(());
        }
        let mut starts = self.starts.clone();
        // An epoch that wrote nothing leaves no trace.
        starts.retain(|start| start.offset < offset);
        starts.push(EpochOffset { epoch, offset });
        self.replace(storage, starts)
    }

    /// The first offset of each epoch, rising.
    pub(crate) fn starts(&self) -> &[EpochOffset] {
        &self.starts
    }

    /// The largest epoch.
    pub(crate) fn latest(&self) -> Option<i32> {
        self.starts.last().map(|start| start.epoch)
    }

    /// The epoch that the record at `offset` belongs to.
    pub(crate) fn epoch_of(&self, offset: i64) -> Option<i32> {
        self.starts.iter().rfind(|start| start.offset <= offset).map(|start| start.epoch)
    }

    /// The largest epoch up to `epoch` and where it ended; `None` if every known epoch is smaller or larger in
    /// a way that gives no answer.
    pub(crate) fn end_offset_for(&self, epoch: i32, log_end_offset: i64) -> Option<EpochOffset> {
        if self.latest()? == epoch {
            return Some(EpochOffset { epoch, offset: log_end_offset });
        }
        let next = self.starts.iter().find(|start| start.epoch > epoch)?;
        let own = self.starts.iter().rfind(|start| start.epoch <= epoch);
        Some(EpochOffset { epoch: own.map_or(epoch, |own| own.epoch), offset: next.offset })
    }

    /// Removes the epochs that begin at `end_offset` or behind it.
    pub(crate) fn truncate_end(
        &mut self,
        storage: &dyn Storage,
        end_offset: i64,
    ) -> Result<(), StorageError> {
        let mut starts = self.starts.clone();
        starts.retain(|start| start.offset < end_offset);
        self.replace(storage, starts)
    }

    /// Removes the epochs that end at or before `start_offset`; the one it lies in begins there from now on.
    pub(crate) fn truncate_start(
        &mut self,
        storage: &dyn Storage,
        start_offset: i64,
    ) -> Result<(), StorageError> {
        let mut starts = self.starts.clone();
        let own = starts.partition_point(|start| start.offset <= start_offset).saturating_sub(1);
        starts.drain(..own);
        if let Some(first) = starts.first_mut() {
            first.offset = first.offset.max(start_offset);
        }
        self.replace(storage, starts)
    }

    /// Removes all epochs.
    pub(crate) fn clear(&mut self, storage: &dyn Storage) -> Result<(), StorageError> {
        self.replace(storage, Vec::new())
    }

    fn replace(&mut self, storage: &dyn Storage, starts: Vec<EpochOffset>) -> Result<(), StorageError> {
        if starts == self.starts {
            return Ok(());
        }
        let mut text = format!("{VERSION}\n{}\n", starts.len());
        for EpochOffset { epoch, offset } in &starts {
            writeln!(text, "{epoch} {offset}").expect("writing to memory cannot fail");
        }
        replace_file(storage, &self.path, text.as_bytes())?;
        self.starts = starts;
        Ok(())
    }
}

fn parse(text: &str) -> Option<Vec<EpochOffset>> {
    let mut lines = text.lines();
    if lines.next()? != VERSION {
        return None;
    }
    let count: usize = lines.next()?.parse().ok()?;
    let starts: Option<Vec<_>> = lines.map(parse_start).collect();
    let starts = starts.filter(|starts| starts.len() == count)?;
    let rises = starts.is_sorted_by(|one, next| one.epoch < next.epoch && one.offset <= next.offset);
    rises.then_some(starts)
}

fn parse_start(line: &str) -> Option<EpochOffset> {
    let (epoch, offset) = line.split_once(' ')?;
    Some(EpochOffset { epoch: epoch.parse().ok()?, offset: offset.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Disk;

    fn epochs(starts: &[(i32, i64)]) -> (tempfile::TempDir, Disk, LeaderEpochs) {
        let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::default());
        let path = folder.path().join("leader-epoch-checkpoint");
        let (mut epochs, found) = LeaderEpochs::open(&disk, path).unwrap();
        assert!(!found);
        for (epoch, offset) in starts {
            epochs.assign(&disk, *epoch, *offset).unwrap();
        }
        (folder, disk, epochs)
    }

    fn end(epochs: &LeaderEpochs, epoch: i32) -> Option<(i32, i64)> {
        epochs.end_offset_for(epoch, 100).map(|answer| (answer.epoch, answer.offset))
    }

    #[test]
    fn an_epoch_ends_where_the_next_one_begins() {
        let (_folder, _disk, epochs) = epochs(&[(2, 0), (2, 5), (5, 10), (4, 12), (7, 30)]);
        assert_eq!(end(&epochs, 1), Some((1, 0)));
        assert_eq!(end(&epochs, 2), Some((2, 10)));
        assert_eq!(end(&epochs, 4), Some((2, 10)));
        assert_eq!(end(&epochs, 5), Some((5, 30)));
        assert_eq!(end(&epochs, 7), Some((7, 100)));
        assert_eq!(end(&epochs, 8), None);
        assert_eq!((epochs.epoch_of(29), epochs.epoch_of(30)), (Some(5), Some(7)));
    }

    #[test]
    fn the_file_is_kafkas_and_reads_back() {
        let (_folder, disk, mut epochs) = epochs(&[(2, 0), (5, 10), (7, 30)]);
        epochs.truncate_end(&disk, 30).unwrap();
        epochs.truncate_start(&disk, 4).unwrap();
        assert_eq!(std::fs::read_to_string(&epochs.path).unwrap(), "0\n2\n2 4\n5 10\n");
        let (again, found) = LeaderEpochs::open(&disk, epochs.path.clone()).unwrap();
        assert!(found);
        assert_eq!(again.starts, epochs.starts);
    }

    #[test]
    fn a_file_cut_anywhere_counts_as_missing() {
        let (_folder, disk, epochs) = epochs(&[(2, 0), (5, 10)]);
        let content = std::fs::read(&epochs.path).unwrap();
        // Without its last newline the file still says the same.
        for end in 0..content.len() - 2 {
            std::fs::write(&epochs.path, &content[..end]).unwrap();
            let (again, found) = LeaderEpochs::open(&disk, epochs.path.clone()).unwrap();
            assert!(!found && again.latest().is_none(), "cut at {end}");
        }
    }

    #[test]
    fn an_epoch_that_wrote_nothing_leaves_no_trace() {
        let (_folder, _disk, epochs) = epochs(&[(1, 0), (2, 10), (3, 10)]);
        assert_eq!(end(&epochs, 2), Some((1, 10)));
    }
}
