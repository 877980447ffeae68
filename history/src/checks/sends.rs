//! What one producer sends to one key is stored in that order.

use std::collections::HashMap;

use super::Verdict;
use crate::derivation::Derivation;
use crate::report::Anomaly;

pub(super) fn check(derivation: &Derivation<'_>, verdict: &mut Verdict) {
    // By process and key: the highest index of its values, and the operation that sent that one.
    let mut highest: HashMap<(u64, &str), (usize, usize)> = HashMap::new();
    for (position, operation) in derivation.operations.iter().enumerate() {
        for (key, _, value) in operation.sends() {
            if !derivation.sent.get(&value).is_some_and(|sent| sent.committed) {
                continue;
            }
            let Some(index) = derivation.logs.get(key).and_then(|log| log.first_index(value)) else {
                continue;
            };
            let place = (operation.process, key);
            let Some((last, from)) = highest.get(&place).copied() else {
                highest.insert(place, (index, position));
                continue;
            };
            let internal = from == position;
            if index > last {
                if internal && index > last + 1 {
                    verdict.allow("foreign values between two sends of one operation");
                }
                highest.insert(place, (index, position));
                continue;
            }
            let anomaly =
                if internal { Anomaly::InternalNonmonotonicSend } else { Anomaly::NonmonotonicSend };
            let message = format!(
                "process {} sent {key} value {value}: entry {index} of its log after entry {last}",
                operation.process
            );
            verdict.find(anomaly, message, [from, position]);
        }
    }
}
