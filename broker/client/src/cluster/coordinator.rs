//! The way to the coordinator of a group or of a transactional id: found when needed, forgotten when it moves.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tidemill_protocol::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
use tidemill_protocol::{ErrorCode, Request};

use super::{Cluster, Lane};
use crate::connection::{CallError, Channel};

/// What is coordinated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CoordinatorOf {
    /// A group, by its `group.id`.
    Group,
    /// A producer's transactions, by its `transactional.id` (KIP-98).
    Transactions,
}

/// A group or transactional id, and who coordinates it.
#[derive(Debug)]
pub(crate) struct CoordinatorLink {
    /// `group.id` or `transactional.id`.
    pub(crate) key: String,
    of: CoordinatorOf,
    cluster: Cluster,
    node: Mutex<Option<i32>>,
}

/// How a call to the coordinator fails.
#[derive(Debug, Clone)]
pub(crate) enum CoordinatorError {
    /// There is none at the moment.
    Unavailable { reason: String },
    /// Nobody coordinates the group or transactional id for this client.
    Refused(ErrorCode),
    /// The coordinator gave no usable answer.
    Call(CallError),
}

impl std::fmt::Display for CoordinatorError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unavailable { reason } => write!(f, "no coordinator: {reason}"),
            Self::Refused(code) => write!(f, "the coordinator is not told: {}", code.name()),
            Self::Call(error) => error.fmt(f),
        }
    }
}

impl CoordinatorError {
    /// Whether trying again can help.
    pub(crate) fn is_retriable(&self) -> bool {
        match self {
            Self::Unavailable { .. } => true,
            Self::Refused(_) => false,
            Self::Call(error) => error.is_retriable(),
        }
    }
}

/// A call to the coordinator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CoordinatorCall {
    /// Highest version to speak.
    pub(crate) limit: i16,
    /// How long the answer may take.
    pub(crate) timeout: Duration,
    /// Whether the call may wait for other members, so that nothing else must queue behind it.
    pub(crate) lane: Lane,
}

impl CoordinatorLink {
    /// Makes the link of the group or transactional id `key`.
    pub(crate) fn new(of: CoordinatorOf, key: String, cluster: Cluster) -> Self {
        Self { key, of, cluster, node: Mutex::new(None) }
    }

    /// Returns an ordinary call.
    pub(crate) fn ordinary(&self, limit: i16) -> CoordinatorCall {
        CoordinatorCall { limit, timeout: self.cluster.request_timeout(), lane: Lane::Control }
    }

    /// Calls the coordinator, finding it first if it is not known.
    pub(crate) async fn call<R: Request>(
        &self,
        call: CoordinatorCall,
        build: impl FnOnce(i16) -> R,
    ) -> Result<R::Response, CoordinatorError> {
        let channel = self.channel(call.lane).await?;
        let called = async {
            let version = channel.version::<R>(call.limit)?;
            channel.call(&build(version), version, call.timeout).await
        };
        self.noticing(called.await)
    }

    /// Returns a connection to the coordinator, finding it first if it is not known.
    pub(crate) async fn channel(&self, lane: Lane) -> Result<Arc<Channel>, CoordinatorError> {
        let node = self.find().await?;
        self.noticing(self.cluster.channel(node, lane).await)
    }

    fn noticing<T>(&self, result: Result<T, CallError>) -> Result<T, CoordinatorError> {
        if result.as_ref().is_err_and(CallError::is_retriable) {
            self.forget();
        }
        result.map_err(CoordinatorError::Call)
    }

    /// Forgets the coordinator if `code` says that it is another broker now.
    pub(crate) fn notice(&self, code: ErrorCode) {
        if matches!(code, ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable) {
            self.forget();
        }
    }

    /// Forgets the coordinator.
    pub(crate) fn forget(&self) {
        *self.node.lock() = None;
    }

    async fn find(&self) -> Result<i32, CoordinatorError> {
        if let Some(node) = *self.node.lock() {
            return Ok(node);
        }
        let build = |version| find_coordinator(self.of, &self.key, version);
        let answer = self.cluster.call_any(build).await.map_err(CoordinatorError::Call)?;
        let (code, node) = first_row(&answer);
        match code {
            ErrorCode::None => {}
            code if code.is_retriable() => {
                return Err(CoordinatorError::Unavailable { reason: code.name().to_owned() });
            }
            code => return Err(CoordinatorError::Refused(code)),
        }
        if !self.cluster.metadata().brokers.contains_key(&node) {
            let number = self.cluster.request_refresh();
            let timeout = self.cluster.request_timeout();
            if tokio::time::timeout(timeout, self.cluster.refreshed(number)).await.is_err() {
                return Err(CoordinatorError::Unavailable { reason: format!("broker {node} is not known") });
            }
        }
        tracing::debug!(of = ?self.of, key = %self.key, node, "found the coordinator");
        *self.node.lock() = Some(node);
        Ok(node)
    }
}

fn first_row(answer: &FindCoordinatorResponse) -> (ErrorCode, i32) {
    match answer.coordinators.first() {
        Some(row) => (ErrorCode::from_code(row.error_code), row.node_id),
        None => (ErrorCode::from_code(answer.error_code), answer.node_id),
    }
}

/// Builds the question for the coordinator of the group or transactional id `key`.
pub(crate) fn find_coordinator(of: CoordinatorOf, key: &str, version: i16) -> FindCoordinatorRequest {
    let batched = version >= 4;
    FindCoordinatorRequest {
        key: if batched { String::new() } else { key.to_owned() },
        key_type: match of {
            CoordinatorOf::Group => 0,
            CoordinatorOf::Transactions => 1,
        },
        coordinator_keys: if batched { vec![key.to_owned()] } else { Vec::new() },
    }
}
