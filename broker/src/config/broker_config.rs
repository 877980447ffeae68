//! The typed configuration of a broker.
//!
//! Text is parsed here once; everything behind takes the values it uses. Keys that change at run time are read
//! again from [`BrokerLayers`] when they are altered.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::ConfigError;
use super::layers::BrokerLayers;
use super::listeners::{self, Listener};
use super::properties::Properties;
use super::registry;

/// `log.flush.before.ack`, a key of this broker only: what an acknowledged write has survived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlushBeforeAck {
    /// `acks=all` is answered after the write is on disk: it survives a loss of power. The default.
    All,
    /// `acks=all` is answered from the page cache: it survives the end of the process.
    Never,
}

/// Limits of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkConfig {
    /// `num.network.threads`: threads of the network runtime; at least 1, default 3.
    pub threads: usize,
    /// `queued.max.requests`: batches that may wait for a thread that appends before connections are no longer read;
    /// default 500.
    pub queued_max_requests: usize,
    /// `max.connections`: connections at once; default 10,000.
    pub max_connections: usize,
    /// `connections.max.idle.ms`; `None` (negative) never closes. Default 10 minutes.
    pub connection_max_idle: Option<Duration>,
    /// `socket.request.max.bytes`: largest frame; default 100 MiB.
    pub request_max_bytes: usize,
    /// `socket.listen.backlog.size`: connections waiting to be accepted; default 50.
    pub listen_backlog: u32,
    /// `socket.send.buffer.bytes`: bytes that may lie in a connection's send buffer; `None` (-1) leaves it to the
    /// system. Default 100 KiB: data that waits for a slow reader is cold by the time it is read.
    pub send_buffer_bytes: Option<usize>,
    /// `fetch.max.bytes`: most bytes of one Fetch response; default 55 MiB.
    pub fetch_max_bytes: u32,
    /// `max.incremental.fetch.session.cache.slots`: fetch sessions at once (KIP-227); default 1,000.
    pub max_fetch_sessions: usize,
    /// `max.request.partition.size.limit`: most partitions in one DescribeTopicPartitions answer; default 2,000.
    pub max_response_partitions: usize,
}

/// How topics are created and where their logs lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicDefaults {
    /// `num.partitions`: partitions of a topic that names no number; default 1.
    pub num_partitions: i32,
    /// `default.replication.factor`: replicas of a topic that names no number; default 1.
    pub replication_factor: i16,
    /// `auto.create.topics.enable`: whether Metadata creates unknown topics; default true.
    pub auto_create: bool,
    /// `delete.topic.enable`: whether DeleteTopics is allowed; default true.
    pub delete_enabled: bool,
    /// `log.retention.check.interval.ms`: time between two looks for old segments; default 5 minutes.
    pub retention_check_interval: Duration,
    /// `log.flush.before.ack`; default `all`.
    pub flush_before_ack: FlushBeforeAck,
}

/// The group coordinator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupCoordinatorConfig {
    /// `group.min.session.timeout.ms`; default 6 s.
    pub min_session_timeout: Duration,
    /// `group.max.session.timeout.ms`; default 30 minutes.
    pub max_session_timeout: Duration,
    /// `group.initial.rebalance.delay.ms`: how long the first join of an empty group waits for others; default 3 s.
    pub initial_rebalance_delay: Duration,
    /// `group.max.size`: members of one group; default 10,000.
    pub max_size: usize,
    /// `offset.metadata.max.bytes`: longest text committed with an offset; default 4,096 bytes.
    pub offset_metadata_max_bytes: usize,
    /// `offsets.retention.minutes`: how long an unused group's offsets are kept; default 7 days.
    pub offsets_retention: Duration,
    /// `offsets.retention.check.interval.ms`: time between two looks for expired offsets; default 10 minutes.
    pub offsets_retention_check_interval: Duration,
    /// `offsets.commit.timeout.ms`: how long an answer waits for its records to be durable; default 5 s.
    pub commit_timeout: Duration,
    /// `offsets.topic.num.partitions`: partitions of `__consumer_offsets`; default 50.
    pub offsets_topic_partitions: i32,
    /// `offsets.topic.replication.factor`; default 1.
    pub offsets_topic_replication_factor: i16,
    /// `offsets.topic.segment.bytes`; default 100 MiB.
    pub offsets_topic_segment_bytes: u32,
}

/// The transaction coordinator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionConfig {
    /// `transaction.max.timeout.ms`: longest timeout that a producer may ask for; default 15 minutes.
    pub max_timeout: Duration,
    /// `transaction.abort.timed.out.transaction.cleanup.interval.ms`: time between two looks for transactions that
    /// are open for too long; default 10 s.
    pub timeout_check_interval: Duration,
    /// `transactional.id.expiration.ms`: how long an unused transactional id is kept; default 7 days.
    pub id_expiration: Duration,
    /// `transaction.remove.expired.transaction.cleanup.interval.ms`: time between two looks for unused ids; default
    /// 1 hour.
    pub id_expiration_check_interval: Duration,
    /// `add.partitions.to.txn.retry.backoff.ms`: pause before a produce request that meets a transaction being ended
    /// tries again; default 20 ms.
    pub add_retry_backoff: Duration,
    /// `add.partitions.to.txn.retry.backoff.max.ms`: how long it tries; default 100 ms.
    pub add_retry_limit: Duration,
    /// `transaction.state.log.num.partitions`: partitions of `__transaction_state`; default 50.
    pub log_partitions: i32,
    /// `transaction.state.log.replication.factor`; default 1.
    pub log_replication_factor: i16,
    /// `transaction.state.log.segment.bytes`; default 100 MiB.
    pub log_segment_bytes: u32,
}

/// A broker's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerConfig {
    /// `node.id` (or `broker.id`): this broker's id; default 1.
    pub node_id: i32,
    /// `broker.rack`.
    pub rack: Option<String>,
    /// `listeners`: the addresses to listen on; default `PLAINTEXT://127.0.0.1:9092`.
    pub listeners: Vec<Listener>,
    /// `advertised.listeners`; empty when not set: clients are told the address they used.
    pub advertised_listeners: Vec<Listener>,
    /// `log.dirs` (or `log.dir`): folders of the data; default `tidemill-data`.
    pub log_dirs: Vec<PathBuf>,
    /// Limits of the network.
    pub network: NetworkConfig,
    /// How topics are created.
    pub topics: TopicDefaults,
    /// `http.listener`, a key of this broker only: HOST:PORT of metrics and health; `None` (empty) is the default.
    pub http_listener: Option<String>,
    /// The cluster id to format an empty data folder with, and to find in one that is not; `None` takes what is
    /// there or makes one up. No key: it comes from the environment variable `CLUSTER_ID`.
    pub cluster_id: Option<String>,
    /// The group coordinator.
    pub groups: GroupCoordinatorConfig,
    /// The transaction coordinator.
    pub transactions: TransactionConfig,
    /// `producer.id.expiration.ms`: how long an idle producer's state is kept; default 1 day.
    pub producer_id_expiration: Duration,
    /// What the broker was given, for DescribeConfigs.
    pub fixed: Properties,
    /// What was given and has no effect: one sentence a key.
    pub warnings: Vec<String>,
}

impl BrokerConfig {
    /// Parses a broker's configuration from the merged values of all sources ([`super::layers::merge`]).
    ///
    /// # Errors
    /// [`ConfigError`] that names the key, the value and what was expected.
    pub fn from_properties(fixed: Properties) -> Result<Self, ConfigError> {
        let warnings = check_all(&fixed)?;
        let none = Properties::new();
        let layers = BrokerLayers { dynamic_broker: &none, dynamic_default: &none, fixed: &fixed };
        let protocols = listeners::parse_protocol_map(&layers.text("listener.security.protocol.map")?)?;
        let listeners = listeners::parse_listeners("listeners", &layers.list("listeners")?, &protocols)?;
        if listeners.is_empty() {
            return Err(invalid("listeners", "", "at least one NAME://HOST:PORT"));
        }
        let advertised = layers.list("advertised.listeners")?;
        let advertised_listeners =
            listeners::parse_listeners("advertised.listeners", &advertised, &protocols)?;
        listeners::check_advertised(&advertised_listeners, &listeners)?;
        Ok(Self {
            node_id: node_id(layers)?,
            rack: layers.value("broker.rack")?,
            listeners,
            advertised_listeners,
            log_dirs: log_dirs(layers)?,
            network: NetworkConfig::new(layers)?,
            topics: TopicDefaults::new(layers)?,
            http_listener: Some(layers.text("http.listener")?).filter(|address| !address.is_empty()),
            cluster_id: None,
            groups: GroupCoordinatorConfig::new(layers)?,
            transactions: TransactionConfig::new(layers)?,
            producer_id_expiration: duration(layers, "producer.id.expiration.ms")?,
            warnings,
            fixed,
        })
    }

    /// Returns the configuration of a broker for tests: a free port of 127.0.0.1, data in `data_dir`, a few small
    /// partitions of the coordinators' topics, no initial rebalance delay.
    ///
    /// # Panics
    /// If `data_dir` is not UTF-8.
    #[must_use]
    pub fn for_tests(data_dir: &Path) -> Self {
        let data_dir = data_dir.to_str().expect("tests keep their data in a folder with a UTF-8 name");
        let fixed = [
            ("listeners", "PLAINTEXT://127.0.0.1:0"),
            ("log.dirs", data_dir),
            ("group.initial.rebalance.delay.ms", "0"),
            ("offsets.topic.num.partitions", "4"),
            ("offsets.topic.segment.bytes", "1048576"),
            ("transaction.state.log.num.partitions", "4"),
            ("transaction.state.log.segment.bytes", "1048576"),
        ];
        let fixed = fixed.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Self::from_properties(fixed).expect("these values fit their keys")
    }
}

impl NetworkConfig {
    fn new(layers: BrokerLayers<'_>) -> Result<Self, ConfigError> {
        let max_idle = layers.optional_integer("connections.max.idle.ms")?.unwrap_or(-1);
        Ok(Self {
            threads: layers.integer("num.network.threads")?,
            queued_max_requests: layers.integer("queued.max.requests")?,
            max_connections: layers.integer("max.connections")?,
            connection_max_idle: u64::try_from(max_idle).ok().map(Duration::from_millis),
            request_max_bytes: layers.integer("socket.request.max.bytes")?,
            listen_backlog: layers.integer("socket.listen.backlog.size")?,
            send_buffer_bytes: usize::try_from(layers.integer::<i32>("socket.send.buffer.bytes")?).ok(),
            fetch_max_bytes: layers.integer("fetch.max.bytes")?,
            max_fetch_sessions: layers.integer("max.incremental.fetch.session.cache.slots")?,
            max_response_partitions: layers.integer("max.request.partition.size.limit")?,
        })
    }
}

impl TopicDefaults {
    fn new(layers: BrokerLayers<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            num_partitions: layers.integer("num.partitions")?,
            replication_factor: layers.integer("default.replication.factor")?,
            auto_create: layers.boolean("auto.create.topics.enable")?,
            delete_enabled: layers.boolean("delete.topic.enable")?,
            retention_check_interval: duration(layers, "log.retention.check.interval.ms")?,
            flush_before_ack: match layers.text("log.flush.before.ack")?.as_str() {
                "never" => FlushBeforeAck::Never,
                _ => FlushBeforeAck::All,
            },
        })
    }
}

impl GroupCoordinatorConfig {
    fn new(layers: BrokerLayers<'_>) -> Result<Self, ConfigError> {
        let minutes: u64 = layers.integer("offsets.retention.minutes")?;
        let config = Self {
            min_session_timeout: duration(layers, "group.min.session.timeout.ms")?,
            max_session_timeout: duration(layers, "group.max.session.timeout.ms")?,
            initial_rebalance_delay: duration(layers, "group.initial.rebalance.delay.ms")?,
            max_size: layers.integer("group.max.size")?,
            offset_metadata_max_bytes: layers.integer("offset.metadata.max.bytes")?,
            offsets_retention: Duration::from_secs(minutes * 60),
            offsets_retention_check_interval: duration(layers, "offsets.retention.check.interval.ms")?,
            commit_timeout: duration(layers, "offsets.commit.timeout.ms")?,
            offsets_topic_partitions: layers.integer("offsets.topic.num.partitions")?,
            offsets_topic_replication_factor: layers.integer("offsets.topic.replication.factor")?,
            offsets_topic_segment_bytes: layers.integer("offsets.topic.segment.bytes")?,
        };
        if config.min_session_timeout > config.max_session_timeout {
            let value = layers.text("group.min.session.timeout.ms")?;
            return Err(invalid(
                "group.min.session.timeout.ms",
                &value,
                "at most group.max.session.timeout.ms",
            ));
        }
        Ok(config)
    }
}

impl TransactionConfig {
    fn new(layers: BrokerLayers<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            max_timeout: duration(layers, "transaction.max.timeout.ms")?,
            timeout_check_interval: duration(
                layers,
                "transaction.abort.timed.out.transaction.cleanup.interval.ms",
            )?,
            id_expiration: duration(layers, "transactional.id.expiration.ms")?,
            id_expiration_check_interval: duration(
                layers,
                "transaction.remove.expired.transaction.cleanup.interval.ms",
            )?,
            add_retry_backoff: duration(layers, "add.partitions.to.txn.retry.backoff.ms")?,
            add_retry_limit: duration(layers, "add.partitions.to.txn.retry.backoff.max.ms")?,
            log_partitions: layers.integer("transaction.state.log.num.partitions")?,
            log_replication_factor: layers.integer("transaction.state.log.replication.factor")?,
            log_segment_bytes: layers.integer("transaction.state.log.segment.bytes")?,
        })
    }
}

/// Checks every value that was given and says what has no effect.
fn check_all(fixed: &Properties) -> Result<Vec<String>, ConfigError> {
    let mut warnings = Vec::new();
    for (name, value) in fixed {
        match registry::broker_key(name) {
            None => warnings.push(format!("unknown configuration key {name} is ignored")),
            Some(key) => {
                let value = super::kind::check(name, key.kind, &key.accepts, value)?;
                if !key.honoured && Some(value.as_str()) != key.default {
                    warnings
                        .push(format!("configuration key {name} is known but has no effect in this broker"));
                }
            }
        }
    }
    Ok(warnings)
}

fn node_id(layers: BrokerLayers<'_>) -> Result<i32, ConfigError> {
    let broker_id = layers.optional_integer("broker.id")?.filter(|id| *id >= 0);
    if let (Some(broker_id), false) = (broker_id, layers.fixed.contains_key("node.id")) {
        return i32::try_from(broker_id).map_err(|_| invalid("broker.id", &broker_id.to_string(), "an id"));
    }
    layers.integer("node.id")
}

fn log_dirs(layers: BrokerLayers<'_>) -> Result<Vec<PathBuf>, ConfigError> {
    let mut dirs = layers.list("log.dirs")?;
    if dirs.is_empty() {
        dirs = layers.list("log.dir")?;
    }
    if dirs.is_empty() || dirs.iter().any(String::is_empty) {
        return Err(invalid("log.dirs", &dirs.join(","), "paths of folders, separated by commas"));
    }
    Ok(dirs.into_iter().map(PathBuf::from).collect())
}

fn duration(layers: BrokerLayers<'_>, name: &str) -> Result<Duration, ConfigError> {
    layers.integer(name).map(Duration::from_millis)
}

fn invalid(key: &str, value: &str, expected: &str) -> ConfigError {
    ConfigError::InvalidValue { key: key.to_owned(), value: value.to_owned(), expected: expected.to_owned() }
}
