//! The shard: its groups, offsets and timers, and the way of a request through it.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use tidemill_environment::{Now, Random};
use tidemill_protocol::ErrorCode;

use super::request::GroupRequest;
use crate::config::broker_config::GroupCoordinatorConfig;
use crate::coordinator_shard::timers::TimerQueue;
use crate::group::classic_group::{ClassicGroup, Join};
use crate::group::offsets::OffsetStore;
use crate::group::records::{self, RecordError, StoredRecord};
use crate::group::timers::TimerKey;
use crate::group::turn::{Output, Reply, ReplyToken, TimerChange, Turn};

/// All groups of one partition of `__consumer_offsets`.
///
/// Invariant: a group that has offsets exists.
#[derive(Debug)]
pub struct GroupShard {
    pub(super) config: GroupCoordinatorConfig,
    /// Groups of the classic protocol; those of KIP-848 get a map beside it.
    pub(super) groups: BTreeMap<String, ClassicGroup>,
    pub(super) offsets: OffsetStore,
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
            timers: TimerQueue::default(),
        }
    }

    /// Applies one record of the partition.
    ///
    /// # Errors
    /// [`RecordError`] if the record is damaged; the shard is as it was.
    pub fn replay(&mut self, key: Bytes, value: Option<Bytes>) -> Result<(), RecordError> {
        match records::read(key, value)? {
            StoredRecord::Offset(key, offset) => {
                if let Some(offset) = &offset {
                    self.group_or_new(&key.group_id, offset.commit_timestamp_ms);
                }
                self.offsets.apply(&key, offset);
            }
            StoredRecord::Group(group_id, Some(record)) => {
                self.groups.insert(group_id.clone(), ClassicGroup::from_record(group_id, record));
            }
            StoredRecord::Group(group_id, None) => {
                if !self.offsets.has_group(&group_id) {
                    self.groups.remove(&group_id);
                }
            }
            StoredRecord::Other { key_type } => {
                tracing::debug!(key_type, "skipped a record of another kind of group")
            }
        }
        Ok(())
    }

    /// Starts the sessions of all members and the look for expired offsets, after the last record was replayed.
    pub fn finish_loading(&mut self, now: Now) -> Output {
        let config = self.config;
        let mut turn = Turn::new(now, &config);
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
        let mut turn = Turn::new(now, &config);
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
            GroupRequest::FetchOffsets(group) => {
                let response = self.fetch_offsets(&group);
                turn.reply(token, Reply::OffsetFetch(response));
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
        let turn = Turn::new(now, &config);
        self.finish(turn)
    }

    /// Forgets the offsets of topics that were deleted.
    pub fn on_topics_deleted(&mut self, now: Now, topics: &[String]) -> Output {
        let config = self.config;
        let mut turn = Turn::new(now, &config);
        for topic in topics {
            for key in self.offsets.keys_of_topic(topic) {
                self.write_offset(&mut turn, &key, None);
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
