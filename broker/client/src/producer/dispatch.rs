//! The sending task: feeds the state machine and carries out what it decides.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::init_producer_id::InitProducerIdRequest;
use tokio::sync::mpsc;

use super::DeliveryError;
use super::accumulator::Accumulator;
use super::batch::ClosedBatch;
use super::effects::{Effect, Failure};
use super::node_link::{self, LinkOptions, ProduceJob, ProduceOutcome};
use super::sender::Sender;
use super::transactions::{Coordination, Effect as TransactionEffect};
use crate::Metadata;
use crate::cluster::Cluster;
use crate::network;

/// Outcomes that may wait for the task.
const OUTCOME_QUEUE: usize = 64;

/// The end of an attempt to get a producer id: the id, a refusal, or neither (try again).
#[derive(Debug)]
enum Acquired {
    Identity(i64, i16),
    Refused(ErrorCode),
    TryAgain,
}

/// The sending task of one producer.
pub(super) struct Dispatch {
    pub(super) cluster: Cluster,
    pub(super) accumulator: Arc<Accumulator>,
    pub(super) sender: Sender<Arc<ClosedBatch>>,
    pub(super) link: LinkOptions,
    pub(super) delivery_timeout: Duration,
    /// Set if the producer has a `transactional.id`.
    pub(super) transactions: Option<Arc<Coordination>>,
    /// The view and the number of partitions that were brought up to date last.
    pub(super) followed: Option<(Arc<Metadata>, usize)>,
}

/// Queues the task reads and writes.
struct Queues {
    links: HashMap<i32, mpsc::Sender<ProduceJob>>,
    outcomes: mpsc::Sender<ProduceOutcome>,
    identities: mpsc::Sender<Acquired>,
}

impl Dispatch {
    /// Runs until the producer is closed and nothing is left to send.
    pub(super) async fn run(mut self) {
        let (outcomes, mut outcome_queue) = mpsc::channel(OUTCOME_QUEUE);
        let (identities, mut identity_queue) = mpsc::channel(1);
        let mut queues = Queues { links: HashMap::new(), outcomes, identities };
        let mut views = self.cluster.subscribe();
        loop {
            let view = views.borrow_and_update().clone();
            self.follow_metadata(&view);
            self.take_woken();
            let now = network::now().monotonic;
            let (effects, mut wake_at) = self.sender.drain(now, &mut &*self.accumulator);
            for effect in effects {
                self.carry_out(effect, &mut queues).await;
            }
            if let Some(transactions) = self.transactions.clone() {
                let is_settled = || self.sender.is_idle() && self.accumulator.is_empty();
                let (effects, at) = transactions.drain(now, is_settled);
                wake_at = [wake_at, at].into_iter().flatten().min();
                let acted = !effects.is_empty();
                for effect in effects {
                    self.carry_out_of_transactions(effect, &mut queues).await;
                }
                if acted {
                    continue;
                }
            }
            if self.is_done(now) {
                return;
            }
            let nap = wake_at.map_or(self.delivery_timeout, |at| at.saturating_sub(network::now().monotonic));
            tokio::select! {
                () = self.accumulator.wake.notified() => {}
                Some(outcome) = outcome_queue.recv() => {
                    self.take_in(outcome);
                    while let Ok(outcome) = outcome_queue.try_recv() {
                        self.take_in(outcome);
                    }
                }
                Some(acquired) = identity_queue.recv() => self.on_acquired(acquired, &mut queues).await,
                _ = views.changed() => {}
                () = tokio::time::sleep(nap) => {}
            }
        }
    }

    /// Has the sender look at the partitions with new batches.
    fn take_woken(&mut self) {
        let woken = self.accumulator.take_woken();
        if let Some(transactions) = &self.transactions {
            let gate = transactions.with(|machine| {
                woken.iter().for_each(|slot| machine.want(*slot));
                machine.take_gate()
            });
            gate.into_iter().for_each(|gate| self.sender.set_gate(gate));
        }
        woken.into_iter().for_each(|slot| self.sender.wake(slot));
    }

    /// Whether the producer is closed and has nothing left to do.
    fn is_done(&self, now: Duration) -> bool {
        // A batch may have been opened since the woken partitions were taken.
        self.accumulator.is_closed()
            && self.sender.is_idle()
            && self.accumulator.is_empty()
            && self.transactions.as_ref().is_none_or(|transactions| transactions.is_at_rest(now))
    }

    /// Brings partitions and leaders up to date.
    fn follow_metadata(&mut self, view: &Arc<Metadata>) {
        let slots = self.accumulator.slot_count();
        if self.followed.as_ref().is_some_and(|(known, count)| Arc::ptr_eq(known, view) && *count == slots) {
            return;
        }
        for topic in view.topics.values().filter(|topic| topic.error.is_none()) {
            if self.accumulator.topic(&topic.name).is_some() {
                self.accumulator.set_partitions(&topic.name, topic.partitions.len());
            }
        }
        for (slot, known) in self.accumulator.slots().iter().enumerate() {
            let partition = view.partition(&known.partition.topic, known.partition.partition);
            self.sender.set_leader(slot, partition.and_then(|partition| partition.leader));
        }
        self.followed = Some((Arc::clone(view), self.accumulator.slot_count()));
    }

    async fn carry_out(&mut self, effect: Effect<Arc<ClosedBatch>>, queues: &mut Queues) {
        match effect {
            Effect::Finish { payload, outcome } => self.finish(&payload, outcome),
            Effect::RefreshMetadata => drop(self.cluster.request_refresh()),
            Effect::AcquireIdentity => {
                let (cluster, identities) = (self.cluster.clone(), queues.identities.clone());
                network::spawn(async move {
                    let acquired = acquire(&cluster).await;
                    // The receiver is gone only when the producer is.
                    drop(identities.send(acquired).await);
                });
            }
            Effect::Produce { request, node, batches } => {
                let version_limit = self.transactions.as_ref().map_or(i16::MAX, |transactions| {
                    transactions.with(|machine| {
                        machine.on_produce();
                        machine.protocol().produce_limit()
                    })
                });
                let link = queues.links.entry(node).or_insert_with(|| {
                    let (jobs, queue) = mpsc::channel(OUTCOME_QUEUE);
                    let (cluster, outcomes) = (self.cluster.clone(), queues.outcomes.clone());
                    network::spawn(node_link::run(cluster, node, self.link.clone(), queue, outcomes));
                    jobs
                });
                // A link ends only with this task; its queue is longer than requests may be under way.
                drop(link.send(ProduceJob { request, batches, version_limit }).await);
            }
        }
    }

    async fn carry_out_of_transactions(&mut self, effect: TransactionEffect, queues: &mut Queues) {
        let dropped = match effect {
            TransactionEffect::Call(call) => {
                if let Some(transactions) = self.transactions.clone() {
                    network::spawn(async move { transactions.perform(call).await });
                }
                return;
            }
            TransactionEffect::BeginEpoch { id, epoch } => return self.sender.begin_epoch(id, epoch),
            TransactionEffect::DropUnsent { reason } => {
                let slots = self.accumulator.slot_count();
                self.sender.drop_unsent(slots, &reason, &mut &*self.accumulator)
            }
            TransactionEffect::DropAll { reason } => {
                let failure = Failure::Dropped { reason };
                self.sender.give_up_all(&failure, &mut &*self.accumulator)
            }
        };
        for effect in dropped {
            self.carry_out(effect, queues).await;
        }
    }

    fn finish(&self, batch: &ClosedBatch, outcome: Result<super::delivery::Written, Failure>) {
        let partition = || batch.delivery.partition().clone();
        if let Some(transactions) = &self.transactions {
            transactions.with(|machine| match &outcome {
                Ok(_) => machine.on_batch_written(),
                Err(failure) => machine.on_batch_failed(batch.delivery.partition(), failure),
            });
        }
        batch.delivery.finish(outcome.map_err(|failure| match failure {
            Failure::Refused { code, message } => {
                DeliveryError::Refused { partition: partition(), code, message }
            }
            Failure::Timeout { last } => {
                DeliveryError::Timeout { partition: partition(), timeout: self.delivery_timeout, last }
            }
            Failure::Encode { reason } => DeliveryError::Encode { partition: partition(), reason },
            Failure::Dropped { reason } => DeliveryError::Dropped { partition: partition(), reason },
        }));
        self.accumulator.finished(&batch.delivery);
    }

    fn take_in(&mut self, outcome: ProduceOutcome) {
        let now = network::now().monotonic;
        match outcome {
            ProduceOutcome::Answered { request, answers, throttle } => {
                self.sender.on_answer(request, answers, throttle, now);
            }
            ProduceOutcome::Failed { request, reason } => {
                tracing::debug!(request, %reason, "produce request failed");
                self.sender.on_failure(request, &reason, now);
            }
        }
    }

    async fn on_acquired(&mut self, acquired: Acquired, queues: &mut Queues) {
        match acquired {
            Acquired::Identity(id, epoch) => {
                tracing::debug!(producer_id = id, epoch, "acquired a producer id");
                self.sender.set_identity(Some((id, epoch)));
            }
            Acquired::TryAgain => self.sender.set_identity(None),
            Acquired::Refused(code) => {
                tracing::warn!(error = code.name(), "the cluster refuses a producer id");
                self.sender.set_identity(None);
                let failure = Failure::Refused { code, message: None };
                for effect in self.sender.give_up_all(&failure, &mut &*self.accumulator) {
                    self.carry_out(effect, queues).await;
                }
            }
        }
    }
}

/// Asks any broker for a producer id; waits before it returns empty-handed.
async fn acquire(cluster: &Cluster) -> Acquired {
    let request = InitProducerIdRequest {
        transactional_id: None,
        transaction_timeout_ms: i32::MAX,
        ..InitProducerIdRequest::default()
    };
    let answer = cluster.call_any(|_| request.clone()).await;
    match answer.map(|answer| (ErrorCode::from_code(answer.error_code), answer)) {
        Ok((ErrorCode::None, answer)) => Acquired::Identity(answer.producer_id, answer.producer_epoch),
        Ok((code, _)) if !code.is_retriable() => Acquired::Refused(code),
        _ => {
            tokio::time::sleep(cluster.config().retry_backoff).await;
            Acquired::TryAgain
        }
    }
}
