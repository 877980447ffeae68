//! The questions a fetcher has at one moment, grouped by the broker to ask.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::partition_state::{Partition, Phase, Position, ResetTo};
use crate::TopicPartition;
use crate::cluster::Metadata;

/// One partition of a Fetch request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FetchTarget {
    pub(super) partition: TopicPartition,
    pub(super) generation: u64,
    pub(super) position: Position,
    pub(super) leader_epoch: i32,
}

/// One partition of a ListOffsets request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResetTarget {
    pub(super) partition: TopicPartition,
    pub(super) generation: u64,
    pub(super) timestamp: i64,
    pub(super) leader_epoch: i32,
}

/// What to ask.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FetchEffect {
    Fetch { node: i32, targets: Vec<FetchTarget> },
    ListOffsets { node: i32, targets: Vec<ResetTarget> },
    FetchCommitted { partitions: Vec<(TopicPartition, u64)> },
    RefreshMetadata,
}

/// The questions of one drain.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) now_ms: i64,
    pub(super) fetches: BTreeMap<i32, Vec<FetchTarget>>,
    pub(super) resets: BTreeMap<i32, Vec<ResetTarget>>,
    pub(super) committed: Vec<(TopicPartition, u64)>,
    pub(super) leaderless: bool,
    pub(super) wake_at: Option<Duration>,
}

impl Plan {
    /// Has the driver ask again at `at` at the latest.
    pub(super) fn wake_no_later_than(&mut self, at: Duration) {
        self.wake_at = Some(self.wake_at.map_or(at, |known| known.min(at)));
    }

    /// Adds the question of one partition.
    pub(super) fn add(
        &mut self,
        partition: &TopicPartition,
        state: &Partition,
        view: &Metadata,
        busy_nodes: &BTreeSet<i32>,
    ) {
        if state.phase == Phase::AwaitCommitted {
            self.committed.push((partition.clone(), state.generation));
            return;
        }
        let found = view.partition(&partition.topic, partition.partition);
        let Some((leader, leader_epoch)) = found.and_then(|found| Some((found.leader?, found.leader_epoch)))
        else {
            self.leaderless = true;
            return;
        };
        // After a failure the leader may be another one by now.
        self.leaderless |= state.failures > 0;
        match state.phase {
            Phase::AwaitReset(to) => self.resets.entry(leader).or_default().push(ResetTarget {
                partition: partition.clone(),
                generation: state.generation,
                timestamp: match to {
                    ResetTo::Timestamp(timestamp) => timestamp,
                    ResetTo::Age(age) => {
                        let age_ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
                        self.now_ms.saturating_sub(age_ms).max(0)
                    }
                },
                leader_epoch,
            }),
            Phase::Fetching if !busy_nodes.contains(&leader) => {
                self.fetches.entry(leader).or_default().push(FetchTarget {
                    partition: partition.clone(),
                    generation: state.generation,
                    position: state.fetch,
                    leader_epoch,
                });
            }
            _ => {}
        }
    }

    /// Returns the questions.
    pub(super) fn effects(&self) -> Vec<FetchEffect> {
        let mut effects = Vec::new();
        if self.leaderless {
            effects.push(FetchEffect::RefreshMetadata);
        }
        let fetches = self.fetches.clone().into_iter();
        effects.extend(fetches.map(|(node, targets)| FetchEffect::Fetch { node, targets }));
        let resets = self.resets.clone().into_iter();
        effects.extend(resets.map(|(node, targets)| FetchEffect::ListOffsets { node, targets }));
        if !self.committed.is_empty() {
            effects.push(FetchEffect::FetchCommitted { partitions: self.committed.clone() });
        }
        effects
    }
}
