//! The consumer: records in order, positions, groups.
//!
//! In reading order: `handle` is what callers hold, `positions` its questions about offsets, `polled` what a poll
//! returns; `fetcher` decides what to fetch (a state machine), `buffered` keeps what was fetched, `fetch_call`
//! puts it on the wire; `group_link` finds the group's coordinator; `state` holds the machines together and
//! `driver` carries out what they decide; `errors` is how it fails, `blocking` is the other face.

mod blocking;
mod buffered;
mod driver;
mod errors;
mod fetch_call;
mod fetcher;
mod group_link;
mod group_protocol;
mod handle;
mod polled;
mod positions;
mod state;

pub use blocking::BlockingConsumer;
pub use errors::{CommitError, OffsetError, PollError, SubscribeError};
pub(crate) use group_protocol::decode_assignment;
pub use handle::Consumer;
pub use polled::{ConsumedBatch, Polled, Records};
