//! A table: the latest value of every key.

use std::rc::Rc;
use std::sync::Arc;

use super::builder::GraphHandle;
use crate::record::Data;
use crate::serde::Serde;

/// A table with keys `K` and values `V`, which changes as the streams behind it go on.
///
/// Its node forwards `Option<V>`: an update, or `None` for a deletion.
pub struct KTable<K, V> {
    pub(super) graph: GraphHandle,
    pub(super) node: usize,
    pub(super) key: Option<Arc<dyn Serde<K>>>,
    pub(super) value: Option<Arc<dyn Serde<V>>>,
}

impl<K, V> Clone for KTable<K, V> {
    fn clone(&self) -> Self {
        Self {
            graph: Rc::clone(&self.graph),
            node: self.node,
            key: self.key.clone(),
            value: self.value.clone(),
        }
    }
}

impl<K: Data, V: Data> KTable<K, V> {
    /// Makes the table whose updates `node` forwards.
    pub(super) fn new(
        graph: GraphHandle,
        node: usize,
        key: Option<Arc<dyn Serde<K>>>,
        value: Option<Arc<dyn Serde<V>>>,
    ) -> Self {
        Self { graph, node, key, value }
    }
}
