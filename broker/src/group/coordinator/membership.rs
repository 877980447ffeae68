//! Requests of members, on their way to their group.

use std::time::Duration;

use tidemill_environment::Random;
use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use tidemill_protocol::messages::leave_group::{
    LeaveGroupRequest, LeaveGroupResponse, MemberIdentity, MemberResponse,
};
use tidemill_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupResponse};

use super::shard::GroupShard;
use crate::group::classic_group::{ClassicGroup, Join, UNKNOWN_MEMBER_ID};
use crate::group::turn::{Reply, ReplyToken, Turn};

impl GroupShard {
    /// Joins a group; whoever has no member id yet creates it.
    pub(super) fn join(&mut self, turn: &mut Turn<'_>, join: &Join<'_>, random: &mut dyn Random) {
        let request = join.request;
        if let Err(error) = self.check_join(request.group_id.as_str(), request.session_timeout_ms) {
            join.refuse(turn, &request.member_id, error);
            return;
        }
        if let Some(group) = self.groups.get_mut(&request.group_id) {
            group.join(turn, join, random);
            return;
        }
        if request.member_id != UNKNOWN_MEMBER_ID {
            join.refuse(turn, &request.member_id, ErrorCode::UnknownMemberId);
            return;
        }
        let mut group = ClassicGroup::new(request.group_id.clone(), turn.now.wall_ms);
        group.join(turn, join, random);
        if !group.is_vacant() {
            group.write_new_record(turn);
            self.groups.insert(request.group_id.clone(), group);
        }
    }

    fn check_join(&self, group_id: &str, session_timeout_ms: i32) -> Result<(), ErrorCode> {
        if group_id.is_empty() {
            return Err(ErrorCode::InvalidGroupId);
        }
        let bounds = self.config.min_session_timeout..=self.config.max_session_timeout;
        let timeout = u64::try_from(session_timeout_ms).map(Duration::from_millis);
        if timeout.is_ok_and(|timeout| bounds.contains(&timeout)) {
            Ok(())
        } else {
            Err(ErrorCode::InvalidSessionTimeout)
        }
    }

    pub(super) fn sync(&mut self, turn: &mut Turn<'_>, request: &SyncGroupRequest, token: ReplyToken) {
        match self.groups.get_mut(&request.group_id) {
            Some(group) => group.sync(turn, request, token),
            None => {
                let error_code = missing_group(&request.group_id).code();
                turn.reply(
                    token,
                    Reply::Sync(SyncGroupResponse { error_code, ..SyncGroupResponse::default() }),
                );
            }
        }
    }

    pub(super) fn heartbeat(&mut self, turn: &mut Turn<'_>, request: &HeartbeatRequest, token: ReplyToken) {
        match self.groups.get_mut(&request.group_id) {
            Some(group) => group.heartbeat(turn, request, token),
            None => {
                let error_code = missing_group(&request.group_id).code();
                let response = HeartbeatResponse { error_code, ..HeartbeatResponse::default() };
                turn.reply(token, Reply::Heartbeat(response));
            }
        }
    }

    pub(super) fn leave(&mut self, turn: &mut Turn<'_>, request: &LeaveGroupRequest, token: ReplyToken) {
        if let Some(group) = self.groups.get_mut(&request.group_id) {
            group.leave(turn, request, token);
            return;
        }
        let mut response = LeaveGroupResponse::default();
        match missing_group(&request.group_id) {
            ErrorCode::UnknownMemberId => {
                let unknown = |member: &MemberIdentity| MemberResponse {
                    member_id: member.member_id.clone(),
                    group_instance_id: member.group_instance_id.clone(),
                    error_code: ErrorCode::UnknownMemberId.code(),
                };
                response.members = request.members.iter().map(unknown).collect();
            }
            error => response.error_code = error.code(),
        }
        turn.reply(token, Reply::Leave(response));
    }
}

/// A member of a group that does not exist is unknown; a group without a name cannot exist.
fn missing_group(group_id: &str) -> ErrorCode {
    if group_id.is_empty() { ErrorCode::InvalidGroupId } else { ErrorCode::UnknownMemberId }
}
