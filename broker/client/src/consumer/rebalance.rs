//! The owner's part of a rebalance, done inside its poll: listeners, assignors, taking over and giving up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;

use super::assignors::{AssignError, Assignor, MemberAssignment, MemberSubscription};
use super::errors::PollError;
use super::group_protocol::{decode_assignment, decode_subscription, encode_assignment};
use super::handle::Consumer;
use super::membership::{JoinedMember, OwnerWork};
use crate::cluster::Metadata;
use crate::network;
use crate::{ConsumerGroupMetadata, TopicPartition};

impl Consumer {
    /// Does what the member waits for; returns when nothing is left.
    pub(super) async fn do_owner_work(&self) {
        loop {
            let work = self.shared.state.lock().membership.as_mut().and_then(|member| member.take_work());
            match work {
                None => return,
                Some(OwnerWork::Revoke { number, partitions }) => {
                    self.give_up(&partitions, true).await;
                    self.shared.change_member(|member, _| member.on_given_up(number, &partitions));
                }
                Some(OwnerWork::Lose { number, partitions }) => {
                    self.give_up(&partitions, false).await;
                    self.shared.change_member(|member, _| member.on_given_up(number, &partitions));
                }
                Some(OwnerWork::Assign { number, protocol, members }) => {
                    self.distribute(number, &protocol, members).await;
                }
                Some(OwnerWork::Adopt { number, assignment }) => self.adopt(number, assignment).await,
            }
        }
    }

    /// Gives partitions up; those still owned are committed and revoked, the others were lost.
    pub(super) async fn give_up(&self, partitions: &[TopicPartition], still_owned: bool) {
        if partitions.is_empty() {
            return;
        }
        tracing::info!(partitions = partitions.len(), still_owned, "giving partitions up");
        let face = self.face();
        let listener = self.shared.listener();
        if still_owned {
            if self.shared.config.enable_auto_commit {
                let mut offsets = self.shared.state.lock().fetcher.consumed();
                offsets.retain(|partition, _| partitions.contains(partition));
                let patience = self.shared.cluster.request_timeout();
                if let Err(error) = self.shared.commit_and_wait(offsets, patience).await {
                    tracing::warn!(%error, "offsets of partitions given up were not committed");
                }
            }
            listener.on_revoked(&face, partitions);
        } else {
            listener.on_lost(&face, partitions);
        }
        self.shared.change(|state| partitions.iter().for_each(|partition| state.fetcher.remove(partition)));
    }

    /// Runs the assignor: this member leads the generation.
    async fn distribute(&self, number: u64, protocol: &str, members: Vec<JoinedMember>) {
        let assigned = match self.shared.assignor(protocol) {
            None => Err(AssignError { reason: format!("this member has no assignor {protocol}") }),
            Some(assignor) => self.run_assignor(&*assignor, members).await,
        };
        match assigned {
            Ok(assignments) => {
                self.shared.change_member(|member, _| member.on_distributed(number, assignments));
            }
            Err(error) => {
                let group_id = self.shared.config.group_id.clone().unwrap_or_default();
                self.shared.change(|state| {
                    state.fetcher.report(PollError::Assignor { group_id, reason: error.reason });
                });
                self.shared.change_member(|member, now| member.on_not_distributed(number, now));
            }
        }
    }

    async fn run_assignor(
        &self,
        assignor: &dyn Assignor,
        members: Vec<JoinedMember>,
    ) -> Result<Vec<(String, Bytes)>, AssignError> {
        let members: Vec<MemberSubscription> =
            members.into_iter().map(subscription).collect::<Result<_, _>>()?;
        let topics: BTreeSet<Arc<str>> = members.iter().flat_map(|member| member.topics.clone()).collect();
        let view = self.view_of(&topics).await;
        let counts = topics.iter().map(|topic| (Arc::clone(topic), partition_count(&view, topic))).collect();
        let assigned = assignor.assign(&view, &members)?;
        self.shared.change(|state| state.assigned_counts = counts);
        let encode = |(member_id, assignment): (String, MemberAssignment)| {
            let bytes = encode_assignment(&assignment.partitions, assignment.user_data);
            bytes.map(|bytes| (member_id, bytes)).map_err(|error| AssignError { reason: error.to_string() })
        };
        assigned.into_iter().map(encode).collect()
    }

    /// Returns a view that knows the topics, or the newest one if the cluster does not answer.
    async fn view_of(&self, topics: &BTreeSet<Arc<str>>) -> Arc<Metadata> {
        let cluster = &self.shared.cluster;
        let number = match cluster.follow(topics.iter().map(Arc::clone)) {
            Some(number) => number,
            None => cluster.request_refresh(),
        };
        let refreshed = tokio::time::timeout(cluster.request_timeout(), cluster.refreshed(number)).await;
        refreshed.unwrap_or_else(|_| cluster.metadata())
    }

    /// Takes over what was assigned, giving up what was not.
    async fn adopt(&self, number: u64, assignment: Bytes) {
        let (partitions, user_data) = decode_assignment(assignment).unwrap_or_else(|error| {
            tracing::warn!(%error, "the leader's assignment cannot be read; taking it as empty");
            (Vec::new(), None)
        });
        let assigned: BTreeSet<TopicPartition> = partitions.iter().cloned().collect();
        let (owned, protocol) = {
            let state = self.shared.state.lock();
            let Some(member) = &state.membership else { return };
            (member.owned().clone(), member.protocol().to_owned())
        };
        let gone: Vec<TopicPartition> = owned.difference(&assigned).cloned().collect();
        self.give_up(&gone, true).await;
        let added: Vec<TopicPartition> = assigned.difference(&owned).cloned().collect();
        self.shared.change(|state| {
            added.iter().for_each(|partition| state.fetcher.add(partition.clone(), true, true));
        });
        if let (Some(assignor), Some(group)) = (self.shared.assignor(&protocol), self.group_metadata()) {
            assignor.on_assignment(&MemberAssignment { partitions, user_data }, &group);
        }
        tracing::info!(
            owned = assigned.len(),
            added = added.len(),
            gave_up = gone.len(),
            "took the assignment over"
        );
        self.shared.listener().on_assigned(&self.face(), &added);
        self.shared.change(|state| {
            state.fetcher.release_held();
            let followed: BTreeSet<Arc<str>> =
                assigned.iter().map(|partition| Arc::clone(&partition.topic)).collect();
            let now = network::now().monotonic;
            if let Some(member) = &mut state.membership {
                member.on_adopted(number, assigned, !gone.is_empty());
                member.on_poll(now);
            }
            self.shared.cluster.follow(followed);
        });
    }

    /// Returns what identifies this member to a transactional producer; `None` without a group.
    #[must_use]
    pub fn group_metadata(&self) -> Option<ConsumerGroupMetadata> {
        let group_id = Arc::from(self.shared.config.group_id.as_deref()?);
        let state = self.shared.state.lock();
        let identity = state.membership.as_ref().and_then(|member| member.identity());
        Some(ConsumerGroupMetadata {
            group_id,
            generation_id: identity.map_or(-1, |identity| identity.generation),
            member_id: identity.map(|identity| identity.member_id.clone()).unwrap_or_default(),
            group_instance_id: self.shared.config.group_instance_id.clone(),
        })
    }
}

/// Returns the number of partitions; 0 for a topic that does not exist.
pub(super) fn partition_count(view: &Metadata, topic: &str) -> usize {
    view.topics.get(topic).map_or(0, |topic| topic.partitions.len())
}

/// Whether a topic has other partitions than the leader distributed.
pub(super) fn has_changed(view: &Metadata, counts: &BTreeMap<Arc<str>, usize>) -> bool {
    counts.iter().any(|(topic, count)| {
        // A topic that is missing in a view may just not have been asked for.
        view.topics.get(topic).is_some_and(|found| found.error.is_none() && found.partitions.len() != *count)
    })
}

fn subscription(member: JoinedMember) -> Result<MemberSubscription, AssignError> {
    let read = decode_subscription(member.metadata).map_err(|error| AssignError {
        reason: format!("the subscription of member {} cannot be read: {error}", member.member_id),
    })?;
    Ok(MemberSubscription {
        member_id: member.member_id,
        group_instance_id: member.group_instance_id,
        topics: read.topics.into_iter().map(Arc::from).collect(),
        owned: read.owned,
        generation: read.generation,
        user_data: read.user_data,
    })
}
