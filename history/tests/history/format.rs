//! What a reader accepts, what it refuses and how it says so.

use std::collections::BTreeMap;

use tidemill_history::{
    Event, EventKind, Function, GroupView, HistoryError, Limits, MicroOperation, ReadError, Recorder,
    Watermarks, parse, read,
};

use super::model;

#[test]
fn an_event_is_one_line_and_comes_back_equal() {
    let mut event = Event::new(3, EventKind::Ok, Function::Txn);
    (event.index, event.time_ns) = (7, 120);
    event.micro_operations = vec![
        MicroOperation::Send { key: "t-0".to_owned(), offset: Some(12), value: 41 },
        MicroOperation::Send { key: "t-1".to_owned(), offset: None, value: 42 },
        MicroOperation::Poll(BTreeMap::from([("t-1".to_owned(), vec![(3, 17)])])),
    ];
    event.rebalanced = vec!["t-1".to_owned()];
    event.error = Some("why".to_owned());
    let line = serde_json::to_string(&event).unwrap();
    assert_eq!(
        line,
        r#"{"i":7,"t_ns":120,"proc":3,"type":"ok","f":"txn","mops":[["send","t-0",[12,41]],["send","t-1",[null,42]],["poll",{"t-1":[[3,17]]}]],"rebalanced":["t-1"],"err":"why"}"#
    );
    assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), event);
    event.group = Some(GroupView { id: "g".to_owned(), generation: 2, ..GroupView::default() });
    event.partitions.insert("k".to_owned(), Watermarks { log_end: Some(1), ..Watermarks::default() });
    assert_eq!(serde_json::from_str::<Event>(&serde_json::to_string(&event).unwrap()).unwrap(), event);
}

#[test]
fn what_a_recorder_writes_a_reader_reads() {
    let events = model::history(1);
    let mut recorder = Recorder::new(Vec::new());
    events.iter().for_each(|event| recorder.record(event.time_ns, event.clone()).unwrap());
    let text = String::from_utf8(recorder.finish().unwrap()).unwrap();
    let read: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, events);
    let operations = parse(&text).unwrap().operations().len();
    let begun = events.iter().filter(|event| event.kind == EventKind::Invoke).count();
    assert_eq!(operations, begun);
}

#[test]
fn a_line_that_is_no_event_is_named() {
    let good = r#"{"i":0,"t_ns":0,"proc":1,"type":"invoke","f":"poll"}"#;
    for bad in [
        "nonsense",
        "[]",
        r#"{"i":1,"t_ns":0,"proc":1,"type":"done","f":"poll"}"#,
        r#"{"i":1,"t_ns":0,"proc":1,"type":"ok","f":"poll","extra":1}"#,
        r#"{"i":1,"t_ns":0,"proc":1,"type":"ok","f":"poll","mops":[["send","k"]]}"#,
        r#"{"i":1,"t_ns":0,"proc":1,"type":"ok","f":"poll","mops":[["peek",{}]]}"#,
    ] {
        let error = parse(&format!("{good}\n\n{bad}\n")).unwrap_err();
        assert!(matches!(error, ReadError::Malformed { line: 3, .. }), "{bad}: {error}");
        assert!(error.to_string().starts_with("line 3 is no event: "), "{error}");
    }
}

#[test]
fn limits_hold_to_the_byte_and_to_the_line() {
    let line = r#"{"i":0,"t_ns":0,"proc":1,"type":"invoke","f":"poll"}"#;
    let exact = Limits { max_line_bytes: line.len(), max_events: 1 };
    assert!(read(line.as_bytes(), exact).is_ok());
    assert!(read(format!("{line}\n").as_bytes(), exact).is_ok());
    let error = read(format!("{line} \n").as_bytes(), exact).unwrap_err();
    assert!(matches!(error, ReadError::LineTooLong { line: 1, .. }), "{error}");
    let error = read(format!("{line}\n{line}\n").as_bytes(), exact).unwrap_err();
    assert!(matches!(error, ReadError::TooManyEvents { max: 1 }), "{error}");
}

#[test]
fn events_that_cannot_follow_each_other_are_refused() {
    let event = |index: u64, process: u64, kind: &str, value: u64| {
        format!(
            r#"{{"i":{index},"t_ns":0,"proc":{process},"type":"{kind}","f":"send","mops":[["send","k",[null,{value}]]]}}"#
        )
    };
    let cases = [
        (
            event(5, 1, "invoke", 1),
            event(5, 2, "invoke", 2),
            HistoryError::OutOfOrder { index: 5, before: 5 },
        ),
        (
            event(1, 1, "invoke", 1),
            event(2, 1, "invoke", 2),
            HistoryError::Overlap { process: 1, index: 2, open: 1 },
        ),
        (event(1, 1, "invoke", 1), event(2, 2, "ok", 1), HistoryError::NotBegun { process: 2, index: 2 }),
        (
            event(1, 1, "invoke", 7),
            event(2, 2, "invoke", 7),
            HistoryError::ValueSentTwice { index: 2, value: 7, earlier: 1 },
        ),
    ];
    for (first, second, expected) in cases {
        match parse(&format!("{first}\n{second}")).unwrap_err() {
            ReadError::Inconsistent { line: 2, source } => assert_eq!(source, expected),
            other => panic!("{other}"),
        }
    }
}
