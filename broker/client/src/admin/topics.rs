//! Topics: create, delete, list, describe, grow, cut.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidemill_protocol::messages::create_partitions::{
    CreatePartitionsAssignment, CreatePartitionsRequest, CreatePartitionsTopic,
};
use tidemill_protocol::messages::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreatableTopicResult,
    CreateTopicsRequest,
};
use tidemill_protocol::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use tidemill_protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use tidemill_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use tidemill_protocol::{ErrorCode, Uuid};

use super::handle::call_error;
use super::{Admin, AdminError, ItemResults};
use crate::TopicPartition;
use crate::cluster::{Metadata, TopicMetadata};
use crate::network::within;

/// A topic to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTopic {
    /// Name.
    pub name: String,
    /// Partitions; -1 takes the broker's `num.partitions`.
    pub partitions: i32,
    /// Copies of each partition; -1 takes the broker's `default.replication.factor`.
    pub replication_factor: i16,
    /// Brokers of each partition, by hand; then the two counts must be -1. Empty leaves it to the cluster.
    pub assignments: BTreeMap<i32, Vec<i32>>,
    /// Configuration of the topic.
    pub configs: BTreeMap<String, String>,
}

impl NewTopic {
    /// Makes a topic with the broker's default replication factor.
    pub fn new(name: impl Into<String>, partitions: i32) -> Self {
        Self {
            name: name.into(),
            partitions,
            replication_factor: -1,
            assignments: BTreeMap::new(),
            configs: BTreeMap::new(),
        }
    }

    /// Sets the number of copies.
    #[must_use]
    pub fn replication_factor(mut self, replication_factor: i16) -> Self {
        self.replication_factor = replication_factor;
        self
    }

    /// Sets a configuration key.
    #[must_use]
    pub fn config(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.configs.insert(key.into(), value.into());
        self
    }
}

/// How topics are created.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CreateTopicsOptions {
    /// Only check whether the topics could be created.
    pub validate_only: bool,
}

/// A topic that was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Its id; zero if the broker does not say.
    pub id: Uuid,
    /// Its partitions; -1 if the broker does not say.
    pub partitions: i32,
    /// Copies of each; -1 if the broker does not say.
    pub replication_factor: i16,
}

/// A topic to give more partitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPartitions {
    /// Partitions the topic has afterwards.
    pub total: i32,
    /// Brokers of each new partition; empty leaves it to the cluster.
    pub assignments: Vec<Vec<i32>>,
}

impl Admin {
    /// Creates topics.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed; what became of each topic is in its own result.
    pub async fn create_topics(
        &self,
        topics: Vec<NewTopic>,
    ) -> Result<ItemResults<String, CreatedTopic>, AdminError> {
        self.create_topics_with(topics, CreateTopicsOptions::default()).await
    }

    /// Creates topics, or only checks them.
    ///
    /// # Errors
    /// As [`Admin::create_topics`].
    pub async fn create_topics_with(
        &self,
        topics: Vec<NewTopic>,
        options: CreateTopicsOptions,
    ) -> Result<ItemResults<String, CreatedTopic>, AdminError> {
        let request = CreateTopicsRequest {
            topics: topics.into_iter().map(creatable).collect(),
            timeout_ms: self.timeout_ms(),
            validate_only: options.validate_only,
        };
        let answer = within(self.ask_any("create topics", |_| request.clone())).await?;
        Ok(answer.topics.into_iter().map(created).collect())
    }

    /// Deletes topics.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed; what became of each topic is in its own result.
    pub async fn delete_topics(&self, names: &[&str]) -> Result<ItemResults<String, ()>, AdminError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let build = |version| {
            let by_state = version >= 6;
            let state = |name: &String| DeleteTopicState { name: Some(name.clone()), topic_id: Uuid::ZERO };
            DeleteTopicsRequest {
                topics: if by_state { names.iter().map(state).collect() } else { Vec::new() },
                topic_names: if by_state { Vec::new() } else { names.clone() },
                timeout_ms: self.timeout_ms(),
            }
        };
        let answer = within(self.ask_any("delete topics", build)).await?;
        let results = answer.responses.into_iter().map(|topic| {
            let name = topic.name.unwrap_or_default();
            let result = AdminError::check(&format!("topic {name}"), topic.error_code, topic.error_message);
            (name, result)
        });
        Ok(results.collect())
    }

    /// Lists every topic of the cluster with its partitions, by name.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed.
    pub async fn list_topics(&self) -> Result<Vec<TopicMetadata>, AdminError> {
        let request =
            MetadataRequest { topics: None, allow_auto_topic_creation: false, ..MetadataRequest::default() };
        let answer = within(self.ask_any("list topics", |_| request.clone())).await?;
        let mut topics: Vec<TopicMetadata> = Metadata::from_response(answer)
            .topics
            .into_values()
            .filter(|topic| topic.error.is_none())
            .collect();
        topics.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(topics)
    }

    /// Describes topics.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed; what became of each topic is in its own result.
    pub async fn describe_topics(
        &self,
        names: &[&str],
    ) -> Result<ItemResults<String, TopicMetadata>, AdminError> {
        let named = |name: &&str| MetadataRequestTopic {
            name: Some((*name).to_owned()),
            ..MetadataRequestTopic::default()
        };
        let request = MetadataRequest {
            topics: Some(names.iter().map(named).collect()),
            allow_auto_topic_creation: false,
            ..MetadataRequest::default()
        };
        let answer = within(self.ask_any("describe topics", |_| request.clone())).await?;
        let mut view = Metadata::from_response(answer);
        let results = names.iter().map(|name| {
            let subject = format!("topic {name}");
            let refused = |code| AdminError::Refused { subject, code, message: None };
            let result = match view.topics.remove(*name) {
                None => Err(refused(ErrorCode::UnknownTopicOrPartition)),
                Some(TopicMetadata { error: Some(code), .. }) => Err(refused(code)),
                Some(topic) => Ok(topic),
            };
            ((*name).to_owned(), result)
        });
        Ok(results.collect())
    }

    /// Gives topics more partitions.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed; what became of each topic is in its own result.
    pub async fn create_partitions(
        &self,
        topics: &[(&str, NewPartitions)],
    ) -> Result<ItemResults<String, ()>, AdminError> {
        let wanted = |(name, partitions): &(&str, NewPartitions)| CreatePartitionsTopic {
            name: (*name).to_owned(),
            count: partitions.total,
            assignments: (!partitions.assignments.is_empty()).then(|| {
                let brokers = partitions.assignments.iter().cloned();
                brokers.map(|broker_ids| CreatePartitionsAssignment { broker_ids }).collect()
            }),
        };
        let request = CreatePartitionsRequest {
            topics: topics.iter().map(wanted).collect(),
            timeout_ms: self.timeout_ms(),
            validate_only: false,
        };
        let answer = within(self.ask_any("create partitions", |_| request.clone())).await?;
        let results = answer.results.into_iter().map(|topic| {
            let subject = format!("topic {}", topic.name);
            let result = AdminError::check(&subject, topic.error_code, topic.error_message);
            (topic.name, result)
        });
        Ok(results.collect())
    }

    /// Deletes the records before the given offsets (-1: all up to the high watermark); returns the new first
    /// offset of each partition.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed; what became of each partition is in its own result.
    pub async fn delete_records(
        &self,
        offsets: &BTreeMap<TopicPartition, i64>,
    ) -> Result<ItemResults<TopicPartition, i64>, AdminError> {
        within(self.delete_records_by_leader(offsets)).await
    }

    async fn delete_records_by_leader(
        &self,
        offsets: &BTreeMap<TopicPartition, i64>,
    ) -> Result<ItemResults<TopicPartition, i64>, AdminError> {
        let partitions: Vec<TopicPartition> = offsets.keys().cloned().collect();
        let (by_leader, unknown) = self.by_leader(&partitions).await;
        let mut results: ItemResults<TopicPartition, i64> =
            unknown.into_iter().map(|(partition, result)| (partition, result.map(|()| -1))).collect();
        for (leader, partitions) in by_leader {
            let request = DeleteRecordsRequest {
                topics: delete_records_topics(&partitions, offsets),
                timeout_ms: self.timeout_ms(),
            };
            let answer = self.cluster.call_node(leader, |_| request).await;
            let answer = answer.map_err(|error| call_error("delete records", error))?;
            for topic in answer.topics {
                let name: Arc<str> = Arc::from(topic.name);
                for partition in topic.partitions {
                    let key = TopicPartition::new(Arc::clone(&name), partition.partition_index);
                    let result = AdminError::check(&key.to_string(), partition.error_code, None);
                    results.push((key, result.map(|()| partition.low_watermark)));
                }
            }
        }
        Ok(results)
    }
}

fn delete_records_topics(
    partitions: &[TopicPartition],
    offsets: &BTreeMap<TopicPartition, i64>,
) -> Vec<DeleteRecordsTopic> {
    let mut topics: BTreeMap<&str, Vec<DeleteRecordsPartition>> = BTreeMap::new();
    for partition in partitions {
        let offset = offsets.get(partition).copied().unwrap_or(-1);
        let row = DeleteRecordsPartition { partition_index: partition.partition, offset };
        topics.entry(&partition.topic).or_default().push(row);
    }
    let topic = |(name, partitions): (&str, _)| DeleteRecordsTopic { name: name.to_owned(), partitions };
    topics.into_iter().map(topic).collect()
}

fn creatable(topic: NewTopic) -> CreatableTopic {
    let assignments = topic.assignments.into_iter();
    let configs = topic.configs.into_iter();
    CreatableTopic {
        name: topic.name,
        num_partitions: topic.partitions,
        replication_factor: topic.replication_factor,
        assignments: assignments
            .map(|(partition_index, broker_ids)| CreatableReplicaAssignment { partition_index, broker_ids })
            .collect(),
        configs: configs.map(|(name, value)| CreatableTopicConfig { name, value: Some(value) }).collect(),
    }
}

fn created(topic: CreatableTopicResult) -> (String, Result<CreatedTopic, AdminError>) {
    let subject = format!("topic {}", topic.name);
    let result = AdminError::check(&subject, topic.error_code, topic.error_message);
    let created = CreatedTopic {
        id: topic.topic_id,
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
    };
    (topic.name, result.map(|()| created))
}
