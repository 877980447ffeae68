//! What DescribeGroups and ListGroups say about a group.

use bytes::Bytes;
use tidemill_protocol::messages::describe_groups::{DescribedGroup, DescribedGroupMember};
use tidemill_protocol::messages::list_groups::ListedGroup;

use super::state::{ClassicGroup, GroupState};

/// The name of this kind of group in ListGroups (KIP-848).
const GROUP_TYPE: &str = "Classic";

impl ClassicGroup {
    /// Describes the group; what members subscribe to is told when the group is stable.
    #[must_use]
    pub fn describe(&self) -> DescribedGroup {
        let protocol = self.protocol_name.as_deref().filter(|_| self.state == GroupState::Stable);
        let members = self.members.iter().map(|member| DescribedGroupMember {
            member_id: member.member_id.clone(),
            group_instance_id: member.instance_id.clone(),
            client_id: member.client_id.clone(),
            client_host: member.client_host.clone(),
            member_metadata: protocol.map_or_else(Bytes::new, |protocol| member.metadata(protocol)),
            member_assignment: member.assignment.clone(),
        });
        DescribedGroup {
            group_id: self.group_id.clone(),
            group_state: self.state.name().to_owned(),
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            protocol_data: protocol.unwrap_or_default().to_owned(),
            members: members.collect(),
            ..DescribedGroup::default()
        }
    }

    /// Lists the group if it is in one of the states and of one of the types; an empty filter takes all, and
    /// case and surrounding blanks do not matter.
    #[must_use]
    pub fn list(&self, states: &[String], types: &[String]) -> Option<ListedGroup> {
        let passes = |filter: &[String], name: &str| {
            filter.is_empty() || filter.iter().any(|wanted| wanted.trim().eq_ignore_ascii_case(name))
        };
        (passes(states, self.state.name()) && passes(types, GROUP_TYPE)).then(|| ListedGroup {
            group_id: self.group_id.clone(),
            protocol_type: self.protocol_type.clone().unwrap_or_default(),
            group_state: self.state.name().to_owned(),
            group_type: GROUP_TYPE.to_owned(),
        })
    }
}
