//! The operators, one file each: the public method, its processor, an example that runs on the test driver.
//!
//! To add one, write its file and name it here.

mod aggregate;
mod count;
mod filter;
mod flat_map_values;
mod group_by;
mod group_by_key;
mod map;
mod map_values;
mod reduce;
mod select_key;
mod stateless;
mod to;
mod to_stream;
mod windowed_aggregate;
mod windowed_by;

pub(super) use stateless::stateless_role;
pub(super) use to::Sink;
