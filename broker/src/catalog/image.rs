//! The fold of all metadata changes: what the cluster looks like at one offset of the metadata log.
//!
//! An image never changes; the next one shares everything that stayed the same.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use tidemill_protocol::Uuid;

use super::change::{Change, Overrides, Resource, TopicId};

/// Everything that exists, at one offset of the metadata log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MetadataImage {
    topics: BTreeMap<Arc<str>, Arc<TopicImage>>,
    names: HashMap<Uuid, Arc<str>>,
    broker_overrides: BTreeMap<i32, Overrides>,
    cluster_overrides: Overrides,
    producer_ids_end: i64,
    leader_epoch: i32,
    /// Exclusive: the offset of the next metadata record.
    end_offset: i64,
}

/// One topic of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TopicImage {
    pub(crate) name: Arc<str>,
    pub(crate) id: Uuid,
    /// The replicas of each partition, by index.
    pub(crate) partitions: Vec<Vec<i32>>,
    pub(crate) overrides: Overrides,
}

impl TopicImage {
    /// The number of partitions, as the protocol counts them.
    pub(crate) fn partition_count(&self) -> i32 {
        i32::try_from(self.partitions.len()).expect("a request cannot name more partitions than i32 counts")
    }

    /// Whether Kafka's clients hide this topic unless asked.
    pub(crate) fn is_internal(&self) -> bool {
        super::topics::is_internal(&self.name)
    }
}

/// A change that contradicts the image: the metadata log is damaged or was written by something else.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FoldError {
    /// The change names a topic that does not exist.
    #[error("change refers to unknown topic {id}")]
    UnknownTopic { id: Uuid },
    /// The change creates what exists.
    #[error("topic {name} exists already")]
    TopicExists { name: Arc<str> },
    /// Partition indexes must be dense.
    #[error("topic {topic} has {count} partitions, so {index} cannot be the next one")]
    PartitionOutOfOrder { topic: Arc<str>, count: usize, index: i32 },
}

impl MetadataImage {
    /// Returns the image after `changes`, the content of the record at this image's end offset.
    pub(crate) fn after(&self, changes: &[Change]) -> Result<Self, FoldError> {
        let mut next = self.clone();
        changes.iter().try_for_each(|change| next.apply(change))?;
        next.end_offset += 1;
        Ok(next)
    }

    /// The topic of this name.
    pub(crate) fn topic(&self, name: &str) -> Option<&Arc<TopicImage>> {
        self.topics.get(name)
    }

    /// The topic of this id.
    pub(crate) fn topic_by_id(&self, id: Uuid) -> Option<&Arc<TopicImage>> {
        self.topic(self.names.get(&id)?)
    }

    /// All topics in order of their names.
    pub(crate) fn topics(&self) -> impl ExactSizeIterator<Item = &Arc<TopicImage>> {
        self.topics.values()
    }

    /// The topics whose names come after `name`, in order.
    pub(crate) fn topics_from<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Arc<TopicImage>> {
        self.topics.range::<str, _>((Bound::Included(name), Bound::Unbounded)).map(|(_, topic)| topic)
    }

    /// Overrides of one broker.
    pub(crate) fn broker_overrides(&self, broker: i32) -> &Overrides {
        static NONE: Overrides = Overrides::new();
        self.broker_overrides.get(&broker).unwrap_or(&NONE)
    }

    /// Overrides of all brokers.
    pub(crate) fn cluster_overrides(&self) -> &Overrides {
        &self.cluster_overrides
    }

    /// The first producer id that no block holds yet.
    pub(crate) fn producer_ids_end(&self) -> i64 {
        self.producer_ids_end
    }

    /// The leader epoch of every partition: on one node leadership changes only by an unclean start.
    pub(crate) fn leader_epoch(&self) -> i32 {
        self.leader_epoch
    }

    /// The offset of the next metadata record.
    pub(crate) fn end_offset(&self) -> i64 {
        self.end_offset
    }

    fn apply(&mut self, change: &Change) -> Result<(), FoldError> {
        match change {
            Change::TopicCreated { name, id } => self.create_topic(name, id.0)?,
            Change::PartitionAdded { topic, index, replicas } => {
                let topic = self.topic_mut(*topic)?;
                let count = topic.partitions.len();
                if usize::try_from(*index) != Ok(count) {
                    let topic = Arc::clone(&topic.name);
                    return Err(FoldError::PartitionOutOfOrder { topic, count, index: *index });
                }
                topic.partitions.push(replicas.clone());
            }
            Change::TopicDeleted { id } => {
                let name = self.names.remove(&id.0).ok_or(FoldError::UnknownTopic { id: id.0 })?;
                self.topics.remove(&name);
            }
            Change::ConfigChanged { resource, key, value } => {
                let overrides = match resource {
                    Resource::Topic(id) => &mut self.topic_mut(*id)?.overrides,
                    Resource::Broker(id) => self.broker_overrides.entry(*id).or_default(),
                    Resource::ClusterDefault => &mut self.cluster_overrides,
                };
                match value {
                    Some(value) => overrides.insert(key.clone(), value.clone()),
                    None => overrides.remove(key),
                };
            }
            Change::ProducerIdsReserved { end } => self.producer_ids_end = self.producer_ids_end.max(*end),
            Change::LeaderEpochsRaised => self.leader_epoch += 1,
        }
        Ok(())
    }

    fn create_topic(&mut self, name: &str, id: Uuid) -> Result<(), FoldError> {
        let name: Arc<str> = name.into();
        if self.topics.contains_key(&name) || self.names.contains_key(&id) {
            return Err(FoldError::TopicExists { name });
        }
        let topic =
            TopicImage { name: Arc::clone(&name), id, partitions: Vec::new(), overrides: Overrides::new() };
        self.names.insert(id, Arc::clone(&name));
        self.topics.insert(name, Arc::new(topic));
        Ok(())
    }

    fn topic_mut(&mut self, id: TopicId) -> Result<&mut TopicImage, FoldError> {
        let unknown = FoldError::UnknownTopic { id: id.0 };
        let Some(name) = self.names.get(&id.0) else {
            return Err(unknown);
        };
        self.topics.get_mut(name).map(Arc::make_mut).ok_or(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> TopicId {
        let mut bytes = [0; 16];
        bytes[15] = number;
        TopicId(Uuid(bytes))
    }

    fn created(name: &str, number: u8) -> Change {
        Change::TopicCreated { name: name.into(), id: id(number) }
    }

    fn partition(number: u8, index: i32) -> Change {
        Change::PartitionAdded { topic: id(number), index, replicas: vec![1] }
    }

    #[test]
    fn an_image_is_the_fold_of_its_changes() {
        let image = MetadataImage::default()
            .after(&[created("orders", 1), partition(1, 0), partition(1, 1)])
            .unwrap()
            .after(&[Change::ConfigChanged {
                resource: Resource::Topic(id(1)),
                key: "retention.ms".into(),
                value: Some("5".into()),
            }])
            .unwrap();
        let topic = image.topic("orders").unwrap();
        assert_eq!((topic.partition_count(), image.end_offset()), (2, 2));
        assert_eq!(topic.overrides["retention.ms"], "5");
        assert_eq!(image.topic_by_id(id(1).0), Some(topic));
    }

    #[test]
    fn a_name_can_be_used_again_after_deletion_under_another_id() {
        let image = MetadataImage::default().after(&[created("orders", 1)]).unwrap();
        let image = image.after(&[Change::TopicDeleted { id: id(1) }, created("orders", 2)]).unwrap();
        assert_eq!(image.topic("orders").unwrap().id, id(2).0);
        assert!(image.topic_by_id(id(1).0).is_none());
    }

    #[test]
    fn a_change_that_contradicts_the_image_is_refused() {
        let image = MetadataImage::default().after(&[created("orders", 1)]).unwrap();
        assert!(matches!(image.after(&[created("orders", 2)]), Err(FoldError::TopicExists { .. })));
        assert!(matches!(image.after(&[partition(9, 0)]), Err(FoldError::UnknownTopic { .. })));
        let error = image.after(&[partition(1, 3)]).unwrap_err();
        assert!(matches!(error, FoldError::PartitionOutOfOrder { count: 0, index: 3, .. }));
    }

    #[test]
    fn producer_ids_never_go_back() {
        let image = MetadataImage::default().after(&[Change::ProducerIdsReserved { end: 2_000 }]).unwrap();
        let image = image.after(&[Change::ProducerIdsReserved { end: 1_000 }]).unwrap();
        assert_eq!(image.producer_ids_end(), 2_000);
    }
}
