//! Reads a history from JSON lines, with limits on everything.

use std::io::{self, BufRead, Read};

use crate::event::Event;
use crate::history::{History, HistoryError, Pairing};

/// What a reader accepts.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of one line. Default 16 MiB.
    pub max_line_bytes: usize,
    /// Lines. Default 10 million.
    pub max_events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_line_bytes: 16 << 20, max_events: 10_000_000 }
    }
}

/// Why a history cannot be read. Lines count from 1.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file failed.
    #[error("cannot read line {line}")]
    Io {
        /// The line.
        line: usize,
        /// Why.
        source: io::Error,
    },
    /// A line beyond [`Limits::max_line_bytes`].
    #[error("line {line} is longer than {max} bytes")]
    LineTooLong {
        /// The line.
        line: usize,
        /// The limit.
        max: usize,
    },
    /// More lines than [`Limits::max_events`].
    #[error("more than {max} events")]
    TooManyEvents {
        /// The limit.
        max: usize,
    },
    /// Not an event.
    #[error("line {line} is no event: {source}")]
    Malformed {
        /// The line.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// An event that cannot follow those before it.
    #[error("line {line}: {source}")]
    Inconsistent {
        /// The line.
        line: usize,
        /// What is wrong with it.
        source: HistoryError,
    },
}

/// Reads a history; empty lines are passed over.
///
/// # Errors
/// [`ReadError`] names the line.
pub fn read(mut input: impl BufRead, limits: Limits) -> Result<History, ReadError> {
    let mut pairing = Pairing::default();
    let mut bytes = Vec::new();
    let (mut line, mut events) = (0, 0);
    loop {
        line += 1;
        bytes.clear();
        // One byte more than allowed, to tell a line of exactly that length from a longer one; and its end.
        let bound = u64::try_from(limits.max_line_bytes).unwrap_or(u64::MAX).saturating_add(1);
        let length = input
            .by_ref()
            .take(bound)
            .read_until(b'\n', &mut bytes)
            .map_err(|source| ReadError::Io { line, source })?;
        if length == 0 {
            return Ok(pairing.finish());
        }
        let text = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        if text.len() > limits.max_line_bytes {
            return Err(ReadError::LineTooLong { line, max: limits.max_line_bytes });
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        events += 1;
        if events > limits.max_events {
            return Err(ReadError::TooManyEvents { max: limits.max_events });
        }
        let event: Event =
            serde_json::from_slice(text).map_err(|source| ReadError::Malformed { line, source })?;
        pairing.add(event).map_err(|source| ReadError::Inconsistent { line, source })?;
    }
}

/// Reads a history from text, with the default limits.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str) -> Result<History, ReadError> {
    read(text.as_bytes(), Limits::default())
}
