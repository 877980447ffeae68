//! The consumer for callers that do not await.

use std::ops::Deref;
use std::time::Duration;

use super::errors::PollError;
use super::handle::Consumer;
use super::polled::Polled;
use crate::network::block_on;

/// A [`Consumer`] whose methods wait on the calling thread. Needs no runtime of the caller.
///
/// What does not wait is found on [`Consumer`], to which this dereferences; methods of the same name that wait
/// are defined here.
#[derive(Debug)]
pub struct BlockingConsumer {
    consumer: Consumer,
}

impl Deref for BlockingConsumer {
    type Target = Consumer;

    fn deref(&self) -> &Consumer {
        &self.consumer
    }
}

impl BlockingConsumer {
    pub(super) fn new(consumer: Consumer) -> Self {
        Self { consumer }
    }

    /// See [`Consumer::poll`].
    ///
    /// # Errors
    /// As there.
    pub fn poll(&self, timeout: Duration) -> Result<Polled, PollError> {
        block_on(self.consumer.poll(timeout))
    }
}
