//! The logs of a shard that have unsynced bytes, and the thread that syncs them.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::partition::Partition;
use super::waiters::Closed;

/// Logs with unsynced bytes; each stands here at most once, so its length is bounded by the partitions.
#[derive(Debug, Default)]
pub(super) struct SyncList {
    state: Mutex<SyncState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct SyncState {
    partitions: Vec<Arc<Partition>>,
    stopping: bool,
}

impl SyncList {
    pub(super) fn add(&self, partition: Arc<Partition>) {
        self.state.lock().partitions.push(partition);
        self.changed.notify_one();
    }

    pub(super) fn stop(&self) {
        self.state.lock().stopping = true;
        self.changed.notify_one();
    }

    /// Syncs what is listed, until stopped and empty.
    pub(super) fn run(&self) {
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
            batch.iter().for_each(|partition| sync(partition));
        }
    }
}

/// A bug that one log meets must not stop the syncs of the shard's other partitions.
fn sync(partition: &Partition) {
    if panic::catch_unwind(AssertUnwindSafe(|| partition.sync())).is_err() {
        // Nobody knows what reached the disk: nothing more is acknowledged.
        partition.close(Closed::SyncFailed);
        tracing::error!(topic = %partition.topic(), partition = partition.id().index,
            "a sync panicked; the partition is closed until the broker is restarted");
    }
}
