//! A shard of the group coordinator: every group and offset of one partition of `__consumer_offsets`.
//!
//! ```text
//! request, now, random --> GroupShard --> records to append, replies to hold until they are durable
//! ```
//! The shard applies its records when it makes them. If their append fails the shell throws the shard away,
//! answers everybody who waits with COORDINATOR_NOT_AVAILABLE, and loads a new one from the log.
//!
//! Reading order: `request` (what can be asked), `shard` (who handles it, timers, loading), `membership`
//! (requests of members), `commits` (offsets), `transactions` (offsets that wait for a marker), `administration`
//! (describe, list, delete, expiry).

mod administration;
mod commits;
mod membership;
mod request;
mod shard;
#[cfg(test)]
mod tests;
mod transactions;

pub use request::GroupRequest;
pub use shard::GroupShard;
