//! `select_key`: gives each record a new key.

use crate::dsl::KStream;
use crate::record::{Data, Record};

impl<K: Data, V: Data> KStream<K, V> {
    /// Gives each record the key that `selector` chooses.
    ///
    /// Records stay in their partition; a grouping that follows moves them to where their new keys belong.
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Produced, StreamsBuilder, TopologyTestDriver, serde::{i64, string}};
    /// let builder = StreamsBuilder::new();
    /// let words = builder.stream("words", Consumed::with(string(), string()));
    /// words.select_key(|_, word| word.len() as i64).to("by-length", Produced::with(i64(), string()));
    ///
    /// let driver = TopologyTestDriver::new(&builder.build()?)?;
    /// driver.input_topic("words", string(), string()).pipe("a".to_owned(), "tide".to_owned(), 0)?;
    /// assert_eq!(driver.output_topic("by-length", i64(), string()).read_key_values()?, [(4, "tide".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn select_key<K2, F>(&self, selector: F) -> KStream<K2, V>
    where
        K2: Data,
        F: Fn(&K, &V) -> K2 + Send + Sync + 'static,
    {
        let node = self.add_stateless("KSTREAM-KEY-SELECT-", move |run| {
            let select = |record: Record<K, V>| {
                let key = selector(&record.key, &record.value);
                record.with_key(key)
            };
            run.into_iter().map(select).collect()
        });
        self.with_new_keys(node, self.value.clone())
    }
}
