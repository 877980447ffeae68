//! Which sessions are kept: so many, with so many partitions together, and who has to go for a new one.
//!
//! As in Kafka's cache, a session that was not used for two minutes goes first; after two minutes of life one may
//! have to go for a new one with at least as many partitions, because large sessions save the most.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tidemill_environment::{Random, SeededRandom};

/// How long a session is safe after its last use, or after it was opened.
const SAFE_FOR: Duration = Duration::from_secs(120);

/// The bounds of all sessions together.
#[derive(Debug, Clone, Copy)]
pub struct SlotLimits {
    /// `max.incremental.fetch.session.cache.slots`: sessions.
    pub sessions: usize,
    /// Partitions of all sessions.
    pub partitions: usize,
}

/// Sessions by id; `S` is whatever a session is held by.
///
/// Invariants: the sets hold each session at most once, under the values its slot has; `partitions` is the sum of
/// the sizes.
#[derive(Debug)]
pub struct SessionSlots<S> {
    limits: SlotLimits,
    /// Ids are drawn, so that one of before a restart is hardly ever given out again.
    random: SeededRandom,
    slots: HashMap<i32, Slot<S>>,
    by_last_use: BTreeSet<(Duration, i32)>,
    /// Sessions that may have to go for a new one, the smallest first.
    by_size: BTreeSet<(usize, i32)>,
    partitions: usize,
    evictions: u64,
}

#[derive(Debug)]
struct Slot<S> {
    session: S,
    size: usize,
    opened: Duration,
    last_used: Duration,
}

impl<S: Clone> SessionSlots<S> {
    /// Makes room for sessions, whose ids come from `seed`.
    #[must_use]
    pub fn new(limits: SlotLimits, seed: u64) -> Self {
        Self {
            limits,
            random: SeededRandom::new(seed),
            slots: HashMap::new(),
            by_last_use: BTreeSet::new(),
            by_size: BTreeSet::new(),
            partitions: 0,
            evictions: 0,
        }
    }

    /// Keeps a session of `size` partitions under a new id, or does not make it if there is no room.
    pub fn open(&mut self, now: Duration, size: usize, make: impl FnOnce() -> S) -> Option<i32> {
        if size == 0 || size > self.limits.partitions {
            return None;
        }
        while self.slots.len() >= self.limits.sessions || self.partitions + size > self.limits.partitions {
            let evicted = self.evictable(now, size)?;
            self.close(evicted);
            self.evictions += 1;
        }
        let id = self.unused_id();
        self.slots.insert(id, Slot { session: make(), size, opened: now, last_used: now });
        self.by_last_use.insert((now, id));
        self.partitions += size;
        Some(id)
    }

    /// Returns a session.
    #[must_use]
    pub fn get(&self, id: i32) -> Option<S> {
        self.slots.get(&id).map(|slot| slot.session.clone())
    }

    /// Notes that a session is used and has `size` partitions now; says no, and closes it, if those are too many.
    pub fn touch(&mut self, now: Duration, id: i32, size: usize) -> bool {
        let Some(slot) = self.slots.get_mut(&id) else {
            return false;
        };
        if size == 0 || self.partitions - slot.size + size > self.limits.partitions {
            self.close(id);
            return false;
        }
        self.by_last_use.remove(&(slot.last_used, id));
        self.by_size.remove(&(slot.size, id));
        self.partitions = self.partitions - slot.size + size;
        (slot.size, slot.last_used) = (size, now);
        self.by_last_use.insert((now, id));
        if now.saturating_sub(slot.opened) > SAFE_FOR {
            self.by_size.insert((size, id));
        }
        true
    }

    /// Closes a session.
    pub fn close(&mut self, id: i32) {
        if let Some(slot) = self.slots.remove(&id) {
            self.by_last_use.remove(&(slot.last_used, id));
            self.by_size.remove(&(slot.size, id));
            self.partitions -= slot.size;
        }
    }

    /// Counts the sessions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Tells whether there is no session.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Counts the partitions of all sessions.
    #[must_use]
    pub fn partitions(&self) -> usize {
        self.partitions
    }

    /// Counts the sessions that had to go for others.
    #[must_use]
    pub fn evictions(&self) -> u64 {
        self.evictions
    }

    /// Finds a session that has to go for a new one of `size` partitions.
    fn evictable(&self, now: Duration, size: usize) -> Option<i32> {
        let (last_used, stale) = *self.by_last_use.first()?;
        if now.saturating_sub(last_used) > SAFE_FOR {
            return Some(stale);
        }
        self.by_size.first().filter(|(smallest, _)| *smallest <= size).map(|(_, id)| *id)
    }

    fn unused_id(&mut self) -> i32 {
        loop {
            let bits = u32::try_from(self.random.next_u64() >> 33).expect("31 bits fit");
            let id = i32::try_from(bits).expect("31 bits are not negative");
            if id != 0 && !self.slots.contains_key(&id) {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    struct Bench {
        slots: SessionSlots<&'static str>,
    }

    impl Bench {
        fn new(sessions: usize, partitions: usize) -> Self {
            Self { slots: SessionSlots::new(SlotLimits { sessions, partitions }, 1) }
        }

        fn open(&mut self, seconds: u64, name: &'static str, size: usize) -> Option<i32> {
            let id = self.slots.open(at(seconds), size, || name);
            assert_ne!(id, Some(0));
            let slots = &self.slots;
            assert_eq!(slots.partitions, slots.slots.values().map(|slot| slot.size).sum::<usize>());
            assert_eq!(slots.by_last_use.len(), slots.slots.len());
            assert!(slots.len() <= slots.limits.sessions && slots.partitions <= slots.limits.partitions);
            id
        }
    }

    #[test]
    fn a_session_in_use_is_not_closed_for_another() {
        let mut bench = Bench::new(1, 100);
        let first = bench.open(0, "first", 1).unwrap();
        assert!(bench.slots.touch(at(100), first, 1));
        assert_eq!(bench.open(120, "second", 50), None);
        assert_eq!(bench.slots.get(first), Some("first"));
    }

    #[test]
    fn a_session_that_nobody_uses_goes_first() {
        let mut bench = Bench::new(2, 100);
        let stale = bench.open(0, "stale", 50).unwrap();
        let used = bench.open(0, "used", 1).unwrap();
        bench.slots.touch(at(100), used, 1);
        let new = bench.open(121, "new", 1).unwrap();
        assert_eq!((bench.slots.get(stale), bench.slots.get(used)), (None, Some("used")));
        assert_eq!((bench.slots.get(new), bench.slots.evictions()), (Some("new"), 1));
    }

    #[test]
    fn an_old_session_goes_for_one_that_is_not_smaller() {
        let mut bench = Bench::new(2, 100);
        let [small, large] =
            [("small", 5), ("large", 9)].map(|(name, size)| bench.open(0, name, size).unwrap());
        for id in [small, large] {
            let size = if id == small { 5 } else { 9 };
            assert!(bench.slots.touch(at(121), id, size));
        }
        assert_eq!(bench.open(122, "smaller", 4), None);
        assert!(bench.open(122, "equal", 5).is_some());
        assert_eq!((bench.slots.get(small), bench.slots.get(large)), (None, Some("large")));
    }

    #[test]
    fn the_partitions_of_all_sessions_are_bounded() {
        let mut bench = Bench::new(10, 10);
        assert_eq!(bench.open(0, "too large", 11), None);
        let first = bench.open(0, "first", 6).unwrap();
        assert_eq!(bench.open(0, "second", 5), None);
        let second = bench.open(0, "second", 4).unwrap();
        assert!(!bench.slots.touch(at(1), second, 5), "it may not grow either");
        assert_eq!((bench.slots.get(second), bench.slots.partitions()), (None, 6));
        assert!(bench.slots.touch(at(1), first, 10));
        assert!(bench.open(122, "all", 10).is_some(), "whatever is stale makes room");
        assert_eq!(bench.slots.len(), 1);
    }

    #[test]
    fn a_broker_without_slots_keeps_no_session() {
        let mut bench = Bench::new(0, 10);
        assert_eq!(bench.open(0, "first", 1), None);
        assert!(!bench.slots.touch(at(0), 7, 1));
    }
}
