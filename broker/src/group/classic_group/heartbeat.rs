//! Heartbeat, and what happens when it does not come.

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};

use super::state::{ClassicGroup, GroupState};
use crate::group::turn::{Reply, ReplyToken, Turn};

impl ClassicGroup {
    /// Handles a Heartbeat request. One that learns of a rebalance still counts as a sign of life.
    pub(in crate::group) fn heartbeat(
        &mut self,
        turn: &mut Turn<'_>,
        request: &HeartbeatRequest,
        token: ReplyToken,
    ) {
        let checked = self.check_member(&request.member_id, request.group_instance_id.as_deref());
        let error = match checked {
            Err(error) => error,
            Ok(()) if request.generation_id != self.generation_id => ErrorCode::IllegalGeneration,
            Ok(()) => {
                self.restart_session(turn, &request.member_id);
                match self.state {
                    GroupState::Empty => ErrorCode::UnknownMemberId,
                    GroupState::PreparingRebalance => ErrorCode::RebalanceInProgress,
                    // A consumer sends heartbeats from its join on, while it waits for its assignment too.
                    GroupState::CompletingRebalance | GroupState::Stable => ErrorCode::None,
                }
            }
        };
        let response = HeartbeatResponse { error_code: error.code(), ..HeartbeatResponse::default() };
        turn.reply(token, Reply::Heartbeat(response));
    }

    /// Counts an OffsetCommit of a member as a sign of life.
    pub(in crate::group) fn note_offset_commit(&self, turn: &mut Turn<'_>, member_id: &str) {
        if matches!(self.state, GroupState::PreparingRebalance | GroupState::Stable) {
            self.restart_session(turn, member_id);
        }
    }

    /// The session timer of a member, or of a member id that was given out, went off.
    pub(in crate::group) fn on_session_timer(&mut self, turn: &mut Turn<'_>, member_id: &str) {
        if self.pending_joins.contains(member_id) {
            self.remove(member_id);
            self.complete_join_if_all_joined(turn);
            return;
        }
        let Some(member) = self.members.get(member_id) else {
            return;
        };
        if member.is_excused_from_heartbeats() {
            // Its session starts again with the answer it waits for.
            return;
        }
        tracing::info!(group_id = %self.group_id, member_id, "removed a member whose session ended");
        self.remove_member(turn, member_id);
        if self.state == GroupState::PreparingRebalance {
            self.complete_join_if_all_joined(turn);
        } else {
            self.prepare_rebalance(turn);
        }
    }
}
