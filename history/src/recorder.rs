//! Writes events as they happen.

use std::io::{self, Write};

use crate::event::Event;

/// Numbers events and writes them, a line each. Share it behind a lock: the order of the lines is the order of time.
#[derive(Debug)]
pub struct Recorder<W> {
    output: W,
    next_index: u64,
    last_time_ns: u64,
}

impl<W: Write> Recorder<W> {
    /// A recorder at the start of a history.
    pub fn new(output: W) -> Self {
        Self { output, next_index: 0, last_time_ns: 0 }
    }

    /// Writes `event` with the next number; `time_ns` counts from the start of the history.
    ///
    /// # Errors
    /// The output's.
    pub fn record(&mut self, time_ns: u64, mut event: Event) -> io::Result<()> {
        event.index = self.next_index;
        self.next_index += 1;
        self.last_time_ns = self.last_time_ns.max(time_ns);
        event.time_ns = self.last_time_ns;
        serde_json::to_writer(&mut self.output, &event)?;
        self.output.write_all(b"\n")
    }

    /// Ends the history and hands back what it was written to.
    ///
    /// # Errors
    /// The output's, when flushing.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }
}
