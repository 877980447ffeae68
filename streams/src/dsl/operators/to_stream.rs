//! `to_stream`: the updates of a table as a stream.

use std::rc::Rc;
use std::sync::Arc;

use super::stateless_role;
use crate::dsl::{KStream, KTable};
use crate::record::Data;
use crate::serde::{Serde, nullable};

impl<K: Data, V: Data> KTable<K, V> {
    /// Returns the stream of this table's updates, in which `None` is the deletion of a key.
    ///
    /// See [`count`](crate::KGroupedStream::count) and its neighbours for tables to apply it to; how often a key is
    /// updated is a matter of [`Emission`](crate::Emission).
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Grouped, Materialized, Produced, StreamsBuilder, serde::string};
    /// let builder = StreamsBuilder::new();
    /// let words = builder.stream("words", Consumed::with(string(), string()));
    /// let counts = words.group_by_key(Grouped::inherited()).count(Materialized::default());
    /// counts.to_stream().filter(|_, count| count.is_some_and(|count| count > 1)).to("seen-twice", Produced::inherited());
    /// assert!(builder.build()?.describe().contains("KTABLE-TOSTREAM-0000000003"));
    /// # Ok::<(), tidemill_streams::TopologyError>(())
    /// ```
    pub fn to_stream(&self) -> KStream<K, Option<V>> {
        let mut graph = self.graph.borrow_mut();
        let name = graph.generate_name("KTABLE-TOSTREAM-");
        let node =
            graph.add_node(name, stateless_role::<K, Option<V>, K, Option<V>, _>(|run| run), &[self.node]);
        drop(graph);
        let value =
            self.value.clone().map(|value| -> Arc<dyn Serde<Option<V>>> { Arc::new(nullable(value)) });
        KStream::new(Rc::clone(&self.graph), node, self.key.clone(), value)
    }
}
