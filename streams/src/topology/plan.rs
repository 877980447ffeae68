//! A finished topology: immutable, shared by all tasks that run it.

use std::fmt;
use std::sync::Arc;

use super::describe::describe;
use super::node::{Node, StoreSpec};
use super::sub_topology::SubTopology;
use crate::record::Data;
use crate::state::{
    PublishedState, ReadOnlyKeyValueStore, ReadOnlyWindowStore, StateError, StoreKind, StoreSerdes,
};

/// A plan of processing. Cheap to clone; running it changes nothing in it.
#[derive(Clone)]
pub struct Topology {
    plan: Arc<Plan>,
}

struct Plan {
    nodes: Vec<Node>,
    stores: Vec<StoreSpec>,
    sub_topologies: Vec<SubTopology>,
}

impl Topology {
    /// Makes a topology of parts that fit together.
    pub(super) fn new(nodes: Vec<Node>, stores: Vec<StoreSpec>, sub_topologies: Vec<SubTopology>) -> Self {
        Self { plan: Arc::new(Plan { nodes, stores, sub_topologies }) }
    }

    /// Returns the text form that Kafka's `Topology#describe` prints.
    #[must_use]
    pub fn describe(&self) -> String {
        describe(self)
    }

    /// Returns all nodes.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.plan.nodes
    }

    /// Returns all stores.
    pub(crate) fn stores(&self) -> &[StoreSpec] {
        &self.plan.stores
    }

    /// Returns the sub-topologies; a task's number is the position here.
    pub(crate) fn sub_topologies(&self) -> &[SubTopology] {
        &self.plan.sub_topologies
    }
}

impl fmt::Debug for Topology {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.describe())
    }
}

impl Topology {
    /// Returns a typed handle on what is committed of a key-value store.
    ///
    /// # Errors
    /// [`StateError`] if there is no such store or it has other types.
    pub(crate) fn key_value_store<K: Data, V: Data>(
        &self,
        name: &str,
        published: Arc<PublishedState>,
    ) -> Result<ReadOnlyKeyValueStore<K, V>, StateError> {
        let (serdes, _) = self.store_serdes::<K, V>(name, "key-value", |kind| kind == StoreKind::KeyValue)?;
        Ok(ReadOnlyKeyValueStore::new(name, published, serdes))
    }

    /// Returns a typed handle on what is committed of a window store.
    ///
    /// # Errors
    /// [`StateError`] if there is no such store or it has other types.
    pub(crate) fn window_store<K: Data, V: Data>(
        &self,
        name: &str,
        published: Arc<PublishedState>,
    ) -> Result<ReadOnlyWindowStore<K, V>, StateError> {
        let of_kind = |kind| matches!(kind, StoreKind::Window { .. });
        let (serdes, spec) = self.store_serdes::<K, V>(name, "window", of_kind)?;
        Ok(ReadOnlyWindowStore::new(name, published, serdes, spec.window_size_ms.unwrap_or_default()))
    }

    fn store_serdes<K: Data, V: Data>(
        &self,
        name: &str,
        kind: &'static str,
        of_kind: impl Fn(StoreKind) -> bool,
    ) -> Result<(StoreSerdes<K, V>, &StoreSpec), StateError> {
        let spec = self.plan.stores.iter().find(|store| *store.name == *name && of_kind(store.kind));
        let spec = spec.ok_or_else(|| StateError::UnknownStore { store: name.to_owned(), kind })?;
        let serdes = spec.serdes.downcast_ref::<StoreSerdes<K, V>>();
        let asked = std::any::type_name::<(K, V)>();
        let serdes = serdes.ok_or_else(|| StateError::WrongType { store: name.to_owned(), asked })?;
        Ok((serdes.clone(), spec))
    }
}
