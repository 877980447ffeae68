//! Who of a group runs which task: evenly, and where the task's state already is.
//!
//! Partitions are assigned, tasks are meant: a task goes with its partition of every topic its sub-topology reads. What a
//! member tells the others in its subscription:
//!
//! ```text
//! u8 version = 1 | u8 oldest version whose readers understand it = 1 | u16 count | count tasks with state in its process
//! a task: u16 sub-topology | i32 partition          numbers are big-endian
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

use bytes::Bytes;
use tidemill_client::{
    AssignError, Assignor, MemberAssignment, MemberSubscription, Metadata, TopicPartition,
};

use crate::state::StateDirectory;
use crate::topology::TaskId;

const VERSION: u8 = 1;
const TASK_BYTES: usize = size_of::<u16>() + size_of::<i32>();
/// More tasks than this in one process are not announced; they only lose their preference.
const MAX_ANNOUNCED_TASKS: usize = 10_000;

/// The assignor of every application: all its members know the same topology.
#[derive(Debug)]
pub(super) struct TaskAssignor {
    /// Weak, so that a consumer that is being closed does not keep the directory locked.
    directory: Weak<StateDirectory>,
    /// The sub-topology that reads each topic.
    readers: BTreeMap<String, usize>,
}

/// A member, as far as the distribution is concerned.
#[derive(Debug, Clone, Default)]
struct Candidate {
    with_state: BTreeSet<TaskId>,
    assigned: Vec<TaskId>,
}

impl TaskAssignor {
    /// Makes the assignor of a process.
    pub(super) fn new(directory: &Arc<StateDirectory>, readers: BTreeMap<String, usize>) -> Self {
        Self { directory: Arc::downgrade(directory), readers }
    }

    fn tasks(&self, metadata: &Metadata) -> BTreeMap<TaskId, Vec<TopicPartition>> {
        let mut tasks: BTreeMap<TaskId, Vec<TopicPartition>> = BTreeMap::new();
        for (topic, sub_topology) in &self.readers {
            let Some(topic) = metadata.topics.get(topic.as_str()) else {
                continue;
            };
            for partition in &topic.partitions {
                let id = TaskId { sub_topology: *sub_topology, partition: partition.partition };
                let partition = TopicPartition::new(Arc::clone(&topic.name), partition.partition);
                tasks.entry(id).or_default().push(partition);
            }
        }
        tasks
    }
}

impl Assignor for TaskAssignor {
    fn name(&self) -> &'static str {
        "tidemill-streams"
    }

    fn user_data(&self, _topics: &BTreeSet<Arc<str>>) -> Option<Bytes> {
        match self.directory.upgrade()?.tasks_with_state() {
            Ok(tasks) => Some(encode(&tasks)),
            Err(error) => {
                tracing::warn!(%error, "the group is not told which tasks have state here");
                None
            }
        }
    }

    fn assign(
        &self,
        metadata: &Metadata,
        members: &[MemberSubscription],
    ) -> Result<BTreeMap<String, MemberAssignment>, AssignError> {
        let tasks = self.tasks(metadata);
        let mut ordered: Vec<&MemberSubscription> = members.iter().collect();
        ordered.sort_unstable_by(|one, other| one.order().cmp(&other.order()));
        let mut candidates: Vec<Candidate> = ordered
            .iter()
            .map(|member| Candidate {
                with_state: member.user_data.as_deref().and_then(decode).unwrap_or_default(),
                assigned: Vec::new(),
            })
            .collect();
        distribute(tasks.keys().copied(), &mut candidates);
        let assignment = |candidate: Candidate| MemberAssignment {
            partitions: candidate
                .assigned
                .iter()
                .filter_map(|task| tasks.get(task))
                .flatten()
                .cloned()
                .collect(),
            user_data: None,
        };
        let ids = ordered.iter().map(|member| member.member_id.clone());
        Ok(ids.zip(candidates.into_iter().map(assignment)).collect())
    }
}

/// Gives each task to one candidate, each sub-topology's tasks evenly, and all tasks evenly: to one that has its state
/// where there is a choice.
fn distribute(tasks: impl Iterator<Item = TaskId>, candidates: &mut [Candidate]) {
    if candidates.is_empty() {
        return;
    }
    let mut by_sub_topology: BTreeMap<usize, Vec<TaskId>> = BTreeMap::new();
    for task in tasks {
        by_sub_topology.entry(task.sub_topology).or_default().push(task);
    }
    for tasks in by_sub_topology.into_values() {
        distribute_one_kind(&tasks, candidates);
    }
}

fn distribute_one_kind(tasks: &[TaskId], candidates: &mut [Candidate]) {
    let fair_share = tasks.len() / candidates.len();
    let mut given = vec![0; candidates.len()];
    let mut left = Vec::new();
    for task in tasks {
        let home = candidates
            .iter()
            .enumerate()
            .filter(|(number, candidate)| given[*number] < fair_share && candidate.with_state.contains(task))
            .min_by_key(|(number, _)| given[*number])
            .map(|(number, _)| number);
        match home {
            Some(home) => {
                given[home] += 1;
                candidates[home].assigned.push(*task);
            }
            None => left.push(*task),
        }
    }
    for task in left {
        let preferred = (0..candidates.len())
            .min_by_key(|number| {
                let candidate = &candidates[*number];
                (given[*number], candidate.assigned.len(), !candidate.with_state.contains(&task))
            })
            .expect("the caller has candidates");
        given[preferred] += 1;
        candidates[preferred].assigned.push(task);
    }
}

fn encode(tasks: &[TaskId]) -> Bytes {
    let announced = &tasks[..tasks.len().min(MAX_ANNOUNCED_TASKS)];
    let count = u16::try_from(announced.len()).expect("the limit fits");
    let mut bytes = vec![VERSION, VERSION];
    bytes.extend_from_slice(&count.to_be_bytes());
    for task in announced {
        bytes.extend_from_slice(&u16::try_from(task.sub_topology).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend_from_slice(&task.partition.to_be_bytes());
    }
    bytes.into()
}

/// Reads what a member announced; nothing if it is damaged or of a later format.
fn decode(bytes: &[u8]) -> Option<BTreeSet<TaskId>> {
    let ([_version, oldest_reader, count @ ..], tasks) = bytes.split_first_chunk::<4>()?;
    if *oldest_reader > VERSION {
        return None;
    }
    let count = usize::from(u16::from_be_bytes(*count));
    let task = |bytes: &[u8]| {
        let (sub_topology, partition) = bytes.split_first_chunk::<2>()?;
        let partition = i32::from_be_bytes(*partition.first_chunk()?);
        Some(TaskId { sub_topology: usize::from(u16::from_be_bytes(*sub_topology)), partition })
    };
    (tasks.len() == count * TASK_BYTES).then(|| tasks.chunks_exact(TASK_BYTES).filter_map(task).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn tasks(sub_topologies: usize, partitions: i32) -> Vec<TaskId> {
        (0..sub_topologies)
            .flat_map(|sub_topology| (0..partitions).map(move |partition| TaskId { sub_topology, partition }))
            .collect()
    }

    fn candidate(with_state: &[TaskId]) -> Candidate {
        Candidate { with_state: with_state.iter().copied().collect(), assigned: Vec::new() }
    }

    #[test]
    fn tasks_stay_where_their_state_is() {
        let all = tasks(2, 2);
        let mut candidates = [candidate(&[all[1], all[2]]), candidate(&[all[0], all[3]])];
        distribute(all.iter().copied(), &mut candidates);
        assert_eq!(candidates[0].assigned, [all[1], all[2]]);
        assert_eq!(candidates[1].assigned, [all[0], all[3]]);
    }

    #[test]
    fn a_newcomer_gets_its_share_of_every_sub_topology() {
        let all = tasks(2, 2);
        let mut candidates = [candidate(&all[2..]), candidate(&[])];
        distribute(all.iter().copied(), &mut candidates);
        let sub_topologies = |candidate: &Candidate| -> Vec<usize> {
            candidate.assigned.iter().map(|task| task.sub_topology).collect()
        };
        assert_eq!(sub_topologies(&candidates[0]), [0, 1]);
        assert_eq!(sub_topologies(&candidates[1]), [0, 1]);
    }

    #[test]
    fn a_newcomer_gets_its_share_and_the_others_keep_the_rest() {
        let all = tasks(1, 4);
        let mut candidates = [candidate(&all), candidate(&[])];
        distribute(all.iter().copied(), &mut candidates);
        assert_eq!(candidates[0].assigned, all[..2]);
        assert_eq!(candidates[1].assigned, all[2..]);
    }

    #[test]
    fn the_announcement_has_fixed_bytes_and_damage_is_ignored() {
        let bytes = encode(&[TaskId { sub_topology: 1, partition: 2 }]);
        assert_eq!(bytes, [1, 1, 0, 1, 0, 1, 0, 0, 0, 2].as_slice());
        assert_eq!(decode(&bytes), Some(BTreeSet::from([TaskId { sub_topology: 1, partition: 2 }])));
        assert_eq!(decode(&bytes[..9]), None);
        assert_eq!(decode(&[2, 2, 0, 0]), None);
        assert_eq!(decode(&[]), None);
    }

    proptest! {
        #[test]
        fn every_task_has_one_owner_and_no_owner_two_more_than_another(
            partitions in 0_i32..12,
            members in 1_usize..6,
            state in proptest::collection::vec(proptest::bool::ANY, 0..150),
        ) {
            let all = tasks(2, partitions);
            let mut bits = state.into_iter().chain(std::iter::repeat(false));
            let mut candidates: Vec<Candidate> = (0..members)
                .map(|_| candidate(&all.iter().copied().filter(|_| bits.next() == Some(true)).collect::<Vec<_>>()))
                .collect();
            distribute(all.iter().copied(), &mut candidates);
            let mut given: Vec<TaskId> = candidates.iter().flat_map(|one| one.assigned.clone()).collect();
            given.sort_unstable();
            prop_assert_eq!(given, all);
            let counts: Vec<usize> = candidates.iter().map(|one| one.assigned.len()).collect();
            prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{:?}", counts);
        }
    }
}
