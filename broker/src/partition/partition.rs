//! One partition: its log, its high watermark, and the requests that wait for either to grow.
//!
//! Appends come from one thread (see `group_commit`); reads come from any. The log sits behind a lock that a reader
//! holds only while it looks up positions: data leaves by file region, after the lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard, RwLock};
use tidemill_environment::Now;
use tidemill_log::{
    AppendError, AppendOptions, AppendedInfo, LogRead, PartitionLog, ReadError, SyncError, ValidatedBatches,
};
use tidemill_protocol::Uuid;
use tokio::sync::oneshot;

use super::waiters::{Closed, FetchWaiter, Waiters};
use crate::config::broker_config::FlushBeforeAck;

/// A partition's identity inside the broker. Names can be reused, ids cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PartitionId {
    pub(crate) topic_id: Uuid,
    pub(crate) index: i32,
}

/// Which batches a reader may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isolation {
    /// Everything below the high watermark.
    ReadUncommitted,
    /// Everything below the last stable offset.
    ReadCommitted,
}

/// A partition this broker leads.
#[derive(Debug)]
pub(crate) struct Partition {
    id: PartitionId,
    topic: Arc<str>,
    leader_epoch: i32,
    flush_before_ack: FlushBeforeAck,
    log: RwLock<PartitionLog>,
    high_watermark: AtomicI64,
    waiters: Mutex<Waiters>,
    /// Set while the partition stands in its shard's list of logs to sync.
    awaits_sync: AtomicBool,
    closed: AtomicBool,
    /// Held while the cleaner writes into the partition's directory.
    background: Mutex<()>,
}

/// What [`Partition::new`] is told.
pub(crate) struct PartitionOptions {
    pub(crate) id: PartitionId,
    pub(crate) topic: Arc<str>,
    pub(crate) leader_epoch: i32,
    pub(crate) flush_before_ack: FlushBeforeAck,
}

/// What a reader gets, with the bounds that held at that moment.
#[derive(Debug)]
pub(crate) struct PartitionRead {
    pub(crate) read: LogRead,
    pub(crate) high_watermark: i64,
    pub(crate) last_stable_offset: i64,
    pub(crate) log_start_offset: i64,
}

/// What [`Partition::read`] is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadOptions {
    pub(crate) fetch_offset: i64,
    pub(crate) max_bytes: u32,
    pub(crate) isolation: Isolation,
    /// Return the first batch even if it exceeds `max_bytes` (KIP-74).
    pub(crate) at_least_one: bool,
}

/// Whether a partition must be put on its shard's list of logs to sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MustSync(pub(super) bool);

impl Partition {
    /// Makes a partition over an opened log. What the log holds at open was recovered, hence is visible.
    pub(crate) fn new(options: PartitionOptions, log: PartitionLog) -> Self {
        let PartitionOptions { id, topic, leader_epoch, flush_before_ack } = options;
        Self {
            id,
            topic,
            leader_epoch,
            flush_before_ack,
            high_watermark: AtomicI64::new(log.end_offset()),
            log: RwLock::new(log),
            waiters: Mutex::default(),
            awaits_sync: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            background: Mutex::default(),
        }
    }

    pub(crate) fn id(&self) -> PartitionId {
        self.id
    }

    pub(crate) fn topic(&self) -> &Arc<str> {
        &self.topic
    }

    pub(crate) fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    /// The first offset that a consumer may not see yet.
    pub(crate) fn high_watermark(&self) -> i64 {
        self.high_watermark.load(Ordering::Acquire)
    }

    /// Looks at the log without changing it.
    pub(crate) fn with_log<T>(&self, look: impl FnOnce(&PartitionLog) -> T) -> T {
        look(&self.log.read())
    }

    /// Changes the log other than by an append, then shows what became visible.
    pub(crate) fn with_log_mut<T>(&self, change: impl FnOnce(&mut PartitionLog) -> T) -> T {
        change(&mut self.log.write())
    }

    /// Appends; says whether the caller must now put the partition on its shard's list of logs to sync.
    ///
    /// Called by one thread at a time, the one that has the shard's turn. Batches are checked before the log is locked,
    /// so that readers do not wait for a compressed batch to be unfolded.
    pub(super) fn append(
        &self,
        records: Bytes,
        options: AppendOptions,
        now: Now,
    ) -> Result<(AppendedInfo, MustSync), AppendError> {
        let config = self.with_log(|log| log.config().clone());
        let batches = ValidatedBatches::new(records, options.origin, &config, now)?;
        let (appended, end_offset, closed_segments) = {
            let mut log = self.log.write();
            let appended = log.append_validated(batches, options, now)?;
            (appended, log.end_offset(), log.has_unsynced_closed_segments())
        };
        let wanted = match self.flush_before_ack {
            FlushBeforeAck::All => true,
            FlushBeforeAck::Never => {
                self.raise_high_watermark(end_offset);
                closed_segments
            }
        };
        // The first to ask puts the partition on the list; it stands there until the sync begins.
        Ok((appended, MustSync(wanted && !self.awaits_sync.swap(true, Ordering::AcqRel))))
    }

    /// Syncs what was appended before the call and makes it visible. Only the shard's sync thread calls this.
    pub(super) fn sync(&self) {
        // Cleared first: an append during the sync puts the partition on the list again.
        self.awaits_sync.store(false, Ordering::Release);
        let ticket = {
            let mut log = self.log.write();
            log.forget_finished_transactions(self.high_watermark());
            log.begin_sync()
        };
        let outcome = ticket.run();
        let synced = {
            let mut log = self.log.write();
            log.complete_sync(outcome).map(|()| log.synced_offset())
        };
        match synced {
            Ok(synced_offset) => self.raise_high_watermark(synced_offset),
            Err(error) => self.fail(&error),
        }
    }

    /// Waits until everything below `end_offset` may be acknowledged.
    pub(crate) fn when_durable(&self, end_offset: i64) -> oneshot::Receiver<Result<(), Closed>> {
        let mut waiters = self.waiters.lock();
        let waiter = waiters.park_durable(end_offset);
        // Looked at under the waiters' lock, so that no advance falls between the look and the park.
        if self.closed.load(Ordering::Acquire) {
            waiters.close(Closed::Gone);
        } else if self.high_watermark() >= end_offset {
            waiters.advance(self.high_watermark());
        }
        waiter
    }

    /// Parks a fetch until the next advance of the high watermark. Park first, then read: nothing is missed.
    pub(crate) fn park_fetch(&self, waiter: &Arc<FetchWaiter>) {
        self.waiters.lock().park_fetch(waiter);
    }

    /// Reads whole batches that `isolation` lets the reader see.
    pub(crate) fn read(&self, options: ReadOptions) -> Result<PartitionRead, ReadError> {
        let log = self.log.read();
        let high_watermark = self.high_watermark();
        let last_stable_offset = log.last_stable_offset(high_watermark);
        let end_offset = match options.isolation {
            Isolation::ReadUncommitted => high_watermark,
            Isolation::ReadCommitted => last_stable_offset,
        };
        let read = log.read(options.fetch_offset, options.max_bytes, end_offset, options.at_least_one)?;
        Ok(PartitionRead { read, high_watermark, last_stable_offset, log_start_offset: log.start_offset() })
    }

    /// Lets go of every waiting request; later appends and waits fail. Returns once no append is running.
    pub(crate) fn close(&self, reason: Closed) {
        self.closed.store(true, Ordering::Release);
        drop(self.log.write());
        self.waiters.lock().close(reason);
    }

    /// Waits until nobody else writes into the partition's directory besides its log, and keeps it so.
    pub(super) fn background_gate(&self) -> MutexGuard<'_, ()> {
        self.background.lock()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Takes the log out of a partition that nobody else uses.
    pub(super) fn into_log(self) -> PartitionLog {
        self.log.into_inner()
    }

    fn raise_high_watermark(&self, offset: i64) {
        let before = self.high_watermark.fetch_max(offset, Ordering::AcqRel);
        if offset > before {
            self.waiters.lock().advance(offset);
        }
    }

    fn fail(&self, error: &SyncError) {
        tracing::error!(topic = %self.topic, partition = self.id.index, %error,
            "sync failed: the log refuses writes until the broker is restarted");
        self.waiters.lock().close(Closed::SyncFailed);
    }
}
