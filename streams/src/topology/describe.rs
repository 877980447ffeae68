//! The text form of a topology, byte for byte that of Kafka's `Topology#describe().toString()`.
//!
//! Nodes come in the order of the size of the tree below them, largest first, then by name.

use std::fmt::Write;

use super::Topology;
use super::node::{Node, NodeRole};

/// Writes the text form of `topology`.
pub(super) fn describe(topology: &Topology) -> String {
    let nodes = topology.nodes();
    let sizes = tree_sizes(nodes);
    let mut text = String::from("Topologies:\n");
    for (number, sub_topology) in topology.sub_topologies().iter().enumerate() {
        let padding = if number == 0 { "   " } else { "  " };
        let _ = writeln!(text, "{padding}Sub-topology: {number}");
        for position in in_order(nodes, &sizes, &sub_topology.nodes) {
            describe_node(&mut text, topology, &sizes, position);
        }
        text.push('\n');
    }
    text
}

fn describe_node(text: &mut String, topology: &Topology, sizes: &[usize], position: usize) {
    let nodes = topology.nodes();
    let node = &nodes[position];
    let names = |positions: &[usize]| {
        let names: Vec<&str> = in_order(nodes, sizes, positions)
            .into_iter()
            .map(|position| nodes[position].name.as_str())
            .collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let name = &node.name;
    let _ = match &node.role {
        NodeRole::Source { topic, .. } => writeln!(text, "    Source: {name} (topics: [{topic}])"),
        NodeRole::Processor { stores, .. } => {
            let mut stores: Vec<&str> = stores.iter().map(|store| &*topology.stores()[*store].name).collect();
            stores.sort_unstable();
            writeln!(text, "    Processor: {name} (stores: [{}])", stores.join(", "))
        }
        NodeRole::Sink { topic, .. } => writeln!(text, "    Sink: {name} (topic: {topic})"),
    };
    if !matches!(node.role, NodeRole::Sink { .. }) {
        let _ = writeln!(text, "      --> {}", names(&node.children));
    }
    if !matches!(node.role, NodeRole::Source { .. }) {
        let _ = writeln!(text, "      <-- {}", names(&node.parents));
    }
}

/// Counts the nodes of the tree below each node, itself included, once for every path to it.
fn tree_sizes(nodes: &[Node]) -> Vec<usize> {
    let mut sizes = vec![1_usize; nodes.len()];
    for position in (0..nodes.len()).rev() {
        let below: usize = nodes[position].children.iter().map(|child| sizes[*child]).sum();
        sizes[position] += below;
    }
    sizes
}

fn in_order(nodes: &[Node], sizes: &[usize], positions: &[usize]) -> Vec<usize> {
    let mut ordered = positions.to_vec();
    ordered.sort_by(|one, other| {
        sizes[*other].cmp(&sizes[*one]).then_with(|| nodes[*one].name.cmp(&nodes[*other].name))
    });
    ordered
}
