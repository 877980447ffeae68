//! The tasks that write markers, one for each decided transaction.
//!
//! A transaction whose task ends without its markers, by a panic, would stay undecided in its partitions and hold back
//! their readers: its task begins again.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::{Id, JoinSet};

use super::coordinator::DecidedTransaction;

/// The tasks of one shard; `W` makes what a task does.
pub(super) struct MarkerTasks<W> {
    write: W,
    /// Pause before a task that panicked begins again.
    pause: Duration,
    tasks: JoinSet<()>,
    /// What each task writes.
    decided: HashMap<Id, DecidedTransaction>,
}

impl<W, F> MarkerTasks<W>
where
    W: Fn(DecidedTransaction) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    /// Makes no task yet.
    pub(super) fn new(write: W, pause: Duration) -> Self {
        Self { write, pause, tasks: JoinSet::new(), decided: HashMap::new() }
    }

    /// Begins to write the markers of a transaction. Call inside the network runtime.
    pub(super) fn begin(&mut self, decided: DecidedTransaction) {
        let task = self.tasks.spawn((self.write)(decided.clone()));
        self.decided.insert(task.id(), decided);
    }

    /// Waits until a task ends, and begins it again if it panicked; `None` if there are none.
    ///
    /// Nothing is lost when the wait is given up.
    pub(super) async fn tend(&mut self) -> Option<()> {
        match self.tasks.join_next_with_id().await? {
            Ok((id, ())) => {
                self.decided.remove(&id);
            }
            Err(error) => {
                if let Some(decided) = self.decided.remove(&error.id()) {
                    let transactional_id = &decided.transactional_id;
                    tracing::error!(transactional_id, %error, "writing markers failed and begins again");
                    self.begin_after_pause(decided);
                }
            }
        }
        Some(())
    }

    fn begin_after_pause(&mut self, decided: DecidedTransaction) {
        let (pause, written) = (self.pause, (self.write)(decided.clone()));
        let task = self.tasks.spawn(async move {
            tokio::time::sleep(pause).await;
            written.await;
        });
        self.decided.insert(task.id(), decided);
    }

    /// Ends all tasks; returns when none runs.
    pub(super) async fn end_all(&mut self) {
        self.tasks.shutdown().await;
        self.decided.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::transaction::coordinator::decided_for_tests;

    /// Tasks that panic `panics` times before they do what they should.
    fn tasks(panics: u32) -> (MarkerTasks<impl Fn(DecidedTransaction) -> BoxedWrite>, Arc<AtomicU32>) {
        let begun = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&begun);
        let write = move |decided: DecidedTransaction| -> BoxedWrite {
            let begun = Arc::clone(&counted);
            Box::pin(async move {
                assert_eq!(decided, decided_for_tests("id"));
                assert!(begun.fetch_add(1, Ordering::Relaxed) >= panics, "a panic that the test wants");
            })
        };
        (MarkerTasks::new(write, Duration::ZERO), begun)
    }

    type BoxedWrite = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

    #[tokio::test]
    async fn a_task_that_panics_begins_again_until_its_markers_are_written() {
        let (mut tasks, begun) = tasks(2);
        tasks.begin(decided_for_tests("id"));
        while tasks.tend().await.is_some() {}
        assert_eq!(begun.load(Ordering::Relaxed), 3);
        assert!(tasks.decided.is_empty());
    }

    #[tokio::test]
    async fn a_task_that_is_ended_does_not_begin_again() {
        let (mut tasks, begun) = tasks(0);
        tasks.begin(decided_for_tests("id"));
        tasks.end_all().await;
        assert_eq!(tasks.tend().await, None);
        assert_eq!(begun.load(Ordering::Relaxed), 0);
    }
}
