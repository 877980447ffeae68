//! The transaction coordinator of this broker.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tidemill_environment::{Clock, Random};
use tidemill_protocol::ErrorCode;
use tokio::sync::watch;

use super::coordinator::{TransactionReply, TransactionRequest, TransactionShard};
use super::transactional_id::{Producer, TopicPartition};
use crate::broker_state::BrokerState;
use crate::config::broker_config::TransactionConfig;
use crate::coordinator_shard::shard_log::ShardLog;
use crate::coordinator_shard::shards::Shards;

/// How a producer's partitions come into its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AdmissionMode {
    /// The producer must have added them (protocol version 1).
    Verify,
    /// They are added now if they are not in it (KIP-890).
    Add,
}

/// A producer that is about to write to partitions in its transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Admission {
    pub(crate) transactional_id: String,
    pub(crate) producer_id: i64,
    pub(crate) producer_epoch: i16,
    pub(crate) partitions: Vec<TopicPartition>,
    pub(crate) mode: AdmissionMode,
}

/// The transaction coordinator of a broker.
///
/// It has no shards until `__transaction_state` exists; until then no transactional id does.
pub(crate) struct TransactionService {
    shards: Shards<TransactionShard>,
    config: TransactionConfig,
    started: watch::Sender<bool>,
}

impl TransactionService {
    /// Makes a coordinator without shards.
    pub(crate) fn new(config: TransactionConfig, clock: Arc<dyn Clock>) -> Self {
        Self { shards: Shards::new(config, clock), config, started: watch::Sender::new(false) }
    }

    /// Starts one shard for each partition of `__transaction_state`, in order of their indexes, and loads it.
    ///
    /// Does nothing if shards run already. Call inside the network runtime.
    pub(crate) fn start<L: ShardLog>(&self, logs: Vec<L>, random: &mut dyn Random) {
        self.shards.start(logs, random);
        self.started.send_replace(true);
    }

    /// Turns true when shards run.
    pub(crate) fn started(&self) -> watch::Receiver<bool> {
        self.started.subscribe()
    }

    /// Tells whether shards run.
    pub(crate) fn is_started(&self) -> bool {
        self.shards.is_started()
    }

    /// Returns the number of shards, 0 if they do not run.
    pub(crate) fn shard_count(&self) -> i32 {
        self.shards.count()
    }

    /// Ends every shard: answers whoever waits with COORDINATOR_NOT_AVAILABLE and lets go of the logs.
    pub(crate) async fn stop(&self) {
        self.shards.stop().await;
    }

    /// Asks the shard of a transactional id; the answer comes when it is durable.
    ///
    /// # Errors
    /// The code that the shard refuses with, or why there is no shard that could.
    pub(crate) async fn ask(
        &self,
        transactional_id: &str,
        request: TransactionRequest,
    ) -> Result<TransactionReply, ErrorCode> {
        refused_as_error(self.shards.ask(transactional_id, request).await)
    }

    /// Asks the shard of partition `index`.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub(crate) async fn ask_at(
        &self,
        index: i32,
        request: TransactionRequest,
    ) -> Result<TransactionReply, ErrorCode> {
        refused_as_error(self.shards.ask_at(index, request).await)
    }

    /// Asks every shard.
    pub(crate) async fn ask_all(
        &self,
        request: TransactionRequest,
    ) -> Vec<Result<TransactionReply, ErrorCode>> {
        self.shards.ask_all(request).await
    }

    /// Makes sure that partitions are in their producer's open transaction.
    ///
    /// Where the markers of the transaction before are being written it tries again for a short while
    /// (`add.partitions.to.txn.retry.backoff.max.ms`), so that the client need not. Returns what `note` saw just before
    /// the coordinator was asked the question it agreed to.
    ///
    /// # Errors
    /// TRANSACTION_ABORTABLE if one is not in it and may not be added; else what the coordinator says of the producer:
    /// INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, CONCURRENT_TRANSACTIONS, or that it is not available.
    pub(crate) async fn admit_noting<T>(
        &self,
        admission: Admission,
        mut note: impl FnMut() -> T,
    ) -> Result<T, ErrorCode> {
        let Admission { transactional_id, producer_id, producer_epoch, partitions, mode } = admission;
        let producer = Producer { id: producer_id, epoch: producer_epoch };
        let partitions: BTreeSet<_> = partitions.into_iter().collect();
        let id = transactional_id.clone();
        let request = match mode {
            AdmissionMode::Verify => TransactionRequest::Verify { transactional_id, producer, partitions },
            AdmissionMode::Add => TransactionRequest::Add { transactional_id, producer, partitions },
        };
        let mut waited = Duration::ZERO;
        loop {
            let noted = note();
            match self.ask(&id, request.clone()).await {
                Ok(TransactionReply::Missing(missing)) if !missing.is_empty() => {
                    return Err(ErrorCode::TransactionAbortable);
                }
                Ok(_) => return Ok(noted),
                Err(ErrorCode::ConcurrentTransactions)
                    if mode == AdmissionMode::Add && waited < self.config.add_retry_limit =>
                {
                    tokio::time::sleep(self.config.add_retry_backoff).await;
                    waited += self.config.add_retry_backoff;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

fn refused_as_error(reply: Result<TransactionReply, ErrorCode>) -> Result<TransactionReply, ErrorCode> {
    match reply {
        Ok(TransactionReply::Refused(error)) => Err(error),
        reply => reply,
    }
}

impl BrokerState {
    /// Asks the shard of a transactional id, with a producer id that nobody had if the shard needs one.
    ///
    /// # Errors
    /// As [`TransactionService::ask`]; KAFKA_STORAGE_ERROR if no producer id could be reserved.
    pub(crate) async fn ask_with_producer_id(
        &self,
        transactional_id: &str,
        request: impl Fn(Option<i64>) -> TransactionRequest,
    ) -> Result<TransactionReply, ErrorCode> {
        match self.transactions.ask(transactional_id, request(None)).await? {
            TransactionReply::NeedsProducerId => {
                let fresh_id = tokio::task::block_in_place(|| self.producer_ids.next(self));
                let fresh_id = fresh_id.map_err(|error| crate::handlers::errors::of_commit(&error))?;
                self.transactions.ask(transactional_id, request(Some(fresh_id))).await
            }
            reply => Ok(reply),
        }
    }
}
