//! The protocol's primitive types: what every message is made of.

pub mod varint;
