//! The state of a run: settings, programs, what was measured so far.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use regex::Regex;
use tidemill_client::{Admin, AdminConfig, BlockingAdmin, NewTopic};

use crate::clients::{Load, Programs};
use crate::clock;
use crate::measure::{Kind, Medians, Row, Sample};
use crate::peers::{Durability, Pair, Peer, Side};
use crate::targets::{Limit, Target, of_row};

/// Free disk that a full run needs: some rounds of a gigabyte at both sides.
const DISK_BYTES: u64 = 15_000_000_000;
/// How long deleted segments may stay.
const DELETED: Duration = Duration::from_secs(30);

/// How much is measured; from the environment.
#[derive(Debug)]
pub(crate) struct Settings {
    /// `BENCH_ROWS`: rows whose `group/name` matches; all by default.
    rows: Regex,
    /// `BENCH_RUNS`: timed runs of each side in each row; 5 by default.
    pub(crate) runs: usize,
    /// `BENCH_SCALE`: shorter runs for development; 1 by default.
    scale: f64,
}

impl Settings {
    pub(crate) fn from_environment() -> anyhow::Result<Self> {
        let value = |name: &str| std::env::var(name).ok();
        Ok(Self {
            rows: Regex::new(&value("BENCH_ROWS").unwrap_or_default()).context("BENCH_ROWS")?,
            runs: value("BENCH_RUNS").map_or(Ok(5), |text| text.parse()).context("BENCH_RUNS")?,
            scale: value("BENCH_SCALE").map_or(Ok(1.0), |text| text.parse()).context("BENCH_SCALE")?,
        })
    }

    /// A number of records, scaled; at least 1,000.
    pub(crate) fn records(&self, full: u64) -> u64 {
        ((full as f64 * self.scale) as u64).max(1_000)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows.as_str().is_empty() && self.runs >= 5 && self.scale >= 1.0
    }
}

/// A value outside of the rows: of both sides, or of one.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub(crate) group: &'static str,
    pub(crate) name: String,
    pub(crate) tidemill: f64,
    pub(crate) kafka: Option<f64>,
}

/// A run of the benchmark.
pub(crate) struct Bench {
    pub(crate) settings: Settings,
    pub(crate) programs: Programs,
    scratch: PathBuf,
    pub(crate) rows: Vec<Row>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) targets: Vec<Target>,
}

/// What is compared in one row.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) group: &'static str,
    pub(crate) name: String,
    pub(crate) client: &'static str,
    pub(crate) kind: Kind,
    pub(crate) record_bytes: usize,
}

impl Bench {
    pub(crate) fn new(settings: Settings, programs: Programs) -> anyhow::Result<Self> {
        let scratch = programs.scratch.clone();
        let free = rustix::fs::statvfs(&scratch)?;
        let free = free.f_bavail * free.f_frsize;
        let needed = (DISK_BYTES as f64 * settings.scale) as u64;
        ensure!(free >= needed, "{} has {free} bytes free, {needed} are needed", scratch.display());
        Ok(Self { settings, programs, scratch, rows: Vec::new(), facts: Vec::new(), targets: Vec::new() })
    }

    /// Whether a row is wanted.
    pub(crate) fn wants(&self, group: &str, name: &str) -> bool {
        self.settings.rows.is_match(&format!("{group}/{name}"))
    }

    /// Measures the cases of each durability on a pair of its own; one of which nothing is wanted starts none.
    pub(crate) fn at_each_durability<C>(
        &mut self,
        durabilities: [(Durability, &[C]); 2],
        is_wanted: impl Fn(&Self, &C) -> bool,
        measure: impl Fn(&mut Self, &Pair, &C),
    ) -> anyhow::Result<()> {
        for (durability, cases) in durabilities {
            if cases.iter().any(|case| is_wanted(self, case)) {
                let pair = self.warm_pair(durability)?;
                cases.iter().for_each(|case| measure(self, &pair, case));
                pair.discard()?;
            }
        }
        Ok(())
    }

    /// Starts both brokers and lets both do some work of each kind: the first records of a JVM are compiled late.
    pub(crate) fn warm_pair(&self, durability: Durability) -> anyhow::Result<Pair> {
        progress("starting both brokers");
        let pair = Pair::start(&self.scratch, durability)?;
        for side in Side::BOTH {
            let peer = pair.get(side);
            let address = peer.address();
            for (topic, record_bytes, records) in [("warm-1", 1_024, 400_000), ("warm-2", 100, 2_000_000)] {
                let records = self.settings.records(records);
                let load = Load { record_bytes, records, ..Load::new(&address, topic) };
                create_topic(peer, topic, 1)?;
                self.programs.produce(load)?;
                self.programs.consume(load, 1)?;
                delete_topic(peer, topic)?;
            }
        }
        Ok(pair)
    }

    /// Where a group may put a broker of its own.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.scratch.join(name)
    }

    /// Measures a row in interleaved runs; the first round of both sides does not count.
    ///
    /// A row that fails misses a target and does not keep the others from being measured.
    pub(crate) fn compare(
        &mut self,
        pair: &Pair,
        plan: Plan,
        mut run: impl FnMut(&Programs, &Peer) -> anyhow::Result<Sample>,
    ) {
        if !self.wants(plan.group, &plan.name) {
            return;
        }
        let Plan { group, name, client, kind, record_bytes } = plan;
        let (tidemill, kafka) = (Vec::new(), Vec::new());
        let mut row = Row { group, name, client, kind, record_bytes, tidemill, kafka };
        for round in 0..=self.settings.runs {
            for side in Side::BOTH {
                let sample = match run(&self.programs, pair.get(side)) {
                    Ok(sample) => sample,
                    Err(error) => {
                        let what = format!("{group}/{}: {}", row.name, side.name());
                        return self.failed(&what, &error);
                    }
                };
                match side {
                    _ if round == 0 => {}
                    Side::Tidemill => row.tidemill.push(sample),
                    Side::Kafka => row.kafka.push(sample),
                }
            }
        }
        let line = |medians: Medians| {
            let p99 = medians.p99_ms.map_or(String::new(), |p99| format!(", p99 {p99:.1} ms"));
            format!(
                "{:.0} MB/s, {:.2} CPU s/GB, clients {:.2} cores{p99}",
                medians.megabytes_per_second, medians.cpu_per_gigabyte, medians.client_cores
            )
        };
        let (ours, theirs) = (line(row.medians(Side::Tidemill)), line(row.medians(Side::Kafka)));
        progress(&format!("{group}/{}: tidemill {ours}; kafka {theirs}", row.name));
        self.targets.extend(of_row(&row));
        self.rows.push(row);
    }

    /// Notes a value of both sides, and the target of their ratio.
    pub(crate) fn fact(&mut self, group: &'static str, name: &str, values: [f64; 2], limit: Option<Limit>) {
        let [tidemill, kafka] = values;
        progress(&format!("{group}/{name}: tidemill {tidemill:.3}, kafka {kafka:.3}"));
        self.facts.push(Fact { group, name: name.to_owned(), tidemill, kafka: Some(kafka) });
        self.targets
            .extend(limit.map(|limit| Target::new(format!("{group}/{name}"), limit, tidemill / kafka)));
    }

    /// Notes a value of Tidemill's, or of the machine.
    pub(crate) fn alone(&mut self, group: &'static str, name: &str, value: f64) {
        progress(&format!("{group}/{name}: {value:.3}"));
        self.facts.push(Fact { group, name: name.to_owned(), tidemill: value, kafka: None });
    }

    /// Holds a value of Tidemill's against an absolute bound.
    pub(crate) fn hold(&mut self, group: &'static str, name: &str, value: f64, limit: Limit) {
        self.targets.push(Target::new(format!("{group}/{name}"), limit, value));
    }

    /// Notes that something could not be measured.
    pub(crate) fn failed(&mut self, row: &str, error: &anyhow::Error) {
        progress(&format!("{row}: FAILED: {error:#}"));
        let limit =
            Limit { what: "measured at all", direction: crate::targets::Direction::AtLeast, value: 1.0 };
        self.targets.push(Target { row: row.to_owned(), limit, measured: None });
    }
}

impl<'a> Load<'a> {
    /// One partition, acks=all, no codec; sizes to be filled in.
    pub(crate) fn new(address: &'a str, topic: &'a str) -> Self {
        Self { address, topic, partitions: 1, records: 0, record_bytes: 0, acks: "all", codec: "none" }
    }
}

/// Tells of progress on standard error.
pub(crate) fn progress(line: &str) {
    eprintln!("bench: {line}");
}

pub(crate) fn admin(peer: &Peer) -> anyhow::Result<BlockingAdmin> {
    Ok(Admin::connect(AdminConfig::new(&peer.address()))?.blocking())
}

pub(crate) fn create_topic(peer: &Peer, topic: &str, partitions: u32) -> anyhow::Result<()> {
    for (name, result) in
        admin(peer)?.create_topics(vec![NewTopic::new(topic, i32::try_from(partitions)?)])?
    {
        result.with_context(|| format!("cannot create topic {name}"))?;
    }
    Ok(())
}

/// Deletes a topic and waits until its segments are gone, so that the next run has the disk and cache for itself.
pub(crate) fn delete_topic(peer: &Peer, topic: &str) -> anyhow::Result<()> {
    for (name, result) in admin(peer)?.delete_topics(&[topic])? {
        result.with_context(|| format!("cannot delete topic {name}"))?;
    }
    let dir = peer.data_dir();
    clock::until(DELETED, Duration::from_millis(10), || {
        let left = folders(&dir)?.into_iter().any(|name| name.starts_with(&format!("{topic}-")));
        Ok((!left).then_some(()))
    })
    .with_context(|| format!("segments of {topic} stay in {}", dir.display()))
}

fn folders(dir: &Path) -> anyhow::Result<BTreeSet<String>> {
    let entries = std::fs::read_dir(dir)?;
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
}
