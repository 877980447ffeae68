//! How far each log was compacted (`cleaner-offset-checkpoint` in the data directory), in Kafka's format.
//!
//! ```text
//! 0                    version
//! 2                    entries
//! flights 0 1042       topic, partition, first offset that was not compacted
//! prices 3 17
//! ```
//!
//! A file that is lost or damaged costs passes that read more than they must, nothing else.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use tidemill_log::storage::{read_file, replace_file};
use tidemill_log::{Storage, StorageError};

const NAME: &str = "cleaner-offset-checkpoint";
const VERSION: &str = "0";

/// Offsets by topic and partition.
pub(super) type CleanedOffsets = BTreeMap<(String, i32), i64>;

pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(NAME)
}

/// Reads the file; one that cannot be used counts as empty.
pub(super) fn load(storage: &dyn Storage, path: &Path) -> CleanedOffsets {
    let content = match read_file(storage, path) {
        Ok(content) => content.unwrap_or_default(),
        Err(error) => {
            tracing::warn!(%error, "cannot read how far logs were compacted");
            Vec::new()
        }
    };
    let offsets = std::str::from_utf8(&content).ok().and_then(parse);
    if offsets.is_none() && !content.is_empty() {
        tracing::warn!(path = %path.display(), "file is damaged and not used");
    }
    offsets.unwrap_or_default()
}

pub(super) fn store(
    storage: &dyn Storage,
    path: &Path,
    offsets: &CleanedOffsets,
) -> Result<(), StorageError> {
    let mut text = format!("{VERSION}\n{}\n", offsets.len());
    for ((topic, partition), offset) in offsets {
        writeln!(text, "{topic} {partition} {offset}").expect("writing to memory cannot fail");
    }
    replace_file(storage, path, text.as_bytes())
}

fn parse(text: &str) -> Option<CleanedOffsets> {
    let mut lines = text.lines();
    if lines.next()? != VERSION {
        return None;
    }
    let count: usize = lines.next()?.parse().ok()?;
    let offsets: Option<CleanedOffsets> = lines.map(parse_entry).collect();
    offsets.filter(|offsets| offsets.len() == count)
}

fn parse_entry(line: &str) -> Option<((String, i32), i64)> {
    let mut fields = line.split(' ');
    let topic = fields.next()?.to_owned();
    let (partition, offset) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    fields.next().is_none().then_some(((topic, partition), offset))
}

#[cfg(test)]
mod tests {
    use tidemill_log::Disk;

    use super::*;

    #[test]
    fn the_file_is_kafkas_and_one_that_is_cut_counts_as_empty() {
        let (folder, disk) = (tempfile::tempdir().unwrap(), Disk::default());
        let path = path(folder.path());
        assert_eq!(load(&disk, &path), CleanedOffsets::new());
        let offsets: CleanedOffsets =
            [(("prices".to_owned(), 3), 17), (("flights".to_owned(), 0), 1_042)].into();
        store(&disk, &path, &offsets).unwrap();
        let content = std::fs::read_to_string(&path).unwrap();
        assert_eq!(content, "0\n2\nflights 0 1042\nprices 3 17\n");
        assert_eq!(load(&disk, &path), offsets);
        for end in 0..content.len() - 2 {
            std::fs::write(&path, &content[..end]).unwrap();
            assert_eq!(load(&disk, &path), CleanedOffsets::new(), "cut at {end}");
        }
    }
}
