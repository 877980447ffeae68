//! The protocol's primitive types: what every message is made of.
//!
//! In reading order: `varint` (numbers of variable length), `records` (a field of record batches), `reader`
//! and `writer` (every other type of a field), `decode_error` and `encode_error`.

mod decode_error;
mod encode_error;
mod reader;
mod records;
pub mod varint;
mod writer;

pub use decode_error::{DecodeError, DecodeErrorKind};
pub use encode_error::{EncodeError, EncodeErrorKind};
pub use reader::{ALLOCATION_FACTOR, Reader};
pub use records::Records;
pub use writer::{Hole, Writer};
