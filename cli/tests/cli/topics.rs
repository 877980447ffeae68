//! `tidemill topic` against a running broker.

use super::process::{Broker, run, tidemill};

#[test]
fn a_topic_is_created_listed_described_altered_and_deleted() {
    let broker = Broker::start();
    let created =
        broker.rows(&["topic", "create", "orders", "--partitions", "3", "--config", "retention.ms=3600000"]);
    assert_eq!(created, [serde_json::json!({ "name": "orders", "partitions": 3, "replication_factor": 1 })]);
    assert_eq!(broker.rows(&["topic", "list"]), created);

    let partitions = broker.rows(&["topic", "describe", "orders"]);
    assert_eq!(partitions.len(), 3);
    assert_eq!(partitions[2]["partition"], 2);
    assert_eq!(partitions[2]["end_offset"], 0);
    assert_eq!(partitions[2]["leader"], partitions[2]["replicas"][0]);

    let outcome = broker.run(&[
        "topic",
        "alter",
        "orders",
        "-p",
        "5",
        "--config",
        "cleanup.policy=compact",
        "--delete-config",
        "retention.ms",
    ]);
    assert!(outcome.stderr.contains("topic orders has 5 partitions now"), "{outcome:?}");
    outcome.succeeded();
    assert_eq!(broker.rows(&["topic", "describe", "orders"]).len(), 5);
    let configs = broker.rows(&["topic", "describe", "orders", "--configs"]);
    let config = |key: &str| configs.iter().find(|row| row["key"] == key).unwrap();
    assert_eq!(
        (&config("cleanup.policy")["value"], &config("cleanup.policy")["source"]),
        (&"compact".into(), &"topic".into())
    );
    assert_eq!(config("retention.ms")["source"], "default");

    broker.run(&["topic", "delete", "orders"]).succeeded();
    assert!(broker.rows(&["topic", "list"]).is_empty());
}

#[test]
fn columns_align_and_json_is_an_array() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "a", "a-much-longer-name", "-p", "2"]).succeeded();
    let table = broker.run(&["topic", "list"]).succeeded();
    assert_eq!(
        table,
        "NAME                PARTITIONS  REPLICAS\n\
         a                   2           1\n\
         a-much-longer-name  2           1\n"
    );
    let json: serde_json::Value =
        serde_json::from_str(&broker.run(&["topic", "list", "-o", "json"]).succeeded()).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
}

#[test]
fn what_cannot_be_done_to_a_topic_is_said_with_the_name_and_a_hint() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "orders", "-p", "2"]).succeeded();
    broker
        .run(&["topic", "create", "orders"])
        .failed(1, &["orders", "TOPIC_ALREADY_EXISTS", "hint: --if-not-exists"]);
    broker.run(&["topic", "create", "orders", "--if-not-exists"]).succeeded();
    broker.run(&["topic", "create", "no/slash"]).failed(1, &["no/slash", "INVALID_TOPIC_EXCEPTION"]);
    broker.run(&["topic", "create", "t", "-r", "3"]).failed(1, &["INVALID_REPLICATION_FACTOR", "hint:"]);
    broker
        .run(&["topic", "create", "t", "-c", "retention.ms=soon"])
        .failed(1, &["INVALID_CONFIG", "retention.ms", "soon"]);
    broker
        .run(&["topic", "create", "t", "-c", "retentionms=1"])
        .failed(1, &["INVALID_CONFIG", "retentionms"]);
    broker.run(&["topic", "alter", "orders", "-p", "1"]).failed(1, &["orders", "INVALID_PARTITIONS"]);
    broker.run(&["topic", "alter", "orders"]).failed(2, &["--partitions"]);
    broker
        .run(&["topic", "describe", "nothing"])
        .failed(1, &["nothing", "UNKNOWN_TOPIC_OR_PARTITION", "hint:"]);
    broker.run(&["topic", "delete", "nothing"]).failed(1, &["nothing", "UNKNOWN_TOPIC_OR_PARTITION"]);
    broker.run(&["topic", "delete", "nothing", "--if-exists"]).succeeded();
    assert_eq!(broker.rows(&["topic", "list"]).len(), 1, "nothing else was created");
}

#[test]
fn without_a_broker_every_command_says_how_to_start_one() {
    let address = format!("127.0.0.1:{}", super::process::free_port());
    for arguments in
        [&["topic", "list"][..], &["produce", "t", "--value", "v"], &["consume", "t"], &["group", "list"]]
    {
        let outcome = run(tidemill(arguments).args(["-b", &address]), b"");
        outcome.failed(1, &[&address, "no broker answers", "hint: start one with `tidemill broker`"]);
    }
}

#[test]
fn a_command_called_wrongly_exits_with_2() {
    for arguments in
        [&["topic"][..], &["topic", "create"], &["nonsense"], &["topic", "list", "-o", "xml"], &[]]
    {
        assert_eq!(run(&mut tidemill(arguments), b"").code, Some(2), "{arguments:?}");
    }
}
