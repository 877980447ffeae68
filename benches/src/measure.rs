//! One run of one side, and what several interleaved runs of both sides come to.

use crate::clients::Ran;
use crate::peers::{Peer, Side};
use crate::process::Cpu;

/// A client process that uses this much of a core is what bounds a run.
const BUSY_CLIENT: f64 = 0.85;
/// Two sides that differ by less are the same: the spread of runs on one machine.
pub(crate) const NOISE: f64 = 0.05;

/// One run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) ran: Ran,
    /// CPU seconds of the broker while the clients ran.
    broker_cpu: f64,
    /// CPU seconds of the clients, their start included.
    client_cpu: f64,
    /// Memory of the broker afterwards.
    resident_bytes: u64,
}

/// Runs clients against a broker and looks at both.
pub(crate) fn observe(peer: &Peer, work: impl FnOnce() -> anyhow::Result<Ran>) -> anyhow::Result<Sample> {
    let (before, clients_before) = (peer.usage()?, Cpu::of_ended_children()?);
    let ran = work()?;
    let (after, clients_after) = (peer.usage()?, Cpu::of_ended_children()?);
    anyhow::ensure!(ran.failed == 0, "{} records failed", ran.failed);
    Ok(Sample {
        ran,
        broker_cpu: after.cpu_seconds - before.cpu_seconds,
        client_cpu: clients_after.total() - clients_before.total(),
        resident_bytes: after.resident_bytes,
    })
}

/// What kind of work a row is: it decides which targets hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Produce,
    Fetch,
    /// Records at a fixed rate: only the latency says something.
    Paced,
    Transactions,
}

/// Work that both sides did.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) group: &'static str,
    pub(crate) name: String,
    pub(crate) client: &'static str,
    pub(crate) kind: Kind,
    pub(crate) record_bytes: usize,
    pub(crate) tidemill: Vec<Sample>,
    pub(crate) kafka: Vec<Sample>,
}

/// The medians of one side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Medians {
    pub(crate) megabytes_per_second: f64,
    pub(crate) records_per_second: f64,
    /// Of the broker, for each gigabyte of records' values.
    pub(crate) cpu_per_gigabyte: f64,
    /// Cores that the clients kept busy.
    pub(crate) client_cores: f64,
    pub(crate) p50_ms: Option<f64>,
    pub(crate) p99_ms: Option<f64>,
    pub(crate) p999_ms: Option<f64>,
    pub(crate) resident_bytes: f64,
}

/// What keeps a row from being faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// The clients are busy, or both sides are the same: another broker cannot be faster.
    Client,
    Broker,
    /// The rate is given.
    Pace,
}

impl Row {
    pub(crate) fn medians(&self, side: Side) -> Medians {
        let samples = match side {
            Side::Tidemill => &self.tidemill,
            Side::Kafka => &self.kafka,
        };
        let bytes = |sample: &Sample| sample.ran.records as f64 * self.record_bytes as f64;
        let of = |value: &dyn Fn(&Sample) -> f64| median(samples.iter().map(value).collect());
        let latency = |value: &dyn Fn(&Sample) -> Option<f64>| {
            let values: Vec<f64> = samples.iter().filter_map(value).collect();
            (!values.is_empty()).then(|| median(values))
        };
        Medians {
            megabytes_per_second: of(&|sample| bytes(sample) / 1e6 / sample.ran.seconds),
            records_per_second: of(&|sample| sample.ran.records as f64 / sample.ran.seconds),
            cpu_per_gigabyte: of(&|sample| sample.broker_cpu / (bytes(sample) / 1e9)),
            client_cores: of(&|sample| sample.client_cpu / sample.ran.seconds),
            p50_ms: latency(&|sample| sample.ran.p50_ms),
            p99_ms: latency(&|sample| sample.ran.p99_ms),
            p999_ms: latency(&|sample| sample.ran.p999_ms),
            resident_bytes: of(&|sample| sample.resident_bytes as f64),
        }
    }

    pub(crate) fn bound(&self) -> Bound {
        if self.kind == Kind::Paced {
            return Bound::Pace;
        }
        let (tidemill, kafka) = (self.medians(Side::Tidemill), self.medians(Side::Kafka));
        let ratio = tidemill.records_per_second / kafka.records_per_second;
        let same = (1.0 - NOISE..=1.0 + NOISE).contains(&ratio);
        if same || tidemill.client_cores > BUSY_CLIENT { Bound::Client } else { Bound::Broker }
    }
}

/// The middle value; the mean of the two middle ones of an even count; 0 of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle), values.len() % 2) {
        (Some(value), 1) => *value,
        (Some(value), _) => f64::midpoint(*value, values.get(middle - 1).copied().unwrap_or(*value)),
        (None, _) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: Kind, tidemill: (f64, f64), kafka: (f64, f64)) -> Row {
        let sample = |(seconds, client_cpu): (f64, f64)| Sample {
            ran: Ran { records: 1_000_000, seconds, ..Ran::default() },
            broker_cpu: 0.5,
            client_cpu,
            resident_bytes: 1,
        };
        let (tidemill, kafka) = (vec![sample(tidemill)], vec![sample(kafka)]);
        Row { group: "g", name: "n".into(), client: "c", kind, record_bytes: 1_000, tidemill, kafka }
    }

    #[test]
    fn the_median_is_the_middle_value_or_between_the_two() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 9.0]), 3.0);
        assert_eq!(median(Vec::new()), 0.0);
    }

    #[test]
    fn a_busy_client_or_equal_sides_bound_a_row_and_a_given_rate_always_does() {
        assert_eq!(row(Kind::Produce, (1.0, 0.2), (2.0, 0.2)).bound(), Bound::Broker);
        assert_eq!(row(Kind::Produce, (1.0, 0.9), (2.0, 0.2)).bound(), Bound::Client);
        assert_eq!(row(Kind::Produce, (1.0, 0.2), (1.04, 0.2)).bound(), Bound::Client);
        assert_eq!(row(Kind::Paced, (1.0, 0.2), (2.0, 0.2)).bound(), Bound::Pace);
    }

    #[test]
    fn broker_cpu_counts_for_each_gigabyte_of_values() {
        let medians = row(Kind::Produce, (2.0, 0.2), (2.0, 0.2)).medians(Side::Tidemill);
        assert_eq!(medians.cpu_per_gigabyte, 0.5);
        assert_eq!(medians.megabytes_per_second, 500.0);
    }
}
