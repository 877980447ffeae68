//! LeaveGroup: members leave by member id, or are removed by instance id (KIP-345).

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::leave_group::{
    LeaveGroupRequest, LeaveGroupResponse, MemberIdentity, MemberResponse,
};

use super::join::UNKNOWN_MEMBER_ID;
use super::state::{ClassicGroup, GroupState};
use crate::group::turn::{Reply, ReplyToken, Turn};

impl ClassicGroup {
    /// Handles a LeaveGroup request; all that leave cause one rebalance.
    pub(in crate::group) fn leave(
        &mut self,
        turn: &mut Turn<'_>,
        request: &LeaveGroupRequest,
        token: ReplyToken,
    ) {
        let mut members = Vec::with_capacity(request.members.len());
        let count_before = self.members.len();
        for identity in &request.members {
            let error = match self.remove_one(turn, identity) {
                Ok(()) => ErrorCode::None,
                Err(error) => error,
            };
            members.push(MemberResponse {
                member_id: identity.member_id.clone(),
                group_instance_id: identity.group_instance_id.clone(),
                error_code: error.code(),
            });
        }
        // A member id that was never used takes nothing with it.
        let has_left = self.members.len() < count_before;
        match self.state {
            GroupState::Stable | GroupState::CompletingRebalance if has_left => self.prepare_rebalance(turn),
            GroupState::PreparingRebalance => self.complete_join_if_all_joined(turn),
            _ => {}
        }
        turn.reply(token, Reply::Leave(LeaveGroupResponse { members, ..LeaveGroupResponse::default() }));
    }

    fn remove_one(&mut self, turn: &mut Turn<'_>, identity: &MemberIdentity) -> Result<(), ErrorCode> {
        let instance_id = identity.group_instance_id.as_deref();
        let member_id = if identity.member_id == UNKNOWN_MEMBER_ID {
            // An administrator knows the instance only.
            let current = instance_id.and_then(|instance_id| self.members.id_of_instance(instance_id));
            current.ok_or(ErrorCode::UnknownMemberId)?.to_owned()
        } else if self.pending_joins.contains(&identity.member_id) {
            identity.member_id.clone()
        } else {
            self.check_member(&identity.member_id, instance_id)?;
            identity.member_id.clone()
        };
        tracing::info!(group_id = %self.group_id, member_id, "a member left");
        self.remove_member(turn, &member_id);
        Ok(())
    }
}
