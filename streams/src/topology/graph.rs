//! The graph while the DSL adds to it.
//!
//! The first mistake is kept and reported when the topology is built, so that operators can be chained.

use super::node::{Node, NodeRole, StoreSpec};
use super::sub_topology::cut;
use super::{Topology, TopologyError};

/// Kafka's limit on the length of a topic's name.
const MAX_NAME_BYTES: usize = 249;

/// Nodes and stores in the order in which they were added.
#[derive(Default)]
pub(crate) struct TopologyGraph {
    nodes: Vec<Node>,
    stores: Vec<StoreSpec>,
    next_number: u32,
    mistake: Option<TopologyError>,
}

impl TopologyGraph {
    /// Returns `prefix` and a ten-digit number that grows with every generated name, as Kafka Streams numbers them.
    pub(crate) fn generate_name(&mut self, prefix: &str) -> String {
        let name = format!("{prefix}{:010}", self.next_number);
        self.next_number += 1;
        name
    }

    /// Keeps `mistake` for [`build`](Self::build) unless there was one before.
    pub(crate) fn report(&mut self, mistake: TopologyError) {
        self.mistake.get_or_insert(mistake);
    }

    /// Adds a node after `parents` and returns its position.
    pub(crate) fn add_node(&mut self, name: String, role: NodeRole, parents: &[usize]) -> usize {
        self.check_name(&name);
        if self.nodes.iter().any(|node| node.name == name) {
            self.report(TopologyError::DuplicateName { kind: "node", name: name.clone() });
        }
        if let NodeRole::Source { topic, .. } = &role
            && self
                .nodes
                .iter()
                .any(|node| matches!(&node.role, NodeRole::Source { topic: other, .. } if other == topic))
        {
            self.report(TopologyError::TopicReadTwice { topic: topic.to_string() });
        }
        let position = self.nodes.len();
        self.nodes.push(Node { name, role, parents: parents.to_vec(), children: Vec::new() });
        for parent in parents {
            self.nodes[*parent].children.push(position);
        }
        position
    }

    /// Adds a store and returns its position.
    pub(crate) fn add_store(&mut self, store: StoreSpec) -> usize {
        self.check_name(&store.name);
        if self.stores.iter().any(|other| other.name == store.name) {
            self.report(TopologyError::DuplicateName { kind: "store", name: store.name.to_string() });
        }
        self.stores.push(store);
        self.stores.len() - 1
    }

    /// Returns the finished topology.
    ///
    /// # Errors
    /// The first mistake that was made while building.
    pub(crate) fn build(&self) -> Result<Topology, TopologyError> {
        if let Some(mistake) = &self.mistake {
            return Err(mistake.clone());
        }
        if self.nodes.is_empty() {
            return Err(TopologyError::Empty);
        }
        let sub_topologies = cut(&self.nodes);
        Ok(Topology::new(self.nodes.clone(), self.stores.clone(), sub_topologies))
    }

    fn check_name(&mut self, name: &str) {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let length = 1..=MAX_NAME_BYTES;
        if !length.contains(&name.len()) || !name.bytes().all(legal) || name == "." || name == ".." {
            self.report(TopologyError::InvalidName { name: name.to_owned() });
        }
    }
}
