//! Clusters and members for the tests of the assignors.

use std::sync::Arc;

use tidemill_protocol::messages::metadata::{
    MetadataResponse, MetadataResponsePartition, MetadataResponseTopic,
};

use super::MemberSubscription;
use crate::TopicPartition;
use crate::cluster::Metadata;

/// Makes a cluster with these topics and numbers of partitions.
pub(in crate::consumer) fn cluster(topics: &[(&str, i32)]) -> Metadata {
    let partition = |partition_index| MetadataResponsePartition {
        partition_index,
        leader_id: 1,
        ..MetadataResponsePartition::default()
    };
    let topic = |(name, count): &(&str, i32)| MetadataResponseTopic {
        name: Some((*name).to_owned()),
        partitions: (0..*count).map(partition).collect(),
        ..MetadataResponseTopic::default()
    };
    let response =
        MetadataResponse { topics: topics.iter().map(topic).collect(), ..MetadataResponse::default() };
    Metadata::from_response(response)
}

/// Makes a member that subscribes to `topics` and owns nothing.
pub(in crate::consumer) fn member(id: &str, topics: &[&str]) -> MemberSubscription {
    MemberSubscription {
        member_id: id.to_owned(),
        topics: topics.iter().map(|topic| Arc::from(*topic)).collect(),
        generation: -1,
        ..MemberSubscription::default()
    }
}

/// Names partitions of topic `t`.
pub(in crate::consumer) fn of_t(partitions: &[i32]) -> Vec<TopicPartition> {
    partitions.iter().map(|partition| TopicPartition::new("t", *partition)).collect()
}
