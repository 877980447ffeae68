//! `map`: makes a new key and value of each record.

use crate::Record;
use crate::dsl::KStream;
use crate::record::Data;

impl<K: Data, V: Data> KStream<K, V> {
    /// Replaces key and value of each record by what `mapper` makes of them.
    ///
    /// Records stay in their partition; a grouping that follows moves them to where their new keys belong.
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Produced, StreamsBuilder, TopologyTestDriver, serde::{i64, string}};
    /// let builder = StreamsBuilder::new();
    /// let ages = builder.stream("ages", Consumed::with(string(), i64()));
    /// ages.map(|name, age| (age, name)).to("names", Produced::with(i64(), string()));
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// driver.input_topic("ages", string(), i64()).pipe("Ada".to_owned(), 36, 0)?;
    /// assert_eq!(driver.output_topic("names", i64(), string()).read_key_values()?, [(36, "Ada".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn map<K2, V2, F>(&self, mapper: F) -> KStream<K2, V2>
    where
        K2: Data,
        V2: Data,
        F: Fn(K, V) -> (K2, V2) + Send + Sync + 'static,
    {
        let node = self.add_stateless("KSTREAM-MAP-", move |run| {
            let map = |Record { key, value, timestamp, headers }| {
                let (key, value) = mapper(key, value);
                Record { key, value, timestamp, headers }
            };
            run.into_iter().map(map).collect()
        });
        self.with_new_keys(node, None)
    }
}
