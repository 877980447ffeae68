//! Offsets of open transactions: nobody sees them until a marker says what became of them (KIP-98, KIP-447).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::offsets::{CommittedOffset, OffsetKey};

/// What the open transactions of a shard have committed, by producer.
///
/// Invariant: both maps hold the same pairs of producer and key, and no empty inner map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PendingOffsets {
    by_producer: BTreeMap<i64, BTreeMap<OffsetKey, CommittedOffset>>,
    producers_of: BTreeMap<OffsetKey, BTreeSet<i64>>,
}

impl PendingOffsets {
    /// Notes an offset that counts once the transaction of `producer_id` is committed.
    pub fn insert(&mut self, producer_id: i64, key: OffsetKey, offset: CommittedOffset) {
        self.producers_of.entry(key.clone()).or_default().insert(producer_id);
        self.by_producer.entry(producer_id).or_default().insert(key, offset);
    }

    /// Takes what a producer has pending: its transaction ended.
    pub fn take(&mut self, producer_id: i64) -> BTreeMap<OffsetKey, CommittedOffset> {
        let taken = self.by_producer.remove(&producer_id).unwrap_or_default();
        for key in taken.keys() {
            if let Some(producers) = self.producers_of.get_mut(key) {
                producers.remove(&producer_id);
                if producers.is_empty() {
                    self.producers_of.remove(key);
                }
            }
        }
        taken
    }

    /// Forgets an offset in every transaction: it was deleted.
    pub fn forget(&mut self, key: &OffsetKey) {
        for producer_id in self.producers_of.remove(key).unwrap_or_default() {
            if let Some(offsets) = self.by_producer.get_mut(&producer_id) {
                offsets.remove(key);
                if offsets.is_empty() {
                    self.by_producer.remove(&producer_id);
                }
            }
        }
    }

    /// Tells whether a transaction has committed this partition for the group and not ended.
    #[must_use]
    pub fn contains(&self, group_id: &str, topic: &str, partition: i32) -> bool {
        // Nearly always nothing is pending, and the key costs two allocations.
        !self.producers_of.is_empty()
            && self.producers_of.contains_key(&OffsetKey {
                group_id: group_id.to_owned(),
                topic: topic.to_owned(),
                partition,
            })
    }

    /// Tells whether a transaction has committed anything for the group and not ended.
    #[must_use]
    pub fn has_group(&self, group_id: &str) -> bool {
        self.keys_of(group_id).next().is_some()
    }

    /// Returns the keys that are pending for a group, in order.
    pub fn keys_of(&self, group_id: &str) -> impl Iterator<Item = &OffsetKey> {
        let first = OffsetKey { group_id: group_id.to_owned(), topic: String::new(), partition: i32::MIN };
        let keys = self.producers_of.range((Bound::Included(first), Bound::Unbounded));
        keys.map(|(key, _)| key).take_while(move |key| key.group_id == group_id)
    }

    /// Returns the keys that are pending for any group and belong to `topic`.
    pub fn keys_of_topic(&self, topic: &str) -> impl Iterator<Item = &OffsetKey> {
        self.producers_of.keys().filter(move |key| key.topic == topic)
    }

    /// Returns the producers whose transactions have something pending.
    pub fn producers(&self) -> impl Iterator<Item = i64> {
        self.by_producer.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(group_id: &str, topic: &str) -> OffsetKey {
        OffsetKey { group_id: group_id.to_owned(), topic: topic.to_owned(), partition: 0 }
    }

    fn offset() -> CommittedOffset {
        CommittedOffset {
            offset: 1,
            leader_epoch: -1,
            metadata: String::new(),
            commit_timestamp_ms: 0,
            expire_timestamp_ms: None,
            record_offset: 0,
        }
    }

    #[test]
    fn an_offset_is_pending_until_the_last_transaction_with_it_ends() {
        let mut pending = PendingOffsets::default();
        pending.insert(1, key("g", "t"), offset());
        pending.insert(2, key("g", "t"), offset());
        assert_eq!(pending.take(1).len(), 1);
        assert!(pending.contains("g", "t", 0) && pending.has_group("g"));
        assert_eq!(pending.take(2).len(), 1);
        assert_eq!(pending, PendingOffsets::default());
        assert!(pending.take(2).is_empty());
    }

    #[test]
    fn a_deleted_offset_is_forgotten_in_every_transaction() {
        let mut pending = PendingOffsets::default();
        pending.insert(1, key("g", "t"), offset());
        pending.insert(2, key("g", "t"), offset());
        pending.insert(2, key("g", "u"), offset());
        pending.forget(&key("g", "t"));
        assert!(!pending.contains("g", "t", 0));
        assert_eq!(pending.producers().collect::<Vec<_>>(), [2]);
        pending.forget(&key("g", "u"));
        assert_eq!(pending, PendingOffsets::default());
    }

    #[test]
    fn the_keys_of_a_group_are_those_of_no_other() {
        let mut pending = PendingOffsets::default();
        for group_id in ["a", "aa", "b"] {
            pending.insert(1, key(group_id, "t"), offset());
        }
        assert_eq!(pending.keys_of("a").collect::<Vec<_>>(), [&key("a", "t")]);
        assert_eq!(pending.keys_of_topic("t").count(), 3);
        assert!(pending.has_group("b") && !pending.has_group("ab") && !pending.has_group(""));
    }
}
