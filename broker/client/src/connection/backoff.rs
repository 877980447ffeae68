//! How long to wait before the next try (KIP-144, KIP-580): doubling, bounded, with 20 percent of jitter.

use std::time::Duration;

use tidemill_environment::Random;

/// Share of the delay that jitter adds or takes away, in percent.
const JITTER_PERCENT: u64 = 20;

/// A delay that doubles with each failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backoff {
    /// Delay after the first failure.
    pub(crate) first: Duration,
    /// Longest delay before jitter.
    pub(crate) max: Duration,
}

impl Backoff {
    /// Returns the delay after `failures` failures in a row; none before the first.
    pub(crate) fn delay(&self, failures: u32, random: &mut dyn Random) -> Duration {
        if failures == 0 {
            return Duration::ZERO;
        }
        let doubled = self.first.saturating_mul(1_u32.checked_shl(failures - 1).unwrap_or(u32::MAX));
        let base = doubled.min(self.max.max(self.first));
        let percent = 100 - JITTER_PERCENT + random.below(2 * JITTER_PERCENT + 1);
        base.mul_f64(percent as f64 / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use tidemill_environment::SeededRandom;

    use super::*;

    #[test]
    fn delays_double_up_to_the_limit_within_the_jitter() {
        let backoff = Backoff { first: Duration::from_millis(100), max: Duration::from_secs(1) };
        let mut random = SeededRandom::new(3);
        assert_eq!(backoff.delay(0, &mut random), Duration::ZERO);
        for (failures, base_ms) in [(1, 100.0), (2, 200.0), (4, 800.0), (5, 1000.0), (500, 1000.0)] {
            let delay_ms = backoff.delay(failures, &mut random).as_secs_f64() * 1000.0;
            assert!((base_ms * 0.79..=base_ms * 1.21).contains(&delay_ms), "{failures}: {delay_ms}");
        }
    }
}
