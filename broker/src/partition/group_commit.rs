//! The threads that write: each shard has one that appends and one that syncs.
//!
//! ```text
//! handlers --bounded queue--> append thread --list of logs with unsynced bytes--> sync thread --> waiters
//! ```
//!
//! While a sync runs, further appends gather; the next sync covers all of them (group commit). A partition always
//! belongs to the same shard, so its batches are appended in the order in which they were handed in.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread::JoinHandle;

use bytes::Bytes;
use parking_lot::{Condvar, Mutex};
use tidemill_environment::Clock;
use tidemill_log::{AppendError, AppendOptions, AppendedInfo};
use tokio::sync::{mpsc, oneshot};

use super::partition::{MustSync, Partition};
use super::waiters::Closed;

/// Batches that may wait for a shard's append thread. A full queue makes connections wait, which stops reading.
const QUEUE_LENGTH: usize = 1024;

/// One append on its way to its shard.
struct AppendJob {
    partition: Arc<Partition>,
    records: Bytes,
    options: AppendOptions,
    answer: oneshot::Sender<Result<AppendedInfo, AppendFailure>>,
}

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
#[derive(Debug)]
pub(crate) struct GroupCommit {
    shards: Vec<Shard>,
}

#[derive(Debug)]
struct Shard {
    jobs: mpsc::Sender<Job>,
    syncs: Arc<SyncList>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What an append thread is told.
enum Job {
    Append(AppendJob),
    /// Do nothing after what is queued before this.
    Stop,
}

/// Logs with unsynced bytes; each stands here at most once, so its length is bounded by the partitions.
#[derive(Debug, Default)]
struct SyncList {
    state: Mutex<SyncState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct SyncState {
    partitions: Vec<Arc<Partition>>,
    stopping: bool,
}

impl GroupCommit {
    /// Starts `shards` pairs of threads.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub(crate) fn start(shards: usize, clock: &Arc<dyn Clock>) -> std::io::Result<Self> {
        let shards = (0..shards.max(1))
            .map(|number| Shard::start(number, Arc::clone(clock)))
            .collect::<Result<_, _>>()?;
        Ok(Self { shards })
    }

    /// Hands batches to the partition's append thread, waiting while its queue is full.
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
        if let Err(mpsc::error::SendError(Job::Append(refused))) =
            self.shard_of(partition).jobs.send(Job::Append(job)).await
        {
            // The receiver is in this function: it cannot be gone.
            let _ = refused.answer.send(Err(AppendFailure::Closed));
        }
        answered
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

impl Shard {
    fn start(number: usize, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE_LENGTH);
        let syncs = Arc::new(SyncList::default());
        let for_appends = Arc::clone(&syncs);
        let for_syncs = Arc::clone(&syncs);
        let appends = std::thread::Builder::new()
            .name(format!("append-{number}"))
            .spawn(move || append_all(queue, &for_appends, clock.as_ref()))?;
        let syncing =
            std::thread::Builder::new().name(format!("sync-{number}")).spawn(move || for_syncs.run())?;
        Ok(Self { jobs, syncs, threads: Mutex::new(vec![appends, syncing]) })
    }

    fn stop(&self) {
        // A closed queue means that the thread has ended already.
        let _ = self.jobs.blocking_send(Job::Stop);
        // In the order of their creation: what was appended last is still synced.
        for thread in self.threads.lock().drain(..) {
            if thread.join().is_err() {
                tracing::error!("a storage thread had panicked");
            }
            self.syncs.stop();
        }
    }
}

fn append_all(mut queue: mpsc::Receiver<Job>, syncs: &SyncList, clock: &dyn Clock) {
    while let Some(Job::Append(job)) = queue.blocking_recv() {
        let AppendJob { partition, records, options, answer } = job;
        let append = || partition.append(records, options, clock.now());
        let result = if partition.is_closed() {
            Err(AppendFailure::Closed)
        } else {
            // A bug that one batch meets must not stop the other partitions of this shard.
            match panic::catch_unwind(AssertUnwindSafe(append)) {
                Ok(result) => result.map_err(AppendFailure::from),
                Err(_) => {
                    partition.close(Closed::Gone);
                    tracing::error!(topic = %partition.topic(), partition = partition.id().index,
                        "an append panicked; the partition is closed until the broker is restarted");
                    Err(AppendFailure::Closed)
                }
            }
        };
        let result = result.map(|(appended, MustSync(must_sync))| {
            if must_sync {
                syncs.add(partition);
            }
            appended
        });
        // The receiver is gone when its connection closed; the batch stays appended, as in Kafka.
        let _ = answer.send(result);
    }
}

impl SyncList {
    fn add(&self, partition: Arc<Partition>) {
        self.state.lock().partitions.push(partition);
        self.changed.notify_one();
    }

    fn stop(&self) {
        self.state.lock().stopping = true;
        self.changed.notify_one();
    }

    /// Syncs what is listed, until stopped and empty.
    fn run(&self) {
        loop {
            let batch = {
                let mut state = self.state.lock();
                while state.partitions.is_empty() && !state.stopping {
                    self.changed.wait(&mut state);
                }
                std::mem::take(&mut state.partitions)
            };
            if batch.is_empty() {
                return;
            }
            batch.iter().for_each(|partition| partition.sync());
        }
    }
}
