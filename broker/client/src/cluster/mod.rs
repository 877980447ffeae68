//! The cluster as a client sees it: who its brokers are, who leads what, and connections to them.
//!
//! `metadata` is one view of the cluster, `brokers` keeps the connections, `refresh` renews the view in the
//! background, `calls` is what producers, consumers and admins hold, `coordinator` finds who coordinates a group or
//! a producer's transactions.

mod brokers;
mod calls;
mod coordinator;
mod metadata;
mod refresh;

pub(crate) use brokers::Lane;
pub(crate) use calls::Cluster;
pub(crate) use coordinator::{
    CoordinatorCall, CoordinatorError, CoordinatorLink, CoordinatorOf, find_coordinator,
};
pub use metadata::{BrokerMetadata, Metadata, PartitionMetadata, TopicMetadata};
