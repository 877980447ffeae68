//! Offsets of partitions, by time or by end.

use std::collections::BTreeMap;

use tidemill_protocol::messages::list_offsets::ListOffsetsRequest;

use super::handle::call_error;
use super::{Admin, AdminError, ItemResults};
use crate::config::IsolationLevel;
use crate::list_offsets;
use crate::network::within;
use crate::{OffsetAndTimestamp, TopicPartition};

/// Which offset of a partition is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The first one in the log.
    Earliest,
    /// The next one to be written that consumers can see.
    Latest,
    /// That of the record with the largest timestamp (KIP-734).
    MaxTimestamp,
    /// The first record that is not older than this, in milliseconds since the Unix epoch.
    AtOrAfter(i64),
}

impl OffsetSpec {
    pub(crate) fn wire_timestamp(self) -> i64 {
        match self {
            Self::Latest => -1,
            Self::Earliest => -2,
            Self::MaxTimestamp => -3,
            Self::AtOrAfter(timestamp) => timestamp,
        }
    }
}

impl Admin {
    /// Returns one offset of each partition; `None` where no record is young enough.
    ///
    /// # Errors
    /// [`AdminError`] if a broker did not answer; what became of each partition is in its own result.
    pub async fn list_offsets(
        &self,
        wanted: &BTreeMap<TopicPartition, OffsetSpec>,
    ) -> Result<ItemResults<TopicPartition, Option<OffsetAndTimestamp>>, AdminError> {
        within(self.list_offsets_by_leader(wanted)).await
    }

    async fn list_offsets_by_leader(
        &self,
        wanted: &BTreeMap<TopicPartition, OffsetSpec>,
    ) -> Result<ItemResults<TopicPartition, Option<OffsetAndTimestamp>>, AdminError> {
        let mut retry = self.retry("list offsets");
        let mut open: Vec<TopicPartition> = wanted.keys().cloned().collect();
        let mut results: ItemResults<TopicPartition, Option<OffsetAndTimestamp>> = Vec::new();
        while !open.is_empty() {
            let answered = self.try_list_offsets(&open, wanted).await;
            let mut last = None;
            let mut again = Vec::new();
            for (partition, result) in answered {
                match result {
                    Err(error) if error.is_retriable() && error.code() != UNKNOWN => {
                        last = Some(error);
                        again.push(partition);
                    }
                    settled => results.push((partition, settled)),
                }
            }
            open = again;
            if let Some(error) = last {
                retry.after(error).await?;
            }
        }
        Ok(results)
    }

    async fn try_list_offsets(
        &self,
        partitions: &[TopicPartition],
        wanted: &BTreeMap<TopicPartition, OffsetSpec>,
    ) -> ItemResults<TopicPartition, Option<OffsetAndTimestamp>> {
        let (by_leader, unknown) = self.by_leader(partitions).await;
        let mut results: ItemResults<TopicPartition, Option<OffsetAndTimestamp>> =
            unknown.into_iter().map(|(partition, result)| (partition, result.map(|()| None))).collect();
        for (leader, partitions) in by_leader {
            let rows: Vec<list_offsets::Wanted> = partitions
                .iter()
                .filter_map(|partition| {
                    let timestamp = wanted.get(partition)?.wire_timestamp();
                    Some(list_offsets::Wanted { partition: partition.clone(), timestamp, leader_epoch: -1 })
                })
                .collect();
            let request: ListOffsetsRequest = list_offsets::request(&rows, IsolationLevel::ReadUncommitted);
            match self.cluster.call_node(leader, |_| request).await {
                Ok(answer) => {
                    for (partition, code, offset) in list_offsets::answers(answer) {
                        let checked = AdminError::check(&partition.to_string(), code.code(), None);
                        results.push((partition, checked.map(|()| offset)));
                    }
                }
                Err(error) => results.extend(partitions.into_iter().map(|partition| {
                    let failed = call_error(&partition.to_string(), error.clone());
                    (partition, Err(failed))
                })),
            }
        }
        results
    }
}

/// A topic that does not exist is not worth waiting for.
const UNKNOWN: Option<tidemill_protocol::ErrorCode> =
    Some(tidemill_protocol::ErrorCode::UnknownTopicOrPartition);
