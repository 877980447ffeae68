//! In one generation of a group each partition has one owner, and committed offsets do not go back.

use std::collections::BTreeMap;

use super::Verdict;
use crate::derivation::Derivation;
use crate::event::{Function, GroupView};
use crate::history::{Operation, Outcome};
use crate::report::Anomaly;

/// A committed offset, and who stored or saw it.
type Seen<'a> = (usize, &'a Operation, i64);

pub(super) fn check(derivation: &Derivation<'_>, verdict: &mut Verdict) {
    let views =
        derivation.operations.iter().enumerate().filter(|(_, operation)| {
            operation.function == Function::Group && operation.outcome == Outcome::Ok
        });
    let views: Vec<(usize, &Operation, &GroupView)> = views
        .filter_map(|(position, operation)| operation.group.as_ref().map(|view| (position, operation, view)))
        .collect();
    one_owner(&views, verdict);
    offsets_never_back(&views, verdict);
}

fn one_owner(views: &[(usize, &Operation, &GroupView)], verdict: &mut Verdict) {
    let mut owners: BTreeMap<(&str, i64, &str), (&str, usize)> = BTreeMap::new();
    for (position, _, view) in views {
        for key in &view.owned {
            let (owner, first) =
                *owners.entry((&view.id, view.generation, key)).or_insert((&view.member, *position));
            if owner != view.member {
                let message = format!(
                    "group {} generation {}: {key} belongs to {owner} and to {}",
                    view.id, view.generation, view.member
                );
                verdict.find(Anomaly::TwoOwners, message, [first, *position]);
            }
        }
    }
}

/// Compares each offset with the highest of those that were stored or seen before it began.
fn offsets_never_back(views: &[(usize, &Operation, &GroupView)], verdict: &mut Verdict) {
    let mut by_key: BTreeMap<(&str, i64, &str), Vec<Seen<'_>>> = BTreeMap::new();
    for (position, operation, view) in views {
        for (key, offset) in &view.offsets {
            let seen = by_key.entry((&view.id, view.generation, key)).or_default();
            let highest =
                seen.iter().filter(|(_, earlier, _)| earlier.precedes(operation)).max_by_key(|seen| seen.2);
            if let Some((before, _, best)) = highest.filter(|(_, _, best)| best > offset) {
                let message = format!(
                    "group {} generation {}: {key} went from {best} back to {offset}",
                    view.id, view.generation
                );
                verdict.find(Anomaly::GroupOffsetWentBack, message, [*before, *position]);
            }
            seen.push((*position, operation, *offset));
        }
    }
}
