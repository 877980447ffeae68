//! The neutral clients: librdkafka's performance program, Kafka's own perf tools, a reader that discards.
//!
//! Each run is one process or several at once, with a limit in time; what a client reports of itself is read from its
//! output, its CPU time from the kernel.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::clock;

/// No run takes that long unless something hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// Where the programs are.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    /// `rdkafka_performance`, built from Debian's copy of the source.
    pub(crate) performance: PathBuf,
    /// `benches/librdkafka.c`.
    pub(crate) librdkafka: PathBuf,
    /// This program.
    pub(crate) native: PathBuf,
    /// Where outputs are kept while a client runs.
    pub(crate) scratch: PathBuf,
}

/// What a client tells of its run; also the line that our own clients print.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Ran {
    pub(crate) records: u64,
    #[serde(default)]
    pub(crate) failed: u64,
    pub(crate) seconds: f64,
    #[serde(default)]
    pub(crate) user_seconds: f64,
    #[serde(default)]
    pub(crate) system_seconds: f64,
    #[serde(default)]
    pub(crate) p50_ms: Option<f64>,
    #[serde(default)]
    pub(crate) p99_ms: Option<f64>,
    #[serde(default)]
    pub(crate) p999_ms: Option<f64>,
}

/// What is produced.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load<'a> {
    pub(crate) address: &'a str,
    pub(crate) topic: &'a str,
    pub(crate) partitions: u32,
    pub(crate) records: u64,
    pub(crate) record_bytes: usize,
    pub(crate) acks: &'a str,
    pub(crate) codec: &'a str,
}

impl Programs {
    /// Produces with `rdkafka_performance`, as fast as its queue takes records.
    pub(crate) fn produce(&self, load: Load<'_>) -> anyhow::Result<Ran> {
        let mut command = Command::new(&self.performance);
        command.args(["-P", "-q", "-t", load.topic, "-b", load.address, "-a", load.acks, "-z", load.codec]);
        // librdkafka's default; the program's own second would be added to each run.
        command.args(["-X", "linger.ms=5"]);
        command.args(["-c", &load.records.to_string(), "-s", &load.record_bytes.to_string()]);
        if load.partitions == 1 {
            command.args(["-p", "0"]);
        }
        summary(&self.run_one(command)?)
    }

    /// Reads the first `records` with `readers` processes of `rdkafka_performance`, each all of them.
    pub(crate) fn consume(&self, load: Load<'_>, readers: usize) -> anyhow::Result<Ran> {
        let command = || {
            let mut command = Command::new(&self.performance);
            command.args(["-C", "-q", "-t", load.topic, "-b", load.address, "-o", "beginning"]);
            command.args(["-c", &load.records.to_string()]);
            for partition in 0..load.partitions {
                command.args(["-p", &partition.to_string()]);
            }
            command
        };
        let outputs = self.run((0..readers).map(|_| command()).collect())?;
        together(outputs.iter().map(|output| summary(output)))
    }

    /// Reads partition 0 `passes` times with `readers` processes that throw the records away.
    pub(crate) fn drain(&self, load: Load<'_>, readers: usize, passes: u32) -> anyhow::Result<Ran> {
        let command = || {
            let mut command = Command::new(&self.native);
            command.args(["drain", load.address, load.topic, &load.records.to_string(), &passes.to_string()]);
            command
        };
        let outputs = self.run((0..readers).map(|_| command()).collect())?;
        together(outputs.iter().map(|output| json(output)))
    }

    /// Produces with Kafka's `ProducerPerformance`, random letters.
    pub(crate) fn java_produce(&self, load: Load<'_>) -> anyhow::Result<Ran> {
        let mut command = tool("ProducerPerformance");
        command.args(["--topic", load.topic, "--bootstrap-server", load.address, "--throughput", "-1"]);
        command.args(["--num-records", &load.records.to_string()]);
        command.args(["--record-size", &load.record_bytes.to_string(), "--command-property"]);
        command.arg(format!("acks={}", load.acks)).arg(format!("compression.type={}", load.codec));
        let output = self.run_one(command)?;
        let line = output.lines().rfind(|line| line.contains("99.9th")).context("no last line")?;
        let number = |before: &str| -> anyhow::Result<f64> {
            let text = line.split(before).next().and_then(|head| head.split([' ', '(']).next_back());
            text.context("shorter than expected")?.parse().with_context(|| line.to_owned())
        };
        let records = number(" records sent")?;
        Ok(Ran {
            records: load.records,
            seconds: records / number(" records/sec")?,
            p50_ms: Some(number(" ms 50th")?),
            p99_ms: Some(number(" ms 99th")?),
            p999_ms: Some(number(" ms 99.9th")?),
            ..Ran::default()
        })
    }

    /// Reads with Kafka's `ConsumerPerformance`; the time in which the group forms does not count.
    pub(crate) fn java_consume(&self, load: Load<'_>) -> anyhow::Result<Ran> {
        let mut command = tool("ConsumerPerformance");
        command.args(["--topic", load.topic, "--bootstrap-server", load.address, "--hide-header"]);
        command.args(["--num-records", &load.records.to_string(), "--timeout", "60000"]);
        let output = self.run_one(command)?;
        let columns: Vec<&str> = output.lines().last().unwrap_or_default().split(", ").collect();
        let [_, _, _, _, records, _, _, fetch_ms, ..] = columns.as_slice() else {
            bail!("ConsumerPerformance printed {output:?}");
        };
        let fetch_ms: f64 = fetch_ms.parse()?;
        Ok(Ran { records: records.parse()?, seconds: fetch_ms / 1e3, ..Ran::default() })
    }

    /// `benches/librdkafka.c` or, with `native`, the same work by the native client.
    pub(crate) fn work(&self, program: &Path, kind: &str, load: Load<'_>) -> anyhow::Result<Ran> {
        let mut command = Command::new(program);
        command.args([kind, load.address, load.topic, &load.records.to_string()]);
        command.args([&load.record_bytes.to_string(), load.acks]);
        json(&self.run_one(command)?)
    }

    /// `sendfile` of a file over the loopback interface.
    pub(crate) fn send_file(&self, path: &Path, passes: u32, send_buffer: u32) -> anyhow::Result<Ran> {
        let mut command = Command::new(&self.native);
        command.arg("sendfile").arg(path).args([passes.to_string(), send_buffer.to_string()]);
        json(&self.run_one(command)?)
    }

    fn run_one(&self, command: Command) -> anyhow::Result<String> {
        self.run(vec![command])?.pop().context("one output")
    }

    /// Runs processes at the same time; returns what each printed.
    fn run(&self, commands: Vec<Command>) -> anyhow::Result<Vec<String>> {
        let mut running = Vec::new();
        for (index, mut command) in commands.into_iter().enumerate() {
            let path = self.scratch.join(format!("output-{index}"));
            let file = OpenOptions::new().create(true).write(true).truncate(true).open(&path)?;
            command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
            let child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
            running.push(Running { child, path, what: format!("{command:?}") });
        }
        let deadline = clock::now() + LIMIT;
        running.iter_mut().map(|one| one.output(deadline.saturating_duration_since(clock::now()))).collect()
    }
}

/// A process whose output goes to a file, so that it never waits for its reader.
struct Running {
    child: Child,
    path: PathBuf,
    what: String,
}

impl Running {
    fn output(&mut self, limit: Duration) -> anyhow::Result<String> {
        let status = clock::until(limit, Duration::from_millis(3), || Ok(self.child.try_wait()?))
            .with_context(|| self.what.clone())?;
        let text = std::fs::read_to_string(&self.path)?;
        if !status.success() {
            let tail: Vec<&str> = text.lines().rev().take(5).collect();
            bail!("{} ended with {status}: {}", self.what, tail.join(" | "));
        }
        Ok(text)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already, unless an error came in between.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn tool(class: &str) -> Command {
    let mut command = Command::new("scripts/kafka");
    command.arg("tool").arg(format!("org.apache.kafka.tools.{class}"));
    command
}

/// The last line of `rdkafka_performance`: `% N messages … in T ms: …`.
fn summary(output: &str) -> anyhow::Result<Ran> {
    let parsed = output.lines().rev().find_map(|line| {
        let (head, rest) = line.strip_prefix("% ")?.split_once(" messages ")?;
        let (before, _) = rest.split_once("ms: ")?;
        let milliseconds: f64 = before.rsplit_once(" in ")?.1.parse().ok()?;
        Some((head.parse().ok()?, milliseconds))
    });
    let (records, milliseconds): (u64, f64) =
        parsed.with_context(|| format!("rdkafka_performance printed {output:?}"))?;
    Ok(Ran { records, seconds: milliseconds / 1e3, ..Ran::default() })
}

/// The last line of our own programs.
fn json(output: &str) -> anyhow::Result<Ran> {
    let line = output.lines().last().unwrap_or_default();
    serde_json::from_str(line).with_context(|| format!("printed {output:?}"))
}

/// Runs that happened at the same time, as one: all records, the longest time.
fn together(runs: impl Iterator<Item = anyhow::Result<Ran>>) -> anyhow::Result<Ran> {
    let mut all = Ran::default();
    for run in runs {
        let run = run?;
        all.records += run.records;
        all.seconds = all.seconds.max(run.seconds);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_the_performance_program_is_read() {
        let produced = "% Sending 5 messages of size 100 bytes\n% 5 messages produced (500 bytes), 5 delivered \
                        (offset 4, 0 failed) in 250ms: 20 msgs/s and 0.00 MB/s, 0 produce failures, 0 in queue, no compression\n";
        let ran = summary(produced).unwrap();
        assert_eq!((ran.records, ran.seconds), (5, 0.25));
        let consumed = "% 7 messages (700 bytes) consumed in 1500ms: 4 msgs/s (0.00 MB/s)\n\
                        % Average application fetch latency: 3us\n";
        let ran = summary(consumed).unwrap();
        assert_eq!((ran.records, ran.seconds), (7, 1.5));
        assert!(summary("% ERROR CALLBACK").is_err());
    }

    #[test]
    fn readers_at_the_same_time_share_their_longest_time() {
        let run = |records, seconds| Ok(Ran { records, seconds, ..Ran::default() });
        let all = together([run(3, 1.0), run(4, 2.0)].into_iter()).unwrap();
        assert_eq!((all.records, all.seconds), (7, 2.0));
    }
}
