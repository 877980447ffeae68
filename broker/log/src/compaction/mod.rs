//! Compaction: of every key only the last value is kept, under its old offset (`cleanup.policy=compact`).
//!
//! ```text
//! log start        first dirty offset         end of the pass      active segment
//! |  cleaned before | map of key -> last offset |  not yet cleanable |  written     |
//! |<----------- copied without what is superseded -->|
//! ```
//!
//! In reading order: `plan` decides under the log's lock which segments a pass covers, `key_map` holds the last
//! offset of each key in bounded memory, `transactions` tells aborted data and markers that nobody needs, `filter`
//! decides what of a batch stays, `pass` makes a `copy` of each
//! group of segments without any lock, `swap` puts a copy in the
//! place of what it was made from and finishes that after a crash.
//!
//! Offsets, timestamps, sequence numbers and codecs stay as they are; batches get holes. A tombstone stays
//! `delete.retention.ms` from the pass that first saw it (KIP-534). Rules: Kafka documentation, "Log Compaction".

mod copy;
mod filter;
mod key_map;
#[cfg(test)]
mod key_map_tests;
mod pass;
mod plan;
mod swap;
mod transactions;

pub use key_map::KeyMapOptions;
pub use pass::{CleanedGroup, Compaction, CompactionError, CompactionReport};
pub use plan::{CompactionOptions, CompactionState};
pub use swap::Replaced;
pub(crate) use swap::{SWAP_LOG_SUFFIX, finish_swap};
