//! The newest result of each window, read from the topology's output topic.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::batch::{Departures, Window};
use crate::timestamp;

/// Bytes of the start of the window, at the end of each key: milliseconds, big-endian, as Kafka Streams writes it.
const WINDOW_START_BYTES: usize = 8;

/// The value of an output record.
#[derive(Debug, Deserialize)]
struct Summary {
    scheduled: i64,
    departed: i64,
    delay_minutes: i64,
}

/// What the topology said last of each window.
#[derive(Debug, Default)]
pub(super) struct Results {
    windows: BTreeMap<Window, Departures>,
    scheduled: i64,
}

impl Results {
    /// Takes an output record; a later one of the same window replaces it.
    pub(super) fn add(&mut self, key: Option<&[u8]>, value: Option<&[u8]>) -> anyhow::Result<()> {
        let window = window(key.context("an output record has no key")?)?;
        let summary: Summary = serde_json::from_slice(value.context("an output record has no value")?)
            .context("an output record is no summary of an hour")?;
        let departures = Departures {
            scheduled: summary.scheduled,
            departed: summary.departed,
            total_delay: summary.delay_minutes,
        };
        let before = self.windows.insert(window, departures).unwrap_or_default();
        self.scheduled += departures.scheduled - before.scheduled;
        Ok(())
    }

    /// The flights that the topology has counted so far.
    pub(super) fn scheduled(&self) -> u64 {
        u64::try_from(self.scheduled).unwrap_or(0)
    }

    /// The windows as they stand.
    pub(super) fn windows(&self) -> &BTreeMap<Window, Departures> {
        &self.windows
    }
}

fn window(key: &[u8]) -> anyhow::Result<Window> {
    ensure!(key.len() > WINDOW_START_BYTES, "an output key of {} bytes names no airport and hour", key.len());
    let (airport, start) = key.split_at(key.len() - WINDOW_START_BYTES);
    let airport = std::str::from_utf8(airport).context("an airport is not UTF-8")?;
    let start = i64::from_be_bytes(start.try_into().expect("the length was checked"));
    Ok(Window { hour: timestamp::format(start), airport: airport.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(airport: &str, start_ms: i64) -> Vec<u8> {
        [airport.as_bytes(), &start_ms.to_be_bytes()].concat()
    }

    #[test]
    fn a_later_result_replaces_the_earlier_one() {
        let mut results = Results::default();
        let first = br#"{"scheduled":1,"departed":1,"delay_minutes":2}"#;
        let second = br#"{"scheduled":2,"departed":1,"delay_minutes":2}"#;
        results.add(Some(&key("EWR", 1_357_034_400_000)), Some(first)).unwrap();
        results.add(Some(&key("JFK", 1_357_034_400_000)), Some(first)).unwrap();
        results.add(Some(&key("EWR", 1_357_034_400_000)), Some(second)).unwrap();
        assert_eq!(results.scheduled(), 3);
        let window = Window { hour: "2013-01-01T10:00:00Z".to_owned(), airport: "EWR".to_owned() };
        assert_eq!(results.windows()[&window], Departures { scheduled: 2, departed: 1, total_delay: 2 });
    }

    #[test]
    fn what_is_no_result_is_refused() {
        let mut results = Results::default();
        assert!(results.add(None, Some(b"{}")).is_err());
        assert!(results.add(Some(b"short"), Some(b"{}")).is_err());
        assert!(results.add(Some(&key("EWR", 0)), None).is_err());
        assert!(results.add(Some(&key("EWR", 0)), Some(b"{}")).is_err());
    }
}
