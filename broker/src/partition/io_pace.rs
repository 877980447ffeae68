//! How fast work in the background may read and write, and when it has to end.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tidemill_environment::Clock;

/// Longest wait without a look at whether there is still something to wait for.
const SLICE: Duration = Duration::from_millis(100);

/// Debts shorter than this gather instead of being slept off one by one.
const MIN_WAIT: Duration = Duration::from_millis(10);

/// One limit for several threads.
pub(super) struct IoPace {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    stopped: Condvar,
}

#[derive(Default)]
struct State {
    stopping: bool,
    /// When what was done so far is paid for.
    paid_at: Duration,
}

impl IoPace {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default(), stopped: Condvar::new() }
    }

    /// Waits until `bytes` more are within `bytes_per_second`; `false` if the work has to end, also because `goes_on`
    /// says no.
    pub(super) fn spend(&self, bytes: u64, bytes_per_second: f64, goes_on: impl Fn() -> bool) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "a duration, which may be rounded")]
        let seconds = bytes as f64 / bytes_per_second.max(1.0);
        let cost = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        let mut state = self.state.lock();
        let begin = state.paid_at.max(self.clock.now().monotonic);
        state.paid_at = begin.saturating_add(cost);
        let until = state.paid_at;
        while !state.stopping && goes_on() {
            let left = until.saturating_sub(self.clock.now().monotonic);
            if left < MIN_WAIT {
                return true;
            }
            self.stopped.wait_for(&mut state, left.min(SLICE));
        }
        false
    }

    /// Waits for `duration`; `false` if the work has to end.
    pub(super) fn rest(&self, duration: Duration) -> bool {
        let mut state = self.state.lock();
        let until = self.clock.now().monotonic.saturating_add(duration);
        while !state.stopping {
            let left = until.saturating_sub(self.clock.now().monotonic);
            if left.is_zero() {
                return true;
            }
            self.stopped.wait_for(&mut state, left);
        }
        false
    }

    pub(super) fn stop(&self) {
        self.state.lock().stopping = true;
        self.stopped.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use tidemill_environment::Now;

    use super::*;

    /// A clock that a test moves.
    #[derive(Default)]
    struct Hand(AtomicU64);

    impl Clock for Hand {
        fn now(&self) -> Now {
            // Each look takes a millisecond, so that waits end.
            let ms = self.0.fetch_add(1, Ordering::Relaxed);
            Now { monotonic: Duration::from_millis(ms), wall_ms: 0 }
        }
    }

    #[test]
    fn work_within_the_limit_never_waits_and_debts_add_up() {
        let pace = IoPace::new(Arc::new(Hand::default()));
        assert!(pace.spend(u64::MAX, f64::MAX, || true));
        assert!((0..9).all(|_| pace.spend(1_000, 1_000_000.0, || true)));
        assert!(!pace.spend(1_000_000, 1_000_000.0, || false), "a second of debt is waited off");
    }

    #[test]
    fn a_stop_ends_waits_and_rests() {
        let pace = IoPace::new(Arc::new(Hand::default()));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| pace.spend(u64::MAX, 1.0, || true));
            let resting = scope.spawn(|| pace.rest(Duration::MAX));
            pace.stop();
            assert!(!waiting.join().unwrap() && !resting.join().unwrap());
        });
        assert!(!pace.spend(0, 1.0, || true));
    }
}
