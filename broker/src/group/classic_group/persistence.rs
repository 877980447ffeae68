//! What of a group is stored, and a group made of it.

use std::time::Duration;

use tidemill_protocol::messages::group_metadata_record::{GroupMetadataValue, MemberMetadata};
use tidemill_protocol::messages::join_group::JoinGroupRequestProtocol;

use super::members::{ClassicMember, Members};
use super::state::{ClassicGroup, GroupState};
use crate::group::records;
use crate::group::turn::Turn;

impl ClassicGroup {
    /// Appends the group as it is.
    pub(in crate::group) fn write_record(&self, turn: &mut Turn<'_>) {
        turn.append(records::group_metadata(&self.group_id, &self.to_record()));
    }

    /// Appends a group that was just created, unless the step already did: memory never knows a group that the
    /// log does not.
    pub(in crate::group) fn write_new_record(&self, turn: &mut Turn<'_>) {
        if turn.output.records.is_empty() {
            turn.append(records::group_metadata(
                &self.group_id,
                &Self::new(self.group_id.clone(), self.state_since_ms).to_record(),
            ));
        }
    }

    /// Returns what is stored of the group.
    #[must_use]
    pub fn to_record(&self) -> GroupMetadataValue {
        let protocol = self.protocol_name.as_deref().unwrap_or_default();
        GroupMetadataValue {
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            generation: self.generation_id,
            protocol: self.protocol_name.clone(),
            leader: self.leader_id.clone(),
            current_state_timestamp: self.state_since_ms,
            members: self.members.iter().map(|member| member.to_record(protocol)).collect(),
        }
    }

    /// Makes the group that `record` describes: stable if it has members, otherwise empty.
    #[must_use]
    pub fn from_record(group_id: String, record: GroupMetadataValue) -> Self {
        let mut members = Members::default();
        for member in record.members {
            members
                .insert(ClassicMember::from_record(member, record.protocol.as_deref().unwrap_or_default()));
        }
        let state = if members.is_empty() { GroupState::Empty } else { GroupState::Stable };
        let mut group = Self {
            state,
            generation_id: record.generation,
            protocol_type: Some(record.protocol_type).filter(|protocol_type| !protocol_type.is_empty()),
            protocol_name: record.protocol,
            leader_id: record.leader.filter(|leader| members.contains(leader)),
            members,
            ..Self::new(group_id, record.current_state_timestamp)
        };
        if group.leader_id.is_none() {
            group.leader_id = group.members.iter().next().map(|member| member.member_id.clone());
        }
        group.subscribed_topics = group.read_subscribed_topics();
        group
    }

    /// Starts the sessions of members after the group was loaded, and shrinks a group that became too large.
    pub(in crate::group) fn on_loaded(&mut self, turn: &mut Turn<'_>) {
        for member_id in self.members.ids() {
            self.restart_session(turn, &member_id);
        }
        if self.members.len() > turn.config.max_size {
            self.prepare_rebalance(turn);
        }
    }
}

impl ClassicMember {
    fn to_record(&self, protocol: &str) -> MemberMetadata {
        MemberMetadata {
            member_id: self.member_id.clone(),
            group_instance_id: self.instance_id.clone(),
            client_id: self.client_id.clone(),
            client_host: self.client_host.clone(),
            rebalance_timeout: whole_ms(self.rebalance_timeout),
            session_timeout: whole_ms(self.session_timeout),
            subscription: self.metadata(protocol),
            assignment: self.assignment.clone(),
        }
    }

    fn from_record(record: MemberMetadata, protocol: &str) -> Self {
        let session_timeout = from_ms(record.session_timeout);
        Self {
            member_id: record.member_id,
            instance_id: record.group_instance_id,
            client_id: record.client_id,
            client_host: record.client_host,
            session_timeout,
            // Records of version 0 have none.
            rebalance_timeout: if record.rebalance_timeout < 0 {
                session_timeout
            } else {
                from_ms(record.rebalance_timeout)
            },
            protocols: vec![JoinGroupRequestProtocol {
                name: protocol.to_owned(),
                metadata: record.subscription,
            }],
            assignment: record.assignment,
            is_new: false,
            awaiting_join: None,
            awaiting_sync: None,
        }
    }
}

fn whole_ms(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX)
}

fn from_ms(timeout_ms: i32) -> Duration {
    Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0))
}
