//! What is to be run: a graph of nodes, cut into sub-topologies that share nothing but topics.
//!
//! `graph` is what the DSL adds to, `node` what it adds, `sub_topology` the cut, `plan` the finished, immutable plan
//! and `describe` its text form. Building a topology runs nothing; running changes no topology.

mod describe;
mod error;
mod graph;
mod node;
mod plan;
mod sub_topology;
mod task_id;

pub use error::TopologyError;
pub use plan::Topology;
pub use task_id::TaskId;

pub(crate) use graph::TopologyGraph;
pub(crate) use node::{NodeRole, NodeSetup, StoreFactory, StoreSpec, TopicName};
