//! Information flows one way.
//!
//! Nodes are operations that take effect at one moment: transactions, and single sends or polls. An edge leads from
//! the writer of a value to each of its readers (`wr`), and from an operation to all that began after its end
//! (`rt`). Whoever reads commits after whom it read from, so neither kind alone nor both together can make a circle.
//! Edges from one value of a key to the next (`ww`) can: writers of a log do not exclude each other, so circles with
//! those are counted and allowed.

use super::Verdict;
use crate::components::Graph;
use crate::derivation::Derivation;
use crate::event::Function;
use crate::history::{Operation, Outcome};
use crate::report::Anomaly;

pub(super) fn check(derivation: &Derivation<'_>, verdict: &mut Verdict) {
    let count = derivation.operations.len();
    let mut reads = Graph::new(count);
    add_reads(derivation, &mut reads);
    let mut writes = Graph::new(count);
    add_writes(derivation, &mut writes);
    for component in reads.components() {
        let Some(cycle) = reads.shortest_cycle(&component, |_| true) else { continue };
        let message = format!("a circle of {} operations: {}", cycle.len() - 1, path(derivation, &cycle));
        verdict.find(Anomaly::CircularFlow, message, cycle);
    }
    in_time(derivation, verdict);
    writes.components().iter().for_each(|_| verdict.allow("G0"));
    add_reads(derivation, &mut writes);
    writes.components().iter().for_each(|_| verdict.allow("G1c with ww"));
}

/// Circles that the order of time closes.
fn in_time(derivation: &Derivation<'_>, verdict: &mut Verdict) {
    let operations = derivation.operations;
    let count = operations.len();
    let mut ends: Vec<(u64, usize)> = operations
        .iter()
        .enumerate()
        .filter_map(|(position, operation)| operation.completed.map(|completed| (completed, position)))
        .filter(|(_, position)| {
            operations[*position].outcome == Outcome::Ok && is_atomic(&operations[*position])
        })
        .collect();
    ends.sort_unstable();
    // Behind the operations one node for each end, chained: an operation leads to its end, an end to the next, and
    // the last end before a beginning to the operation that begins.
    let mut graph = Graph::new(count + ends.len());
    add_reads(derivation, &mut graph);
    for (moment, (_, position)) in ends.iter().enumerate() {
        graph.add(*position, count + moment);
        if moment > 0 {
            graph.add(count + moment - 1, count + moment);
        }
    }
    for (position, operation) in operations.iter().enumerate().filter(|(_, operation)| is_atomic(operation)) {
        let before = ends.partition_point(|(completed, _)| *completed < operation.invoked);
        if before > 0 {
            graph.add(count + before - 1, position);
        }
    }
    for component in graph.components() {
        let Some(cycle) = graph.shortest_cycle(&component, |node| node < count) else { continue };
        if cycle.iter().all(|node| *node < count) {
            continue;
        }
        let cycle: Vec<usize> = cycle.into_iter().filter(|node| *node < count).collect();
        let message =
            format!("a circle of {} operations and time: {}", cycle.len() - 1, path(derivation, &cycle));
        verdict.find(Anomaly::CircularFlowInTime, message, cycle);
    }
}

fn is_atomic(operation: &Operation) -> bool {
    match operation.function {
        Function::Txn => true,
        Function::Send | Function::Poll => operation.micro_operations.len() == 1,
        _ => false,
    }
}

fn add_reads(derivation: &Derivation<'_>, graph: &mut Graph) {
    for (reader, operation) in derivation.operations.iter().enumerate() {
        if operation.outcome != Outcome::Ok || !is_atomic(operation) {
            continue;
        }
        for (key, _, value) in operation.polls() {
            let sent = derivation.sent.get(&value).filter(|sent| sent.key == key && sent.operation != reader);
            if let Some(sent) = sent.filter(|sent| is_atomic(&derivation.operations[sent.operation])) {
                graph.add(sent.operation, reader);
            }
        }
    }
}

/// From the writer of each entry of a log to the writer of the next.
fn add_writes(derivation: &Derivation<'_>, graph: &mut Graph) {
    for log in derivation.logs.values() {
        let mut before = None;
        for values in log.values.values() {
            let only = if values.len() == 1 { values.first() } else { None };
            let writer = only.and_then(|value| derivation.sent.get(value)).map(|sent| sent.operation);
            if let (Some(before), Some(writer)) = (before, writer)
                && before != writer
            {
                graph.add(before, writer);
            }
            before = writer;
        }
    }
}

/// What leads from each operation of a closed cycle to the next.
fn path(derivation: &Derivation<'_>, cycle: &[usize]) -> String {
    let step = |from: usize, to: usize| {
        let read = derivation.operations[to].polls().find(|(key, _, value)| {
            derivation.sent.get(value).is_some_and(|sent| sent.operation == from && sent.key == *key)
        });
        let (began, ended) = (derivation.operations[to].invoked, derivation.operations[from].invoked);
        match read {
            Some((key, _, value)) => {
                format!("event {ended} wrote {key} value {value}, which event {began} read")
            }
            None => format!("event {ended} ended before event {began} began"),
        }
    };
    cycle.windows(2).map(|pair| step(pair[0], pair[1])).collect::<Vec<_>>().join("; ")
}
