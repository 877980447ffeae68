//! Appending to partitions, and syncing what was appended.
//!
//! ```text
//! handlers --the shard rests: append here------------+
//!     |                                              v
//!     +--bounded queue--> append thread --list of logs with unsynced bytes--> sync thread --> waiters
//! ```
//!
//! While a sync runs, further appends gather; the next sync covers all of them (group commit). A partition always
//! belongs to the same shard, and a shard appends one batch at a time, so the batches of a partition are appended in
//! the order in which they were handed in. Decision record 0005 says why a caller may append itself.

use std::sync::Arc;

use bytes::Bytes;
use tidemill_environment::Clock;
use tidemill_log::{AppendError, AppendOptions, AppendedInfo};
use tokio::sync::{Semaphore, oneshot};

use super::partition::Partition;
use super::shard::{AppendJob, Shard};

/// Why an append did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendFailure {
    /// The log refused the batch.
    #[error(transparent)]
    Refused(#[from] AppendError),
    /// The partition is gone or the broker stops.
    #[error("the partition is closed")]
    Closed,
}

/// All shards.
pub(crate) struct GroupCommit {
    shards: Vec<Shard>,
    /// Callers that may append themselves at once.
    callers: Semaphore,
}

/// What [`GroupCommit::start`] is told.
pub(crate) struct GroupCommitOptions {
    pub(crate) shards: usize,
    /// `queued.max.requests`: batches that may wait for one shard's append thread.
    pub(crate) queue_length: usize,
    /// Callers that may append themselves at once; the others of their threads stay free of the disk.
    pub(crate) callers: usize,
}

impl GroupCommit {
    /// Starts the threads of every shard.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub(crate) fn start(options: &GroupCommitOptions, clock: &Arc<dyn Clock>) -> std::io::Result<Self> {
        let shards = (0..options.shards.max(1))
            .map(|number| Shard::start(number, options.queue_length, Arc::clone(clock)))
            .collect::<Result<_, _>>()?;
        Ok(Self { shards, callers: Semaphore::new(options.callers) })
    }

    /// Appends batches to the partition: at once, on this thread, if nothing else of the shard is being appended;
    /// otherwise on the shard's thread, waiting while its queue is full.
    ///
    /// Returns when the batch has its place in the order of the partition; the receiver tells its offsets.
    pub(crate) async fn submit(
        &self,
        partition: &Arc<Partition>,
        records: Bytes,
        options: AppendOptions,
    ) -> oneshot::Receiver<Result<AppendedInfo, AppendFailure>> {
        let (answer, answered) = oneshot::channel();
        let job = AppendJob { partition: Arc::clone(partition), records, options, answer };
        let shard = self.shard_of(partition);
        if let Err(job) = self.append_here(shard, job) {
            shard.enqueue(job).await;
        }
        answered
    }

    fn append_here(&self, shard: &Shard, job: AppendJob) -> Result<(), AppendJob> {
        match self.callers.try_acquire() {
            Ok(_permit) => shard.append_here(job),
            Err(_) => Err(job),
        }
    }

    /// Does what is queued, syncs it, and ends the threads. Blocks; later appends fail.
    pub(crate) fn stop(&self) {
        self.shards.iter().for_each(Shard::stop);
    }

    fn shard_of(&self, partition: &Partition) -> &Shard {
        let id = partition.id();
        let mut spread = u64::from(id.index.unsigned_abs());
        for half in id.topic_id.0.chunks(8) {
            let half = <[u8; 8]>::try_from(half).expect("a uuid has two halves of eight bytes");
            spread = spread.wrapping_mul(31).wrapping_add(u64::from_be_bytes(half));
        }
        let count = u64::try_from(self.shards.len()).expect("usize fits u64");
        &self.shards[usize::try_from(spread % count).expect("below the number of shards")]
    }
}

#[cfg(test)]
mod tests;
