//! The edges of a partition: in order, never back, never below what was acknowledged.

use std::collections::BTreeMap;

use super::Verdict;
use crate::derivation::{Derivation, Fate};
use crate::event::Watermarks;
use crate::history::{Operation, Outcome};
use crate::report::Anomaly;

/// The name of an edge and where it was.
type Edge = (&'static str, i64);

pub(super) fn check(derivation: &Derivation<'_>, verdict: &mut Verdict) {
    let observers = derivation.operations.iter().enumerate();
    let observers: Vec<(usize, &Operation)> = observers
        .filter(|(_, operation)| operation.outcome == Outcome::Ok && !operation.partitions.is_empty())
        .collect();
    let mut by_key: BTreeMap<&str, Vec<(usize, &Operation, Watermarks)>> = BTreeMap::new();
    for (position, operation) in observers {
        for (key, watermarks) in &operation.partitions {
            in_order(key, watermarks, position, verdict);
            by_key.entry(key).or_default().push((position, operation, *watermarks));
        }
    }
    for (key, observations) in by_key {
        never_back(key, &observations, verdict);
        not_below_acknowledged(derivation, key, &observations, verdict);
    }
}

fn edges(watermarks: &Watermarks) -> impl Iterator<Item = Edge> {
    [
        ("log start", watermarks.log_start),
        ("last stable offset", watermarks.last_stable),
        ("high watermark", watermarks.high_watermark),
        ("log end", watermarks.log_end),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name, value)))
}

fn in_order(key: &str, watermarks: &Watermarks, position: usize, verdict: &mut Verdict) {
    let present: Vec<Edge> = edges(watermarks).collect();
    for pair in present.windows(2).filter(|pair| pair[0].1 > pair[1].1) {
        let message = format!("{key}: {} {} is above {} {}", pair[0].0, pair[0].1, pair[1].0, pair[1].1);
        verdict.find(Anomaly::WatermarksDisagree, message, [position]);
    }
}

/// Compares each observation with the highest of those that ended before it began.
fn never_back(key: &str, observations: &[(usize, &Operation, Watermarks)], verdict: &mut Verdict) {
    for (position, operation, watermarks) in observations {
        let earlier = observations.iter().filter(|(_, earlier, _)| earlier.precedes(operation));
        let mut highest: BTreeMap<&str, (i64, usize)> = BTreeMap::new();
        for (before, _, seen) in earlier {
            for (name, value) in edges(seen).chain(epoch(seen)) {
                let best = highest.entry(name).or_insert((value, *before));
                if value > best.0 {
                    *best = (value, *before);
                }
            }
        }
        for (name, value) in edges(watermarks).chain(epoch(watermarks)) {
            if let Some((best, before)) = highest.get(name).filter(|(best, _)| *best > value) {
                let message = format!("{key}: {name} went from {best} back to {value}");
                verdict.find(Anomaly::WatermarkWentBack, message, [*before, *position]);
            }
        }
    }
}

fn epoch(watermarks: &Watermarks) -> Option<Edge> {
    watermarks.leader_epoch.map(|epoch| ("leader epoch", i64::from(epoch)))
}

/// An offset that was given once is not given again: the end lies behind every acknowledged one.
fn not_below_acknowledged(
    derivation: &Derivation<'_>,
    key: &str,
    observations: &[(usize, &Operation, Watermarks)],
    verdict: &mut Verdict,
) {
    for (position, operation, watermarks) in observations {
        let Some(end) = watermarks.log_end.or(watermarks.high_watermark) else { continue };
        let acknowledged =
            derivation.sent.values().filter(|sent| sent.key == key && sent.fate == Fate::Written);
        let before = acknowledged.filter(|sent| derivation.operations[sent.operation].precedes(operation));
        let last = before.filter_map(|sent| sent.offset.map(|offset| (offset, sent.operation))).max();
        if let Some((offset, sender)) = last.filter(|(offset, _)| *offset >= end) {
            let message = format!("{key} ends at {end} although offset {offset} was acknowledged before");
            verdict.find(Anomaly::EndBehindAcknowledged, message, [sender, *position]);
        }
    }
}
