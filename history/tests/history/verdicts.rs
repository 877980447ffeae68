//! Clean histories stay clean, planted anomalies are found, and the cases worked out by hand.

use std::collections::{BTreeMap, BTreeSet};

use tidemill_environment::SeededRandom;
use tidemill_history::{Anomaly, Event, History, Options, Report, check, parse};

use super::model;
use super::mutations::PLANTS;

const VALID_SEEDS: u64 = 300;
/// Histories that each anomaly is planted in.
const PLANTED: usize = 60;
/// Seeds to look for a place in.
const MAX_SEEDS: u64 = 1_000;

fn judge(events: Vec<Event>) -> (Report, History) {
    let history = History::from_events(events).unwrap();
    (check(&history, Options::default()), history)
}

fn judge_text(text: &str, options: Options) -> Report {
    check(&parse(text).unwrap(), options)
}

#[test]
fn valid_histories_give_no_finding() {
    let (mut read, mut unknown, mut failed, mut allowed) = (0, 0, 0, BTreeSet::new());
    for seed in 0..VALID_SEEDS {
        let (report, history) = judge(model::history(seed));
        assert!(report.is_clean(), "seed {seed}:\n{}", report.text(&history));
        read += report.statistics.read;
        unknown += report.statistics.unknown;
        failed += report.statistics.failed;
        allowed.extend(report.allowed.into_keys());
    }
    // A model that never gets into difficulties proves nothing.
    assert!(read > 50 * VALID_SEEDS && unknown > 5 * VALID_SEEDS && failed > 3 * VALID_SEEDS);
    let expected = BTreeSet::from([
        "G0",
        "G1c with ww",
        "foreign values between two sends of one operation",
        "polls of subscribers that jump",
    ]);
    assert_eq!(allowed, expected);
}

#[test]
fn every_planted_anomaly_is_found() {
    for (anomaly, how, plant) in PLANTS {
        let mut planted = 0;
        for seed in 0..MAX_SEEDS {
            let mut events = model::history(seed);
            if !plant(&mut events, &mut SeededRandom::new(seed)) {
                continue;
            }
            planted += 1;
            let (report, history) = judge(events);
            let found = report.counts();
            assert!(found.contains_key(&anomaly), "seed {seed}, {how}: found {found:?}");
            let shown = report.text(&history);
            assert!(shown.contains(&format!("\n{}: ", anomaly.name())), "{shown}");
            if planted == PLANTED {
                break;
            }
        }
        assert_eq!(planted, PLANTED, "too few places for: {how}");
    }
}

#[test]
fn each_anomaly_is_planted_in_some_way() {
    let planted: BTreeSet<Anomaly> = PLANTS.iter().map(|(anomaly, _, _)| *anomaly).collect();
    assert_eq!(planted.len(), 21, "name a plant for every variant of Anomaly");
}

#[test]
fn a_history_that_stops_early_owes_no_last_reading() {
    let text = r#"{"i":0,"t_ns":0,"proc":1,"type":"invoke","f":"send","mops":[["send","k",[null,1]]]}
                  {"i":1,"t_ns":0,"proc":1,"type":"ok","f":"send","mops":[["send","k",[0,1]]]}"#;
    assert_eq!(judge_text(text, Options::default()).counts(), BTreeMap::from([(Anomaly::Unseen, 1)]));
    assert!(judge_text(text, Options { reads_all: false }).is_clean());
}

#[test]
fn writers_that_interleave_in_two_logs_are_counted_and_allowed() {
    let text = r#"{"i":0,"t_ns":0,"proc":1,"type":"invoke","f":"txn"}
                  {"i":1,"t_ns":0,"proc":2,"type":"invoke","f":"txn"}
                  {"i":2,"t_ns":0,"proc":1,"type":"ok","f":"txn","mops":[["send","k",[0,1]],["send","l",[1,2]]]}
                  {"i":3,"t_ns":0,"proc":2,"type":"ok","f":"txn","mops":[["send","k",[1,3]],["send","l",[0,4]]]}
                  {"i":4,"t_ns":0,"proc":3,"type":"invoke","f":"poll"}
                  {"i":5,"t_ns":0,"proc":3,"type":"ok","f":"poll","mops":[["poll",{"k":[[0,1],[1,3]],"l":[[0,4],[1,2]]}]]}"#;
    let report = judge_text(text, Options::default());
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.allowed, BTreeMap::from([("G0", 1), ("G1c with ww", 1)]));
}

#[test]
fn the_values_of_a_subscriber_are_counted_by_how_often_they_came() {
    let text = r#"{"i":0,"t_ns":0,"proc":1,"type":"invoke","f":"send"}
                  {"i":1,"t_ns":0,"proc":1,"type":"ok","f":"send","mops":[["send","k",[0,1]],["send","k",[1,2]]]}
                  {"i":2,"t_ns":0,"proc":2,"type":"invoke","f":"subscribe"}
                  {"i":3,"t_ns":0,"proc":2,"type":"ok","f":"subscribe"}
                  {"i":4,"t_ns":0,"proc":2,"type":"invoke","f":"poll"}
                  {"i":5,"t_ns":0,"proc":2,"type":"ok","f":"poll","mops":[["poll",{"k":[[0,1],[1,2]]}]]}
                  {"i":6,"t_ns":0,"proc":2,"type":"invoke","f":"poll"}
                  {"i":7,"t_ns":0,"proc":2,"type":"ok","f":"poll","mops":[["poll",{"k":[[1,2]]}]]}"#;
    let report = judge_text(text, Options::default());
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.consume_counts, BTreeMap::from([(1, 1), (2, 1)]));
    assert_eq!(report.allowed, BTreeMap::from([("polls of subscribers that jump", 1)]));
}

#[test]
fn a_single_send_of_an_unknown_operation_that_was_acknowledged_is_due() {
    let text = r#"{"i":0,"t_ns":0,"proc":1,"type":"invoke","f":"send"}
                  {"i":1,"t_ns":0,"proc":1,"type":"info","f":"send","mops":[["send","k",[0,1]],["send","k",[null,2]]]}"#;
    let report = judge_text(text, Options::default());
    assert_eq!(report.counts(), BTreeMap::from([(Anomaly::Unseen, 1)]), "value 1 is due, value 2 is not");
}

#[test]
fn a_report_shows_the_operations_of_a_finding() {
    let text = r#"{"i":0,"t_ns":0,"proc":1,"type":"invoke","f":"txn","mops":[["send","k",[null,1]]]}
                  {"i":1,"t_ns":0,"proc":1,"type":"fail","f":"txn","mops":[["send","k",[4,1]]]}
                  {"i":2,"t_ns":0,"proc":2,"type":"invoke","f":"poll","mops":[["poll",{}]]}
                  {"i":3,"t_ns":0,"proc":2,"type":"ok","f":"poll","mops":[["poll",{"k":[[4,1]]}]]}"#;
    let history = parse(text).unwrap();
    let expected = r#"operations: 1 ok, 1 failed, 0 unknown; values: 0 acknowledged, 1 failed, 0 unknown, 1 read
FOUND: G1a 1

G1a: k value 1 of a failed operation was polled at 4
    events 0..1 process 1 Txn Fail [["send","k",[4,1]]]
    events 2..3 process 2 Poll Ok [["poll",{"k":[[4,1]]}]]
"#;
    assert_eq!(check(&history, Options::default()).text(&history), expected);
}
