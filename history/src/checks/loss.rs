//! What is committed is read by somebody.

use std::collections::BTreeSet;

use super::Verdict;
use crate::derivation::Derivation;
use crate::report::Anomaly;

pub(super) fn check(derivation: &Derivation<'_>, reads_all: bool, verdict: &mut Verdict) {
    let passed_over = passed_over(derivation);
    for (value, sent) in derivation.sent.iter().filter(|(_, sent)| sent.committed) {
        if derivation.was_read(sent.key, *value) {
            continue;
        }
        if passed_over.contains(value) {
            let message = format!("{} value {value} is committed and readers passed over it", sent.key);
            verdict.find(Anomaly::LostWrite, message, [sent.operation]);
        } else if reads_all {
            let message = format!("{} value {value} is committed and nobody polled it", sent.key);
            verdict.find(Anomaly::Unseen, message, [sent.operation]);
        }
    }
}

/// Values that lie wholly below something that was read, and were not read themselves.
fn passed_over(derivation: &Derivation<'_>) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    for (key, log) in &derivation.logs {
        let (read, unread): (Vec<u64>, Vec<u64>) =
            log.places.keys().partition(|value| derivation.was_read(key, **value));
        let bound = read.into_iter().filter_map(|value| log.first_index(value)).max();
        found.extend(unread.into_iter().filter(|value| log.last_index(*value) <= bound));
    }
    found
}
