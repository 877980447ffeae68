//! What a member learns from its coordinator's answers.

use std::time::Duration;

use bytes::Bytes;
use tidemill_protocol::ErrorCode;

use super::membership::{Identity, Joined, MemberError, Membership, OwnerWork, Phase};

impl Membership {
    /// Takes in the answer to JoinGroup `number`.
    pub(super) fn on_join(&mut self, number: u64, answer: Result<Joined, MemberError>, now: Duration) {
        if number != self.number || self.phase != Phase::Joining {
            return;
        }
        match answer {
            Ok(joined) => {
                self.failures = 0;
                self.last_beat = now;
                self.leading = joined.is_leader;
                self.identity = Identity { generation: joined.generation, member_id: joined.member_id };
                self.protocol.clone_from(&joined.protocol);
                self.assignments.clear();
                if joined.is_leader && !joined.skip_assignment {
                    self.phase = Phase::Leading;
                    self.number += 1;
                    let (protocol, members) = (joined.protocol, joined.members);
                    self.work = Some(OwnerWork::Assign { number: self.number, protocol, members });
                } else {
                    self.sync();
                }
            }
            Err(MemberError::Code { code: ErrorCode::MemberIdRequired, member_id: Some(member_id) }) => {
                self.identity.member_id = member_id;
                self.phase = Phase::Preparing;
            }
            Err(error) => self.on_error(&error, now),
        }
    }

    /// Takes in the answer to SyncGroup `number`.
    pub(super) fn on_sync(&mut self, number: u64, answer: Result<Bytes, MemberError>, now: Duration) {
        if number != self.number || self.phase != Phase::Syncing {
            return;
        }
        match answer {
            Ok(assignment) => {
                self.phase = Phase::Adopting;
                self.number += 1;
                self.work = Some(OwnerWork::Adopt { number: self.number, assignment });
            }
            Err(error) => self.on_error(&error, now),
        }
    }

    /// Takes in the answer to heartbeat `number`.
    pub(super) fn on_heartbeat(&mut self, number: u64, answer: Result<(), MemberError>, now: Duration) {
        if self.heartbeat != Some(number) {
            return;
        }
        self.heartbeat = None;
        match answer {
            Ok(()) => {}
            Err(MemberError::Code { code: ErrorCode::RebalanceInProgress, .. }) => self.request_rejoin(),
            // Sent again soon: the session may be about to end.
            Err(MemberError::Unreachable) => {
                let early = self.settings.heartbeat_interval.saturating_sub(self.settings.backoff.first);
                self.last_beat = now.saturating_sub(early);
            }
            Err(error) => self.on_error(&error, now),
        }
    }

    fn on_error(&mut self, error: &MemberError, now: Duration) {
        let code = match error {
            MemberError::Unreachable => {
                self.back_off(now);
                return self.prepare();
            }
            MemberError::Code { code, .. } => *code,
        };
        tracing::debug!(error = code.name(), "the coordinator answered with an error");
        match code {
            ErrorCode::UnknownMemberId => {
                self.identity = Identity { generation: -1, member_id: String::new() };
                self.prepare();
            }
            ErrorCode::IllegalGeneration => {
                self.identity.generation = -1;
                self.prepare();
            }
            ErrorCode::RebalanceInProgress => self.prepare(),
            _ if code.is_retriable() => {
                // A heartbeat's: the coordinator moves and the member stays one.
                if matches!(self.phase, Phase::Joining | Phase::Syncing) {
                    self.back_off(now);
                    self.prepare();
                }
            }
            code => {
                self.abandon();
                self.phase = Phase::Failed(code);
            }
        }
    }

    pub(super) fn back_off(&mut self, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        self.not_before = now + self.settings.backoff.delay(self.failures, &mut self.random);
    }
}
