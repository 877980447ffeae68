//! A budget of bytes that many users share.
//!
//! It counts what was promised, it does not allocate: whoever takes bytes from outside reserves them first and
//! drops the reservation with the bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number of bytes that may be in use at once. Clones share the budget.
#[derive(Debug, Clone)]
pub struct MemoryBudget {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limit_bytes: usize,
    used_bytes: AtomicUsize,
}

/// Bytes taken from a [`MemoryBudget`]; given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    shared: Arc<Shared>,
    size_bytes: usize,
}

impl MemoryBudget {
    /// Makes a budget of `limit_bytes`.
    #[must_use]
    pub fn new(limit_bytes: usize) -> Self {
        Self { shared: Arc::new(Shared { limit_bytes, used_bytes: AtomicUsize::new(0) }) }
    }

    /// Takes `size_bytes` if they are free, otherwise nothing.
    #[must_use]
    pub fn try_reserve(&self, size_bytes: usize) -> Option<Reservation> {
        self.shared
            .used_bytes
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
                used.checked_add(size_bytes).filter(|wanted| *wanted <= self.shared.limit_bytes)
            })
            .ok()?;
        Some(Reservation { shared: Arc::clone(&self.shared), size_bytes })
    }

    /// Returns the bytes that are reserved now.
    #[must_use]
    pub fn used_bytes(&self) -> usize {
        self.shared.used_bytes.load(Ordering::Acquire)
    }

    /// Returns the size of the budget in bytes.
    #[must_use]
    pub fn limit_bytes(&self) -> usize {
        self.shared.limit_bytes
    }
}

impl Reservation {
    /// Returns the bytes this reservation holds.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        self.size_bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.shared.used_bytes.fetch_sub(self.size_bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_refuses_what_would_pass_its_limit_and_recovers_when_bytes_return() {
        let budget = MemoryBudget::new(100);
        let first = budget.try_reserve(60).unwrap();
        assert!(budget.try_reserve(41).is_none());
        assert!(budget.try_reserve(usize::MAX).is_none());
        drop(first);
        assert_eq!(budget.used_bytes(), 0);
        assert_eq!(budget.try_reserve(100).unwrap().size_bytes(), 100);
    }
}
