//! What the log must have been, as far as clients saw it.
//!
//! * A value's *fate* is what its sender was told: written, failed, unknown.
//! * A value is *committed* if it was written, or if its fate is unknown and somebody read it; a transaction of
//!   unknown fate is committed with all its values as soon as one of them was read.
//! * A key's *log* holds what was polled (by any operation) and what was acknowledged for committed values.
//! * Its *order* numbers the known offsets densely, so that control records and aborted data leave no gaps.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::event::Function;
use crate::history::{History, Operation, Outcome};

/// What a sender was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is in the log.
    Written,
    /// It never will be visible.
    Failed,
    /// Nobody knows.
    Unknown,
}

/// A sent value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent<'a> {
    /// Position of the sending operation.
    pub(crate) operation: usize,
    pub(crate) key: &'a str,
    /// As acknowledged.
    pub(crate) offset: Option<i64>,
    pub(crate) fate: Fate,
    pub(crate) committed: bool,
}

/// One key's log.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// Values by offset; more than one is a contradiction.
    pub(crate) values: BTreeMap<i64, BTreeSet<u64>>,
    /// Offsets by value.
    pub(crate) places: BTreeMap<u64, BTreeSet<i64>>,
    /// Dense index of each known offset.
    indexes: HashMap<i64, usize>,
}

impl Log {
    fn add(&mut self, offset: i64, value: u64) {
        self.values.entry(offset).or_default().insert(value);
        self.places.entry(value).or_default().insert(offset);
    }

    /// Dense index of an offset.
    pub(crate) fn index(&self, offset: i64) -> Option<usize> {
        self.indexes.get(&offset).copied()
    }

    /// Index of the first place of `value`.
    pub(crate) fn first_index(&self, value: u64) -> Option<usize> {
        self.places.get(&value).and_then(BTreeSet::first).and_then(|offset| self.index(*offset))
    }

    /// Index of the last place of `value`.
    pub(crate) fn last_index(&self, value: u64) -> Option<usize> {
        self.places.get(&value).and_then(BTreeSet::last).and_then(|offset| self.index(*offset))
    }
}

/// Everything derived from a history.
#[derive(Debug)]
pub(crate) struct Derivation<'a> {
    pub(crate) operations: &'a [Operation],
    pub(crate) logs: BTreeMap<&'a str, Log>,
    /// Sent values.
    pub(crate) sent: BTreeMap<u64, Sent<'a>>,
    /// Operations that happened and polled a value of a key.
    pub(crate) readers: HashMap<(&'a str, u64), Vec<usize>>,
}

impl<'a> Derivation<'a> {
    pub(crate) fn new(history: &'a History) -> Self {
        let operations = history.operations();
        let readers = readers(operations);
        let sent = sent(operations, &readers);
        let mut logs: BTreeMap<&str, Log> = BTreeMap::new();
        for (key, offset, value) in operations.iter().flat_map(Operation::polls) {
            logs.entry(key).or_default().add(offset, value);
        }
        for (value, sent) in sent.iter().filter(|(_, sent)| sent.committed) {
            if let Some(offset) = sent.offset {
                logs.entry(sent.key).or_default().add(offset, *value);
            }
        }
        for log in logs.values_mut() {
            log.indexes = log.values.keys().enumerate().map(|(index, offset)| (*offset, index)).collect();
        }
        Self { operations, logs, sent, readers }
    }

    /// Whether an operation that happened polled `value` from `key`.
    pub(crate) fn was_read(&self, key: &str, value: u64) -> bool {
        self.readers.contains_key(&(key, value))
    }
}

fn readers(operations: &[Operation]) -> HashMap<(&str, u64), Vec<usize>> {
    let mut readers: HashMap<(&str, u64), Vec<usize>> = HashMap::new();
    let happened = operations.iter().enumerate().filter(|(_, operation)| operation.outcome == Outcome::Ok);
    for (position, operation) in happened {
        for (key, _, value) in operation.polls() {
            readers.entry((key, value)).or_default().push(position);
        }
    }
    readers
}

/// Outside of a transaction each value stands for itself: one that has an offset was acknowledged, whatever became of
/// the operation's others.
fn fate(operation: &Operation, offset: Option<i64>) -> Fate {
    if operation.function != Function::Txn && offset.is_some() {
        return Fate::Written;
    }
    match operation.outcome {
        Outcome::Ok => Fate::Written,
        Outcome::Fail => Fate::Failed,
        Outcome::Info => Fate::Unknown,
    }
}

fn sent<'a>(
    operations: &'a [Operation],
    readers: &HashMap<(&'a str, u64), Vec<usize>>,
) -> BTreeMap<u64, Sent<'a>> {
    let mut all = BTreeMap::new();
    for (position, operation) in operations.iter().enumerate() {
        let read = |key, value| readers.contains_key(&(key, value));
        let any_read = operation.sends().any(|(key, _, value)| read(key, value));
        for (key, offset, value) in operation.sends() {
            let fate = fate(operation, offset);
            let seen = if operation.function == Function::Txn { any_read } else { read(key, value) };
            let committed = fate == Fate::Written || (fate == Fate::Unknown && seen);
            all.insert(value, Sent { operation: position, key, offset, fate, committed });
        }
    }
    all
}
