//! The Rust that follows from a schema.
//!
//! In reading order: `lines` (text under construction), `field` (types, defaults, docs), `structs` (a module
//! of messages), `decode` and `encode` (their functions), `registry` (lists over all schemas).

mod decode;
mod encode;
mod field;
mod lines;
mod registry;
mod structs;

pub(crate) use registry::{api_keys, module_list, test_cases};
pub(crate) use structs::message_file;
