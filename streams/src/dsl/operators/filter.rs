//! `filter` and `filter_not`: keeps records by a predicate.

use crate::dsl::KStream;
use crate::record::Data;

impl<K: Data, V: Data> KStream<K, V> {
    /// Keeps the records for which `predicate` holds.
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Produced, StreamsBuilder, TopologyTestDriver, serde::{i64, string}};
    /// let builder = StreamsBuilder::new();
    /// let delays = builder.stream("delays", Consumed::with(string(), i64()));
    /// delays.filter(|_, minutes| *minutes > 15).to("late", Produced::inherited());
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// let input = driver.input_topic("delays", string(), i64());
    /// input.pipe("JFK".to_owned(), 3, 0)?;
    /// input.pipe("LGA".to_owned(), 40, 1)?;
    /// assert_eq!(driver.output_topic("late", string(), i64()).read_values()?, [40]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn filter<P>(&self, predicate: P) -> Self
    where
        P: Fn(&K, &V) -> bool + Send + Sync + 'static,
    {
        let node = self.add_stateless("KSTREAM-FILTER-", move |mut run| {
            run.retain(|record| predicate(&record.key, &record.value));
            run
        });
        self.with_node(node, self.value.clone())
    }

    /// Keeps the records for which `predicate` does not hold.
    pub fn filter_not<P>(&self, predicate: P) -> Self
    where
        P: Fn(&K, &V) -> bool + Send + Sync + 'static,
    {
        self.filter(move |key, value| !predicate(key, value))
    }
}
