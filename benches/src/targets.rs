//! What the figures must reach: bounds as data, and the verdict.

use crate::measure::{Bound, Kind, NOISE, Row};
use crate::peers::Side;

/// Which side of the bound is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    AtMost,
    AtLeast,
}

/// A bound that a measured value must keep.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) what: &'static str,
    pub(crate) direction: Direction,
    pub(crate) value: f64,
}

const fn at_most(what: &'static str, value: f64) -> Limit {
    Limit { what, direction: Direction::AtMost, value }
}

const fn at_least(what: &'static str, value: f64) -> Limit {
    Limit { what, direction: Direction::AtLeast, value }
}

// Beside Kafka, on a machine of two cores.
const PRODUCE_CPU: Limit = at_most("broker CPU for each GB, of Kafka's", 0.5);
const FETCH_CPU: Limit = at_most("broker CPU for each GB, of Kafka's", 1.0 / 3.0);
const THROUGHPUT: Limit = at_least("throughput, of Kafka's", 1.5);
/// Where the client is the limit, never below Kafka: less what equal runs differ by.
const THROUGHPUT_OF_CLIENT: Limit = at_least("throughput, of Kafka's; the client is the limit", 1.0 - NOISE);
const P99: Limit = at_most("p99, of Kafka's", 0.5);
pub(crate) const RESIDENT: Limit = at_most("resident memory, of Kafka's", 0.1);
pub(crate) const START: Limit = at_most("start time, of Kafka's", 0.05);

// The best Rust broker known (krabka, 1 KiB records into the page cache).
const ABSOLUTE_CPU: Limit = at_most("broker CPU seconds for each GB", 0.75);
pub(crate) const ABSOLUTE_RESIDENT: Limit = at_most("resident MB", 33.0);

// 10,000 partitions, idle connections.
pub(crate) const CREATED: Limit = at_most("seconds to create 10,000 partitions", 60.0);
pub(crate) const SERVED: Limit = at_most("seconds from the restart until all are served", 10.0);
pub(crate) const MANY_RESIDENT: Limit = at_most("resident MB with 10,000 partitions", 1_073.7);
pub(crate) const MANY_DESCRIPTORS: Limit = at_most("descriptors with 10,000 partitions", 15_000.0);
pub(crate) const CONNECTION: Limit = at_most("KiB for an idle connection", 32.0);

// What the kernel could do, and the native client.
pub(crate) const OF_SENDFILE: Limit = at_least("fetch throughput, of sendfile over loopback", 0.8);
pub(crate) const NATIVE_PRODUCE: Limit = at_most("µs of CPU for a produced 100 B record", 0.2);
pub(crate) const NATIVE_CONSUME: Limit = at_most("µs of user CPU for a consumed 100 B record", 0.05);

/// A measured value beside its bound.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) row: String,
    pub(crate) limit: Limit,
    /// None where the measurement failed: then the target is missed.
    pub(crate) measured: Option<f64>,
}

impl Target {
    pub(crate) fn new(row: impl Into<String>, limit: Limit, measured: f64) -> Self {
        Self { row: row.into(), limit, measured: Some(measured) }
    }

    pub(crate) fn is_met(&self) -> bool {
        self.measured.is_some_and(|measured| match self.limit.direction {
            Direction::AtMost => measured <= self.limit.value,
            Direction::AtLeast => measured >= self.limit.value,
        })
    }
}

/// The row that the best Rust broker was measured with.
pub(crate) const ABSOLUTE_ROW: &str = "1 KiB, acks=all, page cache";

/// The targets of a row beside Kafka.
pub(crate) fn of_row(row: &Row) -> Vec<Target> {
    let (tidemill, kafka) = (row.medians(Side::Tidemill), row.medians(Side::Kafka));
    let name = format!("{}/{}", row.group, row.name);
    let target = |limit, measured| Target::new(name.clone(), limit, measured);
    let mut targets = Vec::new();
    let cpu = tidemill.cpu_per_gigabyte / kafka.cpu_per_gigabyte;
    match row.kind {
        Kind::Produce | Kind::Transactions => targets.push(target(PRODUCE_CPU, cpu)),
        Kind::Fetch => targets.push(target(FETCH_CPU, cpu)),
        Kind::Paced => {}
    }
    let throughput = tidemill.records_per_second / kafka.records_per_second;
    match row.bound() {
        Bound::Broker => targets.push(target(THROUGHPUT, throughput)),
        Bound::Client => targets.push(target(THROUGHPUT_OF_CLIENT, throughput)),
        Bound::Pace => {}
    }
    // A client that sends as fast as it can fills its own queue: its latency is the length of that queue.
    if let (Kind::Paced | Kind::Transactions, Some(ours), Some(theirs)) =
        (row.kind, tidemill.p99_ms, kafka.p99_ms)
    {
        targets.push(target(P99, ours / theirs));
    }
    if row.name == ABSOLUTE_ROW {
        targets.push(target(ABSOLUTE_CPU, tidemill.cpu_per_gigabyte));
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_met_on_its_good_side_and_a_missing_measurement_misses_it() {
        let met = |limit, measured| Target { row: String::new(), limit, measured }.is_met();
        assert!(met(PRODUCE_CPU, Some(0.5)) && !met(PRODUCE_CPU, Some(0.51)));
        assert!(met(THROUGHPUT, Some(1.5)) && !met(THROUGHPUT, Some(1.49)));
        assert!(!met(PRODUCE_CPU, None) && !met(PRODUCE_CPU, Some(f64::NAN)));
    }
}
