//! What the group APIs know of topics.

use tidemill_protocol::Uuid;

/// The topics of the cluster at one moment.
pub trait TopicView: Sync {
    /// Returns the id of the topic of this name.
    fn id_of(&self, name: &str) -> Option<Uuid>;
    /// Returns the name of the topic of this id.
    fn name_of(&self, id: Uuid) -> Option<String>;
    /// Tells whether the topic of this name has this partition.
    fn has_partition(&self, name: &str, index: i32) -> bool;
}
