//! Kafka's wire protocol: bytes to messages and back, and record batches.
//!
//! No I/O, no async, no clock: the callers own sockets and files. Decoding treats its input as hostile: every
//! length and count is compared with the bytes that remain before anything is allocated for it.
//!
//! In reading order: [`primitives`] (field types), [`frame`] and the headers (what surrounds a message),
//! [`messages`] (one module per API, generated from `schemas/`), [`records`] (record batches).

mod api_key;
mod error_code;
pub mod frame;
mod header;
mod message;
pub mod messages;
pub mod primitives;
pub mod records;
mod uuid;

pub use api_key::ApiKey;
pub use error_code::ErrorCode;
pub use header::{RequestHeader, ResponseHeader};
pub use message::{Message, Request};
pub use primitives::{DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind, Reader, Records, Writer};
pub use uuid::{ParseUuidError, Uuid};
