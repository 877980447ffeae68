//! What coordinators share: a state machine per partition of their topic, and the task that drives it over its log.
//!
//! ```text
//! handlers -> Shards -> a bounded queue per shard -> ShardTask: a Shard + HeldReplies -> ShardLog
//! ```
//! The state is a fold over the records of the partition; an answer leaves only when the high watermark covers every
//! record appended before it.
//!
//! Reading order:
//! * [`step`]: what one step of a shard leaves behind (records, replies);
//! * `record_bytes`: the bytes of those records;
//! * [`shard`]: what the state machine of a coordinator's shard can do;
//! * [`timers`]: a queue of deadlines;
//! * [`held_replies`]: answers that wait until what they say is durable;
//! * [`shard_log`]: what a shard needs of its partition;
//! * `partition_shard_log`: that log, a partition of this broker;
//! * `batches`: how entries become record batches;
//! * `shard_task`: load, serve, and load again after a failed append;
//! * [`partitioning`]: which shard an id lives in;
//! * [`shards`]: who owns the tasks and finds the shard of an id.

mod batches;
pub mod held_replies;
pub(crate) mod partition_shard_log;
pub mod partitioning;
pub(crate) mod record_bytes;
pub mod shard;
pub mod shard_log;
mod shard_task;
pub mod shards;
pub mod step;
pub mod timers;
