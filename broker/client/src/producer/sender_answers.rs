//! What a sender learns from the brokers' answers, and from their silence.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tidemill_protocol::ErrorCode;

use super::delivery::Written;
use super::effects::{BatchAnswer, Divisible, Effect, Failure, SlotId};
use super::sender::Sender;

impl<B: Clone + Divisible> Sender<B> {
    /// Takes in a broker's answer to request `request`.
    pub(super) fn on_answer(
        &mut self,
        request: u64,
        answers: Vec<(SlotId, BatchAnswer)>,
        throttle: Duration,
        now: Duration,
    ) {
        let Some((node, slots)) = self.requests.remove(&request) else {
            return;
        };
        if let Some(state) = self.nodes.get_mut(&node) {
            state.in_flight = state.in_flight.saturating_sub(1);
            state.not_before = state.not_before.max(now + throttle);
        }
        let mut answers: HashMap<SlotId, BatchAnswer> = answers.into_iter().collect();
        for slot in slots {
            let answer = answers.remove(&slot).unwrap_or_else(|| BatchAnswer::Error {
                code: ErrorCode::UnknownServerError,
                message: Some(Arc::from("the answer does not name the partition")),
            });
            self.on_batch_answer(slot, request, answer, now);
        }
    }

    /// Takes in that request `request` got no answer: whether its batches are in the log is unknown.
    pub(super) fn on_failure(&mut self, request: u64, reason: &str, now: Duration) {
        let Some((node, slots)) = self.requests.remove(&request) else {
            return;
        };
        if let Some(state) = self.nodes.get_mut(&node) {
            state.in_flight = state.in_flight.saturating_sub(1);
        }
        self.effects.push(Effect::RefreshMetadata);
        let reason: Arc<str> = Arc::from(reason);
        for slot in slots {
            if let Some(index) = self.partition(slot).carried_by(request) {
                self.retry_later(slot, index, Arc::clone(&reason), now);
            }
        }
    }

    fn on_batch_answer(&mut self, slot: SlotId, request: u64, answer: BatchAnswer, now: Duration) {
        let Some(index) = self.partition(slot).carried_by(request) else {
            return;
        };
        match answer {
            BatchAnswer::Written(written) => self.acknowledge(slot, index, written),
            BatchAnswer::Unencodable { reason } => self.give_up(slot, index, Failure::Encode { reason }),
            BatchAnswer::Error { code: ErrorCode::DuplicateSequenceNumber, .. } => {
                self.acknowledge(slot, index, Written { base_offset: -1, append_time: -1 });
            }
            BatchAnswer::Error { code: ErrorCode::MessageTooLarge, .. }
                if self.partition(slot).divide(index) => {}
            BatchAnswer::Error { code, message } => self.on_error(slot, index, (code, message), now),
        }
    }

    fn acknowledge(&mut self, slot: SlotId, index: usize, written: Written) {
        let partition = self.partition(slot);
        partition.failures = 0;
        let batch = partition.batches.remove(index).expect("the place was just found");
        if let (Some(numbering), Some(identity)) = (&mut partition.numbering, batch.identity) {
            numbering.established |= numbering.epoch == identity.epoch && numbering.id == identity.id;
        }
        self.effects.push(Effect::Finish { payload: batch.payload, outcome: Ok(written) });
    }

    fn give_up(&mut self, slot: SlotId, index: usize, failure: Failure) {
        let batch = self.partition(slot).batches.remove(index).expect("the place was just found");
        self.effects.push(Effect::Finish { payload: batch.payload, outcome: Err(failure) });
    }

    fn on_error(
        &mut self,
        slot: SlotId,
        index: usize,
        (code, message): (ErrorCode, Option<Arc<str>>),
        now: Duration,
    ) {
        let lost_sequence = if self.settings.transactional {
            // What was sent before it is not settled; once it is, the transaction fails.
            index > 0 && code == ErrorCode::OutOfOrderSequenceNumber
        } else {
            self.settings.idempotent && is_lost_sequence(code)
        };
        let retries = self.settings.retries;
        let attempts = self.partition(slot).batches[index].attempts;
        if lost_sequence || (code.is_retriable() && attempts <= retries) {
            if is_stale_metadata(code) {
                self.effects.push(Effect::RefreshMetadata);
            }
            if lost_sequence && index == 0 {
                // Everything before it is settled, so it is not in the log, and nothing behind it can be.
                self.partition(slot).is_lost = true;
            }
            self.retry_later(slot, index, Arc::from(code.name()), now);
        } else {
            self.give_up(slot, index, Failure::Refused { code, message });
        }
    }

    fn retry_later(&mut self, slot: SlotId, index: usize, reason: Arc<str>, now: Duration) {
        let failures = self.partition(slot).failures.saturating_add(1);
        let delay = self.settings.backoff.delay(failures, &mut self.random);
        let partition = self.partition(slot);
        partition.failures = failures;
        partition.not_before = partition.not_before.max(now + delay);
        let batch = &mut partition.batches[index];
        batch.in_flight = None;
        batch.last = Some(reason);
        if batch.expired {
            partition.batches.remove(index);
        }
    }
}

/// Whether the error says that the broker expects other numbers.
fn is_lost_sequence(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::OutOfOrderSequenceNumber | ErrorCode::UnknownProducerId | ErrorCode::InvalidProducerEpoch
    )
}

/// Whether the error says that another broker leads.
fn is_stale_metadata(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::NotLeaderOrFollower
            | ErrorCode::LeaderNotAvailable
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::UnknownTopicId
            | ErrorCode::FencedLeaderEpoch
            | ErrorCode::UnknownLeaderEpoch
            | ErrorCode::ReplicaNotAvailable
            | ErrorCode::ListenerNotFound
            | ErrorCode::KafkaStorageError
    )
}
