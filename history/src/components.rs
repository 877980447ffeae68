//! Strongly connected components (Tarjan) and the shortest cycle in one.

use std::collections::{HashMap, HashSet, VecDeque};

/// A directed graph: successors of each node.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    successors: Vec<Vec<usize>>,
}

impl Graph {
    pub(crate) fn new(nodes: usize) -> Self {
        Self { successors: vec![Vec::new(); nodes] }
    }

    pub(crate) fn add(&mut self, from: usize, to: usize) {
        if !self.successors[from].contains(&to) {
            self.successors[from].push(to);
        }
    }

    /// Components of more than one node, each sorted: every cycle lies in one.
    pub(crate) fn components(&self) -> Vec<Vec<usize>> {
        let mut search = Search::new(self.successors.len());
        for node in 0..self.successors.len() {
            if search.order[node].is_none() {
                search.visit(self, node);
            }
        }
        search.found.sort();
        search.found
    }

    /// A shortest cycle through nodes of `component` that begins at one that `may_begin`; closed, so that the first
    /// node is also the last.
    pub(crate) fn shortest_cycle(
        &self,
        component: &[usize],
        may_begin: impl Fn(usize) -> bool,
    ) -> Option<Vec<usize>> {
        let inside: HashSet<usize> = component.iter().copied().collect();
        let starts = component.iter().copied().filter(|node| may_begin(*node)).take(MAX_STARTS);
        starts.filter_map(|start| self.cycle_through(start, &inside)).min_by_key(Vec::len)
    }

    fn cycle_through(&self, start: usize, inside: &HashSet<usize>) -> Option<Vec<usize>> {
        let mut came_from: HashMap<usize, usize> = HashMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for next in self.successors[node].iter().copied().filter(|next| inside.contains(next)) {
                if next == start {
                    let mut cycle = vec![start, node];
                    while let Some(before) = cycle.last().and_then(|last| came_from.get(last)) {
                        cycle.push(*before);
                    }
                    cycle.reverse();
                    return Some(cycle);
                }
                if let std::collections::hash_map::Entry::Vacant(entry) = came_from.entry(next) {
                    entry.insert(node);
                    queue.push_back(next);
                }
            }
        }
        None
    }
}

/// Nodes of a component that the search for a short cycle begins at, so that a huge component costs no hours.
const MAX_STARTS: usize = 200;

/// Tarjan's algorithm with its own stack: histories are deeper than a thread's.
struct Search {
    order: Vec<Option<usize>>,
    lowest: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    next_order: usize,
    found: Vec<Vec<usize>>,
}

impl Search {
    fn new(nodes: usize) -> Self {
        Self {
            order: vec![None; nodes],
            lowest: vec![0; nodes],
            on_stack: vec![false; nodes],
            stack: Vec::new(),
            next_order: 0,
            found: Vec::new(),
        }
    }

    fn visit(&mut self, graph: &Graph, root: usize) {
        // Each frame: a node and how many of its successors are done.
        let mut frames = vec![(root, 0)];
        self.enter(root);
        while let Some((node, done)) = frames.last_mut() {
            let node = *node;
            if let Some(next) = graph.successors[node].get(*done).copied() {
                *done += 1;
                match self.order[next] {
                    None => {
                        self.enter(next);
                        frames.push((next, 0));
                    }
                    Some(order) if self.on_stack[next] => self.lowest[node] = self.lowest[node].min(order),
                    Some(_) => {}
                }
                continue;
            }
            frames.pop();
            if let Some((parent, _)) = frames.last() {
                self.lowest[*parent] = self.lowest[*parent].min(self.lowest[node]);
            }
            if self.order[node] == Some(self.lowest[node]) {
                self.leave(node);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.order[node] = Some(self.next_order);
        self.lowest[node] = self.next_order;
        self.next_order += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    /// `node` is the root of a component: everything above it on the stack belongs to it.
    fn leave(&mut self, node: usize) {
        let start = self.stack.iter().rposition(|other| *other == node).expect("a root is on the stack");
        let mut component = self.stack.split_off(start);
        component.iter().for_each(|member| self.on_stack[*member] = false);
        if component.len() > 1 {
            component.sort_unstable();
            self.found.push(component);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;

    fn graph(nodes: usize, edges: &[(usize, usize)]) -> Graph {
        let mut graph = Graph::new(nodes);
        edges.iter().for_each(|(from, to)| graph.add(*from, *to));
        graph
    }

    #[test]
    fn a_graph_without_cycles_has_no_component() {
        assert!(graph(4, &[(0, 1), (1, 2), (0, 2), (2, 3)]).components().is_empty());
    }

    #[test]
    fn each_knot_is_one_component() {
        let graph = graph(7, &[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 3), (4, 5), (5, 6)]);
        assert_eq!(graph.components(), [vec![0, 1, 2], vec![3, 4]]);
    }

    #[test]
    fn the_shortest_cycle_of_a_component_is_shown_closed() {
        let graph = graph(5, &[(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (2, 1)]);
        let component = graph.components().remove(0);
        assert_eq!(component, [0, 1, 2, 3, 4]);
        assert_eq!(graph.shortest_cycle(&component, |_| true).unwrap(), [1, 2, 1]);
        assert_eq!(graph.shortest_cycle(&component, |node| node == 4).unwrap(), [4, 0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_path_longer_than_any_stack_is_walked() {
        let mut graph = Graph::new(300_000);
        (0..299_999).for_each(|node| graph.add(node, node + 1));
        graph.add(299_999, 0);
        assert_eq!(graph.components()[0].len(), 300_000);
    }
}
