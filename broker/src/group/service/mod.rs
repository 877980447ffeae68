//! The coordinator at work: shards over the partitions of `__consumer_offsets`.
//!
//! Reading order: `group_shard` (a shard of groups as `coordinator_shard` drives it), `groups` (the service).

mod group_shard;
mod groups;
#[cfg(test)]
mod tests;

pub use groups::GroupService;
