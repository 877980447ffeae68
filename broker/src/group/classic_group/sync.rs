//! SyncGroup: the leader's assignment reaches every member of its generation.

use std::collections::BTreeMap;

use bytes::Bytes;
use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupResponse};

use super::state::{ClassicGroup, GroupState};
use crate::group::turn::{Reply, ReplyToken, Turn};

pub(super) fn refusal(error: ErrorCode) -> Reply {
    Reply::Sync(SyncGroupResponse { error_code: error.code(), ..SyncGroupResponse::default() })
}

impl ClassicGroup {
    /// Handles a SyncGroup request; a follower's reply comes after the leader's request.
    pub(in crate::group) fn sync(
        &mut self,
        turn: &mut Turn<'_>,
        request: &SyncGroupRequest,
        token: ReplyToken,
    ) {
        if let Err(error) = self.check_sync(request) {
            turn.reply(token, refusal(error));
            return;
        }
        let member_id = request.member_id.as_str();
        match self.state {
            GroupState::Empty => turn.reply(token, refusal(ErrorCode::UnknownMemberId)),
            GroupState::PreparingRebalance => turn.reply(token, refusal(ErrorCode::RebalanceInProgress)),
            GroupState::CompletingRebalance => {
                if let Some(earlier) = self.members.park_sync(member_id, token) {
                    turn.reply(earlier, refusal(ErrorCode::RebalanceInProgress));
                }
                self.note_sync(turn, member_id);
                if self.is_leader(member_id) {
                    self.assign(turn, request);
                }
            }
            GroupState::Stable => {
                self.note_sync(turn, member_id);
                let reply = self.assigned(member_id);
                turn.reply(token, reply);
            }
        }
    }

    fn check_sync(&self, request: &SyncGroupRequest) -> Result<(), ErrorCode> {
        self.check_member(&request.member_id, request.group_instance_id.as_deref())?;
        if request.generation_id != self.generation_id {
            return Err(ErrorCode::IllegalGeneration);
        }
        let contradicts = |asked: &Option<String>, ours: &Option<String>| matches!((asked, ours), (Some(asked), Some(ours)) if asked != ours);
        if contradicts(&request.protocol_type, &self.protocol_type)
            || contradicts(&request.protocol_name, &self.protocol_name)
        {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        Ok(())
    }

    /// Notes that a member synced; when all have, nobody has to be removed for not doing so.
    fn note_sync(&mut self, turn: &mut Turn<'_>, member_id: &str) {
        self.pending_syncs.remove(member_id);
        if self.pending_syncs.is_empty() {
            turn.cancel(self.sync_timer());
        }
    }

    /// Takes the leader's assignment; members it leaves out get empty bytes.
    fn assign(&mut self, turn: &mut Turn<'_>, request: &SyncGroupRequest) {
        let mut assignments: BTreeMap<&str, &Bytes> =
            request.assignments.iter().map(|entry| (entry.member_id.as_str(), &entry.assignment)).collect();
        for member_id in self.members.ids() {
            let assignment = assignments.remove(member_id.as_str()).cloned().unwrap_or_default();
            self.members.assign(&member_id, assignment);
        }
        self.enter(GroupState::Stable, turn.now.wall_ms);
        self.write_record(turn);
        for member_id in self.members.ids() {
            if let Some(token) = self.members.take_sync(&member_id) {
                let reply = self.assigned(&member_id);
                turn.reply(token, reply);
                self.restart_session(turn, &member_id);
            }
        }
    }

    fn assigned(&self, member_id: &str) -> Reply {
        let assignment = self.members.get(member_id).map(|member| member.assignment.clone());
        Reply::Sync(SyncGroupResponse {
            error_code: ErrorCode::None.code(),
            protocol_type: self.protocol_type.clone(),
            protocol_name: self.protocol_name.clone(),
            assignment: assignment.unwrap_or_default(),
            ..SyncGroupResponse::default()
        })
    }

    /// The sync timer went off: removes members of the generation that did not sync, and rebalances the rest.
    pub(in crate::group) fn on_sync_timer(&mut self, turn: &mut Turn<'_>) {
        let is_in_generation = matches!(self.state, GroupState::CompletingRebalance | GroupState::Stable);
        if !is_in_generation || self.pending_syncs.is_empty() {
            return;
        }
        let silent: Vec<String> = self.pending_syncs.iter().cloned().collect();
        for member_id in &silent {
            self.remove_member(turn, member_id);
        }
        tracing::info!(group_id = %self.group_id, removed = silent.len(), "removed members that did not sync");
        self.prepare_rebalance(turn);
    }
}
