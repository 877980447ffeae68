//! A queue of deadlines, one for each key.
//!
//! It knows no clock: the shell asks for the next deadline, waits, and comes back with the time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Deadlines by key; a key has at most one.
#[derive(Debug)]
pub struct TimerQueue<K> {
    by_deadline: BTreeSet<(Duration, K)>,
    by_key: BTreeMap<K, Duration>,
}

impl<K> Default for TimerQueue<K> {
    fn default() -> Self {
        Self { by_deadline: BTreeSet::new(), by_key: BTreeMap::new() }
    }
}

impl<K: Ord + Clone> TimerQueue<K> {
    /// Sets the deadline of `key` (monotonic time), replacing an earlier one.
    pub fn schedule(&mut self, key: K, deadline: Duration) {
        self.cancel(&key);
        self.by_deadline.insert((deadline, key.clone()));
        self.by_key.insert(key, deadline);
    }

    /// Forgets `key`.
    pub fn cancel(&mut self, key: &K) {
        if let Some((key, deadline)) = self.by_key.remove_entry(key) {
            self.by_deadline.remove(&(deadline, key));
        }
    }

    /// Returns the earliest deadline (monotonic time).
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.by_deadline.first().map(|(deadline, _)| *deadline)
    }

    /// Takes the key with the earliest deadline if that is not after `now` (monotonic time).
    pub fn pop_due(&mut self, now: Duration) -> Option<K> {
        if self.next_deadline()? > now {
            return None;
        }
        let (_, key) = self.by_deadline.pop_first()?;
        self.by_key.remove(&key);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_go_off_in_the_order_of_their_deadlines() {
        let mut timers = TimerQueue::default();
        timers.schedule("late", Duration::from_millis(20));
        timers.schedule("early", Duration::from_millis(10));
        assert_eq!(timers.next_deadline(), Some(Duration::from_millis(10)));
        assert_eq!(timers.pop_due(Duration::from_millis(9)), None);
        assert_eq!(timers.pop_due(Duration::from_millis(20)), Some("early"));
        assert_eq!(timers.pop_due(Duration::from_millis(20)), Some("late"));
        assert_eq!(timers.pop_due(Duration::MAX), None);
    }

    #[test]
    fn a_timer_that_is_set_again_goes_off_once_and_later() {
        let mut timers = TimerQueue::default();
        timers.schedule("group", Duration::from_millis(10));
        timers.schedule("group", Duration::from_millis(30));
        assert_eq!(timers.pop_due(Duration::from_millis(10)), None);
        assert_eq!(timers.pop_due(Duration::from_millis(30)), Some("group"));
        timers.schedule("group", Duration::from_millis(40));
        timers.cancel(&"group");
        assert_eq!(timers.next_deadline(), None);
    }
}
