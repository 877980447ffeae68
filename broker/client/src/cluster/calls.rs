//! The handle that producers, consumers and admins share: calls to brokers by role.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tidemill_protocol::Request;
use tokio::sync::{Notify, watch};

use super::Metadata;
use super::brokers::{Brokers, Lane};
use super::refresh::{self, Interest};
use crate::config::{ConfigError, ConnectionConfig};
use crate::connection::{Backoff, BrokerAddress, CallError, Channel};
use crate::network;

/// A cluster: its metadata and connections. Clones share both.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    shared: Arc<Shared>,
}

/// What the handle and the refreshing task share.
#[derive(Debug)]
pub(super) struct Shared {
    config: ConnectionConfig,
    bootstrap: Vec<BrokerAddress>,
    brokers: Brokers,
    pub(super) published: watch::Sender<Arc<Metadata>>,
    pub(super) interest: Mutex<Interest>,
    pub(super) wanted: Arc<Notify>,
    pub(super) last_error: Mutex<Option<String>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.brokers.close();
        self.wanted.notify_one();
    }
}

impl Cluster {
    /// Starts to follow the cluster that `config` names; nothing is connected yet.
    pub(crate) fn start(config: ConnectionConfig, may_create: bool) -> Result<Self, ConfigError> {
        network::handle()?;
        config.validate()?;
        let bootstrap = config.bootstrap_servers.iter().filter_map(|server| BrokerAddress::parse(server));
        let shared = Arc::new(Shared {
            bootstrap: bootstrap.collect(),
            brokers: Brokers::new(config.clone()),
            published: watch::Sender::new(Arc::new(Metadata::default())),
            interest: Mutex::new(Interest { may_create, ..Interest::default() }),
            wanted: Arc::new(Notify::new()),
            last_error: Mutex::new(None),
            config,
        });
        let config = &shared.config;
        let backoff = Backoff { first: config.retry_backoff, max: config.retry_backoff_max };
        network::spawn(refresh::keep_fresh(Arc::downgrade(&shared), config.metadata_max_age, backoff));
        Ok(Self { shared })
    }

    /// Returns the configuration of the connections.
    pub(crate) fn config(&self) -> &ConnectionConfig {
        &self.shared.config
    }

    /// Returns how long to wait between tries of a request.
    pub(crate) fn retry_backoff(&self) -> Backoff {
        Backoff { first: self.shared.config.retry_backoff, max: self.shared.config.retry_backoff_max }
    }

    /// Returns the newest view of the cluster.
    pub(crate) fn metadata(&self) -> Arc<Metadata> {
        Arc::clone(&self.shared.published.borrow())
    }

    /// Returns a receiver that is notified of each new view.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Arc<Metadata>> {
        self.shared.published.subscribe()
    }

    /// Returns what went wrong last while refreshing.
    pub(crate) fn last_error(&self) -> Option<String> {
        self.shared.last_error.lock().clone()
    }

    /// Asks for a newer view; returns the number of the request.
    pub(crate) fn request_refresh(&self) -> u64 {
        let number = {
            let mut interest = self.shared.interest.lock();
            interest.requests += 1;
            interest.requests
        };
        self.shared.wanted.notify_one();
        number
    }

    /// Waits for the view that answers request `number`.
    pub(crate) async fn refreshed(&self, number: u64) -> Arc<Metadata> {
        let mut views = self.subscribe();
        loop {
            {
                let view = views.borrow_and_update();
                if view.answers >= number {
                    return Arc::clone(&view);
                }
            }
            if views.changed().await.is_err() {
                // The sender lives in `self.shared`.
                return self.metadata();
            }
        }
    }

    /// Adds topics to what is followed; asks for a refresh if one of them is new.
    pub(crate) fn follow(&self, topics: impl IntoIterator<Item = Arc<str>>) -> Option<u64> {
        let mut added = false;
        {
            let mut interest = self.shared.interest.lock();
            for topic in topics {
                added |= interest.topics.insert(topic);
            }
        }
        added.then(|| self.request_refresh())
    }

    /// Replaces what is followed and asks for a refresh.
    pub(crate) fn follow_only(&self, topics: impl IntoIterator<Item = Arc<str>>, all_topics: bool) -> u64 {
        {
            let mut interest = self.shared.interest.lock();
            interest.topics = topics.into_iter().collect();
            interest.all_topics = all_topics;
        }
        self.request_refresh()
    }

    /// Returns a connection to broker `node_id`.
    pub(crate) async fn channel(&self, node_id: i32, lane: Lane) -> Result<Arc<Channel>, CallError> {
        self.shared.channel(node_id, lane).await
    }

    /// Calls broker `node_id`; `build` makes the request for the version both sides speak.
    pub(crate) async fn call_node<R: Request>(
        &self,
        node_id: i32,
        build: impl FnOnce(i16) -> R,
    ) -> Result<R::Response, CallError> {
        self.call_node_up_to(node_id, i16::MAX, build).await
    }

    /// Like [`Cluster::call_node`], in no version above `limit`.
    pub(crate) async fn call_node_up_to<R: Request>(
        &self,
        node_id: i32,
        limit: i16,
        build: impl FnOnce(i16) -> R,
    ) -> Result<R::Response, CallError> {
        let channel = self.channel(node_id, Lane::Control).await?;
        self.shared.call(&channel, limit, build).await
    }

    /// Calls whichever broker answers.
    pub(crate) async fn call_any<R: Request>(
        &self,
        build: impl Fn(i16) -> R,
    ) -> Result<R::Response, CallError> {
        self.shared.call_any(build).await
    }

    /// Returns the time a request to a broker may take.
    pub(crate) fn request_timeout(&self) -> Duration {
        self.shared.config.request_timeout
    }

    /// Ends every connection.
    pub(crate) fn close(&self) {
        self.shared.brokers.close();
    }
}

impl Shared {
    async fn channel(&self, node_id: i32, lane: Lane) -> Result<Arc<Channel>, CallError> {
        let address = self.address(node_id).ok_or(CallError::UnknownNode { node_id })?;
        self.brokers.channel(&address, lane).await
    }

    fn address(&self, node_id: i32) -> Option<BrokerAddress> {
        let view = self.published.borrow();
        let broker = view.brokers.get(&node_id)?;
        Some(BrokerAddress { host: broker.host.clone(), port: broker.port })
    }

    async fn call<R: Request>(
        &self,
        channel: &Channel,
        limit: i16,
        build: impl FnOnce(i16) -> R,
    ) -> Result<R::Response, CallError> {
        let version = channel.version::<R>(limit)?;
        channel.call(&build(version), version, self.config.request_timeout).await
    }

    /// Tries the known brokers, then the bootstrap servers, each once.
    pub(super) async fn call_any<R: Request>(
        &self,
        build: impl Fn(i16) -> R,
    ) -> Result<R::Response, CallError> {
        let known: Vec<BrokerAddress> = {
            let view = self.published.borrow();
            let of_broker = view.brokers.values();
            of_broker.map(|broker| BrokerAddress { host: broker.host.clone(), port: broker.port }).collect()
        };
        let mut last = CallError::NoBroker { last: "the cluster has no known broker".to_owned() };
        for address in known.iter().chain(&self.bootstrap) {
            let answer = match self.brokers.channel(address, Lane::Control).await {
                Ok(channel) => self.call(&channel, i16::MAX, &build).await,
                Err(error) => Err(error),
            };
            match answer {
                Err(error) if error.is_retriable() => last = error,
                answered => return answered,
            }
        }
        Err(CallError::NoBroker { last: last.to_string() })
    }
}
