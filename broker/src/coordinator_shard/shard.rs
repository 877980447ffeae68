//! What the state machine of a coordinator's shard can do.

use std::time::Duration;

use tidemill_environment::{Now, Random};
use tidemill_protocol::ErrorCode;
use tidemill_protocol::records::RecordBatch;

use super::step::{LogEntry, Output, ProducerCheck, ReplyToken};

/// Everything of one partition of a coordinator's topic: a pure state machine.
///
/// The shard applies its records when it makes them. If their append fails it is thrown away, everybody who waits is
/// answered COORDINATOR_NOT_AVAILABLE, and a new one is loaded from the log.
pub trait Shard: Sized + Send + 'static {
    /// Values it goes by.
    type Config: Clone + Send + Sync + 'static;
    /// What it can be asked.
    type Request: Send + 'static;
    /// What it answers.
    type Reply: Send + 'static;
    /// What it appends: [`LogEntry`] if it takes part in transactions, otherwise records.
    type Entry: Into<LogEntry> + Send + 'static;
    /// Whose shard it is, for the log.
    const NAME: &'static str;

    /// Makes an empty shard. What the partition holds is replayed into it, then [`Self::finish_loading`].
    fn new(config: Self::Config) -> Self;

    /// Applies a batch of the partition.
    ///
    /// # Errors
    /// What is wrong with the batch.
    fn replay(&mut self, batch: &RecordBatch) -> Result<(), String>;

    /// Learns where the log ends, after the last batch was replayed: its next entry will lie there.
    fn note_end_offset(&mut self, _end_offset: i64) {}

    /// Says what the log must agree to before this request is handled.
    fn producer_check(_request: &Self::Request) -> Option<ProducerCheck> {
        None
    }

    /// Begins to serve, after the last batch was replayed.
    fn finish_loading(&mut self, now: Now) -> Output<Self::Reply, Self::Entry>;

    /// Handles a request.
    ///
    /// The reply to `token` is in this output or in that of a later call; it is never lost while the shard lives.
    ///
    /// # Errors
    /// The code of the answer if nothing was done.
    fn handle(
        &mut self,
        now: Now,
        random: &mut dyn Random,
        request: Self::Request,
        token: ReplyToken,
    ) -> Result<Output<Self::Reply, Self::Entry>, ErrorCode>;

    /// Returns when [`Self::on_time`] has something to do (monotonic time).
    fn next_deadline(&self) -> Option<Duration>;

    /// Does what is due.
    fn on_time(&mut self, now: Now) -> Output<Self::Reply, Self::Entry>;

    /// Forgets what belongs to topics that were deleted.
    fn on_topics_deleted(&mut self, now: Now, topics: &[String]) -> Output<Self::Reply, Self::Entry>;

    /// Returns the answers that are parked; the shard is being thrown away.
    fn into_parked(self) -> Vec<ReplyToken>;

    /// Counts what it looks after.
    fn entry_count(&self) -> usize;
}
