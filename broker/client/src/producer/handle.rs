//! What callers hold.

use std::sync::Arc;
use std::time::Duration;

use tidemill_environment::Now;
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::{BatchOptions, HEADER_BYTES, HeaderRef};

use super::accumulator::{Accumulator, AccumulatorOptions, Appended, NotAppended, RECORD_OVERHEAD_BYTES};
use super::buffer_memory::BufferMemory;
use super::delivery::{BatchDelivery, Delivery};
use super::dispatch::Dispatch;
use super::effects::SenderSettings;
use super::node_link::LinkOptions;
use super::partitioner::{
    KeyPartitioner, Partitioner, PartitionerInput, RoundRobinPartitioner, StickyPartitioner,
};
use super::sender::Sender;
use super::transactions::Coordination;
use super::{BlockingProducer, DeliveryError, SendError};
use crate::cluster::Cluster;
use crate::config::{ConfigError, PartitionerChoice, ProducerConfig};
use crate::network;
use crate::{ProducerRecord, RecordMetadata};

/// A record whose fields the caller keeps: sending it allocates nothing.
#[derive(Debug, Clone, Copy)]
pub struct BorrowedRecord<'a> {
    /// Topic to write to.
    pub topic: &'a str,
    /// Partition to write to; `None` leaves the choice to the partitioner.
    pub partition: Option<i32>,
    /// Key; `None` is Kafka's null.
    pub key: Option<&'a [u8]>,
    /// Value; `None` is Kafka's null.
    pub value: Option<&'a [u8]>,
    /// Headers in order.
    pub headers: &'a [HeaderRef<'a>],
    /// Milliseconds since the Unix epoch; `None` takes the time of sending.
    pub timestamp: Option<i64>,
}

/// Sends records. Clones share buffer, connections and producer id; any number of threads may send.
///
/// Dropping the last clone sends what was accepted and then ends; [`Producer::close`] also waits for it.
#[derive(Debug, Clone)]
pub struct Producer {
    core: Arc<ProducerCore>,
}

#[derive(Debug)]
pub(super) struct ProducerCore {
    config: ProducerConfig,
    cluster: Cluster,
    accumulator: Arc<Accumulator>,
    partitioner: Box<dyn Partitioner>,
    transactions: Option<Arc<Coordination>>,
}

impl Drop for ProducerCore {
    fn drop(&mut self) {
        self.accumulator.close();
        self.transactions.iter().for_each(|transactions| transactions.close());
    }
}

/// Why a record could not be appended at once.
enum NotYet {
    UnknownTopic,
    UnknownPartition { partition: i32, count: usize },
    NoMemory { size: usize },
    Never(SendError),
}

impl Producer {
    /// Starts a producer; connections are made when the first record is sent.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration contradicts itself.
    pub fn connect(config: ProducerConfig) -> Result<Self, ConfigError> {
        let partitioner: Box<dyn Partitioner> = match config.partitioner {
            PartitionerChoice::Default if config.partitioner_ignore_keys => Box::new(StickyPartitioner),
            PartitionerChoice::Default => Box::new(KeyPartitioner),
            PartitionerChoice::RoundRobin => Box::new(RoundRobinPartitioner::default()),
            PartitionerChoice::UniformSticky => Box::new(StickyPartitioner),
        };
        Self::connect_with_partitioner(config, partitioner)
    }

    /// Starts a producer whose records go where `partitioner` says.
    ///
    /// # Errors
    /// [`ConfigError`] if the configuration contradicts itself.
    pub fn connect_with_partitioner(
        config: ProducerConfig,
        partitioner: Box<dyn Partitioner>,
    ) -> Result<Self, ConfigError> {
        config.validate()?;
        for warning in &config.warnings {
            tracing::warn!(client_id = %config.connection.client_id, "{warning}");
        }
        let cluster = Cluster::start(config.connection.clone(), true)?;
        let memory = BufferMemory::new(usize::try_from(config.buffer_memory).unwrap_or(usize::MAX));
        let options = accumulator_options(&config);
        let accumulator = Arc::new(Accumulator::new(options, memory, network::random()));
        let transactions = Coordination::start(&config, &cluster, &accumulator);
        let link = LinkOptions {
            acks: config.acks,
            request_timeout: cluster.request_timeout(),
            transactional_id: config.transactional_id.clone(),
        };
        network::spawn(
            Dispatch {
                cluster: cluster.clone(),
                accumulator: Arc::clone(&accumulator),
                sender: Sender::new(sender_settings(&config, &cluster), network::random()),
                link,
                transactions: transactions.clone(),
                delivery_timeout: config.delivery_timeout,
                followed: None,
            }
            .run(),
        );
        Ok(Self { core: Arc::new(ProducerCore { config, cluster, accumulator, partitioner, transactions }) })
    }

    /// Accepts a record; waits up to `max.block.ms` for buffer memory and for the topic's metadata.
    ///
    /// # Errors
    /// [`SendError`] if the record was not accepted. What becomes of an accepted one, its [`Delivery`] tells.
    pub async fn send(&self, record: ProducerRecord) -> Result<Delivery, SendError> {
        let headers: Vec<HeaderRef<'_>> = record.headers.iter().map(header_ref).collect();
        self.send_borrowed(&borrow(&record, &headers)).await
    }

    /// Like [`Producer::send`], without taking the fields: the fastest way to send.
    ///
    /// # Errors
    /// As [`Producer::send`].
    pub async fn send_borrowed(&self, record: &BorrowedRecord<'_>) -> Result<Delivery, SendError> {
        match self.core.try_append(record) {
            Ok(delivery) => Ok(delivery),
            Err(NotYet::Never(error)) => Err(error),
            Err(not_yet) => network::within(self.core.append_when_possible(record, not_yet)).await,
        }
    }

    /// Accepts or refuses a record at once; `None` if that takes waiting.
    pub(super) fn send_now(&self, record: &ProducerRecord) -> Option<Result<Delivery, SendError>> {
        let headers: Vec<HeaderRef<'_>> = record.headers.iter().map(header_ref).collect();
        self.send_borrowed_now(&borrow(record, &headers))
    }

    /// Like [`Producer::send_now`], without taking the fields.
    pub(super) fn send_borrowed_now(
        &self,
        record: &BorrowedRecord<'_>,
    ) -> Option<Result<Delivery, SendError>> {
        match self.core.try_append(record) {
            Ok(delivery) => Some(Ok(delivery)),
            Err(NotYet::Never(error)) => Some(Err(error)),
            Err(_) => None,
        }
    }

    /// Accepts a record and runs `callback` on a network thread once its outcome is known; it must not block.
    ///
    /// # Errors
    /// As [`Producer::send`]; then `callback` is not run.
    pub async fn send_with(
        &self,
        record: ProducerRecord,
        callback: impl FnOnce(Result<RecordMetadata, DeliveryError>) + Send + 'static,
    ) -> Result<(), SendError> {
        self.send(record).await?.on_finish(Box::new(callback));
        Ok(())
    }

    /// Sends everything that was accepted and waits until all of it is acknowledged or has failed.
    ///
    /// # Errors
    /// The first failed batch that was still unacknowledged when flushing began.
    pub async fn flush(&self) -> Result<(), DeliveryError> {
        let mut first_error = None;
        for batch in self.core.accumulator.flush() {
            if let Err(error) = std::future::poll_fn(|context| batch.poll(context)).await {
                first_error.get_or_insert(error);
            }
        }
        first_error.map_or(Ok(()), Err)
    }

    /// Refuses further records, waits up to `timeout` for those accepted, fails the rest, ends the connections. A
    /// transaction that is open is aborted.
    ///
    /// # Errors
    /// The first batch that failed.
    pub async fn close(&self, timeout: Duration) -> Result<(), DeliveryError> {
        self.core.accumulator.close();
        let ended = async {
            let Some(transactions) = &self.core.transactions else {
                return self.flush().await;
            };
            transactions.close();
            let flushed = self.flush().await;
            transactions.rest().await;
            flushed
        };
        let flushed = network::within(async { tokio::time::timeout(timeout, ended).await }).await;
        let result = flushed.unwrap_or_else(|_| {
            let left: Vec<Arc<BatchDelivery>> = self.core.accumulator.flush();
            for batch in &left {
                batch.finish(Err(DeliveryError::Closed { partition: batch.partition().clone() }));
            }
            let first = left.first().map(|batch| batch.partition().clone());
            first.map_or(Ok(()), |partition| Err(DeliveryError::Closed { partition }))
        });
        self.core.cluster.close();
        result
    }

    /// Returns the face for callers that do not await.
    #[must_use]
    pub fn blocking(&self) -> BlockingProducer {
        BlockingProducer::new(self.clone())
    }

    /// Returns the transactions, if there is a `transactional.id`.
    pub(super) fn transactions(&self) -> Option<&Arc<Coordination>> {
        self.core.transactions.as_ref()
    }

    /// Returns how long a call may wait.
    pub(super) fn max_block(&self) -> Duration {
        self.core.config.max_block
    }

    /// Closes the batches that collect records; returns what is unacknowledged.
    pub(super) fn close_batches(&self) -> Vec<Arc<BatchDelivery>> {
        self.core.accumulator.flush()
    }

    /// Returns the partitions of `topic`, waiting for its metadata up to `max.block.ms`.
    ///
    /// # Errors
    /// [`SendError`] if the topic cannot be used or did not become known in time.
    pub async fn partition_count(&self, topic: &str) -> Result<usize, SendError> {
        if self.core.accumulator.topic(topic).is_none() {
            let topic: Arc<str> = Arc::from(topic);
            network::within(self.core.learn_topic(&topic, network::now())).await?;
        }
        Ok(self.core.accumulator.topic(topic).map_or(0, |topic| topic.slots.len()))
    }
}

fn accumulator_options(config: &ProducerConfig) -> AccumulatorOptions {
    let batch_size = config.batch_size as usize;
    AccumulatorOptions {
        batch_size,
        linger: config.linger,
        batch: BatchOptions {
            compression: config.compression,
            level: config.compression_level,
            size_limit: batch_size,
            initial_capacity: batch_size,
            transactional: config.transactional_id.is_some(),
            ..BatchOptions::default()
        },
    }
}

fn sender_settings(config: &ProducerConfig, cluster: &Cluster) -> SenderSettings {
    SenderSettings {
        idempotent: config.enable_idempotence,
        transactional: config.transactional_id.is_some(),
        max_in_flight: config.max_in_flight as usize,
        max_request_size: config.max_request_size as usize,
        delivery_timeout: config.delivery_timeout,
        retries: config.retries,
        backoff: cluster.retry_backoff(),
    }
}

fn header_ref(header: &crate::Header) -> HeaderRef<'_> {
    HeaderRef { key: header.key.as_bytes(), value: header.value.as_deref() }
}

fn borrow<'a>(record: &'a ProducerRecord, headers: &'a [HeaderRef<'a>]) -> BorrowedRecord<'a> {
    BorrowedRecord {
        topic: &record.topic,
        partition: record.partition,
        key: record.key.as_deref(),
        value: record.value.as_deref(),
        headers,
        timestamp: record.timestamp,
    }
}

impl ProducerCore {
    /// Appends the record if topic and memory allow it at once.
    fn try_append(&self, record: &BorrowedRecord<'_>) -> Result<Delivery, NotYet> {
        if self.accumulator.is_closed() {
            return Err(NotYet::Never(SendError::Closed));
        }
        let topic = self.accumulator.topic(record.topic).ok_or(NotYet::UnknownTopic)?;
        let appended = self.check(record).map_err(NotYet::Never)?;
        let count = topic.slots.len();
        loop {
            let chosen = match record.partition {
                Some(partition) => Some(partition),
                None => self.partitioner.partition(&PartitionerInput {
                    topic: record.topic,
                    key: record.key,
                    value: record.value,
                    partitions: i32::try_from(count).unwrap_or(i32::MAX),
                }),
            };
            let index = match chosen {
                Some(partition) => usize::try_from(partition).unwrap_or(usize::MAX),
                None => topic.sticky_partition(),
            };
            let Some(slot) = topic.slots.get(index) else {
                return Err(NotYet::UnknownPartition { partition: chosen.unwrap_or(-1), count });
            };
            let sticky = chosen.is_none().then_some(&*topic);
            match self.accumulator.append(slot, &appended, sticky, || network::now().monotonic) {
                Ok(delivery) => return Ok(delivery),
                Err(NotAppended::SwitchPartition) => topic.switch_sticky(index),
                Err(NotAppended::NoMemory { size }) => return Err(NotYet::NoMemory { size }),
                Err(NotAppended::Closed) => return Err(NotYet::Never(SendError::Closed)),
                Err(NotAppended::NoTransaction) => return Err(NotYet::Never(self.no_transaction())),
            }
        }
    }

    fn check<'a>(&self, record: &BorrowedRecord<'a>) -> Result<Appended<'a>, SendError> {
        let timestamp = record.timestamp.unwrap_or_else(network::wall_ms);
        if timestamp < 0 {
            return Err(SendError::InvalidTimestamp { timestamp });
        }
        let of_headers = |header: &HeaderRef<'_>| header.key.len() + header.value.map_or(0, <[u8]>::len) + 10;
        let size = RECORD_OVERHEAD_BYTES
            + record.key.map_or(0, <[u8]>::len)
            + record.value.map_or(0, <[u8]>::len)
            + record.headers.iter().map(of_headers).sum::<usize>();
        let limits = [
            (self.config.max_request_size as usize, "max.request.size"),
            (self.accumulator.memory.limit_bytes(), "buffer.memory"),
        ];
        for (limit, key) in limits {
            if size + HEADER_BYTES > limit {
                return Err(SendError::TooLarge { size: size + HEADER_BYTES, limit, key });
            }
        }
        let (key, value, headers) = (record.key, record.value, record.headers);
        Ok(Appended { timestamp, key, value, headers, size })
    }

    /// Waits for what was missing, up to `max.block.ms`, and appends.
    async fn append_when_possible(
        &self,
        record: &BorrowedRecord<'_>,
        first: NotYet,
    ) -> Result<Delivery, SendError> {
        let started = network::now();
        let topic: Arc<str> = Arc::from(record.topic);
        let mut missing = first;
        loop {
            match missing {
                NotYet::Never(error) => return Err(error),
                NotYet::UnknownTopic => self.learn_topic(&topic, started).await?,
                NotYet::UnknownPartition { partition, count } => {
                    self.learn_partition(&topic, (partition, count), started).await?;
                }
                NotYet::NoMemory { size } => {
                    let waits = || self.accumulator.wake.notify_one();
                    let freed = self.accumulator.memory.wait_for(size, waits);
                    let full = |_| SendError::BufferFull { size, waited: self.config.max_block };
                    tokio::time::timeout(self.time_left(started), freed).await.map_err(full)?;
                }
            }
            match self.try_append(record) {
                Ok(delivery) => return Ok(delivery),
                Err(not_yet) => missing = not_yet,
            }
        }
    }

    fn time_left(&self, started: Now) -> Duration {
        let waited = network::now().monotonic.saturating_sub(started.monotonic);
        self.config.max_block.saturating_sub(waited)
    }

    /// Waits until the partitions of `topic` are known.
    async fn learn_topic(&self, topic: &Arc<str>, started: Now) -> Result<(), SendError> {
        let mut request =
            self.cluster.follow([Arc::clone(topic)]).unwrap_or_else(|| self.cluster.request_refresh());
        loop {
            let refreshed =
                tokio::time::timeout(self.time_left(started), self.cluster.refreshed(request)).await;
            let view = refreshed.map_err(|_| self.no_metadata(topic))?;
            match view.topics.get(topic) {
                Some(found) if found.error.is_none() && !found.partitions.is_empty() => {
                    self.accumulator.set_partitions(topic, found.partitions.len());
                    return Ok(());
                }
                Some(found) => {
                    let code = found.error.unwrap_or(ErrorCode::None);
                    if code != ErrorCode::None && !code.is_retriable() {
                        return Err(SendError::Topic { topic: Arc::clone(topic), code });
                    }
                }
                None => {}
            }
            request = self.cluster.request_refresh();
        }
    }

    /// Looks once more whether the topic has grown to contain the partition.
    async fn learn_partition(
        &self,
        topic: &Arc<str>,
        (partition, count): (i32, usize),
        started: Now,
    ) -> Result<(), SendError> {
        self.learn_topic(topic, started).await?;
        let known = self.accumulator.topic(topic).map_or(0, |topic| topic.slots.len());
        if known > count {
            return Ok(());
        }
        Err(SendError::UnknownPartition { topic: Arc::clone(topic), partition, count: known })
    }

    fn no_transaction(&self) -> SendError {
        let refusal = self.transactions.as_ref().map(|transactions| transactions.refusal());
        refusal.map_or(SendError::Closed, |source| SendError::Transaction { source })
    }

    fn no_metadata(&self, topic: &Arc<str>) -> SendError {
        let view = self.cluster.metadata();
        let code = view.topics.get(topic).and_then(|topic| topic.error);
        let reason = match code {
            Some(code) => code.name().to_owned(),
            None => self.cluster.last_error().unwrap_or_else(|| "no answer".to_owned()),
        };
        SendError::NoMetadata { topic: Arc::clone(topic), waited: self.config.max_block, reason }
    }
}
