//! Questions about offsets: committed, by time, at the ends, lag.

use std::collections::BTreeMap;
use std::time::Duration;

use tidemill_protocol::ErrorCode;

use super::errors::OffsetError;
use super::handle::Consumer;
use crate::cluster::CoordinatorError;
use crate::committed;
use crate::list_offsets::{self, EARLIEST, LATEST};
use crate::network;
use crate::{OffsetAndMetadata, OffsetAndTimestamp, TopicPartition};

/// Why a question was not answered: for now, or for good.
enum Attempt {
    Again(String),
    Final(OffsetError),
}

impl Consumer {
    /// Returns the offset of the next record of `partition`, waiting until it is known.
    ///
    /// # Errors
    /// [`OffsetError`] if the partition is not assigned or its position does not become known in time.
    pub async fn position(&self, partition: &TopicPartition) -> Result<i64, OffsetError> {
        let known = || self.shared.state.lock().fetcher.position(partition);
        let wait = async {
            loop {
                match known() {
                    None => {
                        return Err(OffsetError::NotAssigned { partition: partition.clone() });
                    }
                    Some(Some(position)) => return Ok(position.offset),
                    Some(None) => tokio::time::sleep(self.shared.cluster.config().retry_backoff / 4).await,
                }
            }
        };
        let timeout = self.shared.config.api_timeout;
        let late = OffsetError::Timeout { timeout, last: "the position is not known yet".to_owned() };
        network::within(async { tokio::time::timeout(timeout, wait).await.unwrap_or(Err(late)) }).await
    }

    /// Returns the committed offsets; partitions without one are left out.
    ///
    /// # Errors
    /// [`OffsetError`] if the coordinator refuses or does not answer in time.
    pub async fn committed(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, OffsetAndMetadata>, OffsetError> {
        network::within(async {
            let mut patience = self.patience();
            loop {
                match self.try_committed(partitions).await {
                    Ok(found) => return Ok(found),
                    Err(Attempt::Final(error)) => return Err(error),
                    Err(Attempt::Again(last)) => patience.wait(last).await?,
                }
            }
        })
        .await
    }

    async fn try_committed(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, OffsetAndMetadata>, Attempt> {
        let Some(group) = &self.shared.group else {
            return Err(Attempt::Final(OffsetError::NoGroup));
        };
        let build = |version| committed::offset_fetch_request(&group.key, Some(partitions), version, true);
        let answer = match group.call(group.ordinary(committed::OFFSET_FETCH_LIMIT), build).await {
            Ok(answer) => answer,
            Err(CoordinatorError::Call(source)) if !source.is_retriable() => {
                return Err(Attempt::Final(OffsetError::Call { source }));
            }
            Err(error) => return Err(Attempt::Again(error.to_string())),
        };
        let whole = committed::fetch_error(&answer);
        group.notice(whole);
        let mut found = BTreeMap::new();
        for (partition, code, offset) in committed::fetched_offsets(answer) {
            judge(&partition, if whole == ErrorCode::None { code } else { whole })?;
            if let Some(offset) = offset {
                found.insert(partition, offset);
            }
        }
        match (whole, partitions.first()) {
            (ErrorCode::None, _) | (_, None) => Ok(found),
            (code, Some(first)) => judge(first, code).map(|()| found),
        }
    }

    /// Returns the first offset of each partition whose record is not older than its timestamp (milliseconds since
    /// the Unix epoch); partitions without such a record are left out.
    ///
    /// # Errors
    /// [`OffsetError`] if a leader refuses or does not answer in time.
    pub async fn offsets_for_times(
        &self,
        timestamps: &BTreeMap<TopicPartition, i64>,
    ) -> Result<BTreeMap<TopicPartition, OffsetAndTimestamp>, OffsetError> {
        network::within(self.list_offsets(timestamps)).await
    }

    /// Returns the first offset of each partition.
    ///
    /// # Errors
    /// As [`Consumer::offsets_for_times`].
    pub async fn beginning_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>, OffsetError> {
        self.ends(partitions, EARLIEST).await
    }

    /// Returns the end of each partition as consumers of this isolation level see it.
    ///
    /// # Errors
    /// As [`Consumer::offsets_for_times`].
    pub async fn end_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>, OffsetError> {
        self.ends(partitions, LATEST).await
    }

    /// Returns how many offsets the position is behind the end as last fetched; `None` before the first fetch.
    #[must_use]
    pub fn lag(&self, partition: &TopicPartition) -> Option<i64> {
        let state = self.shared.state.lock();
        let position = state.fetcher.position(partition)??;
        Some((state.fetcher.visible_end(partition)? - position.offset).max(0))
    }

    async fn ends(
        &self,
        partitions: &[TopicPartition],
        timestamp: i64,
    ) -> Result<BTreeMap<TopicPartition, i64>, OffsetError> {
        let wanted = partitions.iter().map(|partition| (partition.clone(), timestamp)).collect();
        let found = network::within(self.list_offsets(&wanted)).await?;
        Ok(found.into_iter().map(|(partition, found)| (partition, found.offset)).collect())
    }

    async fn list_offsets(
        &self,
        wanted: &BTreeMap<TopicPartition, i64>,
    ) -> Result<BTreeMap<TopicPartition, OffsetAndTimestamp>, OffsetError> {
        let mut patience = self.patience();
        let topics = wanted.keys().map(|partition| std::sync::Arc::clone(&partition.topic));
        if let Some(number) = self.shared.cluster.follow(topics) {
            let refreshed = self.shared.cluster.refreshed(number);
            // Without an answer the leaders stay unknown, which the loop below reports.
            drop(tokio::time::timeout(self.shared.cluster.request_timeout(), refreshed).await);
        }
        loop {
            match self.try_list_offsets(wanted).await {
                Ok(found) => return Ok(found),
                Err(Attempt::Final(error)) => return Err(error),
                Err(Attempt::Again(last)) => {
                    self.shared.cluster.request_refresh();
                    patience.wait(last).await?;
                }
            }
        }
    }

    async fn try_list_offsets(
        &self,
        wanted: &BTreeMap<TopicPartition, i64>,
    ) -> Result<BTreeMap<TopicPartition, OffsetAndTimestamp>, Attempt> {
        let view = self.shared.cluster.metadata();
        let mut by_leader: BTreeMap<i32, Vec<list_offsets::Wanted>> = BTreeMap::new();
        for (partition, timestamp) in wanted {
            let found = view.partition(&partition.topic, partition.partition);
            let Some((leader, leader_epoch)) =
                found.and_then(|found| Some((found.leader?, found.leader_epoch)))
            else {
                return Err(Attempt::Again(format!("{partition} has no known leader")));
            };
            let (partition, timestamp) = (partition.clone(), *timestamp);
            by_leader.entry(leader).or_default().push(list_offsets::Wanted {
                partition,
                timestamp,
                leader_epoch,
            });
        }
        let mut offsets = BTreeMap::new();
        for (leader, rows) in by_leader {
            let request = list_offsets::request(&rows, self.shared.config.isolation_level);
            let answer = match self.shared.cluster.call_node(leader, |_| request).await {
                Ok(answer) => answer,
                Err(error) if error.is_retriable() => return Err(Attempt::Again(error.to_string())),
                Err(source) => return Err(Attempt::Final(OffsetError::Call { source })),
            };
            for (partition, code, found) in list_offsets::answers(answer) {
                judge(&partition, code)?;
                if let Some(found) = found {
                    offsets.insert(partition, found);
                }
            }
        }
        Ok(offsets)
    }

    fn patience(&self) -> Patience {
        Patience {
            started: network::now().monotonic,
            timeout: self.shared.config.api_timeout,
            delay: self.shared.cluster.config().retry_backoff,
        }
    }
}

/// Sorts errors into those that pass and those that stay.
fn judge(partition: &TopicPartition, code: ErrorCode) -> Result<(), Attempt> {
    match code {
        ErrorCode::None => Ok(()),
        code if code.is_retriable() => Err(Attempt::Again(format!("{partition}: {}", code.name()))),
        code => Err(Attempt::Final(OffsetError::Refused { partition: partition.clone(), code })),
    }
}

/// Tries of one question, until `default.api.timeout.ms` is over.
struct Patience {
    started: Duration,
    timeout: Duration,
    delay: Duration,
}

impl Patience {
    async fn wait(&mut self, last: String) -> Result<(), OffsetError> {
        let waited = network::now().monotonic.saturating_sub(self.started);
        if waited + self.delay >= self.timeout {
            return Err(OffsetError::Timeout { timeout: self.timeout, last });
        }
        tokio::time::sleep(self.delay).await;
        Ok(())
    }
}
