//! Connections to brokers, made when needed and kept.
//!
//! A broker answers the requests of one connection one after the other, so that a long poll would hold up
//! everything behind it: records travel on a connection of their own ([`Lane::Data`]).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tidemill_environment::SeededRandom;

use crate::config::ConnectionConfig;
use crate::connection::{self, Backoff, BrokerAddress, CallError, Channel};
use crate::network;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    /// Short questions: metadata, offsets, groups, administration.
    Control,
    /// Joining a group, which waits for the other members, and heartbeats.
    Group,
    /// Produce and Fetch.
    Data,
}

/// Which connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct SlotKey {
    address: BrokerAddress,
    lane: Lane,
}

/// One connection, or the memory of why there is none.
#[derive(Debug)]
struct Slot {
    channel: Option<Arc<Channel>>,
    failures: u32,
    not_before: Duration,
    last_used: Duration,
    random: SeededRandom,
}

/// The connections of one client.
#[derive(Debug)]
pub(super) struct Brokers {
    config: ConnectionConfig,
    slots: Mutex<HashMap<SlotKey, Arc<tokio::sync::Mutex<Slot>>>>,
}

impl Brokers {
    /// Makes an empty set of connections.
    pub(super) fn new(config: ConnectionConfig) -> Self {
        Self { config, slots: Mutex::new(HashMap::new()) }
    }

    /// Returns an open connection to `address`, making one if there is none.
    ///
    /// After a failure the next try waits for the backoff, so callers need no wait of their own.
    pub(super) async fn channel(
        &self,
        address: &BrokerAddress,
        lane: Lane,
    ) -> Result<Arc<Channel>, CallError> {
        let slot = self.slot(address, lane);
        let mut slot = slot.lock().await;
        let now = network::now().monotonic;
        let idle = now.saturating_sub(slot.last_used) > self.config.connections_max_idle;
        if let Some(channel) = slot.channel.as_ref().filter(|channel| !channel.is_closed() && !idle) {
            let channel = Arc::clone(channel);
            slot.last_used = now;
            return Ok(channel);
        }
        slot.channel = None;
        tokio::time::sleep(slot.not_before.saturating_sub(now)).await;
        let opened = connection::open(address, &self.config).await;
        let now = network::now().monotonic;
        match opened {
            Ok(channel) => {
                tracing::debug!(%address, ?lane, "connected");
                let channel = Arc::new(channel);
                slot.failures = 0;
                // A connection that is accepted and then ended at once must not be made in a tight loop.
                slot.not_before = now + self.config.reconnect_backoff;
                slot.last_used = now;
                slot.channel = Some(Arc::clone(&channel));
                Ok(channel)
            }
            Err(error) => {
                slot.failures = slot.failures.saturating_add(1);
                let failures = slot.failures;
                slot.not_before = now + self.backoff().delay(failures, &mut slot.random);
                tracing::debug!(%address, %error, failures, "cannot connect");
                Err(error)
            }
        }
    }

    /// Ends every connection.
    pub(super) fn close(&self) {
        let slots = std::mem::take(&mut *self.slots.lock());
        for slot in slots.into_values() {
            if let Ok(slot) = slot.try_lock()
                && let Some(channel) = &slot.channel
            {
                channel.close();
            }
        }
    }

    fn backoff(&self) -> Backoff {
        Backoff { first: self.config.reconnect_backoff, max: self.config.reconnect_backoff_max }
    }

    fn slot(&self, address: &BrokerAddress, lane: Lane) -> Arc<tokio::sync::Mutex<Slot>> {
        let key = SlotKey { address: address.clone(), lane };
        let mut slots = self.slots.lock();
        let slot = slots.entry(key).or_insert_with(|| {
            Arc::new(tokio::sync::Mutex::new(Slot {
                channel: None,
                failures: 0,
                not_before: Duration::ZERO,
                last_used: Duration::ZERO,
                random: network::random(),
            }))
        });
        Arc::clone(slot)
    }
}
