//! Administration: topics, configurations, groups, offsets and transactions.
//!
//! `handle` is the client, `retry` its patience, `errors` how it fails; the calls are grouped by subject:
//! `topics`, `configs`, `brokers`, `groups`, `group_offsets`, `offsets`, `transactions`. `blocking` is the other face.

mod blocking;
mod brokers;
mod configs;
mod errors;
mod group_offsets;
mod groups;
mod handle;
mod offsets;
mod retry;
mod topics;
mod transactions;

pub use blocking::BlockingAdmin;
pub use brokers::{ClusterDescription, LogDirDescription, ReplicaSize};
pub use configs::{
    AlterOperation, ConfigAlteration, ConfigDescription, ConfigEntry, ConfigResource, ConfigSource,
    ResourceType,
};
pub use errors::AdminError;
pub use groups::{GroupDescription, GroupListing, GroupMember};
pub use handle::{Admin, ItemResults};
pub use offsets::OffsetSpec;
pub use topics::{CreateTopicsOptions, CreatedTopic, NewPartitions, NewTopic};
pub use transactions::{
    HangingTransaction, ProducerDescription, TransactionDescription, TransactionFilter, TransactionListing,
};
