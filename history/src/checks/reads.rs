//! Nothing is read that was not sent there, that failed, or that the reader itself is about to commit.

use super::Verdict;
use crate::derivation::{Derivation, Fate};
use crate::history::Outcome;
use crate::report::Anomaly;

pub(super) fn check(derivation: &Derivation<'_>, verdict: &mut Verdict) {
    for (position, operation) in derivation.operations.iter().enumerate() {
        for (key, offset, value) in operation.polls() {
            let Some(sent) = derivation.sent.get(&value).filter(|sent| sent.key == key) else {
                let message = format!("{key} offset {offset} holds value {value}, which nobody sent there");
                let sender = derivation.sent.get(&value).map(|sent| sent.operation);
                verdict.find(Anomaly::NeverSent, message, [position].into_iter().chain(sender));
                continue;
            };
            if sent.fate == Fate::Failed && operation.outcome == Outcome::Ok {
                let message = format!("{key} value {value} of a failed operation was polled at {offset}");
                verdict.find(Anomaly::AbortedRead, message, [sent.operation, position]);
            }
            if sent.operation == position {
                let message = format!("{key} value {value} was polled by its own operation");
                verdict.find(Anomaly::PrecommittedRead, message, [position]);
            }
        }
    }
}
