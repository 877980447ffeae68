//! What the operators without state share: a function from run to run.

use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use crate::dsl::KStream;
use crate::record::{Data, Record};
use crate::runtime::{Operator, ProcessError, ProcessorContext, erased};
use crate::serde::Serde;
use crate::topology::{NodeRole, NodeSetup};

/// Applies a function to each run and forwards what it returns.
struct Stateless<K, V, F> {
    transform: Arc<F>,
    input: PhantomData<fn(K, V)>,
}

impl<K, V, K2, V2, F> Operator for Stateless<K, V, F>
where
    K: Data,
    V: Data,
    K2: Data,
    V2: Data,
    F: Fn(Vec<Record<K, V>>) -> Vec<Record<K2, V2>> + Send + Sync + 'static,
{
    type InKey = K;
    type InValue = V;

    fn process(
        &mut self,
        run: Vec<Record<K, V>>,
        context: &mut ProcessorContext<'_>,
    ) -> Result<(), ProcessError> {
        context.forward((self.transform)(run));
        Ok(())
    }
}

/// Makes the role of a node that applies `transform`.
pub(crate) fn stateless_role<K, V, K2, V2, F>(transform: F) -> NodeRole
where
    K: Data,
    V: Data,
    K2: Data,
    V2: Data,
    F: Fn(Vec<Record<K, V>>) -> Vec<Record<K2, V2>> + Send + Sync + 'static,
{
    let transform = Arc::new(transform);
    let processor = Arc::new(move |_: &NodeSetup<'_>| {
        erased(Stateless { transform: Arc::clone(&transform), input: PhantomData })
    });
    NodeRole::Processor { processor, stores: Vec::new() }
}

impl<K: Data, V: Data> KStream<K, V> {
    /// Adds a node that applies `transform` to every run and returns its position.
    pub(super) fn add_stateless<K2, V2, F>(&self, prefix: &str, transform: F) -> usize
    where
        K2: Data,
        V2: Data,
        F: Fn(Vec<Record<K, V>>) -> Vec<Record<K2, V2>> + Send + Sync + 'static,
    {
        let mut graph = self.graph.borrow_mut();
        let name = self.next_name.clone().unwrap_or_else(|| graph.generate_name(prefix));
        graph.add_node(name, stateless_role(transform), &[self.node])
    }

    /// Returns the stream of `node`, whose records stayed where they were.
    pub(super) fn with_node<V2>(&self, node: usize, value: Option<Arc<dyn Serde<V2>>>) -> KStream<K, V2>
    where
        V2: Data,
    {
        let stream = KStream::new(Rc::clone(&self.graph), node, self.key.clone(), value);
        KStream { key_changed: self.key_changed, ..stream }
    }

    /// Returns the stream of `node`, whose keys are new.
    pub(super) fn with_new_keys<K2, V2>(
        &self,
        node: usize,
        value: Option<Arc<dyn Serde<V2>>>,
    ) -> KStream<K2, V2>
    where
        K2: Data,
        V2: Data,
    {
        let stream = KStream::new(Rc::clone(&self.graph), node, None, value);
        KStream { key_changed: true, ..stream }
    }
}
