//! Kafka's names of the files and directories of a partition.
//!
//! ```text
//! <topic>-<partition>/
//!     00000000000000000000.log            batches; the name is the base offset, 20 digits
//!     00000000000000000000.index          offset index
//!     00000000000000000000.timeindex      time index
//!     00000000000000000000.txnindex       aborted transactions; only if there are any
//!     00000000000000000042.snapshot       producer state before this offset
//!     leader-epoch-checkpoint             first offset of each leader epoch
//!     partition.metadata                  topic id
//!     tidemill-checkpoint                 log start offset and recovery point (ours; Kafka ignores it)
//!     tidemill-swap                       which compacted copy is taking the place of segments (ours)
//! <topic>-<partition>.<32 hex digits>-delete/   a deleted partition whose files are being removed
//! ```

/// Ending of a segment's batches.
pub(crate) const LOG: &str = "log";
/// Ending of a segment's offset index.
pub(crate) const OFFSET_INDEX: &str = "index";
/// Ending of a segment's time index.
pub(crate) const TIME_INDEX: &str = "timeindex";
/// Ending of a segment's transaction index.
pub(crate) const TRANSACTION_INDEX: &str = "txnindex";
/// Ending of a producer snapshot.
pub(crate) const SNAPSHOT: &str = "snapshot";
/// Endings of files that a crash left behind and nobody needs.
pub(crate) const LEFTOVERS: [&str; 4] = [".deleted", ".cleaned", ".swap", ".tmp"];
/// The leader epochs of a partition.
pub(crate) const LEADER_EPOCHS: &str = "leader-epoch-checkpoint";
/// The topic id of a partition.
pub(crate) const PARTITION_METADATA: &str = "partition.metadata";
/// Our own checkpoint of a partition.
pub(crate) const CHECKPOINT: &str = "tidemill-checkpoint";

const DELETE_SUFFIX: &str = "-delete";

/// The name of a segment file or snapshot.
pub(crate) fn offset_file_name(offset: i64, ending: &str) -> String {
    format!("{offset:020}.{ending}")
}

/// The offset and the ending of a segment file or snapshot; `None` for other files.
pub(crate) fn parse_offset_file_name(name: &str) -> Option<(i64, &str)> {
    let (digits, ending) = name.split_once('.')?;
    if digits.len() != 20 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((digits.parse().ok()?, ending))
}

/// The name of a partition's directory.
#[must_use]
pub fn partition_directory_name(topic: &str, partition: i32) -> String {
    format!("{topic}-{partition}")
}

/// The topic and partition of a directory's name; `None` for other directories and deleted partitions.
#[must_use]
pub fn parse_partition_directory_name(name: &str) -> Option<(&str, i32)> {
    let (topic, digits) = name.rsplit_once('-')?;
    if topic.is_empty() || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((topic, digits.parse().ok()?))
}

/// The name that a partition's directory gets when the partition is deleted; `unique` tells deletions apart.
/// Long topic names are cut, so that the name stays within a file system's 255 bytes.
#[must_use]
pub fn deleted_directory_name(topic: &str, partition: i32, unique: u128) -> String {
    let suffix = format!("-{partition}.{unique:032x}{DELETE_SUFFIX}");
    let kept = topic.len().min(255 - suffix.len());
    format!("{}{suffix}", &topic[..topic.floor_char_boundary(kept)])
}

/// Whether a directory belongs to a deleted partition and may be removed.
#[must_use]
pub fn is_deleted_directory_name(name: &str) -> bool {
    name.ends_with(DELETE_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_what_they_were_made_of() {
        assert_eq!(offset_file_name(42, LOG), "00000000000000000042.log");
        assert_eq!(parse_offset_file_name("00000000000000000042.log"), Some((42, "log")));
        assert_eq!(parse_offset_file_name("00000000000000000042.log.deleted"), Some((42, "log.deleted")));
        assert_eq!(parse_offset_file_name("42.log"), None);
        assert_eq!(parse_offset_file_name("leader-epoch-checkpoint"), None);
        assert_eq!(parse_partition_directory_name("a-b-7"), Some(("a-b", 7)));
        assert_eq!(parse_partition_directory_name("-7"), None);
        assert_eq!(parse_partition_directory_name("a-+7"), None);
    }

    #[test]
    fn a_deleted_directory_is_recognised_and_its_name_stays_short() {
        let name = deleted_directory_name(&"t".repeat(249), 99_999, 1);
        assert!(name.len() <= 255 && is_deleted_directory_name(&name), "{name}");
        assert_eq!(parse_partition_directory_name(&name), None);
    }
}
