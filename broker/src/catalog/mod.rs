//! What exists: topics, partitions, configuration overrides, producer id blocks.
//!
//! Reading order: `change` is the durable form of one atomic change; `image` is the fold of all changes;
//! `metadata_log` stores them in `__cluster_metadata-0`; `topics` and `resource_configs` decide what a request may
//! change; `metadata` joins them: decide on the image, append, sync, publish.
//!
//! There is no other durable metadata. One change is one record, so that its offset can be a raft index later.

pub(crate) mod change;
pub(crate) mod image;
pub(crate) mod metadata;
pub(crate) mod metadata_log;
pub(crate) mod producer_ids;
pub(crate) mod topics;
