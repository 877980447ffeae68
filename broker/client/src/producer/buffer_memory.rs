//! `buffer.memory`: bytes of records that wait for their acknowledgement.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tidemill_environment::{MemoryBudget, Reservation};
use tokio::sync::Notify;

/// The buffer of one producer.
#[derive(Debug)]
pub(super) struct BufferMemory {
    budget: MemoryBudget,
    freed: Notify,
    waiting: AtomicUsize,
}

/// Bytes of the buffer; given back when dropped.
#[derive(Debug)]
pub(super) struct BufferReservation {
    reservation: Option<Reservation>,
    memory: Arc<BufferMemory>,
}

impl Drop for BufferReservation {
    fn drop(&mut self) {
        self.reservation = None;
        if self.memory.is_short() {
            self.memory.freed.notify_waiters();
        }
    }
}

/// Counts a waiter for as long as it waits.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl BufferMemory {
    /// Makes a buffer of `limit_bytes`.
    pub(super) fn new(limit_bytes: usize) -> Arc<Self> {
        let budget = MemoryBudget::new(limit_bytes);
        Arc::new(Self { budget, freed: Notify::new(), waiting: AtomicUsize::new(0) })
    }

    /// Returns the size of the buffer.
    pub(super) fn limit_bytes(&self) -> usize {
        self.budget.limit_bytes()
    }

    /// Whether somebody waits for memory: then no batch waits for company.
    pub(super) fn is_short(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    /// Takes `size` bytes if they are free.
    pub(super) fn try_reserve(self: &Arc<Self>, size: usize) -> Option<BufferReservation> {
        let reservation = self.budget.try_reserve(size)?;
        Some(BufferReservation { reservation: Some(reservation), memory: Arc::clone(self) })
    }

    /// Waits until `size` bytes are free, then leaves them free: the caller tries again.
    ///
    /// `waits` is called once the waiter counts, so that the sender can be woken to drain.
    pub(super) async fn wait_for(&self, size: usize, waits: impl Fn()) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _waiting = Waiting(&self.waiting);
        waits();
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            if self.budget.try_reserve(size).is_some() {
                return;
            }
            freed.await;
        }
    }
}
