//! The group APIs: from requests of every version to requests of shards, and from their replies to responses.
//!
//! One file for each API, each with its `VERSIONS` and `handle`. They ask a `Coordinator`, which the service is,
//! and see topics through a `TopicView`; they know no socket, no log and no clock.

pub mod coordinator;
pub mod delete_groups;
pub mod describe_groups;
pub mod find_coordinator;
pub mod heartbeat;
pub mod join_group;
pub mod leave_group;
pub mod list_groups;
pub mod offset_commit;
pub mod offset_delete;
pub mod offset_fetch;
pub mod sync_group;
pub mod topics;
pub mod txn_offset_commit;

#[cfg(test)]
mod tests;
