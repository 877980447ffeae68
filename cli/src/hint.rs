//! What to try after an error that many people meet.
//!
//! Keyed by Kafka's names of errors and by our own words, which stand in the sentence wherever it was made.

/// A part of an error's sentence and the advice.
const HINTS: [(&str, &str); 9] = [
    (
        "no broker answers",
        "start one with `tidemill broker`, or name another with --bootstrap-server HOST:PORT",
    ),
    ("is not the address of a broker", "--bootstrap-server takes HOST:PORT, several separated by commas"),
    (
        "UNKNOWN_TOPIC_OR_PARTITION",
        "`tidemill topic list` shows the topics, `tidemill topic create NAME` makes one",
    ),
    ("TOPIC_ALREADY_EXISTS", "--if-not-exists makes this succeed"),
    ("NON_EMPTY_GROUP", "stop the members of the group first; `tidemill group describe NAME` names them"),
    ("UNKNOWN_MEMBER_ID", "stop the members of the group first; `tidemill group describe NAME` names them"),
    ("GROUP_ID_NOT_FOUND", "`tidemill group list` shows the groups"),
    ("INVALID_REPLICATION_FACTOR", "a topic has at most as many replicas as there are brokers"),
    (
        "MESSAGE_TOO_LARGE",
        "raise max.message.bytes of the topic: `tidemill topic alter NAME --config max.message.bytes=N`",
    ),
];

/// The advice for an error, if there is one.
pub(crate) fn for_error(sentence: &str) -> Option<&'static str> {
    HINTS.iter().find(|(part, _)| sentence.contains(part)).map(|(_, advice)| *advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kafka_error_that_has_a_hint_exists_under_its_name() {
        let names: Vec<&str> =
            (0..=150).map(|code| tidemill_client::ErrorCode::from_code(code).name()).collect();
        let kafka = HINTS.iter().map(|(part, _)| *part).filter(|part| part.contains('_'));
        kafka.for_each(|part| assert!(names.contains(&part), "{part}"));
    }

    #[test]
    fn an_error_nobody_expected_gets_no_advice() {
        assert_eq!(for_error("the moon is full"), None);
        assert!(for_error("cannot list: no broker answers at x:1").unwrap().contains("tidemill broker"));
    }
}
