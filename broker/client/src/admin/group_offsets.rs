//! Committed offsets of groups: list, alter, delete.

use std::collections::BTreeMap;
use std::sync::Arc;

use tidemill_protocol::Request;
use tidemill_protocol::messages::offset_commit::OffsetCommitRequest;
use tidemill_protocol::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use tidemill_protocol::messages::offset_fetch::OffsetFetchRequest;

use super::{Admin, AdminError, ItemResults};
use crate::cluster::CoordinatorOf;
use crate::committed::{self, CommitIdentity};
use crate::network::within;
use crate::{OffsetAndMetadata, TopicPartition};

impl Admin {
    /// Lists the committed offsets of `group`: of `partitions`, or of all it has if that is `None`.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed, or the first partition whose offset cannot be read.
    pub async fn list_group_offsets(
        &self,
        group: &str,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<BTreeMap<TopicPartition, OffsetAndMetadata>, AdminError> {
        let build = |version| committed::offset_fetch_request(group, partitions, version, false);
        let code = |answer: &<OffsetFetchRequest as Request>::Response| committed::fetch_error(answer).code();
        let answer = within(self.ask_coordinator_of(
            (CoordinatorOf::Group, group),
            committed::OFFSET_FETCH_LIMIT,
            build,
            code,
        ))
        .await?;
        let subject = format!("group {group}");
        AdminError::check(&subject, committed::fetch_error(&answer).code(), None)?;
        let mut offsets = BTreeMap::new();
        for (partition, code, committed) in committed::fetched_offsets(answer) {
            AdminError::check(&format!("{subject}, {partition}"), code.code(), None)?;
            if let Some(committed) = committed {
                offsets.insert(partition, committed);
            }
        }
        Ok(offsets)
    }

    /// Sets committed offsets of a group without members.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed; what became of each partition is in its own result.
    pub async fn alter_group_offsets(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, OffsetAndMetadata>,
    ) -> Result<ItemResults<TopicPartition, ()>, AdminError> {
        let identity = CommitIdentity::outside_group(group);
        let build = |_| committed::offset_commit_request(&identity, offsets);
        let code = |answer: &<OffsetCommitRequest as Request>::Response| {
            answer.topics.first().and_then(|topic| topic.partitions.first()).map_or(0, |row| row.error_code)
        };
        let answer = within(self.ask_coordinator_of(
            (CoordinatorOf::Group, group),
            committed::OFFSET_COMMIT_LIMIT,
            build,
            code,
        ))
        .await?;
        let results = committed::commit_results(answer).into_iter().map(|(partition, code)| {
            let result = AdminError::check(&format!("group {group}, {partition}"), code.code(), None);
            (partition, result)
        });
        Ok(results.collect())
    }

    /// Deletes committed offsets of topics that no member is subscribed to.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed; what became of each partition is in its own result.
    pub async fn delete_group_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<ItemResults<TopicPartition, ()>, AdminError> {
        let mut topics: BTreeMap<&str, Vec<OffsetDeleteRequestPartition>> = BTreeMap::new();
        for partition in partitions {
            let row = OffsetDeleteRequestPartition { partition_index: partition.partition };
            topics.entry(&partition.topic).or_default().push(row);
        }
        let topic =
            |(name, partitions): (&str, _)| OffsetDeleteRequestTopic { name: name.to_owned(), partitions };
        let request = OffsetDeleteRequest {
            group_id: group.to_owned(),
            topics: topics.into_iter().map(topic).collect(),
        };
        let code = |answer: &<OffsetDeleteRequest as Request>::Response| answer.error_code;
        let answer = within(self.ask_coordinator(group, |_| request.clone(), code)).await?;
        AdminError::check(&format!("group {group}"), answer.error_code, None)?;
        let mut results = Vec::new();
        for topic in answer.topics {
            let name: Arc<str> = Arc::from(topic.name);
            for row in topic.partitions {
                let partition = TopicPartition::new(Arc::clone(&name), row.partition_index);
                let result = AdminError::check(&format!("group {group}, {partition}"), row.error_code, None);
                results.push((partition, result));
            }
        }
        Ok(results)
    }
}
