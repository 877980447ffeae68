//! Every command that README.md shows works as it stands there.

use std::path::Path;
use std::process::Command;

use super::process::{Broker, TIDEMILL, run};

/// Commands of the `sh` blocks, in order; a line that ends in a backslash goes on.
fn commands() -> Vec<String> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    let text = blocks.collect::<String>().replace("\\\n", " ");
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// Runs one line of shell with the binary on the PATH.
fn shell(line: &str, dir: &Path, bootstrap: Option<&str>) {
    let binaries = Path::new(TIDEMILL).parent().unwrap();
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("timeout");
    command.args(["180", "bash", "-euo", "pipefail", "-c", line]).current_dir(dir).env("PATH", path);
    match bootstrap {
        Some(address) => command.env("TIDEMILL_BOOTSTRAP_SERVER", address),
        None => command.env_remove("TIDEMILL_BOOTSTRAP_SERVER"),
    };
    let outcome = run(&mut command, b"");
    assert_eq!(outcome.code, Some(0), "`{line}` of README.md failed: {outcome:?}");
}

/// `make` compiles and tests everything: here only its targets are looked up.
fn assert_make_target(line: &str) {
    let makefile =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Makefile")).unwrap();
    let targets = line.split_whitespace().skip(1).filter(|word| !word.contains('='));
    for target in targets {
        assert!(
            makefile.lines().any(|rule| rule.starts_with(&format!("{target}:"))),
            "there is no `make {target}`"
        );
    }
}

#[test]
fn every_command_of_the_readme_works() {
    let dir = tempfile::tempdir().unwrap();
    let mut broker = None;
    let commands = commands();
    assert!(commands.len() > 8, "{commands:?}");
    for line in &commands {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["make", ..] => assert_make_target(line),
            ["tidemill", "broker", "--data-dir", _] => {
                // As the line says, but with a free port in place of 9092.
                broker = Some(Broker::start_with(dir.path(), "127.0.0.1:0", &[]));
            }
            _ => shell(line, dir.path(), broker.as_ref().map(Broker::address)),
        }
    }
    assert!(broker.is_some(), "README.md starts a broker");
}
