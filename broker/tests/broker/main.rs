//! A broker over a real socket, driven by requests in the protocol's own terms.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::disallowed_methods, reason = "these tests wait for a real broker in real time")]

mod bad_input;
mod compacted_state;
mod compatibility;
mod configs;
mod fetch_sessions;
mod groups;
mod log_life;
mod observation;
mod one_node;
mod produce_and_fetch;
mod read_committed;
mod restart;
mod topics;
mod transactional_offsets;
mod transactions;
mod wire;
