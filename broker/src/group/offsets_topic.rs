//! The topic that groups and their offsets live in.

use std::collections::BTreeMap;

use crate::catalog::topics::NewTopic;
use crate::config::broker_config::GroupCoordinatorConfig;

/// Its name.
pub(crate) const TOPIC: &str = "__consumer_offsets";

/// Describes the topic as it is created: compacted, so that it keeps the last record of every key.
pub(crate) fn topic(config: &GroupCoordinatorConfig) -> NewTopic {
    let overrides = [
        ("cleanup.policy", "compact".to_owned()),
        ("compression.type", "producer".to_owned()),
        ("segment.bytes", config.offsets_topic_segment_bytes.to_string()),
    ];
    NewTopic {
        name: TOPIC.to_owned(),
        partitions: Some(config.offsets_topic_partitions),
        replication_factor: Some(config.offsets_topic_replication_factor),
        assignments: BTreeMap::new(),
        overrides: overrides.map(|(key, value)| (key.to_owned(), value)).into(),
    }
}
