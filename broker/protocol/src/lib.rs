//! Kafka's wire protocol: bytes to messages and back, and record batches.
//!
//! No I/O, no async, no clock: the callers own sockets and files. Decoding treats its input as hostile: every
//! length and count is compared with the bytes that remain before anything is allocated for it.

pub mod primitives;
