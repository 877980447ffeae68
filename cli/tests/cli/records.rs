//! `tidemill produce` and `tidemill consume` against a running broker.

use serde_json::{Value, json};

use super::process::Broker;

fn values(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["value"].as_str().unwrap()).collect()
}

/// A broker and a topic `t` of three records in one partition, a second apart.
fn broker_with_three_records() -> Broker {
    let broker = Broker::start();
    broker.run(&["topic", "create", "t", "-p", "1"]).succeeded();
    for (value, time) in [("a", "1970-01-01T00:00:01Z"), ("b", "1970-01-01T00:00:02Z"), ("c", "3000")] {
        broker.run(&["produce", "t", "--value", value, "--timestamp", time]).succeeded();
    }
    broker
}

#[test]
fn every_part_of_a_record_arrives() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "t", "-p", "3"]).succeeded();
    let written = broker.rows(&[
        "produce",
        "t",
        "--value",
        "hello",
        "--key",
        "k",
        "-H",
        "trace=1",
        "-H",
        "trace=2",
        "--timestamp",
        "2013-01-01T10:00:00Z",
        "--partition",
        "2",
        "--compression",
        "zstd",
        "--acks",
        "all",
    ]);
    assert_eq!(
        written,
        [json!({ "topic": "t", "partition": 2, "records": 1, "first_offset": 0, "last_offset": 0 })]
    );
    let read = broker.rows(&["consume", "t", "--from-beginning"]);
    let headers = json!([{ "key": "trace", "value": "1" }, { "key": "trace", "value": "2" }]);
    let expected = json!({
        "topic": "t", "partition": 2, "offset": 0, "timestamp": 1_357_034_400_000_i64,
        "key": "k", "value": "hello", "headers": headers,
    });
    assert_eq!(read, [expected]);
}

#[test]
fn each_line_is_a_record_with_every_codec() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "t", "-p", "1"]).succeeded();
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let lines: String = (0..500).map(|number| format!("{codec} {number}\n")).collect();
        let outcome = broker.run_with_input(&["produce", "t", "--compression", codec], lines.as_bytes());
        assert!(outcome.stderr.contains("wrote 500 records"), "{outcome:?}");
        outcome.succeeded();
    }
    let read = broker.rows(&["consume", "t"]);
    assert_eq!(read.len(), 2_500);
    assert_eq!((values(&read)[0], values(&read)[2_499]), ("none 0", "zstd 499"));
}

#[test]
fn a_key_can_stand_in_the_line_and_a_null_value_is_null() {
    let broker = Broker::start();
    broker.run(&["topic", "create", "t", "-p", "1"]).succeeded();
    let outcome =
        broker.run_with_input(&["produce", "t", "--key-separator", ":"], b"k1:v:1\n:\nno separator\n");
    outcome.failed(1, &["line 3", "key separator"]);
    broker.run(&["produce", "t", "--key", "k1", "--tombstone"]).succeeded();
    let read = broker.rows(&["consume", "t"]);
    let pairs: Vec<(&Value, &Value)> = read.iter().map(|row| (&row["key"], &row["value"])).collect();
    assert_eq!(
        pairs,
        [(&json!("k1"), &json!("v:1")), (&json!(""), &json!("")), (&json!("k1"), &Value::Null)]
    );
}

#[test]
fn reading_begins_at_an_offset_a_time_or_the_beginning_and_ends_at_a_count() {
    let broker = broker_with_three_records();
    for (arguments, expected) in [
        (&["--from-beginning"][..], &["a", "b", "c"][..]),
        (&["--offset", "1"], &["b", "c"]),
        (&["--offset", "-1"], &["c"]),
        (&["--offset", "99"], &[]),
        (&["--from-time", "1970-01-01T00:00:02Z"], &["b", "c"]),
        (&["--from-time", "2500"], &["c"]),
        (&["--from-time", "9999"], &[]),
        (&["--from-beginning", "--count", "2"], &["a", "b"]),
        (&["--partition", "0", "--offset", "2"], &["c"]),
    ] {
        let read = broker.rows(&[&["consume", "t"], arguments].concat());
        assert_eq!(values(&read), expected, "{arguments:?}");
    }
    broker
        .run(&["consume", "t", "--partition", "1"])
        .failed(1, &["topic t has 1 partition, 1 is none of them"]);
    broker.run(&["consume", "nothing"]).failed(1, &["nothing", "UNKNOWN_TOPIC_OR_PARTITION"]);
    broker.run(&["consume", "t", "--offset", "1", "--from-beginning"]).failed(2, &["cannot be used with"]);
}

#[test]
fn following_sees_records_that_come_later() {
    let broker = broker_with_three_records();
    std::thread::scope(|scope| {
        let reader =
            scope.spawn(|| broker.rows(&["consume", "t", "--offset", "2", "--follow", "--count", "2"]));
        broker.run(&["produce", "t", "--value", "d"]).succeeded();
        assert_eq!(values(&reader.join().unwrap()), ["c", "d"]);
    });
}

#[test]
fn records_print_as_aligned_lines_and_as_a_json_array() {
    let broker = broker_with_three_records();
    let table = broker.run(&["consume", "t", "--count", "1"]).succeeded();
    assert_eq!(
        table,
        "PARTITION  OFFSET      TIMESTAMP                 KEY           VALUE\n\
         0          0           1970-01-01T00:00:01Z      null          a\n"
    );
    let json: Value = serde_json::from_str(&broker.run(&["consume", "t", "-o", "json"]).succeeded()).unwrap();
    assert_eq!(values(json.as_array().unwrap()), ["a", "b", "c"]);
}

#[test]
fn a_wrong_property_is_refused_and_an_unknown_one_named() {
    let broker = broker_with_three_records();
    broker.run(&["produce", "t", "--value", "v", "-X", "linger.ms=soon"]).failed(1, &["linger.ms=soon"]);
    let outcome = broker.run(&["consume", "t", "-X", "lingerms=1"]);
    assert!(outcome.stderr.contains("lingerms is not a known configuration key"), "{outcome:?}");
    outcome.succeeded();
    broker
        .run(&["produce", "t", "--value", "v", "--partition", "7"])
        .failed(1, &["t has 1 partitions", "partition 7"]);
}
