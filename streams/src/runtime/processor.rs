//! What a node does in a task: takes runs, forwards runs.
//!
//! Operators implement the typed [`Operator`]; [`erased`] puts it behind the untyped [`RunProcessor`] that tasks drive.

use super::error::ProcessError;
use super::metrics::TaskMetrics;
use super::output::OutgoingRecord;
use super::run::ErasedRun;
use super::task_state::TaskStores;
use crate::record::{Data, Record};

/// What an operator may touch while it processes a run.
pub(crate) struct ProcessorContext<'a> {
    /// The task's stores.
    pub(crate) stores: &'a mut TaskStores,
    /// Records for topics.
    pub(crate) output: &'a mut Vec<OutgoingRecord>,
    /// The task's counts.
    pub(crate) metrics: &'a mut TaskMetrics,
    /// Runs for the node's children, in order.
    pub(super) forwarded: Vec<ErasedRun>,
}

impl ProcessorContext<'_> {
    /// Forwards a run to every child.
    pub(crate) fn forward<K: Data, V: Data>(&mut self, run: Vec<Record<K, V>>) {
        if !run.is_empty() {
            self.forwarded.push(ErasedRun::new(run));
        }
    }
}

/// A processor with its input types. Its effects on a run must equal those on its records one by one.
pub(crate) trait Operator: Send + 'static {
    /// The keys it takes.
    type InKey: Data;
    /// The values it takes.
    type InValue: Data;

    /// Processes a run that is not empty.
    fn process(
        &mut self,
        run: Vec<Record<Self::InKey, Self::InValue>>,
        context: &mut ProcessorContext<'_>,
    ) -> Result<(), ProcessError>;

    /// Forwards what was held back; called before every commit, parents first.
    fn flush(&mut self, _context: &mut ProcessorContext<'_>) -> Result<(), ProcessError> {
        Ok(())
    }
}

/// A processor as tasks see it.
pub(crate) trait RunProcessor: Send {
    /// See [`Operator::process`].
    fn process(&mut self, run: ErasedRun, context: &mut ProcessorContext<'_>) -> Result<(), ProcessError>;

    /// See [`Operator::flush`].
    fn flush(&mut self, context: &mut ProcessorContext<'_>) -> Result<(), ProcessError>;
}

struct Erased<O> {
    operator: O,
}

impl<O: Operator> RunProcessor for Erased<O> {
    fn process(&mut self, run: ErasedRun, context: &mut ProcessorContext<'_>) -> Result<(), ProcessError> {
        self.operator.process(run.downcast(), context)
    }

    fn flush(&mut self, context: &mut ProcessorContext<'_>) -> Result<(), ProcessError> {
        self.operator.flush(context)
    }
}

/// Hides the types of an operator.
pub(crate) fn erased<O: Operator>(operator: O) -> Box<dyn RunProcessor> {
    Box::new(Erased { operator })
}
