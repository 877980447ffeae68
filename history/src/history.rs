//! Operations: the beginning and the end of each, paired.

use std::collections::{BTreeMap, HashMap};

use crate::event::{Event, EventKind, Function, GroupView, MicroOperation, Watermarks};

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It happened.
    Ok,
    /// It surely did not happen.
    Fail,
    /// Nobody knows: it said so, or it never ended.
    Info,
}

/// One operation, from its invocation to its end.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Number of the event that began it.
    pub invoked: u64,
    /// Number of the event that ended it; `None` if the history stops before.
    pub completed: Option<u64>,
    /// Who did it.
    pub process: u64,
    /// What it did.
    pub function: Function,
    /// How it ended.
    pub outcome: Outcome,
    /// Its sends and polls, as told at its end (at its beginning if the end tells none).
    pub micro_operations: Vec<MicroOperation>,
    /// Keys that changed hands during it.
    pub rebalanced: Vec<String>,
    /// The keys of an assign or subscribe.
    pub keys: Vec<String>,
    /// What an observe saw.
    pub partitions: BTreeMap<String, Watermarks>,
    /// What a group operation saw or stored.
    pub group: Option<GroupView>,
}

impl Operation {
    /// Values it sent: key, acknowledged offset, value.
    pub fn sends(&self) -> impl Iterator<Item = (&str, Option<i64>, u64)> {
        self.micro_operations.iter().filter_map(|operation| match operation {
            MicroOperation::Send { key, offset, value } => Some((key.as_str(), *offset, *value)),
            MicroOperation::Poll(_) => None,
        })
    }

    /// Values it polled, by key in the order of arrival: key, offset, value.
    pub fn polls(&self) -> impl Iterator<Item = (&str, i64, u64)> {
        let returned = self.micro_operations.iter().filter_map(|operation| match operation {
            MicroOperation::Poll(returned) => Some(returned),
            MicroOperation::Send { .. } => None,
        });
        returned.flatten().flat_map(|(key, values)| {
            values.iter().map(move |(offset, value)| (key.as_str(), *offset, *value))
        })
    }

    /// Whether it ended before `other` began.
    #[must_use]
    pub fn precedes(&self, other: &Self) -> bool {
        self.completed.is_some_and(|completed| completed < other.invoked)
    }
}

/// Why lines do not make a history.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HistoryError {
    /// Events are numbered in their order.
    #[error("event {index} follows event {before}")]
    OutOfOrder {
        /// The event.
        index: u64,
        /// The one ahead of it.
        before: u64,
    },
    /// A process does one operation at a time.
    #[error("process {process} begins event {index} while its event {open} has not ended")]
    Overlap {
        /// The process.
        process: u64,
        /// The event that begins.
        index: u64,
        /// The event that has not ended.
        open: u64,
    },
    /// An end without a beginning.
    #[error("event {index} of process {process} ends what never began")]
    NotBegun {
        /// The process.
        process: u64,
        /// The event.
        index: u64,
    },
    /// Values are unique.
    #[error("event {index} sends value {value}, which event {earlier} sent before")]
    ValueSentTwice {
        /// The event.
        index: u64,
        /// The value.
        value: u64,
        /// The event that sent it first.
        earlier: u64,
    },
}

/// All operations, in the order of their beginning.
#[derive(Debug, Clone, Default)]
pub struct History {
    operations: Vec<Operation>,
}

impl History {
    /// Pairs beginnings and ends.
    ///
    /// # Errors
    /// [`HistoryError`] if events are out of order, a process does two things at once, or a value is sent twice.
    pub fn from_events(events: impl IntoIterator<Item = Event>) -> Result<Self, HistoryError> {
        let mut pairing = Pairing::default();
        events.into_iter().try_for_each(|event| pairing.add(event))?;
        Ok(Self { operations: pairing.operations })
    }

    /// All operations, in the order of their beginning.
    #[must_use]
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }
}

/// Takes events one by one.
#[derive(Debug, Default)]
pub(crate) struct Pairing {
    operations: Vec<Operation>,
    /// Position of the operation that a process is at.
    open: HashMap<u64, usize>,
    /// The event that sent a value.
    senders: HashMap<u64, u64>,
    last_index: Option<u64>,
}

impl Pairing {
    pub(crate) fn add(&mut self, event: Event) -> Result<(), HistoryError> {
        if let Some(before) = self.last_index.filter(|before| *before >= event.index) {
            return Err(HistoryError::OutOfOrder { index: event.index, before });
        }
        self.last_index = Some(event.index);
        if event.kind == EventKind::Invoke { self.begin(event) } else { self.end(event) }
    }

    pub(crate) fn finish(self) -> History {
        History { operations: self.operations }
    }

    fn begin(&mut self, event: Event) -> Result<(), HistoryError> {
        let Event { index, process, .. } = event;
        if let Some(open) = self.open.insert(process, self.operations.len()) {
            return Err(HistoryError::Overlap { process, index, open: self.operations[open].invoked });
        }
        let operation = Operation {
            invoked: index,
            completed: None,
            process,
            function: event.function,
            outcome: Outcome::Info,
            micro_operations: event.micro_operations,
            rebalanced: event.rebalanced,
            keys: event.keys,
            partitions: event.partitions,
            group: event.group,
        };
        for (_, _, value) in operation.sends() {
            if let Some(earlier) = self.senders.insert(value, index) {
                return Err(HistoryError::ValueSentTwice { index, value, earlier });
            }
        }
        self.operations.push(operation);
        Ok(())
    }

    fn end(&mut self, event: Event) -> Result<(), HistoryError> {
        let Event { index, process, .. } = event;
        let position = self.open.remove(&process);
        let operation = position.and_then(|position| self.operations.get_mut(position));
        let Some(operation) = operation.filter(|operation| operation.function == event.function) else {
            return Err(HistoryError::NotBegun { process, index });
        };
        operation.completed = Some(index);
        operation.outcome = match event.kind {
            EventKind::Ok => Outcome::Ok,
            EventKind::Fail => Outcome::Fail,
            EventKind::Info | EventKind::Invoke => Outcome::Info,
        };
        if !event.micro_operations.is_empty() {
            operation.micro_operations = event.micro_operations;
        }
        operation.rebalanced.extend(event.rebalanced);
        operation.keys.extend(event.keys);
        operation.partitions.extend(event.partitions);
        operation.group = event.group.or(operation.group.take());
        Ok(())
    }
}
