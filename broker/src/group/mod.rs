//! The group coordinator: membership of consumer groups and their committed offsets.
//!
//! Everything but [`service`] is a pure state machine: inputs and the time go in, records to append and answers
//! to give come out. The state is a fold over the records of `__consumer_offsets`; an answer leaves only when
//! the high watermark covers every record appended before it.
//!
//! Reading order:
//! * [`turn`]: what one step of a group reads and leaves behind (records, replies, timers);
//! * [`classic_group`]: the classic rebalance protocol of one group;
//! * [`offsets`]: committed offsets;
//! * [`pending_offsets`]: those of open transactions;
//! * [`records`]: the bytes of `__consumer_offsets`;
//! * [`timers`]: what the timers of a shard are for;
//! * [`coordinator`]: a shard, all groups of one partition of `__consumer_offsets`;
//! * [`api`]: the group APIs in all their versions;
//! * [`service`]: the shards at work (what it shares with other coordinators is in [`crate::coordinator_shard`]);
//! * `offsets_topic`: the topic `__consumer_offsets`.
//!
//! Groups of the consumer protocol (KIP-848) get modules of their own beside these: a shard is the only place that
//! knows which kind a group is.

pub mod api;
pub mod classic_group;
pub mod coordinator;
pub mod offsets;
pub(crate) mod offsets_topic;
pub mod pending_offsets;
pub mod records;
pub mod service;
pub mod timers;
pub mod turn;
