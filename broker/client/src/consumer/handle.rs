//! What callers hold.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::errors::{PollError, SubscribeError};
use super::polled::Polled;
use super::state::{Shared, Subscription};
use super::{BlockingConsumer, driver};
use crate::TopicPartition;
use crate::cluster::Cluster;
use crate::config::{ConfigError, ConsumerConfig};
use crate::network;

/// Reads records. One owner polls; the other methods may be called from any thread.
///
/// Dropping it ends its connections; [`Consumer::close`] also commits and leaves the group.
#[derive(Debug)]
pub struct Consumer {
    pub(super) shared: Arc<Shared>,
}

impl Drop for Consumer {
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
        config.validate()?;
        for warning in &config.warnings {
            tracing::warn!(client_id = %config.connection.client_id, "{warning}");
        }
        let cluster = Cluster::start(config.connection.clone(), config.allow_auto_create_topics)?;
        let shared = Arc::new(Shared::new(config, cluster));
        network::spawn(driver::run(Arc::clone(&shared)));
        Ok(Self { shared })
    }

    /// Returns the face for callers that do not await.
    #[must_use]
    pub fn into_blocking(self) -> BlockingConsumer {
        BlockingConsumer::new(self)
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
        let topics: BTreeSet<Arc<str>> = wanted.iter().map(|partition| Arc::clone(&partition.topic)).collect();
        self.shared.change(|state| {
            if matches!(state.subscription, Subscription::Topics(_)) {
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
    ///
    /// # Errors
    /// [`PollError`] if a partition cannot be read or nothing is assigned.
    pub async fn poll(&self, timeout: Duration) -> Result<Polled, PollError> {
        let polled = self.shared.take()?;
        if !polled.is_empty() || timeout.is_zero() {
            return Ok(polled);
        }
        network::within(self.wait_for_records(timeout)).await
    }

    async fn wait_for_records(&self, timeout: Duration) -> Result<Polled, PollError> {
        let deadline = tokio::time::sleep(timeout);
        let mut deadline = std::pin::pin!(deadline);
        loop {
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
}
