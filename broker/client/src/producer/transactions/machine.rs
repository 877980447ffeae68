//! The state machine: operations of the caller and time in, calls and decisions out.
//!
//! One call is under way at a time. What to call next follows from the state alone, so an operation that timed out
//! for its caller goes on and can be waited for again; its outcome is kept until somebody asks.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tidemill_environment::SeededRandom;

use super::effects::{
    Call, Caller, Effect, GroupOffsets, NumberedCall, Operation, Protocol, TransactionSettings,
};
use super::errors::{TransactionError, TransactionFailure};
use crate::producer::effects::{Gate, SlotId};

/// What the producer is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    Uninitialised,
    Initialising,
    Ready,
    InTransaction,
    /// Batches settle, then the transaction ends.
    Committing,
    /// As above; `ended` once the coordinator has aborted and only a new epoch is missing.
    Aborting {
        ended: bool,
    },
    /// Something failed: the caller must abort.
    Abortable(TransactionFailure),
    /// The producer is of no more use.
    Failed(TransactionError),
}

impl State {
    fn describe(&self) -> &'static str {
        match self {
            Self::Uninitialised => "init_transactions was not called",
            Self::Initialising => "the producer is being initialised",
            Self::Ready => "no transaction is open",
            Self::InTransaction => "a transaction is open",
            Self::Committing => "the transaction is being committed",
            Self::Aborting { .. } => "the transaction is being aborted",
            Self::Abortable(_) => "the transaction must be aborted",
            Self::Failed(_) => "the producer is of no more use",
        }
    }

    /// Returns the operation that is under way.
    pub(super) fn operation(&self) -> Option<Operation> {
        match self {
            Self::Initialising => Some(Operation::Init),
            Self::Committing => Some(Operation::Commit),
            Self::Aborting { .. } => Some(Operation::Abort),
            _ => None,
        }
    }
}

/// What the open transaction contains, and what is known of it.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Partitions with batches, of which the coordinator does not know yet (version 1).
    pub(super) wanted: BTreeSet<SlotId>,
    /// Partitions of which it knows (version 1).
    pub(super) added: BTreeSet<SlotId>,
    /// Groups of which it knows (version 1).
    pub(super) groups: BTreeSet<Arc<str>>,
    /// Offsets that wait to be sent.
    pub(super) offsets: VecDeque<(u64, Arc<GroupOffsets>)>,
    /// The coordinator may know of the transaction.
    pub(super) begun: bool,
    /// It does.
    pub(super) confirmed: bool,
    /// What may still be on its way must not count: the next transaction needs another epoch.
    pub(super) needs_epoch: bool,
    /// The coordinator does not know the producer id.
    pub(super) lost_id: bool,
    /// A commit was sent and not answered.
    pub(super) may_be_committed: bool,
}

/// The state machine.
#[derive(Debug)]
pub(in crate::producer) struct Transactions {
    pub(super) settings: TransactionSettings,
    pub(super) state: State,
    pub(super) identity: Option<(i64, i16)>,
    pub(super) protocol: Protocol,
    pub(super) contents: Contents,
    pub(super) under_way: Option<(u64, Call)>,
    pub(super) not_before: Duration,
    pub(super) failures: u32,
    /// What the last try ended with.
    pub(super) last: Option<String>,
    pub(super) outcomes: BTreeMap<Operation, Result<(), TransactionError>>,
    pub(super) effects: Vec<Effect>,
    pub(super) gate_changed: bool,
    pub(super) random: SeededRandom,
    next_number: u64,
    is_closing: bool,
    close_by: Option<Duration>,
}

impl Transactions {
    /// Makes the machine of a producer that has not been initialised.
    pub(in crate::producer) fn new(settings: TransactionSettings, random: SeededRandom) -> Self {
        Self {
            settings,
            state: State::Uninitialised,
            identity: None,
            protocol: Protocol::V1,
            contents: Contents::default(),
            under_way: None,
            not_before: Duration::ZERO,
            failures: 0,
            last: None,
            outcomes: BTreeMap::new(),
            effects: Vec::new(),
            gate_changed: true,
            random,
            next_number: 0,
            is_closing: false,
            close_by: None,
        }
    }

    /// Starts to initialise, or joins an initialisation that has begun.
    pub(super) fn init(&mut self) -> Result<(), TransactionError> {
        if self.joins(Operation::Init) {
            return Ok(());
        }
        match self.state {
            State::Uninitialised => self.become_state(State::Initialising),
            _ => return Err(self.refusal(Operation::Init.name())),
        }
        Ok(())
    }

    /// Opens a transaction.
    pub(super) fn begin(&mut self) -> Result<(), TransactionError> {
        if self.state != State::Ready || self.unclaimed().is_some() || self.is_closing {
            return Err(self.refusal("begin_transaction"));
        }
        self.contents = Contents::default();
        self.outcomes.clear();
        self.become_state(State::InTransaction);
        Ok(())
    }

    /// Takes offsets into the open transaction; returns the operation to wait for.
    pub(super) fn send_offsets(&mut self, offsets: GroupOffsets) -> Result<Operation, TransactionError> {
        let number = self.next_number();
        let operation = Operation::Offsets(number);
        if self.state != State::InTransaction {
            return Err(self.refusal(operation.name()));
        }
        self.contents.offsets.push_back((number, Arc::new(offsets)));
        Ok(operation)
    }

    /// Starts to commit, or joins a commit that has begun.
    pub(super) fn commit(&mut self) -> Result<(), TransactionError> {
        if self.joins(Operation::Commit) {
            return Ok(());
        }
        match self.state {
            State::InTransaction => self.become_state(State::Committing),
            _ => return Err(self.refusal(Operation::Commit.name())),
        }
        Ok(())
    }

    /// Starts to abort, or joins an abort that has begun.
    pub(super) fn abort(&mut self) -> Result<(), TransactionError> {
        if self.joins(Operation::Abort) {
            return Ok(());
        }
        match self.state {
            State::InTransaction | State::Abortable(_) => self.begin_abort("the transaction was aborted"),
            _ => return Err(self.refusal(Operation::Abort.name())),
        }
        Ok(())
    }

    /// Aborts what is open and then rests for good.
    pub(super) fn close(&mut self) {
        self.is_closing = true;
        if matches!(self.state, State::InTransaction | State::Abortable(_)) {
            self.begin_abort("the producer was closed");
        }
    }

    /// Whether a closed producer has nothing left to end.
    pub(super) fn is_at_rest(&self, now: Duration) -> bool {
        let ends = matches!(self.state, State::Committing | State::Aborting { .. });
        !ends || self.close_by.is_some_and(|by| by <= now)
    }

    /// Takes the outcome of an operation once it is known and what follows from it was handed on: a next transaction
    /// must find the new epoch.
    pub(super) fn take_outcome(&mut self, operation: Operation) -> Option<Result<(), TransactionError>> {
        if !self.effects.is_empty() {
            return None;
        }
        self.outcomes.remove(&operation)
    }

    /// Whether records are accepted.
    pub(super) fn accepts_records(&self) -> bool {
        self.state == State::InTransaction
    }

    /// Says why `operation` is refused now.
    pub(super) fn refusal(&self, operation: &'static str) -> TransactionError {
        match &self.state {
            State::Abortable(cause) => TransactionError::Abortable { cause: cause.clone() },
            State::Failed(error) => error.clone(),
            _ if self.is_closing => TransactionError::Closed,
            state => match state.operation().or(self.unclaimed()) {
                Some(pending) => TransactionError::Pending { operation, pending: pending.name() },
                None => TransactionError::OutOfPlace { operation, state: state.describe() },
            },
        }
    }

    /// Returns which partitions may begin new batches, if that has changed.
    pub(in crate::producer) fn take_gate(&mut self) -> Option<Gate> {
        if !std::mem::take(&mut self.gate_changed) {
            return None;
        }
        Some(match (&self.state, self.protocol) {
            (State::InTransaction | State::Committing, Protocol::V2) => Gate::Open,
            (State::InTransaction | State::Committing, Protocol::V1) => {
                Gate::Partitions(self.contents.added.clone())
            }
            _ => Gate::Shut,
        })
    }

    /// Returns the protocol in use.
    pub(in crate::producer) fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Notes that `slot` has batches.
    pub(in crate::producer) fn want(&mut self, slot: SlotId) {
        let open = matches!(self.state, State::InTransaction | State::Committing);
        if open && self.protocol == Protocol::V1 && !self.contents.added.contains(&slot) {
            self.contents.wanted.insert(slot);
        }
    }

    /// Notes that batches are on their way: by version 2 they begin the transaction.
    pub(in crate::producer) fn on_produce(&mut self) {
        self.contents.begun |= self.protocol == Protocol::V2;
    }

    /// Decides what to do now; also returns when to ask again if nothing happens before.
    ///
    /// `settled` says that no batch waits, is under way, or will be accepted before the state changes.
    pub(in crate::producer) fn drain(
        &mut self,
        now: Duration,
        settled: bool,
    ) -> (Vec<Effect>, Option<Duration>) {
        if self.is_closing {
            self.close_by.get_or_insert(now + self.settings.closing_patience);
        }
        let mut wake_at = self.close_by.filter(|by| *by > now);
        // An abort goes on when what it drops is dropped, not before: a next transaction's records would go with it.
        if self.effects.is_empty()
            && self.under_way.is_none()
            && let Some(call) = self.next_call(settled)
        {
            if self.not_before > now {
                let at = self.not_before;
                wake_at = Some(wake_at.map_or(at, |known| known.min(at)));
            } else {
                self.start(call);
            }
        }
        (std::mem::take(&mut self.effects), wake_at)
    }

    fn start(&mut self, call: Call) {
        match call {
            Call::AddPartitions { .. } | Call::AddOffsets { .. } | Call::CommitOffsets { .. } => {
                self.contents.begun = true;
            }
            Call::Init { .. } | Call::End { .. } => {}
        }
        let number = self.next_number();
        let (producer_id, epoch) = self.identity.unwrap_or((-1, -1));
        let caller = Caller { producer_id, epoch, protocol: self.protocol };
        self.under_way = Some((number, call.clone()));
        self.effects.push(Effect::Call(NumberedCall { number, call, caller }));
    }

    /// Returns what the state asks for; completes an operation that needs no call.
    fn next_call(&mut self, settled: bool) -> Option<Call> {
        match self.state {
            State::Initialising => Some(Call::Init { recover: None }),
            State::InTransaction => self.next_addition(),
            State::Committing => match self.next_addition() {
                Some(call) => Some(call),
                None if !settled => None,
                None if self.contents.begun => Some(Call::End { committed: true }),
                None => {
                    self.complete();
                    None
                }
            },
            State::Aborting { ended } if settled => {
                let contents = &self.contents;
                if !ended && contents.begun && !contents.lost_id {
                    Some(Call::End { committed: false })
                } else if contents.needs_epoch || contents.lost_id {
                    Some(Call::Init { recover: self.identity })
                } else {
                    self.complete();
                    None
                }
            }
            _ => None,
        }
    }

    /// Returns what the coordinators must be told before the transaction can end.
    fn next_addition(&self) -> Option<Call> {
        let contents = &self.contents;
        if !contents.wanted.is_empty() {
            return Some(Call::AddPartitions { slots: contents.wanted.clone() });
        }
        let (_, offsets) = contents.offsets.front()?;
        let group_id = &offsets.group.group_id;
        if self.protocol == Protocol::V1 && !contents.groups.contains(group_id) {
            return Some(Call::AddOffsets { group_id: Arc::clone(group_id) });
        }
        Some(Call::CommitOffsets { offsets: Arc::clone(offsets) })
    }

    /// Ends the operation under way with success: the producer is ready for the next transaction.
    pub(super) fn complete(&mut self) {
        if let Some(operation) = self.state.operation() {
            self.outcomes.insert(operation, Ok(()));
        }
        self.contents = Contents::default();
        self.become_state(State::Ready);
    }

    fn begin_abort(&mut self, reason: &str) {
        self.outcomes.retain(|operation, _| matches!(operation, Operation::Offsets(_)));
        self.contents.wanted.clear();
        self.fail_offsets(&TransactionError::Abortable {
            cause: TransactionFailure {
                during: Operation::Abort.name(),
                code: None,
                reason: Arc::from(reason),
                may_be_committed: false,
            },
        });
        self.effects.push(Effect::DropUnsent { reason: Arc::from(reason) });
        self.become_state(State::Aborting { ended: false });
    }

    /// Tells who sent offsets that they are not part of any commit.
    pub(super) fn fail_offsets(&mut self, error: &TransactionError) {
        for (number, _) in self.contents.offsets.drain(..) {
            self.outcomes.insert(Operation::Offsets(number), Err(error.clone()));
        }
    }

    pub(super) fn become_state(&mut self, state: State) {
        self.state = state;
        self.gate_changed = true;
        self.failures = 0;
        self.not_before = Duration::ZERO;
        self.last = None;
    }

    /// Whether `operation` is under way, or has ended without anybody asking.
    fn joins(&self, operation: Operation) -> bool {
        self.state.operation() == Some(operation) || self.outcomes.contains_key(&operation)
    }

    /// Returns an operation whose outcome nobody has asked for.
    fn unclaimed(&self) -> Option<Operation> {
        let of_transaction = |operation: &&Operation| !matches!(operation, Operation::Offsets(_));
        self.outcomes.keys().find(of_transaction).copied()
    }

    fn next_number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }
}
