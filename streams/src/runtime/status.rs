//! What an application's threads tell the outside, and it them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::error::ThreadError;
use super::metrics::TaskMetrics;

/// What an application is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationState {
    /// Tasks are being assigned or restored.
    Starting,
    /// Every thread runs all of its tasks.
    Running,
    /// Threads are committing and closing.
    Stopping,
    /// Everything is closed.
    Stopped,
    /// A thread failed, and with it the application; see [`Application::failure`](crate::Application::failure).
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ThreadPhase {
    Starting,
    Running,
    Stopped,
}

/// Shared by an application and its threads.
pub(super) struct Status {
    stopping: AtomicBool,
    threads: Mutex<Threads>,
    changed: Condvar,
}

struct Threads {
    phases: Vec<ThreadPhase>,
    metrics: Vec<TaskMetrics>,
    failure: Option<Arc<ThreadError>>,
}

impl Status {
    /// Makes the status of `threads` starting threads.
    pub(super) fn new(threads: usize) -> Self {
        let threads = Threads {
            phases: vec![ThreadPhase::Starting; threads],
            metrics: vec![TaskMetrics::default(); threads],
            failure: None,
        };
        Self { stopping: AtomicBool::new(false), threads: Mutex::new(threads), changed: Condvar::new() }
    }

    /// Asks every thread to stop.
    pub(super) fn stop(&self) {
        // Under the lock, so that no waiter reads the flag before and sleeps after.
        let threads = self.threads.lock();
        self.stopping.store(true, Ordering::Release);
        drop(threads);
        self.changed.notify_all();
    }

    /// Says whether threads are to stop.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Takes note of what a thread does.
    pub(super) fn report(&self, thread: usize, phase: ThreadPhase, metrics: TaskMetrics) {
        let mut threads = self.threads.lock();
        threads.metrics[thread] = metrics;
        if threads.phases[thread] != phase {
            threads.phases[thread] = phase;
            drop(threads);
            self.changed.notify_all();
        }
    }

    /// Takes note of what ended a thread, and asks the others to stop.
    pub(super) fn fail(&self, failure: ThreadError) {
        self.threads.lock().failure.get_or_insert_with(|| Arc::new(failure));
        self.stop();
    }

    /// Returns the first failure.
    pub(super) fn failure(&self) -> Option<Arc<ThreadError>> {
        self.threads.lock().failure.clone()
    }

    /// Returns the counts of all threads together.
    pub(super) fn metrics(&self) -> TaskMetrics {
        let mut metrics = TaskMetrics::default();
        self.threads.lock().metrics.iter().for_each(|thread| metrics.add(thread));
        metrics
    }

    /// Returns what the application is doing.
    pub(super) fn state(&self) -> ApplicationState {
        self.state_of(&self.threads.lock())
    }

    /// Waits until `reached` holds of the state, at most for `timeout`; returns the last state.
    pub(super) fn wait_for(
        &self,
        timeout: Duration,
        reached: impl Fn(ApplicationState) -> bool,
    ) -> ApplicationState {
        let mut threads = self.threads.lock();
        // A wait that times out leaves the condition to be read once more below.
        self.changed.wait_while_for(&mut threads, |threads| !reached(self.state_of(threads)), timeout);
        self.state_of(&threads)
    }

    /// Waits for `timeout`, or until the application is asked to stop.
    pub(super) fn wait_for_stop(&self, timeout: Duration) {
        let mut threads = self.threads.lock();
        self.changed.wait_while_for(&mut threads, |_| !self.is_stopping(), timeout);
    }

    /// Waits until all threads are gone, at most for `timeout`; returns whether they are.
    pub(super) fn wait_for_threads(&self, timeout: Duration) -> bool {
        let running =
            |threads: &mut Threads| threads.phases.iter().any(|thread| *thread != ThreadPhase::Stopped);
        let mut threads = self.threads.lock();
        self.changed.wait_while_for(&mut threads, running, timeout);
        !running(&mut threads)
    }

    fn state_of(&self, threads: &Threads) -> ApplicationState {
        let all = |phase| threads.phases.iter().all(|thread| *thread == phase);
        let stopped = all(ThreadPhase::Stopped);
        match &threads.failure {
            Some(_) => ApplicationState::Failed,
            None if stopped => ApplicationState::Stopped,
            None if self.is_stopping() => ApplicationState::Stopping,
            None if all(ThreadPhase::Running) => ApplicationState::Running,
            None => ApplicationState::Starting,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::TaskId;

    #[test]
    fn an_application_runs_when_all_its_threads_do_and_fails_when_one_does() {
        let status = Status::new(2);
        let metrics = TaskMetrics { processed_records: 3, ..TaskMetrics::default() };
        status.report(0, ThreadPhase::Running, metrics);
        assert_eq!(status.state(), ApplicationState::Starting);
        status.report(1, ThreadPhase::Running, metrics);
        assert_eq!(status.state(), ApplicationState::Running);
        assert_eq!(status.metrics().processed_records, 6);
        let task = TaskId { sub_topology: 0, partition: 0 };
        let source = crate::StateError::NotOpen { store: "counts".to_owned() };
        status.fail(ThreadError::Open { task, source });
        assert_eq!(status.state(), ApplicationState::Failed);
        assert!(status.is_stopping());
    }

    #[test]
    fn waiting_ends_with_the_time_that_was_given() {
        let status = Status::new(1);
        let state = status.wait_for(Duration::from_millis(1), |state| state == ApplicationState::Running);
        assert_eq!(state, ApplicationState::Starting);
    }
}
