//! The two brokers that are compared, each a process of its own on the loopback interface.
//!
//! Kafka gets its own defaults, with three exceptions: one node cannot hold three replicas of the internal topics
//! (`scripts/kafka`), deleted segments leave after 100 ms instead of a minute at both (the disk would fill up), and
//! `log.flush.interval.messages=1` where both sync. Tidemill syncs before it acknowledges by default; where both
//! leave that to the page cache it gets `log.flush.before.ack=never`.

use std::fs::OpenOptions;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::process::{self, Cpu};
use crate::{clock, wire};

/// How long a broker may take to answer after its start, or to end.
const PATIENCE: Duration = Duration::from_secs(120);
const DELETE_DELAY: &str = "log.segment.delete.delay.ms=100";

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Tidemill,
    Kafka,
}

impl Side {
    /// In the order of measuring.
    pub(crate) const BOTH: [Self; 2] = [Self::Tidemill, Self::Kafka];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tidemill => "tidemill",
            Self::Kafka => "kafka",
        }
    }
}

/// What an acknowledged write has survived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// The end of the broker's process: both write into the page cache.
    PageCache,
    /// Power loss: both sync before they acknowledge.
    Synced,
}

/// What a broker's process holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) cpu_seconds: f64,
    pub(crate) resident_bytes: u64,
    pub(crate) descriptors: usize,
}

/// A broker: a folder, a port, and its process while it runs.
pub(crate) struct Peer {
    pub(crate) side: Side,
    durability: Durability,
    dir: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Peer {
    /// Prepares a new broker in `dir`, which must not exist; it does not run yet.
    pub(crate) fn create(side: Side, durability: Durability, dir: PathBuf) -> anyhow::Result<Self> {
        let port = free_port()?;
        std::fs::create_dir_all(&dir)?;
        if side == Side::Kafka {
            let mut command = Command::new("scripts/kafka");
            command.arg("format").arg(&dir).arg(port.to_string()).arg(DELETE_DELAY);
            if durability == Durability::Synced {
                command.arg("log.flush.interval.messages=1");
            }
            ensure!(command.status().context("scripts/kafka")?.success(), "Kafka's folder was not formatted");
        }
        Ok(Self { side, durability, dir, port, child: None })
    }

    /// Prepares and starts a broker.
    pub(crate) fn create_started(side: Side, durability: Durability, dir: PathBuf) -> anyhow::Result<Self> {
        let mut peer = Self::create(side, durability, dir)?;
        peer.start()?;
        Ok(peer)
    }

    /// Starts the process; returns the time until it answered a request.
    pub(crate) fn start(&mut self) -> anyhow::Result<Duration> {
        let log = OpenOptions::new().create(true).append(true).open(self.dir.join("broker.log"))?;
        let mut command = match self.side {
            Side::Tidemill => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("broker").arg(self.data_dir()).arg(self.port.to_string());
                command.arg(match self.durability {
                    Durability::PageCache => "never",
                    Durability::Synced => "all",
                });
                command.arg(DELETE_DELAY);
                command
            }
            Side::Kafka => {
                let mut command = Command::new("scripts/kafka");
                command.arg("serve").arg(&self.dir);
                command
            }
        };
        command.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log);
        let started = clock::now();
        self.child = Some(command.spawn()?);
        clock::until(PATIENCE, Duration::from_millis(1), || {
            if let Some(status) = self.child.as_mut().context("it was started")?.try_wait()? {
                bail!(
                    "{} ended with {status} while it started: see {}",
                    self.side.name(),
                    self.dir.display()
                );
            }
            Ok(wire::is_answering(self.port).then_some(()))
        })
        .with_context(|| format!("{} does not answer", self.side.name()))?;
        Ok(started.elapsed())
    }

    /// Stops gracefully; returns how long it took.
    pub(crate) fn stop(&mut self) -> anyhow::Result<Duration> {
        let mut child = self.child.take().with_context(|| format!("{} does not run", self.side.name()))?;
        let started = clock::now();
        match self.side {
            Side::Tidemill => drop(child.stdin.take()),
            Side::Kafka => kill_process(pid(&child)?, Signal::TERM)?,
        }
        let ended = clock::until(PATIENCE, Duration::from_millis(1), || Ok(child.try_wait()?));
        if ended.is_err() {
            child.kill()?;
            child.wait()?;
        }
        ended.with_context(|| format!("{} did not stop", self.side.name()))?;
        Ok(started.elapsed())
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Where the folders of the partitions lie.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.dir.join("data")
    }

    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        let child = self.child.as_ref().with_context(|| format!("{} does not run", self.side.name()))?;
        let id = child.id().to_string();
        Ok(Usage {
            cpu_seconds: Cpu::of(&id)?.total(),
            resident_bytes: process::resident_bytes(&id)?,
            descriptors: process::descriptors(&id)?,
        })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Its folder goes away with it: nothing is lost by not asking first.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Both brokers, running, at equal durability.
pub(crate) struct Pair {
    tidemill: Peer,
    kafka: Peer,
}

impl Pair {
    /// Starts both in folders of their own below `scratch`.
    pub(crate) fn start(scratch: &Path, durability: Durability) -> anyhow::Result<Self> {
        let dir =
            |side: Side| scratch.join(format!("{}-{}", side.name(), NEXT.fetch_add(1, Ordering::Relaxed)));
        Ok(Self {
            tidemill: Peer::create_started(Side::Tidemill, durability, dir(Side::Tidemill))?,
            kafka: Peer::create_started(Side::Kafka, durability, dir(Side::Kafka))?,
        })
    }

    pub(crate) fn get(&self, side: Side) -> &Peer {
        match side {
            Side::Tidemill => &self.tidemill,
            Side::Kafka => &self.kafka,
        }
    }

    /// Ends both and removes what they stored.
    pub(crate) fn discard(self) -> anyhow::Result<()> {
        let dirs = [self.tidemill.dir.clone(), self.kafka.dir.clone()];
        drop(self);
        for dir in dirs {
            std::fs::remove_dir_all(&dir).with_context(|| format!("cannot remove {}", dir.display()))?;
        }
        Ok(())
    }
}

/// Numbers folders and ports of this run.
static NEXT: AtomicU16 = AtomicU16::new(0);

fn pid(child: &Child) -> anyhow::Result<Pid> {
    Pid::from_raw(i32::try_from(child.id())?).context("a process has an id")
}

/// A port that nobody listens on, below those that the kernel gives to outgoing connections.
fn free_port() -> anyhow::Result<u16> {
    let start = std::process::id() % 11_000;
    for _ in 0..1_000 {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed)) * 17;
        let port = u16::try_from(20_000 + (start + step) % 12_000)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no free port between 20000 and 32000")
}
