//! The cut of a topology into parts that exchange records through topics only.
//!
//! Nodes belong together when one forwards to the other or both use a store. Parts are numbered in the order of their
//! sources' names, as Kafka Streams numbers them.

use std::collections::{BTreeSet, HashMap};

use super::node::{Node, NodeRole};

/// A connected part of the topology.
#[derive(Debug, Clone)]
pub(crate) struct SubTopology {
    /// Its nodes in topological order: parents before children. Positions in the topology's list.
    pub(crate) nodes: Vec<usize>,
    /// Its sources, in the order of their names.
    pub(crate) sources: Vec<usize>,
    /// The stores its nodes use, in order.
    pub(crate) stores: Vec<usize>,
    /// The nodes below which one record reaches a store or a topic twice: runs are taken apart in front of them, so
    /// that the outcome equals depth-first processing record by record.
    pub(crate) one_by_one: BTreeSet<usize>,
}

/// Cuts `nodes` into sub-topologies.
pub(super) fn cut(nodes: &[Node]) -> Vec<SubTopology> {
    let groups = groups(nodes);
    let mut sources: Vec<usize> =
        (0..nodes.len()).filter(|node| matches!(nodes[*node].role, NodeRole::Source { .. })).collect();
    sources.sort_by(|one, other| nodes[*one].name.cmp(&nodes[*other].name));
    let mut order: Vec<usize> = Vec::new();
    for source in &sources {
        if !order.contains(&groups[*source]) {
            order.push(groups[*source]);
        }
    }
    let sub_topology = |group: usize| {
        // Positions grow from parents to children, so their order is topological.
        let members: Vec<usize> = (0..nodes.len()).filter(|node| groups[*node] == group).collect();
        let stores: BTreeSet<usize> =
            members.iter().flat_map(|node| nodes[*node].stores()).copied().collect();
        SubTopology {
            one_by_one: one_by_one(nodes, &members),
            sources: sources.iter().copied().filter(|source| groups[*source] == group).collect(),
            stores: stores.into_iter().collect(),
            nodes: members,
        }
    };
    order.into_iter().map(sub_topology).collect()
}

/// Returns for each node the smallest node it is connected with.
fn groups(nodes: &[Node]) -> Vec<usize> {
    let mut groups: Vec<usize> = (0..nodes.len()).collect();
    let mut first_user: HashMap<usize, usize> = HashMap::new();
    for (position, node) in nodes.iter().enumerate() {
        let by_store: Vec<usize> =
            node.stores().iter().map(|store| *first_user.entry(*store).or_insert(position)).collect();
        for other in node.parents.iter().copied().chain(by_store) {
            let (one, two) = (groups[position], groups[other]);
            let (kept, replaced) = (one.min(two), one.max(two));
            for group in &mut groups {
                if *group == replaced {
                    *group = kept;
                }
            }
        }
    }
    groups
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Resource<'a> {
    Store(usize),
    Topic(&'a super::TopicName),
}

fn one_by_one(nodes: &[Node], members: &[usize]) -> BTreeSet<usize> {
    // How often a record that enters a node reaches each resource below it; 2 stands for "more than once".
    let mut reached: HashMap<usize, HashMap<Resource<'_>, u8>> = HashMap::new();
    let mut flagged = BTreeSet::new();
    for position in members.iter().rev() {
        let node = &nodes[*position];
        let mut counts: HashMap<Resource<'_>, u8> = HashMap::new();
        let own_stores = node.stores().iter().map(|store| Resource::Store(*store));
        let own_topic = match &node.role {
            NodeRole::Sink { topic, .. } => Some(Resource::Topic(topic)),
            NodeRole::Source { .. } | NodeRole::Processor { .. } => None,
        };
        for resource in own_stores.chain(own_topic) {
            counts.insert(resource, 1);
        }
        for child in &node.children {
            for (resource, times) in reached.get(child).into_iter().flatten() {
                let count = counts.entry(*resource).or_insert(0);
                *count = count.saturating_add(*times).min(2);
            }
        }
        if counts.values().any(|count| *count > 1) {
            flagged.insert(*position);
        }
        reached.insert(*position, counts);
    }
    flagged
}
