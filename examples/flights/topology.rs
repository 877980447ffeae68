//! The topology, as a user of Tidemill Streams writes it.

use std::time::Duration;

use tidemill_streams::serde::{nullable, parsed, string};
use tidemill_streams::{
    Consumed, Grouped, Materialized, Produced, StreamsBuilder, TimeWindows, Topology, TopologyError,
};

use super::{Flight, HourSummary};

/// The topic of the flights: any key, as value a line of the CSV file.
pub const INPUT_TOPIC: &str = "flights";
/// The topic of the result: airport and hour as key, a [`HourSummary`] in JSON as value.
pub const OUTPUT_TOPIC: &str = "flights-by-hour";
/// The store of the result.
pub const STORE: &str = "flights-by-hour";
/// Windows are the scheduled hours.
pub const WINDOW_SIZE: Duration = Duration::from_secs(3600);
/// A year of flights is read as fast as it goes, from several partitions at once: none of it counts as late.
const GRACE: Duration = Duration::from_secs(400 * 24 * 3600);

/// Returns the topology: flights are brought together by airport, cut into hours and summed up.
///
/// # Errors
/// None, unless it is changed into something that cannot be built.
pub fn topology() -> Result<Topology, TopologyError> {
    let builder = StreamsBuilder::new();
    let lines = Consumed::with(nullable(string()), string()).timestamp_extractor(|line, partition_time| {
        Flight::from_csv(&line.value).map_or(partition_time, |flight| flight.scheduled_hour_ms)
    });
    builder
        .stream(INPUT_TOPIC, lines)
        // The header of the file is no flight.
        .flat_map_values(|line| Flight::from_csv(&line))
        .group_by(|_, flight| flight.origin.clone(), Grouped::with(string(), parsed()).named("flights-by-origin"))
        .windowed_by(TimeWindows::of_size(WINDOW_SIZE).grace(GRACE))
        .aggregate(
            HourSummary::default,
            |_, flight, summary| summary.with(flight),
            Materialized::named(STORE).value_serde(parsed()),
        )
        .to_stream()
        .to(OUTPUT_TOPIC, Produced::inherited());
    builder.build()
}
