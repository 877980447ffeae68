//! `group_by_key`: groups records by the key they have.

use std::rc::Rc;

use crate::dsl::{Grouped, KGroupedStream, KStream};
use crate::record::Data;

impl<K: Data, V: Data> KStream<K, V> {
    /// Groups the records by their keys, through a repartition topic only if keys were changed since the source.
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Grouped, Materialized, StreamsBuilder, serde::string};
    /// let builder = StreamsBuilder::new();
    /// let words = builder.stream("words", Consumed::with(string(), string()));
    /// words.group_by_key(Grouped::inherited()).count(Materialized::named("counts"));
    /// assert!(!builder.build()?.describe().contains("repartition"));
    /// # Ok::<(), tidemill_streams::TopologyError>(())
    /// ```
    pub fn group_by_key(&self, grouped: Grouped<K, V>) -> KGroupedStream<K, V> {
        KGroupedStream {
            graph: Rc::clone(&self.graph),
            node: self.node,
            key: grouped.key.or_else(|| self.key.clone()),
            value: grouped.value.or_else(|| self.value.clone()),
            repartition: self.key_changed,
            name: grouped.name,
        }
    }
}
