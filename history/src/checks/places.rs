//! One value an offset, one offset a value, and the one that was acknowledged.

use super::Verdict;
use crate::derivation::Derivation;
use crate::report::Anomaly;

pub(super) fn check(derivation: &Derivation<'_>, verdict: &mut Verdict) {
    for (key, log) in &derivation.logs {
        for (offset, values) in log.values.iter().filter(|(_, values)| values.len() > 1) {
            let operations = values.iter().flat_map(|value| concerned(derivation, key, *value));
            verdict.find(
                Anomaly::InconsistentOffsets,
                format!("{key} offset {offset} holds {values:?}"),
                operations,
            );
        }
        for (value, offsets) in log.places.iter().filter(|(_, offsets)| offsets.len() > 1) {
            let operations = concerned(derivation, key, *value);
            verdict.find(
                Anomaly::Duplicate,
                format!("{key} holds value {value} at offsets {offsets:?}"),
                operations,
            );
        }
    }
    acknowledged_where_polled(derivation, verdict);
}

fn acknowledged_where_polled(derivation: &Derivation<'_>, verdict: &mut Verdict) {
    for (position, operation) in derivation.operations.iter().enumerate() {
        for (key, offset, value) in operation.polls() {
            let Some(sent) = derivation.sent.get(&value).filter(|sent| sent.key == key) else { continue };
            if let Some(acknowledged) = sent.offset.filter(|acknowledged| *acknowledged != offset) {
                verdict.find(
                    Anomaly::AcknowledgedElsewhere,
                    format!("{key} value {value} was acknowledged at {acknowledged} and polled at {offset}"),
                    [sent.operation, position],
                );
            }
        }
    }
}

/// The sender and the first readers of a value.
pub(super) fn concerned(derivation: &Derivation<'_>, key: &str, value: u64) -> Vec<usize> {
    let readers = derivation.readers.get(&(key, value)).into_iter().flatten().copied().take(2);
    derivation.sent.get(&value).map(|sent| sent.operation).into_iter().chain(readers).collect()
}
