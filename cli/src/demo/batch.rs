//! The same question asked of the whole file at once. Shares no code with the topology: two ways, one answer.

use std::collections::BTreeMap;
use std::fmt;

use super::flights_file::Flight;

/// Which departures are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Window {
    /// The scheduled hour, UTC, as the file writes it.
    pub(crate) hour: String,
    /// The airport of departure.
    pub(crate) airport: String,
}

impl fmt::Display for Window {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.airport, self.hour)
    }
}

/// What is known of one airport and hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Departures {
    /// Flights that were to leave.
    pub(crate) scheduled: i64,
    /// Flights that left.
    pub(crate) departed: i64,
    /// Sum of the delays of those that left, minutes; early ones count as negative.
    pub(crate) total_delay: i64,
}

impl fmt::Display for Departures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheduled, departed, total_delay } = self;
        write!(formatter, "{scheduled} scheduled, {departed} departed, {total_delay} minutes late")
    }
}

/// Counts all flights.
pub(crate) fn compute(flights: &[Flight]) -> BTreeMap<Window, Departures> {
    let mut windows: BTreeMap<Window, Departures> = BTreeMap::new();
    for flight in flights {
        let window = Window { hour: flight.time_hour.clone(), airport: flight.origin.clone() };
        let window = windows.entry(window).or_default();
        window.scheduled += 1;
        if let Some(delay) = flight.dep_delay {
            window.departed += 1;
            window.total_delay += delay;
        }
    }
    windows
}

/// Describes each window on which the two computations disagree.
pub(crate) fn differences(
    expected: &BTreeMap<Window, Departures>,
    found: &BTreeMap<Window, Departures>,
) -> Vec<String> {
    let missing_or_other = expected.iter().filter_map(|(window, expected)| match found.get(window) {
        Some(found) if found == expected => None,
        Some(found) => Some(format!("{window}: expected {expected}, the topology says {found}")),
        None => Some(format!("{window}: expected {expected}, the topology has no such window")),
    });
    let extra = found
        .iter()
        .filter(|(window, _)| !expected.contains_key(*window))
        .map(|(window, found)| format!("{window}: the topology says {found}, there is no such flight"));
    missing_or_other.chain(extra).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flight(origin: &str, hour: &str, dep_delay: Option<i64>) -> Flight {
        Flight { line: String::new(), origin: origin.into(), time_hour: hour.into(), dep_delay }
    }

    #[test]
    fn a_flight_without_delay_was_scheduled_and_did_not_depart() {
        let windows = compute(&[
            flight("EWR", "10", Some(-3)),
            flight("EWR", "10", None),
            flight("JFK", "10", Some(5)),
        ]);
        let newark = windows[&Window { hour: "10".to_owned(), airport: "EWR".to_owned() }];
        assert_eq!(newark, Departures { scheduled: 2, departed: 1, total_delay: -3 });
        assert_eq!(windows.len(), 2);
    }

    #[test]
    fn each_kind_of_difference_is_found() {
        let expected = compute(&[flight("EWR", "10", Some(1)), flight("JFK", "10", Some(1))]);
        assert!(differences(&expected, &expected).is_empty());
        let found = compute(&[flight("EWR", "10", Some(2)), flight("LGA", "10", Some(1))]);
        let differences = differences(&expected, &found);
        assert_eq!(differences.len(), 3, "{differences:?}");
    }
}
