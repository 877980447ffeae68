//! Joining, syncing, heartbeats and leaving on the wire.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::heartbeat::HeartbeatRequest;
use tidemill_protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse,
};
use tidemill_protocol::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use tidemill_protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};

use super::group_protocol::{Subscription, encode_subscription};
use super::membership::{Identity, Joined, JoinedMember, MemberEffect, MemberError};
use super::state::Shared;
use crate::TopicPartition;
use crate::cluster::{CoordinatorCall, CoordinatorError, CoordinatorLink, Lane};
use crate::network;

/// `protocol.type` of consumer groups.
const PROTOCOL_TYPE: &str = "consumer";
/// Time a coordinator gets to answer beyond what it waits for the members.
const JOIN_GRACE: Duration = Duration::from_secs(5);

/// Carries out one decision of the member.
pub(super) async fn carry_out(shared: Arc<Shared>, effect: MemberEffect) {
    let Some(group) = &shared.group else { return };
    match effect {
        MemberEffect::Join { number, member_id, generation, owned } => {
            let answer = join(&shared, group, member_id, (generation, owned)).await;
            shared.change_member(|member, now| member.on_join(number, answer, now));
        }
        MemberEffect::Sync { number, identity, protocol, assignments } => {
            let answer = sync(&shared, group, identity, (protocol, assignments)).await;
            shared.change_member(|member, now| member.on_sync(number, answer, now));
        }
        MemberEffect::Heartbeat { number, identity } => {
            let answer = heartbeat(&shared, group, identity).await;
            shared.change_member(|member, now| member.on_heartbeat(number, answer, now));
        }
        MemberEffect::Leave { member_id } => leave(&shared, group, member_id).await,
    }
    shared.ready.notify_one();
}

/// What waits for other members must not hold up other requests to the coordinator.
fn member_call(shared: &Shared, timeout: Duration) -> CoordinatorCall {
    CoordinatorCall {
        limit: i16::MAX,
        timeout: timeout.max(shared.cluster.request_timeout()),
        lane: Lane::Group,
    }
}

async fn join(
    shared: &Shared,
    group: &CoordinatorLink,
    member_id: String,
    (generation, owned): (i32, Vec<TopicPartition>),
) -> Result<Joined, MemberError> {
    let config = &shared.config;
    let request = JoinGroupRequest {
        group_id: group.key.clone(),
        session_timeout_ms: millis(config.session_timeout),
        rebalance_timeout_ms: millis(config.max_poll_interval),
        member_id,
        group_instance_id: config.group_instance_id.clone(),
        protocol_type: PROTOCOL_TYPE.to_owned(),
        protocols: protocols(shared, generation, &owned),
        reason: None,
    };
    let timeout = config.max_poll_interval + JOIN_GRACE;
    let answer = group.call(member_call(shared, timeout), |_| request).await;
    let answer: JoinGroupResponse = answer.map_err(|error| unreachable(&error))?;
    let member_id = answer.member_id.clone();
    check(group, answer.error_code, Some(member_id))?;
    let members = answer.members.into_iter().map(|member| JoinedMember {
        member_id: member.member_id,
        group_instance_id: member.group_instance_id,
        metadata: member.metadata,
    });
    let joined = Joined {
        generation: answer.generation_id,
        is_leader: answer.leader == answer.member_id,
        member_id: answer.member_id,
        protocol: answer.protocol_name.unwrap_or_default(),
        skip_assignment: answer.skip_assignment,
        members: members.collect(),
    };
    tracing::info!(
        group_id = %group.key, generation = joined.generation, leader = joined.is_leader,
        assignor = %joined.protocol, "joined the group"
    );
    Ok(joined)
}

/// What each assignor wants the leader to know.
fn protocols(shared: &Shared, generation: i32, owned: &[TopicPartition]) -> Vec<JoinGroupRequestProtocol> {
    let topics = shared.state.lock().membership.as_ref().map(|member| member.topics()).unwrap_or_default();
    let protocol = |assignor: &Arc<dyn super::Assignor>| {
        let subscription = Subscription {
            topics: topics.iter().map(ToString::to_string).collect(),
            user_data: assignor.user_data(&topics),
            owned: owned.to_vec(),
            generation,
            rack: None,
        };
        let metadata = encode_subscription(&subscription).inspect_err(|error| {
            tracing::warn!(assignor = assignor.name(), %error, "a subscription cannot be encoded");
        });
        Some(JoinGroupRequestProtocol { name: assignor.name().to_owned(), metadata: metadata.ok()? })
    };
    shared.assignors.iter().filter_map(protocol).collect()
}

async fn sync(
    shared: &Shared,
    group: &CoordinatorLink,
    identity: Identity,
    (protocol, assignments): (String, Vec<(String, Bytes)>),
) -> Result<Bytes, MemberError> {
    let row = |(member_id, assignment)| SyncGroupRequestAssignment { member_id, assignment };
    let request = SyncGroupRequest {
        group_id: group.key.clone(),
        generation_id: identity.generation,
        member_id: identity.member_id,
        group_instance_id: shared.config.group_instance_id.clone(),
        protocol_type: Some(PROTOCOL_TYPE.to_owned()),
        protocol_name: Some(protocol),
        assignments: assignments.into_iter().map(row).collect(),
    };
    let timeout = shared.config.max_poll_interval + JOIN_GRACE;
    let answer = group.call(member_call(shared, timeout), |_| request).await;
    let answer = answer.map_err(|error| unreachable(&error))?;
    check(group, answer.error_code, None)?;
    Ok(answer.assignment)
}

async fn heartbeat(shared: &Shared, group: &CoordinatorLink, identity: Identity) -> Result<(), MemberError> {
    let request = HeartbeatRequest {
        group_id: group.key.clone(),
        generation_id: identity.generation,
        member_id: identity.member_id,
        group_instance_id: shared.config.group_instance_id.clone(),
    };
    let answer = group.call(group.ordinary(i16::MAX), |_| request).await;
    let answer = answer.map_err(|error| unreachable(&error))?;
    check(group, answer.error_code, None)
}

/// Tells the coordinator that the member is gone. It would find out by itself, only later.
pub(super) async fn leave(shared: &Shared, group: &CoordinatorLink, member_id: String) {
    let build = |version| {
        let batched = version >= 3;
        let member = MemberIdentity {
            member_id: member_id.clone(),
            group_instance_id: shared.config.group_instance_id.clone(),
            reason: None,
        };
        LeaveGroupRequest {
            group_id: group.key.clone(),
            member_id: if batched { String::new() } else { member_id.clone() },
            members: if batched { vec![member] } else { Vec::new() },
        }
    };
    if let Err(error) = group.call(group.ordinary(i16::MAX), build).await {
        tracing::debug!(group_id = %group.key, %error, "the coordinator was not told that a member leaves");
    }
}

fn check(group: &CoordinatorLink, code: i16, member_id: Option<String>) -> Result<(), MemberError> {
    match ErrorCode::from_code(code) {
        ErrorCode::None => Ok(()),
        code => {
            group.notice(code);
            Err(MemberError::Code { code, member_id })
        }
    }
}

fn unreachable(error: &CoordinatorError) -> MemberError {
    tracing::debug!(%error, "the coordinator did not answer a member");
    match error {
        CoordinatorError::Refused(code) => MemberError::Code { code: *code, member_id: None },
        _ if error.is_retriable() => MemberError::Unreachable,
        _ => MemberError::Code { code: ErrorCode::UnsupportedVersion, member_id: None },
    }
}

fn millis(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}

/// Sends what a member that is being closed still has to say, without waiting for its driver.
pub(super) async fn say_goodbye(shared: &Shared) {
    let leave_effect = shared.state.lock().membership.as_mut().and_then(|member| member.leave());
    if let (Some(MemberEffect::Leave { member_id }), Some(group)) = (leave_effect, &shared.group) {
        let timeout = shared.cluster.request_timeout();
        let leaving = leave(shared, group, member_id);
        if tokio::time::timeout(timeout, leaving).await.is_err() {
            tracing::debug!(waited = ?timeout, now = ?network::now().monotonic, "left without an answer");
        }
    }
}
