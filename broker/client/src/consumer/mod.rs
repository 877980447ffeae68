//! The consumer: records in order, positions, groups.
//!
//! In reading order: `handle` is what callers hold, `positions` its questions about offsets, `polled` what a poll
//! returns; `fetcher` decides what to fetch (a state machine), `partition_state` is one partition in its eyes, `fetch_plan`
//! what it asks, `fetch_answers` what it learns, `buffered` what was fetched; `fetch_call` puts it on the wire. `membership` decides when to join, sync, beat and leave (a state machine)
//! with what it learns in `membership_answers`, `membership_calls` puts that on the wire, `rebalance` is the owner's part in it with its `listener` and the
//! `assignors`; `group_protocol` is what members tell each other, `commits`
//! stores offsets there. `state` holds the machines together and `driver` carries out what they decide; `errors`
//! is how it fails, `blocking` and `typed` are other faces.

mod assignors;
mod blocking;
mod buffered;
#[cfg(test)]
mod buffered_tests;
mod commits;
mod driver;
mod errors;
mod fetch_answers;
mod fetch_call;
mod fetch_plan;
mod fetcher;
#[cfg(test)]
mod fetcher_tests;
mod group_protocol;
mod handle;
mod listener;
mod membership;
mod membership_answers;
mod membership_calls;
#[cfg(test)]
mod membership_tests;
mod offsets;
mod partition_state;
mod polled;
mod positions;
mod rebalance;
mod state;
mod subscribe;
mod typed;

pub use assignors::{
    AssignError, Assignor, CooperativeStickyAssignor, MemberAssignment, MemberSubscription, RangeAssignor,
    RoundRobinAssignor, StickyAssignor,
};
pub use blocking::BlockingConsumer;
pub use errors::{CommitError, OffsetError, PollError, SubscribeError};
pub(crate) use group_protocol::decode_assignment;
pub use handle::Consumer;
pub use listener::RebalanceListener;
pub use polled::{ConsumedBatch, Polled, Records};
pub use typed::{TypedRecord, TypedRecordError, TypedRecords};
