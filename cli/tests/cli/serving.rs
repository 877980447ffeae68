//! `tidemill broker`: ready, stopped, and what it refuses by name.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::Signal;

use super::process::{Broker, Outcome, run, tidemill};

/// A broker that is not expected to start.
fn refused(dir: &Path, arguments: &[&str]) -> Outcome {
    let data = dir.join("data");
    let mut command = tidemill(&["broker", "--data-dir", data.to_str().unwrap()]);
    run(command.args(arguments), b"")
}

#[test]
fn a_broker_says_where_it_listens_and_stops_gracefully_on_sigterm_and_sigint() {
    let dir = tempfile::tempdir().unwrap();
    for signal in [Signal::TERM, Signal::INT] {
        let broker = Broker::start_with(dir.path(), "127.0.0.1:0", &[]);
        assert!(broker.address().starts_with("127.0.0.1:"));
        broker.run(&["topic", "create", &format!("after-{}", signal.as_raw()), "-p", "1"]).succeeded();
        assert_eq!(broker.stop(signal).code(), Some(0));
    }
    let broker = Broker::start_with(dir.path(), "127.0.0.1:0", &[]);
    assert_eq!(broker.rows(&["topic", "list"]).len(), 2, "topics survive a graceful stop");
}

#[test]
fn a_port_in_use_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    refused(dir.path(), &["--listen", &address]).failed(1, &[&address, "in use", "--listen"]);
}

#[test]
fn a_locked_data_directory_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let _broker = Broker::start_with(dir.path(), "127.0.0.1:0", &[]);
    let data = dir.path().join("data");
    refused(dir.path(), &["--listen", "127.0.0.1:0"])
        .failed(1, &[data.to_str().unwrap(), "in use by another broker"]);
}

#[test]
fn a_data_directory_of_another_cluster_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let first = ["-X", "cluster.id=AAAAAAAAAAAAAAAAAAAAAQ"];
    drop(Broker::start_with(dir.path(), "127.0.0.1:0", &first));
    let outcome =
        refused(dir.path(), &["--listen", "127.0.0.1:0", "-X", "cluster.id=BBBBBBBBBBBBBBBBBBBBBQ"]);
    outcome.failed(1, &["AAAAAAAAAAAAAAAAAAAAAQ", "BBBBBBBBBBBBBBBBBBBBBQ", "cluster.id"]);
    let data = dir.path().join("data");
    let mut command = tidemill(&["broker", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]);
    let outcome = run(command.env("CLUSTER_ID", "BBBBBBBBBBBBBBBBBBBBBQ"), b"");
    outcome.failed(1, &["AAAAAAAAAAAAAAAAAAAAAQ", "BBBBBBBBBBBBBBBBBBBBBQ"]);
}

#[test]
fn a_data_directory_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    // A file in its place refuses even root, whom permissions do not stop.
    std::fs::write(dir.path().join("file"), "").unwrap();
    let under_file = dir.path().join("file");
    refused(&under_file, &["--listen", "127.0.0.1:0"])
        .failed(1, &[under_file.join("data").to_str().unwrap()]);
    let data = dir.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o555)).unwrap();
    let permissions_stop_us = std::fs::write(data.join("probe"), "").is_err();
    if permissions_stop_us {
        refused(dir.path(), &["--listen", "127.0.0.1:0"])
            .failed(1, &[data.to_str().unwrap(), "ermission denied"]);
    }
}

#[test]
fn an_unknown_key_is_warned_about_and_a_wrong_value_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let broker = Broker::start_with(dir.path(), "127.0.0.1:0", &["-X", "log.retention.hour=3"]);
    assert!(broker.log().contains("log.retention.hour"), "{}", broker.log());
    drop(broker);
    let outcome = refused(dir.path(), &["--listen", "127.0.0.1:0", "-X", "log.retention.ms=soon"]);
    outcome.failed(1, &["log.retention.ms", "soon"]);
    refused(dir.path(), &["-X", "log.retention.ms"]).failed(2, &["expected KEY=VALUE"]);
    refused(dir.path(), &["--config", "/nowhere/server.properties"])
        .failed(1, &["/nowhere/server.properties"]);
}

#[test]
fn a_flag_is_stronger_than_the_environment_and_that_than_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("server.properties");
    std::fs::write(&file, "num.partitions=2\nlog.segment.bytes=1048576\nlog.retention.ms=3000000\n").unwrap();
    let environment = [("KAFKA_NUM_PARTITIONS", "3"), ("KAFKA_LOG_SEGMENT_BYTES", "2097152")];
    let arguments = ["--config", file.to_str().unwrap(), "-X", "num.partitions=4"];
    let broker = Broker::start_in(dir.path(), "127.0.0.1:0", &arguments, &environment);
    assert_eq!(broker.rows(&["topic", "create", "t"])[0]["partitions"], 4);
    let lines = broker.rows(&["topic", "describe", "t", "--configs"]);
    let value =
        |key: &str| lines.iter().find(|line| line["key"] == key).map(|line| line["value"].clone()).unwrap();
    assert_eq!(value("segment.bytes"), "2097152");
    assert_eq!(value("retention.ms"), "3000000");
}
