//! Tumbling and hopping windows: fixed size, aligned to the epoch, `[start, end)`.

use std::time::Duration;

use super::window::{Window, saturating_ms};

/// How event time is cut into windows of one size.
///
/// Windows start at multiples of the advance, which equals the size (tumbling) unless
/// [`advance_by`](TimeWindows::advance_by) makes them overlap (hopping). A window accepts records until the stream
/// time passes its end by the grace period; later ones are dropped and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeWindows {
    size_ms: i64,
    advance_ms: i64,
    grace_ms: i64,
}

impl TimeWindows {
    /// Cuts time into adjacent windows of `size`, without grace (Java: `ofSizeWithNoGrace`).
    ///
    /// Sizes below a millisecond count as one millisecond.
    #[must_use]
    pub fn of_size(size: Duration) -> Self {
        let size_ms = saturating_ms(size).max(1);
        Self { size_ms, advance_ms: size_ms, grace_ms: 0 }
    }

    /// Accepts records that are late by up to `grace` (Java: `ofSizeAndGrace`).
    #[must_use]
    pub fn grace(self, grace: Duration) -> Self {
        Self { grace_ms: saturating_ms(grace), ..self }
    }

    /// Starts a window every `advance`; kept within a millisecond and the size.
    #[must_use]
    pub fn advance_by(self, advance: Duration) -> Self {
        Self { advance_ms: saturating_ms(advance).clamp(1, self.size_ms), ..self }
    }

    /// Returns the length of a window in milliseconds.
    #[must_use]
    pub fn size_ms(&self) -> i64 {
        self.size_ms
    }

    /// Returns the grace period in milliseconds.
    #[must_use]
    pub fn grace_ms(&self) -> i64 {
        self.grace_ms
    }

    /// Returns how long a store must keep a window, in milliseconds: its size and its grace.
    #[must_use]
    pub fn retention_ms(&self) -> i64 {
        self.size_ms.saturating_add(self.grace_ms)
    }

    /// Returns the windows that contain `timestamp`, earliest first.
    ///
    /// `timestamp` is in milliseconds and not negative; the first window starts at zero.
    pub fn windows_for(&self, timestamp: i64) -> impl Iterator<Item = Window> + use<> {
        let Self { size_ms, advance_ms, .. } = *self;
        let first_ms =
            timestamp.saturating_sub(size_ms).saturating_add(advance_ms).max(0) / advance_ms * advance_ms;
        (0..)
            .map_while(move |number: i64| first_ms.checked_add(number.checked_mul(advance_ms)?))
            .take_while(move |start_ms| *start_ms <= timestamp)
            .map(move |start_ms| Window { start_ms, end_ms: start_ms.saturating_add(size_ms) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, prop_assert_eq, proptest};

    use super::*;

    fn starts(windows: TimeWindows, timestamp: i64) -> Vec<i64> {
        windows.windows_for(timestamp).map(|window| window.start_ms).collect()
    }

    #[test]
    fn a_tumbling_window_includes_its_start_and_excludes_its_end() {
        let windows = TimeWindows::of_size(Duration::from_millis(10));
        assert_eq!(starts(windows, 0), [0]);
        assert_eq!(starts(windows, 9), [0]);
        assert_eq!(starts(windows, 10), [10]);
    }

    #[test]
    fn hopping_windows_overlap_and_none_starts_before_zero() {
        let windows = TimeWindows::of_size(Duration::from_millis(10)).advance_by(Duration::from_millis(4));
        assert_eq!(starts(windows, 3), [0]);
        assert_eq!(starts(windows, 11), [4, 8]);
    }

    #[test]
    fn the_last_millisecond_has_windows_too() {
        assert_eq!(TimeWindows::of_size(Duration::from_millis(7)).windows_for(i64::MAX).count(), 1);
    }

    proptest! {
        #[test]
        fn windows_are_exactly_the_aligned_intervals_that_contain_the_timestamp(
            (size, advance) in (1_i64..50).prop_flat_map(|size| (Just(size), 1..=size)),
            timestamp in 0_i64..500,
        ) {
            let windows = TimeWindows::of_size(Duration::from_millis(size.unsigned_abs()))
                .advance_by(Duration::from_millis(advance.unsigned_abs()));
            let expected: Vec<i64> = (0..=timestamp)
                .filter(|start| start % advance == 0 && *start <= timestamp && timestamp < start + size)
                .collect();
            prop_assert_eq!(starts(windows, timestamp), expected);
        }
    }
}
