//! What the owner of a consumer and its driver share.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::errors::PollError;
use super::fetcher::{Fetcher, FetcherSettings};
use super::group_link::GroupLink;
use super::polled::Polled;
use crate::cluster::Cluster;
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
    Topics(BTreeSet<Arc<str>>),
}

/// Everything that changes.
#[derive(Debug)]
pub(super) struct State {
    pub(super) fetcher: Fetcher,
    pub(super) subscription: Subscription,
}

/// One consumer.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: ConsumerConfig,
    pub(super) cluster: Cluster,
    pub(super) group: Option<GroupLink>,
    pub(super) state: Mutex<State>,
    /// Notified when there is something for the driver.
    pub(super) wake: Notify,
    /// Notified when there may be something for the owner.
    pub(super) ready: Notify,
    closed: AtomicBool,
}

impl Shared {
    /// Makes a consumer that reads nothing.
    pub(super) fn new(config: ConsumerConfig, cluster: Cluster) -> Self {
        let group = config.group_id.clone().map(|group_id| GroupLink::new(group_id, cluster.clone()));
        let settings = FetcherSettings::of(&config, cluster.retry_backoff());
        let state = State {
            fetcher: Fetcher::new(settings, network::random()),
            subscription: Subscription::None,
        };
        Self {
            config,
            cluster,
            group,
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
