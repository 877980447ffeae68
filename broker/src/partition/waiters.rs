//! Requests parked on a partition until its high watermark moves.

use std::sync::{Arc, Weak};

use tokio::sync::{Notify, oneshot};

/// A fetch that waits for data on any of several partitions; each of them wakes it.
#[derive(Debug, Default)]
pub(crate) struct FetchWaiter {
    changed: Notify,
}

impl FetchWaiter {
    /// Makes a waiter that nothing has woken yet.
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Waits until a partition woke this waiter since the last call.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn wake(&self) {
        self.changed.notify_one();
    }
}

/// Everything parked on one partition. Holds no lock and no clock: the owner does.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    fetches: Vec<Weak<FetchWaiter>>,
    durable: Vec<DurableWaiter>,
}

#[derive(Debug)]
struct DurableWaiter {
    /// Exclusive: released when the high watermark reaches it.
    end_offset: i64,
    release: oneshot::Sender<Result<(), Closed>>,
}

/// The partition stopped taking part before the awaited offset became durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Closed {
    /// A sync failed: what was written since the last good one may be lost.
    #[error("the log could not be synced")]
    SyncFailed,
    /// The topic was deleted or the broker stops.
    #[error("the partition was closed")]
    Gone,
}

impl Waiters {
    /// Parks a fetch. A fetch that has been answered is forgotten at the next park or wake.
    pub(crate) fn park_fetch(&mut self, waiter: &Arc<FetchWaiter>) {
        // Amortised: the list at most doubles between two clean-ups.
        if self.fetches.len() == self.fetches.capacity() {
            self.fetches.retain(|parked| parked.strong_count() > 0);
        }
        self.fetches.push(Arc::downgrade(waiter));
    }

    /// Parks until `end_offset` is durable; the receiver fails if the partition is dropped.
    pub(crate) fn park_durable(&mut self, end_offset: i64) -> oneshot::Receiver<Result<(), Closed>> {
        let (release, released) = oneshot::channel();
        self.durable.push(DurableWaiter { end_offset, release });
        released
    }

    /// Wakes whatever waits for offsets below `high_watermark`.
    pub(crate) fn advance(&mut self, high_watermark: i64) {
        for waiter in self.durable.extract_if(.., |waiter| waiter.end_offset <= high_watermark) {
            // The receiver is gone when the connection closed: nobody is left to tell.
            let _ = waiter.release.send(Ok(()));
        }
        self.wake_fetches();
    }

    /// Releases everything because the partition stops.
    pub(crate) fn close(&mut self, reason: Closed) {
        for waiter in self.durable.drain(..) {
            let _ = waiter.release.send(Err(reason));
        }
        self.wake_fetches();
    }

    fn wake_fetches(&mut self) {
        self.fetches.drain(..).filter_map(|parked| parked.upgrade()).for_each(|waiter| waiter.wake());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_durable_waiter_is_released_exactly_when_the_watermark_covers_it() {
        let mut waiters = Waiters::default();
        let mut released = waiters.park_durable(5);
        waiters.advance(4);
        assert!(released.try_recv().is_err());
        waiters.advance(5);
        assert_eq!(released.try_recv().unwrap(), Ok(()));
    }

    #[test]
    fn closing_tells_every_durable_waiter_why() {
        let mut waiters = Waiters::default();
        let mut released = waiters.park_durable(5);
        waiters.close(Closed::SyncFailed);
        assert_eq!(released.try_recv().unwrap(), Err(Closed::SyncFailed));
    }

    #[test]
    fn fetches_that_were_answered_do_not_pile_up() {
        let mut waiters = Waiters::default();
        for _ in 0..10_000 {
            waiters.park_fetch(&FetchWaiter::new());
        }
        assert!(waiters.fetches.len() <= 8, "{} are still parked", waiters.fetches.len());
    }

    #[tokio::test]
    async fn a_wake_before_the_wait_is_not_lost() {
        let mut waiters = Waiters::default();
        let waiter = FetchWaiter::new();
        waiters.park_fetch(&waiter);
        waiters.advance(1);
        waiter.changed().await;
    }
}
