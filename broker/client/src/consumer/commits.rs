//! Committing offsets: one commit after the other, so that an older one never overwrites a younger.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tidemill_protocol::ErrorCode;
use tokio::sync::{mpsc, oneshot};

use super::errors::CommitError;
use super::handle::Consumer;
use super::state::Shared;
use crate::cluster::{CoordinatorError, CoordinatorLink};
use crate::committed::{self, CommitIdentity};
use crate::network;
use crate::{OffsetAndMetadata, TopicPartition};

/// Commits that may wait for their turn.
pub(super) const COMMIT_QUEUE: usize = 1_024;

/// What is committed: the next offset to read of each partition.
pub(super) type Offsets = BTreeMap<TopicPartition, OffsetAndMetadata>;

/// A commit that waits for its turn.
pub(super) struct CommitJob {
    offsets: Offsets,
    /// How long to try; once if zero.
    patience: Duration,
    done: Box<dyn FnOnce(Result<(), CommitError>) + Send>,
}

/// Carries out commits until the consumer is gone.
pub(super) async fn run(shared: Arc<Shared>, mut jobs: mpsc::Receiver<CommitJob>) {
    while let Some(job) = jobs.recv().await {
        let result = commit(&shared, &job.offsets, job.patience).await;
        (job.done)(result);
        if shared.is_closed() && jobs.is_empty() {
            return;
        }
    }
}

async fn commit(shared: &Shared, offsets: &Offsets, patience: Duration) -> Result<(), CommitError> {
    let Some(group) = &shared.group else {
        return Err(CommitError::NoGroup);
    };
    if offsets.is_empty() {
        return Ok(());
    }
    let started = network::now().monotonic;
    let backoff = shared.cluster.retry_backoff();
    let mut random = network::random();
    let mut failures = 0;
    loop {
        let error = match try_commit(shared, group, offsets).await {
            Ok(()) => return Ok(()),
            Err(Attempt::Final(error)) => return Err(error),
            Err(Attempt::Again(last)) => last,
        };
        failures += 1;
        let delay = backoff.delay(failures, &mut random);
        if network::now().monotonic.saturating_sub(started) + delay >= patience {
            return Err(CommitError::Timeout { timeout: patience, last: error });
        }
        tokio::time::sleep(delay).await;
    }
}

enum Attempt {
    Again(String),
    Final(CommitError),
}

async fn try_commit(shared: &Shared, group: &CoordinatorLink, offsets: &Offsets) -> Result<(), Attempt> {
    let identity = shared.commit_identity(&group.key);
    let call = group.ordinary(committed::OFFSET_COMMIT_LIMIT);
    let answer = group.call(call, |_| committed::offset_commit_request(&identity, offsets)).await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if error.is_retriable() => return Err(Attempt::Again(error.to_string())),
        Err(CoordinatorError::Call(source)) => {
            return Err(Attempt::Final(CommitError::Call { source }));
        }
        Err(error) => return Err(Attempt::Again(error.to_string())),
    };
    let group_id = || group.key.clone();
    for (partition, code) in committed::commit_results(answer) {
        group.notice(code);
        match code {
            ErrorCode::None => {}
            ErrorCode::RebalanceInProgress => {
                return Err(Attempt::Final(CommitError::Rebalancing { group_id: group_id() }));
            }
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration | ErrorCode::FencedInstanceId => {
                return Err(Attempt::Final(CommitError::Fenced { group_id: group_id(), code }));
            }
            code if code.is_retriable() => return Err(Attempt::Again(code.name().to_owned())),
            code => return Err(Attempt::Final(CommitError::Refused { partition, code })),
        }
    }
    Ok(())
}

impl Shared {
    /// Returns in whose name offsets are committed now.
    fn commit_identity(&self, group_id: &str) -> CommitIdentity {
        let state = self.state.lock();
        match state.membership.as_ref().and_then(|member| member.identity()) {
            None => CommitIdentity::outside_group(group_id),
            Some(identity) => CommitIdentity {
                group_id: group_id.to_owned(),
                generation_id: identity.generation,
                member_id: identity.member_id.clone(),
                group_instance_id: self.config.group_instance_id.clone(),
            },
        }
    }

    /// Queues a commit that waits for its outcome.
    pub(super) async fn commit_and_wait(
        &self,
        offsets: Offsets,
        patience: Duration,
    ) -> Result<(), CommitError> {
        if self.group.is_none() {
            return Err(CommitError::NoGroup);
        }
        let (answer, answered) = oneshot::channel();
        let done = Box::new(move |result| drop(answer.send(result)));
        let late = |last: &str| CommitError::Timeout { timeout: patience, last: last.to_owned() };
        self.commits
            .send(CommitJob { offsets, patience, done })
            .await
            .map_err(|_| late("the consumer is closed"))?;
        answered.await.unwrap_or_else(|_| Err(late("the consumer is closed")))
    }

    /// Commits what was polled, if `enable.auto.commit` says so and it is time.
    pub(super) fn auto_commit(&self, now: Duration) {
        if !self.config.enable_auto_commit || self.group.is_none() {
            return;
        }
        let offsets = {
            let mut state = self.state.lock();
            if now < state.next_auto_commit {
                return;
            }
            state.next_auto_commit = now + self.config.auto_commit_interval;
            state.fetcher.consumed()
        };
        let done = Box::new(|result: Result<(), CommitError>| {
            if let Err(error) = result {
                tracing::warn!(%error, "auto-commit failed; the next one includes its offsets");
            }
        });
        // A full queue holds younger commits than this one would be once it came to its turn.
        drop(self.commits.try_send(CommitJob { offsets, patience: Duration::ZERO, done }));
    }
}

impl Consumer {
    /// Commits `offsets`, or with `None` what was polled; waits up to `default.api.timeout.ms`.
    ///
    /// # Errors
    /// [`CommitError`]; after [`CommitError::Rebalancing`] poll and commit again what is still assigned.
    pub async fn commit_sync(&self, offsets: Option<Offsets>) -> Result<(), CommitError> {
        let offsets = offsets.unwrap_or_else(|| self.shared.state.lock().fetcher.consumed());
        network::within(self.shared.commit_and_wait(offsets, self.shared.config.api_timeout)).await
    }

    /// Commits `offsets`, or with `None` what was polled, without waiting; commits keep their order.
    ///
    /// `done` is run on a network thread and must not block. A commit that fails is not repeated.
    pub fn commit_async(
        &self,
        offsets: Option<Offsets>,
        done: impl FnOnce(Result<(), CommitError>) + Send + 'static,
    ) {
        let offsets = offsets.unwrap_or_else(|| self.shared.state.lock().fetcher.consumed());
        let job = CommitJob { offsets, patience: Duration::ZERO, done: Box::new(done) };
        if let Err(refused) = self.shared.commits.try_send(job) {
            let last = "too many commits wait for the coordinator".to_owned();
            let (mpsc::error::TrySendError::Full(job) | mpsc::error::TrySendError::Closed(job)) = refused;
            (job.done)(Err(CommitError::Timeout { timeout: Duration::ZERO, last }));
        }
    }
}
