//! Limits of the work in the background: compaction and the scrub. Read again before every round, since all of it
//! may be altered while the broker runs.

use std::time::Duration;

use super::error::ConfigError;
use super::layers::BrokerLayers;

/// The cleaner, which compacts logs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CleanerConfig {
    /// `log.cleaner.enable`: whether anything is compacted; default true.
    pub(crate) enabled: bool,
    /// `log.cleaner.threads`, read at the start; default 1.
    pub(crate) threads: usize,
    /// `log.cleaner.dedupe.buffer.size`: bytes of the key maps of all threads; default 128 MiB.
    pub(crate) dedupe_buffer_bytes: usize,
    /// `log.cleaner.io.buffer.load.factor`: share of a key map that may be taken; default 0.9.
    pub(crate) load_factor: f64,
    /// `log.cleaner.io.buffer.size`: bytes of the I/O buffers of all threads; default 512 KiB.
    pub(crate) io_buffer_bytes: usize,
    /// `log.cleaner.io.max.bytes.per.second`: reads and writes of all threads; default unlimited.
    pub(crate) bytes_per_second: f64,
    /// `log.cleaner.backoff.ms`: rest when nothing is to be compacted; default 15 s.
    pub(crate) backoff: Duration,
}

/// The scrub, which reads closed segments again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ScrubConfig {
    /// `log.scrub.interval.ms`, a key of this broker only: time between two walks; `None` (0) is never. Default 7
    /// days.
    pub(crate) interval: Option<Duration>,
    /// `log.scrub.io.max.bytes.per.second`, a key of this broker only; default 8 MiB.
    pub(crate) bytes_per_second: f64,
}

impl CleanerConfig {
    pub(crate) fn new(layers: BrokerLayers<'_>) -> Result<Self, ConfigError> {
        Ok(Self {
            enabled: layers.boolean("log.cleaner.enable")?,
            threads: layers.integer("log.cleaner.threads")?,
            dedupe_buffer_bytes: layers.integer("log.cleaner.dedupe.buffer.size")?,
            load_factor: layers.decimal("log.cleaner.io.buffer.load.factor")?,
            io_buffer_bytes: layers.integer("log.cleaner.io.buffer.size")?,
            bytes_per_second: layers.decimal("log.cleaner.io.max.bytes.per.second")?,
            backoff: Duration::from_millis(layers.integer("log.cleaner.backoff.ms")?),
        })
    }
}

impl ScrubConfig {
    pub(crate) fn new(layers: BrokerLayers<'_>) -> Result<Self, ConfigError> {
        let interval = Duration::from_millis(layers.integer("log.scrub.interval.ms")?);
        Ok(Self {
            interval: (interval > Duration::ZERO).then_some(interval),
            bytes_per_second: layers.decimal("log.scrub.io.max.bytes.per.second")?,
        })
    }
}
