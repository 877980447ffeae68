//! The shard: its transactional ids, and the way of a request through it.

use std::collections::BTreeMap;
use std::time::Duration;

use tidemill_environment::{Now, Random};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::RecordBatch;

use super::marking::{Handed, Marking};
use super::request::{TransactionReply, TransactionRequest};
use crate::config::broker_config::TransactionConfig;
use crate::coordinator_shard::shard::Shard;
use crate::coordinator_shard::step::{self, CoordinatorRecord, ReplyToken};
use crate::transaction::records;
use crate::transaction::transactional_id::{Change, End, Initialize, Initialized, Refusal, Transaction};

/// What a step of a shard leaves behind.
pub(super) type Output = step::Output<TransactionReply>;

/// Most bytes that a batch of the log may grow to.
const MAX_DECOMPRESSED_BYTES: usize = 64 * 1024 * 1024;

/// All transactional ids of one partition of `__transaction_state`.
#[derive(Debug)]
pub(crate) struct TransactionShard {
    pub(super) config: TransactionConfig,
    pub(super) transactions: BTreeMap<String, Transaction>,
    marking: Marking,
    /// When the shard looks for transactions that are open for too long (monotonic time).
    next_timeout_check: Duration,
    /// When the shard looks for transactional ids that nobody uses (monotonic time).
    next_expiry_check: Duration,
}

impl TransactionShard {
    /// Applies one record of the partition.
    pub(crate) fn replay_record(&mut self, record: CoordinatorRecord) -> Result<(), records::RecordError> {
        match records::read(record.key, record.value)? {
            Some((transactional_id, Some(transaction))) => {
                self.transactions.insert(transactional_id, transaction);
            }
            Some((transactional_id, None)) => {
                self.transactions.remove(&transactional_id);
            }
            None => tracing::debug!("skipped a record of an unknown version"),
        }
        Ok(())
    }

    fn initialize(
        &mut self,
        now_ms: i64,
        transactional_id: String,
        request: &Initialize,
        output: &mut Output,
    ) -> Result<TransactionReply, Refusal> {
        let max_timeout_ms = i32::try_from(self.config.max_timeout.as_millis()).unwrap_or(i32::MAX);
        if request.timeout_ms <= 0 || request.timeout_ms > max_timeout_ms {
            return Err(ErrorCode::InvalidTransactionTimeout.into());
        }
        if !self.transactions.contains_key(&transactional_id) {
            let producer_id = request.fresh_id.ok_or(Refusal::NeedsProducerId)?;
            self.transactions.insert(transactional_id.clone(), Transaction::new(producer_id, now_ms));
        }
        let transaction = self.existing(&transactional_id)?;
        let initialized = transaction.initialize(request, now_ms)?;
        output.records.push(records::write(&transactional_id, Some(transaction)));
        match initialized {
            Initialized::As(producer) => Ok(TransactionReply::Producer(producer)),
            Initialized::AbortsFirst => {
                tracing::info!(transactional_id, "aborting the transaction of the producer before");
                self.marking.decided(&transactional_id);
                Err(ErrorCode::ConcurrentTransactions.into())
            }
        }
    }

    fn end(
        &mut self,
        now_ms: i64,
        transactional_id: &str,
        request: &End,
        output: &mut Output,
    ) -> Result<TransactionReply, Refusal> {
        let transaction = self.existing(transactional_id)?;
        let change = transaction.end(request, now_ms)?;
        let producer = transaction.pending_producer().unwrap_or(transaction.producer);
        if change == Change::Append {
            output.records.push(records::write(transactional_id, Some(transaction)));
            self.marking.decided(transactional_id);
        }
        Ok(TransactionReply::Producer(producer))
    }

    fn existing(&mut self, transactional_id: &str) -> Result<&mut Transaction, ErrorCode> {
        self.transactions.get_mut(transactional_id).ok_or(ErrorCode::InvalidProducerIdMapping)
    }

    fn markers_written(&mut self, now_ms: i64, transactional_id: &str, handed: Handed, output: &mut Output) {
        let Some(transaction) = self.transactions.get_mut(transactional_id) else {
            return;
        };
        if self.marking.written(transactional_id, handed) && transaction.state.preparing().is_some() {
            transaction.complete(now_ms);
            output.records.push(records::write(transactional_id, Some(transaction)));
        }
    }

    fn abort_timed_out(&mut self, now_ms: i64, output: &mut Output) {
        for (transactional_id, transaction) in &mut self.transactions {
            if transaction.has_timed_out(now_ms) {
                let timeout_ms = transaction.timeout_ms;
                tracing::info!(
                    transactional_id,
                    timeout_ms,
                    "aborting a transaction that is open for too long"
                );
                transaction.abort_and_fence(now_ms);
                output.records.push(records::write(transactional_id, Some(transaction)));
                self.marking.decided(transactional_id);
            }
        }
    }

    /// The reply to a request; `None` if it comes with a later step.
    fn reply(
        &mut self,
        now_ms: i64,
        request: TransactionRequest,
        token: ReplyToken,
        output: &mut Output,
    ) -> Result<Option<TransactionReply>, Refusal> {
        let reply = match request {
            TransactionRequest::Initialize { transactional_id, request } => {
                self.initialize(now_ms, transactional_id, &request, output)?
            }
            TransactionRequest::Add { transactional_id, producer, partitions } => {
                let transaction = self.existing(&transactional_id)?;
                if transaction.add(producer, &partitions, now_ms)? == Change::Append {
                    output.records.push(records::write(&transactional_id, Some(transaction)));
                }
                TransactionReply::Done
            }
            TransactionRequest::Verify { transactional_id, producer, partitions } => {
                let missing = self.existing(&transactional_id)?.missing(producer, &partitions)?;
                TransactionReply::Missing(missing)
            }
            TransactionRequest::End { transactional_id, request } => {
                self.end(now_ms, &transactional_id, &request, output)?
            }
            TransactionRequest::Describe { transactional_id } => self.describe(&transactional_id)?,
            TransactionRequest::List(filter) => self.list(&filter, now_ms),
            TransactionRequest::MarkersWritten { transactional_id, handed } => {
                self.markers_written(now_ms, &transactional_id, handed, output);
                TransactionReply::Done
            }
            TransactionRequest::NextDecided => {
                self.marking.ready(token, output);
                return Ok(None);
            }
        };
        Ok(Some(reply))
    }
}

impl Shard for TransactionShard {
    type Config = TransactionConfig;
    type Request = TransactionRequest;
    type Reply = TransactionReply;
    type Entry = CoordinatorRecord;
    const NAME: &'static str = "transaction";

    fn new(config: TransactionConfig) -> Self {
        Self {
            config,
            transactions: BTreeMap::new(),
            marking: Marking::default(),
            next_timeout_check: Duration::MAX,
            next_expiry_check: Duration::MAX,
        }
    }

    fn replay(&mut self, batch: &RecordBatch) -> Result<(), String> {
        if batch.is_control() {
            return Ok(());
        }
        let records = batch.records(MAX_DECOMPRESSED_BYTES).map_err(|error| error.to_string())?;
        for record in &records {
            let record = record.map_err(|error| error.to_string())?;
            let Some(key) = record.key else { continue };
            let value = record.value.map(|value| records.payload().slice_ref(value));
            let record = CoordinatorRecord { key: records.payload().slice_ref(key), value };
            self.replay_record(record).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn finish_loading(&mut self, now: Now) -> Output {
        for (transactional_id, transaction) in &self.transactions {
            if transaction.state.preparing().is_some() {
                self.marking.decided(transactional_id);
            }
        }
        // What was open before is as old as its record says: the first look finds it at once if it is too old.
        self.next_timeout_check = now.monotonic;
        self.next_expiry_check = now.monotonic.saturating_add(self.config.id_expiration_check_interval);
        self.on_time(now)
    }

    fn handle(
        &mut self,
        now: Now,
        _random: &mut dyn Random,
        request: TransactionRequest,
        token: ReplyToken,
    ) -> Result<Output, ErrorCode> {
        request.check_text()?;
        let mut output = Output::default();
        let reply = match self.reply(now.wall_ms, request, token, &mut output) {
            Ok(reply) => reply,
            Err(Refusal::Error(error)) => Some(TransactionReply::Refused(error)),
            Err(Refusal::NeedsProducerId) => Some(TransactionReply::NeedsProducerId),
        };
        output.replies.extend(reply.map(|reply| (token, reply)));
        self.marking.hand_out(&self.transactions, &mut output);
        Ok(output)
    }

    fn next_deadline(&self) -> Option<Duration> {
        Some(self.next_timeout_check.min(self.next_expiry_check))
    }

    fn on_time(&mut self, now: Now) -> Output {
        let mut output = Output::default();
        let soon = now.monotonic.saturating_add(Duration::from_millis(1));
        if self.next_timeout_check <= now.monotonic {
            self.abort_timed_out(now.wall_ms, &mut output);
            let next = now.monotonic.saturating_add(self.config.timeout_check_interval);
            self.next_timeout_check = next.max(soon);
        }
        if self.next_expiry_check <= now.monotonic {
            self.expire_ids(now.wall_ms, &mut output);
            let next = now.monotonic.saturating_add(self.config.id_expiration_check_interval);
            self.next_expiry_check = next.max(soon);
        }
        self.marking.hand_out(&self.transactions, &mut output);
        output
    }

    /// Partitions of deleted topics are skipped when their markers are written.
    fn on_topics_deleted(&mut self, _now: Now, _topics: &[String]) -> Output {
        Output::default()
    }

    fn into_parked(self) -> Vec<ReplyToken> {
        self.marking.into_parked()
    }

    fn entry_count(&self) -> usize {
        self.transactions.len()
    }
}
