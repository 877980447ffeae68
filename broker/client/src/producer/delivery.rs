//! What became of a record: one shared cell per batch, a place in it per record.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use parking_lot::{Condvar, Mutex};

use super::DeliveryError;
use crate::{RecordMetadata, TopicPartition};

/// Where a batch was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    /// Offset of its first record; -1 if unknown.
    pub(super) base_offset: i64,
    /// The broker's timestamp for all records; -1 if they keep their own.
    pub(super) append_time: i64,
}

type Callback = Box<dyn FnOnce(Result<RecordMetadata, DeliveryError>) + Send>;

/// The outcome of a batch, and who waits for it.
pub(super) struct BatchDelivery {
    partition: TopicPartition,
    outcome: Mutex<Outcome>,
    finished: Condvar,
}

enum Outcome {
    Pending { wakers: Vec<Waker>, callbacks: Vec<(Place, Callback)> },
    Finished(Result<Written, DeliveryError>),
}

/// A record's place in its batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Offset relative to the batch's first record.
    pub(super) offset_delta: i32,
    /// The record's own timestamp.
    pub(super) timestamp: i64,
}

impl fmt::Debug for BatchDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BatchDelivery({})", self.partition)
    }
}

impl BatchDelivery {
    /// Makes the cell of a batch that goes to `partition`.
    pub(super) fn new(partition: TopicPartition) -> Self {
        let outcome = Mutex::new(Outcome::Pending { wakers: Vec::new(), callbacks: Vec::new() });
        Self { partition, outcome, finished: Condvar::new() }
    }

    /// Returns where the batch goes.
    pub(super) fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    /// Tells everyone who waits. The first outcome stays.
    pub(super) fn finish(&self, result: Result<Written, DeliveryError>) {
        let waiting = {
            let mut outcome = self.outcome.lock();
            match &*outcome {
                Outcome::Finished(_) => return,
                Outcome::Pending { .. } => {
                    std::mem::replace(&mut *outcome, Outcome::Finished(result.clone()))
                }
            }
        };
        self.finished.notify_all();
        let Outcome::Pending { wakers, callbacks } = waiting else {
            return;
        };
        for (place, callback) in callbacks {
            callback(self.metadata(&result, place));
        }
        for waker in wakers {
            waker.wake();
        }
    }

    /// Runs `callback` when the outcome is known.
    pub(super) fn on_finish(&self, place: Place, callback: Callback) {
        let result = match &mut *self.outcome.lock() {
            Outcome::Pending { callbacks, .. } => {
                callbacks.push((place, callback));
                return;
            }
            Outcome::Finished(result) => result.clone(),
        };
        callback(self.metadata(&result, place));
    }

    /// Waits on this thread for the batch.
    pub(super) fn wait(&self) {
        let mut outcome = self.outcome.lock();
        while matches!(*outcome, Outcome::Pending { .. }) {
            self.finished.wait(&mut outcome);
        }
    }

    /// Returns the outcome, or leaves a waker.
    pub(super) fn poll(&self, context: &Context<'_>) -> Poll<Result<Written, DeliveryError>> {
        match &mut *self.outcome.lock() {
            Outcome::Finished(result) => Poll::Ready(result.clone()),
            Outcome::Pending { wakers, .. } => {
                if !wakers.iter().any(|known| known.will_wake(context.waker())) {
                    wakers.push(context.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    fn metadata(
        &self,
        result: &Result<Written, DeliveryError>,
        place: Place,
    ) -> Result<RecordMetadata, DeliveryError> {
        let written = result.as_ref().map_err(Clone::clone)?;
        let known = written.base_offset >= 0;
        Ok(RecordMetadata {
            topic: Arc::clone(&self.partition.topic),
            partition: self.partition.partition,
            offset: if known { written.base_offset + i64::from(place.offset_delta) } else { -1 },
            timestamp: if written.append_time >= 0 { written.append_time } else { place.timestamp },
        })
    }
}

/// The coming acknowledgement of one record. Dropping it does not take the record back.
#[derive(Debug, Clone)]
#[must_use = "a record counts as written only once its delivery says so"]
pub struct Delivery {
    batch: Arc<BatchDelivery>,
    place: Place,
}

impl Delivery {
    pub(super) fn new(batch: Arc<BatchDelivery>, place: Place) -> Self {
        Self { batch, place }
    }

    /// Waits on this thread for the acknowledgement.
    ///
    /// # Errors
    /// [`DeliveryError`] if the record was refused or not acknowledged in time.
    pub fn wait(&self) -> Result<RecordMetadata, DeliveryError> {
        self.batch.wait();
        match &*self.batch.outcome.lock() {
            Outcome::Finished(result) => self.batch.metadata(result, self.place),
            Outcome::Pending { .. } => unreachable!("an outcome stays"),
        }
    }

    /// Runs `callback` on a network thread when the outcome is known; it must not block.
    pub(super) fn on_finish(self, callback: Callback) {
        self.batch.on_finish(self.place, callback);
    }
}

impl Future for Delivery {
    type Output = Result<RecordMetadata, DeliveryError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.batch.poll(context).map(|result| self.batch.metadata(&result, self.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_of_a_batch_learns_its_own_offset() {
        let batch = Arc::new(BatchDelivery::new(TopicPartition::new("t", 3)));
        let place = |offset_delta| Place { offset_delta, timestamp: 7 };
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        batch.on_finish(place(4), Box::new(move |result| sink.lock().push(result.unwrap().offset)));
        batch.finish(Ok(Written { base_offset: 100, append_time: -1 }));
        batch.finish(Err(DeliveryError::Closed { partition: TopicPartition::new("t", 3) }));
        let metadata = Delivery::new(Arc::clone(&batch), place(2)).wait().unwrap();
        assert_eq!((metadata.offset, metadata.partition, metadata.timestamp), (102, 3, 7));
        assert_eq!(*seen.lock(), [104]);
    }
}
