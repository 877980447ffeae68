//! Partitions as the broker sees them: a log, what of it may be seen, and who waits for more.
//!
//! Reading order: `partition` joins log, high watermark and waiters; `group_commit` orders appends and syncs, `shard`
//! and `sync_list` own the threads that do them; `waiters` are the requests parked on a partition; `partitions` holds
//! all of them and opens them at start, many `at_once`; `background` runs `cleaner` (compaction) and `scrubber`, both
//! at the speed of their `io_pace`.
//! Nothing here touches a socket.

mod at_once;
pub(crate) mod background;
mod cleaner;
mod cleaner_checkpoint;
pub(crate) mod cleaner_metrics;
pub(crate) mod group_commit;
mod io_pace;
pub(crate) mod log_config;
#[expect(clippy::module_inception, reason = "the file of the type that gives the folder its name")]
pub(crate) mod partition;
pub(crate) mod partitions;
mod scrubber;
mod shard;
mod sync_list;
pub(crate) mod waiters;
