//! Decides whether what was acknowledged is still there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How many findings of each kind are told.
const EXAMPLES: usize = 5;

/// Which record of which producer: the value of every record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    pub(super) producer: u32,
    /// Increases with every record that the producer sends.
    pub(super) sequence: u64,
}

impl Stamp {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        format!("{}:{}", self.producer, self.sequence).into_bytes()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).expect("the producers write text");
        let (producer, sequence) = text.split_once(':').expect("the producers write PRODUCER:SEQUENCE");
        Self { producer: producer.parse().expect("a number"), sequence: sequence.parse().expect("a number") }
    }
}

/// A record and its place, as acknowledged or as read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Placed {
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) stamp: Stamp,
}

/// What is wrong.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// Acknowledged records that are nowhere.
    lost: Vec<Placed>,
    /// Acknowledged offsets that hold another record, or none although the record is elsewhere.
    moved: Vec<Placed>,
    /// Records that are there once more.
    duplicated: Vec<Placed>,
    /// Records behind a later one of the same producer and partition.
    reordered: Vec<Placed>,
}

impl Report {
    pub(super) fn is_clean(&self) -> bool {
        *self == Self::default()
    }

    /// The first findings of each kind.
    pub(super) fn examples(&self) -> String {
        let kinds = [
            ("lost", &self.lost),
            ("moved", &self.moved),
            ("duplicated", &self.duplicated),
            ("reordered", &self.reordered),
        ];
        let first = |found: &[Placed]| format!("{:?}", &found[..found.len().min(EXAMPLES)]);
        kinds.into_iter().map(|(name, found)| format!("{name}: {}\n", first(found))).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} lost, {} duplicated, {} reordered, {} acknowledged offsets with another record",
            self.lost.len(),
            self.duplicated.len(),
            self.reordered.len(),
            self.moved.len()
        )
    }
}

/// Compares what was acknowledged with what the log holds. Records that were not acknowledged may be there or not,
/// but only once and in order.
pub(super) fn check(acknowledged: &[Placed], log: &[Placed]) -> Report {
    let mut report = Report::default();
    let mut log = log.to_vec();
    log.sort_unstable_by_key(|placed| (placed.partition, placed.offset));
    let mut seen = BTreeSet::new();
    let mut last: BTreeMap<(i32, u32), u64> = BTreeMap::new();
    for placed in &log {
        if !seen.insert(placed.stamp) {
            report.duplicated.push(*placed);
            continue;
        }
        let newest = last.entry((placed.partition, placed.stamp.producer)).or_insert(placed.stamp.sequence);
        if placed.stamp.sequence < *newest {
            report.reordered.push(*placed);
        }
        *newest = placed.stamp.sequence.max(*newest);
    }
    let places: BTreeSet<Placed> = log.into_iter().collect();
    for placed in acknowledged {
        if !seen.contains(&placed.stamp) {
            report.lost.push(*placed);
        } else if !places.contains(placed) {
            report.moved.push(*placed);
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(partition: i32, offset: i64, sequence: u64) -> Placed {
        Placed { partition, offset, stamp: Stamp { producer: 1, sequence } }
    }

    fn log() -> Vec<Placed> {
        vec![placed(0, 0, 1), placed(0, 1, 2), placed(1, 0, 3), placed(0, 2, 4)]
    }

    #[test]
    fn a_log_that_holds_what_was_acknowledged_is_clean() {
        assert!(check(&log(), &log()).is_clean());
        assert!(check(&log()[..2], &log()).is_clean(), "more than was acknowledged may be there");
    }

    #[test]
    fn a_planted_loss_is_found() {
        let report = check(&log(), &log()[..3]);
        assert_eq!(report.lost, [placed(0, 2, 4)]);
        assert_eq!(
            report.to_string(),
            "1 lost, 0 duplicated, 0 reordered, 0 acknowledged offsets with another record"
        );
    }

    #[test]
    fn a_planted_duplicate_is_found() {
        let log = [log(), vec![placed(0, 3, 2)]].concat();
        assert_eq!(check(&[], &log).duplicated, [placed(0, 3, 2)]);
        let elsewhere = [self::log(), vec![placed(1, 1, 4)]].concat();
        assert_eq!(check(&[], &elsewhere).duplicated.len(), 1);
    }

    #[test]
    fn a_planted_change_of_order_is_found() {
        let log = [placed(0, 0, 2), placed(0, 1, 1), placed(0, 2, 3)];
        assert_eq!(check(&[], &log).reordered, [placed(0, 1, 1)]);
        assert!(
            check(&[], &[placed(0, 0, 2), placed(1, 0, 1)]).is_clean(),
            "partitions have no common order"
        );
    }

    #[test]
    fn an_acknowledged_offset_that_holds_another_record_is_found() {
        let log = [placed(0, 0, 1), placed(0, 1, 3), placed(0, 2, 4)];
        let report = check(&[placed(0, 0, 1), placed(0, 1, 4)], &log);
        assert_eq!(report.moved, [placed(0, 1, 4)]);
        assert!(!report.is_clean());
    }

    #[test]
    fn a_stamp_survives_the_way_through_a_record() {
        let stamp = Stamp { producer: 3, sequence: u64::MAX };
        assert_eq!(Stamp::from_bytes(&stamp.to_bytes()), stamp);
    }
}
