//! The coordinator at work: shards over the partitions of `__consumer_offsets`.
//!
//! ```text
//! handlers -> GroupService -> a bounded queue per shard -> ShardTask: GroupShard + HeldReplies -> OffsetsLog
//! ```
//! Reading order: `offsets_log` (what a shard needs of its partition), `shard_task` (load, serve, and load again
//! after a failed append), `groups` (who owns the tasks and finds the shard of a group).

mod groups;
mod offsets_log;
mod shard_task;
#[cfg(test)]
mod tests;

pub use groups::GroupService;
pub use offsets_log::{OffsetsLog, OffsetsLogError, StoredBatches, WhenDurable};
