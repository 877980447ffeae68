//! `benches/RESULTS.md`: the figures of the run, the targets, and the explanation that is kept by hand.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::bench::{Bench, Fact};
use crate::measure::{Bound, Medians, Row};
use crate::peers::Side;
use crate::targets::{Direction, Target};

/// Says for each row where the time goes; a run does not change it.
const EXPLANATION: &str = "benches/EXPLANATION.md";

/// The last line of a run.
pub(crate) fn verdict(targets: &[Target]) -> String {
    let met = targets.iter().filter(|target| target.is_met()).count();
    format!("targets met {met} of {}", targets.len())
}

/// Writes the report.
pub(crate) fn write(bench: &Bench, path: &Path) -> anyhow::Result<()> {
    let explanation = std::fs::read_to_string(EXPLANATION).context(EXPLANATION)?;
    let text = text(bench, &explanation).context("a string takes all that is written")?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn text(bench: &Bench, explanation: &str) -> Result<String, std::fmt::Error> {
    let mut text = String::from("# Results\n\n");
    writeln!(
        text,
        "Written by `make bench`: Tidemill and Apache Kafka 4.3.1 (KRaft, one node, its default settings and heap) on \
         the same machine in the same run, with the same clients. Medians of {} interleaved runs after an untimed one. \
         Compare columns, not runs.\n",
        bench.settings.runs
    )?;
    if !bench.settings.is_full() {
        writeln!(text, "**Not a full run**: some rows, fewer runs or smaller sizes.\n")?;
    }
    writeln!(text, "{}\n\n{}.\n", machine(), verdict(&bench.targets))?;
    throughput(&mut text, &bench.rows)?;
    latency(&mut text, &bench.rows)?;
    facts(&mut text, &bench.facts)?;
    targets(&mut text, &bench.targets)?;
    writeln!(text, "\n{}", explanation.trim_end())?;
    Ok(text)
}

fn throughput(text: &mut String, rows: &[Row]) -> std::fmt::Result {
    writeln!(
        text,
        "## Throughput and broker CPU\n\nMB/s of records' values. CPU: seconds of the broker for each GB. Cores: what the \
         clients kept busy. Memory: resident, of a broker that has run all rows before. Bound: what the row is limited by.\n\n\
         | row | client | MB/s | Kafka | ratio | CPU | Kafka | ratio | cores | Kafka | MB | Kafka | bound |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|"
    )?;
    for row in rows {
        let (ours, theirs) = (row.medians(Side::Tidemill), row.medians(Side::Kafka));
        writeln!(
            text,
            "| {}: {} | {} | {:.0} | {:.0} | {:.2} | {:.3} | {:.3} | {:.2} | {:.2} | {:.2} | {:.0} | {:.0} | {} |",
            row.group,
            row.name,
            row.client,
            ours.megabytes_per_second,
            theirs.megabytes_per_second,
            ours.records_per_second / theirs.records_per_second,
            ours.cpu_per_gigabyte,
            theirs.cpu_per_gigabyte,
            ours.cpu_per_gigabyte / theirs.cpu_per_gigabyte,
            ours.client_cores,
            theirs.client_cores,
            ours.resident_bytes / 1e6,
            theirs.resident_bytes / 1e6,
            match row.bound() {
                Bound::Client => "client",
                Bound::Broker => "broker",
                Bound::Pace => "rate",
            }
        )?;
    }
    Ok(())
}

fn latency(text: &mut String, rows: &[Row]) -> std::fmt::Result {
    writeln!(
        text,
        "\n## Latency\n\nMilliseconds. A client that sends as fast as it can (`produce`) measures its own queue: those have \
         no target.\n\n| row | p50 | p99 | p99.9 | Kafka p50 | p99 | p99.9 | p99 ratio |\n|---|---|---|---|---|---|---|---|"
    )?;
    for row in rows {
        let (ours, theirs) = (row.medians(Side::Tidemill), row.medians(Side::Kafka));
        let (Some(p99), Some(their_p99)) = (ours.p99_ms, theirs.p99_ms) else { continue };
        let columns = |medians: Medians| {
            let value = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
            format!("{} | {} | {}", value(medians.p50_ms), value(medians.p99_ms), value(medians.p999_ms))
        };
        let ratio = p99 / their_p99;
        writeln!(
            text,
            "| {}: {} | {} | {} | {ratio:.2} |",
            row.group,
            row.name,
            columns(ours),
            columns(theirs)
        )?;
    }
    Ok(())
}

fn facts(text: &mut String, facts: &[Fact]) -> std::fmt::Result {
    writeln!(
        text,
        "\n## Start, memory, many partitions and connections, the native client\n\nThe peer of `native` is librdkafka, of \
         all others Kafka.\n\n| figure | Tidemill | peer | ratio |\n|---|---|---|---|"
    )?;
    for fact in facts {
        let Fact { group, name, tidemill, kafka } = fact;
        let peer = kafka.map_or("-".to_owned(), |kafka| format!("{kafka:.3}"));
        let ratio = kafka.map_or("-".to_owned(), |kafka| format!("{:.3}", tidemill / kafka));
        writeln!(text, "| {group}: {name} | {tidemill:.3} | {peer} | {ratio} |")?;
    }
    Ok(())
}

fn targets(text: &mut String, targets: &[Target]) -> std::fmt::Result {
    writeln!(text, "\n## Targets\n\n| row | what | bound | measured | met |\n|---|---|---|---|---|")?;
    for target in targets {
        let sign = match target.limit.direction {
            Direction::AtMost => "<=",
            Direction::AtLeast => ">=",
        };
        let measured = target.measured.map_or("failed".to_owned(), |measured| format!("{measured:.3}"));
        let met = if target.is_met() { "yes" } else { "**no**" };
        let Target { row, limit, .. } = target;
        writeln!(text, "| {row} | {} | {sign} {:.3} | {measured} | {met} |", limit.what, limit.value)?;
    }
    Ok(())
}

/// Commit and machine.
fn machine() -> String {
    let commit = Command::new("git").args(["describe", "--always", "--dirty"]).output();
    let commit = commit.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let read = |path: &str, key: &str| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_once(':').map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "Commit {}; {cores} cores ({}), {} of memory, Linux {}.",
        commit.unwrap_or_default(),
        read("/proc/cpuinfo", "model name"),
        read("/proc/meminfo", "MemTotal"),
        kernel.trim()
    )
}
