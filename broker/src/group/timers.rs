//! A queue of deadlines, one for each key.
//!
//! It knows no clock: the shell asks for the next deadline, waits, and comes back with the time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What a timer is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerKey {
    /// A group waits for its members to join: completes the join.
    Join {
        /// The group.
        group_id: String,
    },
    /// A group waits for its members to sync: removes those that did not.
    Sync {
        /// The group.
        group_id: String,
    },
    /// A group waits for a member's heartbeat: removes the member.
    Session {
        /// The group.
        group_id: String,
        /// The member, or a member id that was given out and not used yet.
        member_id: String,
    },
    /// The shard looks for expired offsets.
    OffsetExpiry,
}

/// Deadlines by key; a key has at most one.
#[derive(Debug, Default)]
pub struct TimerQueue {
    by_deadline: BTreeSet<(Duration, TimerKey)>,
    by_key: BTreeMap<TimerKey, Duration>,
}

impl TimerQueue {
    /// Sets the deadline of `key` (monotonic time), replacing an earlier one.
    pub fn schedule(&mut self, key: TimerKey, deadline: Duration) {
        self.cancel(&key);
        self.by_deadline.insert((deadline, key.clone()));
        self.by_key.insert(key, deadline);
    }

    /// Forgets `key`.
    pub fn cancel(&mut self, key: &TimerKey) {
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
    pub fn pop_due(&mut self, now: Duration) -> Option<TimerKey> {
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

    fn join(group_id: &str) -> TimerKey {
        TimerKey::Join { group_id: group_id.to_owned() }
    }

    #[test]
    fn timers_go_off_in_the_order_of_their_deadlines() {
        let mut timers = TimerQueue::default();
        timers.schedule(join("late"), Duration::from_millis(20));
        timers.schedule(join("early"), Duration::from_millis(10));
        assert_eq!(timers.next_deadline(), Some(Duration::from_millis(10)));
        assert_eq!(timers.pop_due(Duration::from_millis(9)), None);
        assert_eq!(timers.pop_due(Duration::from_millis(20)), Some(join("early")));
        assert_eq!(timers.pop_due(Duration::from_millis(20)), Some(join("late")));
        assert_eq!(timers.pop_due(Duration::MAX), None);
    }

    #[test]
    fn a_timer_that_is_set_again_goes_off_once_and_later() {
        let mut timers = TimerQueue::default();
        timers.schedule(join("group"), Duration::from_millis(10));
        timers.schedule(join("group"), Duration::from_millis(30));
        assert_eq!(timers.pop_due(Duration::from_millis(10)), None);
        assert_eq!(timers.pop_due(Duration::from_millis(30)), Some(join("group")));
        timers.schedule(join("group"), Duration::from_millis(40));
        timers.cancel(&join("group"));
        assert_eq!(timers.next_deadline(), None);
    }
}
