//! Groups: list, describe, delete.

use bytes::Bytes;
use tidemill_protocol::messages::delete_groups::DeleteGroupsRequest;
use tidemill_protocol::messages::describe_groups::{DescribeGroupsRequest, DescribedGroup};
use tidemill_protocol::messages::list_groups::ListGroupsRequest;

use super::handle::call_error;
use super::{Admin, AdminError, ItemResults};
use crate::TopicPartition;
use crate::consumer::decode_assignment;
use crate::network::within;

/// A group in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupListing {
    /// `group.id`.
    pub group_id: String,
    /// What the group does: `consumer`, `connect`, ...
    pub protocol_type: String,
    /// State, for example `Stable`; empty if the broker does not say.
    pub state: String,
    /// Type, for example `classic`; empty if the broker does not say.
    pub group_type: String,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDescription {
    /// `group.id`.
    pub group_id: String,
    /// State, for example `Stable` or `Dead`.
    pub state: String,
    /// What the group does.
    pub protocol_type: String,
    /// Assignor in use.
    pub assignor: String,
    /// Members.
    pub members: Vec<GroupMember>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// Member id.
    pub member_id: String,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<String>,
    /// `client.id`.
    pub client_id: String,
    /// Address it connects from.
    pub client_host: String,
    /// What it was assigned; empty for groups that are no consumers'.
    pub assignment: Vec<TopicPartition>,
    /// Its assignment as stored.
    pub assignment_bytes: Bytes,
}

impl Admin {
    /// Lists the groups of all brokers, by id.
    ///
    /// # Errors
    /// [`AdminError`] if a broker did not answer.
    pub async fn list_groups(&self) -> Result<Vec<GroupListing>, AdminError> {
        within(self.list_groups_of_all()).await
    }

    async fn list_groups_of_all(&self) -> Result<Vec<GroupListing>, AdminError> {
        let cluster = self.describe_cluster().await?;
        let mut groups = Vec::new();
        for broker in cluster.brokers {
            let subject = format!("groups of broker {}", broker.node_id);
            self.know_node(broker.node_id).await;
            let answer = self.cluster.call_node(broker.node_id, |_| ListGroupsRequest::default()).await;
            let answer = answer.map_err(|error| call_error(&subject, error))?;
            AdminError::check(&subject, answer.error_code, None)?;
            groups.extend(answer.groups.into_iter().map(|group| GroupListing {
                group_id: group.group_id,
                protocol_type: group.protocol_type,
                state: group.group_state,
                group_type: group.group_type,
            }));
        }
        groups.sort_unstable_by(|one, other| one.group_id.cmp(&other.group_id));
        groups.dedup_by(|one, other| one.group_id == other.group_id);
        Ok(groups)
    }

    /// Describes groups.
    ///
    /// # Errors
    /// [`AdminError`] if a coordinator could not be asked; what became of each group is in its own result.
    pub async fn describe_groups(
        &self,
        groups: &[&str],
    ) -> Result<ItemResults<String, GroupDescription>, AdminError> {
        within(async {
            let mut results = Vec::with_capacity(groups.len());
            for group in groups {
                let request = DescribeGroupsRequest {
                    groups: vec![(*group).to_owned()],
                    include_authorized_operations: false,
                };
                let first_code =
                    |answer: &<DescribeGroupsRequest as tidemill_protocol::Request>::Response| {
                        answer.groups.first().map_or(0, |group| group.error_code)
                    };
                let answer = self.ask_coordinator(group, |_| request.clone(), first_code).await?;
                results.extend(answer.groups.into_iter().map(|row| (row.group_id.clone(), described(row))));
            }
            Ok(results)
        })
        .await
    }

    /// Deletes groups that have no members, with their offsets.
    ///
    /// # Errors
    /// [`AdminError`] if a coordinator could not be asked; what became of each group is in its own result.
    pub async fn delete_groups(&self, groups: &[&str]) -> Result<ItemResults<String, ()>, AdminError> {
        within(async {
            let mut results = Vec::with_capacity(groups.len());
            for group in groups {
                let request = DeleteGroupsRequest { groups_names: vec![(*group).to_owned()] };
                let first_code = |answer: &<DeleteGroupsRequest as tidemill_protocol::Request>::Response| {
                    answer.results.first().map_or(0, |group| group.error_code)
                };
                let answer = self.ask_coordinator(group, |_| request.clone(), first_code).await?;
                results.extend(answer.results.into_iter().map(|row| {
                    let result = AdminError::check(&format!("group {}", row.group_id), row.error_code, None);
                    (row.group_id, result)
                }));
            }
            Ok(results)
        })
        .await
    }
}

fn described(group: DescribedGroup) -> Result<GroupDescription, AdminError> {
    AdminError::check(&format!("group {}", group.group_id), group.error_code, group.error_message)?;
    let of_consumers = group.protocol_type == "consumer";
    let members = group.members.into_iter().map(|member| GroupMember {
        member_id: member.member_id,
        group_instance_id: member.group_instance_id,
        client_id: member.client_id,
        client_host: member.client_host,
        assignment: if of_consumers {
            decode_assignment(member.member_assignment.clone()).map(|found| found.0).unwrap_or_default()
        } else {
            Vec::new()
        },
        assignment_bytes: member.member_assignment,
    });
    Ok(GroupDescription {
        members: members.collect(),
        group_id: group.group_id,
        state: group.group_state,
        protocol_type: group.protocol_type,
        assignor: group.protocol_data,
    })
}
