//! The cluster and what its brokers store.

use std::sync::Arc;

use tidemill_protocol::messages::describe_cluster::DescribeClusterRequest;
use tidemill_protocol::messages::describe_log_dirs::{DescribeLogDirsRequest, DescribeLogDirsResult};

use super::handle::call_error;
use super::{Admin, AdminError, ItemResults};
use crate::TopicPartition;
use crate::cluster::BrokerMetadata;
use crate::network::within;

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterDescription {
    /// `cluster.id`.
    pub cluster_id: String,
    /// Broker that takes administrative requests; -1 if unknown.
    pub controller_id: i32,
    /// Its brokers.
    pub brokers: Vec<BrokerMetadata>,
}

/// A directory of a broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDirDescription {
    /// Path on the broker.
    pub path: String,
    /// Bytes of its volume; -1 if the broker does not say.
    pub total_bytes: i64,
    /// Bytes free; -1 if the broker does not say.
    pub usable_bytes: i64,
    /// What it stores.
    pub replicas: Vec<ReplicaSize>,
}

/// A partition in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaSize {
    /// The partition.
    pub partition: TopicPartition,
    /// Bytes of its segments.
    pub size_bytes: i64,
    /// Offsets it is behind.
    pub offset_lag: i64,
}

impl Admin {
    /// Describes the cluster.
    ///
    /// # Errors
    /// [`AdminError`] if the call failed.
    pub async fn describe_cluster(&self) -> Result<ClusterDescription, AdminError> {
        let request = DescribeClusterRequest { endpoint_type: 1, ..DescribeClusterRequest::default() };
        let answer = within(self.ask_any("describe cluster", |_| request.clone())).await?;
        AdminError::check("describe cluster", answer.error_code, answer.error_message)?;
        let brokers = answer.brokers.into_iter().map(|broker| BrokerMetadata {
            node_id: broker.broker_id,
            host: broker.host,
            port: u16::try_from(broker.port).unwrap_or(0),
            rack: broker.rack,
        });
        Ok(ClusterDescription {
            cluster_id: answer.cluster_id,
            controller_id: answer.controller_id,
            brokers: brokers.collect(),
        })
    }

    /// Describes the directories of brokers.
    ///
    /// # Errors
    /// [`AdminError`] if a broker did not answer; what became of each directory is in its own result.
    pub async fn describe_log_dirs(
        &self,
        brokers: &[i32],
    ) -> Result<ItemResults<i32, LogDirDescription>, AdminError> {
        within(async {
            let mut results = Vec::new();
            for node in brokers {
                let subject = format!("directories of broker {node}");
                self.know_node(*node).await;
                let request = DescribeLogDirsRequest { topics: None };
                let answer = self.cluster.call_node(*node, |_| request).await;
                let answer = answer.map_err(|error| call_error(&subject, error))?;
                AdminError::check(&subject, answer.error_code, None)?;
                results.extend(answer.results.into_iter().map(|dir| (*node, log_dir(dir))));
            }
            Ok(results)
        })
        .await
    }
}

fn log_dir(dir: DescribeLogDirsResult) -> Result<LogDirDescription, AdminError> {
    AdminError::check(&format!("directory {}", dir.log_dir), dir.error_code, None)?;
    let mut replicas = Vec::new();
    for topic in dir.topics {
        let name: Arc<str> = Arc::from(topic.name);
        replicas.extend(topic.partitions.into_iter().map(|partition| ReplicaSize {
            partition: TopicPartition::new(Arc::clone(&name), partition.partition_index),
            size_bytes: partition.partition_size,
            offset_lag: partition.offset_lag,
        }));
    }
    Ok(LogDirDescription {
        path: dir.log_dir,
        total_bytes: dir.total_bytes,
        usable_bytes: dir.usable_bytes,
        replicas,
    })
}
