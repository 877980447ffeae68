//! What callers hold.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::assignors::{self, Assignor};
use super::errors::{PollError, SubscribeError};
use super::polled::Polled;
use super::state::{Shared, Subscription};
use super::{BlockingConsumer, commits, driver, membership_calls};
use crate::TopicPartition;
use crate::cluster::Cluster;
use crate::config::{ConfigError, ConsumerConfig};
use crate::network;

/// Reads records. One owner polls; the other methods may be called from any thread. Clones are the same consumer.
///
/// Dropping the last clone ends its connections; [`Consumer::close`] also commits and leaves the group.
#[derive(Debug, Clone)]
pub struct Consumer {
    pub(super) shared: Arc<Shared>,
    _open: Arc<Open>,
}

/// Ends the driver when the last clone is gone.
#[derive(Debug)]
struct Open {
    shared: Arc<Shared>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Consumer {
    /// Makes a consumer that reads nothing yet; connections are made when they are needed.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration contradicts itself.
    pub fn connect(config: ConsumerConfig) -> Result<Self, ConfigError> {
        let assignors = config.assignors.iter().map(|choice| assignors::of_choice(*choice)).collect();
        Self::connect_with_assignors(config, assignors)
    }

    /// Makes a consumer whose group may use `assignors`, most wanted first, instead of the configured ones.
    ///
    /// Partitions are kept through rebalances only if every assignor is cooperative.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration contradicts itself.
    pub fn connect_with_assignors(
        config: ConsumerConfig,
        assignors: Vec<Arc<dyn Assignor>>,
    ) -> Result<Self, ConfigError> {
        config.validate()?;
        for warning in &config.warnings {
            tracing::warn!(client_id = %config.connection.client_id, "{warning}");
        }
        let cluster = Cluster::start(config.connection.clone(), config.allow_auto_create_topics)?;
        let (commits, queue) = mpsc::channel(commits::COMMIT_QUEUE);
        let shared = Arc::new(Shared::new(config, cluster, assignors, commits));
        network::spawn(driver::run(Arc::clone(&shared)));
        network::spawn(commits::run(Arc::clone(&shared), queue));
        Ok(Self { _open: Arc::new(Open { shared: Arc::clone(&shared) }), shared })
    }

    /// Returns the face for callers that do not await.
    #[must_use]
    pub fn blocking(&self) -> BlockingConsumer {
        BlockingConsumer::new(self.clone())
    }

    /// Returns the face that listeners get.
    pub(super) fn face(&self) -> BlockingConsumer {
        BlockingConsumer::new(self.clone())
    }

    /// Reads exactly these partitions from now on, outside the group's care.
    ///
    /// Partitions that were assigned before keep their positions. With a `group.id` the others begin at their
    /// committed offsets, else where `auto.offset.reset` says; [`Consumer::seek`] overrides both.
    ///
    /// # Errors
    /// [`SubscribeError::Subscribed`] while a subscription lasts.
    pub fn assign(&self, partitions: Vec<TopicPartition>) -> Result<(), SubscribeError> {
        if self.shared.is_closed() {
            return Err(SubscribeError::Closed);
        }
        let wanted: BTreeSet<TopicPartition> = partitions.into_iter().collect();
        let topics: BTreeSet<Arc<str>> =
            wanted.iter().map(|partition| Arc::clone(&partition.topic)).collect();
        self.shared.change(|state| {
            if matches!(state.subscription, Subscription::Topics | Subscription::Pattern { .. }) {
                return Err(SubscribeError::Subscribed);
            }
            state.subscription = if wanted.is_empty() { Subscription::None } else { Subscription::Manual };
            let gone: Vec<TopicPartition> =
                state.fetcher.assignment().filter(|known| !wanted.contains(known)).cloned().collect();
            for partition in &gone {
                state.fetcher.remove(partition);
            }
            for partition in wanted {
                state.fetcher.add(partition, self.shared.group.is_some(), false);
            }
            Ok(())
        })?;
        self.shared.cluster.follow_only(topics, false);
        Ok(())
    }

    /// Waits up to `timeout` for records; returns at once what has been fetched already.
    ///
    /// At most `max.poll.records` records are returned. The position of a partition moves past what is returned.
    /// Rebalances happen in here: with a subscription, poll at least every `max.poll.interval.ms`.
    ///
    /// # Errors
    /// [`PollError`] if a partition cannot be read, the group refuses this member or nothing is assigned.
    pub async fn poll(&self, timeout: Duration) -> Result<Polled, PollError> {
        let now = network::now().monotonic;
        self.shared.auto_commit(now);
        if self.note_poll(now) {
            return network::within(self.poll_in_group(timeout)).await;
        }
        let polled = self.shared.take()?;
        if !polled.is_empty() || timeout.is_zero() {
            return Ok(polled);
        }
        network::within(self.wait_for_records(timeout)).await
    }

    /// Tells the member that its owner is alive; whether it has work for the owner.
    fn note_poll(&self, now: Duration) -> bool {
        let mut state = self.shared.state.lock();
        let Some(member) = &mut state.membership else {
            return false;
        };
        let joins = !member.is_stable();
        member.on_poll(now);
        if joins {
            self.shared.wake.notify_one();
        }
        member.has_work()
    }

    async fn poll_in_group(&self, timeout: Duration) -> Result<Polled, PollError> {
        self.do_owner_work().await;
        self.wait_for_records(timeout).await
    }

    async fn wait_for_records(&self, timeout: Duration) -> Result<Polled, PollError> {
        let deadline = tokio::time::sleep(timeout);
        let mut deadline = std::pin::pin!(deadline);
        loop {
            self.do_owner_work().await;
            let polled = self.shared.take()?;
            if !polled.is_empty() {
                return Ok(polled);
            }
            tokio::select! {
                () = self.shared.ready.notified() => {}
                () = &mut deadline => return self.shared.take(),
            }
        }
    }

    /// Commits what was polled (with `enable.auto.commit`), leaves the group, ends the connections. A static
    /// member stays known to its group until its session ends.
    pub async fn close(&self, timeout: Duration) {
        let closing = async {
            let owned: Vec<TopicPartition> = {
                let state = self.shared.state.lock();
                state
                    .membership
                    .as_ref()
                    .map(|member| member.owned().iter().cloned().collect())
                    .unwrap_or_default()
            };
            if owned.is_empty() && self.shared.config.enable_auto_commit && self.shared.group.is_some() {
                let offsets = self.shared.state.lock().fetcher.consumed();
                if let Err(error) = self.shared.commit_and_wait(offsets, timeout).await {
                    tracing::warn!(%error, "offsets not committed while closing");
                }
            }
            self.give_up(&owned, true).await;
            membership_calls::say_goodbye(&self.shared).await;
        };
        let closed = network::within(async { tokio::time::timeout(timeout, closing).await }).await;
        if closed.is_err() {
            tracing::warn!(?timeout, "the consumer was closed before everything was said");
        }
        self.shared.close();
        self.shared.cluster.close();
    }
}
