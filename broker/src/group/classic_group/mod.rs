//! The classic rebalance protocol of one group.
//!
//! ```text
//!            first join            all joined, or time is up        the leader syncs
//!   Empty ----------------> Preparing ---------------> Completing ------------------> Stable
//!     ^                     Rebalance  generation + 1   Rebalance                       |
//!     |  nobody is left      |   ^  ^                       |                           |
//!     +----------------------+   |  +-----------------------+---------------------------+
//!                                +-- a member joins, leaves, dies or changes its protocols
//! ```
//! Members join and are parked until the generation is formed; the leader, one of them, assigns; members sync
//! and are parked until it has. A record of the group is written when the leader has assigned, when a static
//! member is replaced in a stable group (KIP-345), when the group becomes empty, and when it is created.
//!
//! Reading order: `members`, `state`, `join` (KIP-394, KIP-345, KIP-814), `rebalance`, `sync`, `heartbeat`,
//! `leave`, `persistence`, `description`.

mod description;
mod heartbeat;
mod join;
mod leave;
mod members;
mod persistence;
mod rebalance;
mod state;
mod sync;

pub(super) use join::{Join, UNKNOWN_MEMBER_ID};
pub use state::{ClassicGroup, GroupState, OffsetRetention};
