//! One view of the cluster, built from Metadata responses. Immutable; a newer view replaces it as a whole.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tidemill_protocol::messages::metadata::{
    MetadataResponse, MetadataResponsePartition, MetadataResponseTopic,
};
use tidemill_protocol::{ErrorCode, Uuid};

/// A broker and its listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerMetadata {
    /// Id of the broker.
    pub node_id: i32,
    /// Host of its listener.
    pub host: String,
    /// Port of its listener.
    pub port: u16,
    /// `broker.rack`.
    pub rack: Option<String>,
}

/// A partition and who holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionMetadata {
    /// Number of the partition.
    pub partition: i32,
    /// Id of the leading broker; `None` while there is none.
    pub leader: Option<i32>,
    /// Epoch of that leader; -1 if the broker does not say.
    pub leader_epoch: i32,
    /// Ids of the brokers that hold a copy.
    pub replicas: Vec<i32>,
    /// Ids of those that are in sync.
    pub in_sync_replicas: Vec<i32>,
    /// Ids of those that are offline.
    pub offline_replicas: Vec<i32>,
}

/// A topic and its partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicMetadata {
    /// Name of the topic.
    pub name: Arc<str>,
    /// Id of the topic; zero if the broker does not say.
    pub id: Uuid,
    /// Whether the topic belongs to the cluster itself.
    pub is_internal: bool,
    /// Why the topic cannot be used, `None` if it can.
    pub error: Option<ErrorCode>,
    /// Its partitions in ascending order.
    pub partitions: Vec<PartitionMetadata>,
}

impl TopicMetadata {
    /// Returns partition `partition`.
    #[must_use]
    pub fn partition(&self, partition: i32) -> Option<&PartitionMetadata> {
        let index = usize::try_from(partition).ok()?;
        // Partitions are numbered from 0 without gaps; search only where that does not hold.
        match self.partitions.get(index) {
            Some(found) if found.partition == partition => Some(found),
            _ => self.partitions.iter().find(|candidate| candidate.partition == partition),
        }
    }
}

/// What is known of a cluster at one moment.
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    /// `cluster.id`.
    pub cluster_id: Option<String>,
    /// Broker that takes administrative requests; -1 if unknown.
    pub controller_id: i32,
    /// Brokers by id.
    pub brokers: BTreeMap<i32, BrokerMetadata>,
    /// Topics by name: those the client asked for.
    pub topics: HashMap<Arc<str>, TopicMetadata>,
    names: HashMap<Uuid, Arc<str>>,
    /// The newest request for a refresh that this view answers.
    pub(super) answers: u64,
}

impl Metadata {
    /// Returns the partition's metadata.
    #[must_use]
    pub fn partition(&self, topic: &str, partition: i32) -> Option<&PartitionMetadata> {
        self.topics.get(topic)?.partition(partition)
    }

    /// Returns the name of the topic with this id.
    #[must_use]
    pub fn topic_name(&self, id: Uuid) -> Option<&Arc<str>> {
        self.names.get(&id)
    }

    /// Returns the id of the topic; zero if unknown.
    #[must_use]
    pub fn topic_id(&self, topic: &str) -> Uuid {
        self.topics.get(topic).map_or(Uuid::ZERO, |topic| topic.id)
    }

    /// Whether the view answers request `number` for a refresh.
    pub(crate) fn answers(&self, number: u64) -> bool {
        self.answers >= number
    }

    /// Makes a view of one response.
    pub(crate) fn from_response(response: MetadataResponse) -> Self {
        Self::default().succeeded_by(response, 0)
    }

    /// Makes the view that follows this one. A partition's leader never goes back to an older epoch of the
    /// same topic: answers of brokers that lag behind arrive late.
    pub(super) fn succeeded_by(&self, response: MetadataResponse, answers: u64) -> Self {
        let brokers = response.brokers.into_iter().filter_map(|broker| {
            let port = u16::try_from(broker.port).ok()?;
            let node_id = broker.node_id;
            Some((node_id, BrokerMetadata { node_id, host: broker.host, port, rack: broker.rack }))
        });
        let mut next = Self {
            cluster_id: response.cluster_id,
            controller_id: response.controller_id,
            brokers: brokers.collect(),
            answers,
            ..Self::default()
        };
        for topic in response.topics {
            let Some(name) = topic.name.as_deref() else {
                continue;
            };
            let known = self.topics.get_key_value(name);
            let name = known.map_or_else(|| Arc::from(name), |(name, _)| Arc::clone(name));
            let topic = topic_metadata(Arc::clone(&name), topic, known.map(|(_, topic)| topic));
            if !topic.id.is_zero() {
                next.names.insert(topic.id, Arc::clone(&name));
            }
            next.topics.insert(name, topic);
        }
        next
    }
}

fn topic_metadata(
    name: Arc<str>,
    topic: MetadataResponseTopic,
    known: Option<&TopicMetadata>,
) -> TopicMetadata {
    let known = known.filter(|known| known.id == topic.topic_id);
    let mut partitions: Vec<PartitionMetadata> = topic
        .partitions
        .into_iter()
        .map(|partition| {
            let older = known.and_then(|topic| topic.partition(partition.partition_index));
            partition_metadata(partition, older)
        })
        .collect();
    partitions.sort_unstable_by_key(|partition| partition.partition);
    let error = ErrorCode::from_code(topic.error_code);
    TopicMetadata {
        name,
        id: topic.topic_id,
        is_internal: topic.is_internal,
        error: (error != ErrorCode::None).then_some(error),
        partitions,
    }
}

fn partition_metadata(
    partition: MetadataResponsePartition,
    known: Option<&PartitionMetadata>,
) -> PartitionMetadata {
    let newer = PartitionMetadata {
        partition: partition.partition_index,
        leader: (partition.leader_id >= 0).then_some(partition.leader_id),
        leader_epoch: partition.leader_epoch,
        replicas: partition.replica_nodes,
        in_sync_replicas: partition.isr_nodes,
        offline_replicas: partition.offline_replicas,
    };
    match known {
        Some(known) if newer.leader_epoch >= 0 && newer.leader_epoch < known.leader_epoch => known.clone(),
        _ => newer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(leader: i32, epoch: i32, id: u8) -> MetadataResponse {
        let partition = MetadataResponsePartition {
            leader_id: leader,
            leader_epoch: epoch,
            ..MetadataResponsePartition::default()
        };
        let topic = MetadataResponseTopic {
            name: Some("t".to_owned()),
            topic_id: Uuid([id; 16]),
            partitions: vec![partition],
            ..MetadataResponseTopic::default()
        };
        MetadataResponse { topics: vec![topic], ..MetadataResponse::default() }
    }

    #[test]
    fn an_answer_with_an_older_leader_epoch_does_not_replace_the_leader() {
        let first = Metadata::default().succeeded_by(response(1, 5, 9), 1);
        let late = first.succeeded_by(response(2, 4, 9), 2);
        assert_eq!(late.partition("t", 0).unwrap().leader, Some(1));
        let newer = late.succeeded_by(response(2, 6, 9), 3);
        assert_eq!(newer.partition("t", 0).unwrap().leader, Some(2));
    }

    #[test]
    fn a_topic_created_anew_starts_over_with_its_epochs() {
        let first = Metadata::default().succeeded_by(response(1, 5, 9), 1);
        let again = first.succeeded_by(response(2, 0, 7), 2);
        assert_eq!(again.partition("t", 0).unwrap().leader, Some(2));
        assert_eq!(again.topic_name(Uuid([9; 16])), None);
    }
}
