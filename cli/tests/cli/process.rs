//! Starting a broker process and running commands against it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// How long a broker may take to say READY, on a machine that is busy compiling.
const READY_LIMIT: Duration = Duration::from_secs(60);
/// Seconds after which a command that hangs is ended, with exit code 124.
const COMMAND_LIMIT_SECONDS: &str = "180";

/// The binary under test.
pub(crate) const TIDEMILL: &str = env!("CARGO_BIN_EXE_tidemill");

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Exit code; `None` after a signal.
    pub(crate) code: Option<i32>,
    /// Data.
    pub(crate) stdout: String,
    /// Everything else.
    pub(crate) stderr: String,
}

impl Outcome {
    /// Asserts exit code 0 and returns stdout.
    pub(crate) fn succeeded(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// Asserts the exit code and that stderr holds each text.
    pub(crate) fn failed(self, code: i32, expected: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        expected
            .iter()
            .for_each(|text| assert!(self.stderr.contains(text), "{text:?} is not in {}", self.stderr));
    }
}

/// Runs `command` with `stdin` as its input.
pub(crate) fn run(command: &mut Command, stdin: &[u8]) -> Outcome {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    let mut input = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A command that reads no input closes its end.
        scope.spawn(move || drop(std::io::Write::write_all(&mut input, stdin)));
        child.wait_with_output().unwrap()
    });
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The binary with `arguments`, ended when it hangs, deaf to the environment's configuration.
pub(crate) fn tidemill(arguments: &[&str]) -> Command {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=5", COMMAND_LIMIT_SECONDS, TIDEMILL]).args(arguments);
    command.env_remove("TIDEMILL_BOOTSTRAP_SERVER").env_remove("RUST_LOG");
    command
}

/// A port of 127.0.0.1 that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A `tidemill broker` process. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Broker {
    child: Child,
    address: String,
    log: PathBuf,
    /// The broker's end of stdout stays open as long as it runs.
    _stdout: JoinHandle<BufReader<ChildStdout>>,
    /// Present if the data goes with the broker.
    _dir: Option<TempDir>,
}

impl Broker {
    /// Starts a broker with its own folder on a free port.
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut broker = Self::start_with(dir.path(), "127.0.0.1:0", &[]);
        broker._dir = Some(dir);
        broker
    }

    /// Starts a broker over the data in `dir` and waits until it is ready.
    pub(crate) fn start_with(dir: &Path, listen: &str, more: &[&str]) -> Self {
        Self::start_in(dir, listen, more, &[])
    }

    /// As [`Self::start_with`], with these variables in its environment.
    pub(crate) fn start_in(dir: &Path, listen: &str, more: &[&str], environment: &[(&str, &str)]) -> Self {
        let log = dir.join("broker.log");
        let mut command = Command::new(TIDEMILL);
        command.args([
            "broker",
            "--listen",
            listen,
            "-X",
            "group.initial.rebalance.delay.ms=0",
            "--data-dir",
        ]);
        command.arg(dir.join("data")).args(more).env_remove("RUST_LOG").envs(environment.iter().copied());
        let stderr = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (line_sender, lines) = sync_channel(1);
        let stdout = std::thread::spawn(move || {
            let mut line = String::new();
            // At the end of the stream the line stays empty, which is reported below.
            drop(stdout.read_line(&mut line));
            drop(line_sender.send(line));
            stdout
        });
        let line = lines.recv_timeout(READY_LIMIT).unwrap_or_default();
        let Some(address) = line.strip_prefix("READY kafka=").map(|address| address.trim().to_owned()) else {
            drop(child.kill());
            panic!("the broker said {line:?} in place of READY:\n{}", std::fs::read_to_string(&log).unwrap());
        };
        Self { child, address, log, _stdout: stdout, _dir: None }
    }

    /// `HOST:PORT`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What it wrote to stderr so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Runs a command against this broker.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with_input(arguments, b"")
    }

    /// Runs a command with `stdin` against this broker.
    pub(crate) fn run_with_input(&self, arguments: &[&str], stdin: &[u8]) -> Outcome {
        run(tidemill(arguments).env("TIDEMILL_BOOTSTRAP_SERVER", &self.address), stdin)
    }

    /// Runs a command that must succeed and returns the JSON lines it prints.
    pub(crate) fn rows(&self, arguments: &[&str]) -> Vec<serde_json::Value> {
        let text = self.run(&[arguments, &["-o", "jsonl"]].concat()).succeeded();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Ends it without a warning.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(mut self, signal: Signal) -> ExitStatus {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
