//! The consumer's task on the network runtime: asks the state machines what to do and does it.

use std::collections::HashMap;
use std::sync::Arc;

use tidemill_protocol::ErrorCode;
use tidemill_protocol::messages::offset_fetch::OffsetFetchRequest;

use super::fetch_call;
use super::fetch_plan::{FetchEffect, FetchTarget, ResetTarget};
use super::membership_calls;
use super::state::Shared;
use crate::committed;
use crate::list_offsets;
use crate::network;
use crate::{OffsetAndMetadata, OffsetAndTimestamp, TopicPartition};

/// Runs until the consumer is closed.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut views = shared.cluster.subscribe();
    while !shared.is_closed() {
        let view = views.borrow_and_update().clone();
        let now = network::now();
        let (effects, member_effects, wake_at) = {
            let mut state = shared.state.lock();
            state.follow_view(&view, shared.config.exclude_internal_topics);
            let (effects, wake_at) = state.fetcher.drain(now, &view);
            let (member_effects, member_at) = match &mut state.membership {
                None => (Vec::new(), now.monotonic + shared.longest_nap()),
                Some(member) => member.drain(now.monotonic),
            };
            if state.membership.as_ref().is_some_and(|member| member.has_work()) {
                shared.ready.notify_one();
            }
            (effects, member_effects, wake_at.map_or(member_at, |at| at.min(member_at)))
        };
        for effect in member_effects {
            network::spawn(membership_calls::carry_out(Arc::clone(&shared), effect));
        }
        for effect in effects {
            match effect {
                FetchEffect::RefreshMetadata => drop(shared.cluster.request_refresh()),
                FetchEffect::Fetch { node, targets } => {
                    network::spawn(fetch(Arc::clone(&shared), node, targets));
                }
                FetchEffect::ListOffsets { node, targets } => {
                    network::spawn(reset(Arc::clone(&shared), node, targets));
                }
                FetchEffect::FetchCommitted { partitions } => {
                    network::spawn(read_committed(Arc::clone(&shared), partitions));
                }
            }
        }
        let nap = wake_at.saturating_sub(network::now().monotonic);
        tokio::select! {
            () = shared.wake.notified() => {}
            _ = views.changed() => {}
            () = tokio::time::sleep(nap) => {}
        }
    }
}

async fn fetch(shared: Arc<Shared>, node: i32, targets: Vec<FetchTarget>) {
    let answers = match fetch_call::fetch(&shared.cluster, &shared.config, node, &targets).await {
        Ok(answers) => Some(answers),
        Err(error) => {
            tracing::debug!(node, %error, "fetch failed");
            None
        }
    };
    let now = network::now().monotonic;
    shared.change(|state| state.fetcher.on_fetch(node, targets, answers, now));
    shared.ready.notify_one();
}

async fn reset(shared: Arc<Shared>, node: i32, targets: Vec<ResetTarget>) {
    let wanted: Vec<list_offsets::Wanted> = targets
        .iter()
        .map(|target| list_offsets::Wanted {
            partition: target.partition.clone(),
            timestamp: target.timestamp,
            leader_epoch: target.leader_epoch,
        })
        .collect();
    let request = list_offsets::request(&wanted, shared.config.isolation_level);
    let mut answers: HashMap<TopicPartition, Result<Option<OffsetAndTimestamp>, ErrorCode>> =
        match shared.cluster.call_node(node, |_| request).await {
            Err(error) => {
                tracing::debug!(node, %error, "offsets not listed");
                HashMap::new()
            }
            Ok(answer) => list_offsets::answers(answer).into_iter().map(by_partition).collect(),
        };
    let now = network::now().monotonic;
    shared.change(|state| {
        for target in &targets {
            let answer = answers.remove(&target.partition).unwrap_or(Err(ErrorCode::NetworkException));
            state.fetcher.on_reset(target, answer, now);
        }
    });
    shared.ready.notify_one();
}

async fn read_committed(shared: Arc<Shared>, partitions: Vec<(TopicPartition, u64)>) {
    let Some(group) = &shared.group else { return };
    let asked: Vec<TopicPartition> = partitions.iter().map(|(partition, _)| partition.clone()).collect();
    let build = |version| -> OffsetFetchRequest {
        committed::offset_fetch_request(&group.key, Some(&asked), version, true)
    };
    let answered = group.call(group.ordinary(committed::OFFSET_FETCH_LIMIT), build).await;
    let (whole, rows) = match answered {
        Err(error) => {
            tracing::debug!(group_id = %group.key, %error, "committed offsets not read");
            (
                if error.is_retriable() {
                    ErrorCode::NetworkException
                } else {
                    ErrorCode::UnknownServerError
                },
                Vec::new(),
            )
        }
        Ok(answer) => (committed::fetch_error(&answer), committed::fetched_offsets(answer)),
    };
    group.notice(whole);
    let mut answers: HashMap<TopicPartition, Result<Option<OffsetAndMetadata>, ErrorCode>> =
        rows.into_iter().map(by_partition).collect();
    let now = network::now().monotonic;
    shared.change(|state| {
        for (partition, generation) in &partitions {
            let answer = match whole {
                ErrorCode::None => answers.remove(partition).unwrap_or(Ok(None)),
                code => Err(code),
            };
            state.fetcher.on_committed((partition, *generation), answer, now);
        }
    });
    shared.ready.notify_one();
}

fn by_partition<T>(row: (TopicPartition, ErrorCode, T)) -> (TopicPartition, Result<T, ErrorCode>) {
    let (partition, code, found) = row;
    (partition, if code == ErrorCode::None { Ok(found) } else { Err(code) })
}
