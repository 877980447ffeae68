//! A stream of independent records.

use std::rc::Rc;
use std::sync::Arc;

use super::builder::GraphHandle;
use crate::record::Data;
use crate::serde::Serde;

/// A stream of records with keys `K` and values `V`. Each method adds a node to the topology; nothing runs yet.
///
/// The operators are in `dsl/operators`, one file each. Where nulls are possible, the types say `Option`.
#[must_use = "a stream does nothing until an operator ends it, such as `to`"]
pub struct KStream<K, V> {
    pub(super) graph: GraphHandle,
    pub(super) node: usize,
    pub(super) key: Option<Arc<dyn Serde<K>>>,
    pub(super) value: Option<Arc<dyn Serde<V>>>,
    /// Whether records may be in partitions where their keys do not belong.
    pub(super) key_changed: bool,
    pub(super) next_name: Option<String>,
}

impl<K, V> Clone for KStream<K, V> {
    fn clone(&self) -> Self {
        Self {
            graph: Rc::clone(&self.graph),
            node: self.node,
            key: self.key.clone(),
            value: self.value.clone(),
            key_changed: self.key_changed,
            next_name: self.next_name.clone(),
        }
    }
}

impl<K: Data, V: Data> KStream<K, V> {
    /// Makes the stream that `node` forwards.
    pub(super) fn new(
        graph: GraphHandle,
        node: usize,
        key: Option<Arc<dyn Serde<K>>>,
        value: Option<Arc<dyn Serde<V>>>,
    ) -> Self {
        Self { graph, node, key, value, key_changed: false, next_name: None }
    }

    /// Names the node that the next operator adds, instead of a generated name (Java: `Named.as`).
    ///
    /// ```
    /// # use tidemill_streams::{Consumed, Produced, StreamsBuilder, serde::string};
    /// let builder = StreamsBuilder::new();
    /// let words = builder.stream("words", Consumed::with(string(), string()));
    /// words.named("long-words").filter(|_, word| word.len() > 8).to("long", Produced::inherited());
    /// assert!(builder.build()?.describe().contains("Processor: long-words (stores: [])"));
    /// # Ok::<(), tidemill_streams::TopologyError>(())
    /// ```
    pub fn named(&self, name: &str) -> Self {
        Self { next_name: Some(name.to_owned()), ..self.clone() }
    }
}
