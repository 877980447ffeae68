//! What the owner of a consumer and its driver share.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use regex::Regex;
use tokio::sync::{Notify, mpsc};

use super::assignors::Assignor;
use super::commits::CommitJob;
use super::errors::PollError;
use super::fetcher::{Fetcher, FetcherSettings};
use super::listener::{NoListener, RebalanceListener};
use super::membership::Membership;
use super::polled::Polled;
use super::rebalance::has_changed;
use crate::cluster::{Cluster, CoordinatorLink, CoordinatorOf, Metadata};
use crate::config::ConsumerConfig;
use crate::network;

/// What the consumer reads.
#[derive(Debug, Clone)]
pub(super) enum Subscription {
    /// Nothing.
    None,
    /// Partitions assigned by hand.
    Manual,
    /// Topics by name, partitions assigned by the group.
    Topics,
    /// Topics whose names match, in views that answer at least this request for metadata.
    Pattern { pattern: Regex, since: u64 },
}

/// Everything that changes.
pub(super) struct State {
    pub(super) fetcher: Fetcher,
    pub(super) subscription: Subscription,
    pub(super) membership: Option<Membership>,
    pub(super) listener: Arc<dyn RebalanceListener>,
    /// Partitions of the topics that this member distributed as a leader.
    pub(super) assigned_counts: BTreeMap<Arc<str>, usize>,
    pub(super) next_auto_commit: Duration,
}

impl State {
    /// Has the member follow a new view of the cluster.
    pub(super) fn follow_view(&mut self, view: &Metadata, exclude_internal: bool) {
        let Some(member) = &mut self.membership else {
            return;
        };
        if let Subscription::Pattern { pattern, since } = &self.subscription
            && view.answers(*since)
        {
            let matching = view.topics.values().filter(|topic| {
                topic.error.is_none()
                    && pattern.is_match(&topic.name)
                    && !(exclude_internal && topic.is_internal)
            });
            let names: BTreeSet<Arc<str>> = matching.map(|topic| Arc::clone(&topic.name)).collect();
            member.set_topics(names);
        }
        if member.is_leader() && member.is_stable() && has_changed(view, &self.assigned_counts) {
            tracing::info!("the partitions of a subscribed topic changed; rebalancing");
            member.request_rejoin();
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("subscription", &self.subscription).finish_non_exhaustive()
    }
}

/// One consumer.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: ConsumerConfig,
    pub(super) cluster: Cluster,
    pub(super) group: Option<CoordinatorLink>,
    pub(super) assignors: Vec<Arc<dyn Assignor>>,
    pub(super) commits: mpsc::Sender<CommitJob>,
    pub(super) state: Mutex<State>,
    /// Notified when there is something for the driver.
    pub(super) wake: Notify,
    /// Notified when there may be something for the owner.
    pub(super) ready: Notify,
    closed: AtomicBool,
}

impl Shared {
    /// Makes a consumer that reads nothing.
    pub(super) fn new(
        config: ConsumerConfig,
        cluster: Cluster,
        assignors: Vec<Arc<dyn Assignor>>,
        commits: mpsc::Sender<CommitJob>,
    ) -> Self {
        let group = config
            .group_id
            .clone()
            .map(|group_id| CoordinatorLink::new(CoordinatorOf::Group, group_id, cluster.clone()));
        let settings = FetcherSettings::of(&config, cluster.retry_backoff());
        let state = State {
            fetcher: Fetcher::new(settings, network::random()),
            subscription: Subscription::None,
            membership: None,
            listener: Arc::new(NoListener),
            assigned_counts: BTreeMap::new(),
            next_auto_commit: network::now().monotonic + config.auto_commit_interval,
        };
        Self {
            config,
            cluster,
            group,
            assignors,
            commits,
            state: Mutex::new(state),
            wake: Notify::new(),
            ready: Notify::new(),
            closed: AtomicBool::new(false),
        }
    }

    /// Changes the state and wakes the driver.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state.lock());
        self.wake.notify_one();
        result
    }

    /// Changes the member, if there is one, and wakes the driver.
    pub(super) fn change_member(&self, change: impl FnOnce(&mut Membership, Duration)) {
        let now = network::now().monotonic;
        self.change(|state| {
            if let Some(member) = &mut state.membership {
                change(member, now);
            }
        });
    }

    /// Returns the assignor called `name`.
    pub(super) fn assignor(&self, name: &str) -> Option<Arc<dyn Assignor>> {
        self.assignors.iter().find(|assignor| assignor.name() == name).map(Arc::clone)
    }

    /// Returns who hears of rebalances.
    pub(super) fn listener(&self) -> Arc<dyn RebalanceListener> {
        Arc::clone(&self.state.lock().listener)
    }

    /// Ends the driver.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.wake.notify_one();
        self.ready.notify_one();
    }

    /// Whether the consumer was closed.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Takes what was fetched, or the error the owner must know first.
    pub(super) fn take(&self) -> Result<Polled, PollError> {
        if self.is_closed() {
            return Err(PollError::Closed);
        }
        let mut state = self.state.lock();
        if matches!(state.subscription, Subscription::None) {
            return Err(PollError::NothingToPoll);
        }
        if let Some(error) = state.fetcher.take_error() {
            return Err(error);
        }
        if let Some(code) = state.membership.as_ref().and_then(Membership::failure) {
            state.membership.iter_mut().for_each(Membership::forgive);
            return Err(PollError::Group {
                group_id: self.config.group_id.clone().unwrap_or_default(),
                code,
            });
        }
        let batches = state.fetcher.take(self.config.max_poll_records as usize)?;
        drop(state);
        if !batches.is_empty() {
            self.wake.notify_one();
        }
        Ok(Polled { batches })
    }

    /// Returns how long the driver sleeps when nothing is due.
    pub(super) fn longest_nap(&self) -> Duration {
        self.config.heartbeat_interval
    }
}
