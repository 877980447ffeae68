//! What the group APIs know of topics.

use tidemill_protocol::Uuid;

use crate::catalog::image::MetadataImage;

/// The topics of the cluster at one moment.
pub trait TopicView: Sync {
    /// Returns the id of the topic of this name.
    fn id_of(&self, name: &str) -> Option<Uuid>;
    /// Returns the name of the topic of this id.
    fn name_of(&self, id: Uuid) -> Option<String>;
    /// Tells whether the topic of this name has this partition.
    fn has_partition(&self, name: &str, index: i32) -> bool;
}

impl TopicView for MetadataImage {
    fn id_of(&self, name: &str) -> Option<Uuid> {
        self.topic(name).map(|topic| topic.id)
    }

    fn name_of(&self, id: Uuid) -> Option<String> {
        self.topic_by_id(id).map(|topic| topic.name.to_string())
    }

    fn has_partition(&self, name: &str, index: i32) -> bool {
        self.topic(name).is_some_and(|topic| (0..topic.partition_count()).contains(&index))
    }
}
