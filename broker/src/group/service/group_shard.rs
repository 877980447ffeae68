//! A shard of groups as the task that drives it sees it.

use std::time::Duration;

use tidemill_environment::{Now, Random};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::RecordBatch;

use crate::config::broker_config::GroupCoordinatorConfig;
use crate::coordinator_shard::shard::Shard;
use crate::group::coordinator::{GroupRequest, GroupShard};
use crate::group::turn::{Output, Reply, ReplyToken};

/// Most bytes that a compressed batch of the log may grow to.
const MAX_DECOMPRESSED_BYTES: usize = 64 * 1024 * 1024;

impl Shard for GroupShard {
    type Config = GroupCoordinatorConfig;
    type Request = GroupRequest;
    type Reply = Reply;
    const NAME: &'static str = "group";

    fn new(config: GroupCoordinatorConfig) -> Self {
        Self::new(config)
    }

    fn replay(&mut self, batch: &RecordBatch) -> Result<(), String> {
        replay_batch(self, batch)
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

fn replay_batch(shard: &mut GroupShard, batch: &RecordBatch) -> Result<(), String> {
    // Offsets of transactions count when their marker says so; nothing here writes them yet.
    if batch.is_control() || batch.is_transactional() {
        tracing::warn!(offset = batch.base_offset(), "skipped a transactional batch of __consumer_offsets");
        return Ok(());
    }
    let records = batch.records(MAX_DECOMPRESSED_BYTES).map_err(|error| error.to_string())?;
    for record in &records {
        let record = record.map_err(|error| error.to_string())?;
        let Some(key) = record.key else { continue };
        let value = record.value.map(|value| records.payload().slice_ref(value));
        shard.replay(records.payload().slice_ref(key), value).map_err(|error| error.to_string())?;
    }
    Ok(())
}
