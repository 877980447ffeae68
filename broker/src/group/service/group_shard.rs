//! A shard of groups as the task that drives it sees it.

use std::time::Duration;

use tidemill_environment::{Now, Random};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::{BatchHeader, EndTransactionMarker, RecordBatch};

use crate::config::broker_config::GroupCoordinatorConfig;
use crate::coordinator_shard::shard::Shard;
use crate::coordinator_shard::step::ProducerCheck;
use crate::group::coordinator::{GroupRequest, GroupShard};
use crate::group::turn::{
    CoordinatorRecord, LogEntry, OffsetsMarker, Output, Reply, ReplyToken, TransactionProducer,
};

/// Most bytes that a compressed batch of the log may grow to.
const MAX_DECOMPRESSED_BYTES: usize = 64 * 1024 * 1024;

impl Shard for GroupShard {
    type Config = GroupCoordinatorConfig;
    type Request = GroupRequest;
    type Reply = Reply;
    type Entry = LogEntry;
    const NAME: &'static str = "group";

    fn new(config: GroupCoordinatorConfig) -> Self {
        Self::new(config)
    }

    fn replay(&mut self, batch: &RecordBatch) -> Result<(), String> {
        replay_batch(self, batch)
    }

    fn note_end_offset(&mut self, end_offset: i64) {
        self.note_end_offset(end_offset);
    }

    fn producer_check(request: &GroupRequest) -> Option<ProducerCheck> {
        match request {
            GroupRequest::CommitTransactionalOffsets { request, asked_at } => {
                let producer = TransactionProducer { id: request.producer_id, epoch: request.producer_epoch };
                Some(ProducerCheck::Records { producer, asked_at: *asked_at })
            }
            GroupRequest::EndTransaction(marker) => Some(ProducerCheck::Marker(*marker)),
            _ => None,
        }
    }

    fn finish_loading(&mut self, now: Now) -> Output {
        self.finish_loading(now)
    }

    fn handle(
        &mut self,
        now: Now,
        random: &mut dyn Random,
        request: GroupRequest,
        token: ReplyToken,
    ) -> Result<Output, ErrorCode> {
        self.handle(now, random, request, token)
    }

    fn next_deadline(&self) -> Option<Duration> {
        self.next_deadline()
    }

    fn on_time(&mut self, now: Now) -> Output {
        self.on_time(now)
    }

    fn on_topics_deleted(&mut self, now: Now, topics: &[String]) -> Output {
        self.on_topics_deleted(now, topics)
    }

    fn into_parked(self) -> Vec<ReplyToken> {
        self.into_parked()
    }

    fn entry_count(&self) -> usize {
        self.groups().count()
    }
}

/// Replays every record of a batch: its header says whether they belong to a transaction or end one.
fn replay_batch(shard: &mut GroupShard, batch: &RecordBatch) -> Result<(), String> {
    let BatchHeader { producer_id: id, producer_epoch: epoch, .. } = *batch.header();
    let records = batch.records(MAX_DECOMPRESSED_BYTES).map_err(|error| error.to_string())?;
    for record in &records {
        let record = record.map_err(|error| error.to_string())?;
        let Some(key) = record.key else { continue };
        let entry = if batch.is_control() {
            let Some(marker) = marker(batch.header(), key, record.value) else { continue };
            LogEntry::Marker(marker)
        } else {
            let value = record.value.map(|value| records.payload().slice_ref(value));
            let stored = CoordinatorRecord { key: records.payload().slice_ref(key), value };
            match batch.is_transactional() {
                true => LogEntry::Transactional(TransactionProducer { id, epoch }, stored),
                false => LogEntry::Record(stored),
            }
        };
        shard.replay(record.offset, entry).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Reads a transaction marker; other control records say nothing about groups.
fn marker(header: &BatchHeader, key: &[u8], value: Option<&[u8]>) -> Option<OffsetsMarker> {
    let marker = EndTransactionMarker::decode(key, value?).ok()?;
    Some(OffsetsMarker {
        producer_id: header.producer_id,
        producer_epoch: header.producer_epoch,
        coordinator_epoch: marker.coordinator_epoch,
        committed: marker.committed,
    })
}
