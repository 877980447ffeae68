//! The patience of one call: tries again until `default.api.timeout.ms` is over.

use std::time::Duration;

use tidemill_environment::SeededRandom;

use super::AdminError;
use crate::connection::Backoff;
use crate::network;

/// Tries of one call.
pub(super) struct Retry {
    subject: String,
    started: Duration,
    timeout: Duration,
    backoff: Backoff,
    failures: u32,
    random: SeededRandom,
}

impl Retry {
    /// Starts the clock of a call about `subject`.
    pub(super) fn new(subject: &str, timeout: Duration, backoff: Backoff) -> Self {
        Self {
            subject: subject.to_owned(),
            started: network::now().monotonic,
            timeout,
            backoff,
            failures: 0,
            random: network::random(),
        }
    }

    /// Waits before the next try.
    ///
    /// # Errors
    /// `error` itself if trying again cannot help, [`AdminError::Timeout`] if no time is left.
    pub(super) async fn after(&mut self, error: AdminError) -> Result<(), AdminError> {
        if !error.is_retriable() {
            return Err(error);
        }
        self.failures += 1;
        let delay = self.backoff.delay(self.failures, &mut self.random);
        let waited = network::now().monotonic.saturating_sub(self.started);
        if waited + delay >= self.timeout {
            return Err(AdminError::Timeout {
                subject: self.subject.clone(),
                timeout: self.timeout,
                last: error.to_string(),
            });
        }
        tokio::time::sleep(delay).await;
        Ok(())
    }
}
