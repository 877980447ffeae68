//! What scenarios of the state machine begin with.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tidemill_environment::SeededRandom;
use tidemill_protocol::ErrorCode;

use super::effects::{
    Answer, Call, CallEnd, Effect, GroupOffsets, NumberedCall, Operation, TransactionSettings,
};
use super::errors::TransactionError;
use super::machine::{State, Transactions};
use crate::connection::Backoff;
use crate::producer::effects::Failure;
use crate::{ConsumerGroupMetadata, OffsetAndMetadata, TopicPartition};

pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

pub(super) fn partition() -> TopicPartition {
    TopicPartition::new("t", 0)
}

pub(super) fn offsets(group: &str) -> GroupOffsets {
    let group = ConsumerGroupMetadata {
        group_id: Arc::from(group),
        generation_id: 3,
        member_id: "m".to_owned(),
        group_instance_id: None,
    };
    GroupOffsets { group, offsets: BTreeMap::from([(partition(), OffsetAndMetadata::new(5))]) }
}

/// A machine and what it decided.
pub(super) struct World {
    pub(super) machine: Transactions,
    pub(super) now: Duration,
    pub(super) settled: bool,
    /// Effects other than calls, in order.
    pub(super) effects: Vec<Effect>,
}

impl World {
    pub(super) fn new() -> Self {
        let backoff = Backoff { first: ms(100), max: ms(1_000) };
        let settings = TransactionSettings { backoff, max_version: i16::MAX, closing_patience: PATIENCE };
        let machine = Transactions::new(settings, SeededRandom::new(1));
        Self { machine, now: ms(1_000), settled: true, effects: Vec::new() }
    }

    /// A machine with an open transaction.
    pub(super) fn open(version: i16) -> Self {
        let mut world = Self::ready(version);
        world.machine.begin().unwrap();
        world
    }

    /// A machine that is ready for a transaction, as producer 7 in epoch 0.
    pub(super) fn ready(version: i16) -> Self {
        let mut world = Self::new();
        world.machine.init().unwrap();
        let call = world.call();
        assert_eq!(call.call, Call::Init { recover: None });
        world.answer(&call, Answer { transaction_version: version, ..named(ErrorCode::None, 7, 0) });
        assert_eq!(world.outcome(Operation::Init), Ok(()));
        world.effects.clear();
        world
    }

    /// Asks until the machine wants nothing more, as the sending task does.
    pub(super) fn drain(&mut self) -> Option<NumberedCall> {
        let mut call = None;
        loop {
            let effects = self.machine.drain(self.now, self.settled).0;
            if effects.is_empty() {
                return call;
            }
            for effect in effects {
                match effect {
                    Effect::Call(made) => assert!(call.replace(made).is_none(), "one call at a time"),
                    other => self.effects.push(other),
                }
            }
        }
    }

    /// Returns the next call, waiting out the backoff.
    pub(super) fn call(&mut self) -> NumberedCall {
        self.now += ms(2_000);
        self.drain().expect("a call is made")
    }

    pub(super) fn answer(&mut self, call: &NumberedCall, answer: Answer) {
        self.machine.on_call_end(call.number, CallEnd::Answered(answer), self.now);
    }

    pub(super) fn code(&mut self, call: &NumberedCall, code: ErrorCode) {
        self.answer(call, Answer { rows: vec![(code, None)], ..Answer::default() });
    }

    pub(super) fn unanswered(&mut self, call: &NumberedCall) {
        let end = CallEnd::Unanswered { reason: "cut".to_owned(), retriable: true };
        self.machine.on_call_end(call.number, end, self.now);
    }

    /// Makes the next call and answers it with success.
    pub(super) fn succeed(&mut self) -> Call {
        let call = self.call();
        self.code(&call, ErrorCode::None);
        call.call
    }

    pub(super) fn fail_batch(&mut self, code: ErrorCode) {
        self.machine.on_batch_failed(&partition(), &Failure::Refused { code, message: None });
    }

    pub(super) fn outcome(&mut self, operation: Operation) -> Result<(), TransactionError> {
        assert_eq!(self.drain(), None, "a call is due");
        self.machine.take_outcome(operation).expect("the operation has ended")
    }

    pub(super) fn is_failed(&self) -> bool {
        matches!(self.machine.state, State::Failed(_))
    }
}

/// An answer that names an identity.
pub(super) fn named(code: ErrorCode, id: i64, epoch: i16) -> Answer {
    Answer { rows: vec![(code, None)], identity: Some((id, epoch)), transaction_version: 2 }
}
