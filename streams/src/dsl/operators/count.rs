//! `count`: the number of records of each key, or of each key and window.

use std::sync::Arc;

use crate::dsl::{KGroupedStream, KTable, Materialized, TimeWindowedKStream};
use crate::record::Data;
use crate::serde;
use crate::windows::Windowed;

impl<K: Data, V: Data> KGroupedStream<K, V> {
    /// Counts the records of each key.
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Grouped, Materialized, StreamsBuilder, TopologyTestDriver, serde::string};
    /// let builder = StreamsBuilder::new();
    /// let words = builder.stream("words", Consumed::with(string(), string()));
    /// words.group_by_key(Grouped::inherited()).count(Materialized::named("counts"));
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// let input = driver.input_topic("words", string(), string());
    /// input.pipe("ebb".to_owned(), String::new(), 0)?;
    /// input.pipe("ebb".to_owned(), String::new(), 1)?;
    /// let counts = driver.key_value_store::<String, i64>("counts")?;
    /// assert_eq!(counts.get(&"ebb".to_owned())?.map(|entry| entry.value), Some(2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn count(&self, materialized: Materialized<i64>) -> KTable<K, i64> {
        self.fold(|_, _, count| count.unwrap_or(0) + 1, as_long(materialized))
    }
}

impl<K: Data, V: Data> TimeWindowedKStream<K, V> {
    /// Counts the records of each key and window; see [`windowed_by`](KGroupedStream::windowed_by).
    pub fn count(&self, materialized: Materialized<i64>) -> KTable<Windowed<K>, i64> {
        self.fold(|_, _, count| count.unwrap_or(0) + 1, as_long(materialized))
    }
}

fn as_long(materialized: Materialized<i64>) -> Materialized<i64> {
    let value = materialized.value.unwrap_or_else(|| Arc::new(serde::i64()));
    Materialized { value: Some(value), ..materialized }
}
