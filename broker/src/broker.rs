//! Starting and stopping a broker.
//!
//! Start: lock and check the data directory, fold metadata, open every log, then listen: a client that can connect
//! finds everything there. Stop: no new requests, answer those in flight, let the storage threads finish, close every
//! log, mark the directory clean.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tidemill_environment::{Clock, Random, SeededRandom, SystemClock};
use tidemill_log::{Disk, LogConfig, Storage};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::broker_state::BrokerState;
use crate::catalog::change::Change;
use crate::catalog::image::{MetadataImage, TopicImage};
use crate::catalog::metadata::{CommitError, Metadata};
use crate::catalog::metadata_log::{MetadataLog, MetadataLogError};
use crate::catalog::producer_ids::ProducerIds;
use crate::config::broker_config::BrokerConfig;
use crate::config::layers::BrokerLayers;
use crate::config::listeners::{Listener, SecurityProtocol};
use crate::config::topic_config::TopicConfig;
use crate::data_dir::{DataDir, DataDirError};
use crate::fetch_session::sessions::FetchSessions;
use crate::group::service::GroupService;
use crate::http;
use crate::metrics::Metrics;
use crate::network::connections_by_address::ConnectionsByAddress;
use crate::network::frame_buffers::FrameBuffers;
use crate::network::listener;
use crate::partition::background::BackgroundThreads;
use crate::partition::group_commit::{GroupCommit, GroupCommitOptions};
use crate::partition::partitions::{LogConfigOf, OpenPartitionError, Partitions, PartitionsOptions};
use crate::transaction::{self, service::TransactionService};

/// How long a stop waits for requests in flight.
const DRAIN_LIMIT: Duration = Duration::from_secs(1);

/// More open log files than this gain nothing.
const MAX_OPEN_LOG_FILES: usize = 8_192;

/// Why a broker does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// Metadata cannot be read or written.
    #[error("cannot use the cluster metadata in {path}")]
    Metadata {
        /// The data directory.
        path: PathBuf,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A partition does not open.
    #[error("cannot open the data of a partition")]
    Partition(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: choose another with --listen HOST:PORT")]
    Listen {
        /// The address as configured.
        address: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The listener asks for something that is not built.
    #[error("listener {name} wants {protocol:?}, only PLAINTEXT is supported")]
    Protocol {
        /// The listener.
        name: String,
        /// What it wants.
        protocol: SecurityProtocol,
    },
    /// Only one data directory can be used.
    #[error("log.dirs names {found} directories, only one is supported")]
    SeveralLogDirs {
        /// How many were named.
        found: usize,
    },
    /// The operating system gives no threads.
    #[error("cannot start the broker's threads")]
    Threads(#[source] io::Error),
}

/// A running broker. Dropping it stops it.
pub struct Broker {
    runtime: Option<Runtime>,
    state: Option<Arc<BrokerState>>,
    stopping: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    background: Option<BackgroundThreads>,
    address: SocketAddr,
    http_address: Option<SocketAddr>,
}

impl Broker {
    /// Starts a broker and returns when it answers clients.
    ///
    /// # Errors
    /// [`StartError`] that names the directory, address or setting that stands in the way; nothing keeps running.
    pub fn start(config: BrokerConfig) -> Result<Self, StartError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(config.network.threads.max(1))
            .thread_name("network")
            .enable_all()
            .build()
            .map_err(StartError::Threads)?;
        // Bound first: a port in use is found before anything is opened or changed.
        let (listeners, http_listener) = {
            let _inside = runtime.enter();
            let listeners = bind_all(&config.listeners, config.network.listen_backlog)?;
            (listeners, config.http_listener.as_deref().map(bind_http).transpose()?)
        };
        let http_address = http_listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let address =
            listeners.first().map(TcpListener::local_addr).and_then(Result::ok).ok_or_else(|| {
                StartError::Listen {
                    address: "listeners".into(),
                    source: io::ErrorKind::AddrNotAvailable.into(),
                }
            })?;
        let (stopping, stop) = watch::channel(false);
        let state = Arc::new(open(config, clock, stop.clone())?);
        {
            let _inside = runtime.enter();
            // Without their topics there are no groups and no transactions yet: the first FindCoordinator creates them.
            let _ = state.start_groups();
            let _ = state.start_transactions();
        }
        let background = BackgroundThreads::start(&state).map_err(StartError::Threads)?;
        let mut tasks: Vec<_> = listeners
            .into_iter()
            .map(|socket| runtime.spawn(listener::run(socket, Arc::clone(&state), stop.clone())))
            .collect();
        if let Some(socket) = http_listener {
            tasks.push(runtime.spawn(http::run(socket, Arc::clone(&state), stop.clone())));
        }
        tasks.push(runtime.spawn(tidy_regularly(Arc::clone(&state), stop)));
        tasks.push(runtime.spawn(transaction::markers::write_all(Arc::clone(&state))));
        tracing::info!(%address, node_id = state.node_id, cluster_id = state.cluster_id(), "broker is ready");
        let (runtime, state, background) = (Some(runtime), Some(state), Some(background));
        Ok(Self { runtime, state, stopping, tasks, background, address, http_address })
    }

    /// The address of the first listener, with the port that was taken for port 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of metrics and health, where `http.listener` asks for one.
    #[must_use]
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.http_address
    }

    /// The address in the form of `bootstrap.servers`.
    #[must_use]
    pub fn bootstrap_servers(&self) -> String {
        self.address.to_string()
    }

    /// Stops: answers what is in flight, makes everything durable, marks the data directory clean.
    pub fn shutdown(mut self) {
        self.stop();
    }

    fn stop(&mut self) {
        let (Some(runtime), Some(state)) = (self.runtime.take(), self.state.take()) else {
            return;
        };
        drop(self.background.take());
        // Nobody listens when every task has ended already.
        let _ = self.stopping.send(true);
        let tasks = std::mem::take(&mut self.tasks);
        // Before the connections: members that wait in a rebalance are answered.
        runtime.block_on(state.groups.stop());
        runtime.block_on(state.transactions.stop());
        runtime.block_on(async {
            let drained = async {
                for task in tasks {
                    // A task that panicked has reported it.
                    let _ = task.await;
                }
            };
            if tokio::time::timeout(DRAIN_LIMIT, drained).await.is_err() {
                tracing::warn!(limit = ?DRAIN_LIMIT, "gave up on requests in flight");
            }
        });
        runtime.shutdown_timeout(DRAIN_LIMIT);
        match Arc::into_inner(state) {
            Some(state) => state.close(),
            None => tracing::warn!("a request outlived the stop; the next start will check every log"),
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.stop();
    }
}

impl BrokerState {
    /// Makes everything durable. No request is running.
    fn close(self) {
        self.group_commit.stop();
        let mut clean = self.partitions.close_all();
        if let Err(error) = self.metadata.close() {
            tracing::error!(
                error = crate::error_chain::chain(&error),
                "cannot close the metadata log cleanly"
            );
            clean = false;
        }
        if clean && let Err(error) = self.data_dir.mark_clean() {
            tracing::error!(error = crate::error_chain::chain(&error), "the next start will check every log");
        }
    }
}

fn bind_all(listeners: &[Listener], backlog: u32) -> Result<Vec<TcpListener>, StartError> {
    listeners.iter().map(|listener| bind(listener, backlog)).collect()
}

fn bind(listener: &Listener, backlog: u32) -> Result<TcpListener, StartError> {
    if listener.protocol != SecurityProtocol::Plaintext {
        return Err(StartError::Protocol { name: listener.name.clone(), protocol: listener.protocol });
    }
    let host = if listener.host.is_empty() { "0.0.0.0" } else { &listener.host };
    let bind = || {
        let address = (host, listener.port)
            .to_socket_addrs()?
            .next()
            .ok_or_else(|| io::Error::new(io::ErrorKind::AddrNotAvailable, "the host has no address"))?;
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(backlog)
    };
    bind().map_err(|source| StartError::Listen { address: format!("{host}:{}", listener.port), source })
}

fn bind_http(address: &str) -> Result<TcpListener, StartError> {
    let bind = || {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    };
    bind().map_err(|source| StartError::Listen { address: address.to_owned(), source })
}

/// Opens everything that lies in the data directory.
fn open(
    config: BrokerConfig,
    clock: Arc<dyn Clock>,
    stopping: watch::Receiver<bool>,
) -> Result<BrokerState, StartError> {
    let [path] = config.log_dirs.as_slice() else {
        return Err(StartError::SeveralLogDirs { found: config.log_dirs.len() });
    };
    let mut random = SeededRandom::new(rand::random());
    let data_dir = DataDir::open(path, config.node_id, config.cluster_id.as_deref(), &mut random)?;
    let clean = data_dir.was_clean();
    let metadata_error = |source: Box<dyn std::error::Error + Send + Sync>| StartError::Metadata {
        path: data_dir.path().to_owned(),
        source,
    };
    let storage: Arc<dyn Storage> = Arc::new(Disk::new(open_log_files()));
    let (log, image) = MetadataLog::open(Arc::clone(&storage), data_dir.path(), clean, clock.now())
        .map_err(|error: MetadataLogError| metadata_error(error.into()))?;
    let metadata = Metadata::new(log, image);
    if !clean && metadata.image().end_offset() > 0 {
        // Bytes that were visible before the crash may be gone: a new epoch lets clients notice (KIP-101).
        metadata
            .commit(clock.now(), |_| (vec![Change::LeaderEpochsRaised], ()), |_, _| {})
            .map_err(|error: CommitError| metadata_error(error.into()))?;
    }
    let partitions = Partitions::new(PartitionsOptions {
        storage,
        data_dir: data_dir.path().to_owned(),
        clock: Arc::clone(&clock),
        flush_before_ack: config.topics.flush_before_ack,
        log_config_of: log_config_of(&config),
    });
    partitions
        .open_all(&metadata.image(), clean)
        .map_err(|error: OpenPartitionError| StartError::Partition(error.into()))?;
    let shards = std::thread::available_parallelism().map_or(1, usize::from);
    let commit_options = GroupCommitOptions {
        shards,
        queue_length: config.network.queued_max_requests,
        // One network thread never waits for a disk.
        callers: config.network.threads.saturating_sub(1),
    };
    let group_commit = GroupCommit::start(&commit_options, &clock).map_err(StartError::Threads)?;
    let groups = GroupService::new(config.groups, Arc::clone(&clock));
    let fetch_sessions = FetchSessions::new(config.network.max_fetch_sessions, random.next_u64());
    let transactions = TransactionService::new(config.transactions, Arc::clone(&clock));
    Ok(BrokerState {
        node_id: config.node_id,
        clock,
        random: Mutex::new(Box::new(random)),
        metadata,
        partitions,
        group_commit: Arc::new(group_commit),
        groups,
        fetch_sessions,
        transactions,
        producer_ids: ProducerIds::default(),
        metrics: Metrics::new(),
        frame_buffers: FrameBuffers::default(),
        connections_by_address: ConnectionsByAddress::default(),
        data_dir,
        stopping,
        config,
    })
}

/// How many log files stay open between uses: half of what the process may open, the rest is for connections.
fn open_log_files() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let half =
        limit.map_or(MAX_OPEN_LOG_FILES, |limit| usize::try_from(limit / 2).unwrap_or(MAX_OPEN_LOG_FILES));
    half.min(MAX_OPEN_LOG_FILES)
}

/// From a topic's overrides over the broker's values to what its logs are told.
fn log_config_of(config: &BrokerConfig) -> LogConfigOf {
    let node_id = config.node_id;
    let fixed = config.fixed.clone();
    let producer_expiration = config.producer_id_expiration;
    Box::new(move |topic: &TopicImage, image: &MetadataImage| {
        let layers = BrokerLayers {
            dynamic_broker: image.broker_overrides(node_id),
            dynamic_default: image.cluster_overrides(),
            fixed: &fixed,
        };
        match TopicConfig::new(&topic.overrides, layers) {
            Ok(topic_config) => crate::partition::log_config::of(&topic_config, producer_expiration),
            Err(error) => {
                // Checked when it was set; only a change of the rules since then leads here.
                tracing::error!(topic = %topic.name, %error, "topic has a value that is not valid; it runs with defaults");
                LogConfig::default()
            }
        }
    })
}

async fn tidy_regularly(broker: Arc<BrokerState>, mut stop: watch::Receiver<bool>) {
    let interval = broker.config.topics.retention_check_interval;
    while !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(interval) => {
                let broker = Arc::clone(&broker);
                let tidy = tokio::task::spawn_blocking(move || broker.partitions.tidy(broker.clock.now()));
                if let Err(error) = tidy.await {
                    tracing::error!(%error, "retention panicked; it is tried again at the next interval");
                }
            }
            _ = stop.changed() => {}
        }
    }
}
