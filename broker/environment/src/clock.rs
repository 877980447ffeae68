//! Two readings of time and the clocks that give them.

use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// One reading of time. Timeouts use `monotonic`; what users see and what is stored uses `wall_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Now {
    /// Time since an arbitrary start of the process; never goes backwards.
    pub monotonic: Duration,
    /// Milliseconds since the Unix epoch, UTC; may jump when the machine's clock is set.
    pub wall_ms: i64,
}

impl Now {
    /// Makes a reading whose two clocks agree, both at `ms` milliseconds. For tests and simulation.
    #[must_use]
    pub fn at_ms(ms: i64) -> Self {
        Self { monotonic: Duration::from_millis(ms.max(0).unsigned_abs()), wall_ms: ms }
    }

    /// Returns this reading moved forward by `step` on both clocks.
    #[must_use]
    pub fn plus(self, step: Duration) -> Self {
        let step_ms = i64::try_from(step.as_millis()).unwrap_or(i64::MAX);
        Self { monotonic: self.monotonic + step, wall_ms: self.wall_ms.saturating_add(step_ms) }
    }
}

/// A source of time readings: the edge at which time enters.
pub trait Clock: Send + Sync {
    /// Reads both clocks.
    fn now(&self) -> Now;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// Makes a clock whose monotonic reading starts at zero.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the edge where time enters")]
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the edge where time enters")]
    fn now(&self) -> Now {
        let wall_ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        Now { monotonic: self.started.elapsed(), wall_ms }
    }
}

/// A clock that stands still until it is moved. For tests and simulation.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<Now>,
}

impl ManualClock {
    /// Makes a clock that reads `now`.
    #[must_use]
    pub fn new(now: Now) -> Self {
        Self { now: Mutex::new(now) }
    }

    /// Moves both clocks forward by `step`.
    pub fn advance(&self, step: Duration) {
        let mut now = self.now.lock().expect("no code panics while it holds this lock");
        *now = now.plus(step);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Now {
        *self.now.lock().expect("no code panics while it holds this lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_both_readings_by_the_same_step() {
        let clock = ManualClock::new(Now::at_ms(1_000));
        clock.advance(Duration::from_millis(250));
        assert_eq!(clock.now(), Now::at_ms(1_250));
    }

    #[test]
    fn the_monotonic_reading_never_goes_backwards() {
        let clock = SystemClock::new();
        let first = clock.now();
        assert!(clock.now().monotonic >= first.monotonic);
    }
}
