//! A grouped stream, about to be aggregated, per key or per key and window.
//!
//! Where the keys were changed since the source, the records go through a repartition topic first, which brings those of
//! one key together. Node and topic names are those of Kafka Streams.

use std::rc::Rc;
use std::sync::Arc;

use super::builder::{GraphHandle, source};
use super::operators::{Sink, stateless_role};
use super::options::Materialized;
use crate::record::Data;
use crate::runtime::{RunProcessor, SourceSerdes, erased};
use crate::serde::Serde;
use crate::state::{StateStore, StoreKind, StoreSerdes, StoreSetup};
use crate::topology::{NodeRole, NodeSetup, StoreFactory, StoreSpec, TopicName, TopologyError};
use crate::windows::TimeWindows;

/// A stream whose records are grouped by key.
#[must_use = "grouping does nothing until an aggregation follows"]
pub struct KGroupedStream<K, V> {
    pub(super) graph: GraphHandle,
    pub(super) node: usize,
    pub(super) key: Option<Arc<dyn Serde<K>>>,
    pub(super) value: Option<Arc<dyn Serde<V>>>,
    pub(super) repartition: bool,
    /// The user's name of the repartition topic.
    pub(super) name: Option<String>,
}

/// A stream whose records are grouped by key and time window.
#[must_use = "windowing does nothing until an aggregation follows"]
pub struct TimeWindowedKStream<K, V> {
    pub(super) grouped: KGroupedStream<K, V>,
    pub(super) windows: TimeWindows,
}

impl<K, V> Clone for KGroupedStream<K, V> {
    fn clone(&self) -> Self {
        Self {
            graph: Rc::clone(&self.graph),
            node: self.node,
            key: self.key.clone(),
            value: self.value.clone(),
            repartition: self.repartition,
            name: self.name.clone(),
        }
    }
}

/// An aggregation to be added: its store, and how a task makes its processor given the store's position.
pub(super) struct Aggregation<A> {
    /// How the table is stored.
    pub(super) materialized: Materialized<A>,
    /// The kind of store.
    pub(super) kind: StoreKind,
    /// For window stores, the size of the windows in milliseconds.
    pub(super) window_size_ms: Option<i64>,
    /// Makes the processor on the store at this position.
    pub(super) processor: Arc<dyn Fn(usize) -> Box<dyn RunProcessor> + Send + Sync>,
}

/// The serdes of an aggregation's store and the node that forwards its updates.
pub(super) struct Aggregated<K, A> {
    pub(super) node: usize,
    pub(super) serdes: Option<StoreSerdes<K, A>>,
}

impl<K: Data, V: Data> KGroupedStream<K, V> {
    /// Adds a store and its processor, behind a repartition topic if one is needed.
    ///
    /// `make_store` makes the typed store of a task. A missing serde is reported to the graph.
    pub(super) fn add_aggregation<A, S, F>(
        &self,
        aggregation: Aggregation<A>,
        make_store: F,
    ) -> Aggregated<K, A>
    where
        A: Data,
        S: StateStore,
        F: Fn(StoreSetup, StoreSerdes<K, A>) -> S + Send + Sync + 'static,
    {
        let mut graph = self.graph.borrow_mut();
        let Aggregation { materialized, kind, window_size_ms, processor } = aggregation;
        let store_name =
            materialized.name.unwrap_or_else(|| graph.generate_name("KSTREAM-AGGREGATE-STATE-STORE-"));
        let name = graph.generate_name("KSTREAM-AGGREGATE-");
        let key = self.key.clone().ok_or("keys");
        let serdes = key.and_then(|key| Ok(StoreSerdes { key, value: materialized.value.ok_or("values")? }));
        let serdes = match serdes {
            Ok(serdes) => serdes,
            Err(part) => {
                graph.report(TopologyError::NoSerde { node: name, part });
                return Aggregated { node: self.node, serdes: None };
            }
        };
        drop(graph);
        let parent = if self.repartition { self.add_repartition(&store_name) } else { self.node };
        let store_serdes = serdes.clone();
        let factory: StoreFactory = Arc::new(move |setup| Box::new(make_store(setup, store_serdes.clone())));
        let mut graph = self.graph.borrow_mut();
        let store = graph.add_store(StoreSpec {
            name: store_name.into(),
            kind,
            persistent: materialized.persistent,
            logged: materialized.logged,
            emission: materialized.emission,
            factory,
            serdes: Arc::new(serdes.clone()),
            window_size_ms,
        });
        let role = NodeRole::Processor {
            processor: Arc::new(move |_: &NodeSetup<'_>| processor(store)),
            stores: vec![store],
        };
        let node = graph.add_node(name, role, &[parent]);
        Aggregated { node, serdes: Some(serdes) }
    }

    /// Adds filter, sink and source of a repartition topic and returns the source.
    fn add_repartition(&self, store_name: &str) -> usize {
        let mut graph = self.graph.borrow_mut();
        let topic = format!("{}-repartition", self.name.as_deref().unwrap_or(store_name));
        let generated =
            ["KSTREAM-SINK-", "KSTREAM-FILTER-", "KSTREAM-SOURCE-"].map(|prefix| graph.generate_name(prefix));
        let [sink_name, filter_name, source_name] = if self.name.is_none() && is_generated(store_name) {
            generated
        } else {
            ["sink", "filter", "source"].map(|part| format!("{topic}-{part}"))
        };
        let (Some(key), Some(value)) = (self.key.clone(), self.value.clone()) else {
            let part = if self.key.is_none() { "keys" } else { "values" };
            graph.report(TopologyError::NoSerde { node: sink_name, part });
            return self.node;
        };
        let topic = TopicName::Repartition(topic);
        // Kafka Streams has this node for names' sake; null keys are dropped where they are stored.
        let filter = graph.add_node(filter_name, stateless_role::<K, V, K, V, _>(|run| run), &[self.node]);
        let serdes = SourceSerdes { key: Arc::clone(&key), value: Arc::clone(&value), extractor: None };
        let sink_topic = topic.clone();
        let processor = Arc::new(move |setup: &NodeSetup<'_>| {
            let topic = sink_topic.resolve(setup.application_id);
            erased(Sink::new(topic, Arc::clone(&key), Arc::clone(&value)))
        });
        graph.add_node(sink_name, NodeRole::Sink { topic: topic.clone(), processor }, &[filter]);
        graph.add_node(source_name, source(topic, serdes), &[])
    }
}

/// Says whether a store's name is a generated one, whose number does not belong into other names.
fn is_generated(name: &str) -> bool {
    let number = name.rsplit_once('-').map(|(_, number)| number);
    name.starts_with("KSTREAM")
        && number.is_some_and(|number| number.len() == 10 && number.bytes().all(|byte| byte.is_ascii_digit()))
}
