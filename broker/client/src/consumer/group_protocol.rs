//! What members of a consumer group tell each other through the coordinator, which does not read it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use tidemill_protocol::messages::consumer_protocol::{
    ConsumerProtocolAssignment, ConsumerProtocolAssignmentTopicPartition, ConsumerProtocolSubscription,
    ConsumerProtocolSubscriptionTopicPartition,
};
use tidemill_protocol::{DecodeError, EncodeError, Message, Reader, Writer};

use crate::TopicPartition;

/// Version of what is written; readers take any and ignore what they do not know.
const WRITTEN_VERSION: i16 = 3;

/// What a member says of itself when it joins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Subscription {
    pub(super) topics: Vec<String>,
    pub(super) user_data: Option<Bytes>,
    pub(super) owned: Vec<TopicPartition>,
    /// Generation in which it came to own them; -1 if none.
    pub(super) generation: i32,
    pub(super) rack: Option<String>,
}

fn group<'a>(partitions: impl IntoIterator<Item = &'a TopicPartition>) -> BTreeMap<&'a str, Vec<i32>> {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for partition in partitions {
        topics.entry(&partition.topic).or_default().push(partition.partition);
    }
    topics
}

fn flatten(topics: impl IntoIterator<Item = (String, Vec<i32>)>) -> Vec<TopicPartition> {
    let mut all = Vec::new();
    for (topic, partitions) in topics {
        let topic: Arc<str> = Arc::from(topic);
        all.extend(
            partitions.into_iter().map(|partition| TopicPartition::new(Arc::clone(&topic), partition)),
        );
    }
    all
}

/// Puts a version in front of a message.
fn versioned(message: &impl Message) -> Result<Bytes, EncodeError> {
    let mut writer = Writer::new();
    message.encode(&mut writer, WRITTEN_VERSION)?;
    let (body, _) = writer.finish();
    let mut bytes = BytesMut::with_capacity(2 + body.len());
    bytes.put_i16(WRITTEN_VERSION);
    bytes.put_slice(&body);
    Ok(bytes.freeze())
}

/// Takes the version off the front and picks the one to read the rest in. Bytes that are too short are left to
/// the reader of the message, which finds nothing to read.
fn split_version(bytes: &Bytes, newest: i16) -> (i16, Reader) {
    match bytes.first_chunk::<2>() {
        Some(version) => (i16::from_be_bytes(*version).clamp(0, newest), Reader::new(bytes.slice(2..))),
        None => (0, Reader::new(Bytes::new())),
    }
}

/// Writes a subscription.
pub(super) fn encode_subscription(subscription: &Subscription) -> Result<Bytes, EncodeError> {
    let owned = group(&subscription.owned).into_iter().map(|(topic, partitions)| {
        ConsumerProtocolSubscriptionTopicPartition { topic: topic.to_owned(), partitions }
    });
    versioned(&ConsumerProtocolSubscription {
        topics: subscription.topics.clone(),
        user_data: subscription.user_data.clone(),
        owned_partitions: owned.collect(),
        generation_id: subscription.generation,
        rack_id: subscription.rack.clone(),
    })
}

/// Reads a subscription.
pub(super) fn decode_subscription(bytes: Bytes) -> Result<Subscription, DecodeError> {
    let (version, mut reader) = split_version(&bytes, *ConsumerProtocolSubscription::VERSIONS.end());
    let read = ConsumerProtocolSubscription::decode(&mut reader, version)?;
    Ok(Subscription {
        topics: read.topics,
        user_data: read.user_data,
        owned: flatten(read.owned_partitions.into_iter().map(|row| (row.topic, row.partitions))),
        generation: read.generation_id,
        rack: read.rack_id,
    })
}

/// Writes an assignment.
pub(super) fn encode_assignment(
    partitions: &[TopicPartition],
    user_data: Option<Bytes>,
) -> Result<Bytes, EncodeError> {
    let assigned = group(partitions).into_iter().map(|(topic, partitions)| {
        ConsumerProtocolAssignmentTopicPartition { topic: topic.to_owned(), partitions }
    });
    versioned(&ConsumerProtocolAssignment { assigned_partitions: assigned.collect(), user_data })
}

/// Reads an assignment; empty bytes are an empty one.
pub(crate) fn decode_assignment(bytes: Bytes) -> Result<(Vec<TopicPartition>, Option<Bytes>), DecodeError> {
    if bytes.is_empty() {
        return Ok((Vec::new(), None));
    }
    let (version, mut reader) = split_version(&bytes, *ConsumerProtocolAssignment::VERSIONS.end());
    let read = ConsumerProtocolAssignment::decode(&mut reader, version)?;
    let partitions = flatten(read.assigned_partitions.into_iter().map(|row| (row.topic, row.partitions)));
    Ok((partitions, read.user_data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_and_an_assignment_survive_the_wire() {
        let subscription = Subscription {
            topics: vec!["a".to_owned(), "b".to_owned()],
            user_data: Some(Bytes::from_static(b"x")),
            owned: vec![TopicPartition::new("a", 1), TopicPartition::new("b", 0)],
            generation: 7,
            rack: None,
        };
        let bytes = encode_subscription(&subscription).unwrap();
        assert_eq!(decode_subscription(bytes).unwrap(), subscription);
        let bytes = encode_assignment(&subscription.owned, None).unwrap();
        assert_eq!(decode_assignment(bytes).unwrap(), (subscription.owned, None));
    }

    #[test]
    fn empty_bytes_are_an_empty_assignment_and_damaged_bytes_an_error() {
        assert_eq!(decode_assignment(Bytes::new()).unwrap(), (Vec::new(), None));
        assert!(decode_assignment(Bytes::from_static(&[0, 1, 0, 0, 0, 9])).is_err());
    }
}
