//! What the state machine learns from coordinators and from failed batches.

use std::sync::Arc;
use std::time::Duration;

use tidemill_protocol::ErrorCode;

use super::effects::{Answer, Call, CallEnd, Effect, Operation, Protocol};
use super::errors::{TransactionError, TransactionFailure};
use super::machine::{State, Transactions};
use super::verdicts::{self, Verdict};
use crate::TopicPartition;
use crate::producer::effects::Failure;

/// Wait before asking again while the coordinator still ends the previous transaction: it takes only a moment.
const CONCURRENT_BACKOFF: Duration = Duration::from_millis(20);

impl Transactions {
    /// Takes in how call `number` ended.
    pub(super) fn on_call_end(&mut self, number: u64, end: CallEnd, now: Duration) {
        let Some((_, call)) = self.under_way.take_if(|(known, _)| *known == number) else {
            return;
        };
        match end {
            CallEnd::Answered(answer) => self.on_answer(&call, answer, now),
            CallEnd::Unanswered { reason, retriable: true } => {
                self.retry(&call, reason, self.settings.backoff.max, now);
            }
            CallEnd::Unanswered { reason, retriable: false } => {
                let cause = self.failure(&call, None, &reason);
                self.fail(TransactionError::Fatal { cause });
            }
        }
    }

    /// Takes in that a batch of the transaction reached the log.
    pub(in crate::producer) fn on_batch_written(&mut self) {
        self.contents.confirmed = true;
    }

    /// Takes in that a batch for `partition` was given up.
    pub(in crate::producer) fn on_batch_failed(&mut self, partition: &TopicPartition, failure: &Failure) {
        let (code, reason) = match failure {
            Failure::Dropped { .. } => return,
            Failure::Refused { code, message } => {
                (Some(*code), message.as_deref().unwrap_or(code.message()).to_owned())
            }
            Failure::Timeout { .. } => (None, "not acknowledged within delivery.timeout.ms".to_owned()),
            Failure::Encode { reason } => (None, reason.to_string()),
        };
        // Version 2 ends every transaction with a new epoch anyway.
        self.contents.needs_epoch |= self.protocol == Protocol::V1;
        let cause = TransactionFailure {
            during: "Produce",
            code,
            reason: Arc::from(format!("{partition}: {reason}")),
            may_be_committed: false,
        };
        match code.map_or(Verdict::Abort, verdicts::of_batch) {
            Verdict::Fenced => self.fail(TransactionError::Fenced { cause }),
            Verdict::Fatal => self.fail(TransactionError::Fatal { cause }),
            verdict => {
                self.contents.lost_id |= verdict == Verdict::AbortAndRenew;
                if matches!(self.state, State::InTransaction | State::Committing) {
                    self.must_abort(cause);
                }
            }
        }
    }

    fn on_answer(&mut self, call: &Call, answer: Answer, now: Duration) {
        if matches!(self.state, State::Failed(_)) {
            return;
        }
        let worst = answer.rows.iter().max_by_key(|(code, _)| verdicts::of_call(call, *code));
        let (code, partition) = worst.cloned().unwrap_or((ErrorCode::UnknownServerError, None));
        let verdict = match verdicts::of_call(call, code) {
            // There is nothing to abort: what may have begun had not begun.
            Verdict::Fatal if code == ErrorCode::InvalidTxnState && self.aborts_nothing(call) => {
                Verdict::Done
            }
            verdict => verdict,
        };
        let subject = partition.map(|partition| format!("{partition}: ")).unwrap_or_default();
        let reason = format!("{subject}{}", code.message());
        let cause = self.failure(call, Some(code), &reason);
        match verdict {
            Verdict::Done => self.on_done(call, &answer),
            Verdict::Retry => {
                let concurrent = code == ErrorCode::ConcurrentTransactions;
                let longest = if concurrent { CONCURRENT_BACKOFF } else { self.settings.backoff.max };
                self.retry(call, format!("{}: {}", call.name(), code.name()), longest, now);
            }
            Verdict::Fenced => self.fail(TransactionError::Fenced { cause }),
            Verdict::Fatal => self.fail(TransactionError::Fatal { cause }),
            Verdict::Abort | Verdict::AbortAndRenew => {
                let renew = verdict == Verdict::AbortAndRenew;
                self.contents.lost_id |= renew;
                // What was to be added to a transaction that fails already is of no concern any more, and while
                // aborting another producer id is all that is missing.
                let is_end = matches!(call, Call::Init { .. } | Call::End { .. });
                if matches!(self.state, State::InTransaction | State::Committing) || (is_end && !renew) {
                    self.must_abort(cause);
                }
            }
        }
    }

    fn aborts_nothing(&self, call: &Call) -> bool {
        *call == Call::End { committed: false } && !self.contents.confirmed
    }

    fn on_done(&mut self, call: &Call, answer: &Answer) {
        self.failures = 0;
        self.not_before = Duration::ZERO;
        match call {
            Call::Init { .. } => {
                let level = answer.transaction_version.min(self.settings.max_version);
                self.protocol = if level >= 2 { Protocol::V2 } else { Protocol::V1 };
                self.adopt(answer);
                self.complete();
            }
            Call::AddPartitions { slots } => {
                self.contents.confirmed = true;
                self.contents.added.extend(slots);
                self.contents.wanted.retain(|slot| !slots.contains(slot));
                self.gate_changed = true;
            }
            Call::AddOffsets { group_id } => {
                self.contents.confirmed = true;
                self.contents.groups.insert(Arc::clone(group_id));
            }
            Call::CommitOffsets { offsets } => {
                self.contents.confirmed = true;
                // An abort has emptied the queue and told the caller.
                let sent = self.contents.offsets.pop_front_if(|(_, first)| Arc::ptr_eq(first, offsets));
                if let Some((number, _)) = sent {
                    self.outcomes.insert(Operation::Offsets(number), Ok(()));
                }
            }
            Call::End { committed } => {
                self.adopt(answer);
                if *committed {
                    self.complete();
                } else {
                    self.contents.needs_epoch &= self.protocol == Protocol::V1;
                    self.state = State::Aborting { ended: true };
                }
            }
        }
    }

    /// Goes on under the producer id and epoch that the coordinator named.
    fn adopt(&mut self, answer: &Answer) {
        if let Some((id, epoch)) = answer.identity.filter(|named| Some(*named) != self.identity) {
            self.identity = Some((id, epoch));
            self.effects.push(Effect::BeginEpoch { id, epoch });
        }
    }

    fn retry(&mut self, call: &Call, reason: String, longest: Duration, now: Duration) {
        match (call, &self.state) {
            (Call::End { committed: true }, _) => self.contents.may_be_committed = true,
            (Call::Init { .. } | Call::End { .. }, _) => {}
            // What was asked for may still come about after the abort, unless the epoch is another then.
            (_, State::Aborting { .. }) => self.contents.needs_epoch |= self.protocol == Protocol::V1,
            _ => {}
        }
        self.failures = self.failures.saturating_add(1);
        let delay = self.settings.backoff.delay(self.failures, &mut self.random);
        self.not_before = now + delay.min(longest);
        self.last = Some(reason);
    }

    /// The transaction can only be aborted from now on.
    fn must_abort(&mut self, cause: TransactionFailure) {
        let error = TransactionError::Abortable { cause: cause.clone() };
        if let Some(operation) = self.state.operation() {
            self.outcomes.insert(operation, Err(error.clone()));
        }
        if self.state == State::Initialising {
            self.contents.needs_epoch = true;
        }
        self.fail_offsets(&error);
        self.contents.wanted.clear();
        let reason = Arc::from(error.to_string());
        self.effects.push(Effect::DropUnsent { reason });
        self.become_state(State::Abortable(cause));
    }

    /// The producer is of no more use.
    fn fail(&mut self, error: TransactionError) {
        if matches!(self.state, State::Failed(_)) {
            return;
        }
        if let Some(operation) = self.state.operation() {
            self.outcomes.insert(operation, Err(error.clone()));
        }
        self.fail_offsets(&error);
        let reason = Arc::from(error.to_string());
        self.effects.push(Effect::DropAll { reason });
        self.become_state(State::Failed(error));
    }

    fn failure(&self, call: &Call, code: Option<ErrorCode>, reason: &str) -> TransactionFailure {
        let may_be_committed = self.contents.may_be_committed && self.state == State::Committing;
        TransactionFailure { during: call.name(), code, reason: Arc::from(reason), may_be_committed }
    }
}
