//! What the kernel counts of a process: CPU time, memory, descriptors.

use anyhow::Context;

/// The kernel's unit of CPU time in `/proc/PID/stat` (`getconf CLK_TCK`): fixed at 100 on Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU seconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cpu {
    pub(crate) user: f64,
    pub(crate) system: f64,
}

impl Cpu {
    /// Of a process, as long as it lives; `self` is this one.
    pub(crate) fn of(process: &str) -> anyhow::Result<Self> {
        Self::fields(process, 11)
    }

    /// Of all children of this process that have ended and were waited for.
    pub(crate) fn of_ended_children() -> anyhow::Result<Self> {
        Self::fields("self", 13)
    }

    fn fields(process: &str, first: usize) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
        // The name in parentheses may hold blanks; fields are counted behind it.
        let rest = text.rsplit_once(')').context("stat has no name")?.1;
        let field = |index: usize| -> anyhow::Result<f64> {
            let ticks: f64 = rest.split_whitespace().nth(index).context("stat is short")?.parse()?;
            Ok(ticks / TICKS_PER_SECOND)
        };
        Ok(Self { user: field(first)?, system: field(first + 1)? })
    }

    pub(crate) fn total(self) -> f64 {
        self.user + self.system
    }
}

/// Resident memory of a process in bytes.
pub(crate) fn resident_bytes(process: &str) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find(|line| line.starts_with("VmRSS:")).context("status has no VmRSS")?;
    let kib: u64 = line.split_whitespace().nth(1).context("VmRSS has no number")?.parse()?;
    Ok(kib * 1024)
}

/// Open descriptors of a process.
pub(crate) fn descriptors(process: &str) -> anyhow::Result<usize> {
    Ok(std::fs::read_dir(format!("/proc/{process}/fd"))?.count())
}
