//! Real time: the one place of this package that asks for it.

use std::time::{Duration, Instant};

/// Returns the current point in time.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Calls `attempt` every `pause` until it returns a value, or for `limit` at most.
pub(crate) fn until<T>(
    limit: Duration,
    pause: Duration,
    mut attempt: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let deadline = now() + limit;
    loop {
        if let Some(value) = attempt()? {
            return Ok(value);
        }
        anyhow::ensure!(now() < deadline, "gave up after {limit:?}");
        std::thread::sleep(pause);
    }
}
