//! What the caller's handle and the sending task share.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::effects::{Effect, NumberedCall, Operation, TransactionSettings};
use super::errors::TransactionError;
use super::machine::Transactions;
use super::requests::Coordinators;
use crate::cluster::Cluster;
use crate::config::ProducerConfig;
use crate::network;
use crate::producer::accumulator::Accumulator;

/// The transactions of one producer: the machine, and how to reach the coordinators.
///
/// Lock order: the machine, then the accumulator. Records are refused or accepted under the same lock under which the
/// state changes, so a commit knows which records belong to it.
#[derive(Debug)]
pub(in crate::producer) struct Coordination {
    machine: Mutex<Transactions>,
    coordinators: Coordinators,
    accumulator: Arc<Accumulator>,
    /// Notified when an operation may have ended.
    ended: Notify,
}

impl Coordination {
    /// Makes the transactions of a producer, `None` without a `transactional.id`.
    pub(in crate::producer) fn start(
        config: &ProducerConfig,
        cluster: &Cluster,
        accumulator: &Arc<Accumulator>,
    ) -> Option<Arc<Self>> {
        let transactional_id = config.transactional_id.clone()?;
        let settings = TransactionSettings {
            backoff: cluster.retry_backoff(),
            max_version: config.max_transaction_version,
            closing_patience: config.transaction_timeout.min(cluster.request_timeout()),
        };
        accumulator.accept(false);
        let timeout_ms = i32::try_from(config.transaction_timeout.as_millis()).unwrap_or(i32::MAX);
        Some(Arc::new(Self {
            machine: Mutex::new(Transactions::new(settings, network::random())),
            coordinators: Coordinators::new(transactional_id, timeout_ms, cluster.clone()),
            accumulator: Arc::clone(accumulator),
            ended: Notify::new(),
        }))
    }

    /// Returns `transactional.id`.
    pub(in crate::producer) fn transactional_id(&self) -> &str {
        &self.coordinators.transactional_id
    }

    /// Changes or reads the machine; whether records are accepted follows its state.
    pub(in crate::producer) fn with<T>(&self, change: impl FnOnce(&mut Transactions) -> T) -> T {
        let mut machine = self.machine.lock();
        let result = change(&mut machine);
        self.accumulator.accept(machine.accepts_records());
        result
    }

    /// Changes the machine on behalf of a caller and wakes the sending task.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Transactions) -> T) -> T {
        let result = self.with(change);
        self.accumulator.wake.notify_one();
        result
    }

    /// Says why a record is refused.
    pub(in crate::producer) fn refusal(&self) -> TransactionError {
        self.machine.lock().refusal("send")
    }

    /// Aborts what is open; the sending task ends when that is done.
    pub(in crate::producer) fn close(&self) {
        self.change(Transactions::close);
    }

    /// Whether a closed producer has nothing left to end.
    pub(in crate::producer) fn is_at_rest(&self, now: Duration) -> bool {
        self.machine.lock().is_at_rest(now)
    }

    /// Asks the machine what to do; `is_settled` is asked under its lock.
    pub(in crate::producer) fn drain(
        &self,
        now: Duration,
        is_settled: impl FnOnce() -> bool,
    ) -> (Vec<Effect>, Option<Duration>) {
        let drained = self.with(|machine| {
            let settled = is_settled();
            machine.drain(now, settled)
        });
        self.ended.notify_waiters();
        drained
    }

    /// Makes a call and takes in how it ended.
    pub(in crate::producer) async fn perform(&self, call: NumberedCall) {
        let slots = self.accumulator.slots();
        let end = self.coordinators.perform(&call, |slot| slots[slot].partition.clone()).await;
        self.coordinators.notice(&end);
        tracing::debug!(
            transactional_id = self.transactional_id(),
            call = call.name(),
            ?end,
            "coordinator call ended"
        );
        let now = network::now().monotonic;
        self.change(|machine| machine.on_call_end(call.number, end, now));
    }

    /// Waits until `operation` has ended; it goes on if the wait is given up.
    pub(super) async fn outcome(
        &self,
        operation: Operation,
        patience: Duration,
    ) -> Result<(), TransactionError> {
        let ended = async {
            loop {
                let mut notified = std::pin::pin!(self.ended.notified());
                notified.as_mut().enable();
                if let Some(result) = self.with(|machine| machine.take_outcome(operation)) {
                    return result;
                }
                notified.await;
            }
        };
        match tokio::time::timeout(patience, ended).await {
            Ok(result) => result,
            Err(_) => {
                let last = self.machine.lock().last.clone();
                Err(TransactionError::Timeout { operation: operation.name(), waited: patience, last })
            }
        }
    }

    /// Waits until a closed producer rests.
    pub(in crate::producer) async fn rest(&self) {
        loop {
            let mut notified = std::pin::pin!(self.ended.notified());
            notified.as_mut().enable();
            if self.is_at_rest(network::now().monotonic) {
                return;
            }
            notified.await;
        }
    }
}
