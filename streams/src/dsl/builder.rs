//! Where a topology begins.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::kstream::KStream;
use super::options::Consumed;
use crate::record::Data;
use crate::runtime::{SourceSerdes, TypedQueue};
use crate::topology::{NodeRole, TopicName, Topology, TopologyError, TopologyGraph};

/// The graph that the streams and tables of one builder add to.
pub(super) type GraphHandle = Rc<RefCell<TopologyGraph>>;

/// Collects streams and tables into a [`Topology`].
///
/// ```
/// use tidemill_streams::serde::string;
/// use tidemill_streams::{Consumed, Produced, StreamsBuilder};
///
/// let builder = StreamsBuilder::new();
/// builder
///     .stream("words", Consumed::with(string(), string()))
///     .map_values(|word| word.to_uppercase())
///     .to("loud-words", Produced::with(string(), string()));
/// let topology = builder.build()?;
/// assert!(topology.describe().contains("Sink: KSTREAM-SINK-0000000002 (topic: loud-words)"));
/// # Ok::<(), tidemill_streams::TopologyError>(())
/// ```
#[derive(Default)]
pub struct StreamsBuilder {
    graph: GraphHandle,
}

impl StreamsBuilder {
    /// Begins an empty topology.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads `topic` as a stream of independent records.
    ///
    /// Records whose key or value is null are dropped and counted unless their serde is
    /// [`nullable`](crate::serde::nullable).
    pub fn stream<K: Data, V: Data>(&self, topic: &str, consumed: Consumed<K, V>) -> KStream<K, V> {
        let mut graph = self.graph.borrow_mut();
        let name = consumed.name.unwrap_or_else(|| graph.generate_name("KSTREAM-SOURCE-"));
        let serdes = SourceSerdes {
            key: Arc::clone(&consumed.key),
            value: Arc::clone(&consumed.value),
            extractor: consumed.extractor,
        };
        let role = source(TopicName::External(topic.to_owned()), serdes);
        let node = graph.add_node(name, role, &[]);
        drop(graph);
        KStream::new(Rc::clone(&self.graph), node, Some(consumed.key), Some(consumed.value))
    }

    /// Returns the topology.
    ///
    /// # Errors
    /// The first mistake that was made while building, see [`TopologyError`].
    pub fn build(&self) -> Result<Topology, TopologyError> {
        self.graph.borrow().build()
    }
}

/// Makes the role of a source node.
pub(super) fn source<K: Data, V: Data>(topic: TopicName, serdes: SourceSerdes<K, V>) -> NodeRole {
    NodeRole::Source { topic, queue: Arc::new(move || Box::new(TypedQueue::new(serdes.clone()))) }
}
