//! A copy takes the place of the segments that it was made from, at once even if the machine stops in between.
//!
//! ```text
//! no lock   write <base>.{log,index,timeindex,txnindex}.cleaned; sync them and their names
//! lock      are the segments still those?
//!           write tidemill-swap: which offsets the copy stands for; synced: from here on the swap has happened
//!           rename *.cleaned to *.swap, as Kafka does, which would finish the swap too
//!           remove the old segments, rename *.swap to the final names; sync the directory
//!           remove tidemill-swap
//! ```
//!
//! A log that is opened and has `tidemill-swap` finishes the swap: whatever of it was done before, the copy is
//! there under one of its names. A copy without it never happened.
//!
//! ```text
//! tidemill-swap 1 1        format version, oldest reader that understands it
//! offsets 0 100            the copy replaces all segments that begin from 0 up to, and not at, 100
//! transaction_index 1      whether it has one
//! ```

use super::pass::CleanedGroup;
use crate::file_names::{
    LOG, OFFSET_INDEX, TIME_INDEX, TRANSACTION_INDEX, offset_file_name, parse_offset_file_name,
};
use crate::partition_log::{MaintenanceError, PartitionLog};
use crate::segment::Segment;
use crate::storage::{Storage, StorageError, read_file, replace_file};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// The file that says which swap is under way.
const MANIFEST: &str = "tidemill-swap";
/// Ending of a copy that is not complete, or not taken over.
pub(super) const CLEANED_SUFFIX: &str = ".cleaned";
/// Ending of a copy that is being taken over.
const SWAP_SUFFIX: &str = ".swap";
/// Ending of the batches of a copy that is being taken over.
pub(crate) const SWAP_LOG_SUFFIX: &str = ".log.swap";
/// All files of a segment, the batches last.
const ENDINGS: [&str; 4] = [OFFSET_INDEX, TIME_INDEX, TRANSACTION_INDEX, LOG];
const VERSION: u32 = 1;

/// What became of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// It is part of the log.
    Yes,
    /// The segments changed meanwhile, by retention for instance: it was removed.
    Outdated,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Manifest {
    base_offset: i64,
    end_offset: i64,
    has_transactions: bool,
}

impl PartitionLog {
    /// Puts a copy in the place of the segments that it was made from. Durable on return. Readers that hold file
    /// regions of the old segments keep them.
    ///
    /// # Errors
    /// [`MaintenanceError`] if the disk fails, which makes the log refuse writes.
    pub fn replace_segments(&mut self, group: CleanedGroup) -> Result<Replaced, MaintenanceError> {
        self.check_writable()?;
        let Some(first) = self.find_replaced(&group) else {
            discard(self.storage(), self.directory(), group.base_offset)?;
            return Ok(Replaced::Outdated);
        };
        self.failing(|log| log.swap(first, &group))?;
        Ok(Replaced::Yes)
    }

    /// Where in the log the segments are that `group` replaces; `None` if it has not exactly those any more.
    fn find_replaced(&self, group: &CleanedGroup) -> Option<usize> {
        let closed = self.closed_segments();
        let first = closed.iter().position(|segment| segment.base_offset() == group.base_offset)?;
        let found = closed.get(first..first + group.replaced.len())?;
        let is_same = found
            .iter()
            .map(|segment| (segment.base_offset(), segment.size_bytes()))
            .eq(group.replaced.iter().copied());
        (is_same && found.last()?.end_offset() == group.end_offset).then_some(first)
    }

    fn swap(&mut self, first: usize, group: &CleanedGroup) -> Result<(), MaintenanceError> {
        let storage = Arc::clone(self.shared_storage());
        let (storage, directory) = (&*storage, self.directory().to_path_buf());
        let manifest = Manifest {
            base_offset: group.base_offset,
            end_offset: group.end_offset,
            has_transactions: group.has_transactions,
        };
        replace_file(storage, &directory.join(MANIFEST), manifest.encode().as_bytes())?;
        for ending in ENDINGS {
            let name = offset_file_name(group.base_offset, ending);
            if group.sizes.contains_key(&name) {
                let from = directory.join(format!("{name}{CLEANED_SUFFIX}"));
                storage.rename(&from, &directory.join(format!("{name}{SWAP_SUFFIX}")))?;
            }
        }
        put_in_place(storage, &directory, &manifest)?;
        self.note_directory_change();
        let copy = Segment::new(&directory, group.base_offset, &group.sizes);
        for old in self.exchange_segments(first..first + group.replaced.len(), copy, group.end_offset) {
            old.close(storage);
        }
        let gone: BTreeSet<i64> =
            group.replaced.iter().skip(1).map(|(base_offset, _)| *base_offset).collect();
        self.remove_snapshots_at(&gone)?;
        Ok(())
    }
}

/// What a manifest stands for; doing it again does no harm.
fn put_in_place(storage: &dyn Storage, directory: &Path, manifest: &Manifest) -> Result<(), StorageError> {
    let names: BTreeSet<String> = storage.list(directory)?.into_iter().map(|entry| entry.name).collect();
    for name in &names {
        let is_replaced = match parse_offset_file_name(name) {
            Some((offset, LOG | OFFSET_INDEX | TIME_INDEX)) => {
                offset > manifest.base_offset && offset < manifest.end_offset
            }
            Some((offset, TRANSACTION_INDEX)) if offset == manifest.base_offset => !manifest.has_transactions,
            Some((offset, TRANSACTION_INDEX)) => {
                offset > manifest.base_offset && offset < manifest.end_offset
            }
            _ => false,
        };
        if is_replaced {
            storage.remove_file(&directory.join(name))?;
        }
    }
    for ending in ENDINGS {
        let name = offset_file_name(manifest.base_offset, ending);
        let copies = [SWAP_SUFFIX, CLEANED_SUFFIX].map(|suffix| format!("{name}{suffix}"));
        if let Some(copy) = copies.iter().find(|copy| names.contains(*copy)) {
            storage.rename(&directory.join(copy), &directory.join(name))?;
        }
    }
    storage.sync_directory(directory)?;
    storage.remove_file(&directory.join(MANIFEST))
}

/// Finishes a swap that a crash cut short.
pub(crate) fn finish_swap(storage: &dyn Storage, directory: &Path) -> Result<(), StorageError> {
    let path = directory.join(MANIFEST);
    let Some(content) = read_file(storage, &path)? else {
        return Ok(());
    };
    let manifest = Manifest::decode(&String::from_utf8_lossy(&content)).ok_or_else(|| {
        let source = io::Error::new(io::ErrorKind::InvalidData, "it is damaged or of a later version");
        StorageError::new("read", &path, source)
    })?;
    let (base_offset, end_offset) = (manifest.base_offset, manifest.end_offset);
    tracing::info!(directory = %directory.display(), base_offset, end_offset, "finishing an interrupted compaction");
    put_in_place(storage, directory, &manifest)
}

/// Removes a copy that is not taken over.
pub(super) fn discard(storage: &dyn Storage, directory: &Path, base_offset: i64) -> Result<(), StorageError> {
    for ending in ENDINGS {
        let name = format!("{}{CLEANED_SUFFIX}", offset_file_name(base_offset, ending));
        match storage.remove_file(&directory.join(name)) {
            Err(error) if error.source.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

impl Manifest {
    fn encode(&self) -> String {
        let Self { base_offset, end_offset, has_transactions } = self;
        let has_transactions = i32::from(*has_transactions);
        format!(
            "{MANIFEST} {VERSION} {VERSION}\noffsets {base_offset} {end_offset}\ntransaction_index {has_transactions}\n"
        )
    }

    fn decode(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let mut first = lines.next()?.split(' ');
        if first.next()? != MANIFEST {
            return None;
        }
        let (_version, oldest_reader): (u32, u32) =
            (first.next()?.parse().ok()?, first.next()?.parse().ok()?);
        let (base_offset, end_offset) = lines.next()?.strip_prefix("offsets ")?.split_once(' ')?;
        let has_transactions = lines.next()?.strip_prefix("transaction_index ")? == "1";
        let manifest = Self {
            base_offset: base_offset.parse().ok()?,
            end_offset: end_offset.parse().ok()?,
            has_transactions,
        };
        (oldest_reader <= VERSION).then_some(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_reads_back_and_one_that_is_cut_or_newer_is_refused() {
        let manifest = Manifest { base_offset: 7, end_offset: 1_000, has_transactions: true };
        let text = manifest.encode();
        assert_eq!(text, "tidemill-swap 1 1\noffsets 7 1000\ntransaction_index 1\n");
        assert_eq!(Manifest::decode(&text), Some(manifest));
        assert_eq!(Manifest::decode("tidemill-swap 1 1\noffsets 7 1000\n"), None);
        assert_eq!(Manifest::decode(&text.replace("swap 1 1", "swap 3 2")), None);
        assert_eq!(Manifest::decode(""), None);
    }
}
