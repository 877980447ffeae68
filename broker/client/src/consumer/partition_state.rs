//! One partition of a consumer: where it stands, what it waits for, what is buffered.

use std::time::Duration;

use super::buffered::Buffered;
use crate::OffsetAndMetadata;

/// Where a partition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// Offset of the next record.
    pub(super) offset: i64,
    /// Epoch of the leader that wrote the record before it; -1 if unknown.
    pub(super) epoch: i32,
}

/// Where a reset leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResetTo {
    /// The first record not older than this, or one of Kafka's special values.
    Timestamp(i64),
    /// The first record that is at most this old when it is asked for.
    Age(Duration),
}

/// What a partition waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The group's committed offset.
    AwaitCommitted,
    /// The offset a reset leads to.
    AwaitReset(ResetTo),
    /// Records.
    Fetching,
    /// The caller was told of an error; a seek starts the partition again.
    Stopped,
}

/// One partition.
#[derive(Debug)]
pub(super) struct Partition {
    /// Changes with each change of position; answers to questions of an older one are dropped.
    pub(super) generation: u64,
    pub(super) phase: Phase,
    /// Next record to hand to the poller.
    pub(super) position: Position,
    /// Next record to fetch, behind what is buffered.
    pub(super) fetch: Position,
    /// A question is under way.
    pub(super) asking: bool,
    /// The next fetch must wait until the buffer is empty.
    pub(super) only_when_drained: bool,
    pub(super) not_before: Duration,
    pub(super) failures: u32,
    pub(super) paused: bool,
    /// Assigned, but the owner has not been told yet.
    pub(super) held: bool,
    pub(super) buffered: Buffered,
    pub(super) high_watermark: Option<i64>,
    pub(super) last_stable_offset: Option<i64>,
}

impl Position {
    /// No position yet.
    pub(super) const UNKNOWN: Self = Self { offset: -1, epoch: -1 };

    /// Returns what to commit for everything before this position.
    pub(super) fn committable(self) -> OffsetAndMetadata {
        OffsetAndMetadata {
            offset: self.offset,
            leader_epoch: (self.epoch >= 0).then_some(self.epoch),
            metadata: String::new(),
        }
    }
}

impl Partition {
    /// Makes a partition without a position.
    pub(super) fn new(generation: u64, phase: Phase, held: bool) -> Self {
        Self {
            generation,
            phase,
            position: Position::UNKNOWN,
            fetch: Position::UNKNOWN,
            asking: false,
            only_when_drained: false,
            not_before: Duration::ZERO,
            failures: 0,
            paused: false,
            held,
            buffered: Buffered::default(),
            high_watermark: None,
            last_stable_offset: None,
        }
    }

    /// Whether more may be fetched with at most `limit` bytes waiting.
    pub(super) fn has_room(&self, limit: usize) -> bool {
        !self.paused
            && self.buffered.size_bytes() < limit
            && (!self.only_when_drained || self.buffered.is_empty())
    }

    /// Whether there is something to ask; records only if `may_fetch`.
    pub(super) fn may_ask(&self, may_fetch: bool) -> bool {
        let waits = match self.phase {
            Phase::Stopped => false,
            Phase::Fetching => may_fetch,
            Phase::AwaitCommitted | Phase::AwaitReset(_) => true,
        };
        waits && !self.asking && !self.held
    }

    /// Begins to fetch at `position`.
    pub(super) fn start_at(&mut self, position: Position) {
        self.phase = Phase::Fetching;
        self.position = position;
        self.fetch = position;
        self.failures = 0;
        self.only_when_drained = false;
    }

    /// Forgets what was fetched and asked, and begins anew.
    pub(super) fn restart(&mut self, generation: u64, phase: Phase, position: Position) {
        self.start_at(position);
        self.generation = generation;
        self.phase = phase;
        self.asking = false;
        self.not_before = Duration::ZERO;
        self.buffered.clear();
    }
}
