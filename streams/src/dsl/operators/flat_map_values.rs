//! `flat_map_values`: makes any number of values of each value; keys stay, and with them partitions.

use crate::Record;
use crate::dsl::KStream;
use crate::record::Data;

impl<K: Data, V: Data> KStream<K, V> {
    /// Replaces each record by one for every value that `mapper` makes of its value, in that order.
    ///
    /// An `Option` is a list of at most one: `flat_map_values(|line| line.parse().ok())` keeps what parses.
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Produced, StreamsBuilder, TopologyTestDriver, serde::string};
    /// let builder = StreamsBuilder::new();
    /// let lines = builder.stream("lines", Consumed::with(string(), string()));
    /// lines
    ///     .flat_map_values(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    ///     .to("words", Produced::with(string(), string()));
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// driver.input_topic("lines", string(), string()).pipe("a".to_owned(), "time and tide".to_owned(), 0)?;
    /// assert_eq!(driver.output_topic("words", string(), string()).read_values()?, ["time", "and", "tide"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn flat_map_values<V2, I, F>(&self, mapper: F) -> KStream<K, V2>
    where
        V2: Data,
        I: IntoIterator<Item = V2>,
        F: Fn(V) -> I + Send + Sync + 'static,
    {
        let node = self.add_stateless("KSTREAM-FLATMAPVALUES-", move |run| {
            let mut mapped = Vec::with_capacity(run.len());
            for Record { key, value, timestamp, headers } in run {
                mapped.extend(mapper(value).into_iter().map(|value| Record {
                    key: key.clone(),
                    value,
                    timestamp,
                    headers: headers.clone(),
                }));
            }
            mapped
        });
        self.with_node(node, None)
    }
}
