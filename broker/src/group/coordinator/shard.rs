//! The shard: its groups, offsets and timers, and the way of a request through it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tidemill_environment::{Now, Random};
use tidemill_protocol::ErrorCode;

use super::request::GroupRequest;
use crate::config::broker_config::GroupCoordinatorConfig;
use crate::coordinator_shard::timers::TimerQueue;
use crate::group::classic_group::{ClassicGroup, Join};
use crate::group::offsets::{CommittedOffset, OffsetKey, OffsetStore};
use crate::group::pending_offsets::PendingOffsets;
use crate::group::records::{self, RecordError, StoredRecord};
use crate::group::timers::TimerKey;
use crate::group::turn::{CoordinatorRecord, LogEntry, Output, Reply, ReplyToken, TimerChange, Turn};

/// All groups of one partition of `__consumer_offsets`.
///
/// Invariant: a group that has offsets, or pending ones, exists.
#[derive(Debug)]
pub struct GroupShard {
    pub(super) config: GroupCoordinatorConfig,
    /// Groups of the classic protocol; those of KIP-848 get a map beside it.
    pub(super) groups: BTreeMap<String, ClassicGroup>,
    pub(super) offsets: OffsetStore,
    /// Offsets of open transactions.
    pub(super) pending: PendingOffsets,
    /// Where the next entry will lie in the log, which nobody else writes.
    next_offset: i64,
    timers: TimerQueue<TimerKey>,
}

impl GroupShard {
    /// Makes a shard without groups. What the partition holds is replayed into it, then [`Self::finish_loading`].
    #[must_use]
    pub fn new(config: GroupCoordinatorConfig) -> Self {
        Self {
            config,
            groups: BTreeMap::new(),
            offsets: OffsetStore::default(),
            pending: PendingOffsets::default(),
            next_offset: 0,
            timers: TimerQueue::default(),
        }
    }

    /// Applies one entry of the partition, which lies at `offset`.
    ///
    /// # Errors
    /// [`RecordError`] if the record is damaged; the shard is as it was.
    pub fn replay(&mut self, offset: i64, entry: LogEntry) -> Result<(), RecordError> {
        match entry {
            LogEntry::Record(record) => self.replay_record(offset, record, None)?,
            LogEntry::Transactional(producer, record) => {
                self.replay_record(offset, record, Some(producer.id))?;
            }
            LogEntry::Marker(marker) => self.apply_marker(&marker),
        }
        self.next_offset = offset + 1;
        Ok(())
    }

    fn replay_record(
        &mut self,
        record_offset: i64,
        record: CoordinatorRecord,
        transaction: Option<i64>,
    ) -> Result<(), RecordError> {
        match records::read(record.key, record.value)? {
            StoredRecord::Offset(key, offset) => {
                let offset = offset.map(|offset| CommittedOffset { record_offset, ..offset });
                self.apply_offset(key, offset, transaction);
            }
            StoredRecord::Group(group_id, Some(record)) => {
                self.groups.insert(group_id.clone(), ClassicGroup::from_record(group_id, record));
            }
            StoredRecord::Group(group_id, None) => {
                if !self.offsets.has_group(&group_id) && !self.pending.has_group(&group_id) {
                    self.groups.remove(&group_id);
                }
            }
            StoredRecord::Other { key_type } => {
                tracing::debug!(key_type, "skipped a record of another kind of group")
            }
        }
        Ok(())
    }

    /// Learns where the log ends, after the last record was replayed.
    pub fn note_end_offset(&mut self, end_offset: i64) {
        self.next_offset = end_offset;
    }

    /// Starts the sessions of all members and the look for expired offsets, after the last record was replayed.
    pub fn finish_loading(&mut self, now: Now) -> Output {
        let config = self.config;
        let mut turn = Turn::new(now, &config, self.next_offset);
        for group in self.groups.values_mut() {
            group.on_loaded(&mut turn);
        }
        turn.schedule(TimerKey::OffsetExpiry, config.offsets_retention_check_interval);
        self.finish(turn)
    }

    /// Handles a request.
    ///
    /// The reply to `token` is in this output or in that of a later call; it is never lost while the shard lives.
    ///
    /// # Errors
    /// The code of the answer if the request holds a text that is too long to be stored; nothing was done then.
    pub fn handle(
        &mut self,
        now: Now,
        random: &mut dyn Random,
        request: GroupRequest,
        token: ReplyToken,
    ) -> Result<Output, ErrorCode> {
        request.check_texts()?;
        let config = self.config;
        let mut turn = Turn::new(now, &config, self.next_offset);
        match request {
            GroupRequest::Join { request, version, client_id, client_host } => {
                let (client_id, client_host) = (client_id.as_str(), client_host.as_str());
                let join = Join { request: &request, version, client_id, client_host, token };
                self.join(&mut turn, &join, random);
            }
            GroupRequest::Sync(request) => self.sync(&mut turn, &request, token),
            GroupRequest::Heartbeat(request) => self.heartbeat(&mut turn, &request, token),
            GroupRequest::Leave(request) => self.leave(&mut turn, &request, token),
            GroupRequest::CommitOffsets { request, version } => {
                let response = self.commit_offsets(&mut turn, &request, version);
                turn.reply(token, Reply::OffsetCommit(response));
            }
            GroupRequest::FetchOffsets { group, require_stable } => {
                let response = self.fetch_offsets(&group, require_stable);
                turn.reply(token, Reply::OffsetFetch(response));
            }
            GroupRequest::CommitTransactionalOffsets { request, .. } => {
                let response = self.commit_transactional_offsets(&mut turn, &request);
                turn.reply(token, Reply::TransactionalOffsetCommit(response));
            }
            GroupRequest::EndTransaction(marker) => {
                turn.append_marker(marker);
                self.apply_marker(&marker);
                turn.reply(token, Reply::TransactionEnded);
            }
            GroupRequest::DeleteOffsets(request) => {
                let response = self.delete_offsets(&mut turn, &request);
                turn.reply(token, Reply::OffsetDelete(response));
            }
            GroupRequest::Describe { group_id } => {
                let described = self.describe(&group_id);
                turn.reply(token, Reply::Describe(described));
            }
            GroupRequest::List { states, types } => {
                let listed = self.groups.values().filter_map(|group| group.list(&states, &types)).collect();
                turn.reply(token, Reply::List(listed));
            }
            GroupRequest::Delete { group_id } => {
                let result = self.delete(&mut turn, &group_id);
                turn.reply(token, Reply::Delete(result));
            }
        }
        Ok(self.finish(turn))
    }

    /// Returns when [`Self::on_time`] has something to do (monotonic time).
    #[must_use]
    pub fn next_deadline(&self) -> Option<Duration> {
        self.timers.next_deadline()
    }

    /// Does what is due: ends joins, syncs and sessions, forgets expired offsets.
    pub fn on_time(&mut self, now: Now) -> Output {
        let config = self.config;
        let turn = Turn::new(now, &config, self.next_offset);
        self.finish(turn)
    }

    /// Forgets the offsets of topics that were deleted.
    pub fn on_topics_deleted(&mut self, now: Now, topics: &[String]) -> Output {
        let config = self.config;
        let mut turn = Turn::new(now, &config, self.next_offset);
        for topic in topics {
            let mut keys: BTreeSet<OffsetKey> = self.offsets.keys_of_topic(topic).into_iter().collect();
            keys.extend(self.pending.keys_of_topic(topic).cloned());
            for key in keys {
                self.delete_offset(&mut turn, key);
            }
        }
        self.finish(turn)
    }

    /// Returns the answers that are parked in groups; the shard is being thrown away.
    #[must_use]
    pub fn into_parked(mut self) -> Vec<ReplyToken> {
        self.groups.values_mut().flat_map(ClassicGroup::take_parked).collect()
    }

    /// Returns a group, for tests and metrics.
    #[must_use]
    pub fn group(&self, group_id: &str) -> Option<&ClassicGroup> {
        self.groups.get(group_id)
    }

    /// Returns the groups in the order of their ids.
    pub fn groups(&self) -> impl Iterator<Item = (&String, &ClassicGroup)> {
        self.groups.iter()
    }

    /// Returns the committed offsets.
    #[must_use]
    pub fn offsets(&self) -> &OffsetStore {
        &self.offsets
    }

    /// Returns the offsets of open transactions.
    #[must_use]
    pub fn pending_offsets(&self) -> &PendingOffsets {
        &self.pending
    }

    /// Returns the offset that the next entry will have.
    #[must_use]
    pub fn next_offset(&self) -> i64 {
        self.next_offset
    }

    pub(super) fn group_or_new(&mut self, group_id: &str, now_ms: i64) -> &mut ClassicGroup {
        self.groups
            .entry(group_id.to_owned())
            .or_insert_with(|| ClassicGroup::new(group_id.to_owned(), now_ms))
    }

    /// Sets the timers a step asked for and runs those that are due, until nothing is.
    fn finish(&mut self, mut turn: Turn<'_>) -> Output {
        let limit = turn.now.monotonic;
        loop {
            for change in std::mem::take(&mut turn.timers) {
                match change {
                    TimerChange::Schedule(key, deadline) => self.timers.schedule(key, deadline),
                    TimerChange::Cancel(key) => self.timers.cancel(&key),
                }
            }
            let Some(key) = self.timers.pop_due(limit) else {
                break;
            };
            self.on_timer(&mut turn, &key);
        }
        self.next_offset = turn.next_offset();
        turn.output
    }

    fn on_timer(&mut self, turn: &mut Turn<'_>, key: &TimerKey) {
        match key {
            TimerKey::Join { group_id } => {
                if let Some(group) = self.groups.get_mut(group_id) {
                    group.on_join_timer(turn);
                }
            }
            TimerKey::Sync { group_id } => {
                if let Some(group) = self.groups.get_mut(group_id) {
                    group.on_sync_timer(turn);
                }
            }
            TimerKey::Session { group_id, member_id } => {
                if let Some(group) = self.groups.get_mut(group_id) {
                    group.on_session_timer(turn, member_id);
                }
            }
            TimerKey::OffsetExpiry => {
                self.expire_offsets(turn);
                // At least a millisecond, so that a step ends.
                let interval = turn.config.offsets_retention_check_interval.max(Duration::from_millis(1));
                turn.schedule(TimerKey::OffsetExpiry, interval);
            }
        }
    }
}
