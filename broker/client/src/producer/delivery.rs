//! What became of a record: one shared cell per batch, a place in it per record.

use std::fmt;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::{Arc, Weak};
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
    /// The batch of which this is a part.
    whole: Weak<BatchDelivery>,
}

enum Outcome {
    Pending {
        wakers: Vec<Waker>,
        callbacks: Vec<(Place, Callback)>,
    },
    /// Callbacks are running: whoever waits goes on waiting, so that all of them have run when a flush returns.
    Telling {
        wakers: Vec<Waker>,
        result: Result<Written, DeliveryError>,
    },
    Finished(Result<Written, DeliveryError>),
    /// The broker found the batch too large: each part has an outcome of its own.
    Divided {
        first_records: i32,
        parts: [Arc<BatchDelivery>; 2],
    },
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
        Self::part(partition, Weak::new())
    }

    fn part(partition: TopicPartition, whole: Weak<Self>) -> Self {
        let outcome = Mutex::new(Outcome::Pending { wakers: Vec::new(), callbacks: Vec::new() });
        Self { partition, outcome, finished: Condvar::new(), whole }
    }

    /// Makes two parts, the first of which takes over the first `first_records` records; `None` if the outcome is
    /// known.
    pub(super) fn divide(self: &Arc<Self>, first_records: i32) -> Option<[Arc<Self>; 2]> {
        let mut outcome = self.outcome.lock();
        let Outcome::Pending { wakers, callbacks } = &mut *outcome else { return None };
        let (wakers, callbacks) = (std::mem::take(wakers), std::mem::take(callbacks));
        let parts = [0, 1].map(|_| Arc::new(Self::part(self.partition.clone(), Arc::downgrade(self))));
        for (place, callback) in callbacks {
            let (part, place) = part_of(&parts, first_records, place);
            part.on_finish(place, callback);
        }
        *outcome = Outcome::Divided { first_records, parts: parts.clone() };
        drop(outcome);
        self.finished.notify_all();
        wakers.into_iter().for_each(Waker::wake);
        Some(parts)
    }

    /// Returns the batch of which this is a part.
    pub(super) fn whole(&self) -> Option<Arc<Self>> {
        self.whole.upgrade()
    }

    /// Whether the outcome of every part is known.
    pub(super) fn is_finished(&self) -> bool {
        match &*self.outcome.lock() {
            Outcome::Pending { .. } | Outcome::Telling { .. } => false,
            Outcome::Finished(_) => true,
            Outcome::Divided { parts, .. } => parts.iter().all(|part| part.is_finished()),
        }
    }

    /// Returns where the batch goes.
    pub(super) fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    /// Runs the callbacks, then tells everyone who waits. The first outcome stays.
    pub(super) fn finish(&self, result: Result<Written, DeliveryError>) {
        let callbacks = {
            let mut outcome = self.outcome.lock();
            let Outcome::Pending { wakers, callbacks } = &mut *outcome else { return };
            let (wakers, callbacks) = (std::mem::take(wakers), std::mem::take(callbacks));
            *outcome = Outcome::Telling { wakers, result: result.clone() };
            callbacks
        };
        for (place, callback) in callbacks {
            let told = panic::catch_unwind(AssertUnwindSafe(|| callback(self.metadata(&result, place))));
            if told.is_err() {
                tracing::error!(partition = %self.partition, "a delivery callback panicked");
            }
        }
        let before = std::mem::replace(&mut *self.outcome.lock(), Outcome::Finished(result));
        self.finished.notify_all();
        if let Outcome::Telling { wakers, .. } = before {
            wakers.into_iter().for_each(Waker::wake);
        }
    }

    /// Runs `callback` when the outcome is known.
    pub(super) fn on_finish(&self, place: Place, callback: Callback) {
        let result = match &mut *self.outcome.lock() {
            Outcome::Pending { callbacks, .. } => {
                callbacks.push((place, callback));
                return;
            }
            Outcome::Divided { first_records, parts } => {
                let (part, place) = part_of(parts, *first_records, place);
                return part.on_finish(place, callback);
            }
            Outcome::Telling { result, .. } | Outcome::Finished(result) => result.clone(),
        };
        callback(self.metadata(&result, place));
    }

    /// Waits on this thread for the record at `place`.
    fn wait(&self, place: Place) -> Result<RecordMetadata, DeliveryError> {
        let mut outcome = self.outcome.lock();
        loop {
            match &*outcome {
                Outcome::Finished(result) => return self.metadata(result, place),
                Outcome::Divided { first_records, parts } => {
                    let (part, place) = part_of(parts, *first_records, place);
                    let part = Arc::clone(part);
                    drop(outcome);
                    return part.wait(place);
                }
                Outcome::Pending { .. } | Outcome::Telling { .. } => self.finished.wait(&mut outcome),
            }
        }
    }

    /// Returns the outcome of the record at `place`, or leaves a waker.
    fn poll_record(
        &self,
        place: Place,
        context: &Context<'_>,
    ) -> Poll<Result<RecordMetadata, DeliveryError>> {
        let part = match &*self.outcome.lock() {
            Outcome::Divided { first_records, parts } => {
                let (part, place) = part_of(parts, *first_records, place);
                Some((Arc::clone(part), place))
            }
            _ => None,
        };
        match part {
            Some((part, place)) => part.poll_record(place, context),
            None => self.poll(context).map(|result| self.metadata(&result, place)),
        }
    }

    /// Returns the outcome, or leaves a waker.
    pub(super) fn poll(&self, context: &Context<'_>) -> Poll<Result<Written, DeliveryError>> {
        match &mut *self.outcome.lock() {
            Outcome::Finished(result) => Poll::Ready(result.clone()),
            Outcome::Pending { wakers, .. } | Outcome::Telling { wakers, .. } => {
                if !wakers.iter().any(|known| known.will_wake(context.waker())) {
                    wakers.push(context.waker().clone());
                }
                Poll::Pending
            }
            Outcome::Divided { parts, .. } => {
                // Each is asked, so that each knows the waker.
                let [first, second] = parts.each_ref().map(|part| part.poll(context));
                match (first, second) {
                    (Poll::Ready(first), Poll::Ready(second)) => Poll::Ready(second.and(first)),
                    _ => Poll::Pending,
                }
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

/// Returns the part of a divided batch that holds the record at `place`, and its place there.
fn part_of(
    parts: &[Arc<BatchDelivery>; 2],
    first_records: i32,
    place: Place,
) -> (&Arc<BatchDelivery>, Place) {
    let [first, second] = parts;
    if place.offset_delta < first_records {
        return (first, place);
    }
    (second, Place { offset_delta: place.offset_delta - first_records, ..place })
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
        self.batch.wait(self.place)
    }

    /// Runs `callback` on a network thread when the outcome is known; it must not block.
    pub(super) fn on_finish(self, callback: Callback) {
        self.batch.on_finish(self.place, callback);
    }
}

impl Future for Delivery {
    type Output = Result<RecordMetadata, DeliveryError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.batch.poll_record(self.place, context)
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

    #[test]
    fn callbacks_have_run_when_a_waiter_learns_the_outcome_and_a_panic_in_one_stops_no_other() {
        let batch = Arc::new(BatchDelivery::new(TopicPartition::new("t", 3)));
        let place = Place { offset_delta: 0, timestamp: 7 };
        batch.on_finish(place, Box::new(|_| panic!("a callback of the user's")));
        let (inside, was_pending) = (Arc::clone(&batch), Arc::new(Mutex::new(None)));
        let sink = Arc::clone(&was_pending);
        batch.on_finish(
            place,
            Box::new(move |_| {
                let context = Context::from_waker(Waker::noop());
                *sink.lock() = Some(inside.poll(&context).is_pending());
            }),
        );
        batch.finish(Ok(Written { base_offset: 1, append_time: -1 }));
        assert_eq!(*was_pending.lock(), Some(true));
        assert!(Delivery::new(batch, place).wait().is_ok());
    }
}
