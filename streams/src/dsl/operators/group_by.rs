//! `group_by`: groups records by a new key.

use crate::dsl::{Grouped, KGroupedStream, KStream};
use crate::record::Data;

impl<K: Data, V: Data> KStream<K, V> {
    /// Groups the records by the key that `selector` chooses, through a repartition topic.
    ///
    /// The same as [`select_key`](Self::select_key) and [`group_by_key`](Self::group_by_key).
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Grouped, Materialized, Produced, StreamsBuilder, TopologyTestDriver};
    /// # use tidemill_streams::serde::{i64, nullable, string};
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("words", Consumed::with(nullable(string()), string()))
    ///     .group_by(|_, word| word.clone(), Grouped::with(string(), string()))
    ///     .count(Materialized::named("counts"))
    ///     .to_stream()
    ///     .to("word-counts", Produced::inherited());
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// let input = driver.input_topic("words", nullable(string()), string());
    /// for word in ["ebb", "flow", "ebb"] {
    ///     input.pipe(None, word.to_owned(), 0)?;
    /// }
    /// let counts = driver.output_topic("word-counts", string(), i64()).read_key_values()?;
    /// assert_eq!(counts, [("ebb".to_owned(), 1), ("flow".to_owned(), 1), ("ebb".to_owned(), 2)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn group_by<K2, F>(&self, selector: F, grouped: Grouped<K2, V>) -> KGroupedStream<K2, V>
    where
        K2: Data,
        F: Fn(&K, &V) -> K2 + Send + Sync + 'static,
    {
        self.select_key(selector).group_by_key(grouped)
    }
}
