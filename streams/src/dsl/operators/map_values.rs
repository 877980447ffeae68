//! `map_values`: makes a new value of each value; keys stay, and with them partitions.

use crate::dsl::KStream;
use crate::record::Data;

impl<K: Data, V: Data> KStream<K, V> {
    /// Replaces each value by what `mapper` makes of it.
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Produced, StreamsBuilder, TopologyTestDriver, serde::{i64, string}};
    /// let builder = StreamsBuilder::new();
    /// let words = builder.stream("words", Consumed::with(string(), string()));
    /// words.map_values(|word| word.len() as i64).to("lengths", Produced::with(string(), i64()));
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// driver.input_topic("words", string(), string()).pipe("a".to_owned(), "tide".to_owned(), 0)?;
    /// assert_eq!(driver.output_topic("lengths", string(), i64()).read_values()?, [4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn map_values<V2, F>(&self, mapper: F) -> KStream<K, V2>
    where
        V2: Data,
        F: Fn(V) -> V2 + Send + Sync + 'static,
    {
        self.map_values_with_key(move |_, value| mapper(value))
    }

    /// Replaces each value by what `mapper` makes of key and value; the key cannot be changed here.
    pub fn map_values_with_key<V2, F>(&self, mapper: F) -> KStream<K, V2>
    where
        V2: Data,
        F: Fn(&K, V) -> V2 + Send + Sync + 'static,
    {
        let node = self.add_stateless("KSTREAM-MAPVALUES-", move |run| {
            let map = |record: crate::Record<K, V>| {
                let value = mapper(&record.key, record.value);
                crate::Record { key: record.key, value, timestamp: record.timestamp, headers: record.headers }
            };
            run.into_iter().map(map).collect()
        });
        self.with_node(node, None)
    }
}
