//! A reader goes through a log forward and without gaps.
//!
//! Within one operation always, except for keys that changed hands in it. From one operation of a process to its
//! next as long as the process assigns its keys itself: a group may give them back at an older position.

use std::collections::{BTreeMap, HashMap};

use super::Verdict;
use crate::derivation::Derivation;
use crate::event::{Function, MicroOperation};
use crate::history::{Operation, Outcome};
use crate::report::Anomaly;

/// Where a reader is in a key's log: a dense index, and the operation that got there.
type Positions<'a> = HashMap<&'a str, (usize, usize)>;

#[derive(Default)]
struct Reader<'a> {
    subscribed: bool,
    positions: Positions<'a>,
    /// How often each value was polled while subscribed.
    counts: BTreeMap<(&'a str, u64), u64>,
}

pub(super) fn check(derivation: &Derivation<'_>, verdict: &mut Verdict) {
    let mut readers: BTreeMap<u64, Reader<'_>> = BTreeMap::new();
    for (position, operation) in derivation.operations.iter().enumerate() {
        let reader = readers.entry(operation.process).or_default();
        match (operation.function, operation.outcome) {
            (Function::Assign, _) => {
                *reader = Reader { counts: std::mem::take(&mut reader.counts), ..Reader::default() }
            }
            (Function::Subscribe, _) => {
                reader.subscribed = true;
                reader.positions.clear();
            }
            (Function::Send | Function::Poll | Function::Txn, Outcome::Ok) => {
                follow(derivation, (position, operation), reader, verdict);
            }
            _ => {}
        }
    }
    for count in readers.values().flat_map(|reader| reader.counts.values()) {
        *verdict.report.consume_counts.entry(*count).or_default() += 1;
    }
}

fn follow<'a>(
    derivation: &Derivation<'a>,
    (position, operation): (usize, &'a Operation),
    reader: &mut Reader<'a>,
    verdict: &mut Verdict,
) {
    let moved = |key: &str| operation.rebalanced.iter().any(|moved| moved == key);
    reader.positions.retain(|key, _| !moved(key));
    let returned = operation.micro_operations.iter().filter_map(|operation| match operation {
        MicroOperation::Poll(returned) => Some(returned),
        MicroOperation::Send { .. } => None,
    });
    for (key, values) in returned.flatten() {
        for (offset, value) in values {
            let Some(index) = derivation.logs.get(key.as_str()).and_then(|log| log.index(*offset)) else {
                continue;
            };
            if reader.subscribed {
                *reader.counts.entry((key, *value)).or_default() += 1;
            }
            let before = reader.positions.insert(key, (index, position));
            let Some((last, from)) = before.filter(|_| !moved(key)) else { continue };
            let internal = from == position;
            if index == last + 1 {
                continue;
            }
            if reader.subscribed && !internal {
                verdict.allow("polls of subscribers that jump");
                continue;
            }
            let anomaly = match (internal, index > last) {
                (true, true) => Anomaly::InternalPollSkip,
                (true, false) => Anomaly::InternalNonmonotonicPoll,
                (false, true) => Anomaly::PollSkip,
                (false, false) => Anomaly::NonmonotonicPoll,
            };
            let message = format!(
                "process {} polled {key} offset {offset}: entry {index} of its log after entry {last}",
                operation.process
            );
            verdict.find(anomaly, message, [from, position]);
        }
    }
}
