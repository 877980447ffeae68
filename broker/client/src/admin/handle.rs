//! The administrative client and the ways its calls take.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidemill_protocol::messages::find_coordinator::FindCoordinatorResponse;
use tidemill_protocol::{ErrorCode, Request};

use super::retry::Retry;
use super::{AdminError, BlockingAdmin};
use crate::TopicPartition;
use crate::cluster::{Cluster, CoordinatorOf, find_coordinator};
use crate::config::{AdminConfig, ConfigError};
use crate::connection::CallError;

/// What became of each thing a call was about, in the order asked.
pub type ItemResults<K, T> = Vec<(K, Result<T, AdminError>)>;

/// Administers a cluster. Clones share connections.
#[derive(Debug, Clone)]
pub struct Admin {
    pub(super) cluster: Cluster,
    config: AdminConfig,
}

impl Admin {
    /// Makes a client; connections are made when they are needed.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration contradicts itself.
    pub fn connect(config: AdminConfig) -> Result<Self, ConfigError> {
        for warning in &config.warnings {
            tracing::warn!(client_id = %config.connection.client_id, "{warning}");
        }
        let cluster = Cluster::start(config.connection.clone(), false)?;
        Ok(Self { cluster, config })
    }

    /// Returns the face for callers that do not await.
    #[must_use]
    pub fn blocking(&self) -> BlockingAdmin {
        BlockingAdmin::new(self.clone())
    }

    pub(super) fn retry(&self, subject: &str) -> Retry {
        Retry::new(subject, self.config.api_timeout, self.cluster.retry_backoff())
    }

    /// Milliseconds a broker may take for a change.
    pub(super) fn timeout_ms(&self) -> i32 {
        i32::try_from(self.cluster.request_timeout().as_millis()).unwrap_or(i32::MAX)
    }

    /// Asks whichever broker answers, until one does.
    pub(super) async fn ask_any<R: Request>(
        &self,
        subject: &str,
        build: impl Fn(i16) -> R,
    ) -> Result<R::Response, AdminError> {
        let mut retry = self.retry(subject);
        loop {
            match self.cluster.call_any(&build).await {
                Ok(answer) => return Ok(answer),
                Err(error) => retry.after(call_error(subject, error)).await?,
            }
        }
    }

    /// Asks the coordinator of `group` until it answers with a code that trying again cannot change.
    pub(super) async fn ask_coordinator<R: Request>(
        &self,
        group: &str,
        build: impl Fn(i16) -> R,
        code_of: impl Fn(&R::Response) -> i16,
    ) -> Result<R::Response, AdminError> {
        self.ask_coordinator_of((CoordinatorOf::Group, group), i16::MAX, build, code_of).await
    }

    /// Like [`Admin::ask_coordinator`], of a group or a transactional id, in no version above `limit`.
    pub(super) async fn ask_coordinator_of<R: Request>(
        &self,
        coordinated: (CoordinatorOf, &str),
        limit: i16,
        build: impl Fn(i16) -> R,
        code_of: impl Fn(&R::Response) -> i16,
    ) -> Result<R::Response, AdminError> {
        let subject = match coordinated {
            (CoordinatorOf::Group, group) => format!("group {group}"),
            (CoordinatorOf::Transactions, id) => format!("transactional id {id}"),
        };
        let mut retry = self.retry(&subject);
        loop {
            let error = match self.try_coordinator(&subject, (coordinated, limit), &build).await {
                Ok(answer) => match ErrorCode::from_code(code_of(&answer)) {
                    code if is_busy(code) => {
                        AdminError::Refused { subject: subject.clone(), code, message: None }
                    }
                    _ => return Ok(answer),
                },
                Err(error) => error,
            };
            retry.after(error).await?;
        }
    }

    async fn try_coordinator<R: Request>(
        &self,
        subject: &str,
        ((of, key), limit): ((CoordinatorOf, &str), i16),
        build: impl Fn(i16) -> R,
    ) -> Result<R::Response, AdminError> {
        let build_find = |version| find_coordinator(of, key, version);
        let found = self.cluster.call_any(build_find).await;
        let node = coordinator_node(subject, found.map_err(|error| call_error(subject, error))?)?;
        self.know_node(node).await;
        self.cluster.call_node_up_to(node, limit, build).await.map_err(|error| call_error(subject, error))
    }

    /// Refreshes the view of the cluster if it does not have `node`.
    pub(super) async fn know_node(&self, node: i32) {
        if !self.cluster.metadata().brokers.contains_key(&node) {
            let number = self.cluster.request_refresh();
            // Without an answer the call that follows fails and is retried.
            drop(tokio::time::timeout(self.cluster.request_timeout(), self.cluster.refreshed(number)).await);
        }
    }

    /// Groups partitions by their leaders, as the cluster sees them now.
    pub(super) async fn by_leader(
        &self,
        partitions: &[TopicPartition],
    ) -> (BTreeMap<i32, Vec<TopicPartition>>, ItemResults<TopicPartition, ()>) {
        let topics = partitions.iter().map(|partition| Arc::clone(&partition.topic));
        let number = self.cluster.follow_only(topics, false);
        let refreshed = self.cluster.refreshed(number);
        let timeout = self.cluster.request_timeout();
        let view = tokio::time::timeout(timeout, refreshed).await.unwrap_or_else(|_| self.cluster.metadata());
        let mut by_leader: BTreeMap<i32, Vec<TopicPartition>> = BTreeMap::new();
        let mut unknown = Vec::new();
        for partition in partitions {
            let found = view.partition(&partition.topic, partition.partition);
            match found.map(|found| found.leader) {
                Some(Some(leader)) => by_leader.entry(leader).or_default().push(partition.clone()),
                missing => {
                    let subject = partition.to_string();
                    let code = match missing {
                        Some(_) => ErrorCode::LeaderNotAvailable,
                        None => ErrorCode::UnknownTopicOrPartition,
                    };
                    unknown
                        .push((partition.clone(), Err(AdminError::Refused { subject, code, message: None })));
                }
            }
        }
        (by_leader, unknown)
    }
}

/// Names the subject of a failed call.
pub(super) fn call_error(subject: &str, source: CallError) -> AdminError {
    AdminError::Call { subject: subject.to_owned(), source }
}

fn coordinator_node(subject: &str, answer: FindCoordinatorResponse) -> Result<i32, AdminError> {
    let (code, node, message) = match answer.coordinators.into_iter().next() {
        Some(found) => (found.error_code, found.node_id, found.error_message),
        None => (answer.error_code, answer.node_id, answer.error_message),
    };
    AdminError::check(subject, code, message)?;
    Ok(node)
}

/// Whether the coordinator moves, or is busy with the same transactional id.
fn is_busy(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::NotCoordinator
            | ErrorCode::CoordinatorNotAvailable
            | ErrorCode::CoordinatorLoadInProgress
            | ErrorCode::ConcurrentTransactions
    )
}
