//! `tidemill group` and reading as a member of a group.

use std::time::Duration;

use serde_json::Value;
use tidemill_client::{Consumer, ConsumerConfig, Properties};

use super::process::Broker;

fn broker_with_records() -> Broker {
    let broker = Broker::start();
    broker.run(&["topic", "create", "t", "-p", "1"]).succeeded();
    let lines: String = (0..10).map(|number| format!("{number}\n")).collect();
    broker.run_with_input(&["produce", "t"], lines.as_bytes()).succeeded();
    broker
}

fn values(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["value"].as_str().unwrap()).collect()
}

#[test]
fn a_group_continues_where_it_stopped_and_shows_its_lag() {
    let broker = broker_with_records();
    let first = broker.rows(&["consume", "t", "--group", "g", "--count", "4"]);
    assert_eq!(values(&first), ["0", "1", "2", "3"]);
    let positions = broker.rows(&["group", "describe", "g"]);
    assert_eq!(positions.len(), 1);
    assert_eq!((&positions[0]["committed_offset"], &positions[0]["lag"]), (&4.into(), &6.into()));
    let rest = broker.rows(&["consume", "t", "--group", "g"]);
    assert_eq!(values(&rest), ["4", "5", "6", "7", "8", "9"]);
    assert_eq!(broker.rows(&["group", "describe", "g"])[0]["lag"], 0);
    let groups = broker.rows(&["group", "list"]);
    assert_eq!((&groups[0]["group"], &groups[0]["state"]), (&"g".into(), &"Empty".into()));
}

#[test]
fn positions_move_only_when_execute_is_given() {
    let broker = broker_with_records();
    broker.rows(&["consume", "t", "--group", "g"]);
    let position = || broker.rows(&["group", "describe", "g"])[0]["committed_offset"].as_i64().unwrap();
    let dry = broker.run(&["group", "reset-offsets", "g", "--to-earliest"]);
    assert!(dry.stderr.contains("dry run"), "{dry:?}");
    dry.succeeded();
    assert_eq!(position(), 10);
    for (target, expected) in [
        (&["--to-earliest"][..], 0),
        (&["--to-offset", "7"], 7),
        (&["--shift-by", "-3"], 4),
        (&["--to-latest"], 10),
        (&["--to-datetime", "2001-01-01T00:00:00Z"], 0),
        (&["--to-offset", "99"], 10),
    ] {
        let moved = broker.rows(&[&["group", "reset-offsets", "g", "--execute"], target].concat());
        assert_eq!(moved[0]["to"], expected, "{target:?}");
        assert_eq!(position(), expected, "{target:?}");
    }
    broker.run(&["group", "reset-offsets", "g"]).failed(2, &["--to-earliest"]);
}

#[test]
fn a_group_can_be_given_positions_before_it_reads() {
    let broker = broker_with_records();
    broker
        .run(&["group", "reset-offsets", "new", "--to-offset", "8", "--execute"])
        .failed(1, &["new has no positions"]);
    broker.rows(&["group", "reset-offsets", "new", "--topic", "t:0", "--to-offset", "8", "--execute"]);
    assert_eq!(values(&broker.rows(&["consume", "t", "--group", "new"])), ["8", "9"]);
}

#[test]
fn a_group_is_deleted_and_one_that_does_not_exist_is_named() {
    let broker = broker_with_records();
    broker.rows(&["consume", "t", "--group", "g"]);
    broker.run(&["group", "delete", "g"]).succeeded();
    assert!(broker.rows(&["group", "list"]).is_empty());
    broker
        .run(&["group", "describe", "g"])
        .failed(1, &["g", "GROUP_ID_NOT_FOUND", "hint: `tidemill group list`"]);
    broker.run(&["group", "delete", "g"]).failed(1, &["g", "GROUP_ID_NOT_FOUND"]);
}

#[test]
fn a_group_with_members_shows_them_and_is_neither_reset_nor_deleted() {
    let broker = broker_with_records();
    let properties = [
        ("bootstrap.servers", broker.address()),
        ("group.id", "g"),
        ("auto.offset.reset", "earliest"),
        ("client.id", "member"),
    ];
    let properties: Properties = properties.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let config = ConsumerConfig::from_properties(&properties).unwrap();
    let consumer = Consumer::connect(config).unwrap().blocking();
    consumer.subscribe(&["t"]).unwrap();
    let polled = consumer.poll(Duration::from_secs(60)).unwrap();
    assert!(!polled.is_empty(), "the member was assigned nothing");
    consumer.commit_sync(None).unwrap();

    let members = broker.rows(&["group", "describe", "g", "--members"]);
    assert_eq!((&members[0]["client_id"], &members[0]["partitions"][0]), (&"member".into(), &"t-0".into()));
    let hint = "hint: stop the members of the group first";
    let reset = ["group", "reset-offsets", "g", "--to-earliest", "--execute"];
    broker.run(&reset).failed(1, &["group g", "UNKNOWN_MEMBER_ID", hint]);
    broker.run(&["group", "delete", "g"]).failed(1, &["group g", "NON_EMPTY_GROUP", hint]);
    consumer.close(Duration::from_secs(10));
    broker.run(&reset).succeeded();
}
