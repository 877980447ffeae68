//! What the parts of one running broker share.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use tidemill_environment::{Clock, Random};
use tidemill_protocol::{ErrorCode, Uuid};
use tokio::sync::watch;

use crate::catalog::change::Change;
use crate::catalog::image::MetadataImage;
use crate::catalog::metadata::{CommitError, Metadata};
use crate::catalog::producer_ids::ProducerIds;
use crate::catalog::topics::{self, NewTopic, Placement, TopicError};
use crate::config::broker_config::BrokerConfig;
use crate::config::layers::BrokerLayers;
use crate::coordinator_shard::partition_shard_log::PartitionShardLog;
use crate::data_dir::DataDir;
use crate::fetch_session::sessions::FetchSessions;
use crate::group::offsets_topic;
use crate::group::service::GroupService;
use crate::metrics::Metrics;
use crate::network::connections_by_address::ConnectionsByAddress;
use crate::network::frame_buffers::FrameBuffers;
use crate::partition::group_commit::GroupCommit;
use crate::partition::partition::{Partition, PartitionId};
use crate::partition::partitions::Partitions;
use crate::transaction::{self, service::TransactionService};

/// One running broker, as its handlers see it.
pub(crate) struct BrokerState {
    pub(crate) config: BrokerConfig,
    pub(crate) node_id: i32,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Mutex<Box<dyn Random>>,
    pub(crate) metadata: Metadata,
    pub(crate) partitions: Partitions,
    pub(crate) group_commit: Arc<GroupCommit>,
    pub(crate) groups: GroupService,
    pub(crate) fetch_sessions: FetchSessions,
    pub(crate) transactions: TransactionService,
    pub(crate) producer_ids: ProducerIds,
    pub(crate) metrics: Metrics,
    pub(crate) frame_buffers: FrameBuffers,
    pub(crate) connections_by_address: ConnectionsByAddress,
    pub(crate) data_dir: DataDir,
    /// Turns true when the broker stops: whatever waits for data answers with what there is.
    pub(crate) stopping: watch::Receiver<bool>,
}

/// Where clients are told to find this broker.
pub(crate) struct Advertised {
    pub(crate) host: String,
    pub(crate) port: i32,
}

impl BrokerState {
    /// The address for a client that reached `local`: the configured one, or the one it used.
    pub(crate) fn advertised(&self, local: SocketAddr) -> Advertised {
        match self.config.advertised_listeners.first() {
            Some(listener) => Advertised { host: listener.host.clone(), port: i32::from(listener.port) },
            None => Advertised { host: local.ip().to_string(), port: i32::from(local.port()) },
        }
    }

    pub(crate) fn cluster_id(&self) -> &str {
        self.data_dir.cluster_id()
    }

    pub(crate) fn data_dir_path(&self) -> &Path {
        self.data_dir.path()
    }

    /// The values of broker keys, by where they are set.
    pub(crate) fn layers<'a>(&'a self, image: &'a MetadataImage) -> BrokerLayers<'a> {
        BrokerLayers {
            dynamic_broker: image.broker_overrides(self.node_id),
            dynamic_default: image.cluster_overrides(),
            fixed: &self.config.fixed,
        }
    }

    /// What a decision about topics needs to know of the cluster.
    pub(crate) fn placement(&self) -> Placement<'_> {
        Placement {
            brokers: std::slice::from_ref(&self.node_id),
            default_partitions: self.config.topics.num_partitions,
            default_replication_factor: self.config.topics.replication_factor,
        }
    }

    /// Finds a partition by its topic's name.
    pub(crate) fn partition_by_name(&self, topic: &str, index: i32) -> Result<Arc<Partition>, ErrorCode> {
        let image = self.metadata.image();
        let topic_id = image.topic(topic).ok_or(ErrorCode::UnknownTopicOrPartition)?.id;
        self.partitions.get(PartitionId { topic_id, index }).ok_or(ErrorCode::UnknownTopicOrPartition)
    }

    /// Says whether a partition of the metadata is served here, which only one that could not be opened is not.
    pub(crate) fn is_online(&self, topic_id: Uuid, index: i32) -> bool {
        !self.partitions.is_unopened(PartitionId { topic_id, index })
    }

    /// The leader epoch of every partition.
    pub(crate) fn metadata_leader_epoch(&self) -> i32 {
        self.metadata.image().leader_epoch()
    }

    /// Decides on the current metadata, stores the changes and brings the partitions after them.
    ///
    /// Blocks on the disk: not for a network thread.
    pub(crate) fn change_metadata<T>(
        &self,
        decide: impl FnOnce(&MetadataImage) -> (Vec<Change>, T),
    ) -> Result<T, CommitError> {
        self.metadata.commit(self.clock.now(), decide, |old, new| self.partitions.follow(old, new))
    }

    /// Creates a topic, or only decides whether it could be created. Blocks on the disk.
    pub(crate) fn create_topic(
        &self,
        topic: &NewTopic,
        validate_only: bool,
    ) -> Result<Result<(), TopicError>, CommitError> {
        self.change_metadata(|image| {
            let mut random = self.random.lock();
            match topics::create(image, topic, self.placement(), random.as_mut()) {
                Ok(_) if validate_only => (Vec::new(), Ok(())),
                Ok(changes) => (changes, Ok(())),
                Err(error) => (Vec::new(), Err(error)),
            }
        })
    }

    /// Makes sure that the group coordinator runs; the first call creates `__consumer_offsets`. Blocks on the disk.
    pub(crate) fn ensure_groups(&self) -> Result<(), ErrorCode> {
        if self.groups.is_started() {
            return Ok(());
        }
        self.ensure_topic(&offsets_topic::topic(&self.config.groups))?;
        self.start_groups()
    }

    /// Starts the group coordinator if its topic exists. Call inside the network runtime.
    pub(crate) fn start_groups(&self) -> Result<(), ErrorCode> {
        let logs = self.shard_logs(offsets_topic::TOPIC)?;
        self.groups.start(logs, self.random.lock().as_mut());
        Ok(())
    }

    /// Makes sure that the transaction coordinator runs; the first call creates `__transaction_state`. Blocks on the
    /// disk.
    pub(crate) fn ensure_transactions(&self) -> Result<(), ErrorCode> {
        if self.transactions.is_started() {
            return Ok(());
        }
        self.ensure_topic(&transaction::records::topic(&self.config.transactions))?;
        self.start_transactions()
    }

    /// Starts the transaction coordinator if its topic exists. Call inside the network runtime.
    pub(crate) fn start_transactions(&self) -> Result<(), ErrorCode> {
        let logs = self.shard_logs(transaction::records::TOPIC)?;
        self.transactions.start(logs, self.random.lock().as_mut());
        Ok(())
    }

    /// The partition of `__consumer_offsets` that a group lives in.
    pub(crate) fn offsets_partition(&self, group_id: &str) -> Result<(Arc<str>, i32), ErrorCode> {
        let index = self.groups.partition_of(group_id).ok_or(ErrorCode::CoordinatorNotAvailable)?;
        Ok((offsets_topic::TOPIC.into(), index))
    }

    /// Creates a coordinator's topic unless it exists.
    fn ensure_topic(&self, topic: &NewTopic) -> Result<(), ErrorCode> {
        match self.create_topic(topic, false) {
            // Another request was first.
            Ok(Ok(()) | Err(TopicError::Exists { .. })) => Ok(()),
            Ok(Err(error)) => {
                tracing::error!(topic = topic.name, %error, "cannot create the topic of a coordinator");
                Err(ErrorCode::CoordinatorNotAvailable)
            }
            Err(error) => {
                let error = crate::error_chain::chain(&error);
                tracing::error!(topic = topic.name, error, "cannot create the topic of a coordinator");
                Err(ErrorCode::CoordinatorNotAvailable)
            }
        }
    }

    /// The partitions of a coordinator's topic as the logs of its shards.
    fn shard_logs(&self, topic: &str) -> Result<Vec<PartitionShardLog>, ErrorCode> {
        let image = self.metadata.image();
        let topic = image.topic(topic).ok_or(ErrorCode::CoordinatorNotAvailable)?;
        let log = |index| {
            let partition = self.partitions.get(PartitionId { topic_id: topic.id, index })?;
            Some(PartitionShardLog::new(partition, Arc::clone(&self.group_commit)))
        };
        let logs: Option<Vec<_>> = (0..topic.partition_count()).map(log).collect();
        logs.ok_or(ErrorCode::CoordinatorNotAvailable)
    }

    /// Bytes of the file system that holds the data: all, and free for us.
    pub(crate) fn disk_space(&self) -> Option<(i64, i64)> {
        let stat = rustix::fs::statvfs(self.data_dir.path()).ok()?;
        let bytes = |blocks: u64| i64::try_from(blocks.saturating_mul(stat.f_frsize)).unwrap_or(i64::MAX);
        Some((bytes(stat.f_blocks), bytes(stat.f_bavail)))
    }
}
