//! `windowed_by`: groups a grouped stream by time as well.

use crate::dsl::{KGroupedStream, TimeWindowedKStream};
use crate::record::Data;
use crate::windows::TimeWindows;

impl<K: Data, V: Data> KGroupedStream<K, V> {
    /// Groups the records of each key by tumbling or hopping windows of event time.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use tidemill_streams::{Consumed, Grouped, Materialized, Produced, StreamsBuilder, TopologyTestDriver};
    /// # use tidemill_streams::{TimeWindows, serde::{i64, string, time_windowed}};
    /// let minute = Duration::from_secs(60);
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("clicks", Consumed::with(string(), string()))
    ///     .group_by_key(Grouped::inherited())
    ///     .windowed_by(TimeWindows::of_size(minute))
    ///     .count(Materialized::named("clicks-a-minute"))
    ///     .to_stream()
    ///     .to("counts", Produced::inherited());
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// let input = driver.input_topic("clicks", string(), string());
    /// for timestamp in [0, 59_999, 60_000] {
    ///     input.pipe("ada".to_owned(), "/".to_owned(), timestamp)?;
    /// }
    /// let counts = driver.output_topic("counts", time_windowed(string(), minute), i64()).read_key_values()?;
    /// let lines: Vec<String> = counts.iter().map(|(key, count)| format!("{key} {count}")).collect();
    /// assert_eq!(lines, ["[ada@0/60000] 1", "[ada@0/60000] 2", "[ada@60000/120000] 1"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn windowed_by(&self, windows: TimeWindows) -> TimeWindowedKStream<K, V> {
        TimeWindowedKStream { grouped: self.clone(), windows }
    }
}
