//! What a request may do to topics: names, counts, replicas. Pure decisions over an image.

use std::collections::BTreeMap;

use tidemill_environment::Random;
use tidemill_protocol::Uuid;

use super::change::{Change, Overrides, Resource, TopicId};
use super::image::{MetadataImage, TopicImage};

/// Kafka's limit on the length of a topic name, bytes.
const MAX_NAME_BYTES: usize = 249;
/// More partitions than this in one request are refused before anything is allocated for them.
const MAX_PARTITIONS_PER_TOPIC: i32 = 10_000;
/// The topics that only coordinators write.
const INTERNAL: [&str; 3] = ["__consumer_offsets", "__transaction_state", "__share_group_state"];

/// Why a topic cannot be created or changed; the texts go to the client.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TopicError {
    /// The name breaks Kafka's rules.
    #[error("topic name {name:?} is not allowed: {reason}")]
    InvalidName { name: String, reason: &'static str },
    /// The name differs from an existing one only in `.` against `_`, which metrics cannot tell apart.
    #[error(
        "topic {name:?} collides with existing topic {existing:?}: '.' and '_' are the same in metric names"
    )]
    Collides { name: String, existing: String },
    /// The name is taken.
    #[error("topic {name:?} already exists")]
    Exists { name: String },
    /// No such topic.
    #[error("topic does not exist")]
    Unknown,
    /// The count of partitions is out of range.
    #[error("number of partitions {found} is not in 1..={MAX_PARTITIONS_PER_TOPIC}")]
    InvalidPartitions { found: i32 },
    /// Partitions can only be added.
    #[error(
        "topic has {current} partitions, which cannot be changed to {requested}: partitions can only be added"
    )]
    NotAnIncrease { current: i32, requested: i32 },
    /// More replicas than brokers.
    #[error("replication factor {found} is not in 1..={brokers}, the number of brokers")]
    InvalidReplicationFactor { found: i16, brokers: usize },
    /// A manual assignment is inconsistent.
    #[error("replica assignment is not valid: {reason}")]
    InvalidAssignment { reason: String },
}

/// A topic as a request asks for it. `None` leaves the choice to the broker's defaults (KIP-464).
#[derive(Debug, Clone, Default)]
pub(crate) struct NewTopic {
    pub(crate) name: String,
    pub(crate) partitions: Option<i32>,
    pub(crate) replication_factor: Option<i16>,
    /// Replicas by partition index; empty means the broker chooses.
    pub(crate) assignments: BTreeMap<i32, Vec<i32>>,
    pub(crate) overrides: Overrides,
}

/// What the decision needs to know of the cluster.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placement<'a> {
    /// Ids of all brokers.
    pub(crate) brokers: &'a [i32],
    /// `num.partitions`.
    pub(crate) default_partitions: i32,
    /// `default.replication.factor`.
    pub(crate) default_replication_factor: i16,
}

/// Says whether only coordinators may write to this topic.
pub(crate) fn is_internal(name: &str) -> bool {
    INTERNAL.contains(&name)
}

/// Checks Kafka's rules for topic names.
pub(crate) fn check_name(name: &str) -> Result<(), TopicError> {
    let reason = if name.is_empty() {
        "it is empty"
    } else if name == "." || name == ".." {
        "'.' and '..' are directories"
    } else if name.len() > MAX_NAME_BYTES {
        "it is longer than 249 characters"
    } else if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        "it may hold only ASCII letters, digits, '.', '_' and '-'"
    } else {
        return Ok(());
    };
    Err(TopicError::InvalidName { name: name.to_owned(), reason })
}

/// Decides the changes that create `topic`.
pub(crate) fn create(
    image: &MetadataImage,
    topic: &NewTopic,
    placement: Placement<'_>,
    random: &mut dyn Random,
) -> Result<Vec<Change>, TopicError> {
    check_name(&topic.name)?;
    if image.topic(&topic.name).is_some() {
        return Err(TopicError::Exists { name: topic.name.clone() });
    }
    if topic.name.contains(['.', '_']) {
        let flat = topic.name.replace('.', "_");
        if let Some(existing) = image.topics().find(|existing| existing.name.replace('.', "_") == flat) {
            return Err(TopicError::Collides {
                name: topic.name.clone(),
                existing: existing.name.to_string(),
            });
        }
    }
    let replicas = place(topic, placement)?;
    let id = TopicId(new_id(image, random));
    let mut changes = vec![Change::TopicCreated { name: topic.name.clone(), id }];
    changes.extend(partitions_added(id, 0, replicas));
    changes.extend(topic.overrides.iter().map(|(key, value)| Change::ConfigChanged {
        resource: Resource::Topic(id),
        key: key.clone(),
        value: Some(value.clone()),
    }));
    Ok(changes)
}

/// Decides the changes that grow `topic` to `count` partitions.
pub(crate) fn grow(
    topic: &TopicImage,
    count: i32,
    assignments: Option<&[Vec<i32>]>,
    placement: Placement<'_>,
) -> Result<Vec<Change>, TopicError> {
    let current = topic.partition_count();
    if count > MAX_PARTITIONS_PER_TOPIC {
        return Err(TopicError::InvalidPartitions { found: count });
    }
    if count <= current {
        return Err(TopicError::NotAnIncrease { current, requested: count });
    }
    let added = usize::try_from(count - current).expect("count is above current");
    let replicas = match assignments {
        None => {
            let factor = topic.partitions.first().map_or(1, Vec::len);
            (0..added)
                .map(|index| chosen_replicas(placement.brokers, topic.partitions.len() + index, factor))
                .collect()
        }
        Some(assignments) if assignments.len() == added => {
            assignments.iter().try_for_each(|replicas| check_assignment(replicas, placement.brokers))?;
            assignments.to_vec()
        }
        Some(assignments) => {
            let reason = format!("{} assignments for {added} new partitions", assignments.len());
            return Err(TopicError::InvalidAssignment { reason });
        }
    };
    Ok(partitions_added(TopicId(topic.id), current, replicas).collect())
}

fn partitions_added(topic: TopicId, first: i32, replicas: Vec<Vec<i32>>) -> impl Iterator<Item = Change> {
    (first..).zip(replicas).map(move |(index, replicas)| Change::PartitionAdded { topic, index, replicas })
}

/// Chooses or checks the replicas of every partition of a new topic.
fn place(topic: &NewTopic, placement: Placement<'_>) -> Result<Vec<Vec<i32>>, TopicError> {
    if topic.assignments.is_empty() {
        let count = topic.partitions.unwrap_or(placement.default_partitions);
        if !(1..=MAX_PARTITIONS_PER_TOPIC).contains(&count) {
            return Err(TopicError::InvalidPartitions { found: count });
        }
        let found = topic.replication_factor.unwrap_or(placement.default_replication_factor);
        let brokers = placement.brokers.len();
        let factor = usize::try_from(found)
            .ok()
            .filter(|factor| (1..=brokers).contains(factor))
            .ok_or(TopicError::InvalidReplicationFactor { found, brokers })?;
        let count = usize::try_from(count).expect("count is in a positive range");
        return Ok((0..count).map(|index| chosen_replicas(placement.brokers, index, factor)).collect());
    }
    if topic.partitions.is_some() || topic.replication_factor.is_some() {
        let reason = "a request gives either assignments or counts, not both".to_owned();
        return Err(TopicError::InvalidAssignment { reason });
    }
    if !topic.assignments.keys().copied().eq((0..).take(topic.assignments.len())) {
        let reason = "partition indexes must be 0, 1, 2, ...".to_owned();
        return Err(TopicError::InvalidAssignment { reason });
    }
    topic.assignments.values().try_for_each(|replicas| check_assignment(replicas, placement.brokers))?;
    Ok(topic.assignments.values().cloned().collect())
}

fn chosen_replicas(brokers: &[i32], index: usize, factor: usize) -> Vec<i32> {
    brokers.iter().cycle().skip(index % brokers.len()).take(factor).copied().collect()
}

fn check_assignment(replicas: &[i32], brokers: &[i32]) -> Result<(), TopicError> {
    let reason = if replicas.is_empty() {
        "a partition has no replica".to_owned()
    } else if let Some(unknown) = replicas.iter().find(|replica| !brokers.contains(replica)) {
        format!("there is no broker {unknown}")
    } else if replicas.iter().enumerate().any(|(at, replica)| replicas[..at].contains(replica)) {
        "a broker is named twice for one partition".to_owned()
    } else {
        return Ok(());
    };
    Err(TopicError::InvalidAssignment { reason })
}

/// A random id that no topic has.
fn new_id(image: &MetadataImage, random: &mut dyn Random) -> Uuid {
    loop {
        let bits = (u128::from(random.next_u64()) << 64) | u128::from(random.next_u64());
        let id = Uuid::from_random_bits(bits);
        // Kafka avoids ids that start with '-', which command lines take for a flag.
        if image.topic_by_id(id).is_none() && !id.to_string().starts_with('-') {
            return id;
        }
    }
}

#[cfg(test)]
mod tests;
