//! Incremental fetch sessions (KIP-227): a consumer names its partitions once, then only what changes; the response
//! names only what changed.
//!
//! ```text
//! epoch 0   opens a session, closing the one that is named     epoch n   continues it
//! epoch -1  closes it and opens none
//! ```
//! Reading order: [`session`] (the partitions of one, what of a response its client must learn), [`slots`] (which
//! sessions are kept: their number and partitions are bounded), [`sessions`] (a request on its way through both).
//!
//! Sessions live in memory: after a restart a client is told FETCH_SESSION_ID_NOT_FOUND and begins anew.

pub mod session;
pub mod sessions;
pub mod slots;
