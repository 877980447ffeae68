//! A window of event time and a key within one.

use std::fmt;
use std::time::Duration;

/// An interval of event time, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Window {
    /// The first millisecond inside.
    pub start_ms: i64,
    /// The first millisecond after a time window.
    pub end_ms: i64,
}

/// A key and the window it was aggregated in: the key of a windowed table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Windowed<K> {
    /// The key that was grouped by.
    pub key: K,
    /// The window.
    pub window: Window,
}

/// Prints as Kafka's `Windowed` does: `[key@start/end]`.
impl<K: fmt::Display> fmt::Display for Windowed<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{}@{}/{}]", self.key, self.window.start_ms, self.window.end_ms)
    }
}

/// Returns a duration in whole milliseconds; one that does not fit is for ever.
pub(crate) fn saturating_ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
