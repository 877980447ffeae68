//! What one step of a group reads, and what it leaves behind.

use std::time::Duration;

use tidemill_environment::Now;
use tidemill_protocol::messages::delete_groups::DeletableGroupResult;
use tidemill_protocol::messages::describe_groups::DescribedGroup;
use tidemill_protocol::messages::heartbeat::HeartbeatResponse;
use tidemill_protocol::messages::join_group::JoinGroupResponse;
use tidemill_protocol::messages::leave_group::LeaveGroupResponse;
use tidemill_protocol::messages::list_groups::ListedGroup;
use tidemill_protocol::messages::offset_commit::OffsetCommitResponse;
use tidemill_protocol::messages::offset_delete::OffsetDeleteResponse;
use tidemill_protocol::messages::offset_fetch::OffsetFetchResponseGroup;
use tidemill_protocol::messages::sync_group::SyncGroupResponse;
use tidemill_protocol::messages::txn_offset_commit::TxnOffsetCommitResponse;

use super::timers::TimerKey;
use crate::config::broker_config::GroupCoordinatorConfig;
use crate::coordinator_shard::step;
pub use crate::coordinator_shard::step::{
    CoordinatorRecord, LogEntry, OffsetsMarker, ReplyToken, TransactionProducer,
};

/// An answer of a shard.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// To JoinGroup; comes when the group's next generation is formed.
    Join(JoinGroupResponse),
    /// To SyncGroup; comes when the leader has assigned.
    Sync(SyncGroupResponse),
    /// To Heartbeat.
    Heartbeat(HeartbeatResponse),
    /// To LeaveGroup.
    Leave(LeaveGroupResponse),
    /// To OffsetCommit.
    OffsetCommit(OffsetCommitResponse),
    /// To one group of OffsetFetch.
    OffsetFetch(OffsetFetchResponseGroup),
    /// To OffsetDelete.
    OffsetDelete(OffsetDeleteResponse),
    /// To one group of DescribeGroups.
    Describe(DescribedGroup),
    /// To ListGroups: the groups of one shard.
    List(Vec<ListedGroup>),
    /// To one group of DeleteGroups.
    Delete(DeletableGroupResult),
    /// To TxnOffsetCommit.
    TransactionalOffsetCommit(TxnOffsetCommitResponse),
    /// To the end of a transaction.
    TransactionEnded,
}

/// What a step of a shard leaves behind.
pub type Output = step::Output<Reply, LogEntry>;

/// A change of the shard's timers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TimerChange {
    Schedule(TimerKey, Duration),
    Cancel(TimerKey),
}

/// One step: the time and the limits it reads, and the effects it collects.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) now: Now,
    pub(super) config: &'a GroupCoordinatorConfig,
    /// The offset of the first entry of this step.
    first_offset: i64,
    pub(super) output: Output,
    pub(super) timers: Vec<TimerChange>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(now: Now, config: &'a GroupCoordinatorConfig, first_offset: i64) -> Self {
        Self { now, config, first_offset, output: Output::default(), timers: Vec::new() }
    }

    pub(super) fn reply(&mut self, token: ReplyToken, reply: Reply) {
        self.output.replies.push((token, reply));
    }

    pub(super) fn append(&mut self, record: CoordinatorRecord) {
        self.output.records.push(LogEntry::Record(record));
    }

    pub(super) fn append_transactional(&mut self, producer: TransactionProducer, record: CoordinatorRecord) {
        self.output.records.push(LogEntry::Transactional(producer, record));
    }

    pub(super) fn append_marker(&mut self, marker: OffsetsMarker) {
        self.output.records.push(LogEntry::Marker(marker));
    }

    /// Returns the offset of the entry that is appended next.
    pub(super) fn next_offset(&self) -> i64 {
        let count = i64::try_from(self.output.records.len()).expect("a step fits into memory");
        self.first_offset + count
    }

    /// Sets the timer `key` to go off after `delay`, instead of when it was set to before.
    pub(super) fn schedule(&mut self, key: TimerKey, delay: Duration) {
        self.timers.push(TimerChange::Schedule(key, self.now.monotonic.saturating_add(delay)));
    }

    pub(super) fn cancel(&mut self, key: TimerKey) {
        self.timers.push(TimerChange::Cancel(key));
    }
}
