//! The report: best of each side, and the ratio between the sides.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use crate::workload::Measured;

/// One measured run.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) kind: String,
    pub(crate) size_bytes: usize,
    pub(crate) acks: String,
    pub(crate) client: &'static str,
    pub(crate) measured: Measured,
    /// CPU seconds that the broker spent on it.
    pub(crate) broker_cpu: f64,
}

/// Start, rest, stop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    pub(crate) first_start: Duration,
    pub(crate) idle_bytes: u64,
    pub(crate) loaded_bytes: u64,
    pub(crate) stop: Duration,
    pub(crate) restart: Duration,
}

/// Everything measured in one run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    pub(crate) life: Option<Life>,
}

impl Row {
    fn bytes(&self) -> f64 {
        self.measured.records as f64 * self.size_bytes as f64
    }

    fn megabytes_per_second(&self) -> f64 {
        self.bytes() / 1e6 / self.measured.seconds
    }

    /// Microseconds of the client's user CPU for each record.
    fn user_micros(&self) -> f64 {
        self.measured.user_seconds * 1e6 / self.measured.records as f64
    }

    fn cpu_micros(&self) -> f64 {
        (self.measured.user_seconds + self.measured.system_seconds) * 1e6 / self.measured.records as f64
    }

    fn broker_seconds_per_gigabyte(&self) -> f64 {
        self.broker_cpu / (self.bytes() / 1e9)
    }
}

impl Report {
    pub(crate) fn add(&mut self, row: Row) {
        eprintln!(
            "  {:.0} MB/s, client {:.3} µs/record (user {:.3}), broker {:.2} CPU s/GB",
            row.megabytes_per_second(),
            row.cpu_micros(),
            row.user_micros(),
            row.broker_seconds_per_gigabyte()
        );
        self.rows.push(row);
    }

    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        std::fs::write(path, self.text()?).with_context(|| format!("cannot write {}", path.display()))
    }

    fn text(&self) -> anyhow::Result<String> {
        let mut text = String::from(
            "# Results\n\nWritten by `make bench`. Figures of one run on one shared machine: compare columns, not runs. Each side\n\
             is the best of three, alternating. The broker runs with `log.flush.before.ack=all`.\n\n",
        );
        writeln!(text, "Commit {}, {} cores, librdkafka of the system's package.\n", commit()?, cores())?;
        writeln!(
            text,
            "| work | record | acks | client | MB/s | client CPU µs/record | of it user | broker CPU s/GB |"
        )?;
        writeln!(text, "|---|---|---|---|---|---|---|---|")?;
        for best in self.best() {
            writeln!(
                text,
                "| {} | {} B | {} | {} | {:.0} | {:.3} | {:.3} | {:.2} |",
                best.kind,
                best.size_bytes,
                if best.kind == "consume" { "-" } else { &best.acks },
                best.client,
                best.megabytes_per_second(),
                best.cpu_micros(),
                best.user_micros(),
                best.broker_seconds_per_gigabyte()
            )?;
        }
        if let Some(life) = &self.life {
            writeln!(text, "\n| broker | |\n|---|---|")?;
            writeln!(text, "| first start to READY | {} ms |", life.first_start.as_millis())?;
            writeln!(
                text,
                "| restart after a clean stop, 1,000,000 records | {} ms |",
                life.restart.as_millis()
            )?;
            writeln!(text, "| graceful stop under the same | {} ms |", life.stop.as_millis())?;
            writeln!(text, "| resident memory, idle | {:.1} MB |", life.idle_bytes as f64 / 1e6)?;
            writeln!(
                text,
                "| resident memory after 1,000,000 records | {:.1} MB |",
                life.loaded_bytes as f64 / 1e6
            )?;
        }
        Ok(text)
    }

    /// The fastest run of each client for each piece of work, in the order of measuring.
    fn best(&self) -> Vec<&Row> {
        let mut best: Vec<&Row> = Vec::new();
        for row in &self.rows {
            let same = |other: &&mut &Row| {
                (&other.kind, other.size_bytes, &other.acks, other.client)
                    == (&row.kind, row.size_bytes, &row.acks, row.client)
            };
            match best.iter_mut().find(same) {
                Some(found) if row.measured.seconds < found.measured.seconds => *found = row,
                Some(_) => {}
                None => best.push(row),
            }
        }
        best
    }
}

fn commit() -> anyhow::Result<String> {
    let output = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
