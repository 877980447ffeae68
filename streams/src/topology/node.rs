//! The parts of a topology: nodes, stores, and the topics between them.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::runtime::{PartitionQueue, RunProcessor};
use crate::state::{Emission, StateStore, StoreKind, StoreSetup};

/// A topic, by the name it has before the application's id is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum TopicName {
    /// A topic of the user.
    External(String),
    /// A repartition topic: `<application.id>-<name>`, created by the application.
    Repartition(String),
}

impl TopicName {
    /// Returns the name on the cluster.
    pub(crate) fn resolve(&self, application_id: &str) -> String {
        match self {
            Self::External(name) => name.clone(),
            Self::Repartition(name) => format!("{application_id}-{name}"),
        }
    }
}

/// Prints the name without the application's id, as Kafka's `describe` does.
impl fmt::Display for TopicName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::External(name) | Self::Repartition(name)) = self;
        formatter.write_str(name)
    }
}

/// What a node's processor may know when a task makes it.
pub(crate) struct NodeSetup<'a> {
    /// The `application.id`, which begins the names of internal topics.
    pub(crate) application_id: &'a str,
}

/// Makes the queue of one source partition.
pub(crate) type QueueFactory = Arc<dyn Fn() -> Box<dyn PartitionQueue> + Send + Sync>;
/// Makes the processor of one task's node.
pub(crate) type ProcessorFactory = Arc<dyn Fn(&NodeSetup<'_>) -> Box<dyn RunProcessor> + Send + Sync>;
/// Makes one task's store.
pub(crate) type StoreFactory = Arc<dyn Fn(StoreSetup) -> Box<dyn StateStore> + Send + Sync>;

/// What a node does.
#[derive(Clone)]
pub(crate) enum NodeRole {
    /// Reads a topic.
    Source {
        /// The topic.
        topic: TopicName,
        /// Decodes and queues its records.
        queue: QueueFactory,
    },
    /// Turns runs of records into others.
    Processor {
        /// Makes the processor.
        processor: ProcessorFactory,
        /// The stores it uses, as positions in the topology's list.
        stores: Vec<usize>,
    },
    /// Writes a topic.
    Sink {
        /// The topic.
        topic: TopicName,
        /// Makes the processor that encodes and sends.
        processor: ProcessorFactory,
    },
}

/// A node and its neighbours, which are positions in the topology's list of nodes.
#[derive(Clone)]
pub(crate) struct Node {
    /// Unique in the topology.
    pub(crate) name: String,
    /// What it does.
    pub(crate) role: NodeRole,
    /// Who forwards to it.
    pub(crate) parents: Vec<usize>,
    /// To whom it forwards, in the order in which they were added.
    pub(crate) children: Vec<usize>,
}

impl Node {
    /// Returns the stores the node uses.
    pub(crate) fn stores(&self) -> &[usize] {
        match &self.role {
            NodeRole::Processor { stores, .. } => stores,
            NodeRole::Source { .. } | NodeRole::Sink { .. } => &[],
        }
    }
}

/// A store.
#[derive(Clone)]
pub(crate) struct StoreSpec {
    /// Unique in the topology.
    pub(crate) name: Arc<str>,
    /// Its kind.
    pub(crate) kind: StoreKind,
    /// Whether it is on disk, rather than in memory.
    pub(crate) persistent: bool,
    /// Whether it has a changelog topic.
    pub(crate) logged: bool,
    /// When its updates are forwarded, unless the application's setting stands.
    pub(crate) emission: Option<Emission>,
    /// Makes it.
    pub(crate) factory: StoreFactory,
    /// Its [`StoreSerdes`](crate::state::StoreSerdes), for typed queries.
    pub(crate) serdes: Arc<dyn Any + Send + Sync>,
    /// For window stores, the size of the windows in milliseconds.
    pub(crate) window_size_ms: Option<i64>,
}

impl StoreSpec {
    /// Returns the name of the changelog topic.
    pub(crate) fn changelog_topic(&self, application_id: &str) -> String {
        format!("{application_id}-{}-changelog", self.name)
    }
}
