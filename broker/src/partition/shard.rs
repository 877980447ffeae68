//! One shard: partitions whose batches are appended one at a time, by a thread or by whoever hands one in.
//!
//! Who appends holds `turn`. A caller takes it only if it is free and the queue has been worked off, so nobody
//! overtakes a batch that is waiting, and no caller ever waits for another's disk.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use bytes::Bytes;
use parking_lot::Mutex;
use tidemill_environment::Clock;
use tidemill_log::{AppendOptions, AppendedInfo};
use tokio::sync::{mpsc, oneshot};

use super::group_commit::AppendFailure;
use super::partition::{MustSync, Partition};
use super::sync_list::SyncList;
use super::waiters::Closed;

/// Larger batches go to the append thread: checking and copying them would hold up the caller's other work.
const MAX_BYTES_HERE: usize = 2 * 1024 * 1024;
/// The same for compressed batches, which are unfolded to be checked.
const MAX_COMPRESSED_BYTES_HERE: usize = 128 * 1024;

/// An append that was asked for.
pub(super) struct AppendJob {
    pub(super) partition: Arc<Partition>,
    pub(super) records: Bytes,
    pub(super) options: AppendOptions,
    pub(super) answer: oneshot::Sender<Result<AppendedInfo, AppendFailure>>,
}

/// Threads of a shard and the way to them.
pub(super) struct Shard {
    jobs: mpsc::Sender<Job>,
    lane: Arc<Lane>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What an append thread is told.
enum Job {
    Append(AppendJob, Waiting),
    /// Do nothing after what is queued before this.
    Stop,
}

/// What an append needs, whoever does it.
struct Lane {
    turn: Mutex<Turn>,
    /// Batches that were handed to the thread and are not appended yet.
    waiting: AtomicUsize,
    syncs: SyncList,
    clock: Arc<dyn Clock>,
}

/// Held while a batch is appended.
#[derive(Default)]
struct Turn {
    stopped: bool,
}

/// Counts a batch as waiting until it was appended or given up.
struct Waiting(Arc<Lane>);

impl Waiting {
    fn new(lane: &Arc<Lane>) -> Self {
        lane.waiting.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(lane))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Shard {
    pub(super) fn start(number: usize, queue_length: usize, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(queue_length.max(1));
        let lane = Arc::new(Lane {
            turn: Mutex::default(),
            waiting: AtomicUsize::new(0),
            syncs: SyncList::default(),
            clock,
        });
        let (for_appends, for_syncs) = (Arc::clone(&lane), Arc::clone(&lane));
        let appends = std::thread::Builder::new()
            .name(format!("append-{number}"))
            .spawn(move || for_appends.append_all(queue))?;
        let syncs = std::thread::Builder::new()
            .name(format!("sync-{number}"))
            .spawn(move || for_syncs.syncs.run())?;
        Ok(Self { jobs, lane, threads: Mutex::new(vec![appends, syncs]) })
    }

    /// Appends on this thread, or gives the job back if that would overtake another, wait, or take long.
    pub(super) fn append_here(&self, job: AppendJob) -> Result<(), AppendJob> {
        let limit = if is_compressed(&job.records) { MAX_COMPRESSED_BYTES_HERE } else { MAX_BYTES_HERE };
        if job.records.len() > limit {
            return Err(job);
        }
        let Some(turn) = self.lane.turn.try_lock() else {
            return Err(job);
        };
        if turn.stopped || self.lane.waiting.load(Ordering::Acquire) > 0 {
            return Err(job);
        }
        self.lane.append(job);
        Ok(())
    }

    /// Hands a job to the append thread, waiting while its queue is full.
    pub(super) async fn enqueue(&self, job: AppendJob) {
        let waiting = Waiting::new(&self.lane);
        if let Err(mpsc::error::SendError(Job::Append(refused, _))) =
            self.jobs.send(Job::Append(job, waiting)).await
        {
            // The receiver is with the caller, which may have gone.
            let _ = refused.answer.send(Err(AppendFailure::Closed));
        }
    }

    /// Does what is queued, syncs it, and ends the threads.
    pub(super) fn stop(&self) {
        // A closed queue means that the thread has ended already.
        let _ = self.jobs.blocking_send(Job::Stop);
        // In the order of their creation: what was appended last is still synced.
        for thread in self.threads.lock().drain(..) {
            if thread.join().is_err() {
                tracing::error!("a storage thread had panicked");
            }
            // Nobody appends from here on, so the list only gets shorter.
            self.lane.turn.lock().stopped = true;
            self.lane.syncs.stop();
        }
    }
}

/// Bits 0 to 2 of the attributes, two bytes at offset 21 of a batch, name the codec. A batch too short to have them is
/// refused by whoever appends it.
fn is_compressed(records: &[u8]) -> bool {
    records.get(22).is_some_and(|attributes| attributes & 0b111 != 0)
}

impl Lane {
    fn append_all(&self, mut queue: mpsc::Receiver<Job>) {
        while let Some(Job::Append(job, waiting)) = queue.blocking_recv() {
            let turn = self.turn.lock();
            self.append(job);
            drop((waiting, turn));
        }
    }

    /// Appends one batch; the caller holds the turn.
    fn append(&self, job: AppendJob) {
        let AppendJob { partition, records, options, answer } = job;
        let append = || partition.append(records, options, self.clock.now());
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
                self.syncs.add(partition);
            }
            appended
        });
        // The receiver is gone when its connection closed; the batch stays appended, as in Kafka.
        let _ = answer.send(result);
    }
}
