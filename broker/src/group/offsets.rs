//! Committed offsets: what each group has read of each partition.
//!
//! The store is a fold over offset records: [`OffsetStore::apply`] is the only way to change it, for commits of
//! now and for records that are loaded. Offsets of open transactions are kept apart, by producer id, until
//! their marker arrives (`pending_offsets`).

use std::collections::BTreeMap;
use std::time::Duration;

use super::classic_group::OffsetRetention;

/// Whose offset of what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OffsetKey {
    /// The group.
    pub group_id: String,
    /// The topic's name.
    pub topic: String,
    /// The partition's index.
    pub partition: i32,
}

/// A committed offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next offset to read.
    pub offset: i64,
    /// The leader epoch of the last record read, or -1.
    pub leader_epoch: i32,
    /// What the client wants to remember with it.
    pub metadata: String,
    /// When it was committed, wall clock.
    pub commit_timestamp_ms: i64,
    /// When it expires, if the commit said so (OffsetCommit versions 2 to 4).
    pub expire_timestamp_ms: Option<i64>,
    /// Where its record lies in the log: of two commits of a partition the later record counts, whenever the
    /// marker of its transaction comes.
    pub record_offset: i64,
}

impl CommittedOffset {
    /// Tells whether the offset may be forgotten at `now_ms`.
    fn is_expired(&self, since: OffsetRetention, retention: Duration, now_ms: i64) -> bool {
        let base_ms = match since {
            OffsetRetention::Forever => return false,
            OffsetRetention::SinceCommit => self.commit_timestamp_ms,
            OffsetRetention::Since(base_ms) => base_ms,
        };
        let retention_ms = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
        match self.expire_timestamp_ms {
            Some(expire_ms) => now_ms >= expire_ms,
            None => now_ms.saturating_sub(base_ms) >= retention_ms,
        }
    }
}

/// Offsets of one topic, by partition.
pub type TopicOffsets = BTreeMap<i32, CommittedOffset>;

/// All committed offsets of a shard.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OffsetStore {
    by_group: BTreeMap<String, BTreeMap<String, TopicOffsets>>,
}

impl OffsetStore {
    /// Sets an offset, or deletes it.
    pub fn apply(&mut self, key: &OffsetKey, offset: Option<CommittedOffset>) {
        if let Some(offset) = offset {
            let topics = self.by_group.entry(key.group_id.clone()).or_default();
            topics.entry(key.topic.clone()).or_default().insert(key.partition, offset);
            return;
        }
        let Some(topics) = self.by_group.get_mut(&key.group_id) else {
            return;
        };
        if let Some(partitions) = topics.get_mut(&key.topic) {
            partitions.remove(&key.partition);
            if partitions.is_empty() {
                topics.remove(&key.topic);
            }
        }
        if topics.is_empty() {
            self.by_group.remove(&key.group_id);
        }
    }

    /// Sets an offset whose transaction was committed, unless a later record has set another.
    pub fn apply_committed(&mut self, key: &OffsetKey, offset: CommittedOffset) {
        let existing = self.get(&key.group_id, &key.topic, key.partition);
        if existing.is_none_or(|existing| existing.record_offset < offset.record_offset) {
            self.apply(key, Some(offset));
        }
    }

    /// Returns one offset.
    #[must_use]
    pub fn get(&self, group_id: &str, topic: &str, partition: i32) -> Option<&CommittedOffset> {
        self.by_group.get(group_id)?.get(topic)?.get(&partition)
    }

    /// Returns a group's offsets by topic.
    pub fn topics(&self, group_id: &str) -> impl Iterator<Item = (&String, &TopicOffsets)> {
        self.by_group.get(group_id).into_iter().flatten()
    }

    /// Tells whether a group has committed anything.
    #[must_use]
    pub fn has_group(&self, group_id: &str) -> bool {
        self.by_group.contains_key(group_id)
    }

    /// Returns the keys of a group's offsets for which `choose(topic, offset)` holds.
    pub fn keys_of(
        &self,
        group_id: &str,
        mut choose: impl FnMut(&str, &CommittedOffset) -> bool,
    ) -> Vec<OffsetKey> {
        let mut keys = Vec::new();
        for (topic, partitions) in self.topics(group_id) {
            for (partition, offset) in partitions {
                if choose(topic, offset) {
                    let (group_id, topic) = (group_id.to_owned(), topic.clone());
                    keys.push(OffsetKey { group_id, topic, partition: *partition });
                }
            }
        }
        keys
    }

    /// Returns the keys of a group's offsets that may be forgotten at `now_ms`.
    ///
    /// Offsets of topics that `is_subscribed` are in use.
    pub fn expired(&self, group_id: &str, expiry: &OffsetExpiry<'_>) -> Vec<OffsetKey> {
        self.keys_of(group_id, |topic, offset| {
            !(expiry.is_subscribed)(topic) && offset.is_expired(expiry.since, expiry.retention, expiry.now_ms)
        })
    }

    /// Returns the keys of all offsets of `topic`, of every group.
    #[must_use]
    pub fn keys_of_topic(&self, topic: &str) -> Vec<OffsetKey> {
        let groups = self.by_group.keys();
        groups.flat_map(|group_id| self.keys_of(group_id, |name, _| name == topic)).collect()
    }
}

/// When the offsets of a group expire.
pub struct OffsetExpiry<'a> {
    /// From when the retention counts.
    pub since: OffsetRetention,
    /// `offsets.retention.minutes`.
    pub retention: Duration,
    /// The wall clock.
    pub now_ms: i64,
    /// Tells whether a member reads a topic.
    pub is_subscribed: &'a dyn Fn(&str) -> bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(commit_timestamp_ms: i64) -> CommittedOffset {
        CommittedOffset {
            offset: 1,
            leader_epoch: -1,
            metadata: String::new(),
            commit_timestamp_ms,
            expire_timestamp_ms: None,
            record_offset: 0,
        }
    }

    fn key(group_id: &str, topic: &str) -> OffsetKey {
        OffsetKey { group_id: group_id.to_owned(), topic: topic.to_owned(), partition: 0 }
    }

    #[test]
    fn deleting_the_last_offset_of_a_group_forgets_the_group() {
        let mut store = OffsetStore::default();
        store.apply(&key("g", "a"), Some(offset(0)));
        store.apply(&key("g", "b"), Some(offset(0)));
        store.apply(&key("g", "a"), None);
        assert!(store.has_group("g") && store.get("g", "a", 0).is_none());
        store.apply(&key("g", "b"), None);
        store.apply(&key("g", "b"), None);
        assert_eq!(store, OffsetStore::default());
    }

    #[test]
    fn of_two_commits_the_later_record_counts_whenever_its_transaction_ends() {
        let mut store = OffsetStore::default();
        let at = |record_offset| CommittedOffset { record_offset, offset: record_offset, ..offset(0) };
        store.apply_committed(&key("g", "t"), at(5));
        store.apply_committed(&key("g", "t"), at(4));
        assert_eq!(store.get("g", "t", 0), Some(&at(5)));
        store.apply_committed(&key("g", "t"), at(6));
        assert_eq!(store.get("g", "t", 0), Some(&at(6)));
    }

    #[test]
    fn an_offset_expires_when_its_retention_is_over_and_nobody_reads_the_topic() {
        let mut store = OffsetStore::default();
        store.apply(&key("g", "read"), Some(offset(0)));
        store.apply(&key("g", "unread"), Some(offset(0)));
        store.apply(&key("g", "recent"), Some(offset(1)));
        let is_subscribed = |topic: &str| topic == "read";
        let expiry = |since, now_ms| OffsetExpiry {
            since,
            retention: Duration::from_millis(100),
            now_ms,
            is_subscribed: &is_subscribed,
        };
        assert_eq!(store.expired("g", &expiry(OffsetRetention::SinceCommit, 99)), []);
        assert_eq!(store.expired("g", &expiry(OffsetRetention::SinceCommit, 100)), [key("g", "unread")]);
        assert_eq!(store.expired("g", &expiry(OffsetRetention::Since(50), 100)), []);
        assert_eq!(store.expired("g", &expiry(OffsetRetention::Forever, i64::MAX)), []);
    }

    #[test]
    fn an_offset_with_its_own_expiry_goes_by_that() {
        let mut store = OffsetStore::default();
        store.apply(&key("g", "t"), Some(CommittedOffset { expire_timestamp_ms: Some(10), ..offset(0) }));
        let expired = |since| {
            let retention = Duration::from_secs(1);
            store.expired("g", &OffsetExpiry { since, retention, now_ms: 10, is_subscribed: &|_| false })
        };
        assert_eq!(expired(OffsetRetention::Since(9)).len(), 1);
        assert_eq!(expired(OffsetRetention::Forever).len(), 0);
    }

    #[test]
    fn all_offsets_of_a_topic_are_found_in_every_group() {
        let mut store = OffsetStore::default();
        for (group_id, topic) in [("g", "gone"), ("h", "gone"), ("h", "kept")] {
            store.apply(&key(group_id, topic), Some(offset(0)));
        }
        assert_eq!(store.keys_of_topic("gone"), [key("g", "gone"), key("h", "gone")]);
    }
}
