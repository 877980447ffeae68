//! `tidemill demo`: the main job, and that it notices when the result is wrong.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::process::{Outcome, TIDEMILL, run, tidemill};

/// A demo whose temporary files lie in `scratch`.
fn demo(scratch: &Path, arguments: &[&str]) -> Outcome {
    run(tidemill(&[&["demo"], arguments].concat()).env("TMPDIR", scratch), b"")
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn the_demo_verifies_every_window_twice_in_a_row_and_leaves_nothing_behind() {
    let scratch = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let stdout = demo(scratch.path(), &[]).succeeded();
        assert_eq!(
            stdout.lines().last(),
            Some("verified: 27,004 flights, 1,642 windows, 0 differences"),
            "{stdout}"
        );
        assert!(!stdout.contains('\u{1b}'), "no escape sequences where stdout is no terminal");
        assert!(stdout.contains("flights a second"), "the rate is stated: {stdout}");
        assert_eq!(entries(scratch.path()), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_planted_difference_is_found_and_told() {
    let scratch = tempfile::tempdir().unwrap();
    let outcome = demo(scratch.path(), &["--plant-difference"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let last = outcome.stdout.lines().last();
    assert_eq!(last, Some("verified: 27,004 flights, 1,642 windows, 1 difference"), "{outcome:?}");
    assert!(outcome.stderr.contains("EWR 2013-01-01T10:00:00Z: expected"), "{outcome:?}");
}

#[test]
fn a_file_that_holds_no_flights_is_refused_by_name() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("other.csv");
    std::fs::write(&file, "a,b\n1,2\n").unwrap();
    let path = file.to_str().unwrap();
    demo(scratch.path(), &["--data", path]).failed(1, &[path, "names no column \"dep_delay\""]);
    demo(scratch.path(), &["--data", "/nowhere.csv"]).failed(1, &["/nowhere.csv"]);
    assert_eq!(entries(scratch.path()), [file]);
}

#[test]
fn an_interrupted_demo_cleans_up() {
    let scratch = tempfile::tempdir().unwrap();
    let mut child = Command::new(TIDEMILL)
        .arg("demo")
        .env("TMPDIR", scratch.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The first line comes when the broker runs.
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut String::new()).unwrap();
    assert!(!entries(scratch.path()).is_empty());
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(entries(scratch.path()), Vec::<PathBuf>::new());
}
