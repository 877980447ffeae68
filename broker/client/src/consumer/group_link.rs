//! The way to a group's coordinator: found when needed, forgotten when it moves.

use std::time::Duration;
use tidemill_protocol::messages::find_coordinator::FindCoordinatorResponse;
use tidemill_protocol::{ErrorCode, Request};

use parking_lot::Mutex;

use crate::admin::find_coordinator;
use crate::cluster::{Cluster, Lane};
use crate::connection::CallError;

/// A group and who coordinates it.
#[derive(Debug)]
pub(super) struct GroupLink {
    pub(super) group_id: String,
    cluster: Cluster,
    node: Mutex<Option<i32>>,
}

/// How a call to the coordinator fails.
#[derive(Debug, Clone)]
pub(super) enum CoordinatorError {
    /// There is none at the moment.
    Unavailable { reason: String },
    /// The group may not be coordinated for this client.
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
    pub(super) fn is_retriable(&self) -> bool {
        match self {
            Self::Unavailable { .. } => true,
            Self::Refused(_) => false,
            Self::Call(error) => error.is_retriable(),
        }
    }
}

/// A call to the coordinator.
#[derive(Debug, Clone, Copy)]
pub(super) struct CoordinatorCall {
    /// Highest version to speak.
    pub(super) limit: i16,
    /// How long the answer may take.
    pub(super) timeout: Duration,
    /// Whether the call may wait for other members, so that nothing else must queue behind it.
    pub(super) lane: Lane,
}

impl GroupLink {
    /// Makes the link of `group_id`.
    pub(super) fn new(group_id: String, cluster: Cluster) -> Self {
        Self { group_id, cluster, node: Mutex::new(None) }
    }

    /// Returns an ordinary call.
    pub(super) fn ordinary(&self, limit: i16) -> CoordinatorCall {
        CoordinatorCall { limit, timeout: self.cluster.request_timeout(), lane: Lane::Control }
    }

    /// Calls the coordinator, finding it first if it is not known.
    pub(super) async fn call<R: Request>(
        &self,
        call: CoordinatorCall,
        build: impl FnOnce(i16) -> R,
    ) -> Result<R::Response, CoordinatorError> {
        let node = self.find().await?;
        let result = self.call_node(node, call, build).await;
        if result.as_ref().is_err_and(CallError::is_retriable) {
            self.forget();
        }
        result.map_err(CoordinatorError::Call)
    }

    async fn call_node<R: Request>(
        &self,
        node: i32,
        call: CoordinatorCall,
        build: impl FnOnce(i16) -> R,
    ) -> Result<R::Response, CallError> {
        let channel = self.cluster.channel(node, call.lane).await?;
        let version = channel.version::<R>(call.limit)?;
        channel.call(&build(version), version, call.timeout).await
    }

    /// Forgets the coordinator if `code` says that it is another broker now.
    pub(super) fn notice(&self, code: ErrorCode) {
        if matches!(code, ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable) {
            self.forget();
        }
    }

    /// Forgets the coordinator.
    pub(super) fn forget(&self) {
        *self.node.lock() = None;
    }

    async fn find(&self) -> Result<i32, CoordinatorError> {
        if let Some(node) = *self.node.lock() {
            return Ok(node);
        }
        let build = |version| find_coordinator(&self.group_id, version);
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
        tracing::debug!(group_id = %self.group_id, node, "found the coordinator");
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
