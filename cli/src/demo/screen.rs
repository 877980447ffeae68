//! What the demo shows while it runs: a table that redraws itself on a terminal, now and then a line elsewhere.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use crossterm::cursor::{Hide, MoveToColumn, MoveUp, Show};
use crossterm::queue;
use crossterm::terminal::{self, Clear, ClearType};

use super::batch::{Departures, Window};
use super::results::Results;
use crate::output::thousands;

/// Rows of the table, on a terminal that is high enough.
const ROWS: usize = 10;
/// Lines that are not rows of the table.
const OTHER_LINES: usize = 6;
/// Time between two drawings of the table.
const DRAW_INTERVAL: Duration = Duration::from_millis(100);
/// Time between two lines where nothing can be redrawn.
const LINE_INTERVAL: Duration = Duration::from_secs(2);

/// How far the demo is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    pub(super) total: u64,
    pub(super) produced: u64,
    pub(super) elapsed: Duration,
}

/// Draws to stdout.
#[derive(Debug)]
pub(super) struct Screen {
    is_terminal: bool,
    last: Option<Duration>,
    /// Lines on the screen that the next drawing replaces.
    drawn_lines: u16,
}

impl Screen {
    pub(super) fn new() -> Self {
        Self { is_terminal: io::stdout().is_terminal(), last: None, drawn_lines: 0 }
    }

    /// Draws if it is time to.
    pub(super) fn show(&mut self, progress: Progress, results: &Results) -> anyhow::Result<()> {
        let interval = if self.is_terminal { DRAW_INTERVAL } else { LINE_INTERVAL };
        if self.last.is_some_and(|last| progress.elapsed < last + interval) {
            return Ok(());
        }
        self.last = Some(progress.elapsed);
        if self.is_terminal {
            self.draw(progress, results)
        } else {
            Ok(crate::output::write(&line(progress, results))?)
        }
    }

    /// Draws the end and gives the terminal back.
    pub(super) fn finish(mut self, progress: Progress, results: &Results) -> anyhow::Result<()> {
        if self.is_terminal {
            self.draw(progress, results)
        } else {
            crate::output::write(&line(progress, results))
        }
    }

    fn draw(&mut self, progress: Progress, results: &Results) -> anyhow::Result<()> {
        let (width, height) = terminal::size().unwrap_or((80, 24));
        let rows = ROWS.min(usize::from(height).saturating_sub(OTHER_LINES + 1));
        let text = picture(progress, results, rows);
        let mut out = io::stdout().lock();
        queue!(out, Hide, MoveToColumn(0))?;
        if self.drawn_lines > 0 {
            queue!(out, MoveUp(self.drawn_lines))?;
        }
        queue!(out, Clear(ClearType::FromCursorDown))?;
        for line in text.lines() {
            // A line that wraps would break the count of lines to go up.
            let line: String = line.chars().take(usize::from(width).saturating_sub(1)).collect();
            writeln!(out, "{line}")?;
        }
        out.flush()?;
        self.drawn_lines = u16::try_from(text.lines().count()).unwrap_or(u16::MAX);
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.is_terminal {
            let mut out = io::stdout().lock();
            // A terminal that went away needs no cursor.
            drop(queue!(out, Show).and_then(|()| out.flush()));
        }
    }
}

/// Flights a second; whole ones.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a rate for people"
)]
pub(super) fn rate(flights: u64, elapsed: Duration) -> u64 {
    (flights as f64 / elapsed.as_secs_f64().max(0.001)) as u64
}

fn line(progress: Progress, results: &Results) -> String {
    let Progress { total, produced, elapsed } = progress;
    let processed = results.scheduled();
    format!(
        "{:>5.1} s: produced {} and processed {} of {} flights, {} windows, {} flights a second\n",
        elapsed.as_secs_f64(),
        thousands(produced),
        thousands(processed),
        thousands(total),
        thousands(results.windows().len() as u64),
        thousands(rate(processed, elapsed))
    )
}

fn picture(progress: Progress, results: &Results, rows: usize) -> String {
    let Progress { total, produced, elapsed } = progress;
    let processed = results.scheduled();
    let mut text = String::new();
    for (name, count) in [("produced", produced), ("processed", processed)] {
        let rate = thousands(rate(count, elapsed));
        let count = format!("{} of {} flights", thousands(count), thousands(total));
        text += &format!("  {name:<12}{count:<32}{rate:>10} a second\n");
    }
    let windows = thousands(results.windows().len() as u64);
    text += &format!("  {:<12}{windows} in RocksDB, {:.1} s\n\n", "windows", elapsed.as_secs_f64());
    text += &format!(
        "  {:<22}{:<9}{:>10}{:>11}{:>13}\n",
        "HOUR (UTC)", "AIRPORT", "SCHEDULED", "DEPARTED", "MEAN DELAY"
    );
    for (window, departures) in results.windows().iter().rev().take(rows) {
        text += &row(window, departures);
    }
    text
}

fn row(window: &Window, departures: &Departures) -> String {
    let delay = match departures.total_delay.checked_div(departures.departed) {
        Some(minutes) => format!("{minutes} min"),
        None => "-".to_owned(),
    };
    let Departures { scheduled, departed, .. } = departures;
    format!("  {:<22}{:<9}{scheduled:>10}{departed:>11}{delay:>13}\n", window.hour, window.airport)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results() -> Results {
        let mut results = Results::default();
        for (airport, hour) in
            [("EWR", 1_357_034_400_000_i64), ("JFK", 1_357_034_400_000), ("LGA", 1_357_038_000_000)]
        {
            let key = [airport.as_bytes(), &hour.to_be_bytes()].concat();
            results.add(Some(&key), Some(br#"{"scheduled":3,"departed":2,"delay_minutes":-9}"#)).unwrap();
        }
        results
    }

    const PROGRESS: Progress = Progress { total: 27_004, produced: 12_000, elapsed: Duration::from_secs(2) };

    #[test]
    fn the_picture_shows_the_newest_hours_first() {
        let expected = "  \
  produced    12,000 of 27,004 flights             6,000 a second
  processed   9 of 27,004 flights                      4 a second
  windows     3 in RocksDB, 2.0 s

  HOUR (UTC)            AIRPORT   SCHEDULED   DEPARTED   MEAN DELAY
  2013-01-01T11:00:00Z  LGA               3          2       -4 min
  2013-01-01T10:00:00Z  JFK               3          2       -4 min
";
        assert_eq!(picture(PROGRESS, &results(), 2), expected);
    }

    #[test]
    fn without_a_terminal_a_line_says_the_same() {
        let expected =
            "  2.0 s: produced 12,000 and processed 9 of 27,004 flights, 3 windows, 4 flights a second\n";
        assert_eq!(line(PROGRESS, &results()), expected);
    }

    #[test]
    fn an_hour_without_departures_has_no_mean() {
        let window = Window { hour: "h".to_owned(), airport: "EWR".to_owned() };
        let departures = Departures { scheduled: 1, departed: 0, total_delay: 0 };
        assert!(row(&window, &departures).trim_end().ends_with('-'));
    }
}
