//! From one generation to the next: collect joins, form the generation, hand out its description.

use std::time::Duration;

use bytes::Bytes;
use tidemill_protocol::ErrorCode;

use super::join::{self, UNKNOWN_MEMBER_ID};
use super::state::{ClassicGroup, GroupState, InitialDelay};
use super::sync;
use crate::group::turn::{Reply, Turn};

/// How soon a join that nobody joined is looked at again, if members named no rebalance timeout.
const MIN_JOIN_RETRY: Duration = Duration::from_secs(1);

impl ClassicGroup {
    /// Starts a rebalance, or moves the one that is going on forward.
    pub(super) fn rebalance_or_complete(&mut self, turn: &mut Turn<'_>) {
        if self.state == GroupState::PreparingRebalance {
            self.complete_join_if_all_joined(turn);
        } else {
            self.prepare_rebalance(turn);
        }
    }

    /// Asks all members to join again.
    ///
    /// The first rebalance of an empty group waits `group.initial.rebalance.delay.ms`, and again each time
    /// somebody joins meanwhile, up to the rebalance timeout; others wait until all members joined or the
    /// longest rebalance timeout has passed.
    pub(super) fn prepare_rebalance(&mut self, turn: &mut Turn<'_>) {
        if self.state == GroupState::CompletingRebalance {
            self.cancel_syncs(turn);
        }
        self.pending_syncs.clear();
        turn.cancel(self.sync_timer());
        let is_first = self.state == GroupState::Empty;
        self.enter(GroupState::PreparingRebalance, turn.now.wall_ms);
        if is_first {
            let step = turn.config.initial_rebalance_delay;
            let remaining = self.members.rebalance_timeout().saturating_sub(step);
            self.initial_delay = Some(InitialDelay { step, remaining, is_extended: false });
            turn.schedule(self.join_timer(), step);
        } else if self.has_all_joined() {
            self.complete_join(turn);
        } else {
            turn.schedule(self.join_timer(), self.members.rebalance_timeout());
        }
    }

    /// Forms the next generation if nobody has to be waited for any longer.
    pub(super) fn complete_join_if_all_joined(&mut self, turn: &mut Turn<'_>) {
        let is_collecting = self.state == GroupState::PreparingRebalance && self.initial_delay.is_none();
        if is_collecting && self.has_all_joined() {
            self.complete_join(turn);
        }
    }

    /// The join timer went off: forms the next generation from those who joined, unless the initial delay is
    /// extended.
    pub(in crate::group) fn on_join_timer(&mut self, turn: &mut Turn<'_>) {
        if self.state != GroupState::PreparingRebalance {
            return;
        }
        if let Some(delay) =
            self.initial_delay.filter(|delay| delay.is_extended && !delay.remaining.is_zero())
        {
            let step = turn.config.initial_rebalance_delay.min(delay.remaining);
            let remaining = delay.remaining.saturating_sub(delay.step);
            self.initial_delay = Some(InitialDelay { step, remaining, is_extended: false });
            turn.schedule(self.join_timer(), step);
            return;
        }
        self.complete_join(turn);
    }

    /// Ends the phase of joining. Dynamic members that did not join are removed; static ones stay until their
    /// session ends, so that a restart does not move partitions (KIP-345).
    fn complete_join(&mut self, turn: &mut Turn<'_>) {
        turn.cancel(self.join_timer());
        self.initial_delay = None;
        let is_late = |member: &&super::members::ClassicMember| {
            member.awaiting_join.is_none() && member.instance_id.is_none()
        };
        let late: Vec<String> =
            self.members.iter().filter(is_late).map(|late| late.member_id.clone()).collect();
        for member_id in &late {
            turn.cancel(self.session_timer(member_id));
            self.remove(member_id);
        }
        if !self.members.is_empty() && !self.elect_leader_who_joined() {
            // Only static members are left and none came back yet: their sessions decide.
            turn.schedule(self.join_timer(), self.members.rebalance_timeout().max(MIN_JOIN_RETRY));
            return;
        }
        self.generation_id = next_generation(self.generation_id);
        self.protocol_name = self.members.select_protocol();
        self.subscribed_topics = self.read_subscribed_topics();
        self.pending_syncs.clear();
        if self.members.is_empty() {
            self.leader_id = None;
            self.enter(GroupState::Empty, turn.now.wall_ms);
            self.write_record(turn);
        } else {
            self.enter(GroupState::CompletingRebalance, turn.now.wall_ms);
            self.announce_generation(turn);
        }
        tracing::info!(
            group_id = %self.group_id,
            generation = self.generation_id,
            members = self.members.len(),
            removed = late.len(),
            "formed a generation"
        );
    }

    /// Answers the parked joins and waits for everybody to sync.
    fn announce_generation(&mut self, turn: &mut Turn<'_>) {
        for member_id in self.members.ids() {
            let reply = self.joined(&member_id, self.is_leader(&member_id));
            if let Some(token) = self.members.take_join(&member_id) {
                turn.reply(token, Reply::Join(reply));
            }
            self.members.settle(&member_id);
            self.restart_session(turn, &member_id);
            self.pending_syncs.insert(member_id);
        }
        turn.schedule(self.sync_timer(), self.members.rebalance_timeout());
    }

    /// Makes sure that the leader is somebody who joined; returns false if nobody did.
    fn elect_leader_who_joined(&mut self) -> bool {
        let has_joined = |id: &str| self.members.get(id).is_some_and(|member| member.awaiting_join.is_some());
        if self.leader_id.as_deref().is_some_and(has_joined) {
            return true;
        }
        let joined = self.members.iter().find(|member| member.awaiting_join.is_some());
        match joined.map(|member| member.member_id.clone()) {
            Some(member_id) => {
                self.leader_id = Some(member_id);
                true
            }
            None => false,
        }
    }

    /// Tells members that wait for their assignment to join again.
    fn cancel_syncs(&mut self, turn: &mut Turn<'_>) {
        for member_id in self.members.ids() {
            self.members.assign(&member_id, Bytes::new());
            if let Some(token) = self.members.take_sync(&member_id) {
                turn.reply(token, sync::refusal(ErrorCode::RebalanceInProgress));
                self.restart_session(turn, &member_id);
            }
        }
    }

    /// Removes a member that left, died or did not sync. A join of it that is still parked is answered, so that
    /// a client that lives after all comes back.
    pub(super) fn remove_member(&mut self, turn: &mut Turn<'_>, member_id: &str) {
        if let Some(token) = self.members.take_join(member_id) {
            turn.reply(token, join::refusal(UNKNOWN_MEMBER_ID, ErrorCode::UnknownMemberId));
        }
        if let Some(token) = self.members.take_sync(member_id) {
            turn.reply(token, sync::refusal(ErrorCode::UnknownMemberId));
        }
        turn.cancel(self.session_timer(member_id));
        self.remove(member_id);
    }
}

/// Generations count up; after the largest number they start again, since negative ones mean "none".
fn next_generation(generation_id: i32) -> i32 {
    generation_id.checked_add(1).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::next_generation;

    #[test]
    fn generations_never_become_negative() {
        assert_eq!(next_generation(7), 8);
        assert_eq!(next_generation(i32::MAX), 1);
    }
}
