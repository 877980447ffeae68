//! Processes that are measured: their CPU time and memory as the kernel counts them.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::workload::Measured;

/// The kernel's unit of CPU time in `/proc/PID/stat` (`getconf CLK_TCK`): fixed at 100 on Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// Wall and CPU time of this process from one point on.
pub(crate) struct Stopwatch {
    started: Instant,
    cpu: Cpu,
}

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), cpu: Cpu::of("self").unwrap_or_default() }
    }

    pub(crate) fn measured(&self, records: u64) -> Measured {
        let now = Cpu::of("self").unwrap_or_default();
        Measured {
            records,
            failed: 0,
            seconds: self.started.elapsed().as_secs_f64(),
            user_seconds: now.user - self.cpu.user,
            system_seconds: now.system - self.cpu.system,
        }
    }
}

/// CPU seconds of a process.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cpu {
    pub(crate) user: f64,
    pub(crate) system: f64,
}

impl Cpu {
    /// Reads `/proc/PROCESS/stat`.
    pub(crate) fn of(process: &str) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
        // The name in parentheses may hold blanks; fields are counted behind it.
        let rest = text.rsplit_once(')').context("stat has no name")?.1;
        let field = |index: usize| -> anyhow::Result<f64> {
            Ok(rest.split_whitespace().nth(index).context("stat is short")?.parse::<f64>()?
                / TICKS_PER_SECOND)
        };
        Ok(Self { user: field(11)?, system: field(12)? })
    }

    pub(crate) fn total(self) -> f64 {
        self.user + self.system
    }
}

/// A broker in a process of its own.
pub(crate) struct BrokerProcess {
    child: Child,
    pub(crate) address: String,
    /// From the start of the process to its READY line.
    pub(crate) start_time: Duration,
}

impl BrokerProcess {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    pub(crate) fn start(dir: &Path) -> anyhow::Result<Self> {
        let started = Instant::now();
        let mut child = Command::new(std::env::current_exe()?)
            .args(["broker".as_ref(), dir.as_os_str()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("stdout is piped")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let start_time = started.elapsed();
        let address =
            line.trim().strip_prefix("READY kafka=").context("the broker did not start")?.to_owned();
        Ok(Self { child, address, start_time })
    }

    pub(crate) fn cpu(&self) -> anyhow::Result<Cpu> {
        Cpu::of(&self.child.id().to_string())
    }

    /// Resident memory in bytes.
    pub(crate) fn resident_bytes(&self) -> anyhow::Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text.lines().find(|line| line.starts_with("VmRSS:")).context("status has no VmRSS")?;
        let kib: u64 = line.split_whitespace().nth(1).context("VmRSS has no number")?.parse()?;
        Ok(kib * 1024)
    }

    /// Stops gracefully; returns how long it took.
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    pub(crate) fn stop(mut self) -> anyhow::Result<Duration> {
        let started = Instant::now();
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        ensure!(status.success(), "the broker ended with {status}");
        Ok(started.elapsed())
    }
}

/// Runs a workload's process and reads what it printed.
pub(crate) fn measure(program: &str, arguments: &[&str]) -> anyhow::Result<Measured> {
    let output = Command::new(program).args(arguments).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("{program} {} ended with {}", arguments.join(" "), output.status);
    }
    let text = String::from_utf8(output.stdout)?;
    serde_json::from_str(text.trim()).with_context(|| format!("{program} printed {text:?}"))
}
