//! Groups of rows: one file each; this list is their only registration.

mod fetch;
mod life;
mod many;
mod native;
mod paced;
mod produce;

use crate::bench::Bench;

/// Measures one group.
type Group = fn(&mut Bench) -> anyhow::Result<()>;

/// In the order of measuring.
pub(crate) const GROUPS: &[(&str, Group)] = &[
    ("life", life::measure),
    ("produce", produce::measure),
    ("fetch", fetch::measure),
    ("paced", paced::measure),
    ("many", many::measure),
    ("native", native::measure),
];
